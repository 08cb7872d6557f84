"""The signature of a PDF file: what it adds to what the credential inside says.

The file is looked at by `seal_program.py` in a process of its own. Trusted is only the authority that the site
publishes at `/pdf-ca.pem`, below it only the certificates in its register of issuers, and of what a withdrawn key
sealed only what it lists under `/pdf-seals`.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from threading import BoundedSemaphore

from assessment.domain.credentials.did_web import code_of
from assessment.domain.credentials.sealing_keys import SealingKey, check_key
from assessment.domain.credentials.verdict import Check, CheckName, Verdict, Verification, failed, passed, unclear
from assessment.domain.errors import N_, Conflict, Invalid

AUTHORITY = "pdf-ca.pem"
SECONDS = 20
MOST_ROOTS = 10
_SEATS = BoundedSemaphore(2)
_PROGRAM = Path(__file__).with_name("seal_program.py")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,4000})-----END CERTIFICATE-----")


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownKeys:
    """The keys for PDF files that issuers publish, by the digests of their certificates.

    `keys`: None where the register was not to be had; `complete` is False for a register from before they stood in
    it. `is_issued` says whether a file of this digest is one that a key had sealed, None when that was not to be had.
    """

    keys: Mapping[str, SealingKey] | None
    complete: bool
    is_issued: Callable[[SealingKey, str], bool | None]


NONE_KNOWN = KnownKeys(keys={}, complete=False, is_issued=lambda _key, _digest: None)


def check_seal(
    content: bytes, authority: bytes | None, known: KnownKeys, now: datetime, *, issuer: str | None = None
) -> Check:
    """Say what the signature of a PDF is worth.

    `authority` is the published file, None when it was not to be had; `issuer` that of the certificate inside.
    """
    roots = _roots(authority)
    state, certificate = _look(content, roots, now)
    if state == "holds" and known.complete:
        about_key = _check_key(content, certificate, known, issuer)
        if about_key is not None:
            return about_key
    match state:
        case "none":
            return unclear(CheckName.PDF_SIGNATURE, N_("The PDF carries no signature of its own."))
        case "holds" if known.keys is None:
            message = N_("The PDF is whole, but which keys the issuer has withdrawn was not to be had.")
            return unclear(CheckName.PDF_SIGNATURE, message)
        case "holds":
            return passed(CheckName.PDF_SIGNATURE, N_("The PDF is as the issuer signed it."))
        case "broken":
            return failed(CheckName.PDF_SIGNATURE, N_("The PDF was changed: its signature does not fit."))
        case "changed":
            return failed(CheckName.PDF_SIGNATURE, N_("Something was added to the PDF after it was signed."))
        case "stranger" if roots:
            return failed(CheckName.PDF_SIGNATURE, N_("The PDF was signed by somebody else."))
        case "stranger":
            return unclear(CheckName.PDF_SIGNATURE, N_("The PDF is whole, but the issuer's PDF key was not to be had."))
        case _:
            return unclear(CheckName.PDF_SIGNATURE, N_("The signature of the PDF cannot be read."))


def check_sealing_key(
    content: bytes, authority: bytes | None, known: KnownKeys, now: datetime, *, issuer: str | None
) -> Check | None:
    """Say of a PDF that is whole what speaks about its key; None where nothing does, and for every other PDF.

    Raises Conflict when too many are looked at at once.
    """
    if not _SEATS.acquire(timeout=SECONDS):
        raise Conflict(N_("Too many files are being read at this moment. Try again in a minute."))
    try:
        state, certificate = _look(content, _roots(authority), now)
    finally:
        _SEATS.release()
    return _check_key(content, certificate, known, issuer) if state == "holds" else None


def with_seal(verification: Verification, check: Check) -> Verification:
    """Add the check to a verification; a changed file is a forgery, whatever is attached to it.

    Without a signature that can be looked at nobody knows what was drawn over the page: it is valid for nobody then.
    """
    verdict = verification.verdict
    if check.ok is False and verdict is not Verdict.UNKNOWN:
        verdict = Verdict.FORGED
    elif check.ok is None and verdict is Verdict.VALID:
        verdict = Verdict.CANNOT_CHECK
    return replace(verification, checks=(*verification.checks, check), verdict=verdict)


def _check_key(content: bytes, certificate: str, known: KnownKeys, issuer: str | None) -> Check | None:
    digest = sha256(content).hexdigest()
    try:
        body_id = None if issuer is None else code_of(issuer)
    except Invalid:
        body_id = ""
    return check_key((known.keys or {}).get(certificate), body_id, lambda key: known.is_issued(key, digest))


def _roots(authority: bytes | None) -> list[str]:
    return [b"".join(found.split()).decode() for found in _PEM.findall(authority or b"")[:MOST_ROOTS]]


def _look(content: bytes, roots: list[str], now: datetime) -> tuple[str, str]:
    try:
        finished = subprocess.run(
            [sys.executable, "-I", str(_PROGRAM), now.isoformat()],
            input=json.dumps(roots).encode() + b"\n" + content,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env={"PATH": os.defpath},
        )
    except subprocess.TimeoutExpired:
        return "unreadable", ""
    if finished.returncode != 0:
        return "unreadable", ""
    said: dict[str, str] = json.loads(finished.stdout)
    return said["state"], said["certificate"]
