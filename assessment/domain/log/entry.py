"""What a leaf of the log holds: the kind of fact, whose, when it was taken into the log, and a commitment to it.

    {"body":"las","commitment":"<64 hex digits>","kind":"issue","logged":"2026-11-30T19:30:00Z","v":1}

The fact itself is nowhere in the log. A commitment is SHA-256 over a nonce of 32 bytes and the fact's bytes, so
that nobody can try names or numbers against it; who is shown nonce and fact can check it. The fact of an issue is
the signed credential; of the other kinds it is a statement, JSON in the same canonical form.

`logged` is the moment when the one integrator gave the entry its place. It never runs backwards, so an entry that
claims an older moment than the one before it is wrong on its face.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from assessment.domain.errors import N_, Invalid

FORMAT = 1
NONCE_BYTES = 32


class Kind(StrEnum):
    """The kinds of facts: five, and the roster entry that came after the roster was closed."""

    ROSTER = "roster"
    LATE_ENTRY = "late roster entry"
    CLOSE = "close"
    DECISION = "decision"
    ISSUE = "issue"
    STATUS = "status"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One leaf; `commitment` has 32 bytes, `logged_at` whole seconds in UTC."""

    kind: Kind
    body_id: str
    logged_at: datetime
    commitment: bytes

    @property
    def content(self) -> bytes:
        """The bytes that the log holds."""
        return canonical(
            {
                "v": FORMAT,
                "kind": self.kind.value,
                "body": self.body_id,
                "logged": written_moment(self.logged_at),
                "commitment": self.commitment.hex(),
            }
        )


def read_entry(content: bytes) -> Entry:
    """Read a leaf. Raises Invalid when its bytes are not exactly those of an entry of format 1."""
    try:
        value = json.loads(content)
        entry = Entry(
            kind=Kind(value["kind"]),
            body_id=str(value["body"]),
            logged_at=datetime.strptime(value["logged"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC),
            commitment=bytes.fromhex(value["commitment"]),
        )
    except (ValueError, KeyError, TypeError, RecursionError):
        entry = None
    if entry is None or len(entry.commitment) != hashlib.sha256().digest_size or entry.content != content:
        raise Invalid(N_("This is not an entry of the log."))
    return entry


def commitment(nonce: bytes, fact: bytes) -> bytes:
    """Return the commitment (32 bytes) to a fact. Raises ValueError for a nonce that is not of 32 bytes."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"Expected a nonce of {NONCE_BYTES} bytes, got {len(nonce)}.")
    return hashlib.sha256(nonce + fact).digest()


def blinded(nonce: bytes, text: str) -> str:
    """Return what stands for an id or a text in a statement, 64 hexadecimal digits, under a nonce of its own."""
    return commitment(nonce, text.encode()).hex()


def statement(kind: Kind, facts: Mapping[str, Any]) -> bytes:
    """Return the bytes of a fact that is not a credential: its members with `v` and `kind`, in canonical form."""
    return canonical({**facts, "v": FORMAT, "kind": kind.value})


def canonical(value: Mapping[str, Any]) -> bytes:
    """Return JSON with sorted members, no white space and no letter beyond ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def written_moment(moment: datetime) -> str:
    """Write a moment in UTC to the second, as entries and statements hold it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
