"""What the invigilator in the room does: check-in, release, extra time, voiding (rules 10, 12 and 14)."""

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
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.domain.exams.attempt_states import ATTEMPT, AttemptEvent, add_extra, deadline
from assessment.exams.closing import ask_to_close
from assessment.exams.tables import Attempt, AttemptRelease, ExtraTime
from assessment.exams.taking import locked
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


def void(session: Session, actor: Actor, attempt_id: str, *, reason: str) -> Attempt:
    """Void an attempt: it proves nothing any more, and everything that was recorded stays.

    The reason stands in the audit record. Raises NotFound, Invalid without a reason, and Conflict when it is
    void already.
    """
    reason = check_reason(reason)
    attempt = locked(session, actor.body_id, attempt_id)
    because(session, reason)
    attempt.state = ATTEMPT.after(attempt.state, AttemptEvent.VOID)
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

    All of them or none. Raises NotFound when one is not of this sitting, Conflict when one has ended, and
    Invalid for no attempts, no reason, or time that is not from 1 minute to 24 hours.
    """
    reason = check_reason(reason)
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
    given = timedelta(minutes=minutes)
    because(session, reason)
    for attempt in attempts:
        extra = add_extra(attempt.state, current=timedelta(seconds=attempt.extra_seconds), given=given)
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
        if attempt.started_at is not None:
            attempt.deadline = deadline(
                started_at=attempt.started_at, duration=timedelta(seconds=attempt.seconds), extra=extra
            )
            ask_to_close(session, attempt, now=now)
    session.flush()
    return list(attempts)


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
