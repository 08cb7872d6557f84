"""The candidate names an assessor who is too close, on their own application, as long as a practical may come."""

from datetime import datetime

from sqlalchemy.orm import Session

from assessment.accounts.registrations import day_at, require_registered_assessor
from assessment.certification.states import own_application
from assessment.domain.certification.application_states import ApplicationState as S
from assessment.domain.errors import N_, Conflict
from assessment.practicals.naming import name_too_close, planned_assessors
from assessment.practicals.tables_assigning import Closeness, NamedBy, TooClose
from assessment.web.actor import Actor

OPEN_TO_NAMES = frozenset(
    {S.SUBMITTED, S.ACCEPTED, S.AGREED, S.REASSESSMENT, S.RECOGNITION, S.SCHEDULED, S.IN_ASSESSMENT}
)


def name_by_candidate(
    session: Session,
    actor: Actor,
    application_id: str,
    person_id: str,
    *,
    closeness: Closeness,
    reason: str,
    now: datetime,
) -> TooClose:
    """Keep that the candidate finds an assessor too close.

    Raises NotFound for another's application, Conflict when no practical can come any more, NotAllowed for somebody
    who is no assessor that day and is not planned either, and what `name_too_close` raises.
    """
    application = own_application(session, actor, application_id)
    if application.state not in OPEN_TO_NAMES:
        raise Conflict(N_("No practical is to come on this application."))
    if person_id not in planned_assessors(session, actor.body_id, application_id):
        require_registered_assessor(session, actor.body_id, person_id, day_at(session, actor.body_id, now))
    return name_too_close(
        session,
        actor,
        application_id,
        person_id,
        named_by=NamedBy.CANDIDATE,
        closeness=closeness,
        reason=reason,
        now=now,
    )
