"""Competency standards: versioned units, elements, performance criteria; import and export as CASE."""
