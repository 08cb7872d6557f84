"""The exam room as an invigilator sees it: who is connected, what needs a person, and in which order.

Thresholds and order stand here once; the page, its polling and the tests read them. The clock of a device takes
no part: `seen_at` is when the server last heard of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState

CONNECTED_WITHIN = timedelta(seconds=45)
MISSED_AFTER = timedelta(minutes=2)
STARTS_WITHIN = timedelta(minutes=5)


class Alert(StrEnum):
    """What needs a person, the most pressing first; stable codes."""

    ASKS_TO_MOVE = "asks_to_move"
    UNSENT_AT_THE_END = "unsent_at_the_end"
    NOT_SEEN = "not_seen"
    TWO_DEVICES = "two_devices"
    HELD_ANSWERS = "held_answers"
    NOT_STARTED = "not_started"


class Show(StrEnum):
    """Which candidates a room's list shows."""

    ALL = "all"
    ATTENTION = "attention"
    WORKING = "working"
    PAUSED = "paused"
    WAITING = "waiting"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Observed:
    """What is known of one candidate in the room.

    `state` is None before the attempt is prepared; `unsent` counts events that the device said it still holds;
    `held` counts held answers that nobody has decided; `writer_epoch` is that of the device last heard of.
    """

    state: AttemptState | None
    started_at: datetime | None = None
    deadline: datetime | None = None
    seen_at: datetime | None = None
    unsent: int = 0
    held: int = 0
    asks_to_move: bool = False
    epoch: int = 0
    writer_epoch: int | None = None


def is_connected(observed: Observed, *, now: datetime) -> bool:
    """Say whether the device of a candidate at work was heard of within 45 seconds."""
    return observed.state in STARTED and observed.seen_at is not None and now - observed.seen_at <= CONNECTED_WITHIN


def alerts(observed: Observed, *, now: datetime, opens_at: datetime, closes_at: datetime) -> tuple[Alert, ...]:
    """Return what needs a person about one candidate, the most pressing first.

    `opens_at` and `closes_at` are the first and the last moment to start.
    """
    found = {
        Alert.ASKS_TO_MOVE: observed.asks_to_move,
        Alert.UNSENT_AT_THE_END: _unsent_at_the_end(observed, now),
        Alert.NOT_SEEN: _not_seen(observed, now),
        Alert.TWO_DEVICES: _two_devices(observed, now),
        Alert.HELD_ANSWERS: observed.held > 0 and observed.state is not AttemptState.VOIDED,
        Alert.NOT_STARTED: _is_before_start(observed.state) and opens_at + STARTS_WITHIN <= now < closes_at,
    }
    return tuple(alert for alert in Alert if found[alert])


def belongs(show: Show, observed: Observed, found: Sequence[Alert]) -> bool:
    """Say whether a candidate belongs to a list."""
    match show:
        case Show.ALL:
            return True
        case Show.ATTENTION:
            return bool(found)
        case Show.WORKING:
            return observed.state is AttemptState.RUNNING
        case Show.PAUSED:
            return observed.state is AttemptState.PAUSED
        case Show.WAITING:
            return _is_before_start(observed.state)
        case Show.ENDED:
            return observed.state in ENDED or observed.state is AttemptState.VOIDED


def rank(observed: Observed, found: Sequence[Alert], *, now: datetime) -> tuple[int, int]:
    """Return where a candidate stands in the list: alerts first, then paused, at work, waiting, ended."""
    if found:
        return (0, list(Alert).index(found[0]))
    order = [
        AttemptState.PAUSED,
        AttemptState.RUNNING,
        AttemptState.CHECKED_IN,
        AttemptState.RELEASED,
        AttemptState.PREPARED,
        None,
        AttemptState.EXPIRED,
        AttemptState.SUBMITTED,
        AttemptState.VOIDED,
    ]
    unheard = observed.state is AttemptState.RUNNING and not is_connected(observed, now=now)
    return (1 + order.index(observed.state), 0 if unheard else 1)


def _is_before_start(state: AttemptState | None) -> bool:
    return state in (None, AttemptState.PREPARED, AttemptState.CHECKED_IN, AttemptState.RELEASED)


def _unsent_at_the_end(observed: Observed, now: datetime) -> bool:
    over = observed.deadline is not None and observed.state is AttemptState.RUNNING and now >= observed.deadline
    return observed.unsent > 0 and (over or observed.state in ENDED)


def _not_seen(observed: Observed, now: datetime) -> bool:
    if observed.state is not AttemptState.RUNNING or observed.started_at is None:
        return False
    return now - max(observed.started_at, observed.seen_at or observed.started_at) > MISSED_AFTER


def _two_devices(observed: Observed, now: datetime) -> bool:
    return (
        observed.state in STARTED
        and observed.writer_epoch is not None
        and observed.writer_epoch < observed.epoch
        and observed.seen_at is not None
        and now - observed.seen_at <= MISSED_AFTER
    )
