"""The pool that a form is drawn from: the bank's current items for the units of a scheme version (rule 8)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from assessment.domain.errors import N_, NotFound
from assessment.domain.exams.form import Blueprint, PoolItem, difficulty_of
from assessment.domain.items.exact import read_exact
from assessment.domain.plan import minimum_items
from assessment.exams.experience import Experience, experience_of
from assessment.item_bank.apart import apart_pairs
from assessment.item_bank.tables import Item, ItemCriterion, ItemUse, ItemVersion
from assessment.schemes.queries import plan_cells
from assessment.schemes.tables import SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitSupply:
    """A unit of a scheme version: items that the bank has for it, and the least that its plan asks for."""

    unit_id: str
    available: int
    needed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Supply:
    """What a form of a scheme version can be drawn from: the supply of each unit, and the kinds of the items."""

    units: tuple[UnitSupply, ...]
    kinds: tuple[str, ...]


def supply(session: Session, body_id: str, scheme_version_id: str) -> Supply:
    """Return, for each unit of a scheme version in its order, what the bank has and what the plan needs.

    `needed` counts an item once for each criterion, so that fewer may do where items measure several.
    """
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    units = session.scalars(
        select(SchemeUnit.unit_id)
        .where(SchemeUnit.body_id == body_id, SchemeUnit.scheme_version_id == scheme_version_id)
        .order_by(SchemeUnit.position)
    ).all()
    pool = pool_of(session, body_id, version, order=units)
    minimum = minimum_items(plan_cells(session, body_id, scheme_version_id))
    unit_of = _unit_of_criteria(session, body_id, minimum)
    return Supply(
        kinds=tuple(sorted({item.kind for item in pool})),
        units=tuple(
            UnitSupply(
                unit_id=unit,
                available=sum(item.unit_id == unit for item in pool),
                needed=sum(items for criterion, items in minimum.items() if unit_of.get(criterion) == unit),
            )
            for unit in units
        ),
    )


def pool_of(session: Session, body_id: str, version: SchemeVersion, *, order: Iterable[str]) -> list[PoolItem]:
    """Return the items that may be drawn: current, not retired, not pretest, worth a mark, for these units.

    An item that measures criteria of several units fills the quota of the first of them in `order`. A
    production scheme gets no exposed items (rule 8).
    """
    units = list(order)
    newest = (
        select(ItemVersion.body_id, ItemVersion.item_id, func.max(ItemVersion.number).label("number"))
        .where(ItemVersion.body_id == body_id)
        .group_by(ItemVersion.body_id, ItemVersion.item_id)
        .subquery()
    )
    parent = aliased(Competency)
    criterion = aliased(Competency)
    uses = (ItemUse.OPERATIONAL, ItemUse.EXPOSED) if version.sample else (ItemUse.OPERATIONAL,)
    rows = session.execute(
        select(
            ItemVersion.id,
            ItemVersion.item_id,
            ItemVersion.kind,
            ItemVersion.structure,
            ItemCriterion.criterion_id,
            parent.id.label("above"),
            parent.kind,
            parent.parent_id,
        )
        .join(
            newest,
            (newest.c.body_id == ItemVersion.body_id)
            & (newest.c.item_id == ItemVersion.item_id)
            & (newest.c.number == ItemVersion.number),
        )
        .join(Item, (Item.body_id == ItemVersion.body_id) & (Item.id == ItemVersion.item_id))
        .join(
            ItemCriterion,
            (ItemCriterion.body_id == ItemVersion.body_id) & (ItemCriterion.item_version_id == ItemVersion.id),
        )
        .join(
            criterion,
            (criterion.body_id == ItemCriterion.body_id) & (criterion.id == ItemCriterion.criterion_id),
        )
        .join(parent, (parent.body_id == criterion.body_id) & (parent.id == criterion.parent_id))
        .where(ItemVersion.body_id == body_id, Item.retired_at.is_(None), Item.use.in_(uses))
    )
    measured: dict[str, set[str]] = {}
    touched: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    items: dict[str, str] = {}
    for row in rows:
        unit = row.above if row.kind is CompetencyKind.UNIT else row.parent_id
        if unit in units and read_exact(row.structure["max_score"]) > 0:
            measured.setdefault(row.id, set()).add(row.criterion_id)
            touched.setdefault(row.id, set()).add(unit)
            kinds[row.id], items[row.id] = row.kind, row.item_id
    known = experience_of(session, body_id, set(items.values()))
    return [
        _pool_item(
            version_id,
            next(unit for unit in units if unit in touched[version_id]),
            criteria,
            kinds[version_id],
            known[items[version_id]],
        )
        for version_id, criteria in measured.items()
    ]


def _pool_item(version_id: str, unit_id: str, criteria: set[str], kind: str, known: Experience) -> PoolItem:
    return PoolItem(
        id=version_id,
        unit_id=unit_id,
        criterion_ids=frozenset(criteria),
        kind=kind,
        difficulty=None if known.proportion is None else difficulty_of(known.proportion),
        proportion=known.proportion,
        shown=known.shown,
    )


def minimum_of(session: Session, body_id: str, scheme_version_id: str, blueprint: Blueprint) -> dict[str, int]:
    """Return criterion id -> items that the plan asks for, of the units that a blueprint draws from."""
    minimum = minimum_items(plan_cells(session, body_id, scheme_version_id))
    unit_of = _unit_of_criteria(session, body_id, minimum)
    asked = {quota.unit_id for quota in blueprint.quotas}
    return {criterion: items for criterion, items in minimum.items() if unit_of.get(criterion) in asked}


def _unit_of_criteria(session: Session, body_id: str, criteria: Iterable[str]) -> dict[str, str | None]:
    parent = aliased(Competency)
    rows = session.execute(
        select(Competency.id, parent.id.label("above"), parent.kind, parent.parent_id)
        .join(parent, (parent.body_id == Competency.body_id) & (parent.id == Competency.parent_id))
        .where(Competency.body_id == body_id, Competency.id.in_(set(criteria)))
    )
    return {row.id: row.above if row.kind is CompetencyKind.UNIT else row.parent_id for row in rows}


def apart_in(session: Session, body_id: str, version_ids: Iterable[str]) -> list[frozenset[str]]:
    """Return the pairs of item versions, among these, whose items must not meet on one form."""
    rows = session.execute(
        select(ItemVersion.item_id, ItemVersion.id).where(
            ItemVersion.body_id == body_id, ItemVersion.id.in_(set(version_ids))
        )
    )
    versions = {row.item_id: row.id for row in rows}
    pairs = apart_pairs(session, body_id)
    return [frozenset((versions[one], versions[other])) for one, other in pairs if {one, other} <= versions.keys()]
