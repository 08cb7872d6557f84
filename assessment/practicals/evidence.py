"""What practicals and oral answers prove, for the unit results: plain values, one or two selects each."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.certification.evidence import Evidence, Source
from assessment.domain.competency import Method
from assessment.domain.language import in_language
from assessment.domain.practicals.aggregation import Status
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.observation import parse
from assessment.practicals.observations import ShownMark, shown_mark
from assessment.practicals.tables import (
    Observation,
    OralAnswer,
    Practical,
    RubricCriterion,
    RubricCriterionText,
    TaskResult,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RubricMark:
    """One rubric criterion behind a piece of evidence, with the mark that counts.

    `code` is its anchor on the page `practicals.record`; the macro `mark_words` puts `mark` into words.
    """

    code: str
    title: str
    kind: str
    safety_critical: bool
    status: Status
    mark: ShownMark


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticalEvidence:
    """What one submitted practical says of one performance criterion by one method.

    `sufficient`: True, False, or None for "needs more evidence". `safety_critical`: a safety-critical rubric
    criterion failed here. `practical_id` is the argument of the route `practicals.record`.
    """

    practical_id: str
    submitted_at: datetime
    assessor_id: str
    criterion_id: str
    method: Method
    sufficient: bool | None
    safety_critical: bool
    marks: tuple[RubricMark, ...]

    def as_evidence(self, *, confirmed: bool) -> Evidence:
        """Return the piece as unit results take it, with or without the assessor's confirmation."""
        return Evidence(
            criterion_id=self.criterion_id,
            method=self.method,
            source=Source(kind="task", id=self.practical_id),
            sufficient=self.sufficient,
            confirmed=confirmed,
            safety_critical=self.safety_critical,
            detail={mark.code: mark.status.value for mark in self.marks},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class OralEvidence:
    """One oral question on a criterion and whether its answer was sufficient."""

    id: str
    criterion_id: str
    person_id: str
    question: str
    answer: str
    sufficient: bool
    asked_at: datetime

    def as_evidence(self, *, confirmed: bool) -> Evidence:
        """Return the answer as unit results take it, with or without the assessor's confirmation."""
        return Evidence(
            criterion_id=self.criterion_id,
            method=Method.ORAL,
            source=Source(kind="observation", id=self.id),
            sufficient=self.sufficient,
            confirmed=confirmed,
            detail={"question": self.question, "answer": self.answer},
        )


def practical_evidence(
    session: Session, body_id: str, application_id: str, *, language: str = "id"
) -> list[PracticalEvidence]:
    """Return the evidence of an application's submitted practicals, the newest practical first; two selects."""
    results = session.execute(
        select(TaskResult.practical_id, TaskResult.result, Practical.submitted_at, Practical.person_id)
        .join(Practical, (Practical.body_id == TaskResult.body_id) & (Practical.id == TaskResult.practical_id))
        .where(TaskResult.body_id == body_id, TaskResult.application_id == application_id)
        .order_by(Practical.submitted_at.desc(), Practical.id)
    ).all()
    if not results:
        return []
    marks = _marks(session, body_id, [row.practical_id for row in results], language)
    return [
        PracticalEvidence(
            practical_id=row.practical_id,
            submitted_at=row.submitted_at,
            assessor_id=row.person_id,
            criterion_id=piece["criterion"],
            method=Method(piece["method"]),
            sufficient=piece["sufficient"],
            safety_critical=piece["safety_critical"],
            marks=tuple(
                RubricMark(
                    code=code,
                    title=title,
                    kind=criterion.kind,
                    safety_critical=criterion.safety_critical,
                    status=Status(status),
                    mark=mark,
                )
                for code, status in sorted(
                    piece["rubric"].items(), key=lambda entry: marks[row.practical_id, entry[0]][0].position
                )
                for criterion, title, mark in [marks[row.practical_id, code]]
            ),
        )
        for row in results
        for piece in row.result["criteria"]
    ]


def oral_evidence(session: Session, body_id: str, application_id: str) -> list[OralEvidence]:
    """Return the oral answers of an application, the newest first; one select."""
    rows = session.scalars(
        select(OralAnswer)
        .where(OralAnswer.body_id == body_id, OralAnswer.application_id == application_id)
        .order_by(OralAnswer.asked_at.desc(), OralAnswer.id)
    )
    return [
        OralEvidence(
            id=row.id,
            criterion_id=row.criterion_id,
            person_id=row.person_id,
            question=row.question,
            answer=row.answer,
            sufficient=row.sufficient,
            asked_at=row.asked_at,
        )
        for row in rows
    ]


def _marks(
    session: Session, body_id: str, practical_ids: list[str], language: str
) -> dict[tuple[str, str], tuple[RubricCriterion, str, ShownMark]]:
    """Return (practical, rubric criterion's code) -> the criterion, its title, and the mark that counts."""
    newest = (
        select(
            Observation,
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
        select(newest, RubricCriterion, RubricCriterionText)
        .join(
            RubricCriterion,
            (RubricCriterion.body_id == newest.c.body_id) & (RubricCriterion.id == newest.c.rubric_criterion_id),
        )
        .join(
            RubricCriterionText,
            (RubricCriterionText.body_id == RubricCriterion.body_id)
            & (RubricCriterionText.rubric_criterion_id == RubricCriterion.id),
        )
        .where(newest.c.place == 1)
    ).all()
    texts: dict[str, dict[str, RubricCriterionText]] = {}
    for row in rows:
        texts.setdefault(row.RubricCriterion.id, {})[row.RubricCriterionText.language] = row.RubricCriterionText
    found: dict[tuple[str, str], tuple[RubricCriterion, str, ShownMark]] = {}
    for row in rows:
        criterion: RubricCriterion = row.RubricCriterion
        marking = from_json(criterion.definition)
        text = in_language(texts[criterion.id], language) or row.RubricCriterionText
        found[row.practical_id, criterion.code] = (
            criterion,
            text.title,
            shown_mark(
                parse(row.mark, marking),
                marking,
                text.content.get("levels", ()),
                note=row.note,
                observed_at=row.observed_at,
                received_at=row.received_at,
            ),
        )
    return found
