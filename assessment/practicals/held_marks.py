"""Marks and photos that are held: a second person takes or rejects each, with a reason.

Why they are held is found from the facts (`domain.practicals.closing.why_held`): they came after their sheet was
submitted, after the practical was closed, or lie above the limit of practicals a day.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.practicals.closing import Hold, why_held
from assessment.practicals.content import CriterionContent
from assessment.practicals.observations import ShownMark, StoredObservation, in_force, observations_of, shown_mark
from assessment.practicals.opening import locked
from assessment.practicals.photo_records import ShownPhoto, photos_of
from assessment.practicals.queries import PracticalHead
from assessment.practicals.remarking import check_reason
from assessment.practicals.settling import settle
from assessment.practicals.sheets import find_sheet
from assessment.practicals.tables import Observation, ObservationStanding, Practical
from assessment.practicals.tables_ending import PhotoDecision, PracticalClosing
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import ObservationDecision
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMark:
    """A held mark with what is known of it; `current` is the one that counts now without it, None for none.

    `why` it is held; `taken` as in `StoredObservation`.
    """

    number: int
    assessor: str
    criterion: CriterionContent
    mark: ShownMark
    device: str
    reason: str
    current: ShownMark | None
    taken: bool | None
    why: Hold


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldPhoto:
    """A held photo, of which criterion, by whom, and why it is held."""

    photo: ShownPhoto
    assessor: str
    criterion: CriterionContent
    why: Hold


def held_marks(
    session: Session,
    body_id: str,
    head: PracticalHead,
    criteria: Sequence[CriterionContent],
    turns: Sequence[PracticalClosing] = (),
) -> list[HeldMark]:
    """Return the held marks of a practical in the order of their arrival; one statement.

    `turns`: each closing and opening of it, as `closings_of` returns them.
    """
    submitted = _submitted(head)
    stored = observations_of(session, body_id, head.id, criteria)
    by_code = {criterion.code: criterion for criterion in criteria}
    now_counts: dict[tuple[str, str], StoredObservation] = {}
    for person_id in head.assessors:
        for each in in_force([each for each in stored if each.person_id == person_id]):
            now_counts[person_id, each.sent.criterion] = each
    found = []
    for each in stored:
        if each.held:
            criterion = by_code[each.sent.criterion]
            current = now_counts.get((each.person_id, each.sent.criterion))
            found.append(
                HeldMark(
                    number=each.number,
                    assessor=head.assessors.get(each.person_id, ""),
                    criterion=criterion,
                    mark=_shown(each, criterion),
                    device=each.sent.device,
                    reason=each.sent.reason,
                    current=None if current is None else _shown(current, criterion),
                    taken=each.taken,
                    why=_why(each.received_at, submitted.get(each.person_id), turns),
                )
            )
    return found


def held_photos(
    session: Session,
    body_id: str,
    head: PracticalHead,
    criteria: Sequence[CriterionContent],
    turns: Sequence[PracticalClosing] = (),
) -> list[HeldPhoto]:
    """Return the held photos of a practical in the order they were taken; one statement."""
    submitted = _submitted(head)
    by_code = {criterion.code: criterion for criterion in criteria}
    return [
        HeldPhoto(
            photo=photo,
            assessor=head.assessors.get(photo.person_id, ""),
            criterion=by_code[photo.criterion],
            why=_why(photo.announced_at, submitted.get(photo.person_id), turns),
        )
        for photo in photos_of(session, body_id, head.id, criteria)
        if photo.held
    ]


def decide_held(
    session: Session,
    actor: Actor,
    practical_id: str,
    numbers: Collection[int],
    *,
    taken: bool,
    reason: str,
    now: datetime,
    photos: Collection[str] = (),
) -> None:
    """Take held marks and photos of a practical or reject them; a later decision may say otherwise.

    A mark that is taken counts in its own place among the marks of its sheet, and the result follows. Raises Invalid
    for none or without a reason, NotFound when one is no held mark or photo of this practical, and Conflict for an
    assessor of it or for somebody who stands on another side of the application.
    """
    reason = check_reason(reason)
    wanted, pictures = sorted(set(numbers)), sorted(set(photos))
    if not wanted and not pictures:
        raise Invalid(N_("Choose at least one mark or photo."))
    practical = locked(session, actor.body_id, practical_id)
    if find_sheet(session, actor.body_id, practical_id, actor.person_id) is not None:
        raise Conflict(N_("A second person decides on late marks, not an assessor of this practical."))
    held = session.scalars(
        select(Observation.number).where(
            Observation.body_id == practical.body_id,
            Observation.practical_id == practical.id,
            Observation.standing == ObservationStanding.HELD,
            Observation.number.in_(wanted),
        )
    ).all()
    if len(held) != len(wanted):
        raise NotFound(N_("There is no such mark on this practical."))
    _require_held_photos(session, practical, pictures)
    take_side(session, actor.body_id, practical.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    because(session, reason)
    decision = {"person_id": actor.person_id, "taken": taken, "reason": reason, "decided_at": now}
    _decide(session, practical, ObservationDecision, "number", wanted, **decision)
    _decide(session, practical, PhotoDecision, "photo_id", pictures, **decision)
    session.flush()
    settle(session, practical, now=now)


def _require_held_photos(session: Session, practical: Practical, photos: Sequence[str]) -> None:
    held = session.scalars(
        select(WorkPhoto.id).where(
            WorkPhoto.body_id == practical.body_id,
            WorkPhoto.practical_id == practical.id,
            WorkPhoto.standing == ObservationStanding.HELD,
            WorkPhoto.id.in_(photos),
        )
    ).all()
    if len(held) != len(photos):
        raise NotFound(N_("There is no such photo on this practical."))


def _decide(
    session: Session,
    practical: Practical,
    table: type[ObservationDecision] | type[PhotoDecision],
    name: str,
    decided: Sequence[int] | Sequence[str],
    **decision: Any,
) -> None:
    """Add a decision on each mark or photo, in the turn after its last one; `name`: the column that names it."""
    column = getattr(table, name)
    last = select(column, func.max(table.turn)).where(table.body_id == practical.body_id, column.in_(decided))
    turns = {each: turn for each, turn in session.execute(last.group_by(column))}
    session.add_all(
        table(
            body_id=practical.body_id,
            turn=turns.get(each, 0) + 1,
            practical_id=practical.id,
            application_id=practical.application_id,
            **{name: each},
            **decision,
        )
        for each in decided
    )


def _submitted(head: PracticalHead) -> Mapping[str, datetime | None]:
    return {sheet.person_id: sheet.submitted_at for sheet in head.sheets}


def _why(received_at: datetime, submitted_at: datetime | None, turns: Sequence[PracticalClosing]) -> Hold:
    return why_held(
        received_at=received_at, submitted_at=submitted_at, turns=[(turn.at, turn.closed) for turn in turns]
    )


def _shown(each: StoredObservation, criterion: CriterionContent) -> ShownMark:
    return shown_mark(
        each.sent.value,
        criterion.marking,
        criterion.levels,
        note=each.sent.note,
        observed_at=each.sent.observed_at,
        received_at=each.received_at,
    )
