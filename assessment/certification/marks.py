"""What submitted practicals say: the stored result of each, with the marks behind it.

Of a task that was done again only the last one counts. A practical that is not submitted says nothing yet.
"""

from collections.abc import Mapping
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
from assessment.practicals.tables import Observation, Practical, RubricCriterion, TaskResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One submitted practical with the evidence that follows from its marks."""

    practical_id: str
    at: datetime
    evidence: tuple[Evidence, ...]


def marks_of(session: Session, body_id: str, application_id: str, *, until: datetime | None = None) -> list[Marked]:
    """Return the submitted practicals that count, one a task; two statements, however many marks there are."""
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
    marks = _newest_marks(session, body_id, [row.practical_id for row in newest.values()])
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


def _newest_marks(
    session: Session, body_id: str, practical_ids: list[str]
) -> dict[str, dict[str, tuple[str, dict[str, Any]]]]:
    """Practical id -> code of the rubric criterion -> its id and the mark that counts, as a page shows it."""
    newest = (
        select(
            Observation.practical_id,
            Observation.rubric_criterion_id,
            Observation.mark,
            func.row_number()
            .over(
                partition_by=(Observation.practical_id, Observation.rubric_criterion_id),
                order_by=Observation.number.desc(),
            )
            .label("place"),
        )
        .where(Observation.body_id == body_id, Observation.practical_id.in_(practical_ids))
        .subquery()
    )
    rows = session.execute(
        select(
            newest.c.practical_id, newest.c.mark, RubricCriterion.id, RubricCriterion.code, RubricCriterion.definition
        )
        .join(
            RubricCriterion,
            (RubricCriterion.body_id == body_id) & (RubricCriterion.id == newest.c.rubric_criterion_id),
        )
        .where(newest.c.place == 1)
        .order_by(RubricCriterion.position)
    )
    found: dict[str, dict[str, tuple[str, dict[str, Any]]]] = {}
    for row in rows:
        found.setdefault(row.practical_id, {})[row.code] = (row.id, _shown(row.mark, row.definition))
    return found


def _shown(mark: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    """A mark, the report that it needs, and for a measurement where it lies between its limits."""
    marking = from_json(definition)
    value = parse(mark, marking)
    shown: dict[str, Any] = {name: given for name, given in mark.items() if name != "v"}
    if isinstance(marking, Judged) and marking.own_scale:
        shown |= {"highest": marking.highest}
    if "report" in definition:
        shown |= {"report": definition["report"]}
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
    marks: Mapping[str, tuple[str, dict[str, Any]]],
) -> list[dict[str, Any]]:
    """The marks behind a piece of evidence in the order of the sheet."""
    codes = [code for code in marks if code in statuses] + [code for code in statuses if code not in marks]
    return [
        {
            "code": code,
            "criterion": marks[code][0] if code in marks else None,
            "status": statuses[code],
            "compensated": findings.get(code, {}).get("compensated", False),
            "mark": marks[code][1] if code in marks else None,
        }
        for code in codes
    ]
