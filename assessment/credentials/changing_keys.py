"""Rotating, retiring and withdrawing a key: one person proposes with the reason, a second one answers (four eyes).

A rotation retires the key and opens the next one of the year; a retirement only takes it out of use, and whatever has
to be signed next opens the next key. Both stay published, and what they signed stays valid. A compromised key is taken
out of the published keys at once; what it signed stands from then on only by the log's proof that it was there before
(`domain.credentials.withdrawn`). In each case the signer is told to sign with it no more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.states import said
from assessment.credentials.four_eyes import answer_to, proposal_to_answer
from assessment.credentials.keys import current_key, make_ready
from assessment.credentials.signer_client import signer
from assessment.credentials.status_lists import SIGN_LISTS
from assessment.credentials.tables import IssuerKey, StatusList, StatusListDocument
from assessment.credentials.tables_keys import KeyChange, KeyChangeKind, KeyConfirmation
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.jobs.service import ask_for, handle
from assessment.web.actor import Actor

CLOSE_KEY = "close a key"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLine:
    """A key with what waits for it: `waiting` is a proposal without an answer."""

    id: str
    year: int
    opened_at: datetime
    retired_at: datetime | None
    compromised_at: datetime | None
    waiting: KeyChange | None


def propose(
    session: Session, actor: Actor, key_id: str, kind: KeyChangeKind, *, reason: str, now: datetime
) -> KeyChange:
    """Propose to change a key of the actor's body; nothing changes before a second person confirms.

    Raises NotFound for an unknown key, Invalid for a reason that says nothing, Conflict when a proposal for the key
    waits already, or when the key is so already.
    """
    key = session.get(IssuerKey, (actor.body_id, key_id), with_for_update=True)
    if key is None:
        raise NotFound(N_("There is no such key."))
    reason = said(reason)
    _check_possible(session, key, kind)
    if _waiting(session, actor.body_id, key_id) is not None:
        raise Conflict(N_("A proposal for this key waits for a second person already."))
    change = KeyChange(
        body_id=actor.body_id,
        id=new_id(),
        key_id=key_id,
        kind=kind,
        reason=reason,
        proposed_by=actor.person_id,
        proposed_at=now,
    )
    session.add(change)
    session.flush()
    return change


def answer(
    session: Session, actor: Actor, key_change_id: str, *, confirmed: bool, note: str = "", now: datetime
) -> KeyConfirmation:
    """Confirm a proposed change of a key, which takes effect at once, or turn it down.

    A rotation asks the signer for the next key: `make_ready` before the transaction, and it is only looked up here.

    Raises NotFound for an unknown proposal, NotAllowed to the person who proposed it, Conflict when it has its answer
    or no longer fits the key.
    """
    change = proposal_to_answer(session, actor, KeyChange, key_change_id)
    key = session.get_one(IssuerKey, (actor.body_id, change.key_id), with_for_update=True)
    if confirmed:
        _check_possible(session, key, change.kind)
    confirmation = KeyConfirmation(
        key_change_id=key_change_id, **answer_to(change, actor, confirmed=confirmed, note=note, now=now)
    )
    session.add(confirmation)
    session.flush()
    if confirmed:
        _take_effect(session, key, change.kind, now=now)
    return confirmation


def ready_for(session: Session, body_id: str, key_change_id: str, now: datetime) -> None:
    """Have the next key made before the transaction that confirms a rotation; reads only."""
    change = session.get(KeyChange, (body_id, key_change_id))
    if change is not None and change.kind is KeyChangeKind.ROTATION:
        make_ready(session, body_id, now, after=change.key_id)


def key_lines(session: Session, body_id: str) -> Sequence[KeyLine]:
    """Return the keys of a body, the newest first."""
    keys = session.scalars(
        select(IssuerKey).where(IssuerKey.body_id == body_id).order_by(IssuerKey.opened_at.desc(), IssuerKey.id.desc())
    ).all()
    return [
        KeyLine(
            id=key.id,
            year=key.year,
            opened_at=key.opened_at,
            retired_at=key.retired_at,
            compromised_at=key.compromised_at,
            waiting=_waiting(session, body_id, key.id),
        )
        for key in keys
    ]


def _check_possible(session: Session, key: IssuerKey, kind: KeyChangeKind) -> None:
    if key.compromised_at is not None:
        raise Conflict(N_("This key is withdrawn; nothing changes that."))
    if kind is not KeyChangeKind.COMPROMISE and key.retired_at is not None:
        raise Conflict(N_("This key is retired already."))


def _waiting(session: Session, body_id: str, key_id: str) -> KeyChange | None:
    return session.scalar(
        select(KeyChange)
        .join(
            KeyConfirmation,
            (KeyConfirmation.body_id == KeyChange.body_id) & (KeyConfirmation.key_change_id == KeyChange.id),
            isouter=True,
        )
        .where(KeyChange.body_id == body_id, KeyChange.key_id == key_id, KeyConfirmation.confirmed_at.is_(None))
    )


def _take_effect(session: Session, key: IssuerKey, kind: KeyChangeKind, *, now: datetime) -> None:
    key.retired_at = key.retired_at or now
    if kind is KeyChangeKind.COMPROMISE:
        key.compromised_at = now
        # Lists that the thief could have signed are worth nothing; they are signed anew with another key.
        names = session.scalars(select(StatusList.id).where(StatusList.body_id == key.body_id).with_for_update()).all()
        session.execute(
            delete(StatusListDocument).where(
                StatusListDocument.body_id == key.body_id, StatusListDocument.status_list_id.in_(names)
            )
        )
    session.flush()
    if kind is KeyChangeKind.ROTATION:
        current_key(session, key.body_id, now)
    ask_for(session, key.body_id, CLOSE_KEY, {"key": key.id}, now=now)
    ask_for(session, key.body_id, SIGN_LISTS, {}, now=now)


def _close(body_id: str, payload: dict[str, Any], _now: datetime) -> None:
    signer().retire(body_id, payload["key"])


handle(CLOSE_KEY, _close)
