"""A welder's qualification by ISO 9606-1: which tests it needs, the range that a test piece qualifies for, its end.

The rules come from two public engines and sample certificates, not from a bought standard. A rule is `confirmed` where
both engines, or an engine and a real certificate, say the same; every other one is for manual review. Rule set 1,
edition of 2012: a change of a rule makes a new rule set, because a record names the one that it was made under.
Not covered: the group of the filler, backing, layers, branch connections.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from assessment.domain.certification.clocks import add_months
from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.measurement import parse_value
from assessment.domain.practicals.task_document import ReportKind

RULES = 1


class Edition(StrEnum):
    """The edition of the standard that a rule set is written for."""

    ISO_2012 = "ISO 9606-1:2012"


class Product(StrEnum):
    """What was welded (ISO 9606-1, designation)."""

    PLATE = "P"
    PIPE = "T"


class Weld(StrEnum):
    """The kind of weld (ISO 9606-1, designation)."""

    BUTT = "BW"
    FILLET = "FW"


class Basis(StrEnum):
    """How long a qualification holds (ISO 9606-1, 9.3)."""

    RETEST = "9.3 a"
    REVALIDATION = "9.3 b"
    CONFIRMATION = "9.3 c"


class Quantity(StrEnum):
    """What a range is of."""

    WELD = "weld"
    THICKNESS = "thickness"
    DIAMETER = "diameter"
    POSITION = "position"


@dataclass(frozen=True, kw_only=True, slots=True)
class TestedWeld:
    """The variables of a test piece that decide a range; dimensions in millimetres, `diameter` of a pipe only.

    `position`: by ISO 6947, or as it was written down where it is none of them.
    """

    __test__ = False  # pytest takes a class of this name for one of its own

    process: str
    product: Product
    weld: Weld
    position: str
    thickness: Decimal
    weld_thickness: Decimal | None = None
    diameter: Decimal | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """What a test qualifies for in one quantity, by a rule in signs.

    `lower` and `upper` in millimetres, None: no limit on that side; `codes`: positions or kinds of weld.
    """

    quantity: Quantity
    rule: str
    confirmed: bool
    lower: Decimal | None = None
    upper: Decimal | None = None
    codes: tuple[str, ...] = ()


_BUTT_POSITIONS: Mapping[str, tuple[str, ...]] = {
    "PA": ("PA",),
    "PC": ("PA", "PC"),
    "PE": ("PA", "PC", "PE"),
    "PF": ("PA", "PF"),
    "PG": ("PG",),
    "PH": ("PA", "PE", "PF"),
    "PJ": ("PA", "PE", "PG"),
    "H-L045": ("PA", "PC", "PE", "PF"),
    "J-L045": ("PA", "PC", "PE", "PG"),
}
_FILLET_POSITIONS: Mapping[str, tuple[str, ...]] = {
    "PA": ("PA",),
    "PB": ("PA", "PB"),
    "PC": ("PA", "PB", "PC"),
    "PD": ("PA", "PB", "PC", "PD", "PE"),
    "PE": ("PA", "PB", "PC", "PD", "PE"),
    "PF": ("PA", "PB", "PF"),
    "PG": ("PG",),
}
_CONFIRMED_POSITIONS = frozenset({(Weld.BUTT, "PC"), (Weld.FILLET, "PF")})
_WELD = re.compile(r"(?<![\w-])(BW|FW)(?![\w-])")
_POSITION = re.compile(r"(?<![\w-])(P[A-HJ]|[HJ]-L045)(?![\w-])")
_BESIDE_VISUAL: Mapping[Weld, tuple[ReportKind, ...]] = {
    Weld.BUTT: (ReportKind.RADIOGRAPHIC, ReportKind.ULTRASONIC, ReportKind.BEND, ReportKind.FRACTURE),
    Weld.FILLET: (ReportKind.MACRO, ReportKind.FRACTURE),
}


def weld_in(facts: Mapping[str, str]) -> TestedWeld:
    """Return what was tested, from the facts of a test piece (`test_piece`).

    A piece with a diameter is a pipe. Raises Invalid where the joint names not exactly one of BW and FW.
    """
    welds = set(_WELD.findall(facts.get("joint", "").upper()))
    if len(welds) != 1:
        raise Invalid(N_("Expected BW or FW in the joint of the test piece, got %(got)s."), got=facts.get("joint", ""))
    written = facts.get("position", "").strip()
    positions = set(_POSITION.findall(written.upper()))
    return TestedWeld(
        process=facts["process"],
        product=Product.PIPE if "diameter" in facts else Product.PLATE,
        weld=Weld(welds.pop()),
        position=positions.pop() if len(positions) == 1 else written,
        thickness=parse_value(facts["thickness"]),
        weld_thickness=parse_value(facts["weld_thickness"]) if "weld_thickness" in facts else None,
        diameter=parse_value(facts["diameter"]) if "diameter" in facts else None,
    )


def missing_tests(weld: Weld, accepted: Iterable[ReportKind]) -> tuple[tuple[ReportKind, ...], ...]:
    """Return the tests that are still needed, each as the kinds of which one is enough; empty when all are in.

    A butt weld: visual, and one of radiographic, ultrasonic, bend and fracture; a fillet weld: visual, and macro or
    fracture. Source: both engines; the standard's own table, which also counts specimens, was not read.
    """
    found = set(accepted)
    return tuple(kinds for kinds in ((ReportKind.VISUAL,), _BESIDE_VISUAL[weld]) if not found & set(kinds))


def qualified_ranges(tested: TestedWeld) -> tuple[Range, ...]:
    """Return the ranges that a test qualifies for, each with its rule and whether the rule is confirmed."""
    weld = Range(quantity=Quantity.WELD, rule=f"{tested.weld} → {tested.weld}", confirmed=False, codes=(tested.weld,))
    pipe = () if tested.diameter is None else (_diameter(tested.diameter),)
    return _thickness(tested), *pipe, _position(tested), weld


def _thickness(tested: TestedWeld) -> Range:
    """A butt weld's range follows the deposited thickness in the edition of 2012: where it differs, manual review."""
    t, weld = tested.thickness, tested.weld
    same = tested.weld_thickness in (None, t) or weld is Weld.FILLET
    if t < 3:
        return Range(quantity=Quantity.THICKNESS, rule="t < 3 → t … 2t", confirmed=same, lower=t, upper=2 * t)
    if weld is Weld.FILLET:
        return Range(quantity=Quantity.THICKNESS, rule="t ≥ 3 → ≥ 3", confirmed=True, lower=Decimal(3))
    if t < 12:
        rule = "3 ≤ t < 12 → 3 … 2t"
        return Range(quantity=Quantity.THICKNESS, rule=rule, confirmed=same, lower=Decimal(3), upper=2 * t)
    return Range(quantity=Quantity.THICKNESS, rule="t ≥ 12 → ≥ 3", confirmed=False, lower=Decimal(3))


