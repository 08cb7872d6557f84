"""Scoring an attempt from its facts: events, the form's items, remedies, people's marks, the plan and the cut.

`score_attempt` only reads, so that `rederive` can hold what was stored against it. What is stored, and which of
it counts, is `results`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, bindparam, func, select
from sqlalchemy.orm import Session

from assessment.database import select_columns
from assessment.domain.errors import N_, NotFound
from assessment.domain.exams import result as results
from assessment.domain.exams.arrangement import item_order
from assessment.domain.exams.attempt_states import STARTED
from assessment.domain.exams.events import Event, Receipt, Value, current_answers, receipt, stored_response
from assessment.domain.exams.form import Cut
from assessment.domain.exams.marking import MarkingRule, marking_of
from assessment.domain.exams.regrade import ItemMarks, Remedy, remedied
from assessment.domain.exams.result import ExamResult, Marks, exam_result, not_reached
from assessment.domain.items.best import best_score
from assessment.domain.items.item import Item
from assessment.domain.items.response import read_response
from assessment.domain.items.scoring import score
from assessment.domain.plan import Cell
from assessment.exams.content import items_of
from assessment.exams.forms import cut_of
from assessment.exams.held import counts
from assessment.exams.marks import points_of, rule_of
from assessment.exams.remedies import Remedies, remedies_of
from assessment.exams.tables import Attempt, Form, FormItem, ResponseEvent
from assessment.exams.tables_regrade import RegradeConfirmation
from assessment.exams.tables_room import HeldDecision
from assessment.item_bank.tables import ItemCriterion
from assessment.schemes.queries import plan_cells

FORMAT = 1
MOST_FRAMES_KEPT = 100
MOST_ANSWERS_KNOWN = 5_000

Answer = tuple[str, tuple[tuple[str, Value], ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredItem:
    """One item of an attempt: whether it was answered, and come to at all, whether it counts, and its marks."""

    item_version_id: str
    answered: bool
    reached: bool
    counts: bool
    score: Fraction
    maximum: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Scored:
    """Everything that follows from an attempt's facts.

    `newest`, `generation`: as `newest_of` has them; the latter is how many regrades of the form it knows.
    `waiting`: the items that wait for marking by people; while there are any, there is no result.
    """

    newest: int
    generation: int
    items: tuple[ScoredItem, ...]
    waiting: tuple[str, ...]
    result: ExamResult | None
    receipt: Receipt


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What scoring needs of a form, whoever sat it.

    `items`: version id -> item, in the form's order, then those whose corrected keys count. `units`: version id ->
    the unit it counts for. `measured`: version id -> criteria. `human`: versions that people mark. `known`: what
    answers that were scored before are worth, by version id and answer.
    """

    form_id: str
    cut: Cut
    rule: MarkingRule
    cells: tuple[Cell, ...]
    remedies: Remedies
    items: Mapping[str, Item]
    units: Mapping[str, str]
    measured: Mapping[str, frozenset[str]]
    human: frozenset[str]
    known: dict[Answer, tuple[bool, ItemMarks]] = field(default_factory=dict, repr=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What one candidate did: the order of the items, answers that count, items that left any trace, marks.

    `counted`: the events that count before any regrade. `points`: version id -> place of the marker -> points.
    """

    order: tuple[str, ...]
    counted: tuple[Event, ...]
    answers: Mapping[str, Event]
    shown: frozenset[str]
    points: Mapping[str, Mapping[int, Fraction]]


GENERATION = select(func.max(RegradeConfirmation.place)).where(
    RegradeConfirmation.body_id == bindparam("body_id"), RegradeConfirmation.form_id == bindparam("form_id")
)
_present = func.coalesce(GENERATION.scalar_subquery(), 0).label("generation")
_decisions = (
    select(func.count())
    .where(HeldDecision.body_id == bindparam("body_id"), HeldDecision.attempt_id == bindparam("attempt_id"))
    .scalar_subquery()
    .label("decisions")
)
_NEWEST = select(func.coalesce(func.max(ResponseEvent.number), 0).label("number"), _decisions, _present).where(
    ResponseEvent.body_id == bindparam("body_id"), ResponseEvent.attempt_id == bindparam("attempt_id")
)
_EVENT = (
    ResponseEvent.attempt_id,
    ResponseEvent.number,
    ResponseEvent.client,
    ResponseEvent.seq,
    ResponseEvent.item,
    ResponseEvent.response,
    ResponseEvent.lang,
    ResponseEvent.elapsed,
    ResponseEvent.digest,
    counts().label("counted"),
)
_EVENTS = (
    select(*_EVENT)
    .where(
        ResponseEvent.body_id == bindparam("body_id"),
        ResponseEvent.attempt_id.in_(bindparam("attempt_ids", expanding=True)),
    )
    .order_by(ResponseEvent.number)
)
# One row at least: an attempt without events has a generation too.
_FACTS = (
    select(*_EVENT, _decisions, _present)
    .select_from(Attempt)
    .outerjoin(ResponseEvent, (ResponseEvent.body_id == Attempt.body_id) & (ResponseEvent.attempt_id == Attempt.id))
    .where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))
    .order_by(ResponseEvent.number)
)

_ATTEMPT = select(Attempt).where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))

_frames: WeakKeyDictionary[Engine | Connection, dict[tuple[str, str, int], Frame]] = WeakKeyDictionary()


def newest_of(session: Session, attempt: Attempt) -> tuple[int, int]:
    """Return what tells whether scores are still those of the facts; one statement.

    A number that grows with every event of the attempt and every decision on a held one, and how many regrades of its
    form are confirmed.
    """
    asked = {"body_id": attempt.body_id, "attempt_id": attempt.id, "form_id": attempt.form_id}
    row = select_columns(session, _NEWEST, asked).one()
    return row.number + row.decisions, row.generation


def foresee(session: Session, body_id: str, attempt_id: str) -> Scored | None:
    """Score a started attempt before the write lock is taken; None when it is not running. Reads only."""
    attempt = session.scalar(_ATTEMPT, {"body_id": body_id, "attempt_id": attempt_id})
    if attempt is None or attempt.state not in STARTED:
        return None
    return score_attempt(session, attempt, kept=True)


def score_attempt(session: Session, attempt: Attempt, *, generation: int | None = None, kept: bool = False) -> Scored:
    """Return what follows from the attempt's facts; reads only.

    `generation` scores as it was after so many regrades of the form, the present one without. `kept`: the form may
    come from this process's memory, as a form that is sat does not change.
    """
    asked = {"body_id": attempt.body_id, "attempt_id": attempt.id, "form_id": attempt.form_id}
    facts_rows = select_columns(session, _FACTS, asked).all()
    rows = [row for row in facts_rows if row.number is not None]
    newest = (rows[-1].number if rows else 0) + facts_rows[0].decisions
    present: int = facts_rows[0].generation
    frame = _kept_frame(session, attempt, present) if kept else None
    if frame is None:
        remedies = remedies_of(session, attempt.body_id, attempt.form_id, upto=generation)
        frame = frame_of(session, attempt.body_id, attempt.form_id, remedies)
        if kept and remedies.generation == present:
            _keep_frame(session, attempt, frame)
    remedies = frame.remedies
    late = remedies.late.get(attempt.id, frozenset())
    points = points_of(session, attempt.body_id, attempt.id) if frame.human else {}
    facts = facts_of(attempt, rows, late, points)
    items, waiting = score_items(frame, facts)
    return Scored(
        newest=newest,
        generation=remedies.generation,
        items=items,
        waiting=waiting,
        result=None if waiting else result_in(frame, items),
        receipt=receipt(facts.counted),
    )


def frame_of(session: Session, body_id: str, form_id: str, remedies: Remedies, *, items: bool = True) -> Frame:
    """Return what scoring needs of a form; four statements, three without `items`. Raises NotFound.

    Who only reads what was scored before needs no items.
    """
    form = session.get(Form, (body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    units: dict[str, str] = {}
    measured: dict[str, set[str]] = {}
    for row in session.execute(
        select(FormItem.item_version_id, FormItem.unit_id, ItemCriterion.criterion_id)
        .join(
            ItemCriterion,
            (ItemCriterion.body_id == FormItem.body_id) & (ItemCriterion.item_version_id == FormItem.item_version_id),
            isouter=True,
        )
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    ):
        units[row.item_version_id] = row.unit_id
        criteria = measured.setdefault(row.item_version_id, set())
        if row.criterion_id is not None:
            criteria.add(row.criterion_id)
    corrected = {version for _, version in remedies.of_item.values() if version is not None}
    found = items_of(session, body_id, units.keys() | corrected) if items else {}
    return Frame(
        form_id=form_id,
        cut=cut_of(form),
        rule=rule_of(form),
        cells=tuple(plan_cells(session, body_id, form.scheme_version_id)),
        remedies=remedies,
        items=found,
        units=units,
        measured={version: frozenset(criteria) for version, criteria in measured.items()},
        human=frozenset(version for version, item in found.items() if item.human_marked),
    )


def _kept_frame(session: Session, attempt: Attempt, generation: int) -> Frame | None:
    """Return a form's frame, read once a process for each of its regrades; None where it was not read."""
    return _frames.setdefault(session.get_bind(), {}).get((attempt.body_id, attempt.form_id, generation))


def _keep_frame(session: Session, attempt: Attempt, frame: Frame) -> None:
    kept = _frames.setdefault(session.get_bind(), {})
    if len(kept) >= MOST_FRAMES_KEPT:
        kept.clear()
    kept[attempt.body_id, attempt.form_id, frame.remedies.generation] = frame


def event_rows(session: Session, body_id: str, attempt_ids: Iterable[str], *, item: str | None = None) -> list[Any]:
    """Return the events of attempts in the order of their arrival, those that are held too; one statement.

    `counted` says of each whether it counts before any regrade.
    """
    wanted = _EVENTS if item is None else _EVENTS.where(ResponseEvent.item == item)
    return list(session.execute(wanted, {"body_id": body_id, "attempt_ids": list(attempt_ids)}))


def event_of(row: Any) -> Event:
    """Return an event from its row."""
    return Event(
        client=row.client,
        seq=row.seq,
        item=row.item,
        response=stored_response(row.response),
        lang=row.lang,
        elapsed=row.elapsed,
    )


def facts_of(
    attempt: Attempt, rows: Iterable[Any], late: frozenset[int], points: Mapping[str, Mapping[int, Fraction]]
) -> Facts:
    """Return what a candidate did; `late`: numbers of the late answers that a regrade lets count."""
    every = list(rows)
    events = [(event_of(row), row.counted) for row in every if row.counted or row.number in late]
    return Facts(
        order=item_order(attempt.layout),
        counted=tuple(event for event, counted in events if counted),
        answers=current_answers([event for event, _ in events]),
        shown=frozenset(row.item for row in every),
        points=points,
    )


def score_items(frame: Frame, facts: Facts) -> tuple[tuple[ScoredItem, ...], tuple[str, ...]]:
    """Score every item of a form for one candidate; returns the scored ones, and those that wait for marking."""
    scored: list[ScoredItem] = []
    waiting: list[str] = []
    for version_id in frame.units:
        found = score_item(frame, version_id, facts.answers.get(version_id), facts.points.get(version_id, {}))
        if found is None:
            waiting.append(version_id)
        else:
            scored.append(found)
    answered = {each.item_version_id for each in scored if each.answered} | set(waiting)
    missed = not_reached(facts.order, answered=answered, shown=facts.shown)
    return (
        tuple(
            replace(each, reached=False) if each.item_version_id in missed and not each.answered else each
            for each in scored
        ),
        tuple(waiting),
    )


def score_item(frame: Frame, version_id: str, event: Event | None, points: Mapping[int, Fraction]) -> ScoredItem | None:
    """Score the current answer to an item as its remedies say; None where people have not settled its marks.

    Without an answer it is blank, which is not the same as wrong, and needs no marker.
    """
    item = frame.items[version_id]
    remedy, by_version = frame.remedies.of_item.get(version_id, (None, None))
    answered, own = _own_marks(frame, version_id, event, points)
    if own is None:
        if remedy not in (Remedy.FULL_MARKS, Remedy.TAKE_OUT):
            return None
        own = ItemMarks(score=Fraction(0), maximum=item.max_score)
    marks = own
    if remedy is not None:
        by_new_key = _marks_by(frame, by_version, event)[1] if by_version is not None else None
        marks = remedied(remedy, own, by_new_key=by_new_key)
    return ScoredItem(
        item_version_id=version_id,
        answered=answered,
        reached=True,
        counts=marks.counts,
        score=marks.score,
        maximum=marks.maximum,
    )


def result_in(frame: Frame, scored: Iterable[ScoredItem]) -> ExamResult:
    """Return the exam's result from the scores of all its items."""
    return exam_result(
        [
            results.ItemScore(
                item_id=each.item_version_id,
                unit_id=frame.units[each.item_version_id],
                criterion_ids=frame.measured[each.item_version_id],
                score=each.score,
                maximum=each.maximum,
                counts=each.counts,
            )
            for each in scored
        ],
        cells=frame.cells,
        cut=frame.cut,
    )


def accepted_events(session: Session, body_id: str, attempt_id: str) -> list[Event]:
    """Return an attempt's events that count before any regrade, in the order of their arrival."""
    return [event_of(row) for row in event_rows(session, body_id, [attempt_id]) if row.counted]


def _own_marks(
    frame: Frame, version_id: str, event: Event | None, points: Mapping[int, Fraction]
) -> tuple[bool, ItemMarks | None]:
    """Whether the item was answered, and its marks without any remedy; None while people have not settled them."""
    item = frame.items[version_id]
    if version_id not in frame.human:
        return _marks_by(frame, version_id, event)
    if event is None or not event.answered:
        return False, ItemMarks(score=Fraction(0), maximum=item.max_score)
    settled = marking_of(points, frame.rule, maximum=item.max_score)
    return True, None if settled.score is None else ItemMarks(score=settled.score, maximum=item.max_score)


def _marks_by(frame: Frame, version_id: str, event: Event | None) -> tuple[bool, ItemMarks]:
    """Whether there is an answer, and what it is worth by a version's key; the same answer is scored once a frame."""
    answer = (version_id, tuple(event.response.items()) if event else ())
    marks = frame.known.get(answer)
    if marks is None:
        item = frame.items[version_id]
        responses = [
            read_response(item, list(given) if isinstance(given, tuple) else given, identifier=name)
            for name, given in answer[1]
        ]
        found = score(item, *responses)
        marks = found.answered, ItemMarks(score=found.score, maximum=max(found.max_score, best_score(item)))
        if len(frame.known) >= MOST_ANSWERS_KNOWN:
            frame.known.clear()
        frame.known[answer] = marks
    return marks


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
