"""Dated authority at a practical: the site's verification and the assessor's registration (rule 12)."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import AssessorRegistration, CertificationBody, Site
from assessment.domain.errors import N_, NotAllowed, NotFound


def day_at(session: Session, body_id: str, moment: datetime) -> date:
    """Return the calendar date of a moment in the body's own zone."""
    zone = session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id)) or "UTC"
    return moment.astimezone(ZoneInfo(zone)).date()


def require_verified_site(session: Session, body_id: str, site_id: str, day: date) -> Site:
    """Return the site. Raises NotFound, and NotAllowed when it is not verified on that day."""
    site = session.get(Site, (body_id, site_id))
    if site is None:
        raise NotFound(N_("There is no such site."))
    if not site.verified_from <= day <= site.verified_until:
        raise NotAllowed(
            N_("Expected a site that is verified on %(day)s; %(site)s is verified from %(since)s to %(until)s."),
            day=day.isoformat(),
            site=site.name,
            since=site.verified_from.isoformat(),
            until=site.verified_until.isoformat(),
        )
    return site


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