def _diameter(diameter: Decimal) -> Range:
    if diameter <= 25:
        rule = "D ≤ 25 → D … 2D"
        return Range(quantity=Quantity.DIAMETER, rule=rule, confirmed=True, lower=diameter, upper=2 * diameter)
    lower = max(Decimal(25), diameter / 2)
    return Range(quantity=Quantity.DIAMETER, rule="D > 25 → ≥ max(25, 0.5 D)", confirmed=True, lower=lower)


def _position(tested: TestedWeld) -> Range:
    table = _BUTT_POSITIONS if tested.weld is Weld.BUTT else _FILLET_POSITIONS
    codes = table.get(tested.position, (tested.position,))
    return Range(
        quantity=Quantity.POSITION,
        rule=f"{tested.weld} {tested.position} → {', '.join(codes)}",
        confirmed=(tested.weld, tested.position) in _CONFIRMED_POSITIONS,
        codes=codes,
    )


def last_day(welded_on: date, basis: Basis) -> tuple[date | None, bool]:
    """Return the last day of a qualification, None without an end, and whether that rule is confirmed.

    9.3 a: three years from the welding, less a day (seen in an engine). 9.3 b: two years; 9.3 c: while it is
    confirmed. Both are known in part from memory.
    """
    match basis:
        case Basis.RETEST:
            return add_months(welded_on, 36) - timedelta(days=1), True
        case Basis.REVALIDATION:
            return add_months(welded_on, 24) - timedelta(days=1), False
        case Basis.CONFIRMATION:
            return None, False
