"""The decisions whose certificate waits for somebody to release it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.certification.tables import Application, Choice, Decision, Meeting
from assessment.domain.certification.application_states import ApplicationState
from assessment.schemes.tables import Scheme, SchemeVersion

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionLine:
    """A decision K whose certificate nobody has released yet."""

    decision_id: str
    application_id: str
    application_number: str
    person_id: str
    scheme_version_id: str
    scheme_code: str
    meeting_number: str
    decided_on: date
    decided_at: datetime


def decisions_to_release(
    session: Session, body_id: str, page: int = 1, *, size: int = PAGE
) -> tuple[list[DecisionLine], int]:
    """Return one page of the decisions K that wait for release, the oldest first, and how many there are."""
    rows = session.execute(
        select(Decision, Application, Scheme.code, Meeting.number, func.count().over())
        .join(
            Application,
            (Application.body_id == Decision.body_id) & (Application.id == Decision.application_id),
        )
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(Meeting, (Meeting.body_id == Decision.body_id) & (Meeting.id == Decision.meeting_id))
        .where(
            Decision.body_id == body_id,
            Decision.outcome == Choice.COMPETENT,
            Application.state == ApplicationState.DECIDED_COMPETENT,
            Decision.id == _newest_decision(),
        )
        .order_by(Decision.decided_at, Decision.id)
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    lines = [
        DecisionLine(
            decision_id=decision.id,
            application_id=application.id,
            application_number=application.number,
            person_id=application.person_id,
            scheme_version_id=application.scheme_version_id,
            scheme_code=code,
            meeting_number=number,
            decided_on=decision.decided_on,
            decided_at=decision.decided_at,
        )
        for decision, application, code, number, _total in rows
    ]
    return lines, rows[0][4] if rows else 0


def _newest_decision() -> Any:
    """The id of the newest decision on the application of the enclosing statement."""
    newest = Decision.__table__.alias("newest")
    return (
        select(newest.c.id)
        .where(newest.c.body_id == Application.body_id, newest.c.application_id == Application.id)
        .order_by(newest.c.decided_at.desc(), newest.c.id)
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )
