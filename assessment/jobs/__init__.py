"""Background work, kept in the same database as the change that asks for it."""
