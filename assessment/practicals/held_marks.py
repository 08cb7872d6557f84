"""Marks that came after their sheet was submitted: a second person takes or rejects each, with a reason."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.practicals.content import CriterionContent
from assessment.practicals.observations import ShownMark, StoredObservation, in_force, observations_of, shown_mark
from assessment.practicals.opening import locked
from assessment.practicals.queries import PracticalHead
from assessment.practicals.remarking import check_reason
from assessment.practicals.settling import settle
from assessment.practicals.sheets import find_sheet
from assessment.practicals.tables import Observation, ObservationStanding
from assessment.practicals.tables_sheets import ObservationDecision
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldMark:
    """A held mark with what is known of it; `current` is the one that counts now without it, None for none."""

    number: int
    assessor: str
    criterion: CriterionContent
    mark: ShownMark
    device: str
    reason: str
    current: ShownMark | None
    taken: bool | None


def held_marks(
    session: Session, body_id: str, head: PracticalHead, criteria: Sequence[CriterionContent]
) -> list[HeldMark]:
    """Return the held marks of a practical in the order of their arrival; one statement."""
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
                )
            )
    return found


def decide_held(
    session: Session,
    actor: Actor,
    practical_id: str,
    numbers: Collection[int],
    *,
    taken: bool,
    reason: str,
    now: datetime,
) -> None:
    """Take held marks of a practical or reject them; a later decision may say otherwise.

    What is taken counts in its own place among the marks of its sheet, and the result follows. Raises Invalid for none
    or without a reason, NotFound when one is not a held mark of this practical, and Conflict for an assessor of it or
    for somebody who stands on another side of the application.
    """
    reason = check_reason(reason)
    wanted = sorted(set(numbers))
    if not wanted:
        raise Invalid(N_("Choose at least one mark."))
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
    take_side(session, actor.body_id, practical.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    because(session, reason)
    turns = {
        number: turn
        for number, turn in session.execute(
            select(ObservationDecision.number, func.max(ObservationDecision.turn))
            .where(ObservationDecision.number.in_(wanted))
            .group_by(ObservationDecision.number)
        )
    }
    session.add_all(
        ObservationDecision(
            body_id=practical.body_id,
            number=number,
            turn=turns.get(number, 0) + 1,
            practical_id=practical.id,
            application_id=practical.application_id,
            person_id=actor.person_id,
            taken=taken,
            reason=reason,
            decided_at=now,
        )
        for number in wanted
    )
    session.flush()
    settle(session, practical, now=now)


def _shown(each: StoredObservation, criterion: CriterionContent) -> ShownMark:
    return shown_mark(
        each.sent.value,
        criterion.marking,
        criterion.levels,
        note=each.sent.note,
        observed_at=each.sent.observed_at,
        received_at=each.received_at,
    )
