"""Sittings: one scheduled exam at one site, and the roster that closes before it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import CertificationBody, Site
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import MAXIMUM_EXTRA
from assessment.exams.logged import log_late_entry, log_roster
from assessment.exams.tables import Form, FormState, RosterEntry, Sitting
from assessment.schemes.tables import SchemeState, SchemeVersion

LONGEST_CODE = 40
LONGEST_REASON = 2_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSitting:
    """Which form is sat where; candidates may start from `starts_at` and before `closes_at`."""

    form_id: str
    site_id: str
    code: str
    starts_at: datetime
    closes_at: datetime


def create_sitting(session: Session, body_id: str, new: NewSitting) -> Sitting:
    """Schedule an exam.

    Raises NotFound for an unknown form or site; Conflict when the form is retired, its scheme version is not
    published, the site is not verified on that day (rule 12), or the code is taken; Invalid when the last
    start does not lie after the first.
    """
    form = session.get(Form, (body_id, new.form_id))
    site = session.get(Site, (body_id, new.site_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    if site is None:
        raise NotFound(N_("There is no such site."))
    if form.state is not FormState.READY:
        raise Conflict(N_("This form is retired; choose another one."))
    version = session.get(SchemeVersion, (body_id, form.scheme_version_id))
    if version is None or version.state is not SchemeState.PUBLISHED:
        raise Conflict(N_("The scheme version of this form is not published."))
    _check_verified(session, body_id, site, new.starts_at)
    if new.closes_at <= new.starts_at:
        raise Invalid(N_("Expected the last moment to start after the first one."))
    code = new.code.strip()
    if not 1 <= len(code) <= LONGEST_CODE:
        raise Invalid(N_("A code has 1 to %(most)s characters, got %(got)s."), most=LONGEST_CODE, got=len(code))
    if session.scalar(select(Sitting.id).where(Sitting.body_id == body_id, Sitting.code == code)) is not None:
        raise Conflict(N_("There is already a sitting %(code)s."), code=code)
    sitting = Sitting(
        body_id=body_id,
        id=new_id(),
        form_id=form.id,
        site_id=site.id,
        code=code,
        starts_at=new.starts_at,
        closes_at=new.closes_at,
    )
    session.add(sitting)
    session.flush()
    return sitting


def register(
    session: Session,
    body_id: str,
    sitting_id: str,
    application_id: str,
    person_id: str,
    *,
    now: datetime,
    added_by: str | None,
    extra_seconds: int = 0,
    late_reason: str = "",
) -> RosterEntry:
    """Put the candidate of an application on a sitting's roster.

    That the application is for the form's scheme and may be examined is the caller's to know: applications
    belong to a higher feature. A closed roster admits nobody; a late entry gives its reason and is a row of
    its own. Raises NotFound, Conflict when the candidate is on the roster already, the sitting has closed, or
    the roster is closed and no reason is given, and Invalid for extra time outside 0 to 24 hours.
    """
    sitting = session.get(Sitting, (body_id, sitting_id), with_for_update=True)
    if sitting is None:
        raise NotFound(N_("There is no such sitting."))
    reason = late_reason.strip()
    if session.get(RosterEntry, (body_id, sitting_id, application_id)) is not None:
        raise Conflict(N_("This candidate is already on the roster."))
    if now >= sitting.closes_at:
        raise Conflict(N_("This sitting is over; choose a later one."))
    if sitting.roster_closed_at is not None and len(reason) < 5:
        raise Conflict(N_("The roster is closed and admits nobody. A late entry needs a reason."))
    if len(reason) > LONGEST_REASON:
        raise Invalid(N_("Expected a reason of at most %(most)s characters."), most=LONGEST_REASON)
    _check_extra(extra_seconds)
    take_side(session, body_id, application_id, person_id, Side.CANDIDATE, now=now)
    if sitting.roster_closed_at is not None:
        because(session, reason)
    entry = RosterEntry(
        body_id=body_id,
        sitting_id=sitting_id,
        application_id=application_id,
        person_id=person_id,
        late_reason=reason or None if sitting.roster_closed_at is not None else None,
        extra_seconds=extra_seconds,
        added_at=now,
        added_by=added_by,
    )
    session.add(entry)
    session.flush()
    if sitting.roster_closed_at is not None:
        log_late_entry(session, entry, now=now)
    return entry


def grant_time(
    session: Session, body_id: str, sitting_id: str, application_id: str, *, extra_seconds: int
) -> RosterEntry:
    """Set a candidate's extra time while no attempt is prepared yet; afterwards it is given to the attempt.

    Raises NotFound, Conflict once the roster is closed, and Invalid outside 0 to 24 hours.
    """
    sitting = session.get(Sitting, (body_id, sitting_id))
    entry = session.get(RosterEntry, (body_id, sitting_id, application_id))
    if sitting is None or entry is None:
        raise NotFound(N_("This candidate is not on the roster."))
    if sitting.roster_closed_at is not None:
        raise Conflict(N_("The roster is closed. The invigilator can give extra time in the room."))
    _check_extra(extra_seconds)
    entry.extra_seconds = extra_seconds
    session.flush()
    return entry


def close_roster(session: Session, body_id: str, sitting_id: str, *, now: datetime, closed_by: str | None) -> Sitting:
    """Close the roster: from now on it admits nobody. Raises Conflict when it is closed or empty."""
    sitting = session.get(Sitting, (body_id, sitting_id), with_for_update=True)
    if sitting is None:
        raise NotFound(N_("There is no such sitting."))
    if sitting.roster_closed_at is not None:
        raise Conflict(N_("The roster is already closed."))
    anybody = select(RosterEntry.application_id).where(
        RosterEntry.body_id == body_id, RosterEntry.sitting_id == sitting_id
    )
    if session.scalar(anybody.limit(1)) is None:
        raise Conflict(N_("Nobody is on the roster yet."))
    sitting.roster_closed_at = now
    sitting.roster_closed_by = closed_by
    session.flush()
    log_roster(session, sitting, now=now)
    return sitting


def _check_verified(session: Session, body_id: str, site: Site, moment: datetime) -> None:
    zone = session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id)) or "UTC"
    day = moment.astimezone(ZoneInfo(zone)).date()
    if not site.verified_from <= day <= site.verified_until:
        raise Conflict(
            N_("The site %(site)s is verified from %(from_)s to %(until)s, not on %(day)s."),
            site=site.name,
            from_=site.verified_from.isoformat(),
            until=site.verified_until.isoformat(),
            day=day.isoformat(),
        )


def _check_extra(seconds: int) -> None:
    if not 0 <= seconds <= MAXIMUM_EXTRA / timedelta(seconds=1):
        raise Invalid(N_("Expected extra time from 0 to 24 hours, got %(got)s seconds."), got=seconds)
