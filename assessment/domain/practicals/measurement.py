"""A measured value against its limits: inside or outside, exactly, and the parts of the sentence about it.

Values are decimals as a person typed them; the decimal comma is read as a point. Units are text that is
never converted: a rubric states the unit in which the tool is read. Limits belong to the range (≤, ≥).

A limit may depend on what is not known yet: a dimension of the test piece, or the length of an imperfection that is
permitted only while it is short. The value is taken all the same, and the reading names what is missing.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.limit_expression import WELD_LENGTH

_NUMBER = re.compile(r"[+-]?(\d{1,9}([.,]\d{1,6})?|[.,]\d{1,6})")


class Position(StrEnum):
    """Where a value lies."""

    INSIDE = "inside"
    BELOW = "below"
    ABOVE = "above"
    LONG = "long"
    OPEN = "open"


LENGTH = "length"
"""Stands among what is missing for the length of the imperfection itself."""
NO_LIMIT = "limit"
"""Stands among what is missing where no confirmed limit is known for a piece of these dimensions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """The permitted range in `unit`; None is open. Raises Invalid when both are open or they cross.

    `missing`: dimensions that an end depends on and that nobody has recorded. `short`: permitted for short
    imperfections only, which are at most `longest` millimetres long (None: the length of the weld is not recorded).
    """

    unit: str
    lower: Decimal | None = None
    upper: Decimal | None = None
    missing: tuple[str, ...] = ()
    short: bool = False
    longest: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.unit.strip():
            raise Invalid(N_("Expected a unit of measurement, got none."))
        for limit in (self.lower, self.upper):
            if limit is not None and not limit.is_finite():
                raise Invalid(N_("Expected a finite limit, got %(got)s."), got=limit)
        if self.lower is None and self.upper is None and not self.missing:
            raise Invalid(N_("Expected a lower or an upper limit, got neither."))
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise Invalid(
                N_("Expected a lower limit of at most the upper limit, got %(lower)s and %(upper)s."),
                lower=self.lower,
                upper=self.upper,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """A judged value. `value`, `unit`, `lower` and `upper` are the parts of the sentence on the sheet.

    `missing`: why it is open; `length` and `longest` (mm) of an imperfection that is permitted while it is short.
    """

    value: Decimal
    unit: str
    lower: Decimal | None
    upper: Decimal | None
    position: Position
    missing: tuple[str, ...] = ()
    length: Decimal | None = None
    longest: Decimal | None = None

    @property
    def open(self) -> bool:
        """Whether it cannot be said yet where the value lies."""
        return self.position is Position.OPEN

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


def judge(value: Decimal, limits: Limits, length: Decimal | None = None) -> Reading:
    """Return where the value lies; `length`: how long the imperfection is, in millimetres.

    What passes an end that is known lies outside, whatever else is missing. Raises Invalid when it is not finite.
    """
    if not value.is_finite():
        raise Invalid(N_("Expected a number such as 0.4 or 0,4, got %(got)s."), got=value)
    missing = list(limits.missing)
    long = False
    # Where nothing was found there is nothing that could be long.
    if limits.short and value > 0:
        missing += [WELD_LENGTH] if limits.longest is None else []
        missing += [LENGTH] if length is None else []
        long = length is not None and limits.longest is not None and length > limits.longest
    position = Position.INSIDE
    if limits.lower is not None and value < limits.lower:
        position = Position.BELOW
    elif limits.upper is not None and value > limits.upper:
        position = Position.ABOVE
    elif long:
        position = Position.LONG
    elif missing:
        position = Position.OPEN
    return Reading(
        value=value,
        unit=limits.unit,
        lower=limits.lower,
        upper=limits.upper,
        position=position,
        missing=tuple(missing) if position is Position.OPEN else (),
        length=length if limits.short else None,
        longest=limits.longest,
    )
