"""What submitted practicals say: the stored result of each, with the marks behind it.

Of a task that was done again only the last one counts. A practical whose result is not derived says nothing yet.
A result names the observations it was derived from, one for each assessor; one of the first version names none, and
the newest of each criterion counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.certification.evidence import Evidence, Source
from assessment.domain.competency import Method
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.measurement import judge
from assessment.domain.practicals.observation import Measurement, parse
from assessment.domain.practicals.rubric import Judged, Measured, on_piece
from assessment.domain.practicals.test_piece import dimensions_in
from assessment.practicals.tables import Observation, Practical, RubricCriterion, TaskResult
from assessment.practicals.tables_pieces import TestPiece


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One submitted practical with the evidence that follows from its marks."""

    practical_id: str
    at: datetime
    evidence: tuple[Evidence, ...]


def marks_of(session: Session, body_id: str, application_id: str, *, until: datetime | None = None) -> list[Marked]:
    """Return the submitted practicals that count, one a task; two statements, however many marks there are."""
    piece = (
        select(TestPiece.facts)
        .where(
            TestPiece.body_id == TaskResult.body_id,
            TestPiece.practical_id == TaskResult.practical_id,
            TestPiece.recorded_at <= TaskResult.derived_at,
        )
        .order_by(TestPiece.number.desc())
        .limit(1)
        .correlate(TaskResult)
        .scalar_subquery()
    )
    results = (
        select(
            TaskResult.practical_id,
            TaskResult.result,
            TaskResult.derived_at,
            Practical.task_id,
            piece.label("facts"),
        )
        .join(Practical, (Practical.body_id == TaskResult.body_id) & (Practical.id == TaskResult.practical_id))
        .where(TaskResult.body_id == body_id, TaskResult.application_id == application_id)
        # The practical that was done last, even where an earlier one got another result after it.
        .order_by(
            func.coalesce(Practical.opened_at, Practical.starts_at).desc(),
            TaskResult.derived_at.desc(),
            TaskResult.practical_id,
        )
    )
    if until is not None:
        results = results.where(TaskResult.derived_at <= until)
    newest: dict[str, Any] = {}
    for row in session.execute(results):
        newest.setdefault(row.task_id, row)
    recorded = {row.practical_id: dimensions_in(row.facts or {}) for row in newest.values()}
    marks = _marks(session, body_id, [(row.practical_id, row.result) for row in newest.values()], recorded)
    return [
        Marked(
            practical_id=row.practical_id,
            at=row.derived_at,
            evidence=tuple(
                Evidence(
                    criterion_id=piece["criterion"],
                    method=Method(piece["method"]),
                    source=Source(kind="practical", id=row.practical_id),
                    sufficient=piece["sufficient"],
                    confirmed=False,
                    safety_critical=piece["safety_critical"],
                    detail={"marks": _told(piece["rubric"], row.result["rubric"], marks.get(row.practical_id, {}))},
                )
                for piece in row.result["criteria"]
            ),
        )
        for row in newest.values()
    ]


MarksByCode = dict[str, list[tuple[str, dict[str, Any]]]]


def _marks(
    session: Session,
    body_id: str,
    results: Sequence[tuple[str, Mapping[str, Any]]],
    recorded: Mapping[str, Mapping[str, Decimal]],
) -> dict[str, MarksByCode]:
    """Practical id -> code of the rubric criterion -> its id and each mark that counts, as a page shows it.

    `recorded`: the dimensions of the test pieces from which the results were derived. What is carried over was observed
    at another practical, on another piece, and counts for this one.
    """
    named = {
        number: (practical_id, place)
        for practical_id, result in results
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
    piece = (
        select(TestPiece.facts)
        .where(TestPiece.body_id == Observation.body_id, TestPiece.practical_id == Observation.practical_id)
        .order_by(TestPiece.number.desc())
        .limit(1)
        .correlate(Observation)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Observation.number,
            Observation.practical_id,
            Observation.mark,
            Observation.tool_id,
            Observation.observed_at,
            piece.label("facts"),
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
    found: dict[str, MarksByCode] = {}
    for row in sorted(rows, key=lambda row: named.get(row.number, ("", 0))[1]):
        practical_id, _place = named.get(row.number, (row.practical_id, 0))
        of_practical = found.setdefault(practical_id, {code: [] for code in (each.code for each in rows)})
        on_piece = recorded[practical_id] if row.practical_id == practical_id else dimensions_in(row.facts or {})
        shown = _shown(row.mark, row.definition, on_piece)
        if row.tool_id is not None:
            # What may be said of the tool later does not stand here: a calibration can still be written down.
            shown |= {"tool": row.tool_id, "observed_at": row.observed_at.isoformat()}
        of_practical[row.code].append((row.id, shown))
    return {
        practical_id: {code: marks for code, marks in of_practical.items() if marks}
        for practical_id, of_practical in found.items()
    }


def _shown(mark: Mapping[str, Any], definition: Mapping[str, Any], recorded: Mapping[str, Decimal]) -> dict[str, Any]:
    """A mark, the report that it needs, and for a measurement where it lies between its limits."""
    marking = on_piece(from_json(definition), recorded)
    value = parse(mark, marking)
    shown: dict[str, Any] = {name: given for name, given in mark.items() if name != "v"}
    if isinstance(marking, Judged) and marking.own_scale:
        shown |= {"highest": marking.highest}
    if "report" in definition:
        shown |= {"report": definition["report"]}
    if isinstance(marking, Measured) and isinstance(value, Measurement):
        reading = judge(value.value, marking.limits, value.length)
        shown |= {
            "unit": reading.unit,
            "lower": None if reading.lower is None else format(reading.lower, "f"),
            "upper": None if reading.upper is None else format(reading.upper, "f"),
            "inside": reading.inside,
            "confirmed": marking.confirmed,
        }
        if reading.open:
            shown |= {"missing": list(reading.missing)}
    return shown


def _told(
    statuses: Mapping[str, str],
    findings: Mapping[str, Mapping[str, Any]],
    marks: MarksByCode,
) -> list[dict[str, Any]]:
    """The marks behind a piece of evidence in the order of the sheet, those of one criterion beside each other."""
    codes = [code for code in marks if code in statuses] + [code for code in statuses if code not in marks]
    return [
        {
            "code": code,
            "criterion": criterion,
            "status": statuses[code],
            "compensated": findings.get(code, {}).get("compensated", False),
            "mark": mark,
            **({"carried": findings[code]["carried"]} if "carried" in findings.get(code, {}) else {}),
        }
        for code in codes
        for criterion, mark in marks.get(code, [(None, None)])
    ]
