"""Storing what an attempt scored, and reading which of it counts: of several generations the newest.

Nothing that was stored is changed: a regrade, or the last mark of a person, adds rows beside it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from assessment.audit.recording import NewRows, NewValues, write_rows
from assessment.database import select_columns
from assessment.domain.errors import N_, NotFound
from assessment.domain.exams.attempt_states import ATTEMPT, AttemptEvent
from assessment.exams.scoring import (
    FORMAT,
    GENERATION,
    Scored,
    ScoredItem,
    criteria_to_json,
    newest_of,
    score_attempt,
    units_to_json,
)
from assessment.exams.tables import Attempt, ExamResult, Form, ItemScore

_FORM = select(Form.id).where(Form.body_id == bindparam("body_id"), Form.id == bindparam("form_id")).with_for_update()


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What counts of one attempt: its newest result, None while it waits for marking, and its item scores.

    `first` is the result from before any regrade of it.
    """

    first: ExamResult | None
    result: ExamResult | None
    items: Mapping[str, ScoredItem]


def to_end(attempts: Select[Attempt]) -> Select[Attempt]:
    """Lock attempts that are to end, and their form: no regrade passes them, but others that end do."""
    return (
        attempts.join(Form, (Form.body_id == Attempt.body_id) & (Form.id == Attempt.form_id))
        .with_for_update(of=Attempt)
        .suffix_with("FOR KEY SHARE OF form", dialect="postgresql")
    )


def close_attempt(
    session: Session,
    attempt: Attempt,
    event: AttemptEvent,
    *,
    now: datetime,
    foreseen: Scored | None = None,
) -> Scored:
    """End an attempt by submission or by time: state, receipt, item scores and result in one stroke.

    The attempt is locked as by `to_end`. `foreseen` was scored before the write lock was taken; it is used when
    neither an event nor a regrade has come since. An attempt with an answer for people to mark gets its result later.
    Raises Conflict when the attempt is not running.
    """
    following = ATTEMPT.after(attempt.state, event)
    current = foreseen is not None and (foreseen.newest, foreseen.generation) == newest_of(session, attempt)
    scored = foreseen if foreseen is not None and current else score_attempt(session, attempt, kept=True)
    ended: dict[str, Any] = {"state": following, "answers": scored.receipt.answers, "receipt": scored.receipt.digest}
    if event is not AttemptEvent.TIME_OVER:
        ended["submitted_at"] = now
    write_rows(session, NewValues(attempt, ended), *_rows(attempt, scored, scored.items, now=now))
    return scored


def settle(session: Session, attempt: Attempt, *, now: datetime) -> bool:
    """Store what follows from the facts of an ended attempt now and is not stored yet; say whether it has a result.

    Used when the last mark of a person came in, and for attempts that were still waiting when a regrade came.
    """
    before = stored_of(session, attempt.body_id, [attempt.id])[attempt.id]
    scored = score_attempt(session, attempt)
    fresh = [each for each in scored.items if before.items.get(each.item_version_id) != each]
    if before.result is None:
        write_rows(session, *_rows(attempt, scored, fresh, now=now))
    return scored.result is not None


def _rows(attempt: Attempt, scored: Scored, fresh: Iterable[ScoredItem], *, now: datetime) -> list[NewRows]:
    """Return rows for the `fresh` items, and the result if there is one, in the generation that was scored."""
    of_attempt = {"body_id": attempt.body_id, "attempt_id": attempt.id, "generation": scored.generation, "v": FORMAT}
    items = [
        {
            "item_version_id": each.item_version_id,
            "answered": each.answered,
            "reached": each.reached,
            "counts": each.counts,
            "score": each.score,
            "max_score": each.maximum,
        }
        for each in fresh
    ]
    found = [NewRows(ItemScore, items, of_attempt | {"scored_at": now})]
    if scored.result is not None:
        result = {
            "application_id": attempt.application_id,
            "score": scored.result.total.score,
            "max_score": scored.result.total.maximum,
            "cut_reached": scored.result.passed,
            "by_unit": units_to_json(scored.result),
            "by_criterion": criteria_to_json(scored.result),
            "derived_at": now,
        }
        found.append(NewRows(ExamResult, [result], of_attempt))
    return found


def lock_form(session: Session, body_id: str, form_id: str) -> int:
    """Keep regrades and endings of a form from passing who holds this; returns how many regrades are confirmed.

    Attempts that end share the form among themselves (`to_end`). Raises NotFound.
    """
    if select_columns(session, _FORM, {"body_id": body_id, "form_id": form_id}).scalar() is None:
        raise NotFound(N_("There is no such form."))
    return generation_of(session, body_id, form_id)


def generation_of(session: Session, body_id: str, form_id: str) -> int:
    """Return how many regrades of a form are confirmed."""
    return session.scalar(GENERATION, {"body_id": body_id, "form_id": form_id}) or 0


def stored_of(session: Session, body_id: str, attempt_ids: Collection[str]) -> dict[str, Stored]:
    """Return what counts of these attempts; two statements."""
    items: dict[str, dict[str, ScoredItem]] = {attempt_id: {} for attempt_id in attempt_ids}
    for row in session.scalars(
        select(ItemScore)
        .where(ItemScore.body_id == body_id, ItemScore.attempt_id.in_(attempt_ids))
        .order_by(ItemScore.generation)
    ):
        items[row.attempt_id][row.item_version_id] = scored_item(row)
    results: dict[str, list[ExamResult]] = {attempt_id: [] for attempt_id in attempt_ids}
    for found in session.scalars(
        select(ExamResult)
        .where(ExamResult.body_id == body_id, ExamResult.attempt_id.in_(attempt_ids))
        .order_by(ExamResult.generation)
    ):
        results[found.attempt_id].append(found)
    return {
        attempt_id: Stored(
            first=next(iter(results[attempt_id]), None),
            result=next(reversed(results[attempt_id]), None),
            items=items[attempt_id],
        )
        for attempt_id in attempt_ids
    }


def scored_item(row: ItemScore) -> ScoredItem:
    """Return a stored item score as scoring made it."""
    return ScoredItem(
        item_version_id=row.item_version_id,
        answered=row.answered,
        reached=row.reached,
        counts=row.counts,
        score=row.score,
        maximum=row.max_score,
    )
