"""A measured value against its limits: inside or outside, exactly, and the parts of the sentence about it.

Values are decimals as a person typed them; the decimal comma is read as a point. Units are text that is
never converted: a rubric states the unit in which the tool is read. Limits belong to the range (≤, ≥).
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessment.domain.errors import N_, Invalid

_NUMBER = re.compile(r"[+-]?(\d{1,9}([.,]\d{1,6})?|[.,]\d{1,6})")


class Position(StrEnum):
    """Where a value lies."""

    INSIDE = "inside"
    BELOW = "below"
    ABOVE = "above"


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The permitted range in `unit`; None is open. Raises Invalid when both are open or they cross."""

    unit: str
    lower: Decimal | None = None
    upper: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.unit.strip():
            raise Invalid(N_("Expected a unit of measurement, got none."))
        for limit in (self.lower, self.upper):
            if limit is not None and not limit.is_finite():
                raise Invalid(N_("Expected a finite limit, got %(got)s."), got=limit)
        if self.lower is None and self.upper is None:
            raise Invalid(N_("Expected a lower or an upper limit, got neither."))
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise Invalid(
                N_("Expected a lower limit of at most the upper limit, got %(lower)s and %(upper)s."),
                lower=self.lower,
                upper=self.upper,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A judged value. `value`, `unit`, `lower` and `upper` are the parts of the sentence on the sheet."""

    value: Decimal
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    position: Position

    @property
    def inside(self) -> bool:
        """Whether the value lies inside its limits."""
        return self.position is Position.INSIDE


def parse_value(text: str) -> Decimal:
    """Read a value as typed: spaces around it and one decimal comma or point are tolerated.

    Raises Invalid for anything else (thousands separators, exponents, a unit, more than six decimals), since
    a guess here could turn a defect into a pass.
    """
    folded = text.strip().replace("\N{MINUS SIGN}", "-")
    # fullmatch on ASCII digits: \d alone would read digits of every script.
    if not folded.isascii() or not _NUMBER.fullmatch(folded):
        raise Invalid(N_("Expected a number such as 0.4 or 0,4, got %(got)s."), got=text)
    return Decimal(folded.replace(",", "."))


def judge(value: Decimal, limits: Limits) -> Reading:
    """Return where the value lies. Raises Invalid when it is not finite."""
    if not value.is_finite():
        raise Invalid(N_("Expected a number such as 0.4 or 0,4, got %(got)s."), got=value)
    position = Position.INSIDE
    if limits.lower is not None and value < limits.lower:
        position = Position.BELOW
    elif limits.upper is not None and value > limits.upper:
        position = Position.ABOVE
    return Reading(value=value, unit=limits.unit, lower=limits.lower, upper=limits.upper, position=position)
