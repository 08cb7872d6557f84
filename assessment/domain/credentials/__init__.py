"""Credentials as values: build, canonicalise, sign and check them, and the code printed on the paper.

Here live Open Badges 3.0 in a W3C Verifiable Credential 2.0, Bitstring Status Lists, did:web documents and
the payload of the QR code. Private keys, files, the network, the clock and randomness must not enter: bytes
arrive as arguments, a signature comes from a callable, and the moment of asking is a parameter.
"""
