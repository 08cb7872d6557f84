"""Studies for pages: the list, the page for an auditor, and what a judge may see."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, names
from assessment.domain.mismatch import Mismatch, differs
from assessment.domain.psychometrics.standard_setting import AngoffRound, Spread
from assessment.exams.cut_studies import Standing, error_text, round_of, standing_of, worth_of
from assessment.exams.tables import Form
from assessment.exams.tables_cut_studies import JUDGE_ROLES, CutJudge, CutOutcome, CutRating, CutRound, CutStudy
from assessment.web.gate import RecordStanding

PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyLine:
    """A study in a list; `cut` is None while it is open."""

    id: str
    form_code: str
    asked_at: datetime
    judges: int
    cut: Fraction | None
    closed_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RoundShown:
    """A round on the page: `said` is None while a judge is missing, because nobody sees its estimates before."""

    number: int
    discussed: str
    opened_at: datetime
    handed_in: int
    said: AngoffRound | None


@dataclass(frozen=True, kw_only=True, slots=True)
class StudyShown:
    """A study on its page; `items`: (number, item version) in the form's order."""

    standing: Standing
    form: Form
    names: Mapping[str, str]
    rounds: tuple[RoundShown, ...]
    items: tuple[tuple[int, str], ...]


def studies(session: Session, body_id: str, *, page: int = 1, size: int = PAGE) -> tuple[list[StudyLine], int]:
    """Return one page of studies, the newest first, and how many there are; two statements."""
    judges = (
        select(func.count())
        .where(CutJudge.body_id == CutStudy.body_id, CutJudge.cut_study_id == CutStudy.id)
        .correlate(CutStudy)
        .scalar_subquery()
    )
    rows = session.execute(
        select(CutStudy.id, Form.code, CutStudy.asked_at, judges.label("judges"), CutOutcome.cut, CutOutcome.closed_at)
        .join(Form, (Form.body_id == CutStudy.body_id) & (Form.id == CutStudy.form_id))
        .join(
            CutOutcome,
            (CutOutcome.body_id == CutStudy.body_id) & (CutOutcome.cut_study_id == CutStudy.id),
            isouter=True,
        )
        .where(CutStudy.body_id == body_id)
        .order_by(CutStudy.asked_at.desc(), CutStudy.id)
        .limit(size)
        .offset((page - 1) * size)
    )
    total = session.scalar(select(func.count()).select_from(CutStudy).where(CutStudy.body_id == body_id)) or 0
    return [
        StudyLine(
            id=row.id,
            form_code=row.code,
            asked_at=row.asked_at,
            judges=row.judges,
            cut=row.cut,
            closed_at=row.closed_at,
        )
        for row in rows
    ], total


def shown_study(session: Session, body_id: str, study_id: str) -> StudyShown:
    """Return a study for its page; nine statements. Raises NotFound."""
    standing = standing_of(session, body_id, study_id)
    form = session.get_one(Form, (body_id, standing.study.form_id))
    worth = worth_of(session, body_id, form.id)
    people = {*standing.judges, standing.study.asked_by}
    if standing.outcome is not None:
        people.add(standing.outcome.closed_by)
    found = names(session, body_id, people)
    return StudyShown(
        standing=standing,
        form=form,
        names={person: found.get(person, ERASED_NAME).text for person in people},
        rounds=tuple(
            RoundShown(
                number=each.number,
                discussed=each.discussed,
                opened_at=each.opened_at,
                handed_in=len(standing.ratings.get(each.number, {})),
                said=round_of(standing, each.number, worth) if standing.has_all(each.number) else None,
            )
            for each in standing.rounds
        ),
        items=tuple(enumerate(worth, start=1)),
    )


def spread_before(standing: Standing, worth: Mapping[str, Fraction]) -> Mapping[str, Spread]:
    """Return what the last whole round before the open one said of each item; nothing in the first round."""
    before = standing.round - 1
    return round_of(standing, before, worth).items if before else {}


def standing_of_study(session: Session, body_id: str, study_id: str) -> RecordStanding | None:
    """What the gate must know of a study: who judges in it."""
    rows = session.execute(
        select(CutStudy.id, CutJudge.person_id)
        .join(CutJudge, (CutJudge.body_id == CutStudy.body_id) & (CutJudge.cut_study_id == CutStudy.id), isouter=True)
        .where(CutStudy.body_id == body_id, CutStudy.id == study_id)
    ).all()
    if not rows:
        return None
    return RecordStanding(assigned=frozenset((role, row.person_id) for row in rows for role in JUDGE_ROLES))


def to_rate(session: Session, body_id: str, person_id: str, *, most: int = PAGE) -> list[tuple[str, str, datetime]]:
    """Return (study, form code, since when) of the open rounds that a judge has not handed in; one statement."""
    last = (
        select(CutRound.body_id, CutRound.cut_study_id, func.max(CutRound.number).label("number"))
        .group_by(CutRound.body_id, CutRound.cut_study_id)
        .subquery()
    )
    rated = (
        select(CutRating.turn)
        .where(
            CutRating.body_id == body_id,
            CutRating.cut_study_id == CutRound.cut_study_id,
            CutRating.round == CutRound.number,
            CutRating.person_id == person_id,
        )
        .exists()
    )
    closed = (
        select(CutOutcome.round)
        .where(CutOutcome.body_id == body_id, CutOutcome.cut_study_id == CutRound.cut_study_id)
        .exists()
    )
    rows = session.execute(
        select(CutStudy.id, Form.code, CutRound.opened_at)
        .join(CutJudge, (CutJudge.body_id == CutStudy.body_id) & (CutJudge.cut_study_id == CutStudy.id))
        .join(CutRound, (CutRound.body_id == CutStudy.body_id) & (CutRound.cut_study_id == CutStudy.id))
        .join(
            last,
            (last.c.body_id == CutRound.body_id)
            & (last.c.cut_study_id == CutRound.cut_study_id)
            & (last.c.number == CutRound.number),
        )
        .join(Form, (Form.body_id == CutStudy.body_id) & (Form.id == CutStudy.form_id))
        .where(CutStudy.body_id == body_id, CutJudge.person_id == person_id, ~rated, ~closed)
        .order_by(CutRound.opened_at, CutStudy.id)
        .limit(most)
    )
    return [(row.id, row.code, row.opened_at) for row in rows]


def studies_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, study id) of every closed study; `since` keeps those closed from then on."""
    keys = select(CutOutcome.body_id, CutOutcome.cut_study_id).order_by(CutOutcome.body_id, CutOutcome.cut_study_id)
    if since is not None:
        keys = keys.where(CutOutcome.closed_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.cut_study_id


def rederive_study(session: Session, body_id: str, study_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of a study's outcome that differs from what its estimates give; reads only."""
    standing = standing_of(session, body_id, study_id)
    outcome = standing.outcome
    if outcome is None:
        return
    found = round_of(standing, outcome.round, worth_of(session, body_id, standing.study.form_id))
    record = f"cut_outcome/{body_id}/{study_id}"
    yield from differs(record, "cut", found.cut.mean, outcome.cut)
    yield from differs(record, "standard_error", error_text(found), outcome.standard_error)
    yield from differs(record, "judges", len(found.judges), outcome.judges)
    yield from differs(record, "round", standing.round, outcome.round)
