"""Selects on standards that other features need: units as domain values, texts, and finding by code.

Only published standards are found by a code; what is known by its id is found in retired ones too, because
records keep the version that was used (rule 1).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.competency import Criterion, Element, Unit
from assessment.domain.language import text_in
from assessment.standards.tables import (
    Competency,
    CompetencyAlias,
    CompetencyKind,
    CompetencyText,
    Completeness,
    Standard,
    StandardState,
)

# A statement of SQLite takes 32,766 values at most.
MOST_VALUES = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class FoundUnit:
    """A unit of a published standard, found by its code or an older one."""

    id: str
    code: str
    standard_id: str


def all_texts(session: Session, body_id: str, competency_ids: Collection[str]) -> dict[str, dict[str, str]]:
    """Return competency id -> language -> statement; one statement up to 10,000 competencies."""
    wanted = list(dict.fromkeys(competency_ids))
    found: dict[str, dict[str, str]] = {}
    for start in range(0, len(wanted), MOST_VALUES):
        rows = session.execute(
            select(CompetencyText.competency_id, CompetencyText.language, CompetencyText.statement)
            .where(
                CompetencyText.body_id == body_id,
                CompetencyText.competency_id.in_(wanted[start : start + MOST_VALUES]),
            )
            .order_by(CompetencyText.language)
        )
        for row in rows:
            found.setdefault(row.competency_id, {})[row.language] = row.statement
    return found


def texts(session: Session, body_id: str, competency_ids: Collection[str], language: str) -> dict[str, str]:
    """Return competency id -> statement in the wished language or the nearest there is; one statement."""
    found = all_texts(session, body_id, competency_ids)
    return {id_: text_in(said, language) for id_, said in found.items()}


# --- units as the domain sees them ----------------------------------------------------------------------


@dataclass(slots=True)
class _Building:
    code: str
    complete: bool
    elements: dict[str, tuple[str, list[Criterion]]] = field(default_factory=dict)


def units(session: Session, body_id: str, unit_ids: Collection[str]) -> list[Unit]:
    """Return units with their elements and criteria in printed order, in the order of `unit_ids`; one statement.

    A criterion belongs to the nearest element above it, at any depth; where there is none, an element with the
    unit's own id and an empty number holds it. An id that is no unit is left out.
    """
    if not unit_ids:
        return []
    building: dict[str, _Building] = {}
    # node id -> (unit id, element id that its criteria belong to)
    place: dict[str, tuple[str, str]] = {}
    for row in session.execute(_trees(body_id, unit_ids)):
        if row.unit_id == row.id:
            building[row.id] = _Building(code=row.code, complete=bool(row.complete))
            place[row.id] = (row.id, row.id)
            continue
        unit_id, element_id = place[row.parent_id]
        unit = building[unit_id]
        match row.kind:
            case CompetencyKind.ELEMENT:
                element_id = row.id
                unit.elements[row.id] = (row.code, [])
            case CompetencyKind.CRITERION:
                _, criteria = unit.elements.setdefault(element_id, ("", []))
                criteria.append(Criterion(id=row.id, number=row.code))
        place[row.id] = (unit_id, element_id)
    return [
        Unit(
            id=unit_id,
            code=building[unit_id].code,
            complete=building[unit_id].complete,
            elements=tuple(
                Element(id=element_id, number=number, criteria=tuple(criteria))
                for element_id, (number, criteria) in building[unit_id].elements.items()
            ),
        )
        for unit_id in dict.fromkeys(unit_ids)
        if unit_id in building
    ]


def _trees(body_id: str, unit_ids: Collection[str]) -> Select[tuple[str, str, str | None, CompetencyKind, str, bool]]:
    """Every node of these units in printed order; a unit inside a unit is a tree of its own."""
    tree = (
        select(
            Competency.id.label("unit_id"),
            Competency.id,
            Competency.parent_id,
            Competency.kind,
            Competency.code,
            Competency.position,
        )
        .where(Competency.body_id == body_id, Competency.id.in_(unit_ids), Competency.kind == CompetencyKind.UNIT)
        .cte("tree", recursive=True)
    )
    below = aliased(Competency)
    tree = tree.union_all(
        select(tree.c.unit_id, below.id, below.parent_id, below.kind, below.code, below.position).where(
            below.body_id == body_id, below.parent_id == tree.c.id, below.kind != CompetencyKind.UNIT
        )
    )
    marked = (
        select(Completeness.complete)
        .where(Completeness.body_id == body_id, Completeness.competency_id == tree.c.id)
        .order_by(Completeness.marked_at.desc(), Completeness.id)
        .limit(1)
        .scalar_subquery()
    )
    return select(
        tree.c.unit_id, tree.c.id, tree.c.parent_id, tree.c.kind, tree.c.code, marked.label("complete")
    ).order_by(tree.c.position, tree.c.id)


# --- finding by a code ----------------------------------------------------------------------------------


def units_by_code(session: Session, body_id: str, codes: Collection[str]) -> dict[str, FoundUnit]:
    """Return code -> unit of a published standard, the newest import first; an older code finds too.

    Two statements at most.
    """
    published = (
        select(Competency.id, Competency.code, Competency.standard_id)
        .join(Standard, (Standard.body_id == Competency.body_id) & (Standard.id == Competency.standard_id))
        .where(
            Competency.body_id == body_id,
            Competency.kind == CompetencyKind.UNIT,
            Standard.state == StandardState.PUBLISHED,
        )
        .order_by(Standard.imported_at.desc(), Standard.id, Competency.position)
    )
    found: dict[str, FoundUnit] = {}
    for row in session.execute(published.where(Competency.code.in_(codes))):
        found.setdefault(row.code, FoundUnit(id=row.id, code=row.code, standard_id=row.standard_id))
    missing = [code for code in codes if code not in found]
    if missing:
        aliased_units = (
            published.add_columns(CompetencyAlias.code.label("older"))
            .join(
                CompetencyAlias,
                (CompetencyAlias.body_id == Competency.body_id) & (CompetencyAlias.competency_id == Competency.id),
            )
            .where(CompetencyAlias.code.in_(missing))
        )
        for row in session.execute(aliased_units):
            found.setdefault(row.older, FoundUnit(id=row.id, code=row.code, standard_id=row.standard_id))
    return found


def published_units(session: Session, body_id: str, language: str, *, limit: int) -> list[tuple[str, str]]:
    """Return (code, title) of the units of published standards by code, each code once; two statements.

    `limit`: at most so many. A unit without a code is left out.
    """
    rows = session.execute(
        select(Competency.code, func.min(Competency.id).label("id"))
        .join(Standard, (Standard.body_id == Competency.body_id) & (Standard.id == Competency.standard_id))
        .where(
            Competency.body_id == body_id,
            Competency.kind == CompetencyKind.UNIT,
            Competency.code != "",
            Standard.state == StandardState.PUBLISHED,
        )
        .group_by(Competency.code)
        .order_by(Competency.code)
        .limit(limit)
    ).all()
    said = texts(session, body_id, [row.id for row in rows], language)
    return [(row.code, said.get(row.id, "")) for row in rows]


def find_unit(session: Session, body_id: str, code: str) -> FoundUnit | None:
    """Return the unit of a published standard with this code, or this older code; None without one."""
    return units_by_code(session, body_id, [code]).get(code)


def criteria_by_path(session: Session, body_id: str, unit_codes: Collection[str]) -> dict[str, str]:
    """Return "CODE/number" -> criterion id for these units of published standards; three statements at most.

    A path begins with the code that was asked for, so an older code works too. Where two criteria of a unit
    print the same number, the first in printed order has the path.
    """
    found = units_by_code(session, body_id, unit_codes)
    by_id = {unit.id: unit for unit in units(session, body_id, [each.id for each in found.values()])}
    paths: dict[str, str] = {}
    for code, unit in found.items():
        for criterion in by_id[unit.id].criteria:
            paths.setdefault(f"{code}/{criterion.number}", criterion.id)
    return paths


def aliases(session: Session, body_id: str, competency_ids: Collection[str]) -> Mapping[str, list[str]]:
    """Return competency id -> its older codes; one statement."""
    rows = session.execute(
        select(CompetencyAlias.competency_id, CompetencyAlias.code)
        .where(CompetencyAlias.body_id == body_id, CompetencyAlias.competency_id.in_(competency_ids))
        .order_by(CompetencyAlias.code)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.competency_id, []).append(row.code)
    return found
