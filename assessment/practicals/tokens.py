"""Sheet tokens: whose sheet a file of unsent marks belongs to, said under the installation's own key.

`1.PAYLOAD.TAG`, the payload as compact JSON, the tag HMAC-SHA-256. A token binds body, practical and assessor and does
not expire: a tablet may come back after days. By itself it opens nothing; who takes a file in is asked for their own
right.
"""

import base64
import binascii
import hmac
import json
from dataclasses import dataclass
from hashlib import sha256

from assessment.accounts.sealing import derive
from assessment.domain.errors import N_, Invalid

FORMAT = "1"
LONGEST = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetToken:
    """What a token says."""

    body_id: str
    practical_id: str
    person_id: str


def write_token(secret: bytes, token: SheetToken) -> str:
    """Return the token as text."""
    payload = json.dumps([token.body_id, token.practical_id, token.person_id], separators=(",", ":")).encode()
    return f"{FORMAT}.{_text(payload)}.{_text(_tag(secret, payload))}"


def read_token(secret: bytes, text: object) -> SheetToken:
    """Read a token. Raises Invalid when it was not written by this installation."""
    refusal = Invalid(N_("This file does not belong to a sheet of this service."))
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii():
        raise refusal
    parts = text.split(".")
    if len(parts) != 3 or parts[0] != FORMAT:
        raise refusal
    try:
        payload, tag = _bytes(parts[1]), _bytes(parts[2])
    except (binascii.Error, ValueError) as error:
        raise refusal from error
    if not hmac.compare_digest(tag, _tag(secret, payload)):
        raise refusal
    body_id, practical_id, person_id = json.loads(payload)
    return SheetToken(body_id=body_id, practical_id=practical_id, person_id=person_id)


def _tag(secret: bytes, payload: bytes) -> bytes:
    return hmac.digest(derive(secret, "sheet tokens"), FORMAT.encode() + b"." + payload, sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
