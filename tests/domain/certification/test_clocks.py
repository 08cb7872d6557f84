"""Calendar dates in the issuer's zone, and the instants at which they end."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.certification.clocks import (
    ClockState,
    add_months,
    calendar_day,
    clock,
    expiry_instant,
    valid_until,
)
from assessment.domain.errors import Invalid

JAKARTA = ZoneInfo("Asia/Jakarta")


def test_three_years_end_on_the_same_day() -> None:
    assert valid_until(date(2026, 3, 14), months=36) == date(2029, 3, 14)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 15), -13, date(2024, 12, 15)),
    ],
)
def test_a_shorter_month_ends_with_its_last_day(day: date, months: int, expected: date) -> None:
    assert add_months(day, months) == expected


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 240))
def test_months_are_counted_exactly(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months


def test_expiry_is_the_end_of_the_day_in_the_issuer_s_zone() -> None:
    assert expiry_instant(date(2029, 3, 14), JAKARTA) == datetime(2029, 3, 14, 17, 0, tzinfo=UTC)


def test_expiry_holds_on_a_day_of_25_hours() -> None:
    # Berlin, 25 October 2026: summer time ends, so the day ends at 23:00 UTC.
    assert expiry_instant(date(2026, 10, 25), ZoneInfo("Europe/Berlin")) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("months", [0, -1, 121])
def test_a_validity_out_of_range_is_refused(months: int) -> None:
    with pytest.raises(Invalid):
        valid_until(date(2026, 3, 14), months=months)


def test_a_clock_is_read_at_an_instant() -> None:
    start, until = date(2026, 3, 14), date(2026, 3, 15)
    begins = datetime(2026, 3, 13, 17, 0, tzinfo=UTC)
    ends = datetime(2026, 3, 15, 17, 0, tzinfo=UTC)
    moment = timedelta(microseconds=1)

    def state(now: datetime) -> ClockState:
        return clock("certificate", start=start, until=until, now=now, zone=JAKARTA).state

    assert state(begins - moment) is ClockState.NOT_YET
    assert state(begins) is ClockState.RUNNING
    assert state(ends - moment) is ClockState.RUNNING
    assert state(ends) is ClockState.LAPSED


def test_a_clock_without_an_end_runs_on() -> None:
    now = datetime(2099, 1, 1, tzinfo=UTC)
    found = clock("welding", start=date(2026, 3, 14), until=None, now=now, zone=JAKARTA)
    assert found.state is ClockState.RUNNING


def test_a_clock_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid):
        clock(
            "x", start=date(2026, 3, 14), until=date(2026, 3, 13), now=datetime(2026, 3, 14, tzinfo=UTC), zone=JAKARTA
        )


def test_a_calendar_day_depends_on_the_zone() -> None:
    now = datetime(2026, 3, 14, 18, 0, tzinfo=UTC)
    assert calendar_day(now, JAKARTA) == date(2026, 3, 15)
