"""The assessment plan: a grid, criterion x method, whose cells say when evidence suffices.

A cell states its sufficiency rule; an instrument (an exam form, a rubric) says which cells it can fill and
how much it asks; a hole is a place where the plan could not prove a criterion. A scheme is published only
without holes. Terms: assessment plan = MAPA, instrument = MUK (FR.MAPA.01 and FR.MAPA.02).

No knowledge of forms or rubrics stands here: they describe themselves as instruments.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any, assert_never

from assessment.domain.competency import Method, Unit
from assessment.domain.errors import N_, Invalid

FORMAT_VERSION = 1
LEVELS = (0, 1, 2, 3)

_FRACTION = re.compile(r"[0-9]{1,9}(/[1-9][0-9]{0,8})?")


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemsCut:
    """At least `minimum_items` items on the criterion, and `cut` (fraction 0..1) of their marks reached."""

    minimum_items: int
    cut: Fraction

    def __post_init__(self) -> None:
        if self.minimum_items < 1:
            raise Invalid(N_("Expected at least 1 item, got %(got)s."), got=self.minimum_items)
        if not 0 < self.cut <= 1:
            raise Invalid(N_("Expected a cut above 0 and at most 1, got %(got)s."), got=self.cut)


@dataclass(frozen=True, kw_only=True, slots=True)
class LevelAtLeast:
    """A judged level of at least `level` on the scale 0..3; inside its group a rubric may compensate."""

    level: int

    def __post_init__(self) -> None:
        if self.level not in LEVELS[1:]:
            raise Invalid(N_("Expected a level from 1 to 3, got %(got)s."), got=self.level)


@dataclass(frozen=True, kw_only=True, slots=True)
class Yes:
    """The answer yes."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WithinLimit:
    """A measured value inside its confirmed limits."""


SufficiencyRule = ItemsCut | LevelAtLeast | Yes | WithinLimit


class Kind(StrEnum):
    """What an instrument yields on a criterion; each sufficiency rule asks for one of them."""

    ITEMS = "items_cut"
    LEVEL = "level_at_least"
    YES = "yes"
    LIMIT = "within_limit"


def kind_of(rule: SufficiencyRule) -> Kind:
    """Return the kind of evidence that a rule asks for."""
    match rule:
        case ItemsCut():
            return Kind.ITEMS
        case LevelAtLeast():
            return Kind.LEVEL
        case Yes():
            return Kind.YES
        case WithinLimit():
            return Kind.LIMIT
        case _:
            assert_never(rule)


_METHODS_OF_ITEMS = frozenset({Method.WRITTEN, Method.ORAL})


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """One used cell of the grid.

    Raises Invalid when the rule does not fit the method: items are answered in writing or orally, and a
    measurement is neither.
    """

    criterion_id: str
    method: Method
    rule: SufficiencyRule

    def __post_init__(self) -> None:
        kind = kind_of(self.rule)
        answered = self.method in _METHODS_OF_ITEMS
        if (kind is Kind.ITEMS and not answered) or (kind is Kind.LIMIT and answered):
            raise Invalid(
                N_("Expected a sufficiency rule that fits the method %(method)s, got %(rule)s."),
                method=self.method.value,
                rule=kind.value,
            )


def to_json(cells: Iterable[Cell]) -> dict[str, Any]:
    """Return the plan as a JSON value, format version 1; a cut is written as "3/5"."""
    return {
        "v": FORMAT_VERSION,
        "cells": [
            {"criterion": cell.criterion_id, "method": cell.method.value, "rule": rule_to_json(cell.rule)}
            for cell in cells
        ],
    }


def rule_to_json(rule: SufficiencyRule) -> dict[str, Any]:
    """Return the rule of one cell as a JSON value; its version is that of the plan."""
    kind = kind_of(rule).value
    match rule:
        case ItemsCut(minimum_items=minimum_items, cut=cut):
            return {"kind": kind, "minimum_items": minimum_items, "cut": str(cut)}
        case LevelAtLeast(level=level):
            return {"kind": kind, "level": level}
        case Yes() | WithinLimit():
            return {"kind": kind}
        case _:
            assert_never(rule)


def from_json(value: object) -> tuple[Cell, ...]:
    """Read a plan that `to_json` wrote.

    Raises Invalid, naming the cell, for another version, an unknown method or rule, a value out of range,
    or a cell (criterion, method) that stands twice.
    """
    if not isinstance(value, Mapping) or value.get("v") != FORMAT_VERSION:
        got = value.get("v") if isinstance(value, Mapping) else value
        raise Invalid(N_("Expected an assessment plan of format version 1, got %(got)s."), got=got)
    entries = value.get("cells")
    if not isinstance(entries, list):
        raise Invalid(N_("Expected a list of cells, got %(got)s."), got=entries)
    cells = tuple(_cell_from_json(number, entry) for number, entry in enumerate(entries, start=1))
    seen: set[tuple[str, Method]] = set()
    for cell in cells:
        place = (cell.criterion_id, cell.method)
        if place in seen:
            raise Invalid(
                N_("Expected one cell for criterion %(criterion)s and method %(method)s, got two."),
                criterion=cell.criterion_id,
                method=cell.method.value,
            )
        seen.add(place)
    return cells


def _cell_from_json(number: int, entry: object) -> Cell:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("criterion"), str):
        raise Invalid(N_("Cell %(number)s: expected a criterion, got %(got)s."), number=number, got=entry)
    if entry.get("method") not in [method.value for method in Method]:
        raise Invalid(
            N_("Cell %(number)s: expected a method of the plan, got %(got)s."),
            number=number,
            got=entry.get("method"),
        )
    try:
        return Cell(
            criterion_id=entry["criterion"],
            method=Method(entry["method"]),
            rule=rule_from_json(entry.get("rule")),
        )
    except Invalid as error:
        raise Invalid(N_("Cell %(number)s: %(detail)s"), number=number, detail=error) from error


