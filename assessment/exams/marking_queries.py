"""What waits for marking by people: counted by item, and the next answer for one marker. Nobody is named here."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.tables import Duty
from assessment.domain.certification.duties import Side
from assessment.domain.exams.attempt_states import ENDED
from assessment.domain.exams.marking import MARKERS
from assessment.domain.psychometrics.agreement import Agreement, Pair, agreement
from assessment.exams.content import items_of
from assessment.exams.marks import rubrics_of
from assessment.exams.tables import Attempt, ExamResult, Form, FormItem, ItemScore
from assessment.exams.tables_marking import ResponseMark
from assessment.item_bank.tables import Item, ItemVersion


@dataclass(frozen=True, kw_only=True, slots=True)
class Queue:
    """The answers to one item of a form that wait for marks.

    `waiting`: all of them; `mine`: those that this person can mark; `to_settle`: those of them where two markers
    stand too far apart. `first`: the attempt of the next one.
    """

    form_id: str
    form_code: str
    item_version_id: str
    position: int
    identifier: str
    waiting: int
    mine: int
    to_settle: int
    first: str | None
    since: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedItem:
    """An item of a form that people mark: its place, what it is worth, and whether its rubric is written.

    `twice`: how many answers two people have marked; `agreement`: how far they agree, None for too few answers.
    """

    item_version_id: str
    position: int
    identifier: str
    maximum: Fraction
    has_rubric: bool
    twice: int
    agreement: Agreement | None


def marked_items(session: Session, body_id: str, form_id: str) -> list[MarkedItem]:
    """Return the items of a form that people mark, in its order; four statements."""
    places = session.execute(
        select(FormItem.position, FormItem.item_version_id)
        .where(FormItem.body_id == body_id, FormItem.form_id == form_id)
        .order_by(FormItem.position)
    ).all()
    items = items_of(session, body_id, [place.item_version_id for place in places])
    human = {version_id: item for version_id, item in items.items() if item.human_marked}
    rubrics = rubrics_of(session, body_id, human.keys()) if human else {}
    twice = marked_twice(session, body_id, form_id) if human else {}
    return [
        MarkedItem(
            item_version_id=place.item_version_id,
            position=place.position,
            identifier=human[place.item_version_id].identifier,
            maximum=human[place.item_version_id].max_score,
            has_rubric=place.item_version_id in rubrics,
            twice=sum(twice.get(place.item_version_id, {}).values()),
            agreement=agreement(twice.get(place.item_version_id, {})),
        )
        for place in places
        if place.item_version_id in human
    ]


def marked_twice(session: Session, body_id: str, form_id: str) -> dict[str, dict[Pair, int]]:
    """Return item version -> (points of the first marker, of the second) -> how many answers; one statement."""
    first, second = aliased(ResponseMark), aliased(ResponseMark)
    rows = session.execute(
        select(first.item_version_id, first.total, second.total.label("other"), func.count().label("answers"))
        .join(
            second,
            and_(
                second.body_id == first.body_id,
                second.attempt_id == first.attempt_id,
                second.item_version_id == first.item_version_id,
                second.place == 2,
            ),
        )
        .join(Attempt, and_(Attempt.body_id == first.body_id, Attempt.id == first.attempt_id))
        .where(first.body_id == body_id, first.place == 1, Attempt.form_id == form_id)
        .group_by(first.item_version_id, first.total, second.total)
    )
    found: dict[str, dict[Pair, int]] = {}
    for row in rows:
        found.setdefault(row.item_version_id, {})[row.total, row.other] = row.answers
    return found


def blind_number(attempt_id: str) -> str:
    """Return the number by which markers speak of an answer; it says nothing of the candidate."""
    number = int.from_bytes(hashlib.sha256(f"blind {attempt_id}".encode()).digest()[:4]) % 1_000_000
    return f"{number:06d}"


def queues(session: Session, body_id: str, person_id: str) -> list[Queue]:
    """Return what waits, by form and item; one statement."""
    waiting = _waiting(body_id, person_id).subquery()
    open_to_me = and_(waiting.c.open_to_me, waiting.c.own == 0)
    rows = session.execute(
        select(
            waiting.c.form_id,
            Form.code,
            waiting.c.item_version_id,
            waiting.c.position,
            Item.identifier,
            func.count().label("waiting"),
            func.sum(case((open_to_me, 1), else_=0)).label("mine"),
            func.sum(case((and_(open_to_me, waiting.c.marks >= MARKERS), 1), else_=0)).label("to_settle"),
            func.min(case((open_to_me, waiting.c.attempt_id))).label("first"),
            func.min(waiting.c.since).label("since"),
        )
        .join(Form, and_(Form.body_id == body_id, Form.id == waiting.c.form_id))
        .join(ItemVersion, and_(ItemVersion.body_id == body_id, ItemVersion.id == waiting.c.item_version_id))
        .join(Item, and_(Item.body_id == body_id, Item.id == ItemVersion.item_id))
        .group_by(waiting.c.form_id, Form.code, waiting.c.item_version_id, waiting.c.position, Item.identifier)
        .order_by(func.min(waiting.c.since), Form.code, waiting.c.position)
    )
    return [
        Queue(
            form_id=row.form_id,
            form_code=row.code,
            item_version_id=row.item_version_id,
            position=row.position,
            identifier=row.identifier,
            waiting=row.waiting,
            mine=row.mine,
            to_settle=row.to_settle,
            first=row.first,
            since=row.since,
        )
        for row in rows
    ]


def next_answer(session: Session, body_id: str, person_id: str, form_id: str, item_version_id: str) -> str | None:
    """Return the attempt whose answer to this item a person may mark next, or None."""
    waiting = _waiting(body_id, person_id).subquery()
    return session.scalar(
        select(waiting.c.attempt_id)
        .where(
            waiting.c.form_id == form_id,
            waiting.c.item_version_id == item_version_id,
            waiting.c.open_to_me,
            waiting.c.own == 0,
        )
        .order_by(waiting.c.attempt_id)
        .limit(1)
    )


def _waiting(body_id: str, person_id: str) -> Select[*tuple[Any, ...]]:
    """Answers without a score in ended attempts without a result: exactly those that wait for people."""

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return (
            select(func.count())
            .select_from(ResponseMark)
            .where(
                ResponseMark.body_id == Attempt.body_id,
                ResponseMark.attempt_id == Attempt.id,
                ResponseMark.item_version_id == FormItem.item_version_id,
                *conditions,
            )
            .correlate(Attempt, FormItem)
            .scalar_subquery()
        )

    elsewhere = (
        select(Duty.person_id)
        .where(
            Duty.body_id == Attempt.body_id,
            Duty.application_id == Attempt.application_id,
            Duty.person_id == person_id,
            Duty.side != Side.ASSESSOR,
        )
        .correlate(Attempt)
        .exists()
    )
    scored = (
        select(ItemScore.item_version_id)
        .where(
            ItemScore.body_id == Attempt.body_id,
            ItemScore.attempt_id == Attempt.id,
            ItemScore.item_version_id == FormItem.item_version_id,
        )
        .correlate(Attempt, FormItem)
        .exists()
    )
    having = (
        select(ExamResult.attempt_id)
        .where(ExamResult.body_id == Attempt.body_id, ExamResult.attempt_id == Attempt.id)
        .correlate(Attempt)
        .exists()
    )
    return (
        select(
            Attempt.id.label("attempt_id"),
            Attempt.form_id,
            FormItem.item_version_id,
            FormItem.position,
            func.coalesce(Attempt.submitted_at, Attempt.deadline).label("since"),
            count().label("marks"),
            count(ResponseMark.person_id == person_id).label("own"),
            and_(Attempt.person_id != person_id, ~elsewhere).label("open_to_me"),
        )
        .join(FormItem, (FormItem.body_id == Attempt.body_id) & (FormItem.form_id == Attempt.form_id))
        .where(Attempt.body_id == body_id, Attempt.state.in_(ENDED), ~having, ~scored)
    )
