"""Personal data under a key for each person: sealed here, opened here, erased by destroying the key (rule 16).

A person's key is 32 random bytes, wrapped by a key derived from the installation's secret. Sealed bytes are
`0x01 || nonce (12) || AES-256-GCM ciphertext`; the table and person stand in the associated data, so that a
sealed value cannot be moved to another person.
"""

import hmac
import json
import secrets
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import PersonKey

FORMAT = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32


class Erased(Exception):
    """The person's key was destroyed: what was sealed cannot be read by anybody any more."""


class Sealer:
    """Wraps and uses person keys under the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._wrapping = AESGCM(derive(secret, "person keys"))
        self._tagging = derive(secret, "document numbers")

    def new_key(self, person_id: str) -> bytes:
        """Draw a person's key and return it wrapped."""
        return _seal(self._wrapping, secrets.token_bytes(KEY_BYTES), person_id.encode())

    def seal(self, wrapped: bytes | None, person_id: str, content: bytes) -> bytes:
        """Seal bytes under a person's key. Raises Erased when the key is gone."""
        return _seal(self._open_key(wrapped, person_id), content, person_id.encode())

    def open(self, wrapped: bytes | None, person_id: str, sealed: bytes) -> bytes:
        """Open sealed bytes. Raises Erased when the key is gone, ValueError when they were changed."""
        return _open(self._open_key(wrapped, person_id), sealed, person_id.encode())

    def seal_json(self, wrapped: bytes | None, person_id: str, value: dict[str, Any]) -> bytes:
        """Seal a JSON value under a person's key."""
        return self.seal(wrapped, person_id, json.dumps(value, ensure_ascii=False, sort_keys=True).encode())

    def open_json(self, wrapped: bytes | None, person_id: str, sealed: bytes) -> dict[str, Any]:
        """Open a sealed JSON value."""
        value: dict[str, Any] = json.loads(self.open(wrapped, person_id, sealed))
        return value

    def tag(self, text: str) -> bytes:
        """Return the keyed digest by which equal document numbers are found without storing them."""
        return hmac.digest(self._tagging, "".join(text.split()).upper().encode(), sha256)

    def _open_key(self, wrapped: bytes | None, person_id: str) -> AESGCM:
        if wrapped is None:
            raise Erased
        return AESGCM(_open(self._wrapping, wrapped, person_id.encode()))


def derive(secret: bytes, purpose: str) -> bytes:
    """Derive a key of 32 bytes for one purpose from the installation's secret (HKDF, RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"teruji {purpose}".encode()).derive(secret)


def wrapped_key(session: Session, body_id: str, person_id: str) -> bytes | None:
    """Return the wrapped key of a person, or None when it was destroyed."""
    return session.scalar(
        select(PersonKey.wrapped).where(PersonKey.body_id == body_id, PersonKey.person_id == person_id)
    )


def _seal(key: AESGCM, content: bytes, context: bytes) -> bytes:
    nonce = secrets.token_bytes(NONCE_BYTES)
    return FORMAT + nonce + key.encrypt(nonce, content, context)


def _open(key: AESGCM, sealed: bytes, context: bytes) -> bytes:
    if sealed[:1] != FORMAT:
        raise ValueError(f"Sealed bytes of format 1 expected, got {sealed[:1].hex() or 'nothing'}.")
    nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return key.decrypt(nonce, content, context)
    except InvalidTag as error:
        raise ValueError("The sealed bytes were changed or belong to somebody else.") from error
