"""The words of what a result rests on, in the reader's language: units, criteria, rubric lines, oral questions."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from assessment.domain.language import in_language
from assessment.practicals.tables import OralAnswer, RubricCriterionText
from assessment.schemes.tables import SchemeText
from assessment.standards.tables import Competency, CompetencyText


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What one record says; `more` is the code of a competency, or the answer to an oral question."""

    text: str
    more: str = ""


def words_of(
    session: Session,
    body_id: str,
    language: str,
    *,
    competencies: Iterable[str] = (),
    rubric_criteria: Iterable[str] = (),
    oral_answers: Iterable[str] = (),
    scheme_versions: Iterable[str] = (),
) -> dict[str, Words]:
    """Return id -> words in the wished language or the nearest there is; one statement."""
    statement = union_all(
        select(Competency.id, CompetencyText.language, CompetencyText.statement.label("text"), Competency.code)
        .join(
            CompetencyText,
            (CompetencyText.body_id == Competency.body_id) & (CompetencyText.competency_id == Competency.id),
            isouter=True,
        )
        .where(Competency.body_id == body_id, Competency.id.in_(list(competencies))),
        select(
            RubricCriterionText.rubric_criterion_id,
            RubricCriterionText.language,
            RubricCriterionText.title,
            literal(""),
        ).where(
            RubricCriterionText.body_id == body_id,
            RubricCriterionText.rubric_criterion_id.in_(list(rubric_criteria)),
        ),
        select(OralAnswer.id, literal(""), OralAnswer.question, OralAnswer.answer).where(
            OralAnswer.body_id == body_id, OralAnswer.id.in_(list(oral_answers))
        ),
        select(SchemeText.scheme_version_id, SchemeText.language, SchemeText.title, literal("")).where(
            SchemeText.body_id == body_id, SchemeText.scheme_version_id.in_(list(scheme_versions))
        ),
    )
    found: dict[str, dict[str, Words]] = {}
    for id_, spoken, text, more in session.execute(statement):
        found.setdefault(id_, {})[spoken or ""] = Words(text=text or "", more=more)
    return {id_: words for id_, spoken in found.items() if (words := in_language(spoken, language)) is not None}
