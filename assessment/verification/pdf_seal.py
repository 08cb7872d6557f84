"""The signature of a PDF file: what it adds to what the credential inside says.

The file is looked at by `seal_program.py` in a process of its own. Trusted is only the authority that the site
publishes at `/pdf-ca.pem`.
"""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assessment.domain.credentials.verdict import Check, CheckName, Verdict, Verification, failed, passed, unclear
from assessment.domain.errors import N_

AUTHORITY = "pdf-ca.pem"
SECONDS = 20
MOST_ROOTS = 10
_PROGRAM = Path(__file__).with_name("seal_program.py")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]{1,4000})-----END CERTIFICATE-----")


def check_seal(content: bytes, authority: bytes | None, now: datetime) -> Check:
    """Say what the signature of a PDF is worth; `authority` is the published file, None when it was not to be had."""
    roots = [b"".join(found.split()).decode() for found in _PEM.findall(authority or b"")[:MOST_ROOTS]]
    match _look(content, roots, now):
        case "none":
            return unclear(CheckName.PDF_SIGNATURE, N_("The PDF carries no signature of its own."))
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


def _look(content: bytes, roots: list[str], now: datetime) -> str:
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
        return "unreadable"
    if finished.returncode != 0:
        return "unreadable"
    state: str = json.loads(finished.stdout)["state"]
    return state
