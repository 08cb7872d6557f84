"""Everything that can be derived again, derived again and held against what is stored.

Six parts: every covered row against its last audit entry; the chain of the seals; every score, result, receipt
and decision against its facts; every credential against its decision; the transparency log against all of them;
every file against its digest. Memory does not grow with the database: rows and entries are read as two ordered
streams and merged. Nothing is written.

A person who was erased is counted, never reported: what was sealed under a destroyed key is meant to be gone.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CheckIn, PersonKey
from assessment.audit.covered import COVERED
from assessment.audit.entries import last_entries, stored_rows
from assessment.audit.recording import Recorder
from assessment.audit.sealing import broken_seals
from assessment.audit.tables import AuditEntry, AuditSeal
from assessment.certification import rederive as certification
from assessment.credentials import rederive as credentials
from assessment.credentials.logged import head_problems
from assessment.credentials.tables import Credential
from assessment.database import Base
from assessment.domain.errors import NotFound
from assessment.domain.mismatch import Mismatch
from assessment.exams import cut_study_queries as cut_studies
from assessment.exams import rederive as exams
from assessment.exams.tables_devices import ExportedFile
from assessment.exams.tables_uploads import AttemptUpload
from assessment.practicals import borderline
from assessment.practicals import rederive as practicals
from assessment.practicals.tables_ending import CandidateConfirmation, SheetConfirmation
from assessment.practicals.tables_photos import PhotoContent
from assessment.practicals.tables_pieces import TestReport
from assessment.practicals.tables_sheets import SheetFile
from assessment.storage import Storage
from assessment.transparency import rechecking as log
from assessment.transparency.tables import LogEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class _Kept:
    """A kind of record that has a file in the store: under which digest, and since when."""

    table: Any
    record: Any
    digest: Any
    at: Any


KEPT = (
    _Kept(table=CheckIn, record=CheckIn.id, digest=CheckIn.photo_digest, at=CheckIn.at),
    _Kept(table=Credential, record=Credential.id, digest=Credential.pdf_digest, at=Credential.issued_at),
    _Kept(table=AttemptUpload, record=AttemptUpload.digest, digest=AttemptUpload.sealed, at=AttemptUpload.received_at),
    _Kept(table=ExportedFile, record=ExportedFile.id, digest=ExportedFile.digest, at=ExportedFile.taken_in_at),
    _Kept(table=SheetFile, record=SheetFile.id, digest=SheetFile.digest, at=SheetFile.taken_in_at),
    _Kept(table=PhotoContent, record=PhotoContent.digest, digest=PhotoContent.sealed, at=PhotoContent.completed_at),
    _Kept(table=TestReport, record=TestReport.id, digest=TestReport.file_digest, at=TestReport.received_at),
    _Kept(
        table=SheetConfirmation,
        record=SheetConfirmation.sheet_id,
        digest=SheetConfirmation.signature,
        at=SheetConfirmation.confirmed_at,
    ),
    _Kept(
        table=CandidateConfirmation,
        record=CandidateConfirmation.sheet_id,
        digest=CandidateConfirmation.signature,
        at=CandidateConfirmation.said_at,
    ),
)

ROWS_AT_A_TIME = 500
LONGEST_UNSEALED = timedelta(minutes=1)
NO_ROW, NO_ENTRY = "no row", "no audit entry"


@dataclass(kw_only=True)
class Check:
    """How much is looked at, and how much was.

    since    records of before are believed
    sample   about so many records of each kind are looked at, drawn at random; None = all
    checked  how many of each kind were
    """

    now: datetime
    since: datetime | None = None
    sample: int | None = None
    checked: dict[str, int] = field(default_factory=dict)

    def chooser(self, count: Callable[[], int]) -> Callable[[], bool]:
        """Return a function that says of each record whether it is in the sample."""
        if self.sample is None:
            return lambda: True
        share = self.sample / max(count(), 1)
        return lambda: random.random() < share

    def count(self, kind: str, number: int = 1) -> None:
        """Note that records of a kind were looked at."""
        self.checked[kind] = self.checked.get(kind, 0) + number


def find_problems(session: Session, check: Check, recorder: Recorder, storage: Storage) -> Iterator[Mismatch]:
    """Yield everything that is wrong in the whole database and its files; `check.checked` tells what was looked at."""
    if session.get_bind().dialect.name == "postgresql":
        # One look at one moment, however long it takes; SQLite's transactions are like that by themselves.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    for name in sorted(COVERED):
        yield from _readable(name, _rows(session, check, recorder, Base.metadata.tables[name]))
    yield from _seals(session, check)
    yield from _derived(session, check)
    yield from _log(session, check)
    yield from _files(session, check, storage)
    check.count("erased", _count(session, PersonKey, PersonKey.wrapped.is_(None)))


# --- rows and their entries -----------------------------------------------------------------------------


def _readable(table: str, problems: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """Pass problems on; a value that no longer is of its column's kind ends the table, and is one itself."""
    try:
        yield from problems
    except (ValueError, LookupError, TypeError) as error:
        yield Mismatch(
            record=table,
            kind="unreadable",
            expected="values of the kinds that the columns hold",
            found=f"{type(error).__name__}: {error}"[:300],
        )


