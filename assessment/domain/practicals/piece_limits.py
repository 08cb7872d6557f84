"""Limits for the test piece as it was recorded: calculated on the sheet and on the server by this one rule.

A task states the dimensions of its test piece, or that one of them is measured ("?"); what was recorded at the
check-in goes before what the task says. Where a dimension is in neither, the limit stays open and says which.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from assessment.domain.errors import Invalid
from assessment.domain.practicals.iso5817 import Joint, Level, allowed, needed
from assessment.domain.practicals.limit_expression import parse_limit
from assessment.domain.practicals.measurement import NO_LIMIT, Limits, parse_value

THICKNESS = "t"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableLimit:
    """A limit that stands in the table of ISO 5817 under the number of an imperfection."""

    number: str
    level: Level
    joint: Joint


@dataclass(frozen=True, kw_only=True, slots=True)
class LimitRule:
    """What limits are calculated from: rules as they are written for either end, or a row of the table.

    `nominal`: the dimensions in millimetres that the task states.
    """

    lower: str | None = None
    upper: str | None = None
    table: TableLimit | None = None
    nominal: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """Limits for a piece; `gate`: whether the table lets them decide, always true for rules of the task's own."""

    limits: Limits
    gate: bool = True


def limits_for(rule: LimitRule, unit: str, recorded: Mapping[str, Decimal]) -> Found:
    """Return the limits for a piece; `recorded`: its dimensions in millimetres, which go before those of the task."""
    dimensions = {**rule.nominal, **recorded}
    if rule.table is not None:
        return _of_table(rule.table, unit, dimensions)
    missing: set[str] = set()
    lower, upper = (None if text is None else _end(text, dimensions, missing) for text in (rule.lower, rule.upper))
    try:
        return Found(limits=Limits(unit=unit, lower=lower, upper=upper, missing=tuple(sorted(missing))))
    except Invalid:  # for these dimensions the ends cross
        return Found(limits=Limits(unit=unit, missing=(NO_LIMIT,)))


def _of_table(table: TableLimit, unit: str, dimensions: Mapping[str, Decimal]) -> Found:
    if THICKNESS not in dimensions:
        return Found(limits=Limits(unit=unit, missing=(THICKNESS,)))
    try:
        names = needed(table.number, level=table.level, joint=table.joint, dimensions=dimensions)
        missing = tuple(sorted(names - dimensions.keys()))
        if missing:
            return Found(limits=Limits(unit=unit, missing=missing))
        found = allowed(table.number, level=table.level, joint=table.joint, dimensions=dimensions)
    except Invalid:  # the table has no row for such a piece
        return Found(limits=Limits(unit=unit, missing=(NO_LIMIT,)), gate=False)
    return Found(limits=Limits(unit=unit, upper=found.upper, short=found.short, longest=found.longest), gate=found.gate)


def _end(text: str, dimensions: Mapping[str, Decimal], missing: set[str]) -> Decimal | None:
    try:
        return parse_value(text)
    except Invalid:
        expression = parse_limit(text)
    unknown = expression.names - dimensions.keys()
    if unknown:
        missing |= unknown
        return None
    try:
        return expression.value(dimensions)
    except Invalid:  # it does not come out within six decimals
        missing.add(NO_LIMIT)
        return None


def no_gate(limits: Limits) -> Limits:
    """Return limits that cannot decide for this piece although the task relies on them: they stay open."""
    return replace(limits, missing=tuple(dict.fromkeys((*limits.missing, NO_LIMIT))))
