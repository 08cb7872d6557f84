"""What an exam proves: the result per unit and criterion, and each answer behind it, for those who decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.domain.exams.events import Value, response_from_json
from assessment.domain.exams.result import ExamResult
from assessment.domain.items.item import Item, ItemText
from assessment.exams.content import items_of, texts_of
from assessment.exams.held import counts
from assessment.exams.remedies import remedies_of
from assessment.exams.results import stored_of
from assessment.exams.scoring import frame_of, result_in
from assessment.exams.tables import (
    Attempt,
    FormItem,
    ItemScore,
    ResponseEvent,
    Sitting,
)
from assessment.item_bank.tables import ItemCriterion


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerRef:
    """One item behind a criterion; `attempt_id` and `item` are the arguments of the route exams.answer_detail."""

    attempt_id: str
    item: str
    position: int
    answered: bool
    reached: bool
    counts: bool
    score: Fraction
    maximum: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenEvidence:
    """An ended attempt: its result, and for each criterion the items that measured it.

    `result` is None while answers wait for marking by people, `waiting` of them. `regraded`: a regrade of the
    form changed this result.
    """

    attempt_id: str
    sitting_code: str
    started_at: datetime | None
    state: AttemptState
    receipt: str
    result: ExamResult | None
    waiting: int
    regraded: bool
    answers: Mapping[str, tuple[AnswerRef, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerSheet:
    """One answer opened: the question as shown, what was answered and when, and what it scored.

    `order`: response identifier -> choices in the order of this attempt. `response` is None when there is no
    answer.
    """

    attempt_id: str
    application_id: str
    person_id: str
    position: int
    item: Item
    text: ItemText
    order: Mapping[str, tuple[str, ...]]
    response: Mapping[str, Value] | None
    language: str | None
    received_at: datetime | None
    changes: int
    held: int
    answered: bool
    reached: bool
    counts: bool
    score: Fraction
    maximum: Fraction
    criterion_ids: tuple[str, ...]


def result_of(session: Session, body_id: str, attempt_id: str) -> WrittenEvidence:
    """Return the result of one ended attempt. Raises NotFound while it has not ended, or when it was voided."""
    row = session.execute(
        select(Attempt, Sitting.code)
        .join(Sitting, (Sitting.body_id == Attempt.body_id) & (Sitting.id == Attempt.sitting_id))
        .where(Attempt.body_id == body_id, Attempt.id == attempt_id, Attempt.state.in_(ENDED))
    ).first()
    if row is None:
        raise NotFound(N_("This attempt has no result."))
    return _evidence(session, row[0], row[1])


def answer_sheet(session: Session, body_id: str, attempt_id: str, item: str, *, language: str) -> AnswerSheet:
    """Open one answer of an ended attempt.

    The question is shown in the language in which it was answered; a blank one in the reader's. Raises
    NotFound for another item or an attempt without a result.
    """
    row = session.execute(
        select(Attempt, ItemScore, FormItem.position)
        .join(ItemScore, (ItemScore.body_id == Attempt.body_id) & (ItemScore.attempt_id == Attempt.id))
        .join(
            FormItem,
            (FormItem.body_id == Attempt.body_id)
            & (FormItem.form_id == Attempt.form_id)
            & (FormItem.item_version_id == ItemScore.item_version_id),
        )
        .where(
            Attempt.body_id == body_id,
            Attempt.id == attempt_id,
            Attempt.state.in_(ENDED),
            ItemScore.item_version_id == item,
        )
        .order_by(ItemScore.generation.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(N_("This attempt has no such answer."))
    attempt, scored, position = row
    events = session.execute(
        select(
            ResponseEvent.number,
            ResponseEvent.response,
            ResponseEvent.lang,
            ResponseEvent.received_at,
            counts().label("counted"),
        )
        .where(
            ResponseEvent.body_id == body_id,
            ResponseEvent.attempt_id == attempt_id,
            ResponseEvent.item == item,
        )
        .order_by(ResponseEvent.number)
    ).all()
    late = remedies_of(session, body_id, attempt.form_id).late.get(attempt_id, frozenset())
    accepted = [event for event in events if event.counted or event.number in late]
    current = accepted[-1] if accepted else None
    items = items_of(session, body_id, [item])
    text = texts_of(session, body_id, items, current.lang if current else language)[item]
    order = next(entry["choices"] for entry in attempt.layout["items"] if entry["item"] == item)
    return AnswerSheet(
        attempt_id=attempt_id,
        application_id=attempt.application_id,
        person_id=attempt.person_id,
        position=position,
        item=items[item],
        text=text,
        order={name: tuple(choices) for name, choices in order.items()},
        response=response_from_json(current.response) if current else None,
        language=current.lang if current else None,
        received_at=current.received_at if current else None,
        changes=max(0, len(accepted) - 1),
        held=len(events) - len(accepted),
        answered=scored.answered,
        reached=scored.reached,
        counts=scored.counts,
        score=scored.score,
        maximum=scored.max_score,
        criterion_ids=tuple(
            session.scalars(
                select(ItemCriterion.criterion_id).where(
                    ItemCriterion.body_id == body_id, ItemCriterion.item_version_id == item
                )
            )
        ),
    )


def _evidence(session: Session, attempt: Attempt, code: str) -> WrittenEvidence:
    body_id = attempt.body_id
    frame = frame_of(session, body_id, attempt.form_id, remedies_of(session, body_id, attempt.form_id), items=False)
    stored = stored_of(session, body_id, [attempt.id])[attempt.id]
    answers: dict[str, list[AnswerRef]] = {}
    for position, version_id in enumerate(frame.units, start=1):
        score = stored.items.get(version_id)
        if score is None:
            continue
        for criterion_id in frame.measured[version_id]:
            answers.setdefault(criterion_id, []).append(
                AnswerRef(
                    attempt_id=attempt.id,
                    item=version_id,
                    position=position,
                    answered=score.answered,
                    reached=score.reached,
                    counts=score.counts,
                    score=score.score,
                    maximum=score.maximum,
                )
            )
    return WrittenEvidence(
        attempt_id=attempt.id,
        sitting_code=code,
        started_at=attempt.started_at,
        state=attempt.state,
        receipt=attempt.receipt or "",
        result=None if stored.result is None else result_in(frame, stored.items.values()),
        waiting=len(frame.units) - len(stored.items),
        regraded=stored.first is not None and stored.result is not stored.first,
        answers={criterion: tuple(found) for criterion, found in answers.items()},
    )
