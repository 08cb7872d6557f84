"""Items from a table that an office program wrote, one row an item, and the table to fill in."""
