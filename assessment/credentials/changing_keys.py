"""Rotating, retiring and withdrawing a key: one person proposes with the reason, a second one answers (four eyes).

A rotation retires the key and opens the next one of the year; a retirement only takes it out of use, and whatever has
to be signed next opens the next key. Both stay published, and what they signed stays valid. A compromised key is taken
out of the published keys at once; what it signed stands from then on only by the log's proof that it was there before
(`domain.credentials.withdrawn`). In each case the signer is told to sign with it no more.

Keys for PDF files (`pdf-2026`) change in the same way; what a compromised one sealed stands only where it is a file
that was issued (`pdf_seals`).
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
from assessment.credentials.key_files import PDF
from assessment.credentials.keys import current_key, make_ready
from assessment.credentials.pdf_certificates import make_next_ready, open_next, pdf_keys
from assessment.credentials.pdf_seals import record_seals, remember_seals, unrecorded
from assessment.credentials.signer_client import signer
from assessment.credentials.status_lists import SIGN_LISTS
from assessment.credentials.tables import IssuerKey, StatusList, StatusListDocument
from assessment.credentials.tables_keys import (
    KeyChange,
    KeyChangeKind,
    KeyConfirmation,
    PdfCertificate,
    PdfKeyChange,
    PdfKeyConfirmation,
)
from assessment.database import reading
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.jobs.service import ask_for, handle
from assessment.web.actor import Actor

CLOSE_KEY = "close a key"


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLine:
    """A key with what waits for it: `waiting` is a proposal without an answer."""

    id: str
    opened_at: datetime
    retired_at: datetime | None
    compromised_at: datetime | None
    waiting: KeyChange | PdfKeyChange | None


def propose(
    session: Session, actor: Actor, key_id: str, kind: KeyChangeKind, *, reason: str, now: datetime
) -> KeyChange | PdfKeyChange:
    """Propose to change a key of the actor's body; nothing changes before a second person confirms.

    Raises NotFound for an unknown key, Invalid for a reason that says nothing, Conflict when a proposal for the key
    waits already, or when the key is so already.
    """
    key = session.get(PdfCertificate if is_pdf(key_id) else IssuerKey, (actor.body_id, key_id), with_for_update=True)
    if key is None:
        raise NotFound(N_("There is no such key."))
    reason = said(reason)
    _check_possible(session, actor.body_id, key_id, kind)
    if key_id in _waiting(session, actor.body_id):
        raise Conflict(N_("A proposal for this key waits for a second person already."))
    change = (PdfKeyChange if is_pdf(key_id) else KeyChange)(
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
) -> KeyConfirmation | PdfKeyConfirmation:
    """Confirm a proposed change of a key, which takes effect at once, or turn it down.

    A rotation asks the signer for the next key: `ready_for` before the transaction, and it is only looked up here.

    Raises NotFound for an unknown proposal, NotAllowed to the person who proposed it, Conflict when it has its answer
    or no longer fits the key.
    """
    confirmation: KeyConfirmation | PdfKeyConfirmation
    key_table: type[IssuerKey] | type[PdfCertificate]
    if session.get(PdfKeyChange, (actor.body_id, key_change_id)) is None:
        change = proposal_to_answer(session, actor, KeyChange, key_change_id)
        said_so = answer_to(change, actor, confirmed=confirmed, note=note, now=now)
        key_id, kind, key_table = change.key_id, change.kind, IssuerKey
        confirmation = KeyConfirmation(key_change_id=key_change_id, **said_so)
    else:
        pdf_change = proposal_to_answer(session, actor, PdfKeyChange, key_change_id)
        said_so = answer_to(pdf_change, actor, confirmed=confirmed, note=note, now=now)
        key_id, kind, key_table = pdf_change.key_id, pdf_change.kind, PdfCertificate
        confirmation = PdfKeyConfirmation(pdf_key_change_id=key_change_id, **said_so)
    session.get_one(key_table, (actor.body_id, key_id), with_for_update=True)
    if confirmed:
        _check_possible(session, actor.body_id, key_id, kind)
    session.add(confirmation)
    session.flush()
    if confirmed and is_pdf(key_id):
        _take_effect_on_pdf(session, actor.body_id, kind, now=now)
    elif confirmed:
        _take_effect(session, session.get_one(IssuerKey, (actor.body_id, key_id)), kind, now=now)
    if confirmed:
        stolen = {"stolen": now.isoformat()} if kind is KeyChangeKind.COMPROMISE and is_pdf(key_id) else {}
        ask_for(session, actor.body_id, CLOSE_KEY, {"key": key_id, **stolen}, now=now)
    return confirmation


def ready_for(body_id: str, key_change_id: str, now: datetime) -> None:
    """Do beforehand what is slow about a confirmation: the next key, the digests of older PDF files.

    Opens transactions of its own; nothing of it takes a key out of use.
    """
    with reading() as session:
        change = make_key_ready(session, body_id, key_change_id, now)
        older_files = change is not None and change.kind is KeyChangeKind.COMPROMISE and is_pdf(change.key_id)
    if older_files:
        remember_seals(body_id, now)


def make_key_ready(
    session: Session, body_id: str, key_change_id: str, now: datetime
) -> KeyChange | PdfKeyChange | None:
    """Have the next key made before the transaction that confirms a rotation; reads only, and returns the proposal."""
    change = session.get(KeyChange, (body_id, key_change_id)) or session.get(PdfKeyChange, (body_id, key_change_id))
    if change is not None and change.kind is KeyChangeKind.ROTATION:
        (make_next_ready if is_pdf(change.key_id) else make_ready)(session, body_id, now, after=change.key_id)
    return change


def key_lines(session: Session, body_id: str) -> Sequence[KeyLine]:
    """Return the keys of a body, the newest first; four statements."""
    keys: list[Any] = [*session.scalars(select(IssuerKey).where(IssuerKey.body_id == body_id))]
    keys += pdf_keys(session, body_id)
    waiting = _waiting(session, body_id)
    return [
        KeyLine(
            id=key.id,
            opened_at=key.opened_at,
            retired_at=key.retired_at,
            compromised_at=key.compromised_at,
            waiting=waiting.get(key.id),
        )
        for key in sorted(keys, key=_age, reverse=True)
    ]


def is_pdf(key_id: str) -> bool:
    """Say whether a key is one for PDF files."""
    return key_id.startswith(PDF)


def _age(key: Any) -> tuple[datetime, str]:
    return key.opened_at, key.id


def _check_possible(session: Session, body_id: str, key_id: str, kind: KeyChangeKind) -> None:
    line = next(line for line in key_lines(session, body_id) if line.id == key_id)
    if line.compromised_at is not None:
        raise Conflict(N_("This key is withdrawn; nothing changes that."))
    if kind is not KeyChangeKind.COMPROMISE and line.retired_at is not None:
        raise Conflict(N_("This key is retired already."))


def _waiting(session: Session, body_id: str) -> dict[str, KeyChange | PdfKeyChange]:
    """Return the proposals without an answer, by their keys."""
    changes = session.scalars(
        select(KeyChange)
        .join(
            KeyConfirmation,
            (KeyConfirmation.body_id == KeyChange.body_id) & (KeyConfirmation.key_change_id == KeyChange.id),
            isouter=True,
        )
        .where(KeyChange.body_id == body_id, KeyConfirmation.confirmed_at.is_(None))
    )
    pdf_changes = session.scalars(
        select(PdfKeyChange)
        .join(
            PdfKeyConfirmation,
            (PdfKeyConfirmation.body_id == PdfKeyChange.body_id)
            & (PdfKeyConfirmation.pdf_key_change_id == PdfKeyChange.id),
            isouter=True,
        )
        .where(PdfKeyChange.body_id == body_id, PdfKeyConfirmation.confirmed_at.is_(None))
    )
    return {change.key_id: change for change in (*changes, *pdf_changes)}


def _take_effect_on_pdf(session: Session, body_id: str, kind: KeyChangeKind, *, now: datetime) -> None:
    """The confirmation itself takes the key out of use; here is what goes with it."""
    if kind is KeyChangeKind.ROTATION:
        open_next(session, body_id, now)
    if kind is KeyChangeKind.COMPROMISE:
        record_seals(session, body_id, unrecorded(session, body_id))


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
    ask_for(session, key.body_id, SIGN_LISTS, {}, now=now)


def _close(body_id: str, payload: dict[str, Any], _now: datetime) -> None:
    if "stolen" in payload:
        signer().revoke(body_id, payload["key"], datetime.fromisoformat(payload["stolen"]))
    else:
        signer().retire(body_id, payload["key"])


handle(CLOSE_KEY, _close)
