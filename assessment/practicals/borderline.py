"""Borderline regression of a rubric: scores and grades from the marks, the study as it is kept, and derived again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import ERASED_NAME, names
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.domain.mismatch import Mismatch, differs
from assessment.domain.plan import LEVELS
from assessment.domain.psychometrics.standard_setting import (
    LEAST_CANDIDATES,
    BorderlineRegression,
    borderline_regression,
)
from assessment.practicals.carrying import partly_marked
from assessment.practicals.content import task_content
from assessment.practicals.quality import LastMark, Scope, last_marks, share_of_scale
from assessment.practicals.tables import Rubric, RubricCriterion
from assessment.practicals.tables_borderline import BorderlineStudy
from assessment.practicals.task_queries import task_titles
from assessment.web.actor import Actor
from assessment.web.gate import RecordStanding

PAGE = 25
MOST_CANDIDATES = 1_000
FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What is asked: the global grade of a rubric, the borderline grade, and which practicals."""

    rubric_id: str
    criterion_id: str
    borderline: int
    first: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyLine:
    """A study in a list."""

    id: str
    task: str
    candidates: int
    cut: Fraction
    asked_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyShown:
    """A study on its page; `points`: (grade, score in per cent, how many candidates)."""

    study: BorderlineStudy
    regression: BorderlineRegression
    points: tuple[tuple[float, float, int], ...]
    task: str
    code: str
    number: int
    grade: str
    levels: tuple[str, ...]
    asked_by: str


def scores_of(marks: Sequence[LastMark], criterion_id: str) -> list[tuple[Fraction, Fraction]]:
    """Return (global grade, checklist score 0..1) of each candidate who has both, means over the assessors."""
    grades: dict[str, list[Fraction]] = {}
    sheets: dict[tuple[str, str], list[Fraction]] = {}
    for each in marks:
        if each.criterion_id == criterion_id:
            if "level" in each.mark:
                grades.setdefault(each.practical_id, []).append(Fraction(each.mark["level"]))
        elif (share := share_of_scale(each.mark)) is not None:
            sheets.setdefault((each.practical_id, each.person_id), []).append(share)
    scores: dict[str, list[Fraction]] = {}
    for (practical_id, _), shares in sheets.items():
        scores.setdefault(practical_id, []).append(_mean(shares))
    return [(_mean(grades[each]), _mean(scores[each])) for each in sorted(grades.keys() & scores.keys())]


def ask(session: Session, actor: Actor, asked: Asked, *, now: datetime) -> BorderlineStudy:
    """Calculate and keep a study. Raises NotFound, and Invalid for fewer than 20 candidates or no line."""
    criterion = session.get(RubricCriterion, (actor.body_id, asked.criterion_id))
    if criterion is None or criterion.rubric_id != asked.rubric_id:
        raise NotFound(N_("There is no such criterion on this rubric."))
    if criterion.kind != "judged" or asked.borderline not in LEVELS:
        raise Invalid(N_("Expected a criterion that is judged by level, and one of its levels."))
    scores = _scores(session, actor.body_id, asked, now)
    if len(scores) < LEAST_CANDIDATES:
        raise Invalid(
            N_("Expected at least %(least)s candidates with a grade and a score, got %(got)s."),
            least=LEAST_CANDIDATES,
            got=len(scores),
        )
    found = borderline_regression(scores, Fraction(asked.borderline))
    study = BorderlineStudy(
        body_id=actor.body_id,
        id=new_id(),
        rubric_id=asked.rubric_id,
        rubric_criterion_id=asked.criterion_id,
        borderline=asked.borderline,
        first=asked.first,
        end=asked.end,
        candidates=found.candidates,
        cut=found.cut.value,
        result=result_to_json(scores, found),
        asked_by=actor.person_id,
        asked_at=now,
    )
    session.add(study)
    session.flush()
    return study


def result_to_json(scores: Sequence[tuple[Fraction, Fraction]], found: BorderlineRegression) -> dict[str, Any]:
    """Return a result as it is kept, format version 1: points and line exactly, errors in nine decimals."""
    return {
        "v": FORMAT_VERSION,
        "points": sorted([str(grade), str(score)] for grade, score in scores),
        "slope": str(found.slope),
        "intercept": str(found.intercept),
        "r_squared": str(found.r_squared),
        "scatter": f"{found.scatter:.9f}",
        "standard_error": f"{found.standard_error:.9f}",
    }


