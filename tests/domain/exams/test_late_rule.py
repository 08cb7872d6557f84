"""What happens with an event that arrives."""

from datetime import UTC, datetime, timedelta

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.late_rule import (
    RULE,
    Disposition,
    LateRule,
    Phase,
    Reason,
    Verdict,
    Writer,
    judge,
)

DEADLINE = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
GRACE = timedelta(seconds=30)
WINDOW = timedelta(minutes=10)
A_MOMENT = timedelta(microseconds=1)


def verdict(
    state: AttemptState = AttemptState.RUNNING,
    after: timedelta = -WINDOW,
    epoch: int = 3,
    deadline_at: datetime | None = DEADLINE,
    paused_at: datetime | None = None,
) -> tuple[str, str | None]:
    found = judge(
        state,
        received_at=DEADLINE + after,
        deadline_at=deadline_at,
        event_epoch=epoch,
        attempt_epoch=3,
        rule=LateRule(grace=GRACE, window=WINDOW),
        paused_at=paused_at,
    )
    return found.disposition, found.reason


def test_the_table_has_a_verdict_for_every_case() -> None:
    assert set(RULE) == {(phase, writer) for phase in Phase for writer in Writer}


def test_every_verdict_but_acceptance_has_a_reason() -> None:
    for found in RULE.values():
        assert (found.reason is None) == (found.disposition is Disposition.ACCEPTED)


def test_only_the_current_writer_of_an_open_attempt_is_accepted() -> None:
    accepted = [case for case, found in RULE.items() if found == Verdict(disposition=Disposition.ACCEPTED)]
    assert accepted == [(Phase.OPEN, Writer.CURRENT)]


@pytest.mark.parametrize("state", [AttemptState.RUNNING, AttemptState.EXPIRED])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (-WINDOW, ("accepted", None)),
        (timedelta(0), ("accepted", None)),
        (GRACE, ("accepted", None)),
        (GRACE + A_MOMENT, ("held", "late")),
        (WINDOW, ("held", "late")),
        (WINDOW + A_MOMENT, ("refused", "too_late")),
    ],
)
def test_the_instant_of_arrival_decides(
    state: AttemptState, after: timedelta, expected: tuple[str, str | None]
) -> None:
    # The sweep that marks an attempt expired changes nothing for an event inside the grace.
    assert verdict(state, after) == expected


def test_an_older_writer_is_held() -> None:
    assert verdict(epoch=2) == ("held", "older_writer")


def test_a_writer_from_the_future_is_refused() -> None:
    assert verdict(epoch=4) == ("refused", "unknown_writer")


def test_what_arrives_after_submission_is_held_and_later_refused() -> None:
    assert verdict(AttemptState.SUBMITTED) == ("held", "after_submission")
    assert verdict(AttemptState.SUBMITTED, WINDOW + A_MOMENT) == ("refused", Reason.TOO_LATE)


@pytest.mark.parametrize("state", [AttemptState.PREPARED, AttemptState.CHECKED_IN, AttemptState.RELEASED])
def test_nothing_is_taken_before_the_start(state: AttemptState) -> None:
    assert verdict(state, deadline_at=None) == ("refused", "not_started")


@pytest.mark.parametrize(
    ("after_pause", "expected"),
    [
        (timedelta(0), ("accepted", None)),
        (GRACE, ("accepted", None)),
        (GRACE + A_MOMENT, ("held", "paused")),
        (timedelta(days=2), ("held", "paused")),
    ],
)
def test_in_a_pause_the_grace_runs_from_its_beginning_and_no_time_is_over(
    after_pause: timedelta, expected: tuple[str, str | None]
) -> None:
    paused_at = DEADLINE - timedelta(minutes=5)
    after = paused_at + after_pause - DEADLINE
    assert verdict(AttemptState.PAUSED, after, paused_at=paused_at) == expected


def test_an_older_writer_is_held_in_a_pause_too() -> None:
    assert verdict(AttemptState.PAUSED, epoch=2, paused_at=DEADLINE - WINDOW) == ("held", "older_writer")


def test_a_voided_attempt_takes_nothing() -> None:
    assert verdict(AttemptState.VOIDED) == ("refused", "voided")


def test_a_grace_longer_than_the_window_is_refused() -> None:
    with pytest.raises(Invalid):
        LateRule(grace=WINDOW, window=GRACE)
