"""Certification schemes and their assessment plans."""
