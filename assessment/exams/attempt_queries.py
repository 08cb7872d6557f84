"""Selects about attempts: a room's seats, a candidate's own exams, extra time, and why one was voided."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CheckIn, Occasion, Site
from assessment.audit.tables import AuditEntry
from assessment.database import select_columns
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.language import text_in
from assessment.exams.tables import (
    Attempt,
    ExtraTime,
    Form,
    FormItem,
    ResponseEvent,
    RosterEntry,
    Sitting,
    Standing,
)
from assessment.schemes.tables import SchemeText

MOST_EXAMS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Seat:
    """One candidate of a sitting: the roster entry, and the attempt once it is prepared."""

    entry: RosterEntry
    attempt: Attempt | None
    checked_in_at: datetime | None
    exception: str | None
    answered: int
    held: int


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnExam:
    """A candidate's attempt with where and when."""

    attempt: Attempt
    sitting: Sitting
    site_name: str
    site_city: str
    scheme_version_id: str
    items: int


def seats(session: Session, body_id: str, sitting_id: str) -> list[Seat]:
    """Return everybody on a sitting's roster, in the order in which they were added."""
    counts = (
        select(
            ResponseEvent.body_id,
            ResponseEvent.attempt_id,
            func.count(func.distinct(ResponseEvent.item))
            .filter(ResponseEvent.standing == Standing.ACCEPTED)
            .label("answered"),
            func.count().filter(ResponseEvent.standing == Standing.HELD).label("held"),
        )
        .join(Attempt, (Attempt.body_id == ResponseEvent.body_id) & (Attempt.id == ResponseEvent.attempt_id))
        .where(ResponseEvent.body_id == body_id, Attempt.sitting_id == sitting_id)
        .group_by(ResponseEvent.body_id, ResponseEvent.attempt_id)
        .subquery()
    )
    rows = session.execute(
        select(RosterEntry, Attempt, CheckIn.at, CheckIn.exception, counts.c.answered, counts.c.held)
        .join(
            Attempt,
            (Attempt.body_id == RosterEntry.body_id)
            & (Attempt.sitting_id == RosterEntry.sitting_id)
            & (Attempt.application_id == RosterEntry.application_id),
            isouter=True,
        )
        .join(
            CheckIn,
            (CheckIn.body_id == Attempt.body_id)
            & (CheckIn.record_id == Attempt.id)
            & (CheckIn.occasion == Occasion.EXAM),
            isouter=True,
        )
        .join(counts, (counts.c.body_id == Attempt.body_id) & (counts.c.attempt_id == Attempt.id), isouter=True)
        .where(RosterEntry.body_id == body_id, RosterEntry.sitting_id == sitting_id)
        .order_by(RosterEntry.added_at, RosterEntry.application_id)
    )
    return [
        Seat(
            entry=row[0],
            attempt=row[1],
            checked_in_at=row[2],
            exception=row[3],
            answered=row[4] or 0,
            held=row[5] or 0,
        )
        for row in rows
    ]


def own_exams(session: Session, body_id: str, person_id: str | None, *, attempt_id: str | None = None) -> list[OwnExam]:
    """Return a candidate's attempts, the next one first; with `attempt_id` only that one.

    `person_id` None, together with an attempt, asks for it whoever its candidate is.
    """
    wanted = _exams(of_person=person_id is not None or attempt_id is None, one=attempt_id is not None)
    asked = {"body_id": body_id, "person_id": person_id, "attempt_id": attempt_id}
    return [
        OwnExam(
            attempt=row[0],
            sitting=row[1],
            site_name=row[2],
            site_city=row[3],
            scheme_version_id=row[4],
            items=row[5],
        )
        for row in session.execute(wanted, asked)
    ]


@cache
def _exams(*, of_person: bool, one: bool) -> Select[Any]:
    items = (
        select(func.count())
        .where(FormItem.body_id == Attempt.body_id, FormItem.form_id == Attempt.form_id)
        .correlate(Attempt)
        .scalar_subquery()
    )
    wanted = (
        select(Attempt, Sitting, Site.name, Site.city, Form.scheme_version_id, items)
        .join(Sitting, (Sitting.body_id == Attempt.body_id) & (Sitting.id == Attempt.sitting_id))
        .join(Site, (Site.body_id == Sitting.body_id) & (Site.id == Sitting.site_id))
        .join(Form, (Form.body_id == Attempt.body_id) & (Form.id == Attempt.form_id))
        .where(Attempt.body_id == bindparam("body_id"))
        .order_by(Sitting.starts_at)
        .limit(MOST_EXAMS)
    )
    if of_person:
        wanted = wanted.where(Attempt.person_id == bindparam("person_id"))
    if one:
        wanted = wanted.where(Attempt.id == bindparam("attempt_id"))
    return wanted


_TITLES = select(SchemeText.language, SchemeText.title).where(
    SchemeText.body_id == bindparam("body_id"), SchemeText.scheme_version_id == bindparam("scheme_version_id")
)


def title_of(session: Session, found: OwnExam, language: str) -> str:
    """Return the title of the scheme for which an exam is sat, in the wished language or the nearest there is."""
    asked = {"body_id": found.attempt.body_id, "scheme_version_id": found.scheme_version_id}
    return text_in({row.language: row.title for row in select_columns(session, _TITLES, asked)}, language)


def extra_times(session: Session, body_id: str, attempt_id: str) -> list[ExtraTime]:
    """Return the extra time given to an attempt, in the order in which it was given."""
    return list(
        session.scalars(
            select(ExtraTime)
            .where(ExtraTime.body_id == body_id, ExtraTime.attempt_id == attempt_id)
            .order_by(ExtraTime.given_at, ExtraTime.id)
        )
    )


def void_reason(session: Session, attempt: Attempt) -> str | None:
    """Return why an attempt was voided, from the audit record; None when it was not."""
    if attempt.state is not AttemptState.VOIDED:
        return None
    return session.scalar(
        select(AuditEntry.reason)
        .where(
            AuditEntry.record_table == Attempt.__tablename__,
            AuditEntry.record_key == f"{attempt.body_id}/{attempt.id}",
            AuditEntry.reason.is_not(None),
        )
        .order_by(AuditEntry.id.desc())
        .limit(1)
    )
