"""What an invigilator is called to, and in which order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.room import Alert, Observed, Show, alerts, belongs, is_connected, rank

NOW = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
OPENS, CLOSES = NOW - timedelta(minutes=20), NOW + timedelta(minutes=10)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def observed(state: AttemptState | None = AttemptState.RUNNING, **changes: Any) -> Observed:
    usual: dict[str, Any] = {
        "started_at": NOW - 15 * MINUTE,
        "deadline": NOW + 45 * MINUTE,
        "seen_at": NOW - 10 * SECOND,
        "epoch": 2,
        "writer_epoch": 2,
    }
    return Observed(state=state, **usual | changes)


def called(one: Observed, *, now: datetime = NOW, opens_at: datetime = OPENS) -> tuple[Alert, ...]:
    return alerts(one, now=now, opens_at=opens_at, closes_at=CLOSES)


def test_somebody_at_work_who_was_just_heard_of_calls_nobody() -> None:
    assert called(observed()) == ()
    assert is_connected(observed(), now=NOW)


@pytest.mark.parametrize(
    ("ago", "connected", "missed"),
    [(45 * SECOND, True, False), (46 * SECOND, False, False), (121 * SECOND, False, True)],
)
def test_a_device_counts_as_connected_for_45_seconds_and_is_missed_after_2_minutes(
    ago: timedelta, connected: bool, missed: bool
) -> None:
    one = observed(seen_at=NOW - ago)
    assert is_connected(one, now=NOW) is connected
    assert (Alert.NOT_SEEN in called(one)) is missed


def test_a_device_that_was_never_heard_of_is_missed_two_minutes_after_the_start() -> None:
    assert called(observed(seen_at=None, started_at=NOW - 2 * MINUTE)) == ()
    assert called(observed(seen_at=None, started_at=NOW - 2 * MINUTE - SECOND)) == (Alert.NOT_SEEN,)


def test_nobody_is_missed_in_a_pause_or_after_the_end() -> None:
    for state in (AttemptState.PAUSED, AttemptState.SUBMITTED, AttemptState.EXPIRED):
        assert called(observed(state, seen_at=NOW - 9 * MINUTE)) == ()


def test_unsent_answers_call_when_the_time_is_over() -> None:
    assert called(observed(unsent=3)) == ()
    assert called(observed(unsent=3, deadline=NOW)) == (Alert.UNSENT_AT_THE_END,)
    assert called(observed(AttemptState.EXPIRED, unsent=3)) == (Alert.UNSENT_AT_THE_END,)
    assert called(observed(AttemptState.EXPIRED)) == ()


def test_an_earlier_device_that_still_sends_is_told() -> None:
    assert called(observed(writer_epoch=1)) == (Alert.TWO_DEVICES,)
    assert Alert.TWO_DEVICES not in called(observed(writer_epoch=1, seen_at=NOW - 3 * MINUTE))


@pytest.mark.parametrize("state", [None, AttemptState.PREPARED, AttemptState.CHECKED_IN, AttemptState.RELEASED])
def test_who_has_not_started_is_told_five_minutes_after_the_opening_and_until_the_closing(
    state: AttemptState | None,
) -> None:
    one = Observed(state=state)
    assert called(one, opens_at=NOW - 5 * MINUTE) == (Alert.NOT_STARTED,)
    assert called(one, opens_at=NOW - 5 * MINUTE + SECOND) == ()
    assert called(one, now=CLOSES) == ()


def test_held_answers_call_until_they_are_decided_but_not_in_a_void_attempt() -> None:
    assert called(observed(AttemptState.SUBMITTED, held=2)) == (Alert.HELD_ANSWERS,)
    assert called(observed(AttemptState.VOIDED, held=2)) == ()


def test_the_most_pressing_comes_first() -> None:
    every = observed(asks_to_move=True, unsent=1, deadline=NOW, seen_at=NOW - 110 * SECOND, writer_epoch=1, held=1)
    assert called(every) == (
        Alert.ASKS_TO_MOVE,
        Alert.UNSENT_AT_THE_END,
        Alert.TWO_DEVICES,
        Alert.HELD_ANSWERS,
    )


def test_who_needs_a_person_stands_first_then_paused_then_at_work_then_the_others() -> None:
    room = {
        "ended": observed(AttemptState.SUBMITTED),
        "at work": observed(),
        "apart": observed(seen_at=NOW - 60 * SECOND),
        "paused": observed(AttemptState.PAUSED),
        "waits": Observed(state=AttemptState.CHECKED_IN),
        "held": observed(held=1),
        "moves": observed(asks_to_move=True),
    }
    found = {name: called(one, opens_at=NOW) for name, one in room.items()}
    order = sorted(room, key=lambda name: rank(room[name], found[name], now=NOW))
    assert order == ["moves", "held", "paused", "apart", "at work", "waits", "ended"]


def test_everybody_belongs_to_one_list_of_states() -> None:
    for state in (None, *AttemptState):
        one = Observed(state=state)
        lists = [show for show in Show if show not in (Show.ALL, Show.ATTENTION) and belongs(show, one, ())]
        assert len(lists) == 1
        assert belongs(Show.ALL, one, ())
        assert not belongs(Show.ATTENTION, one, ())
        assert belongs(Show.ATTENTION, one, (Alert.NOT_SEEN,))
