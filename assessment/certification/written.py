"""What ended exams say: the stored result of each, read back into the domain's value, and the items behind it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.exams.form import Cut
from assessment.domain.exams.result import CriterionResult, ExamResult, Marks
from assessment.exams.tables import Attempt, FormItem, ItemScore
from assessment.exams.tables import ExamResult as ExamResultRow
from assessment.item_bank.tables import ItemCriterion


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """One ended exam with its stored result, since when it stands, and how many regrades it knows."""

    attempt_id: str
    at: datetime
    generation: int
    result: ExamResult


def exams_of(session: Session, body_id: str, application_id: str, *, until: datetime | None = None) -> list[Written]:
    """Return the results of the ended exams of an application, the exam that began last first.

    Of a regraded exam the newest result counts; it stands since the regrade, and the exam keeps its place. An exam
    that waits for marking has none.
    """
    rows = (
        select(ExamResultRow, Attempt.started_at)
        .join(
            Attempt,
            (Attempt.body_id == ExamResultRow.body_id) & (Attempt.id == ExamResultRow.attempt_id),
        )
        .where(ExamResultRow.body_id == body_id, ExamResultRow.application_id == application_id)
        .order_by(Attempt.started_at.desc(), ExamResultRow.attempt_id, ExamResultRow.generation.desc())
    )
    if until is not None:
        rows = rows.where(ExamResultRow.derived_at <= until)
    newest: dict[str, ExamResultRow] = {}
    for row, _started in session.execute(rows):
        newest.setdefault(row.attempt_id, row)
    return [
        Written(
            attempt_id=row.attempt_id,
            at=row.derived_at,
            generation=row.generation,
            result=exam_result_of(row),
        )
        for row in newest.values()
    ]


def answers_of(session: Session, body_id: str, exams: Iterable[Written]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Return (attempt id, criterion id) -> the items that measured it, as references for a page.

    Each with the marks that its exam's result rests on; an item that a regrade took out of the count is left out.
    """
    known = {exam.attempt_id: exam.generation for exam in exams}
    rows = session.execute(
        select(
            ItemScore.attempt_id,
            ItemScore.item_version_id,
            ItemScore.generation,
            ItemScore.answered,
            ItemScore.counts,
            ItemScore.score,
            ItemScore.max_score,
            ItemCriterion.criterion_id,
            FormItem.position,
        )
        .join(Attempt, (Attempt.body_id == ItemScore.body_id) & (Attempt.id == ItemScore.attempt_id))
        .join(
            FormItem,
            (FormItem.body_id == Attempt.body_id)
            & (FormItem.form_id == Attempt.form_id)
            & (FormItem.item_version_id == ItemScore.item_version_id),
        )
        .join(
            ItemCriterion,
            (ItemCriterion.body_id == ItemScore.body_id) & (ItemCriterion.item_version_id == ItemScore.item_version_id),
        )
        .where(ItemScore.body_id == body_id, ItemScore.attempt_id.in_(list(known)))
        .order_by(FormItem.position, ItemScore.generation)
    )
    counted: dict[tuple[str, str, str], Any] = {}
    for row in rows:
        if row.generation <= known[row.attempt_id]:
            counted[row.attempt_id, row.criterion_id, row.item_version_id] = row
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in counted.values():
        if row.counts:
            found.setdefault((row.attempt_id, row.criterion_id), []).append(
                {
                    "item": row.item_version_id,
                    "number": row.position,
                    "answered": row.answered,
                    "score": str(row.score),
                    "maximum": str(row.max_score),
                }
            )
    return found


def exam_result_of(row: ExamResultRow) -> ExamResult:
    """Read a stored result back into the domain's value, format version 1."""
    units = {unit: _marks(value) for unit, value in row.by_unit["units"].items()}
    criteria = {
        criterion: CriterionResult(
            criterion_id=criterion,
            marks=_marks(value),
            minimum_items=value["minimum_items"],
            cut=None if value["cut"] is None else Fraction(value["cut"]),
            sufficient=value["sufficient"],
        )
        for criterion, value in row.by_criterion["criteria"].items()
    }
    total = Marks(items=sum(marks.items for marks in units.values()), score=row.score, maximum=row.max_score)
    # The form's own cut decides no unit and is not needed here; whether it was reached is stored.
    return ExamResult(
        total=total,
        cut=Cut(fraction=Fraction(1), method=""),
        passed=row.cut_reached,
        units=units,
        criteria=criteria,
    )


def _marks(value: Mapping[str, Any]) -> Marks:
    return Marks(items=value["items"], score=Fraction(value["score"]), maximum=Fraction(value["maximum"]))
