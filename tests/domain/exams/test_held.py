"""What was so when a held answer arrived."""

from datetime import UTC, datetime, timedelta
from typing import Any

from assessment.domain.exams.held import Circumstances, circumstances
from assessment.domain.exams.late_rule import LateRule

END = datetime(2026, 3, 14, 3, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RULE = LateRule()


def at(moment: datetime, **changes: Any) -> Circumstances:
    usual: dict[str, Any] = {"deadline": END, "submitted_at": None, "pauses": [], "older_writer": False, "rule": RULE}
    return circumstances(received_at=moment, **usual | changes)


def test_lateness_counts_from_the_end_and_only_beyond_the_grace() -> None:
    assert at(END + RULE.grace).late_by is None
    assert at(END + 3 * MINUTE).late_by == 3 * MINUTE


def test_what_came_in_a_pause_says_how_far_into_it() -> None:
    pauses = [(END - 30 * MINUTE, END - 20 * MINUTE), (END - 10 * MINUTE, None)]
    assert at(END - 25 * MINUTE, pauses=pauses).into_pause == 5 * MINUTE
    assert at(END - 15 * MINUTE, pauses=pauses).into_pause is None
    assert at(END - 4 * MINUTE, pauses=pauses).into_pause == 6 * MINUTE
    assert at(END - 10 * MINUTE + RULE.grace, pauses=pauses).into_pause is None


def test_what_came_after_the_submission_says_how_long() -> None:
    assert at(END - 5 * MINUTE, submitted_at=END - 7 * MINUTE).after_submission == 2 * MINUTE
    assert at(END - 9 * MINUTE, submitted_at=END - 7 * MINUTE).after_submission is None


def test_a_replaced_device_is_named_beside_everything_else() -> None:
    found = at(END + MINUTE, older_writer=True)
    assert (found.older_writer, found.late_by) == (True, MINUTE)
