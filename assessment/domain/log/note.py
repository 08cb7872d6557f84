"""Signed notes: a text with signature lines under it, and the keys that verify them.

    TEXT
    (empty line)
    — KEY NAME base64(key id (4 bytes) || signature)

A verifier key is written NAME+hex(key id)+base64(kind || 32 bytes). Only Ed25519 keys are known here: kind 1 signs
the text itself, kind 4 is a witness's (`cosignature`).

Specification: https://c2sp.org/signed-note.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessment.domain.errors import N_, Invalid

LOG, WITNESS = 1, 4
MOST_SIGNATURES = 64
LARGEST_NOTE = 64 * 1024

_LINE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})")
_KEY = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")

Signer = Callable[[bytes], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A public key (32 bytes, Ed25519) under its name; `kind` 1 is a log's, 4 a witness's."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        content = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(content).digest()[:4]

    def __str__(self) -> str:
        content = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{content}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One signature line: which key it names, and the bytes after the key's id."""

    name: str
    key_id: bytes
    content: bytes

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.content).decode()}\n"

    def is_of(self, key: VerifierKey) -> bool:
        """Say whether it names this key; whether it holds is another question."""
        return self.name == key.name and self.key_id == key.id


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A text, its last newline included, and its signatures."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


def read_key(text: str) -> VerifierKey:
    """Read a verifier key. Raises Invalid when it is none, is of another kind, or its id does not fit."""
    found = _KEY.fullmatch(text.strip())
    if found is None:
        raise Invalid(N_("Expected a verifier key: NAME+ID+KEY."))
    content = _base64(found[3])
    key = VerifierKey(name=found[1], kind=content[0] if content else 0, public=content[1:])
    if key.kind not in (LOG, WITNESS) or len(key.public) != 32:
        raise Invalid(N_("Expected an Ed25519 key of a log or a witness."))
    if key.id.hex() != found[2]:
        raise Invalid(N_("The key's id does not fit the key."))
    return key


def read_note(text: str) -> Note:
    """Read a signed note; whether its signatures hold is not asked.

    Raises Invalid when it is too large, holds control characters, or has no signature lines after an empty line.
    """
    if len(text) > LARGEST_NOTE or any(sign < " " and sign != "\n" for sign in text):
        raise Invalid(N_("This is not a signed note."))
    body, empty, rest = text.rpartition("\n\n")
    lines = rest.split("\n")
    if not empty or lines.pop() != "" or not 1 <= len(lines) <= MOST_SIGNATURES:
        raise Invalid(N_("This is not a signed note."))
    return Note(text=body + "\n", signatures=tuple(map(read_signature, lines)))


def read_signature(line: str) -> Signature:
    """Read one signature line without its newline. Raises Invalid."""
    found = _LINE.fullmatch(line)
    content = _base64(found[2]) if found is not None else b""
    if found is None or len(content) < 5:
        raise Invalid(N_("This is not a signature of a note."))
    return Signature(name=found[1], key_id=content[:4], content=content[4:])


def sign_text(text: str, key: VerifierKey, sign: Signer) -> Signature:
    """Sign a note's text (its last newline included) with a log's key."""
    return Signature(name=key.name, key_id=key.id, content=sign(text.encode()))


def is_signed(note: Note, key: VerifierKey) -> bool:
    """Say whether a note bears a signature of a log's key, and none of that key that fails."""
    own = [signature for signature in note.signatures if signature.is_of(key)]
    return bool(own) and all(fits(key.public, each.content, note.text.encode()) for each in own)


def fits(public: bytes, signature: bytes, content: bytes) -> bool:
    """Say whether an Ed25519 signature (64 bytes) fits."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if base64.b64encode(content).decode() != text:
        raise Invalid(N_("Expected base64."))
    return content


def read_hash(text: str) -> bytes:
    """Read a hash (32 bytes) in base64. Raises Invalid."""
    content = _base64(text)
    if len(content) != 32:
        raise Invalid(N_("Expected a hash of 32 bytes in base64."))
    return content


def write_hash(content: bytes) -> str:
    """Write a hash in base64."""
    return base64.b64encode(content).decode()


def read_count(text: str) -> int:
    """Read a size or an index: decimal digits without leading zeros. Raises Invalid."""
    if not re.fullmatch(r"0|[1-9][0-9]{0,17}", text):
        raise Invalid(N_("Expected a whole number, got %(got)s."), got=text[:40])
    return int(text)
