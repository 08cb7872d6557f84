"""A photo of the work on its way: what a device announces, and where its bytes have come to.

The announcement is `{v: 1, device?, client, seq, criterion, kind, sha256, size, taken_at}`; (client, seq) is its key
within the sheet. Then the bytes follow in pieces, each from the place where the last one ended, so that a photo that
was cut off goes on where it stopped.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass

from assessment.domain.errors import N_, Invalid
from assessment.domain.outbox import is_identifier
from assessment.domain.practicals.delivery import FORMAT_VERSION, MAXIMUM_SEQ, SentPhoto, instant

LARGEST_PHOTO = 12 * 1024 * 1024
LARGEST_PIECE = 256 * 1024
MOST_PIXELS = 40_000_000
MOST_PHOTOS = 400
KINDS = ("fit_up", "root", "cap", "other")

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a photo has come: `offset` bytes are here. `refused`: why it was not kept, once all of it was here."""

    offset: int
    complete: bool
    refused: str | None = None


def read_announcement(value: object, codes: Collection[str], *, device: str = "") -> SentPhoto:
    """Read an announced photo; `codes` are the criteria of the rubric. Raises Invalid naming what was expected."""
    fields = value if isinstance(value, dict) else {}
    if fields.get("v", FORMAT_VERSION) != FORMAT_VERSION or isinstance(fields.get("v"), bool):
        raise Invalid(N_("Expected a photo of format version 1, got %(got)s."), got=fields.get("v"))
    client, seq, size = fields.get("client"), fields.get("seq"), fields.get("size")
    named = fields.get("device", device)
    if not is_identifier(client) or (named != "" and not is_identifier(named)):
        raise Invalid(N_("Expected the device as a short name of letters and digits, got something else."))
    if not isinstance(seq, int) or isinstance(seq, bool) or not 0 <= seq <= MAXIMUM_SEQ:
        raise Invalid(N_("Expected the photo's number as a whole number, got %(got)s."), got=seq)
    if fields.get("criterion") not in codes:
        raise Invalid(N_("This criterion is not on this sheet."))
    if fields.get("kind") not in KINDS:
        raise Invalid(N_("Expected a photo of %(kinds)s, got %(got)s."), kinds=", ".join(KINDS), got=fields.get("kind"))
    digest = require_digest(fields.get("sha256"))
    if not isinstance(size, int) or isinstance(size, bool) or not 0 < size <= LARGEST_PHOTO:
        raise Invalid(N_("A photo may have up to 12 MB; this one says %(got)s bytes."), got=size)
    taken_at = instant(fields.get("taken_at"))
    if taken_at is None:
        raise Invalid(N_("Expected when the photo was taken, with its zone, got something else."))
    return SentPhoto(
        client=str(client),
        seq=seq,
        criterion=str(fields["criterion"]),
        kind=str(fields["kind"]),
        digest=digest,
        size=size,
        taken_at=taken_at,
        device=str(named),
    )


def require_digest(value: object) -> str:
    """Return a SHA-256 as 64 hexadecimal digits in lower case. Raises Invalid for anything else."""
    if not isinstance(value, str) or not _DIGEST.fullmatch(value):
        raise Invalid(N_("Expected the photo's SHA-256 as 64 hexadecimal digits, got something else."))
    return value


def read_offset(text: str | None) -> int:
    """Read the header that says where a piece begins, in bytes. Raises Invalid for anything but a plain number."""
    if text is None or not re.fullmatch(r"[0-9]{1,9}", text):
        raise Invalid(N_("Expected the header Upload-Offset with a whole number of bytes."))
    return int(text)
