"""What every page of a running exam carries: whose attempt it is, the token, and the server's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from flask_babel import ngettext

from assessment.web.filling import place
from assessment.web.formatting import minutes, zone_name


class TimeLeft(NamedTuple):
    """The server's clock on a page: now and the end of the time (ISO 8601), and what is left in words."""

    now: str
    deadline: str
    left: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What a page tells its modules. `mark`: a short name of the person.

    A `frame` is kept on the device: it holds no token, and its modules write the clock.
    """

    attempt_id: str
    mark: str
    token: str = ""
    time: TimeLeft | None = None
    frame: bool = False


def time_left(now: datetime, deadline: datetime) -> TimeLeft:
    """Return the clock as a page tells it."""
    seconds = max(0, int((deadline - now).total_seconds()))
    left = ngettext("%(num)s minute", "%(num)s minutes", minutes(seconds))
    return TimeLeft(now=now.isoformat(), deadline=deadline.isoformat(), left=left)


def running_words(running: Running) -> Mapping[str, object]:
    """Return what the templates of a running exam's pages are told."""
    return {
        "running": running,
        "zone_name": zone_name(),
        "switch_language_url": this_page_in,
    }


def this_page_in(code: str) -> str:
    """Return the address of a page of a running exam in another language, wherever the page comes from."""
    return f"?lang={code}"


# A running exam as a page is drawn for everybody, and what its places say of one.
ANYBODYS = Running(
    attempt_id=place("attempt"),
    mark=place("person"),
    token=place("token"),
    time=TimeLeft(now=place("now"), deadline=place("deadline"), left=place("left")),
)


def own_words(running: Running) -> dict[str, object]:
    """Return what the places of a drawn page say of a running exam."""
    time = running.time._asdict() if running.time else {}
    return {"attempt": running.attempt_id, "person": running.mark, "token": running.token, **time}
