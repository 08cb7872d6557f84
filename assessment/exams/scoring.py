"""Scoring an attempt from its facts: the accepted events, the form's items, the plan's cells and the cut.

`score_attempt` only reads, so that `rederive` can hold what was stored against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.exams import result as results
from assessment.domain.exams.attempt_states import ATTEMPT, AttemptEvent, AttemptState
from assessment.domain.exams.events import Event, Receipt, current_answers, receipt, response_from_json
from assessment.domain.exams.result import ExamResult, Marks, exam_result
from assessment.domain.items.item import Item
from assessment.domain.items.response import read_response
from assessment.domain.items.scoring import best_score, score
from assessment.exams.content import items_of
from assessment.exams.forms import cut_of
from assessment.exams.tables import (
    Attempt,
    Form,
    FormItem,
    ResponseEvent,
    Standing,
)
from assessment.exams.tables import (
    ExamResult as ExamResultRow,
)
from assessment.exams.tables import (
    ItemScore as ItemScoreRow,
)
from assessment.item_bank.tables import ItemCriterion
from assessment.schemes.queries import plan_cells

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredItem:
    """One item of an attempt: whether anything was answered, and its marks."""

    item_version_id: str
    answered: bool
    score: Fraction
    maximum: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """Everything that follows from an attempt's facts; `newest` is the number of its last event, 0 for none."""

    newest: int
    items: tuple[ScoredItem, ...]
    result: ExamResult
    receipt: Receipt


def close_attempt(
    session: Session,
    attempt: Attempt,
    event: AttemptEvent,
    *,
    now: datetime,
    foreseen: Scored | None = None,
) -> Scored:
    """End an attempt by submission or by time: state, receipt, item scores and result in one stroke.

    `foreseen` was scored before the write lock was taken; it is used when no event has come since. Raises
    Conflict when the attempt is not running.
    """
    following = ATTEMPT.after(attempt.state, event)
    current = foreseen is not None and foreseen.newest == newest_event(session, attempt)
    scored = foreseen if foreseen is not None and current else score_attempt(session, attempt)
    attempt.state = following
    attempt.answers = scored.receipt.answers
    attempt.receipt = scored.receipt.digest
    if event is AttemptEvent.SUBMIT:
        attempt.submitted_at = now
    session.add_all(
        ItemScoreRow(
            body_id=attempt.body_id,
            attempt_id=attempt.id,
            item_version_id=each.item_version_id,
            v=FORMAT,
            answered=each.answered,
            score=each.score,
            max_score=each.maximum,
            scored_at=now,
        )
        for each in scored.items
    )
    session.add(
        ExamResultRow(
            body_id=attempt.body_id,
            attempt_id=attempt.id,
            application_id=attempt.application_id,
            v=FORMAT,
            score=scored.result.total.score,
            max_score=scored.result.total.maximum,
            cut_reached=scored.result.passed,
            by_unit=units_to_json(scored.result),
            by_criterion=criteria_to_json(scored.result),
            derived_at=now,
        )
    )
    session.flush()
    return scored


def newest_event(session: Session, attempt: Attempt) -> int:
    """Return the number of the attempt's last event, 0 when there is none."""
    return (
        session.scalar(
            select(func.max(ResponseEvent.number)).where(
                ResponseEvent.body_id == attempt.body_id, ResponseEvent.attempt_id == attempt.id
            )
        )
        or 0
    )


def foresee(session: Session, body_id: str, attempt_id: str) -> Scored | None:
    """Score a running attempt before the write lock is taken; None when it is not running. Reads only."""
    attempt = session.get(Attempt, (body_id, attempt_id))
    if attempt is None or attempt.state is not AttemptState.RUNNING:
        return None
    return score_attempt(session, attempt)


