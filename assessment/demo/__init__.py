"""The content and the invented people of the demonstration."""
