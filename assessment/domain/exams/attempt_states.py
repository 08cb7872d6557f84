"""The life of an attempt, as a table, and its deadline.

An attempt is prepared before the sitting, checked in (the person is compared with the document), released
by the invigilator in the room, started by the candidate, and ends by submission, by time, or by the
invigilator on the candidate's behalf. While it is paused its clock stands: time cannot end it, and the
candidate cannot submit. Voiding ends it from anywhere and erases nothing. The server owns the clock: `now`
is always given.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.state_table import StateTable

MAXIMUM_EXTRA = timedelta(hours=24)


class AttemptState(StrEnum):
    """Where an attempt stands."""

    PREPARED = "prepared"
    CHECKED_IN = "checked_in"
    RELEASED = "released"
    RUNNING = "running"
    PAUSED = "paused"
    SUBMITTED = "submitted"
    EXPIRED = "expired"
    VOIDED = "voided"


class AttemptEvent(StrEnum):
    """What happens to an attempt."""

    CHECK_IN = "check_in"
    UNDO_CHECK_IN = "undo_check_in"
    RELEASE = "release"
    WITHDRAW_RELEASE = "withdraw_release"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    SUBMIT = "submit"
    END = "end"
    TIME_OVER = "time_over"
    VOID = "void"


_S, _E = AttemptState, AttemptEvent

ATTEMPT = StateTable(
    name="attempt",
    initial=_S.PREPARED,
    arrows={
        (_S.PREPARED, _E.CHECK_IN): _S.CHECKED_IN,
        (_S.PREPARED, _E.VOID): _S.VOIDED,
        (_S.CHECKED_IN, _E.RELEASE): _S.RELEASED,
        (_S.CHECKED_IN, _E.UNDO_CHECK_IN): _S.PREPARED,
        (_S.CHECKED_IN, _E.VOID): _S.VOIDED,
        (_S.RELEASED, _E.START): _S.RUNNING,
        (_S.RELEASED, _E.WITHDRAW_RELEASE): _S.CHECKED_IN,
        (_S.RELEASED, _E.VOID): _S.VOIDED,
        (_S.RUNNING, _E.PAUSE): _S.PAUSED,
        (_S.RUNNING, _E.SUBMIT): _S.SUBMITTED,
        (_S.RUNNING, _E.END): _S.SUBMITTED,
        (_S.RUNNING, _E.TIME_OVER): _S.EXPIRED,
        (_S.RUNNING, _E.VOID): _S.VOIDED,
        (_S.PAUSED, _E.RESUME): _S.RUNNING,
        (_S.PAUSED, _E.END): _S.SUBMITTED,
        (_S.PAUSED, _E.VOID): _S.VOIDED,
        # A device that submits just after the sweep gets its receipt; the record keeps that time ended it.
        (_S.EXPIRED, _E.SUBMIT): _S.EXPIRED,
        (_S.EXPIRED, _E.VOID): _S.VOIDED,
        (_S.SUBMITTED, _E.VOID): _S.VOIDED,
    },
)

STARTED = frozenset({_S.RUNNING, _S.PAUSED})
ENDED = frozenset({_S.SUBMITTED, _S.EXPIRED})


def diagram() -> str:
    """Return the table as the text of a Mermaid state diagram."""
    return ATTEMPT.diagram()


def deadline(*, started_at: datetime, duration: timedelta, extra: timedelta = timedelta(0)) -> datetime:
    """Return the instant at which an attempt's time is over when it starts: start + duration + extra time.

    Extra time and pauses move it on by their own length. The closing date of a sitting takes no part: it limits
    starting, never the time of one who has started.
    Raises Invalid when the start has no zone, the duration is not positive or the extra time is negative or
    above 24 hours.
    """
    if started_at.tzinfo is None:
        raise Invalid(N_("Expected a start with a time zone, got %(got)s."), got=started_at.isoformat())
    if duration <= timedelta(0):
        raise Invalid(N_("Expected a duration above 0 minutes, got %(got)s."), got=duration)
    if not timedelta(0) <= extra <= MAXIMUM_EXTRA:
        raise Invalid(N_("Expected extra time from 0 to 24 hours, got %(got)s."), got=extra)
    return started_at + duration + extra


def check_pause(state: AttemptState, *, now: datetime, deadline_at: datetime | None) -> AttemptState:
    """Return the state after a pause begins.

    Raises Conflict when the attempt is not running, or its time is over: a pause gives back no time that has
    run out.
    """
    following = ATTEMPT.after(state, AttemptEvent.PAUSE)
    if deadline_at is None or now >= deadline_at:
        raise Conflict(N_("The time of this attempt is over, so it cannot be paused. Extra time can be given."))
    return following


def add_extra(state: AttemptState, *, current: timedelta, given: timedelta) -> timedelta:
    """Return the extra time after more is given, before or while the attempt runs.

    Raises Conflict when the attempt has ended, Invalid when `given` is not positive or the sum is above 24
    hours. Extra time is only added, never taken back: a candidate has seen it.
    """
    if state in ENDED or state is AttemptState.VOIDED:
        raise Conflict(N_("The attempt is %(state)s, so extra time cannot be given."), state=state.value)
    if given <= timedelta(0):
        raise Invalid(N_("Expected extra time above 0 minutes, got %(got)s."), got=given)
    if current + given > MAXIMUM_EXTRA:
        raise Invalid(N_("Expected extra time from 0 to 24 hours, got %(got)s."), got=current + given)
    return current + given


def check_start(state: AttemptState, *, now: datetime, opens_at: datetime, closes_at: datetime) -> AttemptState:
    """Return the state after the candidate starts.

    Raises Conflict when the attempt is not released, or `now` lies outside opening and closing of the
    sitting (closing excluded).
    """
    following = ATTEMPT.after(state, AttemptEvent.START)
    if not opens_at <= now < closes_at:
        raise Conflict(
            N_("Expected a start from %(opens)s and before %(closes)s, got %(now)s."),
            opens=opens_at.isoformat(),
            closes=closes_at.isoformat(),
            now=now.isoformat(),
        )
    return following


def remaining(*, now: datetime, deadline_at: datetime, paused_at: datetime | None = None) -> timedelta:
    """Return the time that is left, never negative; while paused it is what was left when the pause began."""
    return max(deadline_at - (paused_at or now), timedelta(0))
