"""Submitting a sheet: what is missing, and the receipt that seals one assessor's marks and photos.

What follows when all sheets of a practical are in stands in `settling`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.practicals import aggregation
from assessment.domain.practicals.delivery import Receipt, SentPhoto, sheet_receipt
from assessment.domain.practicals.observation import Observation as Marked
from assessment.domain.practicals.practical_states import SHEET, SheetEvent, SheetState
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.content import CriterionContent, rubric_from
from assessment.practicals.marking import criteria_to_mark
from assessment.practicals.observations import StoredObservation, in_force, observations_of
from assessment.practicals.opening import locked
from assessment.practicals.photo_records import count_photos, photos_sent
from assessment.practicals.piece_queries import criteria_on_piece, newest_piece
from assessment.practicals.settling import Ahead, look_ahead, settle
from assessment.practicals.sheets import own_sheet
from assessment.practicals.tables import Observation
from assessment.practicals.tables_sheets import Sheet, SheetSeal
from assessment.web.actor import Actor

FIRST_ROUND = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """What one assessor's observations say now.

    `missing`: codes of rubric criteria without a mark; `last_number`: the newest observation seen, 0 for none.
    `ahead`: what all sheets say together, where this is the last one and it was calculated already.
    """

    result: aggregation.TaskResult
    receipt: Receipt
    missing: tuple[str, ...]
    last_number: int
    ahead: Ahead | None = None


def derive(
    person_id: str,
    criteria: Sequence[CriterionContent],
    stored: Sequence[StoredObservation],
    photos: Sequence[SentPhoto] = (),
) -> Derived:
    """Calculate result, receipt and what is missing of one assessor's sheet; reads nothing."""
    rubric = rubric_from(criteria)
    marked = [
        Marked(assessor_id=person_id, rubric_criterion_id=each.sent.criterion, value=each.sent.value)
        for each in in_force(stored)
    ]
    return Derived(
        result=aggregation.task_result(rubric, marked),
        receipt=sheet_receipt((each.sent for each in stored if each.round == FIRST_ROUND and not each.held), photos),
        missing=aggregation.missing(rubric, marked, assessor_id=person_id),
        last_number=stored[-1].number if stored else 0,
    )


def derive_sheet(session: Session, body_id: str, practical_id: str, person_id: str) -> Derived:
    """Calculate what one assessor's sheet says now, before the lock is taken. Raises NotFound.

    Five statements, and up to six more where nothing is missing. What others marked is read only when all of them are
    in and this sheet is whole: until then how long it takes would tell how much they have marked.
    """
    piece = newest_piece(session, body_id, practical_id)
    criteria = criteria_on_piece(criteria_to_mark(session, body_id, practical_id), piece)
    stored = observations_of(session, body_id, practical_id, criteria, person_id=person_id)
    photos = photos_sent(session, body_id, practical_id, person_id, criteria)
    derived = derive(person_id, criteria, stored, photos)
    if derived.missing:
        return derived
    return replace(derived, ahead=look_ahead(session, body_id, practical_id, criteria, submitting=person_id))


def submit(
    session: Session, actor: Actor, practical_id: str, *, now: datetime, derived: Derived | None = None
) -> Sheet:
    """Close the actor's sheet and seal it; what still arrives for it is held for a second person.

    When it is the last sheet of the practical, the marks are compared and the result derived (`settling`).
    `derived` may be calculated before the lock is taken. Raises NotFound for whoever has no sheet, NotAllowed outside
    the assessor's registration, Invalid naming the criteria that have no mark, and Conflict when the sheet is not
    open or marks of it arrived in the meantime.
    """
    sheet = own_sheet(session, actor, practical_id)
    if sheet.state is SheetState.SUBMITTED:
        raise Conflict(N_("This sheet was submitted; its marks stay as they are."))
    if sheet.state is not SheetState.OPEN:
        raise Conflict(N_("This sheet is not open yet: check-in first, then the assessor opens it."))
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    if derived is None:
        derived = derive_sheet(session, actor.body_id, practical_id, actor.person_id)
    elif (derived.last_number, derived.receipt.photos) != (_last_number(session, sheet), count_photos(session, sheet)):
        raise Conflict(N_("New marks arrived in the meantime. Look at the sheet again and submit once more."))
    if derived.missing:
        raise Invalid(
            N_("Expected a mark for every criterion, got none for %(missing)s."),
            missing=", ".join(derived.missing),
        )
    practical = locked(session, actor.body_id, practical_id)
    sheet.state = SHEET.after(sheet.state, SheetEvent.SUBMIT)
    sheet.submitted_at = now
    sheet.marks = derived.receipt.marks
    sheet.receipt = derived.receipt.digest
    session.add(seal_of(sheet, FIRST_ROUND, derived.receipt, now=now))
    session.flush()
    settle(session, practical, now=now, ahead=derived.ahead)
    return sheet


def seal_of(sheet: Sheet, number: int, receipt: Receipt, *, now: datetime) -> SheetSeal:
    """Return the seal of what an assessor submitted in one round."""
    return SheetSeal(
        body_id=sheet.body_id,
        sheet_id=sheet.id,
        round=number,
        application_id=sheet.application_id,
        person_id=sheet.person_id,
        v=receipt.v,
        marks=receipt.marks,
        observations=receipt.observations,
        photos=receipt.photos,
        digest=receipt.digest,
        sealed_at=now,
    )


def _last_number(session: Session, sheet: Sheet) -> int:
    return (
        session.scalar(
            select(func.max(Observation.number)).where(
                Observation.body_id == sheet.body_id,
                Observation.practical_id == sheet.practical_id,
                Observation.person_id == sheet.person_id,
            )
        )
        or 0
    )
