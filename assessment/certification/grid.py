"""The units of a scheme version with the used cells of its plan, as the domain's values, in one statement."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from assessment.domain.certification.unit_result import SchemeRule
from assessment.domain.competency import Criterion, Element, Method, Unit
from assessment.domain.plan import FORMAT_VERSION, Cell, from_json
from assessment.schemes.tables import PlanCell, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyKind, Completeness


@dataclass(frozen=True, kw_only=True, slots=True)
class Grid:
    """What must be proved: the units in the scheme's order, the cells, and which units the scheme asks for."""

    units: tuple[Unit, ...]
    cells: tuple[Cell, ...]
    rule: SchemeRule

    @property
    def unit_of(self) -> Mapping[str, str]:
        """Criterion id -> unit id."""
        return {criterion.id: unit.id for unit in self.units for criterion in unit.criteria}

    @property
    def methods(self) -> tuple[Method, ...]:
        """The methods that the plan uses, in the order of the record of assessment."""
        used = {cell.method for cell in self.cells}
        return tuple(method for method in Method if method in used)

    def cells_of(self, unit: Unit) -> tuple[Cell, ...]:
        """The used cells of one unit."""
        own = {criterion.id for criterion in unit.criteria}
        return tuple(cell for cell in self.cells if cell.criterion_id in own)


@dataclass(slots=True)
class _Branch:
    code: str
    complete: bool
    core: bool
    elements: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)


def grid_of(session: Session, body_id: str, scheme_version_id: str, *, until: datetime | None = None) -> Grid:
    """Return the grid of a scheme version; completeness as it was marked at `until`, or as it is now."""
    unit, element, criterion = aliased(Competency), aliased(Competency), aliased(Competency)
    marked = (
        select(Completeness.complete)
        .where(Completeness.body_id == unit.body_id, Completeness.competency_id == unit.id)
        .order_by(Completeness.marked_at.desc(), Completeness.id)
        .limit(1)
        .correlate(unit)
    )
    if until is not None:
        marked = marked.where(Completeness.marked_at <= until)
    rows = session.execute(
        select(
            SchemeUnit.core,
            SchemeVersion.electives_required,
            unit.id.label("unit_id"),
            unit.code.label("unit_code"),
            marked.scalar_subquery().label("complete"),
            element.id.label("element_id"),
            element.kind.label("element_kind"),
            element.code.label("element_code"),
            criterion.id.label("criterion_id"),
            criterion.code.label("criterion_code"),
            PlanCell.criterion_id.label("cell"),
            PlanCell.method,
            PlanCell.rule,
        )
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == SchemeUnit.body_id) & (SchemeVersion.id == SchemeUnit.scheme_version_id),
        )
        .join(unit, (unit.body_id == SchemeUnit.body_id) & (unit.id == SchemeUnit.unit_id))
        .join(element, (element.body_id == unit.body_id) & (element.parent_id == unit.id), isouter=True)
        .join(criterion, (criterion.body_id == element.body_id) & (criterion.parent_id == element.id), isouter=True)
        .join(
            PlanCell,
            (PlanCell.body_id == SchemeUnit.body_id)
            & (PlanCell.scheme_version_id == SchemeUnit.scheme_version_id)
            & ((PlanCell.criterion_id == criterion.id) | (PlanCell.criterion_id == element.id)),
            isouter=True,
        )
        .where(SchemeUnit.body_id == body_id, SchemeUnit.scheme_version_id == scheme_version_id)
        .order_by(SchemeUnit.position, unit.id, element.position, element.id, criterion.position, criterion.id)
    ).all()
    branches: dict[str, _Branch] = {}
    cells: dict[tuple[str, Method], Any] = {}
    wanted = 0
    for row in rows:
        wanted = row.electives_required
        branch = branches.setdefault(
            row.unit_id, _Branch(code=row.unit_code, complete=bool(row.complete), core=row.core)
        )
        if row.cell is not None:
            cells[(row.cell, row.method)] = row.rule
        if row.element_id is None:
            continue
        if row.element_kind is CompetencyKind.CRITERION:
            # A criterion that hangs on the unit itself: the unit stands in for its element.
            branch.elements.setdefault(row.unit_id, ("", {}))[1][row.element_id] = row.element_code
            continue
        criteria = branch.elements.setdefault(row.element_id, (row.element_code, {}))[1]
        if row.criterion_id is not None:
            criteria[row.criterion_id] = row.criterion_code
    return Grid(
        units=tuple(
            Unit(
                id=unit_id,
                code=branch.code,
                complete=branch.complete,
                elements=tuple(
                    Element(
                        id=element_id,
                        number=number,
                        criteria=tuple(Criterion(id=id_, number=code) for id_, code in criteria.items()),
                    )
                    for element_id, (number, criteria) in branch.elements.items()
                ),
            )
            for unit_id, branch in branches.items()
        ),
        cells=from_json(
            {
                "v": FORMAT_VERSION,
                "cells": [
                    {"criterion": criterion_id, "method": method.value, "rule": rule}
                    for (criterion_id, method), rule in cells.items()
                ],
            }
        ),
        rule=SchemeRule(
            core=frozenset(unit_id for unit_id, branch in branches.items() if branch.core),
            electives=frozenset(unit_id for unit_id, branch in branches.items() if not branch.core),
            electives_wanted=wanted,
        ),
    )
