"""The office's side of an application: prerequisites seen, documents seen, accepted or not, who trained."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.persons import record_document
from assessment.accounts.tables import Person
from assessment.certification.authority import require_licence
from assessment.certification.states import application_of, move, said
from assessment.certification.tables import Application, PrerequisiteCheck
from assessment.domain.certification.application_states import ApplicationEvent, ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.schemes.tables import Prerequisite
from assessment.web.actor import Actor

# Until a meeting has decided, the office may still learn who trained the candidate.
TRAINER_MATTERS = frozenset(ApplicationState) - {
    ApplicationState.REJECTED,
    ApplicationState.WITHDRAWN,
    ApplicationState.CLOSED,
    ApplicationState.REVOKED,
    ApplicationState.EXPIRED,
}


def check_prerequisite(
    session: Session,
    actor: Actor,
    application_id: str,
    prerequisite_id: str,
    *,
    accepted: bool,
    note: str,
    now: datetime,
) -> PrerequisiteCheck:
    """Record that the actor saw the proof of a prerequisite, or did not accept it and why.

    Raises Conflict unless the application is submitted, NotFound for a prerequisite of another scheme version,
    and Invalid when what is not accepted has no reason.
    """
    application = _received(session, actor, application_id)
    if application.state is not ApplicationState.SUBMITTED:
        raise Conflict(N_("Prerequisites are checked while an application is submitted and not yet accepted."))
    prerequisite = session.get(Prerequisite, (actor.body_id, prerequisite_id))
    if prerequisite is None or prerequisite.scheme_version_id != application.scheme_version_id:
        raise NotFound(N_("There is no such prerequisite."))
    check = PrerequisiteCheck(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        prerequisite_id=prerequisite_id,
        accepted=accepted,
        note=note.strip() if accepted else said(note),
        checked_by=actor.person_id,
        checked_at=now,
    )
    session.add(check)
    session.flush()
    return check


def see_document(
    session: Session,
    actor: Actor,
    application_id: str,
    *,
    kind: str,
    number: str,
    valid_until: date | None,
    now: datetime,
) -> str:
    """Record an identity document of the candidate that the actor held in their hands; returns its id."""
    application = _received(session, actor, application_id)
    return record_document(
        session,
        actor.body_id,
        application.person_id,
        kind=kind,
        number=number,
        valid_until=valid_until,
        seen_by=actor.person_id,
        now=now,
    )


def accept(session: Session, actor: Actor, application_id: str, *, reason: str = "", now: datetime) -> Application:
    """Accept an application. Raises Conflict while a prerequisite is not seen, or the licence does not cover it."""
    application = _received(session, actor, application_id)
    open_ones = prerequisites_open(session, application)
    if open_ones:
        raise Conflict(
            N_("Expected the proof of every prerequisite to be seen; still open: %(count)s."), count=len(open_ones)
        )
    require_licence(session, actor.body_id, application.scheme_version_id, now=now)
    move(session, actor, application, ApplicationEvent.ACCEPT, reason=reason.strip(), now=now)
    return application


def reject(session: Session, actor: Actor, application_id: str, *, reason: str, now: datetime) -> Application:
    """Reject an application, with the reason that its candidate reads."""
    application = _received(session, actor, application_id)
    move(session, actor, application, ApplicationEvent.REJECT, reason=said(reason), now=now)
    return application


def send_back(session: Session, actor: Actor, application_id: str, *, reason: str, now: datetime) -> Application:
    """Give an application back to its candidate to be completed, with the reason."""
    application = _received(session, actor, application_id)
    move(session, actor, application, ApplicationEvent.RETURN, reason=said(reason), now=now)
    return application


def register_trainer(session: Session, actor: Actor, application_id: str, person_id: str, *, now: datetime) -> None:
    """Put a person on the trainer's side of an application: nobody who trained may decide (rule 10).

    Raises NotFound for an unknown person, and Conflict when the person stands on another side or the
    application is over.
    """
    application = _received(session, actor, application_id)
    if application.state not in TRAINER_MATTERS:
        raise Conflict(N_("This application is over; who trained no longer matters for it."))
    if session.get(Person, (actor.body_id, person_id)) is None:
        raise NotFound(N_("There is no such person."))
    take_side(session, actor.body_id, application_id, person_id, Side.TRAINER, now=now)


def prerequisites_open(session: Session, application: Application) -> list[str]:
    """Return the prerequisites whose last check did not accept them, or that nobody checked."""
    known = session.scalars(
        select(Prerequisite.id)
        .where(
            Prerequisite.body_id == application.body_id,
            Prerequisite.scheme_version_id == application.scheme_version_id,
        )
        .order_by(Prerequisite.position)
    ).all()
    checks = session.execute(
        select(PrerequisiteCheck.prerequisite_id, PrerequisiteCheck.accepted)
        .where(
            PrerequisiteCheck.body_id == application.body_id,
            PrerequisiteCheck.application_id == application.id,
        )
        .order_by(PrerequisiteCheck.checked_at, PrerequisiteCheck.id)
    )
    accepted: dict[str, bool] = {row.prerequisite_id: row.accepted for row in checks}
    return [prerequisite for prerequisite in known if not accepted.get(prerequisite)]


def _received(session: Session, actor: Actor, application_id: str) -> Application:
    application = application_of(session, actor.body_id, application_id)
    if application.person_id == actor.person_id:
        raise NotAllowed(N_("Nobody handles their own application."))
    return application
