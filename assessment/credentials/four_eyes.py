"""Four eyes on keys and on the status of certificates: what one person proposed is answered once, by somebody else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from assessment.credentials.tables import StatusChange, StatusConfirmation
from assessment.credentials.tables_keys import KeyChange, KeyConfirmation, PdfKeyChange, PdfKeyConfirmation
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.web.actor import Actor

LONGEST_NOTE = 2_000

_ANSWERS: Mapping[type, type[StatusConfirmation | KeyConfirmation | PdfKeyConfirmation]] = {
    StatusChange: StatusConfirmation,
    KeyChange: KeyConfirmation,
    PdfKeyChange: PdfKeyConfirmation,
}

Proposal = TypeVar("Proposal", StatusChange, KeyChange, PdfKeyChange)


def proposal_to_answer(session: Session, actor: Actor, kind: type[Proposal], proposal_id: str) -> Proposal:
    """Return a proposal of the actor's body, locked until the end of the transaction, which the actor may answer.

    Raises NotFound for an unknown proposal, NotAllowed to the person who proposed it, Conflict when it has its answer.
    """
    proposal = session.get(kind, (actor.body_id, proposal_id), with_for_update=True)
    if proposal is None:
        raise NotFound(N_("There is no such proposal."))
    if actor.person_id == proposal.proposed_by:
        raise NotAllowed(N_("Expected a second person to answer, got the one who proposed."))
    if session.get(_ANSWERS[kind], (actor.body_id, proposal_id)) is not None:
        raise Conflict(N_("This proposal has its answer."))
    return proposal


def answer_to(
    proposal: StatusChange | KeyChange | PdfKeyChange, actor: Actor, *, confirmed: bool, note: str, now: datetime
) -> Mapping[str, Any]:
    """Return the columns that the answer to any proposal has."""
    return {
        "body_id": actor.body_id,
        "proposed_by": proposal.proposed_by,
        "confirmed_by": actor.person_id,
        "confirmed": confirmed,
        "note": note.strip()[:LONGEST_NOTE],
        "confirmed_at": now,
    }