def rule_from_json(entry: object) -> SufficiencyRule:
    """Read the rule of one cell. Raises Invalid when it is none."""
    fields: Mapping[str, Any] = entry if isinstance(entry, Mapping) else {}
    match fields:
        case {"kind": Kind.ITEMS, "minimum_items": int(minimum_items), "cut": str(cut)} if type(
            minimum_items
        ) is int and _FRACTION.fullmatch(cut):
            return ItemsCut(minimum_items=minimum_items, cut=Fraction(cut))
        case {"kind": Kind.LEVEL, "level": int(level)} if type(level) is int:
            return LevelAtLeast(level=level)
        case {"kind": Kind.YES}:
            return Yes()
        case {"kind": Kind.LIMIT}:
            return WithinLimit()
    raise Invalid(N_("Expected a sufficiency rule, got %(got)s."), got=entry)


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """What an instrument yields on one criterion by one method.

    `items`: how many items an exam form holds at least (kind ITEMS); `level`: the level that a rubric asks
    for at least (kind LEVEL).
    """

    criterion_id: str
    method: Method
    kind: Kind
    items: int = 0
    level: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Instrument:
    """An exam form or a rubric as the plan sees it; `reference` names its version."""

    reference: str
    covers: tuple[Coverage, ...]


class HoleReason(StrEnum):
    """Why a place of the grid could not prove its criterion."""

    UNIT_NOT_COMPLETE = "unit_not_complete"
    UNIT_WITHOUT_CRITERIA = "unit_without_criteria"
    NO_CELL = "no_cell"
    UNKNOWN_CRITERION = "unknown_criterion"
    NO_INSTRUMENT = "no_instrument"
    OTHER_KIND = "other_kind"
    TOO_FEW_ITEMS = "too_few_items"
    LEVEL_TOO_LOW = "level_too_low"


@dataclass(frozen=True, kw_only=True, slots=True)
class Hole:
    """One reason against publishing. `wanted` and `found`: items or levels, where the reason counts them."""

    reason: HoleReason
    unit_id: str | None = None
    criterion_id: str | None = None
    method: Method | None = None
    wanted: int | None = None
    found: int | None = None


def holes(units: Iterable[Unit], cells: Iterable[Cell], instruments: Iterable[Instrument]) -> tuple[Hole, ...]:
    """Return every reason why a scheme with this plan may not be published, in printed order (rules 3, 7).

    A unit that nobody marked complete, or that has no criteria, is one hole; a criterion without a cell is
    one; a used cell that no instrument can fill as its rule asks is one; and so is a cell whose criterion
    belongs to none of the units.
    """
    by_criterion: dict[str, list[Cell]] = {}
    for cell in cells:
        by_criterion.setdefault(cell.criterion_id, []).append(cell)
    covers: dict[tuple[str, Method], list[Coverage]] = {}
    for instrument in instruments:
        for coverage in instrument.covers:
            covers.setdefault((coverage.criterion_id, coverage.method), []).append(coverage)

    found: list[Hole] = []
    for unit in units:
        if not unit.complete:
            found.append(Hole(reason=HoleReason.UNIT_NOT_COMPLETE, unit_id=unit.id))
        if not unit.criteria:
            found.append(Hole(reason=HoleReason.UNIT_WITHOUT_CRITERIA, unit_id=unit.id))
        for criterion in unit.criteria:
            used = by_criterion.pop(criterion.id, [])
            if not used:
                found.append(Hole(reason=HoleReason.NO_CELL, unit_id=unit.id, criterion_id=criterion.id))
            for cell in used:
                hole = _hole(unit.id, cell, covers.get((cell.criterion_id, cell.method), []))
                if hole is not None:
                    found.append(hole)
    found += [
        Hole(reason=HoleReason.UNKNOWN_CRITERION, criterion_id=cell.criterion_id, method=cell.method)
        for used in by_criterion.values()
        for cell in used
    ]
    return tuple(found)


def _hole(unit_id: str, cell: Cell, covers: list[Coverage]) -> Hole | None:
    kind = kind_of(cell.rule)
    fitting = [coverage for coverage in covers if coverage.kind is kind]
    reason: HoleReason
    wanted = best = None
    if not covers:
        reason = HoleReason.NO_INSTRUMENT
    elif not fitting:
        reason = HoleReason.OTHER_KIND
    else:
        match cell.rule:
            case ItemsCut(minimum_items=minimum_items):
                wanted, best = minimum_items, max(coverage.items for coverage in fitting)
                reason = HoleReason.TOO_FEW_ITEMS
            case LevelAtLeast(level=level):
                # Every rubric must ask for the level: otherwise the weakest one would decide.
                wanted, best = level, min(coverage.level for coverage in fitting)
                reason = HoleReason.LEVEL_TOO_LOW
            case Yes() | WithinLimit():
                return None
            case _:
                assert_never(cell.rule)
        if best >= wanted:
            return None
    return Hole(
        reason=reason,
        unit_id=unit_id,
        criterion_id=cell.criterion_id,
        method=cell.method,
        wanted=wanted,
        found=best,
    )


def minimum_items(cells: Iterable[Cell]) -> dict[str, int]:
    """Return criterion id -> the items that a written exam form must hold on it by this plan."""
    return {
        cell.criterion_id: cell.rule.minimum_items
        for cell in cells
        if cell.method is Method.WRITTEN and isinstance(cell.rule, ItemsCut)
    }