def _rows(session: Session, check: Check, recorder: Recorder, table: Table) -> Iterator[Mismatch]:
    """Merge the rows of a table with their last entries, both in the order of their keys."""
    chosen = check.chooser(lambda: session.scalar(select(func.count()).select_from(table)) or 0)
    check.count(table.name, 0)
    connection = session.connection()
    with closing(stored_rows(connection, table)) as rows, closing(last_entries(connection, table.name)) as entries:
        row, entry = next(rows, None), next(entries, None)
        while row is not None or entry is not None:
            if entry is None or (row is not None and row[0] < entry.key):
                assert row is not None
                yield Mismatch(record=f"{table.name}/{row[0]}", kind="row", expected=NO_ROW, found=NO_ENTRY)
                row = next(rows, None)
            elif row is None or entry.key < row[0]:
                if entry.change != "delete":
                    record = f"{table.name}/{entry.key}"
                    yield Mismatch(record=record, kind="row", expected=entry.digest.hex(), found=NO_ROW)
                entry = next(entries, None)
            else:
                if _looked_at(check, entry.at) and chosen():
                    check.count(table.name)
                    found = recorder.digest(table, row[1]).hex()
                    expected = entry.digest.hex() if entry.change != "delete" else NO_ROW
                    if expected != found:
                        yield Mismatch(record=f"{table.name}/{row[0]}", kind="row", expected=expected, found=found)
                row, entry = next(rows, None), next(entries, None)


def _looked_at(check: Check, at: datetime) -> bool:
    return check.since is None or at >= check.since


# --- the chain ------------------------------------------------------------------------------------------


def _seals(session: Session, check: Check) -> Iterator[Mismatch]:
    for sequence, expected, found in broken_seals(session, since=check.since):
        yield Mismatch(record=f"audit_seal/{sequence}", kind="seal", expected=expected, found=found)
    entries, seals = _count(session, AuditEntry), _count(session, AuditSeal)
    check.count("audit_entry", entries)
    check.count("audit_seal", seals)
    if entries == seals:
        return
    late = session.execute(
        select(
            func.count().label("number"), func.min(AuditEntry.id).label("first"), func.min(AuditEntry.at).label("at")
        )
        .outerjoin(AuditSeal, AuditSeal.entry_id == AuditEntry.id)
        .where(AuditSeal.entry_id.is_(None), AuditEntry.at < check.now - LONGEST_UNSEALED)
    ).one()
    if late.number:
        yield Mismatch(
            record=f"audit_entry/{late.first}",
            kind="unsealed",
            expected="a seal within a minute",
            found=f"{late.number} entries without one, the oldest since {late.at.isoformat()}",
        )


def _count(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where)) or 0


# --- what is derived ------------------------------------------------------------------------------------


Keys = Iterator[tuple[str, str]]
Derive = Callable[[Session, str, str], Iterator[Mismatch]]


def _derived(session: Session, check: Check) -> Iterator[Mismatch]:
    parts: tuple[tuple[str, Callable[[], Keys], Derive], ...] = (
        ("attempts derived", lambda: exams.attempts_to_rederive(session, since=check.since), exams.rederive),
        (
            "cut studies derived",
            lambda: cut_studies.studies_to_rederive(session, since=check.since),
            cut_studies.rederive_study,
        ),
        (
            "practicals derived",
            lambda: practicals.practicals_to_rederive(session, since=check.since),
            practicals.rederive,
        ),
        (
            "borderline studies derived",
            lambda: borderline.studies_to_rederive(session, since=check.since),
            borderline.rederive_study,
        ),
        (
            "applications derived",
            lambda: certification.applications_to_rederive(session, since=check.since),
            certification.rederive,
        ),
        (
            "credentials derived",
            lambda: credentials.credentials_to_rederive(session, since=check.since),
            credentials.rederive,
        ),
        (
            "status lists derived",
            lambda: credentials.status_lists_to_rederive(session),
            credentials.rederive_status_list,
        ),
        (
            "leaves of the log",
            lambda: log.leaves_to_recheck(session, since=check.since),
            partial(log.recheck_leaf, now=check.now),
        ),
    )
    for kind, keys, derive in parts:
        check.count(kind, 0)
        chosen = check.chooser(lambda keys=keys: sum(1 for _ in keys()))  # type: ignore[misc]  # a default binds the keys
        for body_id, record_id in keys():
            if not chosen():
                continue
            check.count(kind)
            yield from _derive_again(session, f"{kind}/{body_id}/{record_id}", derive(session, body_id, record_id))
            session.expunge_all()


def _derive_again(session: Session, record: str, mismatches: Iterator[Mismatch]) -> Iterator[Mismatch]:
    """Yield what differs; facts so broken that nothing can be derived from them are a problem of the record."""
    try:
        yield from mismatches
    except Exception as error:
        yield Mismatch(
            record=record,
            kind="underivable",
            expected="facts from which it can be derived",
            found=f"{type(error).__name__}: {error}"[:300],
        )


def _log(session: Session, check: Check) -> Iterator[Mismatch]:
    """The tree, its heads, and the facts that are not in it."""
    check.count("log entries", _count(session, LogEntry))
    yield from _derive_again(session, "log", log.tree_problems(session))
    yield from _derive_again(session, "log", log.unlogged(session))
    yield from _derive_again(session, "log", head_problems(session, now=check.now))


# --- files ----------------------------------------------------------------------------------------------


def _files(session: Session, check: Check, storage: Storage) -> Iterator[Mismatch]:
    check.count("files", 0)
    chosen = check.chooser(lambda: sum(_count(session, kept.table) for kept in KEPT))
    for kept in KEPT:
        table = kept.table
        rows = session.execute(
            select(table.body_id, kept.record, kept.digest, kept.at)
            .where(kept.digest.is_not(None))
            .execution_options(yield_per=ROWS_AT_A_TIME)
        )
        for body_id, record_id, digest, at in rows:
            if not _looked_at(check, at) or not chosen():
                continue
            check.count("files")
            try:
                storage.get(digest)
            except NotFound as error:
                record = f"{table.__tablename__}/{body_id}/{record_id}"
                yield Mismatch(record=record, kind="file", expected=digest, found=str(error))
