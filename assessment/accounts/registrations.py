"""An assessor's dated registration, and the calendar day on which it is asked for (rule 12)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import AssessorRegistration, CertificationBody
from assessment.domain.errors import N_, NotAllowed


def day_at(session: Session, body_id: str, moment: datetime) -> date:
    """Return the calendar date of a moment in the body's own zone."""
    zone = session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id)) or "UTC"
    return moment.astimezone(ZoneInfo(zone)).date()


def require_registered_assessor(session: Session, body_id: str, person_id: str, day: date) -> None:
    """Raise NotAllowed when the person has no assessor's registration that is valid on that day."""
    valid = session.scalar(
        select(AssessorRegistration.id)
        .where(
            AssessorRegistration.body_id == body_id,
            AssessorRegistration.person_id == person_id,
            AssessorRegistration.valid_from <= day,
            AssessorRegistration.valid_until >= day,
        )
        .limit(1)
    )
    if valid is None:
        raise NotAllowed(
            N_("Expected an assessor whose registration is valid on %(day)s; this person has none for that day."),
            day=day.isoformat(),
        )
