"""Time over: attempts whose deadline and grace have passed are ended and scored, by a job and at the next read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assessment.database import Act, reading, unit_of_work
from assessment.domain.exams.attempt_states import AttemptEvent, AttemptState
from assessment.exams.answering import LATE_RULE
from assessment.exams.results import close_attempt, to_end
from assessment.exams.scoring import foresee
from assessment.exams.tables import Attempt
from assessment.jobs.service import ask_for, handle

CLOSE = "exams.close"
TIME_OVER = "exams.time_over"
A_MOMENT = timedelta(seconds=1)


def settled(attempt: Attempt, *, now: datetime) -> bool:
    """Say whether a running attempt's time is over and no further answer counts by itself."""
    return (
        attempt.state is AttemptState.RUNNING
        and attempt.deadline is not None
        and now > LATE_RULE.settled_at(attempt.deadline)
    )


def close_in_own_transaction(body_id: str, now: datetime, *, attempt_id: str | None = None) -> int:
    """End what is overdue, each attempt in a short transaction of its own; returns how many there were.

    With `attempt_id` only that one. Scoring is done before the write lock is taken.
    """
    wanted = _overdue(body_id, now)
    if attempt_id is not None:
        wanted = wanted.where(Attempt.id == attempt_id)
    with reading() as session:
        ids = [attempt.id for attempt in session.scalars(wanted)]
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name=TIME_OVER)
    closed = 0
    for each in ids:
        with reading() as session:
            foreseen = foresee(session, body_id, each)
        with unit_of_work(act) as session:
            attempt = session.scalar(to_end(_overdue(body_id, now).where(Attempt.id == each)))
            if attempt is not None:
                close_attempt(session, attempt, AttemptEvent.TIME_OVER, now=now, foreseen=foreseen)
                closed += 1
    return closed


def ask_to_close(session: Session, attempt: Attempt, *, now: datetime) -> None:
    """Ask for the attempt to be closed once its time is over."""
    if attempt.deadline is not None:
        ask_for(
            session,
            attempt.body_id,
            CLOSE,
            {"attempt": attempt.id},
            now=now,
            due_at=LATE_RULE.settled_at(attempt.deadline) + A_MOMENT,
        )


def _overdue(body_id: str, now: datetime) -> Select[Attempt]:
    return (
        select(Attempt)
        .where(
            Attempt.body_id == body_id,
            Attempt.state == AttemptState.RUNNING,
            Attempt.deadline < now - LATE_RULE.grace,
        )
        .order_by(Attempt.deadline, Attempt.id)
    )


def _close(body_id: str, payload: dict[str, Any], now: datetime) -> None:
    """Do the job: extra time may have moved the end, then nothing is due and `give_time` has asked again."""
    close_in_own_transaction(body_id, now, attempt_id=payload["attempt"])


handle(CLOSE, _close)
