"""Revoking, suspending, reinstating: one person proposes with the reason, a second one answers (four eyes).

Only a confirmed change counts, from that moment on. A revocation is never lifted. What a status is at a moment
is read from the changes (standing.py).
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.states import application_of, move, said
from assessment.credentials.four_eyes import answer_to, proposal_to_answer
from assessment.credentials.logged import log_status
from assessment.credentials.standing import standings
from assessment.credentials.status_lists import SIGN_LISTS, forget_documents
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    StatusChange,
    StatusConfirmation,
    StatusPurpose,
)
from assessment.credentials.told import StatusEvent, tell
from assessment.domain.certification.application_states import APPLICATION, ApplicationEvent
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.jobs.service import ask_for
from assessment.web.actor import Actor

EVENTS: Mapping[tuple[StatusPurpose, bool], ApplicationEvent] = {
    (StatusPurpose.REVOCATION, True): ApplicationEvent.REVOKE,
    (StatusPurpose.SUSPENSION, True): ApplicationEvent.SUSPEND,
    (StatusPurpose.SUSPENSION, False): ApplicationEvent.REINSTATE,
}

TOLD: Mapping[tuple[StatusPurpose, bool], StatusEvent] = {
    (StatusPurpose.REVOCATION, True): StatusEvent.REVOKED,
    (StatusPurpose.SUSPENSION, True): StatusEvent.SUSPENDED,
    (StatusPurpose.SUSPENSION, False): StatusEvent.REINSTATED,
}


def propose(
    session: Session,
    actor: Actor,
    credential_id: str,
    purpose: StatusPurpose,
    value: bool,
    *,
    reason: str,
    now: datetime,
) -> StatusChange:
    """Propose to set or to lift a status; nothing changes before a second person confirms.

    Raises NotFound for an unknown certificate, Invalid for a reason that says nothing, Conflict when the status
    is so already, a proposal of this kind waits, or a revocation would be lifted, NotAllowed to the holder.
    """
    credential = session.get(Credential, (actor.body_id, credential_id), with_for_update=True)
    if credential is None:
        raise NotFound(N_("There is no such certificate."))
    if credential.person_id == actor.person_id:
        raise NotAllowed(N_("Nobody changes the status of their own certificate."))
    reason = said(reason)
    standing = standings(session, actor.body_id, [credential_id])[credential_id]
    if (purpose, value) not in EVENTS:
        raise Conflict(N_("A revocation cannot be lifted."))
    if standing.revoked:
        raise Conflict(N_("This certificate is revoked; nothing changes that."))
    if purpose in standing.proposed:
        raise Conflict(N_("A proposal of this kind waits for a second person already."))
    if purpose is StatusPurpose.SUSPENSION and value is standing.suspended:
        raise Conflict(
            N_("This certificate is suspended already.") if value else N_("This certificate is not suspended.")
        )
    change = StatusChange(
        body_id=actor.body_id,
        id=new_id(),
        credential_id=credential_id,
        purpose=purpose,
        value=value,
        reason=reason,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    session.add(change)
    session.flush()
    return change


def answer(
    session: Session, actor: Actor, status_change_id: str, *, confirmed: bool, note: str = "", now: datetime
) -> StatusConfirmation:
    """Confirm a proposed change, which takes effect at once, or turn it down.

    Raises NotFound for an unknown proposal, NotAllowed to the person who proposed it and to the holder, Conflict
    when it has its answer.
    """
    change = proposal_to_answer(session, actor, StatusChange, status_change_id)
    intent = session.get_one(CredentialIntent, (actor.body_id, change.credential_id))
    if actor.person_id == intent.person_id:
        raise NotAllowed(N_("Nobody changes the status of their own certificate."))
    confirmation = StatusConfirmation(
        status_change_id=status_change_id, **answer_to(change, actor, confirmed=confirmed, note=note, now=now)
    )
    session.add(confirmation)
    session.flush()
    if confirmed:
        _take_effect(session, actor, change, intent, now=now)
    return confirmation


def _take_effect(
    session: Session, actor: Actor, change: StatusChange, intent: CredentialIntent, *, now: datetime
) -> None:
    """Let the lists and the application follow: the signed lists of before are worth nothing from now on."""
    application = application_of(session, actor.body_id, intent.application_id)
    event = EVENTS[change.purpose, change.value]
    if APPLICATION.allows(application.state, event):
        move(session, actor, application, event, reason=change.reason, now=now)
    forget_documents(session, actor.body_id, change.credential_id, change.purpose)
    log_status(session, change, now=now)
    tell(session, actor.body_id, change.credential_id, TOLD[change.purpose, change.value], now=now)
    ask_for(session, actor.body_id, SIGN_LISTS, {}, now=now)
