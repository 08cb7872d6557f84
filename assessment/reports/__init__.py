"""Numbers without personal data, and the check of every record (fsck)."""
