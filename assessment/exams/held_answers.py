"""Held answers for the invigilator: everything that is known of each, and the decision whether it counts.

Before the attempt ends a decision changes the current answer at once, and a later one may take it back. After the
end what counts is proposed as a regrade, which a second person confirms; what does not count is only written down.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.arrangement import from_json
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.domain.exams.events import Value, response_from_json
from assessment.domain.exams.held import Circumstances, circumstances
from assessment.exams.answering import LATE_RULE
from assessment.exams.invigilating import check_reason
from assessment.exams.regrading import propose_late_answer
from assessment.exams.tables import Attempt, ResponseEvent, Standing
from assessment.exams.tables_room import AttemptPause, HeldDecision, PauseChange
from assessment.exams.taking import locked
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldAnswer:
    """Everything that is known of a held event; responses hold what was chosen or typed, never a key.

    `place` is the question's number in the candidate's own order; `choices` the options as this candidate saw
    them; `before` the answer in force when this one arrived, `current` the one in force now, both None for none.
    `decisions` in their order; the last one is in force.
    """

    number: int
    place: int
    choices: Mapping[str, tuple[str, ...]]
    response: Mapping[str, Value]
    before: Mapping[str, Value] | None
    current: Mapping[str, Value] | None
    received_at: datetime
    elapsed: timedelta
    circumstances: Circumstances
    decisions: Sequence[HeldDecision]

    @property
    def decided(self) -> HeldDecision | None:
        """The decision in force, if there is one."""
        return self.decisions[-1] if self.decisions else None


def decisions_of(session: Session, attempt: Attempt) -> dict[int, list[HeldDecision]]:
    """Return the decisions on an attempt's held answers: event number -> decisions in their order."""
    found: dict[int, list[HeldDecision]] = {}
    for row in session.scalars(
        select(HeldDecision)
        .where(HeldDecision.body_id == attempt.body_id, HeldDecision.attempt_id == attempt.id)
        .order_by(HeldDecision.number, HeldDecision.turn)
    ):
        found.setdefault(row.number, []).append(row)
    return found


def held_answers(session: Session, attempt: Attempt) -> list[HeldAnswer]:
    """Return an attempt's held answers with everything that is known of each, in the order of arrival."""
    events = session.scalars(
        select(ResponseEvent)
        .where(ResponseEvent.body_id == attempt.body_id, ResponseEvent.attempt_id == attempt.id)
        .order_by(ResponseEvent.number)
    ).all()
    decisions = decisions_of(session, attempt)
    places = {arranged.item_id: (place, arranged) for place, arranged in enumerate(from_json(attempt.layout), start=1)}
    pauses = pauses_of(session, attempt)
    in_force: dict[str, Mapping[str, Value]] = {}
    found: list[tuple[str, HeldAnswer]] = []
    for event in events:
        response = response_from_json(event.response)
        decided = decisions.get(event.number, [])
        if event.standing is Standing.HELD:
            place, arranged = places[event.item]
            known = HeldAnswer(
                number=event.number,
                place=place,
                choices=arranged.choices,
                response=response,
                before=in_force.get(event.item),
                current=None,
                received_at=event.received_at,
                elapsed=timedelta(milliseconds=event.elapsed),
                circumstances=circumstances(
                    received_at=event.received_at,
                    deadline=attempt.deadline,
                    submitted_at=attempt.submitted_at,
                    pauses=pauses,
                    older_writer=event.epoch < attempt.epoch,
                    rule=LATE_RULE,
                ),
                decisions=decided,
            )
            found.append((event.item, known))
        if event.standing is Standing.ACCEPTED or any(each.counts for each in decided[-1:] if not each.after_end):
            in_force[event.item] = response
    return [replace(known, current=in_force.get(item)) for item, known in found]


def pauses_of(session: Session, attempt: Attempt) -> list[tuple[datetime, datetime | None]]:
    """Return an attempt's pauses as (from, until); until is None for one that goes on."""
    found: list[tuple[datetime, datetime | None]] = []
    for row in session.scalars(
        select(AttemptPause)
        .where(AttemptPause.body_id == attempt.body_id, AttemptPause.attempt_id == attempt.id)
        .order_by(AttemptPause.at, AttemptPause.change)
    ):
        if row.change is PauseChange.PAUSED:
            found.append((row.at, None))
        elif found:
            found[-1] = (found[-1][0], row.at)
    return found


def decide(
    session: Session,
    actor: Actor,
    attempt_id: str,
    numbers: Collection[int],
    *,
    counts: bool,
    reason: str,
    now: datetime,
) -> list[HeldDecision]:
    """Say of held answers of an attempt whether they count; returns the decisions.

    What is to count after the end is proposed as a regrade, one for each answer. Raises NotFound when one is not a
    held answer of this attempt, Invalid for none or without a reason, Conflict when the attempt is void, the actor
    stands on another side of the application, or the attempt has ended with the answer counted already, and what
    `propose_late_answer` raises.
    """
    reason = check_reason(reason)
    wanted = set(numbers)
    if not wanted:
        raise Invalid(N_("Choose at least one answer."))
    attempt = locked(session, actor.body_id, attempt_id)
    if attempt.state is AttemptState.VOIDED:
        raise Conflict(N_("This attempt is void; its answers prove nothing any more."))
    _check_held(session, attempt, wanted)
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    because(session, reason)
    earlier = decisions_of(session, attempt)
    after_end = attempt.state in ENDED
    made = []
    for number in sorted(wanted):
        before = earlier.get(number, [])
        if after_end and before and before[-1].counts:
            raise Conflict(N_("The attempt has ended and this answer counts already; a regrade changes that."))
        made.append(
            HeldDecision(
                body_id=actor.body_id,
                number=number,
                turn=len(before) + 1,
                attempt_id=attempt.id,
                application_id=attempt.application_id,
                person_id=actor.person_id,
                counts=counts,
                after_end=after_end,
                reason=reason,
                decided_at=now,
            )
        )
    session.add_all(made)
    session.flush()
    if after_end and counts:
        for number in sorted(wanted):
            propose_late_answer(session, actor, number, reason=reason, now=now)
    return made


def _check_held(session: Session, attempt: Attempt, numbers: Collection[int]) -> None:
    held = session.scalars(
        select(ResponseEvent.number).where(
            ResponseEvent.body_id == attempt.body_id,
            ResponseEvent.attempt_id == attempt.id,
            ResponseEvent.standing == Standing.HELD,
            ResponseEvent.number.in_(numbers),
        )
    ).all()
    if len(held) != len(numbers):
        raise NotFound(N_("There is no such answer in this attempt."))
