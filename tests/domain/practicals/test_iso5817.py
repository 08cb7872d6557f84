"""Every confirmed limit of the shared facts at the limit, just inside and just outside; the others decide nothing.

The expected numbers are written out by hand for one work piece each, from the rows as they are known (second-hand,
editions 2003 and 2014); `t` and `s` are 8 mm where it is thick and 2 mm where it is thin, `a` is 5 and 1.5 mm.
"""

from decimal import Decimal

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals.iso5817 import ROWS, Joint, Level, Profile, allowed
from assessment.domain.practicals.measurement import Limits, Position, judge

B, C, D = Level.B, Level.C, Level.D
BUTT, FILLET = Joint.BUTT, Joint.FILLET
THICK = {"t": Decimal(8), "s": Decimal(8), "a": Decimal(5), "b": Decimal(12)}
THIN = {"t": Decimal(2), "s": Decimal(2), "a": Decimal("1.5"), "b": Decimal(4)}
STEP = Decimal("0.01")

# number, joint, thick or thin, B, C, D: the largest permitted value in mm.
CONFIRMED = [
    ("1.1", BUTT, THICK, "0", "0", "0"),
    ("1.1", FILLET, THIN, "0", "0", "0"),
    ("1.2", BUTT, THICK, "0", "0", "0"),
    ("1.3", BUTT, THICK, "0", "1.6", "2.4"),
    ("1.3", FILLET, THICK, "0", "1", "1.5"),
    ("1.3", BUTT, THIN, "0", "0", "0.6"),
    ("1.3", FILLET, THIN, "0", "0", "0.45"),
    ("1.4", BUTT, THICK, "0", "0.8", "1.6"),
    ("1.4", BUTT, THIN, "0", "0", "0.4"),
    ("1.5", FILLET, THICK, "0", "0", "0"),
    ("1.7", BUTT, THICK, "0.4", "0.5", "1"),
    ("1.9", BUTT, THICK, "2.2", "2.8", "4"),
    ("1.9", BUTT, THIN, "1.4", "1.6", "2"),
    ("1.10", FILLET, THICK, "2.2", "2.8", "4"),
    ("1.11", BUTT, THICK, "3", "4", "5"),
    ("1.11", BUTT, THIN, "1.4", "2.2", "3.4"),
]
# Permitted for short imperfections only: recorded, no gate while the rule for the length is unconfirmed.
SHORT = [
    ("1.6", BUTT, THICK, D, "1.6"),
    ("1.7", BUTT, THIN, C, "0.2"),
    ("1.7", BUTT, THIN, D, "0.4"),
    ("1.8", BUTT, THICK, B, "0.4"),
    ("1.8", BUTT, THICK, C, "0.8"),
    ("1.8", BUTT, THICK, D, "1.6"),
    ("1.8", BUTT, THIN, C, "0.2"),
]
UNCONFIRMED = [("1.16", FILLET, "2.75"), ("1.20", FILLET, "0.8"), ("1.21", FILLET, "2"), ("3.1", BUTT, "1.2")]


@pytest.mark.parametrize("level", [B, C, D])
@pytest.mark.parametrize(("number", "joint", "piece", "b", "c", "d"), CONFIRMED)
def test_at_just_inside_and_just_outside_a_confirmed_limit(
    number: str, joint: Joint, piece: dict[str, Decimal], b: str, c: str, d: str, level: Level
) -> None:
    expected = Decimal({B: b, C: c, D: d}[level])
    found = allowed(number, level=level, joint=joint, dimensions=piece)
    assert (found.upper, found.gate) == (expected, True)
    limits = Limits(unit="mm", upper=found.upper)
    assert judge(expected, limits).inside
    assert judge(max(expected - STEP, Decimal(0)), limits).inside
    assert judge(expected + STEP, limits).position is Position.ABOVE


@pytest.mark.parametrize(("number", "joint", "piece", "level", "upper"), SHORT)
def test_a_short_imperfection_is_recorded_and_is_no_gate(
    number: str, joint: Joint, piece: dict[str, Decimal], level: Level, upper: str
) -> None:
    found = allowed(number, level=level, joint=joint, dimensions=piece)
    assert (found.upper, found.short, found.gate) == (Decimal(upper), True, False)


@pytest.mark.parametrize(
    ("number", "joint", "piece", "level"),
    [
        ("1.6", BUTT, THICK, B),
        ("1.6", BUTT, THICK, C),
        ("1.7", BUTT, THIN, B),
        ("1.8", BUTT, THIN, B),
    ],
)
def test_where_even_a_short_one_is_not_permitted_it_is_a_gate(
    number: str, joint: Joint, piece: dict[str, Decimal], level: Level
) -> None:
    found = allowed(number, level=level, joint=joint, dimensions=piece)
    assert (found.upper, found.rule, found.gate) == (0, None, True)


def test_the_one_limit_of_a_shrinkage_groove_that_asks_for_no_length_is_a_gate() -> None:
    found = allowed("1.8", level=D, joint=BUTT, dimensions=THIN)
    assert (found.upper, found.gate) == (Decimal("0.4"), True)


@pytest.mark.parametrize(("number", "joint", "upper"), UNCONFIRMED)
def test_what_is_unconfirmed_decides_nothing(number: str, joint: Joint, upper: str) -> None:
    found = allowed(number, level=C, joint=joint, dimensions=THICK)
    assert (found.upper, found.gate) == (Decimal(upper), False)


def test_caps_hold_however_thick_the_plate_is() -> None:
    piece = {name: Decimal(400) for name in "tsab"}
    caps = {"1.3": "2", "1.4": "1", "1.7": "0.5", "1.9": "7", "1.11": "4"}
    for number, cap in caps.items():
        assert allowed(number, level=C, joint=BUTT, dimensions=piece).upper == Decimal(cap)


def test_thin_ends_at_three_millimetres() -> None:
    undercut = {size: allowed("1.7", level=D, joint=BUTT, dimensions={"t": Decimal(size)}) for size in ("3", "3.01")}
    assert (undercut["3"].short, undercut["3.01"].short) == (True, False)


def test_a_demanding_level_never_permits_more() -> None:
    for row in ROWS:
        for piece in (THICK, THIN):
            for joint in Joint:
                try:
                    found = [allowed(row.number, level=level, joint=joint, dimensions=piece).upper for level in Level]
                except Invalid:
                    continue
                assert found == sorted(found), row


def test_no_limit_without_joint_or_thickness() -> None:
    with pytest.raises(Invalid, match=r"a fillet weld of 8 mm, got 1\.9"):
        allowed("1.9", level=B, joint=FILLET, dimensions=THICK)
    with pytest.raises(Invalid, match=r"got 5\.15"):
        allowed("5.15", level=B, joint=BUTT, dimensions=THICK)
    for piece in ({}, {"t": Decimal("0.4")}):
        with pytest.raises(Invalid, match=r"a thickness t of at least 0\.5 mm"):
            allowed("1.1", level=B, joint=BUTT, dimensions=piece)


def test_a_profile_has_other_levels_for_some() -> None:
    profile = Profile(level=B, others={"1.9": C})
    assert (profile.level_for("1.7"), profile.level_for("1.9")) == (B, C)
