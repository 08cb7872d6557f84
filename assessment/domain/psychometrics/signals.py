"""What a quality manager should look at: patterns in marks that may have a reason, good or bad.

Each is a question, never a verdict: the figure, what it is held against, and nothing about anybody's intention. The
thresholds are named here once and shown beside every signal.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from statistics import median

LEAST_MARKS = 8
FASTEST = timedelta(seconds=2)
LEAST_ALIKE = 5
ALIKE_SHARE = Fraction(4, 5)
LEAST_AT_SITE = 10
FAR_ERRORS = 3
LATE_AFTER = timedelta(hours=24)


class SignalKind(StrEnum):
    """What was noticed."""

    SPEED = "speed"
    ALIKE = "alike"
    SITE = "site"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class SheetFacts:
    """What a submitted sheet says of how it was filled in.

    `pattern`: (criterion, mark) of each criterion in one order; `share`: the mean of its marks as a share of their
    scales (0..1), None without one; `times`: when each last mark was made, by the device's clock; `ends_at`: the end
    of its time; `arrived_at`: when the last mark reached the server.
    """

    practical: str
    assessor: str
    site: str
    pattern: tuple[tuple[str, str], ...]
    share: Fraction | None
    times: tuple[datetime, ...]
    ends_at: datetime
    arrived_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Signal:
    """One thing noticed about an assessor or a site: how much, of how many, and an example to open.

    `seconds` is between two marks (speed); `count` of `of` are sheets; `difference` is a share of the scale (site).
    """

    kind: SignalKind
    about: str
    count: int
    of: int
    example: str
    seconds: float | None = None
    difference: Fraction | None = None


def signals(sheets: Iterable[SheetFacts]) -> list[Signal]:
    """Return what is worth a question, by kind, the most frequent first."""
    given = list(sheets)
    found = [*_speed(given), *_alike(given), *_late(given), *_sites(given)]
    order = list(SignalKind)
    return sorted(found, key=lambda each: (order.index(each.kind), -each.count, each.about))


def _by(sheets: Sequence[SheetFacts], field: str) -> dict[str, list[SheetFacts]]:
    found: dict[str, list[SheetFacts]] = {}
    for sheet in sheets:
        found.setdefault(getattr(sheet, field), []).append(sheet)
    return found


def pace(sheet: SheetFacts) -> float | None:
    """Return the median of the seconds between two marks of a sheet; None for fewer than 8 marks."""
    if len(sheet.times) < LEAST_MARKS:
        return None
    times = sorted(sheet.times)
    return median((after - before).total_seconds() for before, after in pairwise(times))


def _speed(sheets: Sequence[SheetFacts]) -> Iterable[Signal]:
    for assessor, own in _by(sheets, "assessor").items():
        paced = [(seconds, sheet) for sheet in own if (seconds := pace(sheet)) is not None]
        fast = [(seconds, sheet.practical) for seconds, sheet in paced if seconds < FASTEST.total_seconds()]
        if fast:
            seconds, example = min(fast)
            yield Signal(
                kind=SignalKind.SPEED,
                about=assessor,
                count=len(fast),
                of=len(paced),
                example=example,
                seconds=seconds,
            )


def _alike(sheets: Sequence[SheetFacts]) -> Iterable[Signal]:
    for assessor, own in _by(sheets, "assessor").items():
        long = [sheet for sheet in own if len(sheet.pattern) >= LEAST_MARKS]
        if len(long) < LEAST_ALIKE:
            continue
        pattern, count = Counter(sheet.pattern for sheet in long).most_common(1)[0]
        if count >= LEAST_ALIKE and Fraction(count, len(long)) >= ALIKE_SHARE:
            example = next(sheet.practical for sheet in long if sheet.pattern == pattern)
            yield Signal(kind=SignalKind.ALIKE, about=assessor, count=count, of=len(long), example=example)


def _late(sheets: Sequence[SheetFacts]) -> Iterable[Signal]:
    for assessor, own in _by(sheets, "assessor").items():
        late = [sheet for sheet in own if sheet.times and max(sheet.times) > sheet.ends_at + LATE_AFTER]
        if late:
            worst = max(late, key=lambda sheet: max(sheet.times) - sheet.ends_at)
            yield Signal(kind=SignalKind.LATE, about=assessor, count=len(late), of=len(own), example=worst.practical)


def _sites(sheets: Sequence[SheetFacts]) -> Iterable[Signal]:
    """A site whose mean differs from all others' by more than three standard errors of that difference."""
    by_site = _by([sheet for sheet in sheets if sheet.share is not None], "site")
    for site, own in by_site.items():
        here = [sheet.share for sheet in own if sheet.share is not None]
        there = [
            sheet.share
            for name, others in by_site.items()
            if name != site
            for sheet in others
            if sheet.share is not None
        ]
        if len(here) < LEAST_AT_SITE or len(there) < LEAST_AT_SITE:
            continue
        difference = _mean(here) - _mean(there)
        error = math.sqrt(_variance(here) / len(here) + _variance(there) / len(there))
        if abs(difference) > FAR_ERRORS * error:
            extreme = max(own, key=lambda sheet: (sheet.share or Fraction()) * (1 if difference > 0 else -1))
            yield Signal(
                kind=SignalKind.SITE,
                about=site,
                count=len(here),
                of=len(here) + len(there),
                example=extreme.practical,
                difference=difference,
            )


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction()) / len(values)


def _variance(values: Sequence[Fraction]) -> Fraction:
    mean = _mean(values)
    return sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)
