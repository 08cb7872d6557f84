"""Practicals as calculations: rubrics, measurements against limits, observations, task results."""
