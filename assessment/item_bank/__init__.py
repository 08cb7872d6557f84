"""Assessment items, their versions, and QTI in and out."""
