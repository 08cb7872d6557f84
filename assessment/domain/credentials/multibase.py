"""Multibase texts: base58btc (`z…`), base64url (`u…`), the Multikey form of an Ed25519 public key, and SHA-256 digests.

Specification: Controlled Identifiers 1.0, sections 2.2.2 and 2.4 (https://www.w3.org/TR/cid-1.0/).
"""

import base64
import binascii

from assessment.domain.errors import N_, Invalid

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_PAIRS = [first + second for first in _BASE58 for second in _BASE58]
_VALUES = {character: value for value, character in enumerate(_BASE58)}
_ED25519_PUBLIC = b"\xed\x01"
_SHA256 = b"\x12\x20"
_MAX_BASE58 = 128  # decoding is quadratic, and no key or signature is longer


def to_base58btc(content: bytes) -> str:
    """Write bytes as multibase base58btc, beginning with z."""
    number, digits = int.from_bytes(content), ""
    while number:
        number, value = divmod(number, 58 * 58)
        digits = _PAIRS[value] + digits
    digits = digits.lstrip("1")
    zeros = len(content) - len(content.lstrip(b"\0"))
    return "z" + "1" * zeros + digits


def from_base58btc(text: str) -> bytes:
    """Read multibase base58btc.

    Raises Invalid when it does not begin with z, holds another character, or is longer than 128.
    """
    if not text.startswith("z") or len(text) > _MAX_BASE58 or not _VALUES.keys() >= set(text[1:]):
        raise Invalid(N_("Expected at most %(limit)s characters of base58btc, beginning with z."), limit=_MAX_BASE58)
    digits = text[1:]
    number = 0
    for character in digits:
        number = number * 58 + _VALUES[character]
    zeros = len(digits) - len(digits.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def to_base64url(content: bytes) -> str:
    """Write bytes as multibase base64url without padding, beginning with u."""
    return "u" + base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Read multibase base64url without padding.

    Raises Invalid when it does not begin with u, holds another character, or could be written in another way.
    """
    digits = text[1:]
    try:
        if not text.startswith("u") or "+" in digits or "/" in digits or "=" in digits:
            raise ValueError(text[:1])
        padded = (digits + "=" * (-len(digits) % 4)).replace("-", "+").replace("_", "/")
        content = base64.b64decode(padded, validate=True)
        if to_base64url(content) != text:
            raise ValueError(digits[-1:])
    except (binascii.Error, ValueError):
        raise Invalid(N_("Expected base64url without padding, beginning with u.")) from None
    return content


def multihash_text(sha256: bytes) -> str:
    """Write a SHA-256 (32 bytes) as a multihash in multibase base64url (`digestMultibase`).

    Raises ValueError when the digest is not 32 bytes long.
    """
    if len(sha256) != 32:
        raise ValueError(f"Expected 32 bytes, got {len(sha256)}.")
    return to_base64url(_SHA256 + sha256)


def encode_multikey(public_key: bytes) -> str:
    """Write an Ed25519 public key (32 bytes) as a Multikey, beginning with z6Mk.

    Raises ValueError when the key is not 32 bytes long.
    """
    if len(public_key) != 32:
        raise ValueError(f"Expected 32 bytes, got {len(public_key)}.")
    return to_base58btc(_ED25519_PUBLIC + public_key)


def decode_multikey(text: str) -> bytes:
    """Read an Ed25519 public key (32 bytes) from a Multikey.

    Raises Invalid when it is of another kind or length.
    """
    content = from_base58btc(text)
    if not content.startswith(_ED25519_PUBLIC) or len(content) != 34:
        raise Invalid(N_("Expected an Ed25519 public key, beginning with z6Mk."))
    return content[2:]
