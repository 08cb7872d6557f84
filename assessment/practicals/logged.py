"""What of a practical goes into the transparency log: that it is planned, and what it came to when it was closed.

A practical is a roster of one. One that is planned when its time has come already is a late entry. The closing holds
the seals of the sheets, which seal the marks, and the digests of the photos.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CheckIn
from assessment.domain.log.entry import Kind, canonical, written_moment
from assessment.domain.log.merkle import GrowingTree, leaf_hash
from assessment.domain.mismatch import Mismatch, mismatch
from assessment.practicals.tables import Practical
from assessment.practicals.tables_ending import PracticalClosing
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import Sheet, SheetSeal
from assessment.transparency.leaves import Blind, blind_of, write_leaf
from assessment.transparency.rechecking import expect, members_differ, no_leaf, recheck
from assessment.transparency.tables import LogLeaf


def log_roster(session: Session, practical: Practical, assessor_ids: Sequence[str], *, now: datetime) -> None:
    """Write the leaf of a practical that has just been planned."""

    def facts(blind: Blind) -> dict[str, Any]:
        return {**roster_facts(practical, blind), "assessors": sorted(map(blind, assessor_ids))}

    kind = Kind.ROSTER if now < practical.starts_at else Kind.LATE_ENTRY
    write_leaf(session, practical.body_id, kind, practical.id, facts, now=now)


def roster_facts(practical: Practical, blind: Blind) -> dict[str, Any]:
    """Return what the statement of a planned practical says of it, apart from its assessors."""
    return {
        "practical": practical.id,
        "site": practical.site_id,
        "task": practical.task_id,
        "rubric": practical.rubric_id,
        "starts": written_moment(practical.starts_at),
        "candidates": [blind(practical.application_id)],
    }


def log_close(session: Session, practical: Practical, number: str, *, now: datetime) -> None:
    """Write the leaf of a practical that has just been closed for the `number`-th time."""
    seals = _seals(session, practical.body_id, practical.id)
    facts = {
        "practical": practical.id,
        "closed": written_moment(now),
        "sheets": seals,
        "root": _root(seals),
        "photos": _photos(session, practical.body_id, practical.id),
    }
    write_leaf(session, practical.body_id, Kind.CLOSE, f"{practical.id}/{number}", lambda _blind: facts, now=now)


def _seals(session: Session, body_id: str, practical_id: str) -> list[list[Any]]:
    rows = session.execute(
        select(SheetSeal.sheet_id, SheetSeal.round, SheetSeal.digest)
        .join(Sheet, (Sheet.body_id == SheetSeal.body_id) & (Sheet.id == SheetSeal.sheet_id))
        .where(Sheet.body_id == body_id, Sheet.practical_id == practical_id)
        .order_by(SheetSeal.sheet_id, SheetSeal.round)
    )
    return [list(row) for row in rows]


def _photos(session: Session, body_id: str, practical_id: str) -> list[str]:
    """The digests of the photos of the work that were announced, and of the one at check-in."""
    work = select(WorkPhoto.digest).where(WorkPhoto.body_id == body_id, WorkPhoto.practical_id == practical_id)
    person = select(CheckIn.photo_digest).where(CheckIn.body_id == body_id, CheckIn.record_id == practical_id)
    return sorted(session.scalars(work.union_all(person)))


def _root(seals: list[list[Any]]) -> str:
    tree = GrowingTree()
    for line in seals:
        tree.add(leaf_hash(canonical({"line": line})))
    return tree.root().hex()


# --- held against the log -------------------------------------------------------------------------------


def _recheck_roster(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    if "practical" not in said:
        return
    practical = session.get(Practical, (leaf.body_id, said["practical"]))
    if practical is None:
        yield mismatch(f"log_leaf/{leaf.body_id}/{leaf.id}", "log practical", said["practical"], "none")
        return
    yield from members_differ(leaf, said, roster_facts(practical, blind_of(leaf.id)))


def _recheck_close(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    """What was sealed at the closing must still be so; what a second person took in afterwards comes on top."""
    if "practical" not in said:
        return
    seals = _seals(session, leaf.body_id, said["practical"])
    for line in said["sheets"]:
        if line not in seals:
            found = [seal for seal in seals if seal[:2] == line[:2]]
            yield mismatch(f"sheet_seal/{leaf.body_id}/{line[0]}/{line[1]}", "log close", line, found)
    missing = sorted(set(said["photos"]) - set(_photos(session, leaf.body_id, said["practical"])))
    if missing:
        yield mismatch(f"log_leaf/{leaf.body_id}/{leaf.id}", "log photos", missing, "none")
    yield from members_differ(leaf, said, {"root": _root(said["sheets"])})


def _expected(session: Session, first: datetime) -> Iterator[Mismatch]:
    """Practicals that began and closings, without their leaves."""
    has_leaf = and_(
        LogLeaf.body_id == Practical.body_id,
        LogLeaf.kind.in_([Kind.ROSTER, Kind.LATE_ENTRY]),
        LogLeaf.subject == Practical.id,
    )
    for body_id, practical_id in session.execute(
        select(Practical.body_id, Practical.id)
        .outerjoin(LogLeaf, has_leaf)
        .where(LogLeaf.id.is_(None), Practical.starts_at >= first)
    ):
        yield no_leaf("practical", body_id, practical_id, Kind.ROSTER)
    for body_id, practical_id, number in session.execute(
        select(PracticalClosing.body_id, PracticalClosing.practical_id, PracticalClosing.number).where(
            PracticalClosing.closed, PracticalClosing.at >= first
        )
    ).all():
        subject = f"{practical_id}/{number}"
        logged = select(LogLeaf.id).where(
            LogLeaf.body_id == body_id, LogLeaf.kind == Kind.CLOSE, LogLeaf.subject == subject
        )
        if session.scalar(logged) is None:
            yield no_leaf("practical_closing", body_id, subject, Kind.CLOSE)


recheck(Kind.ROSTER, _recheck_roster)
recheck(Kind.LATE_ENTRY, _recheck_roster)
recheck(Kind.CLOSE, _recheck_close)
expect(_expected)
