"""The candidate's own acts: starting, submitting, and the token with which answers are sent."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptEvent, AttemptState, check_start, deadline
from assessment.exams.answering import LATE_RULE
from assessment.exams.closing import ask_to_close, settled
from assessment.exams.results import close_attempt, to_end
from assessment.exams.scoring import Scored
from assessment.exams.tables import Attempt, Sitting
from assessment.exams.tokens import WriterToken

_ONE = select(Attempt).where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))
_LOCKED = _ONE.with_for_update()
_LOCKED_TO_END = to_end(_ONE)
_LOCKED_TO_START = (
    select(Attempt, Sitting.starts_at, Sitting.closes_at)
    .join(Sitting, (Sitting.body_id == Attempt.body_id) & (Sitting.id == Attempt.sitting_id))
    .where(Attempt.body_id == bindparam("body_id"), Attempt.id == bindparam("attempt_id"))
    .with_for_update(of=Attempt)
)


def start(session: Session, body_id: str, attempt_id: str, *, now: datetime, device: str | None = None) -> Attempt:
    """Start the released attempt: from now on its time runs. Starting twice changes nothing.

    `device` is the keyed digest of the device that writes from now on. The deadline is start + duration + extra
    time; the sitting's last start never shortens it. Raises NotFound, and Conflict when the attempt is not released
    or `now` lies outside the sitting.
    """
    found = session.execute(_LOCKED_TO_START, {"body_id": body_id, "attempt_id": attempt_id}).first()
    if found is None:
        raise NotFound(N_("There is no such attempt."))
    attempt: Attempt = found[0]
    if attempt.state in STARTED:
        return attempt
    attempt.state = check_start(attempt.state, now=now, opens_at=found.starts_at, closes_at=found.closes_at)
    attempt.started_at = now
    attempt.device = device
    attempt.deadline = deadline(
        started_at=now,
        duration=timedelta(seconds=attempt.seconds),
        extra=timedelta(seconds=attempt.extra_seconds),
    )
    ask_to_close(session, attempt, now=now)
    session.flush()
    return attempt


def submit(
    session: Session, body_id: str, attempt_id: str, *, now: datetime, foreseen: Scored | None = None
) -> Attempt:
    """Hand an attempt in. Raises NotFound, and Conflict as `hand_in` does."""
    attempt = locked_to_end(session, body_id, attempt_id)
    hand_in(session, attempt, now=now, foreseen=foreseen)
    return attempt


def hand_in(session: Session, attempt: Attempt, *, now: datetime, foreseen: Scored | None = None) -> None:
    """End an attempt that is `locked_to_end` by the candidate's own submission, score it and write its receipt.

    Who submits when the time is over already, or twice, gets the receipt that there is. `foreseen` may come
    from `scoring.foresee`, read before it was this writer's turn. Raises Conflict when the attempt was not started
    or was voided.
    """
    if attempt.state in ENDED:
        return
    if attempt.state is not AttemptState.RUNNING:
        raise Conflict(N_("This exam is not running, so it cannot be submitted."))
    event = AttemptEvent.TIME_OVER if settled(attempt, now=now) else AttemptEvent.SUBMIT
    close_attempt(session, attempt, event, now=now, foreseen=foreseen)


def token_for(attempt: Attempt) -> WriterToken | None:
    """Return the writer's token of a started attempt, good until the late window ends; None before the start."""
    if attempt.deadline is None:
        return None
    return WriterToken(
        body_id=attempt.body_id,
        attempt_id=attempt.id,
        person_id=attempt.person_id,
        epoch=attempt.epoch,
        expires_at=LATE_RULE.token_expires_at(attempt.deadline),
    )


def locked(session: Session, body_id: str, attempt_id: str) -> Attempt:
    """Return an attempt, locked until the end of the transaction. Raises NotFound."""
    return _found(session.scalar(_LOCKED, {"body_id": body_id, "attempt_id": attempt_id}))


def locked_to_end(session: Session, body_id: str, attempt_id: str) -> Attempt:
    """Return an attempt that may end in this transaction, locked together with its form. Raises NotFound."""
    return _found(session.scalar(_LOCKED_TO_END, {"body_id": body_id, "attempt_id": attempt_id}))


def _found(attempt: Attempt | None) -> Attempt:
    if attempt is None:
        raise NotFound(N_("There is no such attempt."))
    return attempt
