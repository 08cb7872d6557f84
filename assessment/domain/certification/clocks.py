"""Dates of a certificate: validity in months, expiry as an instant, and clocks with their state.

Certificate dates are calendar dates in the issuer's zone; expiry is the end of that day, as an instant in
UTC (rule 17). Nothing here knows what the day is: `now` is given.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from assessment.domain.errors import N_, Invalid


class ClockState(StrEnum):
    """Where a clock stands at an instant."""

    NOT_YET = "not_yet"
    RUNNING = "running"
    LAPSED = "lapsed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """One period of a certificate. `until` None: no end."""

    name: str
    start: date
    until: date | None
    state: ClockState


def add_months(day: date, months: int) -> date:
    """Return the same day of another month; where that month is shorter, its last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def valid_until(decided_on: date, *, months: int) -> date:
    """Return the last day on which a certificate decided on a day is valid.

    Three years from 14 March 2026 end with 14 March 2029. Raises Invalid for less than a month or more than
    120 months.
    """
    if not 1 <= months <= 120:
        raise Invalid(N_("Expected a validity from 1 to 120 months, got %(got)s."), got=months)
    return add_months(decided_on, months)


def calendar_day(now: datetime, zone: tzinfo) -> date:
    """Return the calendar date of an instant in the issuer's zone."""
    return now.astimezone(zone).date()


def start_instant(day: date, zone: tzinfo) -> datetime:
    """Return the first instant of a calendar date in a zone, in UTC."""
    return datetime.combine(day, time(0), tzinfo=zone).astimezone(UTC)


def expiry_instant(valid_until: date, zone: tzinfo) -> datetime:
    """Return the end of a calendar date in a zone, in UTC: the first instant that is no longer valid."""
    return start_instant(valid_until + timedelta(days=1), zone)


def clock(name: str, *, start: date, until: date | None, now: datetime, zone: tzinfo) -> Clock:
    """Return a clock with its state at `now`. Raises Invalid when it ends before it starts."""
    if until is not None and until < start:
        raise Invalid(
            N_("Expected an end on or after %(start)s, got %(until)s."),
            start=start.isoformat(),
            until=until.isoformat(),
        )
    if now < start_instant(start, zone):
        state = ClockState.NOT_YET
    elif until is not None and now >= expiry_instant(until, zone):
        state = ClockState.LAPSED
    else:
        state = ClockState.RUNNING
    return Clock(name=name, start=start, until=until, state=state)
