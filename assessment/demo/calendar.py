"""When things happened in the demo: so many days ago, at an hour of the body's own day."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

# The last things of today lie a moment back: nothing in the demo is in the future that should have happened.
JUST_NOW = timedelta(minutes=2)
END_OF_DAY = 18


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """The days of one body as seen from `today`, the moment of the building."""

    today: datetime
    zone: ZoneInfo

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """Return an hour of a day in the past, in UTC.

        Today has had no time for a whole day: its hours from 8 to 18 are squeezed into the two hours before
        the building.
        """
        if days_ago == 0:
            minutes_left = (END_OF_DAY - hour) * 60 - minute
            return self.today - JUST_NOW - timedelta(minutes=minutes_left / 5)
        day = self.today.astimezone(self.zone).date() - timedelta(days=days_ago)
        return datetime.combine(day, time(hour, minute), self.zone).astimezone(UTC)


@dataclass(order=True, slots=True)
class Event:
    """Something that somebody does at a moment."""

    at: datetime
    number: int
    do: Callable[[datetime], object] = field(compare=False)


class Agenda:
    """Everything that happens in the demo, carried out in the order of its time."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._number = count()

    def add(self, at: datetime, do: Callable[[datetime], object]) -> None:
        """Note that something happens; it is told its moment."""
        self._events.append(Event(at=at, number=next(self._number), do=do))

    def carry_out(
        self, meanwhile: Callable[[datetime], object], progress: Callable[[int, int, datetime], None]
    ) -> None:
        """Let everything happen, the earliest first.

        `meanwhile(moment)` is told before each, and `progress(done, of, moment)` after it.
        """
        events = sorted(self._events)
        for done, event in enumerate(events, start=1):
            meanwhile(event.at)
            event.do(event.at)
            progress(done, len(events), event.at)
