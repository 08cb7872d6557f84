"""Sealed answers come in: by themselves from a shared PC, or as a file that the invigilator takes in (rule 14).

Either way they are judged event by event like anything that a device sends; a file leaves a record of who took it in
and what became of it, and the file itself stays in the store, sealed as it came.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed
from assessment.domain.exams.late_rule import Disposition, judge
from assessment.exams.answering import LATE_RULE, take_events
from assessment.exams.sealed import Opened
from assessment.exams.tables import Attempt, ResponseEvent
from assessment.exams.tables_devices import ExportedFile
from assessment.exams.taking import locked
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Inside:
    """What a file holds, before it is taken in: whose answers, and by count what would become of its events."""

    attempt: Attempt
    known: int
    counting: int
    held: int
    late: int

    @property
    def new(self) -> int:
        """How many events the server does not have."""
        return self.counting + self.held + self.late


@dataclass(kw_only=True, slots=True)
class Settled:
    """What became of the events of a box, by count."""

    accepted: int = 0
    held: int = 0
    refused: int = 0


def look_inside(session: Session, body_id: str, sitting_id: str, opened: Opened, *, now: datetime) -> Inside:
    """Say what a box holds. Reads only. Raises Invalid when its attempt is not one of this sitting."""
    attempt = _attempt_of(session, body_id, sitting_id, opened)
    known = _known(session, opened)
    new = opened.count - known
    verdict = judge(
        attempt.state,
        received_at=now,
        deadline_at=attempt.deadline,
        event_epoch=opened.token.epoch,
        attempt_epoch=attempt.epoch,
        rule=LATE_RULE,
        paused_at=attempt.paused_at,
    )
    return Inside(
        attempt=attempt,
        known=known,
        counting=new if verdict.disposition is Disposition.ACCEPTED else 0,
        held=new if verdict.disposition is Disposition.HELD else 0,
        late=new if verdict.disposition is Disposition.REFUSED else 0,
    )


def settle(session: Session, opened: Opened, *, now: datetime) -> Settled:
    """Take the events of a box in as if the device had sent them now. Raises NotFound for an unknown attempt."""
    settled = Settled()
    for batch in opened.batches:
        try:
            reply = take_events(session, opened.token, batch, now=now)
        except NotAllowed:  # the late window is over: nothing of it is taken any more
            settled.refused += len(batch.events) + len(batch.unreadable)
        else:
            settled.accepted += len(reply.acknowledged)
            settled.held += len(reply.held)
            settled.refused += len(reply.refused)
    return settled


def take_in(
    session: Session, actor: Actor, sitting_id: str, opened: Opened, *, digest: str, size: int, now: datetime
) -> ExportedFile:
    """Take a file's events in and record it; `digest` names the sealed file in the store, `size` is in bytes.

    Raises Invalid for a file of another sitting, and Conflict when it was taken in before or the actor stands on
    another side of the application.
    """
    found = _attempt_of(session, actor.body_id, sitting_id, opened)
    if taken_in(session, actor.body_id, digest) is not None:
        raise Conflict(N_("This file was taken in before."))
    attempt = locked(session, actor.body_id, found.id)
    take_side(session, actor.body_id, attempt.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    known = _known(session, opened)
    settled = settle(session, opened, now=now)
    record = ExportedFile(
        body_id=actor.body_id,
        id=new_id(),
        attempt_id=attempt.id,
        application_id=attempt.application_id,
        person_id=actor.person_id,
        digest=digest,
        size=size,
        events=opened.count,
        known=known,
        accepted=settled.accepted,
        held=settled.held,
        refused=settled.refused,
        taken_in_at=now,
    )
    session.add(record)
    session.flush()
    return record


def taken_in(session: Session, body_id: str, digest: str) -> ExportedFile | None:
    """Return the record of a file that was taken in, or None."""
    return session.scalar(select(ExportedFile).where(ExportedFile.body_id == body_id, ExportedFile.digest == digest))


def _attempt_of(session: Session, body_id: str, sitting_id: str, opened: Opened) -> Attempt:
    token = opened.token
    attempt = session.get(Attempt, (body_id, token.attempt_id)) if token.body_id == body_id else None
    if attempt is None or attempt.sitting_id != sitting_id or attempt.person_id != token.person_id:
        raise Invalid(N_("The answers in this file belong to another sitting, not to this one."))
    return attempt


def _known(session: Session, opened: Opened) -> int:
    """How many of the events the server has already."""
    keys = {event.key for batch in opened.batches for event in batch.events}
    if not keys:
        return 0
    stored = session.execute(
        select(ResponseEvent.client, ResponseEvent.seq).where(
            ResponseEvent.body_id == opened.token.body_id,
            ResponseEvent.attempt_id == opened.token.attempt_id,
            ResponseEvent.client.in_({client for client, _seq in keys}),
        )
    )
    return len(keys & {(row.client, row.seq) for row in stored})
