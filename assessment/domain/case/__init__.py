"""Competency standards on the wire: 1EdTech CASE 1.0 and 1.1 packages, read and written."""
