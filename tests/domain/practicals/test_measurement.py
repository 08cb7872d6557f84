"""Measured values against their limits."""

from decimal import Decimal

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals.measurement import Limits, Position, judge, parse_value

UNDERCUT = Limits(unit="mm", upper=Decimal("0.5"))


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.4", "0.4"), ("0,4", "0.4"), (" 12 ", "12"), (",5", "0.5"), ("-3", "-3"), ("\u22123,0", "-3.0")],
)
def test_reads_a_value_as_typed(text: str, value: str) -> None:
    assert parse_value(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["", "0.4 mm", "1.000,5", "1,000.5", "1e3", "NaN", "0.1234567", "٣", "--1", "1.", "½", "1 000"]
)
def test_refuses_what_would_be_a_guess(text: str) -> None:
    with pytest.raises(Invalid):
        parse_value(text)


def test_a_limit_belongs_to_the_range() -> None:
    assert judge(Decimal("0.50"), UNDERCUT).inside
    assert judge(Decimal("0.51"), UNDERCUT).position is Position.ABOVE


def test_a_lower_limit_alone() -> None:
    core = Limits(unit="°C", lower=Decimal(75))
    assert judge(Decimal("74.9"), core).position is Position.BELOW
    assert judge(Decimal(300), core).inside


def test_a_reading_carries_the_parts_of_its_sentence() -> None:
    reading = judge(Decimal("0.4"), UNDERCUT)
    assert (reading.value, reading.unit, reading.lower, reading.upper) == (
        Decimal("0.4"),
        "mm",
        None,
        Decimal("0.5"),
    )


@pytest.mark.parametrize(
    ("unit", "lower", "upper"), [("mm", None, None), ("mm", "2", "1"), (" ", None, "1"), ("mm", "NaN", None)]
)
def test_limits_that_limit_nothing_are_refused(unit: str, lower: str | None, upper: str | None) -> None:
    with pytest.raises(Invalid):
        Limits(unit=unit, lower=Decimal(lower) if lower else None, upper=Decimal(upper) if upper else None)


def test_a_value_that_is_no_number_is_refused() -> None:
    with pytest.raises(Invalid):
        judge(Decimal("NaN"), UNDERCUT)
