"""Certification as calculations: evidence, unit results, duties, decisions, states and clocks."""
