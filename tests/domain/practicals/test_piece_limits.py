"""Limits for the recorded piece: what was recorded goes before the task, what is missing is named, "short" advises.

The numbers are worked out by hand from the rows of `iso5817` (second-hand, editions 2003 and 2014).
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals import iso5817
from assessment.domain.practicals.aggregation import Status, task_result
from assessment.domain.practicals.iso5817 import Joint, Level, allowed, longest_short
from assessment.domain.practicals.marking_json import from_json, to_json
from assessment.domain.practicals.measurement import Limits, Position, judge
from assessment.domain.practicals.observation import Measurement, Observation, parse
from assessment.domain.practicals.observation import to_json as value_to_json
from assessment.domain.practicals.rubric import Measured, Rubric, on_piece
from assessment.domain.practicals.spread import Apart, SpreadRule, spread
from assessment.domain.practicals.task_document import read
from assessment.domain.practicals.test_piece import dimensions_in, facts_from
from tests.domain.practicals.rubrics import measured as measured_criterion
from tests.factories.practicals import a_criterion, a_document

T10 = {"joint": "butt", "t": "10", "s": "10", "b": "14"}
FACTS = {
    "wps_number": "1",
    "wps_revision": "1",
    "process": "111",
    "joint": "BW",
    "parent_group": "1.1",
    "position": "PF",
    "examiner": "Wati Misal",
}


def marking_of(*, piece: Mapping[str, str] | None = None, level: str = "B", **members: Any) -> Measured:
    """The marking of one measured criterion of a task, as its version stores it and reads it back."""
    criterion = a_criterion("M1", "measured", **members)
    for name in {"lower", "upper", "confirmed", "limit_source"} - members.keys():
        criterion.pop(name)
    document = a_document(criterion, test_piece=dict(piece or T10), acceptance={"level": level})
    (found,) = read(document).criteria
    marking = from_json(to_json(found.marking), tool="Gauge")
    assert isinstance(marking, Measured)
    assert marking == replace(found.marking, tool="Gauge")  # type: ignore[type-var]  # it is one of Measured
    return marking


def limits_on(marking: Measured, **recorded: str) -> Limits:
    found = on_piece(marking, {name: Decimal(value) for name, value in recorded.items()})
    assert isinstance(found, Measured)
    return found.limits


def finding(marking: Measured, value: str, *, length: str | None = None, **recorded: str) -> Status:
    """What one value says of a criterion on a recorded piece."""
    on = on_piece(marking, {name: Decimal(number) for name, number in recorded.items()})
    rubric = Rubric(criteria=(replace(measured_criterion("M1"), marking=on),))
    mark = Measurement(value=Decimal(value), length=None if length is None else Decimal(length))
    return (
        task_result(rubric, [Observation(assessor_id="a", rubric_criterion_id="M1", value=mark)]).findings["M1"].status
    )


def test_the_recorded_thickness_goes_before_that_of_the_task() -> None:
    marking = marking_of(imperfection="1.7")
    assert marking.limits.upper == Decimal("0.5")
    assert limits_on(marking).upper == Decimal("0.5")
    assert limits_on(marking, t="6").upper == Decimal("0.3")
    assert [finding(marking, value, t="6") for value in ("0.3", "0.31")] == [Status.SUFFICIENT, Status.INSUFFICIENT]


def test_a_rule_of_the_task_is_calculated_for_the_recorded_piece_too() -> None:
    marking = marking_of(lower="0.1*t", upper="min(0.3*t, 5)", confirmed=True)
    assert (limits_on(marking, t="20").lower, limits_on(marking, t="20").upper) == (2, 5)
    mixed = marking_of(lower="-1", upper="0.1*t", confirmed=True)
    assert (limits_on(mixed, t="20").lower, limits_on(mixed, t="20").upper) == (-1, 2)


def test_a_limit_without_a_rule_is_what_it_was() -> None:
    marking = marking_of(lower=None, upper="0.5", confirmed=True)
    assert marking.rule is None
    assert on_piece(marking, {"t": Decimal(3)}) is marking


def test_a_dimension_that_is_measured_in_the_workshop_is_missing_until_it_is_recorded() -> None:
    marking = marking_of(piece={**T10, "b": "?"}, imperfection="1.9")
    assert (marking.limits.upper, marking.limits.missing, marking.confirmed) == (None, ("b",), True)
    assert finding(marking, "1") is Status.NEEDS_MORE_EVIDENCE
    assert limits_on(marking, b="12").upper == Decimal("2.2")
    assert [finding(marking, value, b="12") for value in ("2.2", "2.21")] == [Status.SUFFICIENT, Status.INSUFFICIENT]
    reading = judge(Decimal(1), marking.limits)
    assert (reading.position, reading.missing, reading.inside) == (Position.OPEN, ("b",), False)


def test_an_end_that_is_known_decides_although_the_other_is_missing() -> None:
    marking = marking_of(piece={**T10, "b": "?"}, lower="1", upper="0.5*b", confirmed=True)
    assert finding(marking, "0.9") is Status.INSUFFICIENT
    assert finding(marking, "1") is Status.NEEDS_MORE_EVIDENCE


@pytest.mark.parametrize(("name", "value"), [("imperfection", "1.7"), ("imperfection", "1.1")])
def test_a_table_limit_needs_the_thickness_in_the_task(name: str, value: str) -> None:
    with pytest.raises(Invalid, match="a thickness t of at least"):
        marking_of(piece={"joint": "butt", "t": "?"}, **{name: value})


def test_a_limit_that_decides_by_the_task_never_falls_silent_on_another_piece() -> None:
    marking = marking_of(imperfection="1.7", level="C")
    thin = limits_on(marking, t="2")  # for short imperfections only there, and those are no gate
    assert thin.missing == ("limit",)
    assert finding(marking, "0.1", t="2") is Status.NEEDS_MORE_EVIDENCE
    assert finding(marking, "0.21", t="2") is Status.INSUFFICIENT


@pytest.mark.parametrize("thickness", ["0.4", "10.123456"])
def test_a_piece_for_which_no_limit_comes_out_stays_open(thickness: str) -> None:
    table, rule = marking_of(imperfection="1.7"), marking_of(lower=None, upper="0.05*t", confirmed=True)
    assert finding(table, "0", t="0.4") is Status.NEEDS_MORE_EVIDENCE
    expected = Status.SUFFICIENT if thickness == "0.4" else Status.NEEDS_MORE_EVIDENCE
    assert finding(rule, "0", t=thickness) is expected


def test_ends_that_cross_for_a_piece_stay_open() -> None:
    marking = marking_of(lower="3", upper="0.5*t", confirmed=True)
    assert limits_on(marking, t="5").missing == ("limit",)
    assert finding(marking, "2", t="5") is Status.NEEDS_MORE_EVIDENCE


# --- short imperfections --------------------------------------------------------------------------------


@pytest.mark.parametrize(("weld", "longest"), [("300", "25"), ("100", "25"), ("99.6", "24.9"), ("60", "15")])
def test_short_is_25_mm_in_100_or_a_quarter_of_a_shorter_weld(weld: str, longest: str) -> None:
    assert longest_short(Decimal(weld)) == Decimal(longest)


@pytest.mark.parametrize("weld", ["0", "-1", "NaN"])
def test_a_weld_without_a_length_is_refused(weld: str) -> None:
    with pytest.raises(Invalid, match="above zero"):
        longest_short(Decimal(weld))


@pytest.mark.parametrize(
    ("value", "length", "weld", "position", "missing"),
    [
        ("0.4", "25", "300", Position.INSIDE, ()),
        ("0.4", "25.01", "300", Position.LONG, ()),
        ("0.4", "15", "60", Position.INSIDE, ()),
        ("0.4", "15.01", "60", Position.LONG, ()),
        ("0.41", "1", "300", Position.ABOVE, ()),
        ("0.4", None, "300", Position.OPEN, ("length",)),
        ("0.4", "10", None, Position.OPEN, ("l",)),
        ("0.4", None, None, Position.OPEN, ("l", "length")),
        ("0", None, None, Position.INSIDE, ()),
    ],
)
def test_a_short_limit_takes_the_length_and_the_length_of_the_weld(
    value: str, length: str | None, weld: str | None, position: Position, missing: tuple[str, ...]
) -> None:
    marking = marking_of(piece={"joint": "butt", "t": "8"}, imperfection="1.8")
    recorded = {"l": weld} if weld else {}
    reading = judge(Decimal(value), limits_on(marking, **recorded), None if length is None else Decimal(length))
    assert (reading.position, reading.missing) == (position, missing)


@pytest.mark.parametrize(("value", "length"), [("0.4", "25"), ("0.4", "80"), ("9", "80"), ("0.4", None)])
def test_a_short_limit_advises_and_decides_nothing_while_it_is_unconfirmed(value: str, length: str | None) -> None:
    marking = marking_of(piece={"joint": "butt", "t": "8"}, imperfection="1.8")
    assert not iso5817.SHORT_CONFIRMED
    assert (marking.limits.short, marking.confirmed) == (True, False)
    assert finding(marking, value, length=length, l="300") is Status.RECORDED


def test_the_table_says_how_long_a_short_imperfection_may_be() -> None:
    piece = {"t": Decimal(8), "l": Decimal(60)}
    found = allowed("1.8", level=Level.B, joint=Joint.BUTT, dimensions=piece)
    assert (found.upper, found.short, found.gate, found.longest) == (Decimal("0.4"), True, False, Decimal(15))
    assert allowed("1.7", level=Level.B, joint=Joint.BUTT, dimensions=piece).longest is None


def test_two_values_on_different_sides_by_their_length_are_apart_and_open_ones_are_not() -> None:
    limits = Limits(unit="mm", upper=Decimal("0.5"), short=True, longest=Decimal(25))
    criterion = replace(measured_criterion("M1"), marking=Measured(limits=limits, tool="Gauge", confirmed=False))
    rubric = Rubric(criteria=(criterion,), assessors=2)

    def why(*lengths: str | None) -> Apart | None:
        marks = [Measurement(value=Decimal("0.4"), length=None if each is None else Decimal(each)) for each in lengths]
        return spread(rubric, [{"M1": mark} for mark in marks], SpreadRule())[0].apart

    assert why("20", "30") is Apart.SIDES
    assert why("20", None) is None
    assert why("20", "24") is None


# --- how it is sent and stored --------------------------------------------------------------------------


def test_a_measured_value_may_carry_a_length_and_comes_back_as_it_was() -> None:
    marking = marking_of(imperfection="1.8")
    value = parse({"v": 1, "value": "0,4", "length": "12,5"}, marking)
    assert value == Measurement(value=Decimal("0.4"), length=Decimal("12.5"))
    assert value_to_json(value) == {"v": 1, "value": "0.4", "length": "12.5"}
    assert parse(value_to_json(value), marking) == value
    assert value_to_json(parse({"value": "0.4"}, marking)) == {"v": 1, "value": "0.4"}


@pytest.mark.parametrize("length", ["-1", "12 mm", 12, "", ["12"], "NaN"])
def test_a_length_that_is_none_is_refused(length: object) -> None:
    with pytest.raises(Invalid):
        parse({"value": "0.4", "length": length}, marking_of(imperfection="1.8"))


def test_the_dimensions_of_a_record_are_what_limits_call_them() -> None:
    typed = {"thickness": "10,0", "weld_thickness": "10", "throat": "5", "cap_width": "14,5", "weld_length": "300"}
    found = dimensions_in(facts_from({**FACTS, **typed, "diameter": "60"}))
    assert found == {"t": 10, "s": 10, "a": 5, "b": Decimal("14.5"), "l": 300}
    assert dimensions_in(facts_from({**FACTS, "thickness": "3"})) == {"t": 3}


def test_a_marking_from_before_rules_were_kept_is_still_read() -> None:
    old = {"v": 1, "kind": "measured", "unit": "mm", "lower": None, "upper": "0.5", "confirmed": True}
    marking = from_json(old)
    assert isinstance(marking, Measured)
    assert (marking.limits, marking.rule) == (Limits(unit="mm", upper=Decimal("0.5")), None)
    assert to_json(marking) == old


def test_photos_are_asked_for_by_kind_and_once() -> None:
    (found,) = read(a_document(a_criterion("C1", "checked", photos=["root", "cap"]))).criteria
    assert found.photos == ("root", "cap")
    for photos, said in (
        (["side"], "expected one of fit_up, root, cap"),
        (["cap", "cap"], "each code once"),
        ([], "1 to"),
    ):
        with pytest.raises(Invalid, match=said):
            read(a_document(a_criterion("C1", "checked", photos=photos)))
