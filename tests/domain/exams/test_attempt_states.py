"""Deadline arithmetic of an attempt."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Conflict, Invalid
from assessment.domain.exams.attempt_states import (
    ATTEMPT,
    AttemptEvent,
    AttemptState,
    add_extra,
    check_pause,
    check_start,
    deadline,
    remaining,
)

START = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def test_deadline_is_start_plus_duration_plus_extra() -> None:
    assert deadline(started_at=START, duration=HOUR, extra=15 * MINUTE) == START + 75 * MINUTE


@given(st.integers(1, 600), st.integers(0, 1440))
def test_extra_time_is_never_cut(minutes: int, extra: int) -> None:
    # There is no closing date among the parameters: nothing could cut it.
    ends = deadline(started_at=START, duration=minutes * MINUTE, extra=extra * MINUTE)
    assert ends - START == (minutes + extra) * MINUTE


@pytest.mark.parametrize(
    ("started_at", "duration", "extra"),
    [
        (START.replace(tzinfo=None), HOUR, timedelta(0)),
        (START, timedelta(0), timedelta(0)),
        (START, HOUR, -MINUTE),
        (START, HOUR, timedelta(hours=25)),
    ],
)
def test_a_deadline_of_wrong_parts_is_refused(started_at: datetime, duration: timedelta, extra: timedelta) -> None:
    with pytest.raises(Invalid):
        deadline(started_at=started_at, duration=duration, extra=extra)


def test_only_what_runs_and_has_time_left_is_paused() -> None:
    ends = START + HOUR
    state = check_pause(AttemptState.RUNNING, now=ends - timedelta(microseconds=1), deadline_at=ends)
    assert state is AttemptState.PAUSED
    with pytest.raises(Conflict):
        check_pause(AttemptState.RUNNING, now=ends, deadline_at=ends)
    for other in (AttemptState.RELEASED, AttemptState.PAUSED, AttemptState.SUBMITTED):
        with pytest.raises(Conflict):
            check_pause(other, now=START, deadline_at=ends)


def test_while_paused_neither_the_candidate_nor_time_ends_an_attempt() -> None:
    assert set(ATTEMPT.events(AttemptState.PAUSED)) == {AttemptEvent.RESUME, AttemptEvent.END, AttemptEvent.VOID}


def test_the_clock_stands_while_paused() -> None:
    ends = START + HOUR
    assert remaining(now=ends + HOUR, deadline_at=ends, paused_at=ends - 20 * MINUTE) == 20 * MINUTE


@pytest.mark.parametrize(
    "state", [AttemptState.PREPARED, AttemptState.RELEASED, AttemptState.RUNNING, AttemptState.PAUSED]
)
def test_extra_time_is_given_before_and_while_running(state: AttemptState) -> None:
    assert add_extra(state, current=5 * MINUTE, given=10 * MINUTE) == 15 * MINUTE


@pytest.mark.parametrize("state", [AttemptState.SUBMITTED, AttemptState.EXPIRED, AttemptState.VOIDED])
def test_extra_time_comes_too_late_after_the_end(state: AttemptState) -> None:
    with pytest.raises(Conflict):
        add_extra(state, current=timedelta(0), given=MINUTE)


def test_extra_time_is_never_taken_back() -> None:
    with pytest.raises(Invalid):
        add_extra(AttemptState.RUNNING, current=HOUR, given=-MINUTE)


def test_a_start_lies_between_opening_and_closing() -> None:
    opens, closes = START, START + HOUR
    last = closes - timedelta(microseconds=1)
    for now in (opens, last):
        state = check_start(AttemptState.RELEASED, now=now, opens_at=opens, closes_at=closes)
        assert state is AttemptState.RUNNING
    for now in (opens - MINUTE, closes):
        with pytest.raises(Conflict):
            check_start(AttemptState.RELEASED, now=now, opens_at=opens, closes_at=closes)


def test_no_attempt_starts_without_release() -> None:
    with pytest.raises(Conflict, match="checked_in"):
        check_start(AttemptState.CHECKED_IN, now=START, opens_at=START, closes_at=START + HOUR)


def test_the_rest_of_the_time_is_never_negative() -> None:
    ends = START + HOUR
    assert remaining(now=ends - MINUTE, deadline_at=ends) == MINUTE
    assert remaining(now=ends + MINUTE, deadline_at=ends) == timedelta(0)
