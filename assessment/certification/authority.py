"""Dated authority (rule 12): what the body's licence covers, and whether an assessor is registered, on a day."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import AssessorRegistration, BodyLicence, CertificationBody
from assessment.domain.certification.clocks import calendar_day
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.schemes.tables import Scheme, SchemeVersion

EVERY_SCHEME = "*"


@dataclass(frozen=True, kw_only=True, slots=True)
class Licence:
    """The licence that covers a scheme on a day."""

    number: str
    authority: str
    authority_number: str | None
    valid_from: date
    valid_until: date


def today_in(session: Session, body_id: str, now: datetime) -> date:
    """Return the calendar date of a moment in the body's zone."""
    zone = session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id))
    if zone is None:
        raise NotFound(N_("There is no such certification body."))
    return calendar_day(now, ZoneInfo(zone))


def licences_on(session: Session, body_id: str, day: date) -> list[tuple[frozenset[str], Licence]]:
    """Return the licences that a body holds on a day, each with the scheme codes that it covers."""
    rows = session.scalars(
        select(BodyLicence)
        .where(BodyLicence.body_id == body_id, BodyLicence.valid_from <= day, BodyLicence.valid_until >= day)
        .order_by(BodyLicence.valid_until.desc())
    )
    return [
        (
            frozenset(row.scheme_codes),
            Licence(
                number=row.number,
                authority=row.authority,
                authority_number=row.authority_number,
                valid_from=row.valid_from,
                valid_until=row.valid_until,
            ),
        )
        for row in rows
    ]


def covering(licences: list[tuple[frozenset[str], Licence]], scheme_code: str) -> Licence | None:
    """Return the licence that covers a scheme, the longest one first."""
    return next((licence for codes, licence in licences if codes & {EVERY_SCHEME, scheme_code}), None)


def require_licence(session: Session, body_id: str, scheme_version_id: str, *, now: datetime) -> Licence:
    """Return the licence that covers a scheme version at this moment.

    Raises Conflict when none does: the body may not take it on today.
    """
    day = today_in(session, body_id, now)
    code = session.scalar(
        select(Scheme.code)
        .join(SchemeVersion, (SchemeVersion.body_id == Scheme.body_id) & (SchemeVersion.scheme_id == Scheme.id))
        .where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
    )
    licence = covering(licences_on(session, body_id, day), code or "")
    if licence is None:
        raise Conflict(
            N_("The licence of this body does not cover the scheme %(scheme)s on %(day)s."),
            scheme=code or "-",
            day=day.isoformat(),
        )
    return licence


def require_registered(session: Session, body_id: str, person_id: str, *, now: datetime) -> None:
    """Raise NotAllowed when a person has no valid registration as an assessor on this day."""
    day = today_in(session, body_id, now)
    held = session.scalar(
        select(AssessorRegistration.id)
        .where(
            AssessorRegistration.body_id == body_id,
            AssessorRegistration.person_id == person_id,
            AssessorRegistration.valid_from <= day,
            AssessorRegistration.valid_until >= day,
        )
        .limit(1)
    )
    if held is None:
        raise NotAllowed(
            N_("Expected a registration as an assessor that is valid on %(day)s, got none."), day=day.isoformat()
        )
