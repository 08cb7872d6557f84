"""How dates, times, numbers and marks are written for people: one way, everywhere."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from babel.core import Locale
from babel.dates import format_date as format_date_in
from flask import Flask
from flask_babel import format_date, format_decimal, format_time, get_timezone

from assessment.domain.language import LANGUAGES
from assessment.web.language import spoken


def day(value: date | datetime) -> str:
    """14 March 2026, 2026年3月14日: the month in words or marked as such, because it crosses borders."""
    return str(format_date(value, _date_pattern(spoken())))


def moment(value: datetime) -> str:
    """14 March 2026, 10:42 WIB: with the zone."""
    return f"{day(value)}, {clock(value)}"


def clock(value: datetime) -> str:
    """10:42 WIB, in the page's zone."""
    return f"{format_time(value, 'HH:mm')} {zone_name()}"


def zone_name() -> str:
    """WIB: the page's zone, as people in it call it."""
    return _named(str(get_timezone()))


def moment_in(value: datetime, language: str) -> str:
    """What `moment` says in a language, of a moment in its own zone; outside of a request."""
    return f"{_day_in(value.date(), language)}, {clock_in(value)}"


def clock_in(value: datetime) -> str:
    """What `clock` says, in every language the same, of a moment in its own zone; outside of a request."""
    return f"{value:%H:%M} {_named(str(value.tzinfo))}"


@lru_cache(maxsize=256)
def _day_in(value: date, language: str) -> str:
    return format_date_in(value, _date_pattern(language), locale=Locale.parse(language, sep="-"))


def _date_pattern(language: str) -> str:
    return "d MMMM y" if language in LANGUAGES else "long"


def _named(zone: str) -> str:
    return {"Asia/Jakarta": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}.get(zone, zone)


def number(value: int | Decimal | Fraction | float) -> str:
    """A number with at most two decimals, in the reader's own writing."""
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    return str(format_decimal(value, "#,##0.##"))


def minutes(seconds: int) -> int:
    """Whole minutes, rounded up, of a span in seconds."""
    return -(-seconds // 60)


def write_for_people(app: Flask) -> None:
    """Register the filters."""
    app.jinja_env.filters.update(date=day, datetime=moment, time=clock, number=number, minutes=minutes)
