"""What of an exam goes into the transparency log: the roster when it closes, late entries, the sitting at its end.

A sitting is closed in the log once nobody writes in it any more, at the end of its day at the latest. The statement
holds, for every attempt that was handed in, its receipt (which seals the answers) and the digest of its result.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, CheckIn
from assessment.database import Act, unit_of_work
from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState
from assessment.domain.log.entry import Kind, canonical, written_moment
from assessment.domain.log.merkle import GrowingTree, leaf_hash
from assessment.domain.mismatch import Mismatch, mismatch
from assessment.exams.tables import Attempt, ExamResult, Form, RosterEntry, Sitting
from assessment.jobs.service import ask_for, handle
from assessment.transparency.leaves import Blind, blind_of, leaf_of, write_leaf
from assessment.transparency.rechecking import expect, members_differ, no_leaf, recheck
from assessment.transparency.tables import LogLeaf

CLOSE_SITTING = "exams.close_sitting"
LOOK_AGAIN = timedelta(minutes=15)


def log_roster(session: Session, sitting: Sitting, *, now: datetime) -> None:
    """Write the leaf of a roster that has just been closed, and ask for the sitting to be closed in its turn."""

    def facts(blind: Blind) -> dict[str, Any]:
        return {**roster_facts(session, sitting, blind), "closed": written_moment(now)}

    write_leaf(session, sitting.body_id, Kind.ROSTER, sitting.id, facts, now=now)
    ask_for(
        session, sitting.body_id, CLOSE_SITTING, {"sitting": sitting.id}, now=now, due_at=max(now, sitting.closes_at)
    )


def log_late_entry(session: Session, entry: RosterEntry, *, now: datetime) -> None:
    """Write the leaf of somebody who came onto a roster after it was closed."""

    def facts(blind: Blind) -> dict[str, Any]:
        return {
            "sitting": entry.sitting_id,
            "candidate": blind(entry.application_id),
            "reason": blind(entry.late_reason or ""),
            "added": written_moment(now),
        }

    write_leaf(session, entry.body_id, Kind.LATE_ENTRY, f"{entry.sitting_id}/{entry.application_id}", facts, now=now)


def roster_facts(session: Session, sitting: Sitting, blind: Blind) -> dict[str, Any]:
    """Return what a roster's statement says of the sitting and of who was on it when it closed."""
    scheme_version_id = session.scalar(
        select(Form.scheme_version_id).where(Form.body_id == sitting.body_id, Form.id == sitting.form_id)
    )
    candidates = session.scalars(
        select(RosterEntry.application_id).where(
            RosterEntry.body_id == sitting.body_id,
            RosterEntry.sitting_id == sitting.id,
            RosterEntry.late_reason.is_(None),
        )
    )
    return {
        "sitting": sitting.id,
        "site": sitting.site_id,
        "scheme_version": scheme_version_id,
        "form": sitting.form_id,
        "starts": written_moment(sitting.starts_at),
        "candidates": sorted(map(blind, candidates)),
    }


def close_sitting(session: Session, body_id: str, sitting_id: str, *, now: datetime) -> bool:
    """Close a sitting in the log and say so; asks to be called again while somebody writes and the day is not over."""
    sitting = session.get_one(Sitting, (body_id, sitting_id), with_for_update=True)
    if leaf_of(session, body_id, Kind.CLOSE, sitting_id) is not None:
        return True
    states = session.execute(
        select(Attempt.state)
        .where(Attempt.body_id == body_id, Attempt.sitting_id == sitting_id)
        .order_by(Attempt.id)
        .with_for_update()
    ).scalars()
    unfinished = sum(state in STARTED for state in states)
    ends = _end_of_day(session, body_id, sitting.closes_at)
    if (unfinished or now < sitting.closes_at) and now < ends:
        again = {"sitting": sitting_id}
        ask_for(session, body_id, CLOSE_SITTING, again, now=now, due_at=min(now + LOOK_AGAIN, ends))
        return False
    lines = _lines(session, body_id, sitting_id)
    facts = {
        "sitting": sitting_id,
        "closed": written_moment(now),
        "attempts": lines,
        "root": _root(lines),
        "unfinished": unfinished,
        "photos": _photos(session, body_id, sitting_id),
    }
    write_leaf(session, body_id, Kind.CLOSE, sitting_id, lambda _blind: facts, now=now)
    return True


def _lines(session: Session, body_id: str, sitting_id: str) -> list[list[Any]]:
    """[attempt, receipt, generation of its result, digest of its result] of every attempt that was handed in."""
    rows = session.execute(
        select(Attempt.id, Attempt.receipt, ExamResult)
        .join(
            ExamResult,
            and_(ExamResult.body_id == Attempt.body_id, ExamResult.attempt_id == Attempt.id),
            isouter=True,
        )
        .where(Attempt.body_id == body_id, Attempt.sitting_id == sitting_id, Attempt.receipt.is_not(None))
        .order_by(Attempt.id, ExamResult.generation.desc())
    )
    lines: dict[str, list[Any]] = {}
    for attempt_id, receipt, result in rows:
        if attempt_id not in lines:
            known = [None, None] if result is None else [result.generation, _digest(result)]
            lines[attempt_id] = [attempt_id, receipt, *known]
    return list(lines.values())


