"""Deriving again: every score, result and receipt of an attempt from its facts, held against what is stored.

An attempt has a generation of scores for each regrade that changed it. All of them are derived again, the old
ones with the remedies that were in force then, and so are the lines of the ledger between them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.exams.events import digest
from assessment.domain.exams.regrade import FlipKind, flips
from assessment.domain.mismatch import Mismatch, differs
from assessment.exams.preparing import content_on, layout_of
from assessment.exams.results import generation_of, scored_item
from assessment.exams.scoring import (
    Scored,
    ScoredItem,
    criteria_to_json,
    event_of,
    event_rows,
    score_attempt,
    units_to_json,
)
from assessment.exams.tables import Attempt, ExamResult, ItemScore
from assessment.exams.tables_regrade import Regrade, RegradeConfirmation, RegradeLine

Generation = Callable[[int], Scored]


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
    has ended, its number of answers, its receipt, and every generation of its item scores and its result.
    """
    attempt = session.get(Attempt, (body_id, attempt_id))
    if attempt is None:
        return
    record = f"attempt/{body_id}/{attempt_id}"
    layout = layout_of(content_on(session, body_id, attempt.form_id), attempt.seed)
    yield from differs(record, "layout", layout, attempt.layout)
    yield from _events(session, attempt)
    if attempt.receipt is None:
        return
    present = generation_of(session, body_id, attempt.form_id)

    @cache
    def derived(generation: int) -> Scored:
        return score_attempt(session, attempt, generation=generation)

    yield from differs(record, "receipt", derived(present).receipt.digest, attempt.receipt)
    yield from differs(record, "answers", derived(present).receipt.answers, attempt.answers)
    scores = session.scalars(
        select(ItemScore)
        .where(ItemScore.body_id == body_id, ItemScore.attempt_id == attempt_id)
        .order_by(ItemScore.generation, ItemScore.item_version_id)
    ).all()
    results = session.scalars(
        select(ExamResult)
        .where(ExamResult.body_id == body_id, ExamResult.attempt_id == attempt_id)
        .order_by(ExamResult.generation)
    ).all()
    yield from _scores(attempt, scores, derived, {row.generation for row in results} | {present})
    yield from _results(attempt, results, derived, present)
    if present:
        yield from _lines(session, attempt, results, derived)


def _scores(
    attempt: Attempt, rows: Iterable[ItemScore], derived: Generation, generations: set[int]
) -> Iterator[Mismatch]:
    """Hold each stored score against its own generation, and what counts in each against what ought to."""
    counted: dict[str, ItemScore] = {}
    stored = list(rows)
    for generation in sorted(generations | {row.generation for row in stored}):
        ought = {each.item_version_id: each for each in derived(generation).items}
        for row in stored:
            if row.generation == generation:
                counted[row.item_version_id] = row
        for version_id in sorted(ought.keys() | counted.keys()):
            found = counted.get(version_id)
            # What people mark is stored with their last mark, which may have come after a regrade.
            if found is None and any(later.item_version_id == version_id for later in stored):
                continue
            yield from differs(
                f"item_score/{attempt.body_id}/{attempt.id}/{version_id}/{generation}",
                "item_score",
                _plain(ought.get(version_id)),
                None if found is None else _plain(scored_item(found)),
            )


def _results(attempt: Attempt, rows: Iterable[ExamResult], derived: Generation, present: int) -> Iterator[Mismatch]:
    stored = list(rows)
    for generation in sorted({row.generation for row in stored} | {present}):
        row = next((each for each in reversed(stored) if each.generation <= generation), None)
        result = derived(generation).result
        yield from differs(
            f"exam_result/{attempt.body_id}/{attempt.id}/{generation}",
            "exam_result",
            None
            if result is None
            else (
                str(result.total.score),
                str(result.total.maximum),
                result.passed,
                units_to_json(result),
                criteria_to_json(result),
            ),
            None
            if row is None
            else (str(row.score), str(row.max_score), row.cut_reached, row.by_unit, row.by_criterion),
        )


def _lines(
    session: Session, attempt: Attempt, results: Iterable[ExamResult], derived: Generation
) -> Iterator[Mismatch]:
    """Hold the ledger against the generations: a line for each regrade that changed a result, and no other."""
    generations = [row.generation for row in results]
    rows = session.execute(
        select(Regrade, RegradeConfirmation.place, RegradeLine)
        .join(
            RegradeConfirmation,
            (RegradeConfirmation.body_id == Regrade.body_id) & (RegradeConfirmation.regrade_id == Regrade.id),
        )
        .join(
            RegradeLine,
            (RegradeLine.body_id == Regrade.body_id)
            & (RegradeLine.regrade_id == Regrade.id)
            & (RegradeLine.attempt_id == attempt.id),
            isouter=True,
        )
        .where(
            Regrade.body_id == attempt.body_id,
            Regrade.form_id == attempt.form_id,
            RegradeConfirmation.place.is_not(None),
        )
        .order_by(RegradeConfirmation.place)
    ).all()
    for regrade, place, line in rows:
        expected = None
        if place is not None and generations and place > min(generations):
            expected = _line(derived(place - 1), derived(place), regrade.item_version_id)
        yield from differs(
            f"regrade_line/{attempt.body_id}/{regrade.id}/{attempt.id}",
            "regrade_line",
            expected,
            None
            if line is None
            else (
                *(str(each) for each in (line.old_score, line.new_score, line.old_maximum, line.new_maximum)),
                line.old_counts,
                line.new_counts,
                *(str(each) for each in (line.old_total, line.new_total)),
                *(str(each) for each in (line.old_total_maximum, line.new_total_maximum)),
                line.old_reached,
                line.new_reached,
                line.criteria_flipped,
            ),
        )


def _line(before: Scored, after: Scored, version_id: str) -> tuple[Any, ...] | None:
    """What the ledger ought to say of a regrade of one item, None where it changed nothing."""
    one, other = (
        next((each for each in scored.items if each.item_version_id == version_id), None) for scored in (before, after)
    )
    if one is None or other is None or one == other or before.result is None or after.result is None:
        return None
    return (
        *(str(each) for each in (one.score, other.score, one.maximum, other.maximum)),
        one.counts,
        other.counts,
        *(str(each.result.total.score) for each in (before, after) if each.result is not None),
        *(str(each.result.total.maximum) for each in (before, after) if each.result is not None),
        before.result.passed,
        after.result.passed,
        sum(flip.kind is FlipKind.CRITERION for flip in flips(before.result, after.result)),
    )


def _plain(item: ScoredItem | None) -> tuple[Any, ...] | None:
    if item is None:
        return None
    return (item.answered, item.reached, item.counts, str(item.score), str(item.maximum))


def _events(session: Session, attempt: Attempt) -> Iterator[Mismatch]:
    for row in event_rows(session, attempt.body_id, [attempt.id]):
        yield from differs(f"response_event/{row.number}", "event_digest", digest(event_of(row)), row.digest)
