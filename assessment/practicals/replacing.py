"""Giving a sheet to another assessor before the practical begins: its own one is too close, or cannot come."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import CertificationBody
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.practicals.assigning import Wanted, require_assignable
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.naming import BEFORE_THE_START, checked_words
from assessment.practicals.opening import locked
from assessment.practicals.tables import Task
from assessment.practicals.tables_assigning import AssessorReplacement
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor


def replace_assessor(
    session: Session,
    actor: Actor,
    application_id: str,
    sheet_id: str,
    person_id: str,
    *,
    reason: str,
    over_limit: str = "",
    now: datetime,
) -> AssessorReplacement:
    """Give a sheet of a practical that has not begun to another assessor.

    Raises NotFound, Invalid without a reason or for somebody who marks it already, Conflict once the practical has
    begun, for somebody too close or on another side, NotAllowed without licence or registration on that day.
    """
    sheet = session.get(Sheet, (actor.body_id, sheet_id))
    if sheet is None or sheet.application_id != application_id:
        raise NotFound(N_("There is no such practical."))
    practical = locked(session, actor.body_id, sheet.practical_id)
    if practical.state not in BEFORE_THE_START:
        raise Conflict(N_("This practical has begun: its assessors stay."))
    words = checked_words(reason)
    marking = session.scalars(
        select(Sheet.person_id).where(Sheet.body_id == actor.body_id, Sheet.practical_id == practical.id)
    ).all()
    if person_id in marking:
        raise Invalid(N_("Choose an assessor who does not mark this practical yet."))
    require_registered_assessor(session, actor.body_id, person_id, day_at(session, actor.body_id, practical.starts_at))
    task = session.get_one(Task, (actor.body_id, practical.task_id))
    (over,) = require_assignable(
        session,
        actor.body_id,
        Wanted(
            application_id=application_id,
            scheme_version_id=task.scheme_version_id,
            starts_at=practical.starts_at,
            minutes=task.minutes,
            zone=session.get_one(CertificationBody, actor.body_id).zone,
        ),
        [person_id],
        over_limit=over_limit,
    )
    take_side(session, actor.body_id, application_id, person_id, Side.ASSESSOR, now=now)
    replaced = AssessorReplacement(
        body_id=actor.body_id,
        id=new_id(),
        practical_id=practical.id,
        sheet_id=sheet.id,
        from_id=sheet.person_id,
        to_id=person_id,
        reason=words,
        replaced_by=actor.person_id,
        replaced_at=now,
    )
    session.add(replaced)
    sheet.person_id = person_id
    sheet.reason = over
    session.flush()
    return replaced
