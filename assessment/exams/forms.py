"""Exam forms: drawing one from the item bank by a blueprint and a stored seed, and telling the plan (rule 8)."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.form import Blueprint, Cut, PoolItem, Quota, Shortage, coverage, draw
from assessment.domain.items.exact import read_exact
from assessment.domain.plan import minimum_items
from assessment.exams.content import describe
from assessment.exams.tables import Form, FormItem, FormState
from assessment.item_bank.tables import Item, ItemCriterion, ItemUse, ItemVersion
from assessment.schemes.instruments import register_instrument
from assessment.schemes.queries import plan_cells
from assessment.schemes.tables import InstrumentKind, SchemeState, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind

FORMAT = 1
SEED_BYTES = 32
LONGEST_CODE = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class NewForm:
    """What a form shall be: `quotas` is unit id -> number of items, `minutes` the time to answer."""

    code: str
    minutes: int
    quotas: Mapping[str, int]
    cut: Cut


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitSupply:
    """A unit of a scheme version: items that the bank has for it, and the least that its plan asks for."""

    unit_id: str
    available: int
    needed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnForm:
    """A form that was drawn and is not stored yet; `items` are item versions with the unit they count for."""

    scheme_version_id: str
    new: NewForm
    blueprint: Blueprint
    seed: bytes
    items: tuple[PoolItem, ...]


def draw_form(
    session: Session,
    body_id: str,
    scheme_version_id: str,
    new: NewForm,
    *,
    now: datetime,
    created_by: str | None,
    seed: bytes | None = None,
) -> Form:
    """Draw a form, store it with its seed and register it with the plan: `draw_items`, then `store_form`."""
    drawn = draw_items(session, body_id, scheme_version_id, new, seed=seed)
    return store_form(session, body_id, drawn, now=now, created_by=created_by)


def draw_items(
    session: Session, body_id: str, scheme_version_id: str, new: NewForm, *, seed: bytes | None = None
) -> DrawnForm:
    """Draw the items of a form from the current ones of the bank; reads only.

    The seed is drawn here unless it is given. Raises NotFound for an unknown scheme version, Conflict for a
    retired one, and Invalid when the bank cannot fill the blueprint or the form is not whole.
    """
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is SchemeState.RETIRED:
        raise Conflict(N_("This scheme version is retired; draw the form for the current one."))
    _check(new)
    blueprint = Blueprint(quotas=tuple(Quota(unit_id=unit, items=items) for unit, items in new.quotas.items() if items))
    pool = pool_of(session, body_id, version, order=[quota.unit_id for quota in blueprint.quotas])
    minimum = _minimum(session, body_id, scheme_version_id, blueprint)
    seed = seed or secrets.token_bytes(SEED_BYTES)
    try:
        drawn = draw(blueprint, pool, seed=seed, minimum_per_criterion=minimum)
    except Invalid as refusal:
        raise _name_shortages(session, body_id, refusal) from refusal
    by_id = {item.id: item for item in pool}
    return DrawnForm(
        scheme_version_id=scheme_version_id,
        new=new,
        blueprint=blueprint,
        seed=seed,
        items=tuple(by_id[item_id] for item_id in drawn),
    )


def store_form(session: Session, body_id: str, drawn: DrawnForm, *, now: datetime, created_by: str | None) -> Form:
    """Store a drawn form and register it with the plan. Raises Conflict when its code is taken."""
    new = drawn.new
    code = new.code.strip()
    taken = select(Form.id).where(
        Form.body_id == body_id, Form.scheme_version_id == drawn.scheme_version_id, Form.code == code
    )
    if session.scalar(taken) is not None:
        raise Conflict(N_("This scheme version already has a form %(code)s."), code=code)
    form = Form(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=drawn.scheme_version_id,
        code=code,
        state=FormState.READY,
        seed=drawn.seed,
        blueprint=_blueprint_to_json(drawn.blueprint),
        minutes=new.minutes,
        cut=new.cut.fraction,
        cut_method=new.cut.method.strip(),
        cut_judges=new.cut.judges or None,
        cut_on=new.cut.set_on,
        provisional=new.cut.provisional,
        created_at=now,
        created_by=created_by,
    )
    session.add(form)
    session.flush()
    session.add_all(
        FormItem(
            body_id=body_id,
            form_id=form.id,
            position=position,
            item_version_id=item.id,
            unit_id=item.unit_id,
        )
        for position, item in enumerate(drawn.items, start=1)
    )
    session.flush()
    register_instrument(
        session,
        body_id,
        drawn.scheme_version_id,
        InstrumentKind.FORM,
        form.id,
        coverage(drawn.items),
        now,
    )
    return form


def supply(session: Session, body_id: str, scheme_version_id: str) -> list[UnitSupply]:
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
    return [
        UnitSupply(
            unit_id=unit,
            available=sum(item.unit_id == unit for item in pool),
            needed=sum(items for criterion, items in minimum.items() if unit_of.get(criterion) == unit),
        )
        for unit in units
    ]


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
    for row in rows:
        unit = row.above if row.kind is CompetencyKind.UNIT else row.parent_id
        if unit in units and read_exact(row.structure["max_score"]) > 0:
            measured.setdefault(row.id, set()).add(row.criterion_id)
            touched.setdefault(row.id, set()).add(unit)
    return [
        PoolItem(
            id=item_id,
            unit_id=next(unit for unit in units if unit in touched[item_id]),
            criterion_ids=frozenset(criteria),
        )
        for item_id, criteria in measured.items()
    ]


def cut_of(form: Form) -> Cut:
    """Return a form's cut."""
    return Cut(
        fraction=form.cut,
        method=form.cut_method,
        judges=form.cut_judges or 0,
        set_on=form.cut_on,
    )


def _check(new: NewForm) -> None:
    length = len(new.code.strip())
    if not 1 <= length <= LONGEST_CODE:
        raise Invalid(N_("A code has 1 to %(most)s characters, got %(got)s."), most=LONGEST_CODE, got=length)
    if not 1 <= new.minutes <= 600:
        raise Invalid(N_("Expected a whole number of minutes from 1 to 600, got %(got)s."), got=new.minutes)
    if not 0 < new.cut.fraction <= 1:
        raise Invalid(N_("Expected a cut above 0 % and at most 100 %."))


def _minimum(session: Session, body_id: str, scheme_version_id: str, blueprint: Blueprint) -> dict[str, int]:
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


def _name_shortages(session: Session, body_id: str, refusal: Invalid) -> Invalid:
    """Say a shortage with the codes that people know instead of ids."""
    shortages: tuple[Shortage, ...] = refusal.values.get("shortages", ())  # type: ignore[assignment]  # values hold any object
    if not shortages:
        return refusal
    places = [shortage.unit_id or shortage.criterion_id or "" for shortage in shortages]
    named = describe(session, body_id, places, "id")
    listed = "; ".join(
        f"{named[place].code if place in named else place}: {shortage.wanted} > {shortage.nearest}"
        for place, shortage in zip(places, shortages, strict=True)
    )
    return Invalid(N_("The item bank cannot fill this form. Wanted against what there is: %(listed)s."), listed=listed)


def _blueprint_to_json(blueprint: Blueprint) -> dict[str, Any]:
    return {
        "v": FORMAT,
        "quotas": [{"unit": quota.unit_id, "items": quota.items} for quota in blueprint.quotas],
    }
