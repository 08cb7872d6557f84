"""Marks that lie too far apart: both assessors mark again with reasons, or a third assessor is called in.

Nothing is erased. A marking again is another round of observations on the criteria that were apart, sealed like the
first; what another assessor marked in it is shown when all have marked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.outbox import is_storable
from assessment.domain.practicals.delivery import MAXIMUM_REASON, Sent, sheet_receipt
from assessment.domain.practicals.observation import Measurement, parse
from assessment.domain.practicals.practical_states import (
    MOST_SHEETS,
    PRACTICAL,
    PracticalEvent,
    PracticalState,
    SheetState,
)
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.content import CriterionContent, rubric_criteria
from assessment.practicals.holding import require_open
from assessment.practicals.marking import observation_row
from assessment.practicals.naming import standing_names
from assessment.practicals.observations import in_force, observations_of
from assessment.practicals.opening import locked
from assessment.practicals.settling import compare_practical, settle
from assessment.practicals.sheets import own_sheet, sheets_of
from assessment.practicals.submitting import seal_of
from assessment.practicals.tables import Observation, Practical
from assessment.practicals.tables_sheets import Remark, Sheet, SheetSeal
from assessment.web.actor import Actor

SHORTEST_REASON = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Again:
    """A new mark of one criterion, as it was typed, with its reason."""

    mark: Mapping[str, Any]
    reason: str


def ask_again(session: Session, actor: Actor, practical_id: str, *, reason: str, now: datetime) -> Remark:
    """Ask all assessors of a practical to mark again what lies apart.

    Raises Invalid without a reason, and Conflict when nothing lies apart now or the practical is closed.
    """
    practical = locked(session, actor.body_id, practical_id)
    require_open(session, practical)
    state = PRACTICAL.after(practical.state, PracticalEvent.ASK_AGAIN)
    reason = check_reason(reason)
    apart = compare_practical(session, practical).apart
    if not apart:
        raise Conflict(N_("The marks do not lie apart any more. Reload the page to see them."))
    practical.state = state
    asked = Remark(
        body_id=practical.body_id,
        practical_id=practical.id,
        round=_newest_round(session, practical) + 1,
        criteria=list(apart),
        reason=reason,
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(asked)
    session.flush()
    return asked


def asked_of(session: Session, actor: Actor, practical_id: str) -> Remark | None:
    """Return what the actor is asked to mark again and has not yet, or None. Raises NotFound without a sheet."""
    practical = session.get(Practical, (actor.body_id, practical_id))
    sheet = session.scalar(
        select(Sheet).where(
            Sheet.body_id == actor.body_id, Sheet.practical_id == practical_id, Sheet.person_id == actor.person_id
        )
    )
    if practical is None or sheet is None:
        raise NotFound(N_("There is no such practical."))
    if practical.state is not PracticalState.REMARKING:
        return None
    asked = session.get(Remark, (actor.body_id, practical_id, _newest_round(session, practical)))
    if asked is None or session.get(SheetSeal, (actor.body_id, sheet.id, asked.round)) is not None:
        return None
    return asked


def mark_again(
    session: Session, actor: Actor, practical_id: str, marks: Mapping[str, Again], *, now: datetime
) -> Sheet:
    """Take the actor's new marks of everything that was apart, seal them, and compare again when all have marked.

    Raises NotFound for whoever has no sheet, Conflict when nothing is asked of the actor, Invalid naming the criterion
    that has no mark or no reason, and NotAllowed outside the assessor's registration.
    """
    sheet = own_sheet(session, actor, practical_id)
    practical = locked(session, actor.body_id, practical_id)
    asked = asked_of(session, actor, practical_id)
    if asked is None:
        raise Conflict(N_("You are not asked to mark anything again now."))
    require_open(session, practical)
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    criteria = rubric_criteria(session, practical.body_id, practical.rubric_id)
    stored = observations_of(session, practical.body_id, practical.id, criteria, person_id=actor.person_id)
    tools = {each.sent.criterion: each.sent.tool for each in in_force(stored)}
    sent = _sent(sheet, asked, criteria, marks, tools, now)
    ids = {criterion.code: criterion.id for criterion in criteria}
    session.execute(insert(Observation), [observation_row(sheet, each, ids, now, number=asked.round) for each in sent])
    session.add(seal_of(sheet, asked.round, sheet_receipt(sent, ()), now=now))
    session.flush()
    settle(session, practical, now=now)
    return sheet


def call_third(
    session: Session, actor: Actor, practical_id: str, person_id: str, *, reason: str, now: datetime
) -> Sheet:
    """Give a third assessor a sheet on a practical whose marks lie apart; they mark it without seeing the others'.

    Raises Invalid without a reason or for somebody who marks it already, NotAllowed for somebody without a valid
    registration, Conflict when nothing lies apart now, when there are three already, or for a
    person of another side or too close.
    """
    practical = locked(session, actor.body_id, practical_id)
    require_open(session, practical)
    state = PRACTICAL.after(practical.state, PracticalEvent.CALL_THIRD)
    reason = check_reason(reason)
    sheets = sheets_of(session, actor.body_id, practical_id)
    if len(sheets) >= MOST_SHEETS:
        raise Conflict(N_("Three assessors mark this practical already; they mark again instead."))
    if person_id in {sheet.person_id for sheet in sheets}:
        raise Invalid(N_("Choose an assessor who has not marked this practical."))
    if person_id in standing_names(session, actor.body_id, practical.application_id):
        raise Conflict(N_("This person was named as too close to the candidate and cannot mark here."))
    require_registered_assessor(session, actor.body_id, person_id, day_at(session, actor.body_id, now))
    take_side(session, actor.body_id, practical.application_id, person_id, Side.ASSESSOR, now=now)
    third = Sheet(
        body_id=practical.body_id,
        id=new_id(),
        practical_id=practical.id,
        application_id=practical.application_id,
        person_id=person_id,
        place=len(sheets) + 1,
        state=SheetState.ASSIGNED,
        reason=reason,
    )
    session.add(third)
    practical.state = state
    session.flush()
    return third


def check_reason(reason: str) -> str:
    """Return a reason without the space around it. Raises Invalid for one that is too short or too long."""
    reason = reason.strip()
    if not SHORTEST_REASON <= len(reason) <= MAXIMUM_REASON or not is_storable(reason):
        raise Invalid(
            N_("Expected a reason of %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=MAXIMUM_REASON,
            got=len(reason),
        )
    return reason


def _sent(
    sheet: Sheet,
    asked: Remark,
    criteria: Sequence[CriterionContent],
    marks: Mapping[str, Again],
    tools: Mapping[str, str],
    now: datetime,
) -> list[Sent]:
    """Return the new marks as observations; what is measured again is measured with the tool of the mark before."""
    markings = {criterion.code: criterion.marking for criterion in criteria}
    found = []
    for place, code in enumerate(asked.criteria, start=1):
        again = marks.get(code)
        if again is None or not again.mark:
            raise Invalid(N_("Expected a mark for every criterion, got none for %(missing)s."), missing=code)
        value = parse(dict(again.mark), markings[code])
        found.append(
            Sent(
                client=f"round.{asked.round}",
                seq=place,
                criterion=code,
                value=value,
                note="",
                observed_at=now,
                reason=check_reason(again.reason),
                device="",
                tool=tools.get(code, "") if isinstance(value, Measurement) else "",
            )
        )
    return found


def _newest_round(session: Session, practical: Practical) -> int:
    rounds = session.scalars(
        select(Remark.round).where(Remark.body_id == practical.body_id, Remark.practical_id == practical.id)
    ).all()
    return max(rounds, default=1)
