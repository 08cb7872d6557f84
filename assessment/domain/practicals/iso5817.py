"""Limits of ISO 5817 for imperfections that are seen and measured at the surface of a weld, by quality level.

The values come from the editions of 2003 and 2014 through second-hand sources and were not compared with the
edition of 2023: they are for training and samples until a body has confirmed them against a bought standard. A row
whose values were seen only in the predecessor EN 25817, or nowhere, is unconfirmed; so is every limit for a *short*
imperfection, as long as the rule for its length is. What is unconfirmed is recorded and decides nothing: it advises.

Short is an imperfection of at most 25 mm in the 100 mm of weld that hold most of it, and of at most a quarter of a weld
that is shorter than 100 mm: known from memory only, so that `SHORT_CONFIRMED` is false.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.limit_expression import WELD_LENGTH, Expression, parse_limit

SOURCE = "ISO 5817, older edition, second-hand"
SHORT_CONFIRMED = False
_SHORT_MOST = Decimal(25)
_SHORT_PART = Decimal("0.25")
THICK_ABOVE = Decimal(3)
THINNEST = Decimal("0.5")


class Level(StrEnum):
    """Quality levels, from the most to the least demanding."""

    B = "B"
    C = "C"
    D = "D"


class Joint(StrEnum):
    """The kind of weld."""

    BUTT = "butt"
    FILLET = "fillet"


class Thickness(StrEnum):
    """The ranges of thickness: 0.5 to 3 mm, and above."""

    THIN = "thin"
    THICK = "thick"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: `limits` as written, None where the imperfection is not permitted at all.

    `code` is that of ISO 6520-1. A row without joint or thickness is for every one.
    """

    number: str
    code: str
    limits: Mapping[Level, str | None]
    joint: Joint | None = None
    thickness: Thickness | None = None
    confirmed: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Allowed:
    """The largest value in millimetres that is permitted; `rule` is how it was found, None for "not permitted".

    `short`: permitted for short imperfections only, `longest` is how long such a one may be in millimetres (None: the
    length of the weld is not known). `gate`: whether it may decide.
    """

    upper: Decimal
    rule: Expression | None
    short: bool
    gate: bool
    longest: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """What is accepted: a quality level, with other levels for some imperfections by their number."""

    level: Level
    others: Mapping[str, Level] = field(default_factory=dict)

    def level_for(self, number: str) -> Level:
        """Return the level at which an imperfection is accepted."""
        return self.others.get(number, self.level)


SHORT = "short: "


def _limits(b: str | None, c: str | None, d: str | None) -> dict[Level, str | None]:
    return {Level.B: b, Level.C: c, Level.D: d}


_BUTT, _FILLET, _THIN, _THICK = Joint.BUTT, Joint.FILLET, Thickness.THIN, Thickness.THICK

