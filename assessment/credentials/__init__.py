"""Issuing, status, PDF, QR, keys, and the signer process."""
