"""Factories build valid rows; a test overrides only what matters to it."""