def score_attempt(session: Session, attempt: Attempt) -> Scored:
    """Return what follows from the attempt's accepted events; reads only."""
    body_id = attempt.body_id
    newest = newest_event(session, attempt)
    events = accepted_events(session, body_id, attempt.id)
    places = session.execute(
        select(FormItem.item_version_id, FormItem.unit_id)
        .where(FormItem.body_id == body_id, FormItem.form_id == attempt.form_id)
        .order_by(FormItem.position)
    ).all()
    items = items_of(session, body_id, (place.item_version_id for place in places))
    answers = current_answers(events)
    scored = tuple(
        score_item(place.item_version_id, items[place.item_version_id], answers.get(place.item_version_id))
        for place in places
    )
    units = {place.item_version_id: place.unit_id for place in places}
    return Scored(
        newest=newest,
        items=scored,
        result=result_from(session, body_id, attempt.form_id, scored, units),
        receipt=receipt(events),
    )


def result_from(
    session: Session, body_id: str, form_id: str, scored: Sequence[ScoredItem], units: Mapping[str, str]
) -> ExamResult:
    """Return the exam's result from its item scores; `units`: item version id -> unit id."""
    form = session.get(Form, (body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    measured: dict[str, set[str]] = {}
    for row in session.execute(
        select(ItemCriterion.item_version_id, ItemCriterion.criterion_id).where(
            ItemCriterion.body_id == body_id, ItemCriterion.item_version_id.in_(units)
        )
    ):
        measured.setdefault(row.item_version_id, set()).add(row.criterion_id)
    return exam_result(
        [
            results.ItemScore(
                item_id=each.item_version_id,
                unit_id=units[each.item_version_id],
                criterion_ids=frozenset(measured.get(each.item_version_id, ())),
                score=each.score,
                maximum=each.maximum,
            )
            for each in scored
        ],
        cells=plan_cells(session, body_id, form.scheme_version_id),
        cut=cut_of(form),
    )


def score_item(version_id: str, item: Item, event: Event | None) -> ScoredItem:
    """Score the current answer to an item; without one it is blank, which is not the same as wrong."""
    responses = [
        read_response(item, list(given) if isinstance(given, tuple) else given, identifier=name)
        for name, given in (event.response if event else {}).items()
    ]
    found = score(item, *responses)
    return ScoredItem(
        item_version_id=version_id,
        answered=found.answered,
        score=found.score,
        maximum=max(found.max_score, best_score(item)),
    )


def accepted_events(session: Session, body_id: str, attempt_id: str) -> list[Event]:
    """Return an attempt's accepted events in the order of their acceptance."""
    rows = session.execute(
        select(
            ResponseEvent.client,
            ResponseEvent.seq,
            ResponseEvent.item,
            ResponseEvent.response,
            ResponseEvent.lang,
            ResponseEvent.elapsed,
        )
        .where(
            ResponseEvent.body_id == body_id,
            ResponseEvent.attempt_id == attempt_id,
            ResponseEvent.standing == Standing.ACCEPTED,
        )
        .order_by(ResponseEvent.number)
    )
    return [
        Event(
            client=row.client,
            seq=row.seq,
            item=row.item,
            response=response_from_json(row.response),
            lang=row.lang,
            elapsed=row.elapsed,
        )
        for row in rows
    ]


def units_to_json(result: ExamResult) -> dict[str, Any]:
    """Return the marks by unit as they are stored."""
    return {"v": FORMAT, "units": {unit: _marks(marks) for unit, marks in sorted(result.units.items())}}


def criteria_to_json(result: ExamResult) -> dict[str, Any]:
    """Return the marks by criterion as they are stored, each against its cell of the plan."""
    return {
        "v": FORMAT,
        "criteria": {
            criterion: _marks(found.marks)
            | {
                "minimum_items": found.minimum_items,
                "cut": None if found.cut is None else str(found.cut),
                "sufficient": found.sufficient,
            }
            for criterion, found in sorted(result.criteria.items())
        },
    }


def _marks(marks: Marks) -> dict[str, Any]:
    return {"items": marks.items, "score": str(marks.score), "maximum": str(marks.maximum)}
