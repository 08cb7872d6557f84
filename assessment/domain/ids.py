"""Identifiers as text: base32 of random bits that a caller drew.

Nothing here draws randomness. The alphabet is that of Crockford's base32 in lower case: no i, l, o, u,
so that an identifier survives being read aloud or typed from paper.
"""

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ID_BYTES = 10
ID_LENGTH = 16


def is_id(text: str) -> bool:
    """Say whether a text has the form of an identifier."""
    return len(text) == ID_LENGTH and set(text) <= set(ALPHABET)


def to_base32(value: bytes) -> str:
    """Write ten bytes (80 bits) as sixteen characters.

    Raises ValueError when the value is not ten bytes long.
    """
    if len(value) != ID_BYTES:
        raise ValueError(f"Expected {ID_BYTES} bytes, got {len(value)}.")
    number = int.from_bytes(value)
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(75, -1, -5))
