"""The public page that checks a certificate, and its API."""
