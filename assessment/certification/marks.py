"""What submitted practicals say: the stored result of each, with the marks behind it.

Of a task that was done again only the last one counts. A practical whose result is not derived says nothing yet.
A result names the observations it was derived from, one for each assessor; one of the first version names none, and
the newest of each criterion counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.certification.evidence import Evidence, Source
from assessment.domain.competency import Method
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.measurement import judge
from assessment.domain.practicals.observation import Measurement, parse
from assessment.domain.practicals.rubric import Judged, Measured
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.practicals.test_piece import with_reports
from assessment.practicals.tables import Observation, Practical, RubricCriterion, TaskResult
from assessment.practicals.tables_pieces import TestReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One submitted practical with the evidence that follows from its marks and the reports that it needs.

    `at`: when its newest mark or report came in.
    """

    practical_id: str
    at: datetime
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Criterion:
    """A rubric criterion with each mark of it that counts, as a page shows it, and the report that it needs."""

    id: str
    marks: list[dict[str, Any]]
    report: ReportKind | None


def marks_of(session: Session, body_id: str, application_id: str, *, until: datetime | None = None) -> list[Marked]:
    """Return the submitted practicals that count, one a task; two statements, three where a report is needed."""
    results = (
        select(TaskResult.practical_id, TaskResult.result, TaskResult.derived_at, Practical.task_id)
        .join(Practical, (Practical.body_id == TaskResult.body_id) & (Practical.id == TaskResult.practical_id))
        .where(TaskResult.body_id == body_id, TaskResult.application_id == application_id)
        .order_by(TaskResult.derived_at.desc(), TaskResult.practical_id)
    )
    if until is not None:
        results = results.where(TaskResult.derived_at <= until)
    newest: dict[str, Any] = {}
    for row in session.execute(results):
        newest.setdefault(row.task_id, row)
    marks = _marks(session, body_id, [(row.practical_id, row.result) for row in newest.values()])
    needing = [
        practical_id for practical_id, found in marks.items() if any(each.report is not None for each in found.values())
    ]
    reports = _newest_reports(session, body_id, needing, until) if needing else {}
    return [_marked(row, marks.get(row.practical_id, {}), reports.get(row.practical_id, {})) for row in newest.values()]


def _marked(row: Any, marks: Mapping[str, _Criterion], reports: Mapping[ReportKind, tuple[bool, datetime]]) -> Marked:
    accepted = {kind: said for kind, (said, _) in reports.items()}
    evidence = []
    for piece in row.result["criteria"]:
        needed = [kind for code in piece["rubric"] if code in marks and (kind := marks[code].report) is not None]
        told: dict[str, Any] = {"marks": _told(piece["rubric"], row.result["rubric"], marks)}
        if needed:
            told["reports"] = {kind.value: accepted.get(kind) for kind in needed}
        evidence.append(
            Evidence(
                criterion_id=piece["criterion"],
                method=Method(piece["method"]),
                source=Source(kind="practical", id=row.practical_id),
                sufficient=with_reports(piece["sufficient"], needed, accepted),
                confirmed=False,
                safety_critical=piece["safety_critical"],
                detail=told,
            )
        )
    return Marked(
        practical_id=row.practical_id,
        at=max((row.derived_at, *(at for _, at in reports.values()))),
        evidence=tuple(evidence),
    )


def _newest_reports(
    session: Session, body_id: str, practical_ids: list[str], until: datetime | None
) -> dict[str, dict[ReportKind, tuple[bool, datetime]]]:
    """Practical id -> kind -> whether its newest report accepts, and when that came in."""
    query = (
        select(TestReport.practical_id, TestReport.kind, TestReport.accepted, TestReport.received_at)
        .where(TestReport.body_id == body_id, TestReport.practical_id.in_(practical_ids))
        .order_by(TestReport.received_at, TestReport.id)
    )
    if until is not None:
        query = query.where(TestReport.received_at <= until)
    found: dict[str, dict[ReportKind, tuple[bool, datetime]]] = {}
    for row in session.execute(query):
        found.setdefault(row.practical_id, {})[row.kind] = (row.accepted, row.received_at)
    return found


def _marks(
    session: Session, body_id: str, results: Sequence[tuple[str, Mapping[str, Any]]]
) -> dict[str, dict[str, _Criterion]]:
    """Practical id -> code of the rubric criterion -> the marks that count, in the order of the sheet."""
    named = {
        number: place
        for _practical_id, result in results
        for finding in result["rubric"].values()
        for place, number in enumerate(finding.get("observations", ()))
    }
    unnamed = [practical_id for practical_id, result in results if result.get("v", 1) == 1]
    if not results:
        return {}
    newest = (
        select(
            Observation.number,
            func.row_number()
            .over(
                partition_by=(Observation.practical_id, Observation.rubric_criterion_id),
                order_by=Observation.number.desc(),
            )
            .label("place"),
        )
        .where(Observation.body_id == body_id, Observation.practical_id.in_(unnamed))
        .subquery()
    )
    rows = session.execute(
        select(
            Observation.number,
            Observation.practical_id,
            Observation.mark,
            RubricCriterion.id,
            RubricCriterion.code,
            RubricCriterion.definition,
        )
        .join(
            RubricCriterion,
            (RubricCriterion.body_id == body_id) & (RubricCriterion.id == Observation.rubric_criterion_id),
        )
        .where(
            Observation.body_id == body_id,
            Observation.number.in_(list(named))
            | Observation.number.in_(select(newest.c.number).where(newest.c.place == 1)),
        )
        .order_by(RubricCriterion.position)
    ).all()
    found: dict[str, dict[str, _Criterion]] = {}
    for row in rows:
        report = row.definition.get("report")
        found.setdefault(row.practical_id, {}).setdefault(
            row.code, _Criterion(id=row.id, marks=[], report=None if report is None else ReportKind(report))
        )
    for row in sorted(rows, key=lambda row: named.get(row.number, 0)):
        found[row.practical_id][row.code].marks.append(_shown(row.mark, row.definition))
    return found


def _shown(mark: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    """A mark, and for a measurement where it lies between its limits."""
    marking = from_json(definition)
    value = parse(mark, marking)
    shown: dict[str, Any] = {name: given for name, given in mark.items() if name != "v"}
    if isinstance(marking, Judged) and marking.own_scale:
        shown |= {"highest": marking.highest}
    if isinstance(marking, Measured) and isinstance(value, Measurement):
        reading = judge(value.value, marking.limits)
        shown |= {
            "unit": reading.unit,
            "lower": None if reading.lower is None else format(reading.lower, "f"),
            "upper": None if reading.upper is None else format(reading.upper, "f"),
            "inside": reading.inside,
            "confirmed": marking.confirmed,
        }
    return shown


def _told(
    statuses: Mapping[str, str],
    findings: Mapping[str, Mapping[str, Any]],
    marks: Mapping[str, _Criterion],
) -> list[dict[str, Any]]:
    """The marks behind a piece of evidence in the order of the sheet, those of one criterion beside each other."""
    codes = [code for code in marks if code in statuses] + [code for code in statuses if code not in marks]
    return [
        {
            "code": code,
            "criterion": marks[code].id if code in marks else None,
            "status": statuses[code],
            "compensated": findings.get(code, {}).get("compensated", False),
            "mark": mark,
        }
        for code in codes
        for mark in (marks[code].marks if code in marks else [None])
    ]
