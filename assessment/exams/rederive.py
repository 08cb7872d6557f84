"""Deriving again: every score, result and receipt of an attempt from its facts, held against what is stored."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.exams.events import digest
from assessment.domain.mismatch import Mismatch, differs
from assessment.exams.preparing import items_on, layout_of
from assessment.exams.scoring import accepted_events, criteria_to_json, score_attempt, units_to_json
from assessment.exams.tables import Attempt, ExamResult, ItemScore, ResponseEvent, Standing


def attempts_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, attempt id) of every attempt, in key order; `since` keeps those started from then on."""
    keys = select(Attempt.body_id, Attempt.id).order_by(Attempt.body_id, Attempt.id)
    if since is not None:
        keys = keys.where(Attempt.started_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def rederive(session: Session, body_id: str, attempt_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of an attempt that differs from what its facts give; reads only.

    Held against the facts: the layout (from form and seed), the digest of each event, and, once the attempt
    has ended, its item scores, its result, its number of answers and its receipt.
    """
    attempt = session.get(Attempt, (body_id, attempt_id))
    if attempt is None:
        return
    record = f"attempt/{body_id}/{attempt_id}"
    layout = layout_of(items_on(session, body_id, attempt.form_id), attempt.seed)
    yield from differs(record, "layout", layout, attempt.layout)
    yield from _events(session, attempt)
    if attempt.receipt is None:
        return
    derived = score_attempt(session, attempt)
    yield from differs(record, "receipt", derived.receipt.digest, attempt.receipt)
    yield from differs(record, "answers", derived.receipt.answers, attempt.answers)
    stored = {
        row.item_version_id: row
        for row in session.scalars(
            select(ItemScore).where(ItemScore.body_id == body_id, ItemScore.attempt_id == attempt_id)
        )
    }
    for each in derived.items:
        row = stored.pop(each.item_version_id, None)
        yield from differs(
            f"item_score/{body_id}/{attempt_id}/{each.item_version_id}",
            "item_score",
            (each.answered, str(each.score), str(each.maximum)),
            None if row is None else (row.answered, str(row.score), str(row.max_score)),
        )
    for version_id in stored:
        yield from differs(f"item_score/{body_id}/{attempt_id}/{version_id}", "item_score", None, "a row")
    result = session.get(ExamResult, (body_id, attempt_id))
    total = derived.result.total
    yield from differs(
        f"exam_result/{body_id}/{attempt_id}",
        "exam_result",
        (
            str(total.score),
            str(total.maximum),
            derived.result.passed,
            units_to_json(derived.result),
            criteria_to_json(derived.result),
        ),
        None
        if result is None
        else (
            str(result.score),
            str(result.max_score),
            result.cut_reached,
            result.by_unit,
            result.by_criterion,
        ),
    )


def _events(session: Session, attempt: Attempt) -> Iterator[Mismatch]:
    stored = session.execute(
        select(ResponseEvent.number, ResponseEvent.digest)
        .where(
            ResponseEvent.body_id == attempt.body_id,
            ResponseEvent.attempt_id == attempt.id,
            ResponseEvent.standing == Standing.ACCEPTED,
        )
        .order_by(ResponseEvent.number)
    ).all()
    events = accepted_events(session, attempt.body_id, attempt.id)
    for row, event in zip(stored, events, strict=True):
        yield from differs(f"response_event/{row.number}", "event_digest", digest(event), row.digest)
