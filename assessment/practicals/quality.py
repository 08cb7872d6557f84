"""How assessors mark: agreement of pairs, severity, and what is worth a question; read from submitted practicals.

Marks are the last ones of each person before they first submitted, of one rubric and one period; the newest practicals
first, up to a number that keeps a page the same size however large the body grows. Nothing here is a verdict about
anybody, and nothing is stored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, names
from assessment.accounts.tables import Site
from assessment.domain.plan import LEVELS
from assessment.domain.psychometrics.agreement import Agreement
from assessment.domain.psychometrics.pairs import Given, People, Together, by_criterion, by_pair
from assessment.domain.psychometrics.severity import Mark, Severity, severities
from assessment.domain.psychometrics.signals import SheetFacts, Signal, SignalKind, signals
from assessment.practicals.content import CriterionContent
from assessment.practicals.tables import Observation, Practical, PracticalState, Rubric, Task
from assessment.practicals.tables_sheets import Sheet, SheetSeal
from assessment.practicals.task_queries import task_titles

MOST_PRACTICALS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Which practicals: of one body and rubric, submitted from `first` until before `end`."""

    body_id: str
    rubric_id: str
    first: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class LastMark:
    """The last mark that somebody made of one criterion in one submitted practical; `minutes`: the task's time."""

    practical_id: str
    person_id: str
    criterion_id: str
    mark: Mapping[str, Any]
    observed_at: datetime
    received_at: datetime
    site_id: str
    opened_at: datetime
    minutes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RubricChoice:
    """A rubric by which practicals were submitted."""

    id: str
    task_id: str
    code: str
    number: int
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionLine:
    """A criterion with its cases (both marked it) and how far they agree; `agreement` None: too few to say."""

    criterion: CriterionContent
    cases: int
    agreement: Agreement | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PairLine:
    """A pair of assessors by name; `key` is how the page's address names them."""

    key: str
    first: str
    second: str
    together: Together


@dataclass(frozen=True, kw_only=True, slots=True)
class SeverityLine:
    """An assessor by name against the others."""

    name: str
    severity: Severity


@dataclass(frozen=True, kw_only=True, slots=True)
class SignalLine:
    """A signal about somebody or a place, by name."""

    name: str
    signal: Signal


