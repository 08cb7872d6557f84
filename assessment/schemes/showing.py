"""The plan in words: each rule, each hole, and the grid criterion x method as the templates draw it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from flask import url_for
from flask_babel import gettext, ngettext
from markupsafe import Markup

from assessment.domain.competency import Criterion, Method, Unit
from assessment.domain.language import LANGUAGES
from assessment.domain.plan import (
    Cell,
    Coverage,
    Hole,
    HoleReason,
    ItemsCut,
    Kind,
    LevelAtLeast,
    SufficiencyRule,
    WithinLimit,
    Yes,
)
from assessment.schemes.inputs import METHODS, written_cut
from assessment.schemes.publishing import Lack, Plan, Shortcoming
from assessment.schemes.queries import MemberUnit

SHOWN_STATEMENT = 240
FIRST_METHODS = (Method.OBSERVED, Method.WRITTEN)


@dataclass(frozen=True, kw_only=True, slots=True)
class MethodLine:
    """One method on the page of a criterion: its rule, what fills it, and what is wrong with it, in words."""

    method: Method
    name: str
    rule: str | None
    yields: tuple[str, ...]
    hole: str | None


def say_rule(rule: SufficiencyRule) -> str:
    """Return a rule as a short sentence in the reader's language."""
    match rule:
        case ItemsCut(minimum_items=minimum_items, cut=cut):
            return str(
                ngettext(
                    "At least %(num)s item, %(cut)s of the marks",
                    "At least %(num)s items, %(cut)s of the marks",
                    minimum_items,
                    cut=written_cut(cut),
                )
            )
        case LevelAtLeast(level=level):
            return str(gettext("Level %(level)s or higher", level=level))
        case Yes():
            return str(gettext("Yes"))
        case WithinLimit():
            return str(gettext("Inside the limit"))
        case _:
            assert_never(rule)


def say_hole(hole: Hole) -> str:
    """Return why a place of the plan could not prove its criterion, in the reader's language."""
    match hole.reason:
        case HoleReason.UNIT_NOT_COMPLETE:
            return str(gettext("Nobody has marked this unit as complete against its source."))
        case HoleReason.UNIT_WITHOUT_CRITERIA:
            return str(gettext("This unit has no criteria."))
        case HoleReason.NO_CELL:
            return str(gettext("No method covers this criterion."))
        case HoleReason.UNKNOWN_CRITERION:
            return str(gettext("This criterion stands in no unit of the scheme."))
        case HoleReason.NO_INSTRUMENT:
            return str(gettext("No exam form and no rubric fills this yet."))
        case HoleReason.OTHER_KIND:
            return str(gettext("The exam form or rubric yields evidence of another kind."))
        case HoleReason.TOO_FEW_ITEMS:
            return str(
                gettext(
                    "The exam form holds %(found)s of %(wanted)s items.", found=hole.found or 0, wanted=hole.wanted or 0
                )
            )
        case HoleReason.LEVEL_TOO_LOW:
            return str(gettext("A rubric asks for level %(found)s only.", found=hole.found or 0))
        case _:
            assert_never(hole.reason)


def say_coverage(coverage: Coverage) -> str:
    """Return what a form or rubric yields, in the reader's language."""
    match coverage.kind:
        case Kind.ITEMS:
            return str(
                ngettext("An exam form with %(num)s item", "An exam form with at least %(num)s items", coverage.items)
            )
        case Kind.LEVEL:
            return str(gettext("A rubric that asks for level %(level)s", level=coverage.level))
        case Kind.YES:
            return str(gettext("A rubric that asks for a yes"))
        case Kind.LIMIT:
            return str(gettext("A rubric that measures it"))
        case _:
            assert_never(coverage.kind)


def blockers_of(
    plan: Plan, lacks: Iterable[Lack], members: Iterable[MemberUnit], scheme_version_id: str
) -> list[dict[str, str]]:
    """Return what keeps a draft from being published, each with the place where it is mended."""
    standard_of = {member.unit_id: member.standard_id for member in members}
    code_of = {unit.id: unit.code for unit in plan.units}
    found = [_lack(lack, scheme_version_id) for lack in lacks]
    for hole in plan.holes:
        if hole.unit_id is not None and hole.criterion_id is None:
            found.append(
                {
                    "text": f"{code_of[hole.unit_id]}: {say_hole(hole)}",
                    "href": url_for("standards.unit", standard_id=standard_of[hole.unit_id], unit_id=hole.unit_id),
                    "action": gettext("Open the unit"),
                }
            )
    open_criteria = {hole.criterion_id for hole in plan.holes if hole.reason is HoleReason.NO_CELL}
    if open_criteria:
        found.append(
            _at_plan(
                ngettext(
                    "%(num)s criterion is covered by no method.",
                    "%(num)s criteria are covered by no method.",
                    len(open_criteria),
                ),
                scheme_version_id,
            )
        )
    unfilled = [hole for hole in plan.holes if hole.method is not None]
    if unfilled:
        found.append(
            _at_plan(
                ngettext(
                    "%(num)s cell of the plan is not filled by an exam form or a rubric.",
                    "%(num)s cells of the plan are not filled by an exam form or a rubric.",
                    len(unfilled),
                ),
                scheme_version_id,
            )
        )
    return found


