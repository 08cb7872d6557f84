"""Closing a practical, and which marks and photos then wait for a second person's reason.

A practical is closed when its work is over in the workshop, and opened again only with a reason. What reaches the
server for a closed practical, for a sheet that was submitted, or above the scheme's limit a day is never lost: it is
held. Two times are kept of each mark. The time on the server says whether it came before the closing, because only the
server knows when that was; the time on the device says on which day the work was done, and so whose limit it is.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from assessment.domain.state_table import StateTable


class Gate(StrEnum):
    """Whether marks of a practical are taken as they come."""

    OPEN = "open"
    CLOSED = "closed"


class GateEvent(StrEnum):
    """What somebody does with it."""

    CLOSE = "close"
    REOPEN = "reopen"


GATE: StateTable[Gate, GateEvent] = StateTable(
    name="practical",
    initial=Gate.OPEN,
    arrows={(Gate.OPEN, GateEvent.CLOSE): Gate.CLOSED, (Gate.CLOSED, GateEvent.REOPEN): Gate.OPEN},
)


class Hold(StrEnum):
    """Why a mark or a photo waits for a second person's reason; the first that holds is said."""

    SUBMITTED = "submitted"
    CLOSED = "closed"
    DAY_LIMIT = "day_limit"


def hold_of(*, submitted: bool, gate: Gate, above_limit: bool) -> Hold | None:
    """Return why what comes now is held, or None when it counts as it comes."""
    if submitted:
        return Hold.SUBMITTED
    if gate is Gate.CLOSED:
        return Hold.CLOSED
    return Hold.DAY_LIMIT if above_limit else None


def above_limit(*, limit: int | None, begun: bool, others: int, reasoned: bool) -> bool:
    """Say whether a mark lies above the limit of practicals an assessor may mark a day.

    `begun`: a mark of this practical counts on that day already; `others`: practicals of the scheme of which one does;
    `reasoned`: a second person gave the reason when the sheet was assigned.
    """
    return limit is not None and not begun and not reasoned and others >= limit


def why_held(*, received_at: datetime, submitted_at: datetime | None, turns: Iterable[tuple[datetime, bool]]) -> Hold:
    """Return why something is held that came at `received_at`.

    `turns`: when the practical was closed (true) or opened again (false), the oldest first.
    """
    if submitted_at is not None and received_at >= submitted_at:
        return Hold.SUBMITTED
    closed = False
    for at, shut in turns:
        if at <= received_at:
            closed = shut
    return Hold.CLOSED if closed else Hold.DAY_LIMIT
