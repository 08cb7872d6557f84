"""What our records add to a certificate about the test itself: the sitting, the assessors, the pass mark, the status.

Reading only; two statements, none that grows with more than one sitting or one application. Rows are looked up by the
ids that belong to a person or an application alone: without statistics SQLite prefers a body's whole table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Duty
from assessment.certification.tables import Application, Choice, Decision
from assessment.credentials.tables import StatusChange, StatusConfirmation, StatusPurpose
from assessment.domain.certification.duties import Side
from assessment.exams.tables import Form, RosterEntry, Sitting
from assessment.practicals.tables import Observation, ObservationStanding, Practical

FEWEST = 10  # candidates of a sitting below which a number would point at persons


@dataclass(frozen=True, kw_only=True, slots=True)
class PassMark:
    """The cut of the written exam: share of the whole, and who set it how and when unless it is provisional."""

    cut: Fraction
    method: str
    judges: int | None
    set_at: datetime | None
    provisional: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Exam:
    """The sitting: when the holder was put on its roster, when it began, and how many were decided and competent.

    `late`: added after the roster was closed, or not before the start.
    """

    registered_at: datetime
    starts_at: datetime
    late: bool
    decided: int
    competent: int
    pass_mark: PassMark


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """`agreed` of `compared` judgements, which two assessors made of one criterion unseen, were the same.

    `since`: when each status was set last; it may have been lifted, which the status lists say.
    """

    exam: Exam | None = None
    assessors: int = 0
    agreed: int = 0
    compared: int = 0
    since: Mapping[StatusPurpose, datetime] | None = None


def evidence_of(session: Session, body_id: str, application_id: str, credential_id: str) -> Evidence:
    """Return what the records say of the test behind a certificate."""
    row = _behind(session, body_id, application_id, credential_id)
    agreed, compared = agreement(session, body_id, application_id)
    if row is None:
        return Evidence(agreed=agreed, compared=compared)
    times = {StatusPurpose.REVOCATION: row.revoked_at, StatusPurpose.SUSPENSION: row.suspended_at}
    return Evidence(
        exam=_exam(row),
        assessors=row.assessors,
        agreed=agreed,
        compared=compared,
        since={purpose: at for purpose, at in times.items() if at is not None},
    )


def _behind(session: Session, body_id: str, application_id: str, credential_id: str) -> Any:
    asked = {"body_id": body_id, "application_id": application_id, "credential_id": credential_id}
    return session.execute(_facts(), asked).first()


@cache
def _facts() -> Executable:
    return (
        select(
            _assessors().label("assessors"),
            _set_at(StatusPurpose.REVOCATION).label("revoked_at"),
            _set_at(StatusPurpose.SUSPENSION).label("suspended_at"),
            RosterEntry.added_at,
            RosterEntry.late_reason,
            Sitting.starts_at,
            Form.cut,
            Form.cut_method,
            Form.cut_judges,
            Form.cut_on,
            Form.provisional,
            _decided().label("decided"),
            _decided(Decision.outcome == Choice.COMPETENT).label("competent"),
        )
        .select_from(Application)
        .join(
            RosterEntry,
            (RosterEntry.person_id == Application.person_id) & (RosterEntry.application_id == Application.id),
            isouter=True,
        )
        .join(
            Sitting,
            (Sitting.body_id == RosterEntry.body_id) & (Sitting.id == RosterEntry.sitting_id),
            isouter=True,
        )
        .join(Form, (Form.body_id == Sitting.body_id) & (Form.id == Sitting.form_id), isouter=True)
        .where(Application.body_id == bindparam("body_id"), Application.id == bindparam("application_id"))
        .order_by(Sitting.starts_at.desc())
        .limit(1)
    )


def _exam(row: Any) -> Exam | None:
    if row.starts_at is None:
        return None
    pass_mark = PassMark(
        cut=row.cut,
        method=row.cut_method,
        judges=row.cut_judges,
        set_at=None if row.cut_on is None else datetime(row.cut_on.year, row.cut_on.month, row.cut_on.day),
        provisional=row.provisional,
    )
    return Exam(
        registered_at=row.added_at,
        starts_at=row.starts_at,
        late=row.late_reason is not None or row.added_at >= row.starts_at,
        decided=row.decided,
        competent=row.competent,
        pass_mark=pass_mark,
    )


def agreement(session: Session, body_id: str, application_id: str) -> tuple[int, int]:
    """Return in how many criteria two assessors gave the same mark before they saw each other's, and of how many.

    Measured values are left out: two readings of a gauge differ by nature.
    """
    rows = session.execute(_first_marks(), {"body_id": body_id, "application_id": application_id})
    last: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        last.setdefault((row.practical_id, row.rubric_criterion_id), {})[row.person_id] = row.mark
    pairs = [tuple(marks.values()) for marks in last.values() if len(marks) > 1]
    judged = [marks for marks in pairs if not any("value" in mark for mark in marks)]
    return sum(_same(marks) for marks in judged), len(judged)


@cache
def _first_marks() -> Executable:
    return (
        select(Observation.practical_id, Observation.rubric_criterion_id, Observation.person_id, Observation.mark)
        .join(
            Practical,
            (Practical.body_id == Observation.body_id) & (Practical.id == Observation.practical_id),
        )
        .where(
            Practical.application_id == bindparam("application_id"),
            Observation.round == 1,
            Observation.standing == ObservationStanding.ACCEPTED,
        )
        .order_by(Observation.number)
    )


def _set_at(purpose: StatusPurpose) -> Any:
    """When a status was set last, by its last confirmed change that sets it."""
    return (
        select(func.max(StatusConfirmation.confirmed_at))
        .select_from(StatusChange)
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
        )
        .where(
            StatusChange.body_id == Application.body_id,
            StatusChange.credential_id == bindparam("credential_id"),
            StatusChange.purpose == purpose,
            StatusChange.value,
            StatusConfirmation.confirmed,
        )
        .correlate(Application)
        .scalar_subquery()
    )


def _same(marks: Sequence[Mapping[str, Any]]) -> bool:
    return all(mark == marks[0] for mark in marks)


def _assessors() -> Any:
    return (
        select(func.count())
        .select_from(Duty)
        .where(
            Duty.body_id == Application.body_id,
            Duty.application_id == Application.id,
            Duty.side == Side.ASSESSOR,
        )
        .correlate(Application)
        .scalar_subquery()
    )


def _decided(*conditions: Any) -> Any:
    """Count the candidates of the sitting on whom a meeting has decided."""
    there = RosterEntry.__table__.alias("there")
    return (
        select(func.count(func.distinct(Decision.application_id)))
        .select_from(there)
        .join(
            Decision,
            Decision.application_id == there.c.application_id,
        )
        .where(there.c.body_id == Sitting.body_id, there.c.sitting_id == Sitting.id, *conditions)
        .correlate(Sitting)
        .scalar_subquery()
    )
