"""The tamper-evident record of who did what, and which tables it covers."""
