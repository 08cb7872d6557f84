"""Placing a candidate: on the roster of a sitting, and at a practical with its assessor.

No attempt and no practical without an application that was agreed to (rule 13).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.states import application_of, move
from assessment.certification.tables import Application
from assessment.domain.certification.application_states import (
    APPLICATION,
    ASSESSABLE,
    ApplicationEvent,
    ApplicationState,
)
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.exams.candidates import Registrable, Registration, candidates_come_from
from assessment.exams.sittings import register
from assessment.exams.tables import Form, RosterEntry, Sitting
from assessment.practicals.reassessing import reassess
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import Practical
from assessment.web.actor import Actor

MOST_LISTED = 200
READY = frozenset({ApplicationState.AGREED, ApplicationState.REASSESSMENT, ApplicationState.RECOGNITION}) | ASSESSABLE


def put_on_roster(
    session: Session,
    actor: Actor,
    application_id: str,
    sitting_id: str,
    *,
    extra_seconds: int = 0,
    late_reason: str = "",
    now: datetime,
) -> RosterEntry:
    """Put the candidate of an application on a sitting's roster, and the application on its way.

    Raises NotFound, Invalid when the sitting's form is of another scheme version, Conflict while the application
    is not agreed to, and what the roster itself refuses.
    """
    application = _ready(session, actor, application_id)
    scheme_version_id = session.scalar(
        select(Form.scheme_version_id)
        .join(Sitting, (Sitting.body_id == Form.body_id) & (Sitting.form_id == Form.id))
        .where(Sitting.body_id == actor.body_id, Sitting.id == sitting_id)
    )
    if scheme_version_id is None:
        raise NotFound(N_("There is no such sitting."))
    if scheme_version_id != application.scheme_version_id:
        raise Invalid(N_("Expected a sitting of the application's own scheme version, got another one's."))
    entry = register(
        session,
        actor.body_id,
        sitting_id,
        application_id,
        application.person_id,
        now=now,
        added_by=actor.person_id,
        extra_seconds=extra_seconds,
        late_reason=late_reason,
    )
    _move_on(session, actor, application, now=now)
    return entry


def schedule_practical(
    session: Session,
    actor: Actor,
    application_id: str,
    *,
    task_id: str,
    site_id: str,
    assessor_ids: Sequence[str],
    starts_at: datetime,
    over_limit: str = "",
    now: datetime,
) -> Practical:
    """Plan a practical of an application and give it to its assessors, each with a sheet of their own.

    Raises Conflict while the application is not agreed to, and what the practical itself refuses: a site or an
    assessor without authority on that day, an assessor who stands on another side.
    """
    application = _ready(session, actor, application_id)
    practical = schedule(
        session,
        actor.body_id,
        application_id,
        application.person_id,
        task_id,
        site_id,
        assessor_ids,
        starts_at,
        now,
        over_limit=over_limit,
    )
    _move_on(session, actor, application, now=now)
    return practical


def reassess_practical(
    session: Session,
    actor: Actor,
    application_id: str,
    practical_id: str,
    *,
    site_id: str,
    assessor_ids: Sequence[str],
    starts_at: datetime,
    over_limit: str = "",
    now: datetime,
) -> Practical:
    """Plan a practical that marks again what an earlier one of the application missed; the rest is carried over.

    Raises NotFound for a practical of another application, and what `schedule_practical` and `reassess` refuse.
    """
    application = _ready(session, actor, application_id)
    earlier = session.get(Practical, (actor.body_id, practical_id))
    if earlier is None or earlier.application_id != application_id:
        raise NotFound(N_("There is no such practical."))
    again = reassess(
        session,
        actor,
        practical_id,
        site_id=site_id,
        assessor_ids=assessor_ids,
        starts_at=starts_at,
        over_limit=over_limit,
        now=now,
    )
    _move_on(session, actor, application, now=now)
    return again


def registrable(session: Session, body_id: str, scheme_version_id: str) -> list[Registrable]:
    """Return the applications for a scheme version that may be put on a roster and are on none, oldest first."""
    on_roster = (
        select(RosterEntry.application_id)
        .where(RosterEntry.body_id == Application.body_id, RosterEntry.application_id == Application.id)
        .correlate(Application)
        .exists()
    )
    rows = session.scalars(
        select(Application)
        .where(
            Application.body_id == body_id,
            Application.scheme_version_id == scheme_version_id,
            Application.state.in_(READY),
            (Application.state == ApplicationState.REASSESSMENT) | ~on_roster,
        )
        .order_by(Application.created_at, Application.id)
        .limit(MOST_LISTED)
    )
    return [
        Registrable(application_id=row.id, person_id=row.person_id, number=row.number, adjustment=row.adjustment)
        for row in rows
    ]


def register_from_roster(session: Session, actor: Actor, wanted: Registration, now: datetime) -> None:
    """Put one candidate on a roster as the page of a sitting asks for it."""
    put_on_roster(
        session,
        actor,
        wanted.application_id,
        wanted.sitting_id,
        extra_seconds=wanted.extra_seconds,
        late_reason=wanted.late_reason,
        now=now,
    )


candidates_come_from(registrable, register_from_roster)


def _ready(session: Session, actor: Actor, application_id: str) -> Application:
    application = application_of(session, actor.body_id, application_id)
    if application.state not in READY:
        raise Conflict(N_("Expected an application that was agreed to and is not decided yet."))
    return application


def _move_on(session: Session, actor: Actor, application: Application, *, now: datetime) -> None:
    """The first place schedules the application; a further one changes nothing."""
    if APPLICATION.allows(application.state, ApplicationEvent.SCHEDULE):
        move(session, actor, application, ApplicationEvent.SCHEDULE, reason="", now=now)
