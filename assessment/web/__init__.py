"""Floor 1: Flask plumbing without feature knowledge."""
