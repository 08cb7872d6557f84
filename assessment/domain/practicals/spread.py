"""How far apart the marks of several assessors lie, and whether that passes the rule.

Judged: levels further apart than the rule allows; by default one level is allowed, as in WorldSkills judgement
marking, where a difference of more than one between the highest and the lowest of three marks makes the judges
mark again. Measured: values further apart than the tool can resolve, or on different sides of a limit. Checked:
different answers. "Needs more evidence" beside any other mark is apart, because one assessor could tell and the
other could not.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessment.domain.practicals.measurement import judge
from assessment.domain.practicals.observation import Answered, Level, Measurement, ObservedValue
from assessment.domain.practicals.rubric import Measured, Rubric, RubricCriterion


class Apart(StrEnum):
    """Why marks of one criterion pass the rule."""

    LEVELS = "levels"
    VALUES = "values"
    SIDES = "sides"
    ANSWERS = "answers"
    KINDS = "kinds"


@dataclass(frozen=True, kw_only=True, slots=True)
class SpreadRule:
    """How many levels judged marks may lie apart; `resolutions`: criterion id -> what its tool can resolve."""

    levels: int = 1
    resolutions: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """The marks of one criterion, in the order of the assessors, and why they pass the rule (None: they do not).

    `distance`: levels or units between the highest and the lowest mark; None where there is nothing to subtract.
    """

    rubric_criterion_id: str
    marks: tuple[ObservedValue, ...]
    apart: Apart | None
    distance: Decimal | None = None


def spread(rubric: Rubric, sheets: Sequence[Mapping[str, ObservedValue]], rule: SpreadRule) -> tuple[Spread, ...]:
    """Return the spread of every criterion that more than one assessor has marked, in the order of the sheet.

    `sheets`: for each assessor, criterion id -> the mark that counts.
    """
    found = []
    for criterion in rubric.criteria:
        marks = tuple(sheet[criterion.id] for sheet in sheets if criterion.id in sheet)
        if len(marks) > 1:
            found.append(_spread(criterion, marks, rule))
    return tuple(found)


def apart(spreads: Iterable[Spread]) -> tuple[str, ...]:
    """Return the criteria whose marks pass the rule, in the order of the sheet."""
    return tuple(each.rubric_criterion_id for each in spreads if each.apart is not None)


def resolution_of(values: Iterable[Decimal]) -> Decimal:
    """Return what a tool seems to resolve, where nobody has said it: the coarsest last digit that was typed."""
    return max((Decimal((0, (1,), int(value.as_tuple().exponent))) for value in values), default=Decimal(0))


def _spread(criterion: RubricCriterion, marks: tuple[ObservedValue, ...], rule: SpreadRule) -> Spread:
    why: Apart | None = None
    distance: Decimal | None = None
    levels = [mark.level for mark in marks if isinstance(mark, Level)]
    values = [mark.value for mark in marks if isinstance(mark, Measurement)]
    answers = {mark.answer for mark in marks if isinstance(mark, Answered)}
    if len(levels) == len(marks):
        distance = Decimal(max(levels) - min(levels))
        why = Apart.LEVELS if distance > rule.levels else None
    elif len(values) == len(marks):
        distance = max(values) - min(values)
        resolution = (rule.resolutions or {}).get(criterion.id, resolution_of(values))
        if isinstance(criterion.marking, Measured) and len(_sides(criterion.marking, marks)) > 1:
            why = Apart.SIDES
        elif distance > resolution:
            why = Apart.VALUES
    elif levels or values:
        why = Apart.KINDS
    else:
        why = Apart.ANSWERS if len(answers) > 1 else None
    return Spread(rubric_criterion_id=criterion.id, marks=marks, apart=why, distance=distance)


def _sides(marking: Measured, marks: Iterable[ObservedValue]) -> set[bool]:
    """Return on which sides of the limit the values lie; what is open lies on neither."""
    readings = [judge(mark.value, marking.limits, mark.length) for mark in marks if isinstance(mark, Measurement)]
    return {reading.inside for reading in readings if not reading.open}
