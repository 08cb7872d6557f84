"""What the invigilator in the room does to attempts: check-in, release, pause, extra time, end, void.

What concerns many at once takes their ids in batches: each batch is one transaction, and an attempt that has ended
in the meantime never keeps the others from theirs (rules 10, 12 and 14).
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.check_in import Comparison, record_check_in
from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.tables import Occasion
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import (
    ATTEMPT,
    STARTED,
    AttemptEvent,
    AttemptState,
    add_extra,
    check_pause,
)
from assessment.exams.closing import ask_to_close, settled
from assessment.exams.results import close_attempt
from assessment.exams.scoring import Scored
from assessment.exams.tables import Attempt, AttemptRelease, ExtraTime
from assessment.exams.tables_room import AttemptEnd, AttemptPause, PauseChange
from assessment.exams.taking import locked, locked_to_end
from assessment.storage import Storage
from assessment.web.actor import Actor

SHORTEST_REASON = 5
LONGEST_REASON = 2_000


def check_in(
    session: Session, actor: Actor, storage: Storage, attempt_id: str, comparison: Comparison, *, now: datetime
) -> Attempt:
    """Record that the candidate was compared with the document and photographed.

    `comparison.photo` comes from `plain_photo`. Raises NotFound, Conflict when the attempt is past check-in,
    and whatever `record_check_in` raises.
    """
    attempt = locked(session, actor.body_id, attempt_id)
    following = ATTEMPT.after(attempt.state, AttemptEvent.CHECK_IN)
    record_check_in(
        session,
        actor,
        storage,
        occasion=Occasion.EXAM,
        record_id=attempt.id,
        application_id=attempt.application_id,
        candidate_id=attempt.person_id,
        comparison=comparison,
        now=now,
    )
    attempt.state = following
    session.flush()
    return attempt


def release(session: Session, actor: Actor, attempt_id: str, *, now: datetime) -> Attempt:
    """Let a checked-in candidate start.

    Raises NotFound, Conflict when the candidate is not checked in or the actor stands on another side of the
    application.
    """
    attempt = locked(session, actor.body_id, attempt_id)
    following = ATTEMPT.after(attempt.state, AttemptEvent.RELEASE)
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    attempt.state = following
    session.add(
        AttemptRelease(
            body_id=actor.body_id,
            attempt_id=attempt.id,
            application_id=attempt.application_id,
            person_id=actor.person_id,
            released_at=now,
        )
    )
    session.flush()
    return attempt


def void(session: Session, actor: Actor, attempt_id: str, *, reason: str, now: datetime) -> Attempt:
    """Void an attempt: it proves nothing any more, and everything that was recorded stays.

    The reason stands in the audit record. Raises NotFound, Invalid without a reason, and Conflict when it is
    void already.
    """
    reason = check_reason(reason)
    attempt = locked(session, actor.body_id, attempt_id)
    following = ATTEMPT.after(attempt.state, AttemptEvent.VOID)
    because(session, reason)
    if attempt.state is AttemptState.PAUSED:
        _go_on(session, attempt, reason=reason, by=actor.person_id, now=now)
    attempt.state = following
    session.flush()
    return attempt


def give_time(
    session: Session,
    body_id: str,
    sitting_id: str,
    attempt_ids: Collection[str],
    *,
    minutes: int,
    reason: str,
    given_by: str | None,
    now: datetime,
) -> list[Attempt]:
    """Give the same extra time to one or many attempts of a sitting, before or while they run.

    Returns those that got it; one that has ended is passed over. Raises NotFound when one is not of this
    sitting, and Invalid for no attempts, no reason, or time that is not from 1 minute to 24 hours.
    """
    reason = check_reason(reason)
    given = timedelta(minutes=minutes)
    because(session, reason)
    got = []
    for attempt in _locked_together(session, body_id, sitting_id, attempt_ids):
        try:
            extra = add_extra(attempt.state, current=timedelta(seconds=attempt.extra_seconds), given=given)
        except Conflict:
            continue
        attempt.extra_seconds = int(extra.total_seconds())
        session.add(
            ExtraTime(
                body_id=body_id,
                id=new_id(),
                attempt_id=attempt.id,
                seconds=int(given.total_seconds()),
                reason=reason,
                given_by=given_by,
                given_at=now,
            )
        )
        if attempt.deadline is not None:
            attempt.deadline += given
            ask_to_close(session, attempt, now=now)
        got.append(attempt)
    session.flush()
    return got


def pause(
    session: Session,
    body_id: str,
    sitting_id: str,
    attempt_ids: Collection[str],
    *,
    reason: str,
    by: str | None,
    now: datetime,
) -> list[Attempt]:
    """Stop the clock of running attempts; returns those whose clock was stopped.

    One that is not running, or whose time is over, is passed over. Raises NotFound and Invalid as `give_time`.
    """
    reason = check_reason(reason)
    because(session, reason)
    stopped = []
    for attempt in _locked_together(session, body_id, sitting_id, attempt_ids):
        try:
            attempt.state = check_pause(attempt.state, now=now, deadline_at=attempt.deadline)
        except Conflict:
            continue
        attempt.paused_at = now
        _note_pause(session, attempt, PauseChange.PAUSED, reason=reason, by=by, now=now)
        stopped.append(attempt)
    session.flush()
    return stopped


def resume(
    session: Session,
    body_id: str,
    sitting_id: str,
    attempt_ids: Collection[str],
    *,
    reason: str,
    by: str | None,
    now: datetime,
) -> list[Attempt]:
    """Let the clock of paused attempts go on; returns those that go on, each with the time of its pause back.

    One that is not paused is passed over. Raises NotFound and Invalid as `give_time`.
    """
    reason = check_reason(reason)
    because(session, reason)
    going_on = []
    for attempt in _locked_together(session, body_id, sitting_id, attempt_ids):
        if attempt.state is AttemptState.PAUSED:
            _go_on(session, attempt, reason=reason, by=by, now=now)
            ask_to_close(session, attempt, now=now)
            going_on.append(attempt)
    session.flush()
    return going_on


def end(
    session: Session,
    actor: Actor,
    attempt_id: str,
    *,
    reason: str,
    now: datetime,
    foreseen: Scored | None = None,
) -> Attempt:
    """End an attempt on the candidate's behalf: what was answered is scored as if the candidate had submitted it.

    One whose time is over ends by time. `foreseen` as in `taking.submit`. Raises NotFound, Invalid without a
    reason, and Conflict when the attempt is not running or the actor stands on another side of the application.
    """
    reason = check_reason(reason)
    attempt = locked_to_end(session, actor.body_id, attempt_id)
    if attempt.state not in STARTED:
        raise Conflict(N_("This exam is not running, so it cannot be ended."))
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    because(session, reason)
    if attempt.state is AttemptState.PAUSED:
        _go_on(session, attempt, reason=reason, by=actor.person_id, now=now)
    session.add(
        AttemptEnd(
            body_id=actor.body_id,
            attempt_id=attempt.id,
            application_id=attempt.application_id,
            person_id=actor.person_id,
            reason=reason,
            ended_at=now,
        )
    )
    event = AttemptEvent.TIME_OVER if settled(attempt, now=now) else AttemptEvent.END
    close_attempt(session, attempt, event, now=now, foreseen=foreseen)
    return attempt


def check_reason(text: str) -> str:
    """Return a reason without the white space around it. Raises Invalid when it says nothing or too much."""
    reason = text.strip()
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        raise Invalid(
            N_("A reason has %(least)s to %(most)s characters, got %(got)s."),
            least=SHORTEST_REASON,
            most=LONGEST_REASON,
            got=len(reason),
        )
    return reason


def _locked_together(
    session: Session, body_id: str, sitting_id: str, attempt_ids: Collection[str]
) -> Collection[Attempt]:
    """Return the attempts of a sitting, locked in one order so that two batches never wait for each other."""
    wanted = set(attempt_ids)
    if not wanted:
        raise Invalid(N_("Choose at least one candidate."))
    attempts = session.scalars(
        select(Attempt)
        .where(Attempt.body_id == body_id, Attempt.sitting_id == sitting_id, Attempt.id.in_(wanted))
        .order_by(Attempt.id)
        .with_for_update()
    ).all()
    if len(attempts) != len(wanted):
        raise NotFound(N_("There is no such attempt in this sitting."))
    return attempts


def _go_on(session: Session, attempt: Attempt, *, reason: str, by: str | None, now: datetime) -> None:
    """End a pause: the time that it took is given back."""
    if attempt.paused_at is not None and attempt.deadline is not None:
        attempt.deadline += now - attempt.paused_at
    attempt.state = ATTEMPT.after(attempt.state, AttemptEvent.RESUME)
    attempt.paused_at = None
    _note_pause(session, attempt, PauseChange.RESUMED, reason=reason, by=by, now=now)


def _note_pause(
    session: Session, attempt: Attempt, change: PauseChange, *, reason: str, by: str | None, now: datetime
) -> None:
    session.add(
        AttemptPause(
            body_id=attempt.body_id,
            id=new_id(),
            attempt_id=attempt.id,
            change=change,
            reason=reason,
            by=by,
            at=now,
        )
    )
