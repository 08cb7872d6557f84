"""Exams as calculations: assembling a form, the life of an attempt, response events, results."""
