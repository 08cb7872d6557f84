"""Checking many certificates at once with `teruji verify FOLDER`: time for each of them, and memory at its height.

The certificates are signed for the run by a key of its own, and lie in a folder beside the public files of their
issuer; nothing is looked up anywhere else.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.bench.answers import Tell
from assessment.bench.figures import Figure
from assessment.bench.processes import processor_seconds
from assessment.bench.service import CHECKOUT
from assessment.domain.competency import Method
from assessment.domain.credentials.achievement import (
    Achievement,
    Recipient,
    StatusEntry,
    UnitOffered,
    UnitProof,
    validity_of_days,
)
from assessment.domain.credentials.build import ASSESSMENT, COMPETENT_LEVELS, build_credential
from assessment.domain.credentials.did_web import VerificationKey, did_document, web_did
from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.status_list import StatusPurpose, status_list, status_list_credential
from assessment.domain.errors import N_, Conflict
from assessment.domain.ids import ALPHABET

ORIGIN = "http://localhost:8000"
DID = web_did(ORIGIN, "las")
KEY_ID = f"{DID}#2026"
SCHEME = f"{ORIGIN}/b/las/schemes/LAS-SMAW-3G/1"
PARTS = 10
MOST_MIB = 200

_METHODS = frozenset({Method.OBSERVED, Method.PRODUCT, Method.WRITTEN})


def measure_bulk(count: int, *, tell: Tell) -> list[Figure]:
    """Check so many certificates, and return a figure for each tenth of them and one for the memory.

    Each tenth is held against the first: 1 where the time grows as the number does. Raises Conflict when one of them
    was not found valid.
    """
    with tempfile.TemporaryDirectory(prefix="teruji-bench-") as name:
        folder = Path(name)
        tell(f"signing {count} certificates")
        write_certificates(folder, count)
        tell(f"checking {count} certificates")
        marks = [count * part // PARTS for part in range(1, PARTS + 1)]
        times, memory = [0.0], [0.0]
        for seconds, mib in _checked(folder, marks):
            times.append(seconds)
            memory.append(mib)
    each = [
        1000 * (until - since) / (last - first)
        for since, until, first, last in zip(times, times[1:], [0, *marks], marks, strict=False)
    ]
    highest = max(memory)
    tell(f"checking {count}: {highest:.0f} MiB, under {MOST_MIB}: {'holds' if highest < MOST_MIB else 'does not hold'}")
    tenths = [
        Figure(name=f"checking many: up to {mark}", database="none", ours=ms, floor=each[0], unit="cpu ms each")
        for mark, ms in zip(marks, each, strict=True)
    ]
    first, whole = (
        Figure(name=f"memory of checking {mark}", database="none", ours=mib, unit="MiB", acknowledged=mark, lost=0)
        for mark, mib in ((marks[0], memory[1]), (marks[-1], highest))
    )
    return [*tenths, first, whole]


def write_certificates(folder: Path, count: int) -> None:
    """Write signed certificates into `certificates/` and their issuer's public files into `site/`."""
    key, now = Ed25519PrivateKey.generate(), datetime.now(UTC)
    own = VerificationKey(id=KEY_ID, public_key=key.public_key().public_bytes_raw())
    register = {"v": 1, "issuers": {DID: {"name": "LSP Contoh", "compromised_keys": []}}}
    files = {"issuers.json": write_object(register), "b/las/did.json": write_object(did_document(DID, [own]))}
    for purpose in StatusPurpose:
        listed = status_list_credential(
            issuer=DID,
            purpose=purpose,
            bits=status_list(()),
            valid_from=now - timedelta(minutes=1),
            valid_until=now + timedelta(hours=12),
        )
        files[f"status/las-{purpose}-0"] = write_object(
            add_proof(listed, verification_method=KEY_ID, created=now, sign=key.sign)
        )
    for path, content in files.items():
        (folder / "site" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "site" / path).write_bytes(content)
    (folder / "certificates").mkdir()
    for number in range(count):
        document = add_proof(_certificate(number), verification_method=KEY_ID, created=now, sign=key.sign)
        (folder / "certificates" / f"{number:06}.json").write_bytes(write_object(document))


def _certificate(number: int) -> dict[str, object]:
    today = date.today()
    unit = UnitOffered(
        code="C.25LAS01.029.1",
        name="Weld plate to plate, groove",
        source_name="Mengelas pelat ke pelat, kampuh",
        framework="SKKNI",
        url=f"{ORIGIN}/standards/las/C.25LAS01.029.1",
        methods=_METHODS,
        levels=COMPETENT_LEVELS,
    )
    other = replace(unit, code="C.25LAS01.001.1", name="Prepare the workplace", source_name="Menyiapkan tempat kerja")
    return build_credential(
        id=f"{ORIGIN}/v/{_public_id(number)}",
        number=f"LAS-{today.year}-{number:06}",
        title="Rekaman Uji / Record of assessment",
        description="Exam and practical in Jakarta.",
        issuer=DID,
        issuer_name="LSP Contoh",
        achievement=Achievement(
            id=SCHEME,
            code="LAS-SMAW-3G",
            version="1",
            kind=ASSESSMENT,
            name="Plate welder SMAW",
            source_name="Juru las pelat SMAW",
            description="Welds carbon steel plate with covered electrodes.",
            criteria="Every performance criterion of each unit was proved.",
            framework="Contoh, bukan skema BNSP",
            url=SCHEME,
            units=(unit, other),
            codes=(),
            practical=(),
        ),
        recipient=Recipient(name=f"Asesi Contoh {number}"),
        proofs=[UnitProof(code=each.code, methods=_METHODS) for each in (unit, other)],
        validity=validity_of_days(today - timedelta(days=1), today + timedelta(days=1000), UTC),
        statuses=[StatusEntry(purpose=purpose, index=number) for purpose in StatusPurpose],
        not_iso_9606=True,
    )


def _public_id(number: int) -> str:
    digits = []
    for _ in range(16):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def _checked(folder: Path, marks: list[int]) -> Iterator[tuple[float, float]]:
    """Yield, whenever a mark is reached, the processor time since the first answer in seconds, and the memory in MiB.

    The memory is the highest that the process had.
    """
    command = [sys.executable, "-P", "-m", "assessment.cli", "verify", "certificates", "--site", "site"]
    began, highest = 0.0, 0.0
    with subprocess.Popen(
        command, cwd=folder, env=_environment(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        for done, line in enumerate(process.stdout, 1):
            if not line.startswith(b"valid "):
                process.kill()
                raise Conflict(N_("A certificate that was signed for the measurement was not found valid."))
            began = began or processor_seconds(process.pid)
            if done in marks:
                highest = max(highest, _highest_mib(process.pid))
                yield processor_seconds(process.pid) - began, highest


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CHECKOUT), "TERUJI_HOME": str(folder / "home")}


def _highest_mib(process: int) -> float:
    """Return the highest resident memory that a process had so far, as the kernel counts it; 0 when it has ended."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0) / 1024
