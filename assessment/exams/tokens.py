"""Writer tokens: who may send answers to an attempt, until when, and as which writer.

A token needs no cookie and no database: `1.PAYLOAD.TAG`, the payload as compact JSON, the tag HMAC-SHA-256
under a key derived from the installation's secret. It binds body, attempt, person, writer epoch and expiry
(deadline plus late window).
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from assessment.accounts.sealing import derive
from assessment.domain.errors import N_, NotAllowed

FORMAT = "1"
LONGEST = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class WriterToken:
    """What a token says; `expires_at` has whole seconds."""

    body_id: str
    attempt_id: str
    person_id: str
    epoch: int
    expires_at: datetime


def writer_key(secret: bytes) -> bytes:
    """Return the key under which tokens are written."""
    return derive(secret, "writer tokens")


def write_token(key: bytes, token: WriterToken) -> str:
    """Return the token as text that fits into a header and a form field."""
    payload = json.dumps(
        [token.body_id, token.attempt_id, token.person_id, token.epoch, int(token.expires_at.timestamp())],
        separators=(",", ":"),
    ).encode()
    return f"{FORMAT}.{_text(payload)}.{_text(_tag(key, payload))}"


def read_token(key: bytes, text: str) -> WriterToken:
    """Read a token; whether it has expired is for the caller to hold against the attempt.

    Raises NotAllowed when it was not written under this key.
    """
    refusal = NotAllowed(N_("This page's permission to save is not valid. Reload the page."))
    parts = text.split(".") if len(text) <= LONGEST and text.isascii() else []
    if len(parts) != 3 or parts[0] != FORMAT:
        raise refusal
    try:
        payload, tag = _bytes(parts[1]), _bytes(parts[2])
    except (binascii.Error, ValueError) as error:
        raise refusal from error
    if not hmac.compare_digest(tag, _tag(key, payload)):
        raise refusal
    body_id, attempt_id, person_id, epoch, expires = json.loads(payload)
    return WriterToken(
        body_id=body_id,
        attempt_id=attempt_id,
        person_id=person_id,
        epoch=epoch,
        expires_at=datetime.fromtimestamp(expires, UTC),
    )


def _tag(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, FORMAT.encode() + b"." + payload, sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
