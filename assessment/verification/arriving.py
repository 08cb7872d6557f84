"""What a stranger brings: a JSON file, a PDF, a picture of the code, or its text, each turned into what is checked.

Nothing is stored. PDF and pictures are taken apart by `unpack.py` in a process of its own, with little memory and
little time, because their formats are mazes and their makers may be hostile.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from assessment.domain.credentials.qr_payload import parse_code
from assessment.domain.errors import N_, Conflict, Invalid

LARGEST_JSON = 2 * 1024 * 1024
LARGEST_FILE = 10 * 1024 * 1024
SECONDS = 20

_UNPACK = Path(__file__).with_name("unpack.py")
_SEATS = BoundedSemaphore(2)
_UNREADABLE = N_("The file cannot be read. Choose the PDF or JSON file of the certificate, or a photo of its code.")
_REFUSALS = {
    "encrypted": N_("The PDF is encrypted. Choose the file as the issuer made it."),
    "large": N_("The file unpacks to more than can be read here. Choose the file as the issuer made it."),
    "many": N_("The PDF has too many attachments. Choose the file as the issuer made it."),
    "unreadable": _UNREADABLE,
}


def read_file(content: bytes) -> bytes | str:
    """Return the credential's JSON that is in a file, or the text of the code in it.

    Raises Invalid when the file is empty, too large, or holds neither; Conflict when too many are read at once.
    """
    if is_pdf(content):
        return _attached(content)
    if content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        return _pictured(content)
    if not content.strip():
        raise Invalid(N_("The file is empty."))
    _limit(content, LARGEST_JSON)
    return content


def visible_lines(content: bytes) -> tuple[str, ...] | None:
    """Return the lines that a PDF shows; None when they cannot be read, or not at this moment."""
    try:
        return tuple(_unpack("lines", content))
    except (Invalid, Conflict):
        return None


def attached_proof(content: bytes) -> bytes | None:
    """Return the proof from a log that is attached to a PDF; None where there is not exactly one that can be read."""
    try:
        found = _unpack("proof", content)
    except (Invalid, Conflict):
        return None
    return found[0].encode() if len(found) == 1 else None


def is_pdf(content: bytes) -> bool:
    """Say whether a file begins as a PDF does."""
    return content.lstrip(b"\x00\t\r\n ").startswith(b"%PDF-")


def _limit(content: bytes, most: int) -> None:
    if len(content) > most:
        raise too_large(len(content), most)


def too_large(size: int, most: int) -> Invalid:
    """Return the refusal of a file that has more bytes than are read."""
    got = -(-size // (1024 * 1024))
    return Invalid(N_("Expected a file of at most %(limit)s MB, got %(got)s MB."), limit=most // 1024**2, got=got)


def _attached(content: bytes) -> bytes:
    _limit(content, LARGEST_FILE)
    found = sorted(set(_unpack("pdf", content)))
    if not found:
        raise Invalid(
            N_("This PDF holds no signed certificate. A scan or a printout is checked by a photo of its code.")
        )
    if len(found) > 1:
        raise Invalid(N_("The PDF holds more than one certificate. Choose the file as the issuer made it."))
    return found[0].encode()


def _pictured(content: bytes) -> str:
    """Prefer the large code; the small one holds only the address."""
    _limit(content, LARGEST_FILE)
    with_digits: set[str] = set()
    addresses: set[str] = set()
    for text in _unpack("image", content):
        try:
            code = parse_code(text)
        except Invalid:
            continue
        (with_digits if code.digits else addresses).add(text)
    found = with_digits or addresses
    if not found:
        raise Invalid(
            N_("No certificate's code can be seen in this picture. Take it straight, near and in good light.")
        )
    if len(found) > 1:
        raise Invalid(N_("There are codes of several certificates in this picture. Take one at a time."))
    return found.pop()


def _unpack(kind: str, content: bytes) -> list[str]:
    if not _SEATS.acquire(timeout=SECONDS):
        raise Conflict(N_("Too many files are being read at this moment. Try again in a minute."))
    try:
        finished = subprocess.run(
            [sys.executable, "-I", str(_UNPACK), kind],
            input=content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": os.defpath},
        )
    except subprocess.TimeoutExpired:
        raise Invalid(_REFUSALS["large"]) from None
    finally:
        _SEATS.release()
    if finished.returncode != 0:
        raise Invalid(_REFUSALS["large" if finished.returncode < 0 else "unreadable"])
    answer = json.loads(finished.stdout)
    if "refused" in answer:
        raise Invalid(_REFUSALS[answer["refused"]])
    found: list[str] = answer["found"]
    return found
