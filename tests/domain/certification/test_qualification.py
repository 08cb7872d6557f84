"""Ranges of a welder's qualification, against the published engines and papers that the rules come from.

Worked values: `iso9606_designation.json` of the project's domain notes (engine tests of t12, t2.3, D12, D21.3, PC, PF).
"""

from datetime import date
from decimal import Decimal

import pytest

from assessment.domain.certification.qualification import (
    Basis,
    Product,
    Quantity,
    Range,
    TestedWeld,
    Weld,
    last_day,
    missing_tests,
    qualified_ranges,
    weld_in,
)
from assessment.domain.errors import Invalid
from assessment.domain.practicals.task_document import ReportKind


def weld(
    kind: Weld = Weld.BUTT,
    *,
    t: str = "10",
    position: str = "PC",
    s: str | None = None,
    diameter: str | None = None,
) -> TestedWeld:
    return TestedWeld(
        process="SMAW (111)",
        product=Product.PIPE if diameter else Product.PLATE,
        weld=kind,
        position=position,
        thickness=Decimal(t),
        weld_thickness=Decimal(s) if s else None,
        diameter=Decimal(diameter) if diameter else None,
    )


def of(quantity: Quantity, tested: TestedWeld) -> Range:
    [found] = [each for each in qualified_ranges(tested) if each.quantity is quantity]
    return found


@pytest.mark.parametrize(
    ("kind", "t", "lower", "upper", "confirmed"),
    [
        (Weld.BUTT, "2.3", "2.3", "4.6", True),
        (Weld.BUTT, "3", "3", "6", True),
        (Weld.BUTT, "6", "3", "12", True),
        (Weld.BUTT, "11.9", "3", "23.8", True),
        (Weld.BUTT, "12", "3", None, False),
        (Weld.FILLET, "2", "2", "4", True),
        (Weld.FILLET, "3", "3", None, True),
        (Weld.FILLET, "12", "3", None, True),
    ],
)
def test_thickness(kind: Weld, t: str, lower: str, upper: str | None, confirmed: bool) -> None:
    found = of(Quantity.THICKNESS, weld(kind, t=t))
    assert (found.lower, found.upper) == (Decimal(lower), Decimal(upper) if upper else None)
    assert found.confirmed is confirmed


def test_another_deposited_thickness_than_the_plates_is_for_review() -> None:
    assert of(Quantity.THICKNESS, weld(t="10", s="10")).confirmed
    assert not of(Quantity.THICKNESS, weld(t="10", s="6")).confirmed
    assert not of(Quantity.THICKNESS, weld(t="2", s="1")).confirmed
    assert of(Quantity.THICKNESS, weld(Weld.FILLET, t="10", s="6")).confirmed


@pytest.mark.parametrize(
    ("diameter", "lower", "upper"),
    [("12", "12", "24"), ("21.3", "21.3", "42.6"), ("25", "25", "50"), ("40", "25", None), ("114.3", "57.15", None)],
)
def test_pipe_diameter(diameter: str, lower: str, upper: str | None) -> None:
    found = of(Quantity.DIAMETER, weld(diameter=diameter))
    assert (found.lower, found.upper) == (Decimal(lower), Decimal(upper) if upper else None)
    assert found.confirmed
    assert Quantity.DIAMETER not in {each.quantity for each in qualified_ranges(weld())}


@pytest.mark.parametrize(
    ("kind", "position", "codes", "confirmed"),
    [
        (Weld.BUTT, "PC", ("PA", "PC"), True),
        (Weld.BUTT, "PF", ("PA", "PF"), False),
        (Weld.BUTT, "H-L045", ("PA", "PC", "PE", "PF"), False),
        (Weld.FILLET, "PF", ("PA", "PB", "PF"), True),
        (Weld.FILLET, "PD", ("PA", "PB", "PC", "PD", "PE"), False),
        (Weld.FILLET, "PH", ("PH",), False),
        (Weld.BUTT, "PH-L045", ("PH-L045",), False),
    ],
)
def test_positions(kind: Weld, position: str, codes: tuple[str, ...], confirmed: bool) -> None:
    found = of(Quantity.POSITION, weld(kind, position=position))
    assert (found.codes, found.confirmed) == (codes, confirmed)


def test_a_kind_of_weld_covers_itself_and_is_for_review() -> None:
    for kind in Weld:
        found = of(Quantity.WELD, weld(kind))
        assert (found.codes, found.confirmed) == ((kind,), False)


FACTS = {"process": "SMAW (111)", "joint": "BW, V", "position": "3G (PF)", "thickness": "10.0"}


def test_a_test_piece_says_what_was_tested() -> None:
    found = weld_in(FACTS)
    assert (found.product, found.weld, found.position) == (Product.PLATE, Weld.BUTT, "PF")
    assert weld_in({**FACTS, "diameter": "60.3"}).product is Product.PIPE
    assert weld_in({**FACTS, "position": "PH-L045"}).position == "PH-L045"
    assert weld_in({**FACTS, "position": "PA, PF"}).position == "PA, PF"
    assert weld_in({**FACTS, "joint": "fw"}).weld is Weld.FILLET


@pytest.mark.parametrize("joint", ["", "V", "BW and FW", "BWX", "sudut"])
def test_a_joint_that_says_neither_is_refused(joint: str) -> None:
    with pytest.raises(Invalid):
        weld_in({**FACTS, "joint": joint})


def test_each_kind_of_weld_needs_its_tests() -> None:
    visual = (ReportKind.VISUAL,)
    assert missing_tests(Weld.BUTT, (*visual, ReportKind.BEND)) == ()
    assert missing_tests(Weld.BUTT, (*visual, ReportKind.ULTRASONIC)) == ()
    assert missing_tests(Weld.BUTT, (*visual, ReportKind.MACRO)) == (
        (ReportKind.RADIOGRAPHIC, ReportKind.ULTRASONIC, ReportKind.BEND, ReportKind.FRACTURE),
    )
    assert missing_tests(Weld.FILLET, (*visual, ReportKind.BEND)) == ((ReportKind.MACRO, ReportKind.FRACTURE),)
    assert missing_tests(Weld.FILLET, [ReportKind.MACRO]) == (visual,)
    assert len(missing_tests(Weld.BUTT, [])) == 2


def test_how_long_it_holds() -> None:
    welded = date(2026, 3, 12)
    assert last_day(welded, Basis.RETEST) == (date(2029, 3, 11), True)
    assert last_day(welded, Basis.REVALIDATION) == (date(2028, 3, 11), False)
    assert last_day(welded, Basis.CONFIRMATION) == (None, False)
    assert last_day(date(2024, 2, 29), Basis.RETEST) == (date(2027, 2, 27), True)
