"""When a mark is held: after its sheet, after the closing, above the day's limit; and why it was, found later."""

from datetime import UTC, datetime, timedelta

import pytest

from assessment.domain.practicals.closing import GATE, Gate, GateEvent, Hold, above_limit, hold_of, why_held

AT = datetime(2026, 3, 12, 3, tzinfo=UTC)
EARLIER, LATER = AT - timedelta(minutes=5), AT + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("submitted", "gate", "above", "hold"),
    [
        (False, Gate.OPEN, False, None),
        (False, Gate.OPEN, True, Hold.DAY_LIMIT),
        (False, Gate.CLOSED, True, Hold.CLOSED),
        (True, Gate.CLOSED, True, Hold.SUBMITTED),
        (True, Gate.OPEN, False, Hold.SUBMITTED),
    ],
)
def test_the_first_reason_that_holds_is_said(submitted: bool, gate: Gate, above: bool, hold: Hold | None) -> None:
    assert hold_of(submitted=submitted, gate=gate, above_limit=above) is hold


@pytest.mark.parametrize(
    ("limit", "begun", "others", "reasoned", "above"),
    [
        (None, False, 99, False, False),
        (2, False, 1, False, False),
        (2, False, 2, False, True),
        (2, True, 9, False, False),
        (2, False, 2, True, False),
    ],
)
def test_a_practical_lies_above_the_limit_when_as_many_others_were_marked_that_day(
    limit: int | None, begun: bool, others: int, reasoned: bool, above: bool
) -> None:
    assert above_limit(limit=limit, begun=begun, others=others, reasoned=reasoned) is above


def test_what_is_closed_is_opened_again_and_nothing_is_closed_twice() -> None:
    assert GATE.after(Gate.OPEN, GateEvent.CLOSE) is Gate.CLOSED
    assert GATE.after(Gate.CLOSED, GateEvent.REOPEN) is Gate.OPEN
    assert not GATE.allows(Gate.CLOSED, GateEvent.CLOSE)
    assert not GATE.allows(Gate.OPEN, GateEvent.REOPEN)


@pytest.mark.parametrize(
    ("submitted_at", "turns", "hold"),
    [
        (EARLIER, [], Hold.SUBMITTED),
        (AT, [(EARLIER, True)], Hold.SUBMITTED),
        (LATER, [(EARLIER, True)], Hold.CLOSED),
        (None, [(AT, True)], Hold.CLOSED),
        (None, [(EARLIER, True), (AT, False)], Hold.DAY_LIMIT),
        (None, [(LATER, True)], Hold.DAY_LIMIT),
        (None, [], Hold.DAY_LIMIT),
    ],
)
def test_why_something_is_held_is_found_from_the_times(
    submitted_at: datetime | None, turns: list[tuple[datetime, bool]], hold: Hold
) -> None:
    assert why_held(received_at=AT, submitted_at=submitted_at, turns=turns) is hold
