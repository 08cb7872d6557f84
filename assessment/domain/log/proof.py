"""The proof that travels beside a certificate: where its entry stands, the path to the root, the signed head.

Specification: https://c2sp.org/tlog-proof.
"""

import base64
import binascii
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.log.checkpoint import read_checkpoint
from assessment.domain.log.note import LARGEST_NOTE, read_count, read_hash, write_hash

HEADER = "c2sp.org/tlog-proof@v1"
LONGEST_PATH = 63


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """An inclusion proof: `extra` is what the verifier needs besides, `checkpoint` the signed head verbatim."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None

    def __str__(self) -> str:
        extra = [] if self.extra is None else [f"extra {base64.b64encode(self.extra).decode()}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(write_hash, self.path)]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def read_proof(content: bytes) -> Proof:
    """Read a proof; whether it holds is not asked. Raises Invalid when it is none."""
    try:
        text = content.decode() if len(content) <= 2 * LARGEST_NOTE else ""
    except UnicodeDecodeError:
        text = ""
    start, empty, checkpoint = text.partition("\n\n")
    lines = start.split("\n")
    if not empty or lines.pop(0) != HEADER:
        raise Invalid(N_("This is not a proof of an entry in a log."))
    extra = _extra(lines.pop(0).removeprefix("extra ")) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index ") or len(lines) > LONGEST_PATH + 1:
        raise Invalid(N_("This is not a proof of an entry in a log."))
    read_checkpoint(checkpoint)
    return Proof(
        index=read_count(lines[0].removeprefix("index ")),
        path=tuple(map(read_hash, lines[1:])),
        checkpoint=checkpoint,
        extra=extra,
    )


def _extra(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if base64.b64encode(content).decode() != text:
        raise Invalid(N_("This is not a proof of an entry in a log."))
    return content
