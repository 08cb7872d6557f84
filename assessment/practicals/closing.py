"""Closing a practical when its work is over, and opening it again with a reason.

Whoever closes stands on the side of those who watch, like whoever decides on what comes afterwards, so that the
database itself refuses an assessor of it.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.audit.recording import because
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.outbox import is_storable
from assessment.domain.practicals.closing import GATE, Gate, GateEvent
from assessment.practicals.logged import log_close
from assessment.practicals.opening import locked
from assessment.practicals.remarking import check_reason
from assessment.practicals.sheets import find_sheet
from assessment.practicals.tables import Practical, PracticalState
from assessment.practicals.tables_ending import PracticalClosing
from assessment.web.actor import Actor

LONGEST_REMARK = 500


def close(session: Session, actor: Actor, practical_id: str, *, remark: str, now: datetime) -> PracticalClosing:
    """Close a practical: marks and photos that reach the server from now on are held for a second person.

    Raises NotFound, Conflict before the check-in, when it is closed already, for an assessor of it and for whoever
    stands on another side of the application; Invalid for a remark that is too long.
    """
    practical = locked(session, actor.body_id, practical_id)
    if practical.state is PracticalState.SCHEDULED:
        raise Conflict(N_("The candidate is not checked in yet: there is nothing to close."))
    remark = remark.strip()
    if len(remark) > LONGEST_REMARK or not is_storable(remark):
        raise Invalid(
            N_("Expected a remark of up to %(most)s characters, got %(got)s."), most=LONGEST_REMARK, got=len(remark)
        )
    return _turn(session, actor, practical, GateEvent.CLOSE, remark, now)


def reopen(session: Session, actor: Actor, practical_id: str, *, reason: str, now: datetime) -> PracticalClosing:
    """Open a closed practical again: marks are taken as they come.

    Raises NotFound, Invalid without a reason, and Conflict when it is not closed or as `close` does.
    """
    reason = check_reason(reason)
    return _turn(session, actor, locked(session, actor.body_id, practical_id), GateEvent.REOPEN, reason, now)


def closings_of(session: Session, body_id: str, practical_id: str) -> list[PracticalClosing]:
    """Return each closing and opening of a practical, the oldest first; one statement."""
    return list(
        session.scalars(
            select(PracticalClosing)
            .where(PracticalClosing.body_id == body_id, PracticalClosing.practical_id == practical_id)
            .order_by(PracticalClosing.number)
        )
    )


def _turn(
    session: Session, actor: Actor, practical: Practical, event: GateEvent, reason: str, now: datetime
) -> PracticalClosing:
    if find_sheet(session, practical.body_id, practical.id, actor.person_id) is not None:
        raise Conflict(N_("A second person closes a practical, not an assessor of it."))
    turns = closings_of(session, practical.body_id, practical.id)
    gate = Gate.CLOSED if turns and turns[-1].closed else Gate.OPEN
    if not GATE.allows(gate, event):
        raise Conflict(
            N_("This practical is closed already.") if event is GateEvent.CLOSE else N_("This practical is not closed.")
        )
    take_side(session, practical.body_id, practical.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    if reason:
        because(session, reason)
    closing = PracticalClosing(
        body_id=practical.body_id,
        practical_id=practical.id,
        number=len(turns) + 1,
        application_id=practical.application_id,
        person_id=actor.person_id,
        closed=GATE.after(gate, event) is Gate.CLOSED,
        reason=reason,
        at=now,
    )
    session.add(closing)
    session.flush()
    if closing.closed:
        log_close(session, practical, str(closing.number), now=now)
    return closing