def _lack(lack: Lack, scheme_version_id: str) -> dict[str, str]:
    address = url_for("schemes.change", scheme_version_id=scheme_version_id)
    match lack.kind:
        case Shortcoming.NO_TITLE:
            name = LANGUAGES.get(lack.language or "", lack.language or "")
            text = gettext("The title in %(language)s is missing.", language=name)
        case Shortcoming.NO_UNIT:
            text = gettext("The scheme has no unit of competency.")
        case _:
            assert_never(lack.kind)
    return {"text": text, "href": address, "action": gettext("Change")}


def _at_plan(text: str, scheme_version_id: str) -> dict[str, str]:
    address = url_for("schemes.page", scheme_version_id=scheme_version_id, only="holes", _anchor="plan")
    return {"text": text, "href": address, "action": gettext("Show the holes")}


def methods_of(plan: Plan) -> tuple[Method, ...]:
    """Return the columns of the grid: the methods that are used, or the two usual ones in an empty plan."""
    used = {cell.method for cell in plan.cells}
    return tuple(method for method in METHODS if method in (used or FIRST_METHODS))


def grid_groups(
    plan: Plan, said: Mapping[str, str], *, scheme_version_id: str, editable: bool, only_holes: bool
) -> list[dict[str, Any]]:
    """Return the plan as the macro `grid` draws it, one group a unit."""
    cells = {(cell.criterion_id, cell.method): cell for cell in plan.cells}
    holes = {(hole.criterion_id, hole.method): hole for hole in plan.holes}
    with_holes = {hole.criterion_id for hole in plan.holes}
    methods = methods_of(plan)
    groups = []
    for unit in plan.units:
        rows = [
            {
                "code": criterion.number,
                "text": _named(criterion, said, scheme_version_id, editable=editable),
                "cells": [
                    _drawn(cells.get(place), holes.get(place), scheme_version_id, editable=editable)
                    for place in ((criterion.id, method) for method in methods)
                ],
            }
            for criterion in unit.criteria
            if not only_holes or criterion.id in with_holes
        ]
        if rows:
            groups.append({"title": _titled(unit, said), "rows": rows})
    return groups


def _titled(unit: Unit, said: Mapping[str, str]) -> str:
    return f"{unit.code} {_short(said.get(unit.id, ''))}".strip()


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_STATEMENT else f"{text[:SHOWN_STATEMENT].rstrip()}…"


def _named(criterion: Criterion, said: Mapping[str, str], scheme_version_id: str, *, editable: bool) -> Markup:
    return Markup(
        '<span class="said">{}</span> <a class="edit no-print" href="{}">{}<span class="sr"> {}</span></a>'
    ).format(
        _short(said.get(criterion.id, "")),
        url_for("schemes.criterion", scheme_version_id=scheme_version_id, criterion_id=criterion.id),
        gettext("Methods") if editable else gettext("Details"),
        criterion.number,
    )


def _drawn(cell: Cell | None, hole: Hole | None, scheme_version_id: str, *, editable: bool) -> dict[str, str] | None:
    if cell is None:
        return None
    drawn = {"state": "hole" if hole else "done", "text": say_rule(cell.rule)}
    if editable:
        drawn["href"] = url_for(
            "schemes.cell",
            scheme_version_id=scheme_version_id,
            criterion_id=cell.criterion_id,
            method=cell.method.value,
        )
    if hole:
        drawn["detail"] = say_hole(hole)
    return drawn


def method_lines(plan: Plan, criterion_id: str) -> list[MethodLine]:
    """Return every method for one criterion, used or not, in the order of the record of assessment."""
    rules = {cell.method: cell.rule for cell in plan.cells if cell.criterion_id == criterion_id}
    holes = {hole.method: say_hole(hole) for hole in plan.holes if hole.criterion_id == criterion_id}
    return [
        MethodLine(
            method=method,
            name=str(name),
            rule=say_rule(rules[method]) if method in rules else None,
            yields=tuple(
                dict.fromkeys(
                    say_coverage(coverage)
                    for instrument in plan.instruments
                    for coverage in instrument.covers
                    if coverage.criterion_id == criterion_id and coverage.method is method
                )
            ),
            hole=holes.get(method),
        )
        for method, name in METHODS.items()
    ]
