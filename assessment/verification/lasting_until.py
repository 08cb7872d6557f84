"""Until when a page that is drawn now is right if nothing changes: the next edge of a period."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo

from assessment.domain.certification.confirmation import holds_until
from assessment.domain.certification.qualification import last_day
from assessment.verification.beside import Beside
from assessment.verification.service import Found

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def said_until(found: Found, now: datetime) -> datetime | None:
    """Return the first edge after a moment, which is in the issuer's zone; None where there is none."""
    edges = (*_of_periods(found), *_of_what_stands_beside(found.beside, now.tzinfo))
    return min((edge for edge in edges if edge > now), default=None)


def _of_periods(found: Found) -> Iterator[datetime]:
    for clock in found.verification.clocks if found.verification is not None else ():
        yield clock.start
        if clock.until is not None:
            yield clock.until
            yield clock.until + SECOND


def _of_what_stands_beside(beside: Beside | None, zone: tzinfo | None) -> Iterator[datetime]:
    """The morning after the last day of a qualification, and of an employer's statement."""
    if beside is not None and beside.stated is not None:
        yield _after(holds_until(beside.stated.statement.last_day), zone)
    if beside is not None and beside.qualified is not None:
        until, _ = last_day(beside.qualified.welded_on, beside.qualified.basis)
        if until is not None:
            yield _after(until, zone)


def _after(day: date, zone: tzinfo | None) -> datetime:
    return datetime.combine(day + DAY, time(), zone)