def studies(session: Session, body_id: str, language: str, *, page: int = 1) -> tuple[list[StudyLine], int]:
    """Return one page of studies, the newest first, and how many there are; three statements."""
    from_ = (
        select(BorderlineStudy, Rubric.task_id)
        .join(Rubric, (Rubric.body_id == BorderlineStudy.body_id) & (Rubric.id == BorderlineStudy.rubric_id))
        .where(BorderlineStudy.body_id == body_id)
        .order_by(BorderlineStudy.asked_at.desc(), BorderlineStudy.id)
    )
    rows = session.execute(from_.limit(PAGE).offset((page - 1) * PAGE)).all()
    total = (
        session.scalar(select(func.count()).select_from(BorderlineStudy).where(BorderlineStudy.body_id == body_id)) or 0
    )
    titles = task_titles(session, body_id, {row.task_id for row in rows}, language)
    return [
        StudyLine(
            id=study.id,
            task=titles.get(task_id, task_id),
            candidates=study.candidates,
            cut=study.cut,
            asked_at=study.asked_at,
        )
        for study, task_id in rows
    ], total


def shown_study(session: Session, body_id: str, study_id: str, language: str) -> StudyShown:
    """Return a study for its page, from what was kept; five statements. Raises NotFound."""
    study = session.get(BorderlineStudy, (body_id, study_id))
    if study is None:
        raise NotFound(N_("There is no such study."))
    content = task_content(session, body_id, study.rubric_id, language)
    grade = next((each for each in content.criteria if each.id == study.rubric_criterion_id), None)
    scores = [(Fraction(point[0]), Fraction(point[1])) for point in study.result["points"]]
    counted: dict[tuple[float, float], int] = {}
    for given, score in scores:
        place = (round(float(given), 2), round(float(score) * 100))
        counted[place] = counted.get(place, 0) + 1
    return StudyShown(
        study=study,
        regression=borderline_regression(scores, Fraction(study.borderline)),
        points=tuple((given, score, count) for (given, score), count in sorted(counted.items())),
        task=content.title,
        code=content.code,
        number=content.number,
        grade=grade.title if grade else study.rubric_criterion_id,
        levels=grade.levels if grade else (),
        asked_by=names(session, body_id, [study.asked_by]).get(study.asked_by, ERASED_NAME).text,
    )


def standing_of_borderline(session: Session, body_id: str, study_id: str) -> RecordStanding | None:
    """What the gate must know of a study: that it is one of this body."""
    found = session.scalar(
        select(BorderlineStudy.id).where(BorderlineStudy.body_id == body_id, BorderlineStudy.id == study_id)
    )
    return None if found is None else RecordStanding()


def studies_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, study id) of every study; `since` keeps those asked from then on."""
    keys = select(BorderlineStudy.body_id, BorderlineStudy.id).order_by(BorderlineStudy.body_id, BorderlineStudy.id)
    if since is not None:
        keys = keys.where(BorderlineStudy.asked_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def rederive_study(session: Session, body_id: str, study_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of a study that differs from what the marks of then give; reads only."""
    study = session.get_one(BorderlineStudy, (body_id, study_id))
    asked = Asked(
        rubric_id=study.rubric_id,
        criterion_id=study.rubric_criterion_id,
        borderline=study.borderline,
        first=study.first,
        end=study.end,
    )
    scores = _scores(session, body_id, asked, study.asked_at)
    found = borderline_regression(scores, Fraction(study.borderline))
    record = f"borderline_study/{body_id}/{study_id}"
    yield from differs(record, "cut", found.cut.value, study.cut)
    yield from differs(record, "candidates", found.candidates, study.candidates)
    yield from differs(record, "result", result_to_json(scores, found), study.result)


def _scores(session: Session, body_id: str, asked: Asked, until: datetime) -> list[tuple[Fraction, Fraction]]:
    scope = Scope(body_id=body_id, rubric_id=asked.rubric_id, first=asked.first, end=min(asked.end, until))
    marks = last_marks(session, scope, most=MOST_CANDIDATES, until=until)
    # Where criteria were carried over, the sheet holds a part of the checklist and says nothing of the whole.
    in_part = partly_marked(session, body_id, {each.practical_id for each in marks})
    return scores_of([each for each in marks if each.practical_id not in in_part], asked.criterion_id)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)
