"""Genuine documents, changed in thousands of ways: none is taken for genuine, none brings the verifier down.

The short form tries some of each way, from a fixed seed. The full form (`--faults full`) tries every known attack and
random ones from a seed, more than ten thousand together, and prints its table. Each document is checked in a child
process that is measured: two seconds of processor time, 256 MB. `careless` shows that the judge can find something.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from assessment.credentials.exporting import Format, export
from assessment.credentials.public import published_keys
from assessment.credentials.publishing import publish
from assessment.database import reading
from assessment.domain.credentials.did_web import assertion_keys
from assessment.domain.credentials.json_text import write_object
from assessment.domain.roles import Role
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.factories.accounts import make_actor
from tests.factories.credentials import make_released
from tests.faults.mutations import codes, jsons, lists, pdfs, presentations, proofs, tokens
from tests.faults.mutations.careless import takes
from tests.faults.mutations.drawing import drawn
from tests.faults.mutations.genuine import Genuine, Mutated
from tests.faults.mutations.judging import says_the_same
from tests.faults.mutations.presentations import present
from tests.fixtures.sites import CHECKOUT, Site, signer_of

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.long_lock("the office is built in one go")]

SECONDS, MEGABYTES = 2.0, 256.0
SEED = 20261130
LEAST = 10_000


@dataclass(kw_only=True)
class Row:
    """What came out for one kind of document and one way of changing it."""

    tried: int = 0
    accepted: int = 0
    crashed: int = 0
    same: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0

    def add(self, found: dict[str, Any]) -> None:
        """Count one more document."""
        self.tried += 1
        self.accepted += bool(found["accepted"])
        self.crashed += found["crashed"] is not None
        self.same += found["same"]
        self.seconds = max(self.seconds, found["seconds"])
        self.megabytes = max(self.megabytes, found["megabytes"])


@dataclass(kw_only=True)
class Outcome:
    """The table, and every document that was not answered as it should be.

    `patience`: by how much a document may exceed the two seconds before it counts; the short form also runs on machines
    that are slower, or whose cores others share.
    """

    patience: float = 1.0
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, mutated: Mutated, found: dict[str, Any], kept: Path) -> None:
        """Count one document; keep it where something is wrong with it."""
        self.rows.setdefault((mutated.kind, mutated.way), Row()).add(found)
        slow = found["seconds"] > SECONDS * self.patience
        large = found["megabytes"] > MEGABYTES
        if found["accepted"] or found["crashed"] is not None or slow or large:
            file = kept / f"{len(self.wrong)}-{mutated.kind}-{mutated.way}".replace(" ", "_")
            file.write_bytes(mutated.content)
            file.with_suffix(".json").write_text(json.dumps(found, indent=1))
            self.wrong.append(f"{mutated.kind}, {mutated.way} {mutated.place} ({file}): {json.dumps(found)}")

    @property
    def whole(self) -> Row:
        """The sum of all rows."""
        rows = self.rows.values()
        return Row(
            tried=sum(row.tried for row in rows),
            accepted=sum(row.accepted for row in rows),
            crashed=sum(row.crashed for row in rows),
            same=sum(row.same for row in rows),
            seconds=max(row.seconds for row in rows),
            megabytes=max(row.megabytes for row in rows),
        )

    def lines(self) -> Iterator[str]:
        """Return the table, a line a row."""
        yield "| document | changed in | number | accepted | crashed | still genuine | slowest, s | most, MB |"
        yield "|---|---|---|---|---|---|---|---|"
        for (kind, way), row in [*sorted(self.rows.items()), (("all", ""), self.whole)]:
            counts = f"{row.tried:,} | {row.accepted} | {row.crashed} | {row.same}"
            yield f"| {kind} | {way} | {counts} | {row.seconds:.2f} | {row.megabytes:.0f} |"


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


@pytest.fixture
def genuine(office: Office, tmp_path: Path) -> Genuine:
    """The documents of a valid certificate and of its neighbours, and the files that the site publishes."""
    with office.writing() as session:
        candidate = make_actor(session, BODY, Role.CANDIDATE, name="Budi Contoh")
        other = make_released(
            session, office.world, releaser=office.releaser, candidate=candidate, number="2026-08", now=LATER
        )
    office.work()
    with office.site.app.app_context():
        publish(tmp_path / "stale", LATER - timedelta(days=2))
        publish(tmp_path / "documents" / "site", LATER)
        with reading() as session:
            own = {form: export(session, BODY, office.valid, form) for form in Format}
            others = {form: export(session, BODY, other, form) for form in Format}
            revoked = export(session, BODY, office.revoked, Format.JSON)
            keys = published_keys(session, BODY)
    document = json.loads(own[Format.JSON])
    key = assertion_keys(write_object(keys), document["issuer"]["id"])[document["proof"]["verificationMethod"]]
    made = Genuine(
        json=own[Format.JSON],
        jwt=own[Format.JWT],
        sd_jwt=own[Format.SD_JWT],
        pdf=own[Format.PDF],
        code=own[Format.QR_TEXT],
        picture=own[Format.QR_PNG],
        proof=own[Format.TLOG_PROOF],
        presentation=write_object(present([document], LATER)),
        revoked=revoked,
        other=others[Format.JSON],
        other_jwt=others[Format.JWT],
        other_sd_jwt=others[Format.SD_JWT],
        other_pdf=others[Format.PDF],
        other_proof=others[Format.TLOG_PROOF],
        other_code=others[Format.QR_TEXT],
        public_key=key.public_key,
        lists=_lists(tmp_path / "documents" / "site"),
        stale=_lists(tmp_path / "stale"),
    )
    made.write(tmp_path / "documents")
    return made


def _lists(site: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((site / "status").iterdir())}


class Desk:
    """A process that checks one document after the other."""

    def __init__(self, site: Site, documents: Path, folder: Path) -> None:
        self._file = folder / "document"
        self.folder = folder
        folder.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.mutations.checker", str(documents), LATER.isoformat()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=folder,
            env={**site.environment, "PYTHONPATH": str(CHECKOUT)},
        )

    def check(self, mutated: Mutated, number: int) -> dict[str, Any]:
        """Return what came out for one document."""
        self._file.write_bytes(mutated.content)
        given = {"kind": mutated.kind, "way": mutated.way, "place": mutated.place, "number": number}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**given, "file": str(self._file)}) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=60)


@contextmanager
def open_desk(site: Site, tmp_path: Path, name: str) -> Iterator[Desk]:
    """A process that checks, while the block runs."""
    desk = Desk(site, tmp_path / "documents", tmp_path / name)
    yield desk
    desk.close()


def test_no_changed_document_is_taken_for_genuine(
    office: Office, genuine: Genuine, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    full = pytestconfig.getoption("--faults") == "full"
    seed = int(os.environ.get("TERUJI_MUTATION_SEED", SEED)) if full else SEED
    only = os.environ.get("TERUJI_MUTATION_ONLY", "").split()
    kept = Path(os.environ.get("TERUJI_MUTATION_KEEP", tmp_path))
    outcome = Outcome(patience=1.0 if full else 2.0)
    with ExitStack() as opened:
        free: Queue[Desk] = Queue()
        for name in ("one", "two"):
            free.put(opened.enter_context(open_desk(office.site, tmp_path, name)))

        def check(numbered: tuple[int, Mutated]) -> tuple[Mutated, dict[str, Any]]:
            desk = free.get()
            found = desk.check(numbered[1], numbered[0])
            free.put(desk)
            return numbered[1], found

        with ThreadPoolExecutor(2) as both:
            for mutated, found in both.map(check, enumerate(drawn(genuine, seed, full=full, only=only))):
                outcome.add(mutated, found, kept)
    table = "\n".join([f"seed {seed}", *outcome.lines()])
    print(table)  # for the full form, which is run with -s
    assert outcome.wrong == [], table
    if only:
        return
    assert outcome.whole.tried >= (LEAST if full else 300)
    kinds = {kind for kind, _way in outcome.rows}
    assert kinds == {
        jsons.KIND,
        tokens.JWT,
        tokens.SD_JWT,
        codes.TEXT,
        codes.PICTURE,
        lists.KIND,
        proofs.KIND,
        presentations.KIND,
        pdfs.KIND,
    }


def test_a_careless_verifier_is_found_out(genuine: Genuine) -> None:
    """The control: one that believes the header and drops what it does not know takes changed documents for genuine."""
    found: dict[tuple[str, str], int] = {}
    for mutated in (*jsons.special(genuine), *tokens.special(genuine)):
        if takes(mutated, genuine):
            own = genuine.json if mutated.kind == jsons.KIND else genuine.jwt
            if not says_the_same(mutated.kind, mutated.way, mutated.content, own):
                found[mutated.kind, mutated.way] = found.get((mutated.kind, mutated.way), 0) + 1
    assert (tokens.JWT, "algorithm confusion") in found
    assert (tokens.JWT, "non-canonical base64") in found
    assert (jsons.KIND, "undefined terms") in found
    assert sum(found.values()) > 20, found
