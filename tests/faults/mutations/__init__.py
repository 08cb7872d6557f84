"""Genuine documents changed in every way that a forger or a broken line might: what changes them, checks and judges."""
