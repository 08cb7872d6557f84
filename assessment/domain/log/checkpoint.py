"""Checkpoints: the log's head as a signed note of three lines, its origin, its size and its root.

Specification: https://c2sp.org/tlog-checkpoint. Extension lines are neither written nor accepted: nobody can audit
them.
"""

from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.log.note import (
    Note,
    Signer,
    VerifierKey,
    is_signed,
    read_count,
    read_hash,
    sign_text,
    write_hash,
)
from assessment.domain.log.note import read_note as read_any_note


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A tree head: whose log, how many leaves, which root (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The text that is signed."""
        return f"{self.origin}\n{self.size}\n{write_hash(self.root)}\n"


def sign_head(head: Head, key: VerifierKey, sign: Signer) -> Note:
    """Return the checkpoint of a head, signed with the log's key."""
    return Note(text=head.text, signatures=(sign_text(head.text, key, sign),))


def read_checkpoint(content: bytes | str) -> tuple[Head, Note]:
    """Read a checkpoint; whether its signatures hold is not asked. Raises Invalid when it is none."""
    try:
        note = read_any_note(content if isinstance(content, str) else content.decode())
    except UnicodeDecodeError:
        raise Invalid(N_("This is not a checkpoint of a log.")) from None
    lines = note.text.split("\n")
    if len(lines) != 4 or not lines[0] or lines[3]:
        raise Invalid(N_("This is not a checkpoint of a log."))
    return Head(origin=lines[0], size=read_count(lines[1]), root=read_hash(lines[2])), note


def trusted_head(content: bytes | str, key: VerifierKey) -> tuple[Head, Note]:
    """Read a checkpoint of the log that this key belongs to.

    Raises Invalid when it is none, is another log's, or the log's signature does not hold.
    """
    head, note = read_checkpoint(content)
    if head.origin != key.name:
        raise Invalid(N_("Expected a checkpoint of %(origin)s, got one of %(got)s."), origin=key.name, got=head.origin)
    if not is_signed(note, key):
        raise Invalid(N_("The checkpoint is not signed with the log's key."))
    return head, note
