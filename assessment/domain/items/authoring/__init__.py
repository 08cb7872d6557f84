"""What an author types, turned into an item and back, and what can be said about it without a person."""
