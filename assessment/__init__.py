"""Teruji: certification exams and competency assessment whose results anybody can check."""

__version__ = "0.1.0"