def _digest(result: ExamResult) -> str:
    facts = {
        "score": str(result.score),
        "max_score": str(result.max_score),
        "cut_reached": result.cut_reached,
        "by_unit": result.by_unit,
        "by_criterion": result.by_criterion,
    }
    return hashlib.sha256(canonical(facts)).hexdigest()


def _root(lines: list[list[Any]]) -> str:
    tree = GrowingTree()
    for line in lines:
        tree.add(leaf_hash(canonical({"line": line})))
    return tree.root().hex()


def _photos(session: Session, body_id: str, sitting_id: str) -> list[str]:
    return sorted(
        session.scalars(
            select(CheckIn.photo_digest)
            .join(Attempt, (Attempt.body_id == CheckIn.body_id) & (Attempt.id == CheckIn.record_id))
            .where(Attempt.body_id == body_id, Attempt.sitting_id == sitting_id)
        )
    )


def _end_of_day(session: Session, body_id: str, moment: datetime) -> datetime:
    zone = ZoneInfo(session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id)) or "UTC")
    day = moment.astimezone(zone).date()
    return datetime.combine(day, time(23, 59, 30), zone).astimezone(moment.tzinfo)


def _close(body_id: str, payload: dict[str, Any], now: datetime) -> None:
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name=CLOSE_SITTING)
    with unit_of_work(act) as session:
        close_sitting(session, body_id, payload["sitting"], now=now)


# --- held against the log -------------------------------------------------------------------------------


def _recheck_roster(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    if "sitting" not in said:
        return
    sitting = session.get(Sitting, (leaf.body_id, said["sitting"]))
    if sitting is None:
        yield mismatch(f"log_leaf/{leaf.body_id}/{leaf.id}", "log sitting", said["sitting"], "none")
        return
    yield from members_differ(leaf, said, roster_facts(session, sitting, blind_of(leaf.id)))


def _recheck_late_entry(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    if "sitting" not in said:
        return
    sitting_id, _, application_id = leaf.subject.partition("/")
    entry = session.get(RosterEntry, (leaf.body_id, sitting_id, application_id))
    blind = blind_of(leaf.id)
    facts = {
        "sitting": None if entry is None else entry.sitting_id,
        "candidate": None if entry is None else blind(entry.application_id),
        "reason": None if entry is None else blind(entry.late_reason or ""),
    }
    yield from members_differ(leaf, said, facts)


def _recheck_close(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    if "sitting" not in said:
        return
    facts = []
    for attempt_id, _receipt, generation, _digest_then in said["attempts"]:
        attempt = session.get(Attempt, (leaf.body_id, attempt_id))
        result = None if generation is None else session.get(ExamResult, (leaf.body_id, attempt_id, generation))
        known = [None, None] if result is None else [result.generation, _digest(result)]
        facts.append([attempt_id, None if attempt is None else attempt.receipt, *known])
    for then, is_now in zip(said["attempts"], facts, strict=True):
        if then != is_now:
            yield mismatch(f"attempt/{leaf.body_id}/{then[0]}", "log close", then, is_now)
    photos = _photos(session, leaf.body_id, said["sitting"])
    yield from members_differ(leaf, said, {"root": _root(said["attempts"]), "photos": photos})


def _expected(session: Session, first: datetime) -> Iterator[Mismatch]:
    """Sittings whose roster is closed or in which somebody began, and late entries, without their leaves."""
    began = (
        select(Attempt.id)
        .where(
            Attempt.body_id == Sitting.body_id,
            Attempt.sitting_id == Sitting.id,
            Attempt.state.in_([*STARTED, *ENDED, AttemptState.RELEASED]),
            Attempt.started_at >= first,
        )
        .exists()
    )
    has_leaf = and_(LogLeaf.body_id == Sitting.body_id, LogLeaf.kind == Kind.ROSTER, LogLeaf.subject == Sitting.id)
    for body_id, sitting_id in session.execute(
        select(Sitting.body_id, Sitting.id)
        .outerjoin(LogLeaf, has_leaf)
        .where(LogLeaf.id.is_(None), (Sitting.roster_closed_at >= first) | began)
    ):
        yield no_leaf("sitting", body_id, sitting_id, Kind.ROSTER)
    subject = RosterEntry.sitting_id + "/" + RosterEntry.application_id
    has_leaf = and_(LogLeaf.body_id == RosterEntry.body_id, LogLeaf.kind == Kind.LATE_ENTRY, LogLeaf.subject == subject)
    for body_id, record in session.execute(
        select(RosterEntry.body_id, subject)
        .outerjoin(LogLeaf, has_leaf)
        .where(LogLeaf.id.is_(None), RosterEntry.late_reason.is_not(None), RosterEntry.added_at >= first)
    ):
        yield no_leaf("roster_entry", body_id, record, Kind.LATE_ENTRY)


handle(CLOSE_SITTING, _close)
recheck(Kind.ROSTER, _recheck_roster)
recheck(Kind.LATE_ENTRY, _recheck_late_entry)
recheck(Kind.CLOSE, _recheck_close)
expect(_expected)
