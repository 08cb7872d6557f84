"""Agencies: programs of others that ask for the status of many certificates, and are told when one changes."""
