"""Another device goes on: the candidate asks there, the invigilator in the room lets it (rule 14).

Letting raises the writer epoch: what the old device still holds is kept as held, and never replaces an answer that
was given since unless an invigilator says so.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict
from assessment.domain.exams.attempt_states import STARTED
from assessment.exams.invigilating import check_reason
from assessment.exams.tables import Attempt
from assessment.exams.tables_devices import MoveRelease, MoveRequest
from assessment.exams.taking import locked
from assessment.exams.tokens import WriterToken
from assessment.web.actor import Actor

ELSEWHERE = N_("This exam is open on another device.")


def ask_to_move(session: Session, body_id: str, attempt_id: str, device: str, *, now: datetime) -> MoveRequest | None:
    """Ask to go on with a running attempt on this device; asking again changes nothing.

    `device` is the keyed digest of the device that asks. Returns None when it writes already. Raises NotFound, and
    Conflict when the attempt is not running.
    """
    attempt = locked(session, body_id, attempt_id)
    _check_going_on(attempt)
    if attempt.device == device:
        return None
    asked = open_request(session, body_id, attempt_id, device)
    if asked is None:
        asked = MoveRequest(body_id=body_id, id=new_id(), attempt_id=attempt_id, device=device, asked_at=now)
        session.add(asked)
        session.flush()
    return asked


def let_move(session: Session, actor: Actor, attempt_id: str, *, reason: str, now: datetime) -> Attempt:
    """Let the attempt go on on the device that asked last, and end the old one's writing.

    Raises NotFound, Invalid without a reason, and Conflict when the attempt is not running, no device has asked, or
    the actor stands on another side of the application.
    """
    reason = check_reason(reason)
    attempt = locked(session, actor.body_id, attempt_id)
    _check_going_on(attempt)
    asked = session.scalars(_open(actor.body_id).where(MoveRequest.attempt_id == attempt_id)).first()
    if asked is None:
        raise Conflict(N_("No other device has asked to go on with this exam."))
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    because(session, reason)
    attempt.device = asked.device
    attempt.epoch += 1
    session.flush()
    session.add(
        MoveRelease(
            body_id=actor.body_id,
            request_id=asked.id,
            attempt_id=attempt.id,
            application_id=attempt.application_id,
            person_id=actor.person_id,
            epoch=attempt.epoch,
            reason=reason,
            released_at=now,
        )
    )
    session.flush()
    return attempt


def stay(session: Session, token: WriterToken, *, device: str) -> Attempt:
    """Know the writing device again that has lost its cookie: it still holds the current writer's token.

    A browser that is killed may lose a cookie which it was given in the last half minute. Raises NotFound, and
    Conflict when the token is not the current writer's or the attempt is not running.
    """
    attempt = locked(session, token.body_id, token.attempt_id)
    _check_going_on(attempt)
    if token.person_id != attempt.person_id or token.epoch != attempt.epoch:
        raise Conflict(ELSEWHERE)
    attempt.device = device
    session.flush()
    return attempt


def open_requests(session: Session, body_id: str, sitting_id: str) -> Sequence[MoveRequest]:
    """Return who waits to go on on another device in a sitting, the newest first, one an attempt."""
    newest: dict[str, MoveRequest] = {}
    for asked in session.scalars(_open(body_id).where(Attempt.sitting_id == sitting_id)):
        newest.setdefault(asked.attempt_id, asked)
    return list(newest.values())


def open_request(session: Session, body_id: str, attempt_id: str, device: str) -> MoveRequest | None:
    """Return this device's request that nobody has answered yet, or None."""
    return session.scalars(
        _open(body_id).where(MoveRequest.attempt_id == attempt_id, MoveRequest.device == device)
    ).first()


def moves_of(session: Session, body_id: str, attempt_ids: Sequence[str]) -> Sequence[MoveRelease]:
    """Return the moves of attempts to other devices, in the order in which they were let."""
    return session.scalars(
        select(MoveRelease)
        .where(MoveRelease.body_id == body_id, MoveRelease.attempt_id.in_(attempt_ids))
        .order_by(MoveRelease.released_at, MoveRelease.request_id)
    ).all()


def _open(body_id: str) -> Select[MoveRequest]:
    """The requests of running attempts that were not let, and came after the last that was."""
    later = (
        select(MoveRelease.request_id)
        .where(
            MoveRelease.body_id == MoveRequest.body_id,
            MoveRelease.attempt_id == MoveRequest.attempt_id,
            MoveRelease.released_at >= MoveRequest.asked_at,
        )
        .correlate(MoveRequest)
        .exists()
    )
    return (
        select(MoveRequest)
        .join(Attempt, (Attempt.body_id == MoveRequest.body_id) & (Attempt.id == MoveRequest.attempt_id))
        .where(MoveRequest.body_id == body_id, Attempt.state.in_(STARTED), ~later)
        .order_by(MoveRequest.asked_at.desc(), MoveRequest.id)
    )


def _check_going_on(attempt: Attempt) -> None:
    if attempt.state not in STARTED:
        raise Conflict(N_("This exam is not running, so it cannot go on on another device."))
