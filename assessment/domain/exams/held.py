"""Why an answer was held, as far as it can be told afterwards from the instants that are on record.

The verdict itself fell when the event arrived (`late_rule`). Extra time may have been given since, and a device may
have been replaced since: what is said here is what an invigilator needs in order to decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from assessment.domain.exams.late_rule import LateRule


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What was so when a held event arrived.

    `late_by`: after the end as it stands now, grace not counted, None when it came before; `into_pause`: since the
    pause began, None outside of one; `after_submission`: since the candidate submitted, None before;
    `older_writer`: it came from a device that another one has replaced.
    """

    late_by: timedelta | None
    into_pause: timedelta | None
    after_submission: timedelta | None
    older_writer: bool


def circumstances(
    *,
    received_at: datetime,
    deadline: datetime | None,
    submitted_at: datetime | None,
    pauses: Iterable[tuple[datetime, datetime | None]],
    older_writer: bool,
    rule: LateRule,
) -> Circumstances:
    """Return what was so when a held event arrived; `pauses` as (from, until), until None while one goes on."""
    pause = next(
        (start for start, until in pauses if start < received_at and (until is None or received_at <= until)), None
    )
    return Circumstances(
        late_by=received_at - deadline if deadline is not None and received_at > rule.settled_at(deadline) else None,
        into_pause=received_at - pause if pause is not None and received_at > rule.settled_at(pause) else None,
        after_submission=received_at - submitted_at
        if submitted_at is not None and received_at >= submitted_at
        else None,
        older_writer=older_writer,
    )
