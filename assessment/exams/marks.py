"""Reading what people marked: the rubric of an item version, and the points that each answer has."""

from collections.abc import Collection, Mapping
from fractions import Fraction

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Duty
from assessment.domain.exams.marking import MarkingRubric, MarkingRule, rubric_from_json, rule_from_json
from assessment.exams.tables import Form
from assessment.exams.tables_marking import MarkingRubric as RubricRow
from assessment.exams.tables_marking import ResponseMark


def rule_of(form: Form) -> MarkingRule:
    """Return how far two markers may be apart on this form."""
    return rule_from_json(form.blueprint.get("marking"))


def rubrics_of(session: Session, body_id: str, version_ids: Collection[str]) -> dict[str, tuple[int, MarkingRubric]]:
    """Return (number, rubric) of item versions, the newest of each."""
    newest = (
        select(RubricRow.item_version_id, func.max(RubricRow.number).label("number"))
        .where(RubricRow.body_id == body_id, RubricRow.item_version_id.in_(version_ids))
        .group_by(RubricRow.item_version_id)
        .subquery()
    )
    rows = session.scalars(
        select(RubricRow)
        .join(
            newest,
            (newest.c.item_version_id == RubricRow.item_version_id) & (newest.c.number == RubricRow.number),
        )
        .where(RubricRow.body_id == body_id)
    )
    return {row.item_version_id: (row.number, rubric_from_json(row.content)) for row in rows}


def points_of(session: Session, body_id: str, attempt_id: str) -> dict[str, Mapping[int, Fraction]]:
    """Return item version -> place of the marker -> points, of one attempt."""
    found: dict[str, dict[int, Fraction]] = {}
    rows = session.execute(
        select(ResponseMark.item_version_id, ResponseMark.place, ResponseMark.total).where(
            ResponseMark.body_id == body_id, ResponseMark.attempt_id == attempt_id
        )
    )
    for row in rows:
        found.setdefault(row.item_version_id, {})[row.place] = row.total
    return dict(found)


def marks_answers_only() -> ColumnElement[bool]:
    """Return the condition on a duty that it began with the mark of an answer.

    Marking puts a person on the assessor's side (rule 10), and tells them nothing of the candidate: who stands
    there for that alone opens neither the evidence nor the exam.
    """
    return (
        select(ResponseMark.id)
        .where(
            ResponseMark.body_id == Duty.body_id,
            ResponseMark.application_id == Duty.application_id,
            ResponseMark.person_id == Duty.person_id,
            ResponseMark.marked_at <= Duty.assigned_at,
        )
        .correlate(Duty)
        .exists()
    )
