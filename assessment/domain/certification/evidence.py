"""Evidence: what an exam or a practical says about one performance criterion by one method.

A piece of evidence keeps a reference to its source, so that the decision page opens down to the answer or
the mark. The assessor confirms of each piece that it is valid, authentic, current and sufficient (rule 4).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessment.domain.competency import Method
from assessment.domain.exams.result import ExamResult
from assessment.domain.plan import Cell, ItemsCut
from assessment.domain.practicals.aggregation import Status, TaskResult, worst
from assessment.domain.practicals.rubric import Rubric


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """Where evidence comes from: a kind of record ("attempt", "task", "observation") and its opaque id."""

    kind: str
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What one source says about one criterion by one method.

    `sufficient`: True, False, or None for "needs more evidence". `confirmed`: the assessor's confirmation of
    the four rules of evidence. `safety_critical`: a failure here ends the matter, whatever else is proved.
    `detail`: JSON values for the page and the record, for example marks or rubric criteria.
    """

    criterion_id: str
    method: Method
    source: Source
    sufficient: bool | None
    confirmed: bool
    safety_critical: bool = False
    detail: Mapping[str, Any] = field(default_factory=dict)


def from_exam(result: ExamResult, *, cells: Iterable[Cell], source: Source, confirmed: bool) -> tuple[Evidence, ...]:
    """Return the written evidence of an exam, one for each written cell with items on the exam.

    A criterion that the exam does not measure gives none: it stays missing. Too few items give evidence that
    needs more. `detail`: items, score, maximum, cut (marks as exact text).
    """
    found: list[Evidence] = []
    for cell in cells:
        measured = result.criteria.get(cell.criterion_id)
        if cell.method is not Method.WRITTEN or not isinstance(cell.rule, ItemsCut):
            continue
        if measured is None or measured.marks.items == 0:
            continue
        found.append(
            Evidence(
                criterion_id=cell.criterion_id,
                method=Method.WRITTEN,
                source=source,
                sufficient=measured.sufficient,
                confirmed=confirmed,
                detail={
                    "items": measured.marks.items,
                    "score": str(measured.marks.score),
                    "maximum": str(measured.marks.maximum),
                    "cut": str(cell.rule.cut),
                },
            )
        )
    return tuple(found)


def from_task(rubric: Rubric, result: TaskResult, *, source: Source, confirmed: bool) -> tuple[Evidence, ...]:
    """Return the evidence of a practical task: one for each performance criterion and method it serves.

    All rubric criteria that serve a performance criterion by a method decide together, the most severe one
    first; what was only recorded (an unconfirmed limit) decides nothing and gives no evidence alone.
    `detail`: rubric criterion id -> status.
    """
    places: dict[tuple[str, Method], dict[str, Status]] = {}
    critical: set[tuple[str, Method]] = set()
    for criterion in rubric.criteria:
        status = result.findings[criterion.id].status
        for alignment in criterion.alignments:
            place = (alignment.criterion_id, alignment.method)
            places.setdefault(place, {})[criterion.id] = status
            if criterion.safety_critical and status is Status.INSUFFICIENT:
                critical.add(place)
    found: list[Evidence] = []
    for (criterion_id, method), statuses in places.items():
        deciding = [status for status in statuses.values() if status is not Status.RECORDED]
        status = worst(deciding)
        if status is Status.NOT_OBSERVED:
            continue
        found.append(
            Evidence(
                criterion_id=criterion_id,
                method=method,
                source=source,
                sufficient=None if status is Status.NEEDS_MORE_EVIDENCE else status is Status.SUFFICIENT,
                confirmed=confirmed,
                safety_critical=(criterion_id, method) in critical,
                detail={rubric_criterion: each.value for rubric_criterion, each in statuses.items()},
            )
        )
    return tuple(found)