ROWS = (
    Row(number="1.1", code="100", limits=_limits(None, None, None)),
    Row(number="1.2", code="104", limits=_limits(None, None, None)),
    Row(
        number="1.3",
        code="2017",
        joint=_BUTT,
        thickness=_THICK,
        limits=_limits(None, "min(0.2*s, 2)", "min(0.3*s, 3)"),
    ),
    Row(
        number="1.3",
        code="2017",
        joint=_FILLET,
        thickness=_THICK,
        limits=_limits(None, "min(0.2*a, 2)", "min(0.3*a, 3)"),
    ),
    Row(number="1.3", code="2017", joint=_BUTT, thickness=_THIN, limits=_limits(None, None, "0.3*s")),
    Row(number="1.3", code="2017", joint=_FILLET, thickness=_THIN, limits=_limits(None, None, "0.3*a")),
    Row(number="1.4", code="2025", thickness=_THICK, limits=_limits(None, "min(0.1*t, 1)", "min(0.2*t, 2)")),
    Row(number="1.4", code="2025", thickness=_THIN, limits=_limits(None, None, "0.2*t")),
    Row(number="1.5", code="401", limits=_limits(None, None, None)),
    Row(number="1.6", code="4021", joint=_BUTT, limits=_limits(None, None, "short: min(0.2*t, 2)")),
    Row(
        number="1.7",
        code="5011",
        thickness=_THICK,
        limits=_limits("min(0.05*t, 0.5)", "min(0.1*t, 0.5)", "min(0.2*t, 1)"),
    ),
    Row(number="1.7", code="5011", thickness=_THIN, limits=_limits(None, "short: 0.1*t", "short: 0.2*t")),
    Row(
        number="1.8",
        code="5013",
        thickness=_THICK,
        limits=_limits("short: min(0.05*t, 0.5)", "short: min(0.1*t, 1)", "short: min(0.2*t, 2)"),
    ),
    Row(number="1.8", code="5013", thickness=_THIN, limits=_limits(None, "short: 0.1*t", "0.2 + 0.1*t")),
    Row(
        number="1.9",
        code="502",
        joint=_BUTT,
        limits=_limits("min(1 + 0.1*b, 5)", "min(1 + 0.15*b, 7)", "min(1 + 0.25*b, 10)"),
    ),
    Row(
        number="1.10",
        code="503",
        joint=_FILLET,
        limits=_limits("min(1 + 0.1*b, 3)", "min(1 + 0.15*b, 4)", "min(1 + 0.25*b, 5)"),
    ),
    Row(
        number="1.11",
        code="504",
        thickness=_THICK,
        limits=_limits("min(1 + 0.2*b, 3)", "min(1 + 0.6*b, 4)", "min(1 + 1.0*b, 5)"),
    ),
    Row(number="1.11", code="504", thickness=_THIN, limits=_limits("1 + 0.1*b", "1 + 0.3*b", "1 + 0.6*b")),
    Row(
        number="1.16",
        code="512",
        joint=_FILLET,
        limits=_limits("1.5 + 0.15*a", "2 + 0.15*a", "2 + 0.2*a"),
        confirmed=False,
    ),
    Row(
        number="1.20",
        code="5213",
        joint=_FILLET,
        thickness=_THICK,
        limits=_limits(None, "short: min(0.3 + 0.1*a, 1)", "short: min(0.3 + 0.1*a, 2)"),
        confirmed=False,
    ),
    Row(
        number="1.21",
        code="5214",
        joint=_FILLET,
        limits=_limits("min(1 + 0.15*a, 3)", "min(1 + 0.2*a, 4)", "min(1 + 0.3*a, 5)"),
        confirmed=False,
    ),
    Row(
        number="3.1",
        code="507",
        thickness=_THICK,
        limits=_limits("min(0.1*t, 3)", "min(0.15*t, 4)", "min(0.25*t, 5)"),
        confirmed=False,
    ),
)


def allowed(number: str, *, level: Level, joint: Joint, dimensions: Mapping[str, Decimal]) -> Allowed:
    """Return how much of an imperfection is permitted on a work piece; `dimensions` in millimetres.

    Raises Invalid where there is no such imperfection for this joint and thickness, or a dimension is missing.
    """
    row = _row(number, joint, dimensions)
    text = row.limits[level]
    if text is None:
        return Allowed(upper=Decimal(0), rule=None, short=False, gate=row.confirmed)
    short = text.startswith(SHORT)
    rule = parse_limit(text.removeprefix(SHORT))
    return Allowed(
        upper=rule.value(dimensions),
        rule=rule,
        short=short,
        gate=row.confirmed and (SHORT_CONFIRMED or not short),
        longest=longest_short(dimensions[WELD_LENGTH]) if short and WELD_LENGTH in dimensions else None,
    )


def longest_short(weld_length: Decimal) -> Decimal:
    """Return how long an imperfection may be to count as short, in millimetres, for a weld of this length in mm.

    Raises Invalid for a length that is not above zero.
    """
    if not weld_length.is_finite() or weld_length <= 0:
        raise Invalid(N_("Expected %(name)s to be above zero, got %(got)s."), name=WELD_LENGTH, got=weld_length)
    return min(_SHORT_MOST, weld_length * _SHORT_PART)


def needed(number: str, *, level: Level, joint: Joint, dimensions: Mapping[str, Decimal]) -> frozenset[str]:
    """Return the dimensions that a limit depends on beside the thickness. Raises Invalid as `allowed` does for it."""
    text = _row(number, joint, dimensions).limits[level]
    return frozenset() if text is None else parse_limit(text.removeprefix(SHORT)).names


def _row(number: str, joint: Joint, dimensions: Mapping[str, Decimal]) -> Row:
    thickness = dimensions.get("t")
    if thickness is None or thickness < THINNEST:
        raise Invalid(
            N_("Expected a thickness t of at least %(least)s mm, got %(got)s."),
            least=THINNEST,
            got="-" if thickness is None else thickness,
        )
    band = Thickness.THICK if thickness > THICK_ABOVE else Thickness.THIN
    for row in ROWS:
        if row.number == number and row.joint in (None, joint) and row.thickness in (None, band):
            return row
    raise Invalid(
        N_("Expected an imperfection with a limit for a %(joint)s weld of %(t)s mm, got %(number)s."),
        joint=joint.value,
        t=thickness,
        number=number,
    )
