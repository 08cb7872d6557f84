"""An attempt as its candidate sees it: the question in its place, and the state of every question.

Nothing here knows a key: questions come from `candidate_view`, which names what may be shown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, cast, func, null, select
from sqlalchemy.orm import Session

from assessment.database import select_columns
from assessment.domain.errors import N_, NotFound
from assessment.domain.exams.arrangement import ArrangedItem, item_at, item_order
from assessment.domain.exams.events import Value, response_from_json
from assessment.domain.items.view import CandidateView, candidate_view
from assessment.exams.content import Worded, items_of, texts_of, worded
from assessment.exams.held import counts
from assessment.exams.tables import Attempt, AttemptFlag, ResponseEvent

_LAST = (
    select(func.max(ResponseEvent.number).label("number"))
    .where(
        ResponseEvent.body_id == bindparam("body_id"),
        ResponseEvent.attempt_id == bindparam("attempt_id"),
        counts(),
    )
    .group_by(ResponseEvent.item)
    .subquery()
)
_CURRENT = select(ResponseEvent.item, ResponseEvent.response, ResponseEvent.received_at).join(
    _LAST, _LAST.c.number == ResponseEvent.number
)
# Answers and flags come in one statement: a row without a moment is a flag.
_STATE = _CURRENT.union_all(
    select(
        AttemptFlag.item, cast(null(), ResponseEvent.response.type), cast(null(), ResponseEvent.received_at.type)
    ).where(
        AttemptFlag.body_id == bindparam("body_id"),
        AttemptFlag.attempt_id == bindparam("attempt_id"),
        AttemptFlag.flagged,
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """The current answer to a question, as it is on the server."""

    response: Mapping[str, Value]
    received_at: datetime

    @property
    def answered(self) -> bool:
        """Whether it holds any response; a cleared answer does not."""
        return any(value not in (None, "", ()) for value in self.response.values())


class Place(NamedTuple):
    """One question in the navigator."""

    number: int
    item: str
    answered: bool
    flagged: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One question on the page."""

    number: int
    arranged: ArrangedItem
    saved: Saved | None
    flagged: bool

    @property
    def item(self) -> str:
        """The item's version."""
        return self.arranged.item_id


def places(session: Session, attempt: Attempt) -> list[Place]:
    """Return every question of an attempt in its own order, with its state; one statement."""
    return _places(item_order(attempt.layout), *state_of(session, attempt))


def saved_answers(session: Session, attempt: Attempt) -> dict[str, Saved]:
    """Return item -> its current answer: the last one that counts."""
    return state_of(session, attempt)[0]


def state_of(session: Session, attempt: Attempt) -> tuple[dict[str, Saved], frozenset[str]]:
    """Return item -> its current answer, and the items that are flagged; one statement."""
    saved: dict[str, Saved] = {}
    flagged: set[str] = set()
    for row in select_columns(session, _STATE, {"body_id": attempt.body_id, "attempt_id": attempt.id}):
        if row.received_at is None:
            flagged.add(row.item)
        else:
            saved[row.item] = Saved(response=response_from_json(row.response), received_at=row.received_at)
    return saved, frozenset(flagged)


def question(session: Session, attempt: Attempt, number: int) -> tuple[Question, list[Place]]:
    """Return one question and the navigator. Raises NotFound when there is no such number."""
    arranged = arranged_item(attempt, number)
    saved, flagged = state_of(session, attempt)
    every = _places(item_order(attempt.layout), saved, flagged)
    return (
        Question(
            number=number,
            arranged=arranged,
            saved=saved.get(arranged.item_id),
            flagged=every[number - 1].flagged,
        ),
        every,
    )


def arranged_item(attempt: Attempt, number: int) -> ArrangedItem:
    """Return the item at a place of the attempt's own order. Raises NotFound."""
    found = item_at(attempt.layout, number)
    if found is None:
        raise NotFound(N_("There is no such question."))
    return found


def view_of(session: Session, body_id: str, arranged: ArrangedItem, language: str) -> CandidateView:
    """Return what a browser may see of an item, in the wished language or the nearest."""
    (view,) = views_of(session, body_id, [arranged], language)
    return view


def views_of(session: Session, body_id: str, layout: Sequence[ArrangedItem], language: str) -> list[CandidateView]:
    """Return what a browser may see of items, in their places; at most two statements."""
    found = worded(session, body_id, [arranged.item_id for arranged in layout], language)
    return [_view(found[arranged.item_id], arranged) for arranged in layout]


def form_views(session: Session, body_id: str, version_ids: list[str], *, language: str) -> list[CandidateView]:
    """Return a whole form without keys, in the order given, choices as authored."""
    items = items_of(session, body_id, version_ids)
    texts = texts_of(session, body_id, items, language)
    return [candidate_view(items[version], texts[version]) for version in version_ids if version in texts]


def _view(found: Worded, arranged: ArrangedItem) -> CandidateView:
    return candidate_view(found.item, found.text, arranged.choices)


def _places(order: Sequence[str], saved: Mapping[str, Saved], flagged: Collection[str]) -> list[Place]:
    return [
        Place(
            number=number,
            item=item,
            answered=item in saved and saved[item].answered,
            flagged=item in flagged,
        )
        for number, item in enumerate(order, start=1)
    ]
