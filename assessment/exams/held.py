"""Which response events count: the one place that says so.

Those that were accepted count, and those held ones that an invigilator let count before the attempt ended, each at
its own place in the order of arrival. What is decided after the end goes through the ledger of regrades.
"""

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from assessment.exams.tables import Attempt, ResponseEvent, Standing
from assessment.exams.tables_room import HeldDecision


def counts() -> ColumnElement[bool]:
    """Return the condition on a response event that it counts."""
    last = (
        select(HeldDecision.counts)
        .where(HeldDecision.number == ResponseEvent.number, ~HeldDecision.after_end)
        .order_by(HeldDecision.turn.desc())
        .limit(1)
        .correlate(ResponseEvent)
        .scalar_subquery()
    )
    return or_(
        ResponseEvent.standing == Standing.ACCEPTED,
        and_(ResponseEvent.standing == Standing.HELD, func.coalesce(last, false())),
    )


def counted_events(attempt: Attempt) -> Select[ResponseEvent]:
    """Return the select of an attempt's events that count, in the order of their arrival."""
    return (
        select(ResponseEvent)
        .where(ResponseEvent.body_id == attempt.body_id, ResponseEvent.attempt_id == attempt.id, counts())
        .order_by(ResponseEvent.number)
    )


def is_undecided() -> ColumnElement[bool]:
    """Return the condition on a response event that it is held and nobody has said whether it counts."""
    decided = (
        select(HeldDecision.number).where(HeldDecision.number == ResponseEvent.number).correlate(ResponseEvent).exists()
    )
    return and_(ResponseEvent.standing == Standing.HELD, ~decided)
