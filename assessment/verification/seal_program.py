"""A program of its own: looks at the signature of a PDF from a stranger, in a process that may use little and may die.

    python -I seal_program.py TIME < INPUT       one JSON object on standard output

INPUT is one line of JSON, the trusted authorities as a list of DER in base64, then the PDF. `{"state": WORD,
"certificate": HEX}`, the latter the SHA-256 of the certificate that signed, empty unless it holds. The words: `none`
(no signature), `broken` (the signed bytes are not what was signed), `changed` (something was added after signing, or
the signature allows changes), `stranger` (whole, but by nobody whom the authorities know), `holds`, or `unreadable`.
It imports nothing of this package, because `-I` leaves only the standard library and installed packages.
"""

import base64
import hashlib
import io
import json
import logging
import resource
import signal
import sys
from datetime import datetime

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

ADDRESSES = 1024 * 1024 * 1024
MEMORY = 160 * 1024 * 1024  # beside the libraries
SECONDS = 10
WORK = 0.7  # seconds of processor time for the file itself, once everything is imported


def restrict() -> None:
    """Give this process little memory, little time and no new files."""
    signal.setitimer(signal.ITIMER_PROF, WORK)
    for limit, value in (
        (resource.RLIMIT_AS, ADDRESSES),
        (resource.RLIMIT_DATA, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def state_of(content: bytes, roots: list[bytes], moment: datetime) -> tuple[str, str]:
    """Return the word for what the signature of a PDF is worth at a moment, and whose certificate it is."""
    found = PdfFileReader(io.BytesIO(content)).embedded_signatures
    if not found:
        return "none", ""
    trusted = ValidationContext(
        trust_roots=[x509.Certificate.load(root) for root in roots], allow_fetching=False, moment=moment
    )
    if len(found) > 1:
        return "changed", ""
    status = validate_pdf_signature(found[0], trusted)
    if not (status.intact and status.valid):
        return "broken", ""
    whole = status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    if not whole or found[0].docmdp_level is not MDPPerm.NO_CHANGES:
        return "changed", ""
    if not (status.trusted and status.bottom_line):
        return "stranger", ""
    return "holds", hashlib.sha256(status.signing_cert.dump()).hexdigest()


def main() -> None:
    """Read the input and say what was found."""
    restrict()
    logging.disable()
    first, _, content = sys.stdin.buffer.read().partition(b"\n")
    try:
        roots = [base64.b64decode(each) for each in json.loads(first)]
        state, certificate = state_of(content, roots, datetime.fromisoformat(sys.argv[1]))
    except Exception:  # whatever a hostile file brings about means the same: it cannot be read
        state, certificate = "unreadable", ""
    print(json.dumps({"state": state, "certificate": certificate}))


if __name__ == "__main__":
    main()
