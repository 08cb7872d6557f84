"""The state of an application: every change of it goes through the table of the domain and leaves a step.

What an event means for other records stands in the services that cause it.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.tables import Application, ApplicationStep
from assessment.domain.certification.application_states import APPLICATION, ApplicationEvent
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.web.actor import Actor

LONGEST_REASON = 2_000
SHORTEST_REASON = 5
FIRST_STEP = "apply"


def application_of(session: Session, body_id: str, application_id: str) -> Application:
    """Return an application, locked against others who change it. Raises NotFound."""
    application = session.get(Application, (body_id, application_id), with_for_update=True)
    if application is None:
        raise NotFound(N_("There is no such application."))
    return application


def own_application(session: Session, actor: Actor, application_id: str) -> Application:
    """Return an application of the candidate who asks. Raises NotFound for anybody else's."""
    application = application_of(session, actor.body_id, application_id)
    if application.person_id != actor.person_id:
        raise NotFound(N_("There is no such application."))
    return application


def move(
    session: Session,
    actor: Actor | None,
    application: Application,
    event: ApplicationEvent,
    *,
    reason: str,
    now: datetime,
) -> ApplicationStep:
    """Let an event happen to an application and keep the step: from where, by whom, why.

    `actor` is None where nobody acted, for example when a date passed. Raises Conflict when the table has no
    such arrow; the message names what is possible.
    """
    application.state = APPLICATION.after(application.state, event)
    return record_step(session, actor, application, event.value, reason=reason, now=now)


def record_step(
    session: Session, actor: Actor | None, application: Application, event: str, *, reason: str, now: datetime
) -> ApplicationStep:
    """Keep the state that an application has now as its next step."""
    last = session.scalar(
        select(func.max(ApplicationStep.number)).where(
            ApplicationStep.body_id == application.body_id, ApplicationStep.application_id == application.id
        )
    )
    step = ApplicationStep(
        body_id=application.body_id,
        id=new_id(),
        application_id=application.id,
        number=(last or 0) + 1,
        event=event,
        state=application.state,
        reason=reason,
        person_id=actor.person_id if actor else None,
        at=now,
    )
    session.add(step)
    session.flush()
    return step


def said(text: str) -> str:
    """Return a reason without the spaces around it. Raises Invalid when it says nothing or is too long."""
    reason = text.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(
            N_("Expected a reason of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=LONGEST_REASON,
            got=len(reason),
        )
    return reason
