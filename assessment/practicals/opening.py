"""The beginning of a practical: identity at check-in, then each assessor opens the own sheet (rule 14)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison, record_check_in
from assessment.accounts.tables import Occasion
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.practicals.practical_states import (
    PRACTICAL,
    SHEET,
    PracticalEvent,
    PracticalState,
    SheetEvent,
    SheetState,
)
from assessment.practicals.authority import day_at, require_registered_assessor, require_verified_site
from assessment.practicals.naming import standing_names
from assessment.practicals.sheets import own_sheet
from assessment.practicals.tables import Practical
from assessment.practicals.tables_sheets import Sheet
from assessment.storage import Storage
from assessment.web.actor import Actor


def locked(session: Session, body_id: str, practical_id: str) -> Practical:
    """Return a practical, locked until the end of the transaction. Raises NotFound."""
    practical = session.scalar(
        select(Practical)
        .where(Practical.body_id == body_id, Practical.id == practical_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if practical is None:
        raise NotFound(N_("There is no such practical."))
    return practical


def check_in(
    session: Session, actor: Actor, storage: Storage, practical_id: str, comparison: Comparison, *, now: datetime
) -> Practical:
    """Record that the candidate was compared with the document and photographed at this practical.

    `comparison.photo` comes from `plain_photo`. Raises NotFound, NotAllowed when the site is not verified
    today, Conflict when it was done before, and what `record_check_in` raises.
    """
    practical = locked(session, actor.body_id, practical_id)
    require_verified_site(session, actor.body_id, practical.site_id, day_at(session, actor.body_id, now))
    if not PRACTICAL.allows(practical.state, PracticalEvent.CHECK_IN):
        raise Conflict(N_("This candidate is already checked in."))
    record_check_in(
        session,
        actor,
        storage,
        occasion=Occasion.PRACTICAL,
        record_id=practical.id,
        application_id=practical.application_id,
        candidate_id=practical.candidate_id,
        comparison=comparison,
        now=now,
    )
    practical.state = PRACTICAL.after(practical.state, PracticalEvent.CHECK_IN)
    session.flush()
    return practical


def open_sheet(session: Session, actor: Actor, practical_id: str, *, now: datetime) -> Sheet:
    """Start the time of the actor's own sheet; marks are taken on it from now on. An open one stays as it is.

    Raises NotFound for whoever has no sheet on this practical, NotAllowed outside the assessor's registration,
    and Conflict before the check-in, after the submission, and for somebody who must be replaced first.
    """
    sheet = own_sheet(session, actor, practical_id)
    if sheet.state is SheetState.OPEN:
        return sheet
    if sheet.state is SheetState.SUBMITTED:
        raise Conflict(N_("This sheet was submitted; its marks stay as they are."))
    practical = locked(session, actor.body_id, practical_id)
    if practical.state is PracticalState.SCHEDULED:
        raise Conflict(N_("The candidate is not checked in yet: the invigilator does that first."))
    if actor.person_id in standing_names(session, actor.body_id, practical.application_id):
        raise Conflict(N_("Somebody else marks this practical. Ask the office."))
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    sheet.state = SHEET.after(sheet.state, SheetEvent.OPEN)
    sheet.opened_at = now
    if practical.state is PracticalState.CHECKED_IN:
        practical.state = PRACTICAL.after(practical.state, PracticalEvent.OPEN)
        practical.opened_at = now
    session.flush()
    return sheet
