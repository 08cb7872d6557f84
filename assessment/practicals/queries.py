"""Reads of practicals for pages and for the gate: lists, the head of a practical, standings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from assessment.accounts.persons import ERASED_NAME, names
from assessment.accounts.tables import AssessorRegistration, CheckIn, Occasion, Site
from assessment.domain.errors import N_, NotFound
from assessment.domain.practicals.practical_states import BLIND, SheetState, seen, sees_others
from assessment.domain.roles import Role
from assessment.practicals.holding import newest_closing
from assessment.practicals.scheduling import APPLICATION
from assessment.practicals.sheets import OWN, own_of, seen_state
from assessment.practicals.tables import (
    Practical,
    PracticalState,
    Task,
)
from assessment.practicals.tables_drafts import TaskVersion
from assessment.practicals.tables_pieces import TestPiece
from assessment.practicals.tables_reassessing import Reassessment
from assessment.practicals.tables_sheets import RubricRule, Sheet
from assessment.practicals.task_queries import task_titles
from assessment.web.gate import RecordStanding

PAGE = 25
MOST_LISTED = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticalLine:
    """A practical in a list, in the state that its reader may know; `mine`: the reader has a sheet on it."""

    id: str
    application_number: str
    candidate: str
    assessor: str
    mine: bool
    task: str
    site: str
    starts_at: datetime
    state: PracticalState


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetLine:
    """A sheet of a practical, as a value."""

    person_id: str
    place: int
    state: SheetState
    reason: str
    submitted_at: datetime | None
    marks: int | None
    receipt: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PracticalHead:
    """Everything about a practical but its rubric and marks, as far as its reader may know it.

    Whoever has a sheet on it is told of that sheet: its state, times, marks and receipt; others of the practical.
    `until` is the end of the time once it runs. `place`: of the reader's own sheet, None without one; `sees_others`:
    whether what others marked may be shown; `finished`: whether the result is derived, as far as it may be known.
    `sheets`: those that the reader may know of as more than a name; `levels` that judged marks may lie apart;
    `closed`: what arrives now is held; `again`: only what was missing on an earlier day is marked; `piece`: the test
    piece as it was recorded, None where it is not.
    """

    id: str
    application_id: str
    application_number: str
    candidate_id: str
    candidate: str
    assessors: Mapping[str, str]
    site_id: str
    site: str
    task_id: str
    rubric_id: str
    minutes: int
    starts_at: datetime
    state: PracticalState
    checked_in_at: datetime | None
    exception: str
    opened_at: datetime | None
    until: datetime | None
    submitted_at: datetime | None
    marks: int | None
    receipt: str | None
    place: int | None
    sees_others: bool
    finished: bool
    sheets: tuple[SheetLine, ...]
    levels: int
    closed: bool
    again: bool
    piece: TestPiece | None

    @property
    def assessor(self) -> str:
        """The names of the assessors in their places."""
        return " · ".join(self.assessors.values())

    @property
    def photographed(self) -> bool:
        """Whether a photo was taken at check-in."""
        return self.checked_in_at is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose practicals: at these sites, of this assessor, of this candidate, or all of the body."""

    everything: bool = False
    site_ids: Collection[str] | None = None
    assessor_id: str | None = None
    candidate_id: str | None = None


