"""The tests; folders mirror `assessment/`."""