def rubrics_in_use(session: Session, body_id: str, language: str, *, most: int = 200) -> list[RubricChoice]:
    """Return the rubrics of a body with a submitted practical, by title, the newest version first; two statements."""
    used = (
        select(Practical.id)
        .where(
            Practical.body_id == Rubric.body_id,
            Practical.rubric_id == Rubric.id,
            Practical.state == PracticalState.SUBMITTED,
        )
        .exists()
    )
    rows = session.execute(
        select(Rubric.id, Rubric.task_id, Rubric.number, Task.code)
        .join(Task, (Task.body_id == Rubric.body_id) & (Task.id == Rubric.task_id))
        .where(Rubric.body_id == body_id, used)
        .order_by(Task.code, Rubric.number.desc())
        .limit(most)
    ).all()
    titles = task_titles(session, body_id, {row.task_id for row in rows}, language) if rows else {}
    found = [
        RubricChoice(
            id=row.id, task_id=row.task_id, code=row.code, number=row.number, title=titles.get(row.task_id, row.code)
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: (each.title, -each.number))


def submitted_in(session: Session, scope: Scope) -> int:
    """Return how many practicals were submitted in the scope; one statement."""
    return session.scalar(select(func.count()).select_from(_chosen(scope).subquery())) or 0


def last_marks(
    session: Session, scope: Scope, *, most: int = MOST_PRACTICALS, until: datetime | None = None
) -> list[LastMark]:
    """Return the last marks of everybody in the newest practicals of a scope; one statement.

    Only what each of them submitted at first, not knowing of the others: what was marked again after a comparison,
    or arrived later, says nothing of how they agree. `until`: marks that arrived later are left out.
    """
    chosen = _chosen(scope).order_by(Practical.submitted_at.desc(), Practical.id).limit(most).subquery()
    newest = (
        select(func.max(Observation.number).label("number"))
        .join(chosen, Observation.practical_id == chosen.c.id)
        .join(
            Sheet,
            (Sheet.body_id == Observation.body_id)
            & (Sheet.practical_id == Observation.practical_id)
            & (Sheet.person_id == Observation.person_id),
            isouter=True,
        )
        .join(
            SheetSeal,
            (SheetSeal.body_id == Sheet.body_id) & (SheetSeal.sheet_id == Sheet.id) & (SheetSeal.round == 1),
            isouter=True,
        )
        .where(
            Observation.body_id == scope.body_id,
            SheetSeal.sealed_at.is_(None) | (Observation.received_at <= SheetSeal.sealed_at),
            *((Observation.received_at <= until,) if until is not None else ()),
        )
        .group_by(Observation.practical_id, Observation.person_id, Observation.rubric_criterion_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Observation.practical_id,
            Observation.person_id,
            Observation.rubric_criterion_id,
            Observation.mark,
            Observation.observed_at,
            Observation.received_at,
            chosen.c.site_id,
            chosen.c.opened_at,
            Task.minutes,
        )
        .join(newest, newest.c.number == Observation.number)
        .join(chosen, chosen.c.id == Observation.practical_id)
        .join(Task, (Task.body_id == Observation.body_id) & (Task.id == chosen.c.task_id))
        .order_by(Observation.number)
    )
    return [
        LastMark(
            practical_id=row[0],
            person_id=row[1],
            criterion_id=row[2],
            mark=row[3],
            observed_at=row[4],
            received_at=row[5],
            site_id=row[6],
            opened_at=row[7],
            minutes=row[8],
        )
        for row in rows
    ]


def _chosen(scope: Scope) -> Select[Any, Any, Any, Any]:
    return select(
        Practical.id,
        Practical.site_id,
        Practical.task_id,
        func.coalesce(Practical.opened_at, Practical.starts_at).label("opened_at"),
    ).where(
        Practical.body_id == scope.body_id,
        Practical.rubric_id == scope.rubric_id,
        Practical.state == PracticalState.SUBMITTED,
        Practical.submitted_at >= scope.first,
        Practical.submitted_at < scope.end,
    )


def number_of(mark: Mapping[str, Any]) -> Fraction | None:
    """Return a stored mark as a number: a level, a measured value, yes 1 and no 0; None for more evidence needed."""
    match mark:
        case {"level": int(level)}:
            return Fraction(level)
        case {"value": str(value)}:
            return Fraction(Decimal(value))
        case {"answer": "yes" | "no" as answer}:
            return Fraction(answer == "yes")
        case _:
            return None


def share_of_scale(mark: Mapping[str, Any]) -> Fraction | None:
    """Return a stored mark as a share of its scale (0..1); None for a measured value or more evidence needed."""
    number = number_of(mark)
    if number is None or "value" in mark:
        return None
    return number / LEVELS[-1] if "level" in mark else number


def given_of(marks: Sequence[LastMark]) -> list[Given]:
    """Return marks as the domain compares them."""
    return [
        Given(
            practical=each.practical_id,
            assessor=each.person_id,
            criterion=each.criterion_id,
            value=number,
            share=share_of_scale(each.mark),
        )
        for each in marks
        if (number := number_of(each.mark)) is not None
    ]


def pair_lines(session: Session, body_id: str, given: Sequence[Given]) -> list[PairLine]:
    """Return every pair of assessors with their names; one statement."""
    pairs = by_pair(given)
    people = _names(session, body_id, {person for pair in pairs for person in pair.people})
    return [
        PairLine(key="~".join(pair.people), first=people[pair.people[0]], second=people[pair.people[1]], together=pair)
        for pair in pairs
    ]


def criterion_lines(
    given: Sequence[Given], criteria: Sequence[CriterionContent], people: People | None
) -> list[CriterionLine]:
    """Return every criterion in the order of the sheet, also those without a case; reads nothing."""
    found = by_criterion(given, people)
    return [
        CriterionLine(criterion=each, cases=cases, agreement=agreement)
        for each in criteria
        for cases, agreement in [found.get(each.id, (0, None))]
    ]


def severity_lines(session: Session, body_id: str, marks: Sequence[LastMark]) -> list[SeverityLine]:
    """Return every assessor's severity, the lowest marks first; one statement."""
    found = severities(
        Mark(practical=each.practical_id, assessor=each.person_id, criterion=each.criterion_id, share=share)
        for each in marks
        if (share := share_of_scale(each.mark)) is not None
    )
    people = _names(session, body_id, {each.assessor for each in found})
    return [SeverityLine(name=people[each.assessor], severity=each) for each in found]


def sheet_facts(marks: Sequence[LastMark]) -> list[SheetFacts]:
    """Return how each sheet was filled in."""
    sheets: dict[tuple[str, str], list[LastMark]] = {}
    for each in marks:
        sheets.setdefault((each.practical_id, each.person_id), []).append(each)
    return [
        SheetFacts(
            practical=practical_id,
            assessor=person_id,
            site=own[0].site_id,
            pattern=tuple(sorted((each.criterion_id, _written(each.mark)) for each in own)),
            share=_mean([share for each in own if (share := share_of_scale(each.mark)) is not None]),
            times=tuple(each.observed_at for each in own),
            ends_at=own[0].opened_at + timedelta(minutes=own[0].minutes),
            arrived_at=max(each.received_at for each in own),
        )
        for (practical_id, person_id), own in sheets.items()
    ]


def signal_lines(session: Session, body_id: str, marks: Sequence[LastMark]) -> list[SignalLine]:
    """Return what is worth a question, with the names of people and sites; two statements."""
    found = signals(sheet_facts(marks))
    people = _names(session, body_id, {each.about for each in found if each.kind is not SignalKind.SITE})
    sites = {
        row.id: row.name
        for row in session.execute(
            select(Site.id, Site.name).where(
                Site.body_id == body_id, Site.id.in_({each.about for each in found if each.kind is SignalKind.SITE})
            )
        )
    }
    return [SignalLine(name=people.get(each.about) or sites.get(each.about, ""), signal=each) for each in found]


def _names(session: Session, body_id: str, person_ids: set[str]) -> dict[str, str]:
    found = names(session, body_id, person_ids)
    return {person_id: found.get(person_id, ERASED_NAME).text for person_id in person_ids}


def _written(mark: Mapping[str, Any]) -> str:
    return next((f"{name}={mark[name]}" for name in ("level", "value", "answer") if name in mark), "")


def _mean(shares: Sequence[Fraction]) -> Fraction | None:
    return sum(shares, Fraction()) / len(shares) if shares else None