def practicals_on(
    session: Session,
    body_id: str,
    scope: Scope,
    *,
    language: str,
    states: Collection[PracticalState] = tuple(PracticalState),
    between: tuple[datetime, datetime] | None = None,
    reader_id: str,
    page: int = 1,
    size: int = PAGE,
) -> tuple[list[PracticalLine], int]:
    """Return one page of practicals, the earliest first, and how many there are; five statements.

    States are those that the reader may know (`practical_states.seen`), also where they are searched for.
    """
    state = seen_state()
    chosen = _within(select(Practical, state.label("seen"), OWN.id.label("own_id")), body_id, scope)
    chosen = chosen.join(OWN, own_of(reader_id), isouter=True).where(state.in_(states))
    if between is not None:
        chosen = chosen.where(Practical.starts_at >= between[0], Practical.starts_at < between[1])
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    rows = session.execute(
        chosen.add_columns(APPLICATION.c.number, Site.name)
        .join(
            APPLICATION,
            (APPLICATION.c.body_id == Practical.body_id) & (APPLICATION.c.id == Practical.application_id),
        )
        .join(Site, (Site.body_id == Practical.body_id) & (Site.id == Practical.site_id))
        .order_by(Practical.starts_at, Practical.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    assessors = assessors_of(session, body_id, [row[0].id for row in rows])
    people = names(
        session, body_id, [*(row[0].candidate_id for row in rows), *(p for each in assessors.values() for p in each)]
    )
    titles = task_titles(session, body_id, {row[0].task_id for row in rows}, language)
    return [
        PracticalLine(
            id=practical.id,
            application_number=number,
            candidate=people.get(practical.candidate_id, ERASED_NAME).text,
            assessor=" · ".join(people.get(each, ERASED_NAME).text for each in assessors.get(practical.id, ())),
            mine=own_id is not None,
            task=titles[practical.task_id],
            site=site,
            starts_at=practical.starts_at,
            state=seen,
        )
        for practical, seen, own_id, number, site in rows
    ], total


def assessors_of(session: Session, body_id: str, practical_ids: Collection[str]) -> dict[str, list[str]]:
    """Return practical id -> the persons who mark it, in their places; one statement."""
    found: dict[str, list[str]] = {}
    for row in session.execute(
        select(Sheet.practical_id, Sheet.person_id)
        .where(Sheet.body_id == body_id, Sheet.practical_id.in_(practical_ids))
        .order_by(Sheet.practical_id, Sheet.place)
    ):
        found.setdefault(row.practical_id, []).append(row.person_id)
    return found


def _within(statement: Select[*tuple[Any, ...]], body_id: str, scope: Scope) -> Select[*tuple[Any, ...]]:
    statement = statement.where(Practical.body_id == body_id)
    if scope.everything:
        return statement
    ways: list[ColumnElement[bool]] = [false()]
    if scope.site_ids is not None:
        ways.append(Practical.site_id.in_(scope.site_ids))
    if scope.assessor_id is not None:
        ways.append(
            select(Sheet.id)
            .where(
                Sheet.body_id == Practical.body_id,
                Sheet.practical_id == Practical.id,
                Sheet.person_id == scope.assessor_id,
            )
            .correlate(Practical)
            .exists()
        )
    if scope.candidate_id is not None:
        ways.append(Practical.candidate_id == scope.candidate_id)
    return statement.where(or_(*ways))


def practical_head(session: Session, body_id: str, practical_id: str, reader_id: str) -> PracticalHead:
    """Return the head of a practical as its reader may know it; three statements. Raises NotFound."""
    entry = aliased(TestPiece)
    newest_entry = (
        select(func.max(entry.number))
        .where(entry.body_id == Practical.body_id, entry.practical_id == Practical.id)
        .correlate(Practical)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            Practical,
            func.coalesce(TaskVersion.minutes, Task.minutes).label("minutes"),
            APPLICATION.c.number,
            Site.name,
            CheckIn.at,
            CheckIn.exception,
            RubricRule.levels,
            newest_closing().label("closed"),
            Reassessment.practical_id.is_not(None).label("again"),
            TestPiece,
        )
        .join(Task, (Task.body_id == Practical.body_id) & (Task.id == Practical.task_id))
        .join(
            Reassessment,
            (Reassessment.body_id == Practical.body_id) & (Reassessment.practical_id == Practical.id),
            isouter=True,
        )
        .join(
            TestPiece,
            (TestPiece.body_id == Practical.body_id)
            & (TestPiece.practical_id == Practical.id)
            & (TestPiece.number == newest_entry),
            isouter=True,
        )
        .join(
            RubricRule,
            (RubricRule.body_id == Practical.body_id) & (RubricRule.rubric_id == Practical.rubric_id),
            isouter=True,
        )
        .join(
            TaskVersion,
            (TaskVersion.body_id == Practical.body_id) & (TaskVersion.rubric_id == Practical.rubric_id),
            isouter=True,
        )
        .join(
            APPLICATION,
            (APPLICATION.c.body_id == Practical.body_id) & (APPLICATION.c.id == Practical.application_id),
        )
        .join(Site, (Site.body_id == Practical.body_id) & (Site.id == Practical.site_id))
        .join(
            CheckIn,
            (CheckIn.body_id == Practical.body_id)
            & (CheckIn.occasion == Occasion.PRACTICAL)
            & (CheckIn.record_id == Practical.id),
            isouter=True,
        )
        .where(Practical.body_id == body_id, Practical.id == practical_id)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such practical."))
    practical: Practical = row[0]
    sheets = _sheets_as_known(session, practical, reader_id)
    people = names(session, body_id, [practical.candidate_id, *(sheet.person_id for sheet in sheets)])
    own = next((sheet for sheet in sheets if sheet.person_id == reader_id), None)
    alone = own or (sheets[0] if len(sheets) == 1 else None)
    others = sees_others(practical.state, None if own is None else own.state)
    opened_at = practical.opened_at if own is None else own.opened_at
    return PracticalHead(
        id=practical.id,
        application_id=practical.application_id,
        application_number=row.number,
        candidate_id=practical.candidate_id,
        candidate=people.get(practical.candidate_id, ERASED_NAME).text,
        assessors={sheet.person_id: people.get(sheet.person_id, ERASED_NAME).text for sheet in sheets},
        site_id=practical.site_id,
        site=row.name,
        task_id=practical.task_id,
        rubric_id=practical.rubric_id,
        minutes=row.minutes,
        starts_at=practical.starts_at,
        state=seen(practical.state, None if own is None else own.state),
        checked_in_at=row.at,
        exception=row.exception or "",
        opened_at=opened_at,
        until=opened_at + timedelta(minutes=row.minutes) if opened_at else None,
        submitted_at=practical.submitted_at if own is None else own.submitted_at,
        marks=None if alone is None else alone.marks,
        receipt=None if alone is None else alone.receipt,
        place=None if own is None else own.place,
        sees_others=others,
        finished=others and practical.state is PracticalState.SUBMITTED,
        sheets=tuple(
            SheetLine(
                person_id=sheet.person_id,
                place=sheet.place,
                state=sheet.state,
                reason=sheet.reason,
                submitted_at=sheet.submitted_at,
                marks=sheet.marks,
                receipt=sheet.receipt,
            )
            for sheet in sheets
            if sheet is own or (others and (own is None or sheet.state is SheetState.SUBMITTED))
        ),
        levels=1 if row.levels is None else row.levels,
        closed=bool(row.closed),
        again=row.again,
        piece=row.TestPiece,
    )


def _sheets_as_known(session: Session, practical: Practical, reader_id: str) -> list[Row[Any]]:
    """Return the sheets of a practical in their places, without what its reader may not know; one statement.

    What others did is not even read as long as an assessor marks blind: the same work then, whatever they did.
    """
    mine = aliased(Sheet)
    has_own = exists().where(
        mine.body_id == practical.body_id, mine.practical_id == practical.id, mine.person_id == reader_id
    )
    all_are_in = false() if practical.state in BLIND else true()
    known = or_(Sheet.person_id == reader_id, ~has_own, all_are_in)
    return list(
        session.execute(
            select(
                Sheet.place,
                Sheet.person_id,
                Sheet.reason,
                case((known, Sheet.state)).label("state"),
                case((known, Sheet.opened_at)).label("opened_at"),
                case((known, Sheet.submitted_at)).label("submitted_at"),
                case((known, Sheet.marks)).label("marks"),
                case((known, Sheet.receipt)).label("receipt"),
            )
            .where(Sheet.body_id == practical.body_id, Sheet.practical_id == practical.id)
            .order_by(Sheet.place)
        )
    )


def standing_of_practical(session: Session, body_id: str, practical_id: str) -> RecordStanding | None:
    """Return the standing of a practical: its candidate, its site, and the assessors who mark it; one statement."""
    rows = session.execute(
        select(Practical.candidate_id, Practical.site_id, Sheet.person_id)
        .join(Sheet, (Sheet.body_id == Practical.body_id) & (Sheet.practical_id == Practical.id), isouter=True)
        .where(Practical.body_id == body_id, Practical.id == practical_id)
    ).all()
    if not rows:
        return None
    return RecordStanding(
        person_id=rows[0].candidate_id,
        site_id=rows[0].site_id,
        assigned=frozenset((Role.ASSESSOR, row.person_id) for row in rows if row.person_id is not None),
    )


def registered_assessors(session: Session, body_id: str, day: date) -> dict[str, str]:
    """Return person id -> name of everybody whose assessor's registration is valid on a day; two statements."""
    persons = session.scalars(
        select(AssessorRegistration.person_id)
        .distinct()
        .where(
            AssessorRegistration.body_id == body_id,
            AssessorRegistration.valid_from <= day,
            AssessorRegistration.valid_until >= day,
        )
        .limit(MOST_LISTED)
    ).all()
    named = names(session, body_id, persons)
    return {person_id: name.text for person_id, name in sorted(named.items(), key=lambda item: item[1].text)}
