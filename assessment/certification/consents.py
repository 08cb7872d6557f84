"""Consents by purpose (rule 16): photo abroad, evidence, sharing. Exam and register do not rest on consent.

Under 18 a guardian gives them, before any photo is taken, and no photo is ever shown to others.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.check_in import photo_needs
from assessment.accounts.ids import new_id
from assessment.accounts.persons import birth_date_of
from assessment.certification.authority import today_in
from assessment.certification.states import application_of, own_application
from assessment.certification.tables import Application, Consent, Purpose
from assessment.domain.errors import N_, Invalid
from assessment.web.actor import Actor

ADULT = 18


def save_consents(
    session: Session,
    actor: Actor,
    application_id: str,
    given: Mapping[Purpose, bool],
    *,
    by_guardian: bool,
    now: datetime,
) -> None:
    """Keep consents that are given or withdrawn, each for one purpose; possible at any time (rule 16).

    Exam and register do not rest on consent. Raises Invalid when somebody under 18 gives one without a
    guardian, or a photo to be shown abroad.
    """
    application = own_application(session, actor, application_id)
    if is_minor(session, application, now=now):
        if any(given.values()) and not by_guardian:
            raise Invalid(N_("Under 18, a parent or guardian gives these consents."))
        if given.get(Purpose.PHOTO_ABROAD):
            raise Invalid(N_("Under 18, no photo is shown to others."))
    else:
        by_guardian = False
    held = consents_of(session, actor.body_id, application_id)
    session.add_all(
        Consent(
            body_id=actor.body_id,
            id=new_id(),
            application_id=application_id,
            purpose=purpose,
            given=yes,
            by_guardian=by_guardian,
            at=now,
        )
        for purpose, yes in given.items()
        if purpose not in held or (held[purpose].given, held[purpose].by_guardian) != (yes, by_guardian)
    )
    session.flush()


def consents_of(session: Session, body_id: str, application_id: str) -> dict[Purpose, Consent]:
    """Return the newest consent of each purpose."""
    rows = session.scalars(
        select(Consent)
        .where(Consent.body_id == body_id, Consent.application_id == application_id)
        .order_by(Consent.at, Consent.id)
    )
    return {row.purpose: row for row in rows}


def is_minor(session: Session, application: Application, *, now: datetime) -> bool:
    """Say whether the candidate is under 18 on this day in the body's zone."""
    born = birth_date_of(session, application.body_id, application.person_id)
    return age_on(born, today_in(session, application.body_id, now)) < ADULT


def age_on(born: date, day: date) -> int:
    """Return whole years of age on a day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def photo_allowed(session: Session, application: Application, *, now: datetime) -> bool:
    """Say whether the candidate may be photographed at all: under 18 a guardian must have agreed (rule 16)."""
    if not is_minor(session, application, now=now):
        return True
    consent = consents_of(session, application.body_id, application.id).get(Purpose.EVIDENCE)
    return consent is not None and consent.given and consent.by_guardian


def _photo_at_check_in(session: Session, body_id: str, application_id: str, now: datetime) -> bool:
    return photo_allowed(session, application_of(session, body_id, application_id), now=now)


photo_needs(_photo_at_check_in)
