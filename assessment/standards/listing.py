"""Selects for the pages on standards: list, one standard, one unit. Nothing here shows a staging version."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.case.package import Oddity
from assessment.domain.errors import N_, NotFound
from assessment.standards.packing import unpack
from assessment.standards.tables import (
    Competency,
    CompetencyAlias,
    CompetencyKind,
    CompetencyText,
    Completeness,
    Standard,
    StandardState,
)
from assessment.web.gate import RecordStanding

PAGE = 25
UNITS_A_PAGE = 20
MOST_MARKS = 20
MOST_STRAY = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class StandardLine:
    """A version of a standard in a list."""

    id: str
    identifier: str
    title: str
    creator: str
    number: int
    state: StandardState
    imported_at: datetime
    units: int
    complete: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """One standard: what its document says, its oddities, and its versions as (id, number, state)."""

    id: str
    identifier: str
    title: str
    creator: str
    number: int
    state: StandardState
    language: str
    case_version: str
    imported_at: datetime
    imported_by: str | None
    document: dict[str, Any]
    items: int
    oddities: tuple[Oddity, ...]
    versions: tuple[tuple[str, int, StandardState], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """Somebody found a unit complete, or not."""

    complete: bool
    source: str
    note: str
    marked_by: str
    marked_at: datetime


def standing_of_standard(session: Session, body_id: str, standard_id: str) -> RecordStanding | None:
    """Tell the gate whether the body has such a standard; one that is being loaded does not exist."""
    found = session.scalar(
        select(Standard.id).where(
            Standard.body_id == body_id, Standard.id == standard_id, Standard.state != StandardState.STAGING
        )
    )
    return None if found is None else RecordStanding()


def list_standards(
    session: Session, body_id: str, *, words: str, page: int, retired: bool = False
) -> tuple[list[StandardLine], int]:
    """Return one page of standards by title, and how many there are; two statements.

    `words` are looked for in title, identifier, publisher and the codes of units, older ones too.
    """
    state = StandardState.RETIRED if retired else StandardState.PUBLISHED
    chosen = [Standard.body_id == body_id, Standard.state == state]
    if words.strip():
        chosen.append(_mentions(body_id, words.strip()))
    count = session.scalar(select(func.count()).select_from(Standard).where(*chosen)) or 0
    unit, marked = aliased(Competency), aliased(Competency)
    units = (
        select(func.count())
        .select_from(unit)
        .where(unit.body_id == Standard.body_id, unit.standard_id == Standard.id, unit.kind == CompetencyKind.UNIT)
        .correlate(Standard)
        .scalar_subquery()
    )
    newest = (
        select(Completeness.complete)
        .where(Completeness.body_id == marked.body_id, Completeness.competency_id == marked.id)
        .order_by(Completeness.marked_at.desc(), Completeness.id)
        .limit(1)
        .correlate(marked)
        .scalar_subquery()
    )
    complete = (
        select(func.count())
        .select_from(marked)
        .where(
            marked.body_id == Standard.body_id,
            marked.standard_id == Standard.id,
            marked.kind == CompetencyKind.UNIT,
            newest.is_(True),
        )
        .correlate(Standard)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Standard.id,
            Standard.identifier,
            Standard.title,
            Standard.creator,
            Standard.number,
            Standard.state,
            Standard.imported_at,
            units.label("units"),
            complete.label("complete"),
        )
        .where(*chosen)
        .order_by(Standard.title, Standard.number.desc(), Standard.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [StandardLine(**row._mapping) for row in rows], count


def _mentions(body_id: str, words: str) -> ColumnElement[bool]:
    coded = (
        select(Competency.standard_id)
        .join(
            CompetencyAlias,
            (CompetencyAlias.body_id == Competency.body_id) & (CompetencyAlias.competency_id == Competency.id),
            isouter=True,
        )
        .where(
            Competency.body_id == body_id,
            Competency.kind == CompetencyKind.UNIT,
            Competency.code.icontains(words, autoescape=True) | CompetencyAlias.code.icontains(words, autoescape=True),
        )
    )
    return (
        Standard.title.icontains(words, autoescape=True)
        | Standard.identifier.icontains(words, autoescape=True)
        | Standard.creator.icontains(words, autoescape=True)
        | Standard.id.in_(coded)
    )


def standard_head(session: Session, body_id: str, standard_id: str) -> Head:
    """Return one standard; two statements. Raises NotFound when there is none."""
    standard = session.get(Standard, (body_id, standard_id))
    if standard is None or standard.state is StandardState.STAGING:
        raise NotFound(N_("There is no such standard."))
    rest, oddities = unpack(standard.rest)
    versions = session.execute(
        select(Standard.id, Standard.number, Standard.state)
        .where(
            Standard.body_id == body_id,
            Standard.identifier == standard.identifier,
            Standard.state != StandardState.STAGING,
        )
        .order_by(Standard.number.desc())
    )
    return Head(
        id=standard.id,
        identifier=standard.identifier,
        title=standard.title,
        creator=standard.creator,
        number=standard.number,
        state=standard.state,
        language=standard.language,
        case_version=standard.case_version,
        imported_at=standard.imported_at,
        imported_by=standard.imported_by,
        document=standard.document,
        items=len(rest["items"]),
        oddities=oddities,
        versions=tuple((row.id, row.number, row.state) for row in versions),
    )


def unit_page(session: Session, body_id: str, standard_id: str, *, page: int) -> tuple[list[str], int]:
    """Return the unit ids on one page of a standard in printed order, and how many units it has."""
    chosen = (
        Competency.body_id == body_id,
        Competency.standard_id == standard_id,
        Competency.kind == CompetencyKind.UNIT,
    )
    count = session.scalar(select(func.count()).select_from(Competency).where(*chosen)) or 0
    ids = session.scalars(
        select(Competency.id)
        .where(*chosen)
        .order_by(Competency.position)
        .limit(UNITS_A_PAGE)
        .offset((page - 1) * UNITS_A_PAGE)
    )
    return list(ids), count


def languages_of(session: Session, body_id: str, standard_id: str) -> list[tuple[str, int]]:
    """Return (language, number of statements), the most complete one first; one statement."""
    rows = session.execute(
        select(CompetencyText.language, func.count().label("statements"))
        .join(
            Competency,
            (Competency.body_id == CompetencyText.body_id) & (Competency.id == CompetencyText.competency_id),
        )
        .where(Competency.body_id == body_id, Competency.standard_id == standard_id)
        .group_by(CompetencyText.language)
        .order_by(func.count().desc(), CompetencyText.language)
    )
    return [(row.language, row.statements) for row in rows]


def stray_nodes(session: Session, body_id: str, standard_id: str) -> Sequence[tuple[str, str, CompetencyKind]]:
    """Return (id, code, kind) of at most 200 nodes that stand in no unit, in printed order; one statement."""
    columns = (Competency.id, Competency.code, Competency.kind, Competency.position)
    stray = (
        select(*columns)
        .where(
            Competency.body_id == body_id,
            Competency.standard_id == standard_id,
            Competency.parent_id.is_(None),
            Competency.kind != CompetencyKind.UNIT,
        )
        .cte("stray", recursive=True)
    )
    below = aliased(Competency)
    stray = stray.union_all(
        select(below.id, below.code, below.kind, below.position).where(
            below.body_id == body_id, below.parent_id == stray.c.id, below.kind != CompetencyKind.UNIT
        )
    )
    rows = session.execute(select(stray.c.id, stray.c.code, stray.c.kind).order_by(stray.c.position).limit(MOST_STRAY))
    return [(row.id, row.code, row.kind) for row in rows]


def standard_of_unit(session: Session, body_id: str, standard_id: str, unit_id: str) -> Standard:
    """Return the standard of a unit. Raises NotFound when the unit does not stand in this standard."""
    standard = session.scalar(
        select(Standard)
        .join(Competency, (Competency.body_id == Standard.body_id) & (Competency.standard_id == Standard.id))
        .where(
            Standard.body_id == body_id,
            Standard.id == standard_id,
            Competency.id == unit_id,
            Competency.kind == CompetencyKind.UNIT,
        )
    )
    if standard is None:
        raise NotFound(N_("There is no such unit."))
    return standard


def marks_of(session: Session, body_id: str, unit_ids: Collection[str]) -> list[Mark]:
    """Return the newest 20 marks of completeness on these units, the newest first; one statement."""
    rows = session.scalars(
        select(Completeness)
        .where(Completeness.body_id == body_id, Completeness.competency_id.in_(unit_ids))
        .order_by(Completeness.marked_at.desc(), Completeness.id)
        .limit(MOST_MARKS)
    )
    return [
        Mark(
            complete=row.complete,
            source=row.source,
            note=row.note,
            marked_by=row.marked_by,
            marked_at=row.marked_at,
        )
        for row in rows
    ]
