"""Tasks, rubrics, the assessor's sheet, observations."""
