"""The signed status lists: derived from the confirmed changes, signed for a short time, stored as published.

A list is signed again when half an hour has passed, by the worker or by whoever asks for it. A confirmed change
takes the stored document away, so that nobody is told the old state: until the list is signed again, the answer
is that it cannot be checked.

Specification: https://www.w3.org/TR/vc-bitstring-status-list/.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, delete, select
from sqlalchemy.orm import Session

from assessment.credentials.keys import issuer_did, ready_key
from assessment.credentials.signer_client import signer
from assessment.credentials.slots import list_number
from assessment.credentials.standing import set_credentials
from assessment.credentials.tables import StatusList, StatusListDocument, StatusPurpose, StatusSlot
from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.proof import add_proof
from assessment.domain.credentials.status_list import StatusPurpose as Purpose
from assessment.domain.credentials.status_list import status_list, status_list_credential
from assessment.domain.errors import N_, Conflict
from assessment.jobs.service import handle

SIGN_LISTS = "sign status lists"
VALID_FOR = timedelta(hours=12)
RENEW_AFTER = timedelta(minutes=30)
CLOCK_SKEW = timedelta(minutes=5)
MOST_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A list as it stands, before it is signed."""

    body_id: str
    id: str
    did: str
    purpose: StatusPurpose
    length: int
    marked: frozenset[int]


def published_list(status_list_id: str, now: datetime) -> dict[str, Any] | None:
    """Return the signed list of this name, signed again where it is not fresh; None when there is no such list.

    One statement where the stored one is fresh. Opens transactions of its own. Raises Conflict when it cannot be signed
    and none that still holds is stored.
    """
    with reading() as session:
        held = session.execute(_stored(), {"name": status_list_id}).first()
        if held is not None and held.signed_at - CLOCK_SKEW <= now < held.signed_at + RENEW_AFTER:
            document: dict[str, Any] = held.document
            return document
        draft = _draft(session, status_list_id)
    if draft is None:
        return None
    try:
        return sign_list(draft, now)
    except Conflict:
        if held is not None and now < held.valid_until:
            document = held.document
            return document
        raise


@cache
def _stored() -> Executable:
    return (
        select(StatusListDocument.document, StatusListDocument.signed_at, StatusListDocument.valid_until)
        .join(
            StatusList,
            (StatusList.body_id == StatusListDocument.body_id) & (StatusList.id == StatusListDocument.status_list_id),
        )
        .where(StatusList.id == bindparam("name"))
    )


def renew_lists(now: datetime) -> int:
    """Sign every list that is not fresh and return how many lists there are; opens transactions of its own."""
    with reading() as session:
        names = list(session.scalars(select(StatusList.id).order_by(StatusList.id)))
    for name in names:
        published_list(name, now)
    return len(names)


def sign_list(draft: Draft, now: datetime) -> dict[str, Any]:
    """Sign a list and store it; begins anew when a change was confirmed meanwhile.

    Raises Conflict when the signer does not answer or the list changes faster than it can be signed.
    """
    key = ready_key(draft.body_id, draft.did, now)
    for _ in range(MOST_TRIES):
        document = add_proof(
            status_list_credential(
                issuer=draft.did,
                purpose=Purpose(draft.purpose),
                bits=status_list(draft.marked, length=draft.length),
                valid_from=now,
                valid_until=now + VALID_FOR,
                number=list_number(draft.id),
            ),
            verification_method=key.address,
            created=now,
            sign=signer().signing_as(draft.body_id, key.id),
        )
        act = Act(body_id=draft.body_id, account_id=None, person_id=None, at=now, name="credentials.sign_list")
        with unit_of_work(act) as session:
            again = _locked_draft(session, draft)
            if again == draft:
                session.merge(
                    StatusListDocument(
                        body_id=draft.body_id,
                        status_list_id=draft.id,
                        document=document,
                        signed_at=now,
                        valid_until=now + VALID_FOR,
                    )
                )
                return document
            draft = again
    raise Conflict(N_("The status list changes too fast to be signed; try again in a moment."))


def forget_documents(session: Session, body_id: str, credential_id: str, purpose: StatusPurpose) -> None:
    """Take away the signed list in which a credential has its place for this purpose."""
    names = session.scalars(
        select(StatusList.id)
        .join(StatusSlot, (StatusSlot.body_id == StatusList.body_id) & (StatusSlot.status_list_id == StatusList.id))
        .where(
            StatusList.body_id == body_id,
            StatusList.purpose == purpose,
            StatusSlot.credential_intent_id == credential_id,
        )
        .with_for_update(of=StatusList)
    ).all()
    session.execute(
        delete(StatusListDocument).where(
            StatusListDocument.body_id == body_id, StatusListDocument.status_list_id.in_(names)
        )
    )


def marked_positions(session: Session, row: StatusList) -> frozenset[int]:
    """Return the positions of a list whose status is set, as the confirmed changes say."""
    return frozenset(
        session.scalars(
            select(StatusSlot.position).where(
                StatusSlot.body_id == row.body_id,
                StatusSlot.status_list_id == row.id,
                StatusSlot.credential_intent_id.in_(set_credentials(row.body_id, row.purpose)),
            )
        )
    )


def _draft(session: Session, status_list_id: str) -> Draft | None:
    row = session.scalar(select(StatusList).where(StatusList.id == status_list_id))
    return None if row is None else _of(session, row)


def _locked_draft(session: Session, draft: Draft) -> Draft:
    """The list once more, its row locked: who confirms a change takes the same lock."""
    return _of(session, session.get_one(StatusList, (draft.body_id, draft.id), with_for_update=True))


def _of(session: Session, row: StatusList) -> Draft:
    return Draft(
        body_id=row.body_id,
        id=row.id,
        did=issuer_did(session, row.body_id),
        purpose=row.purpose,
        length=row.length,
        marked=marked_positions(session, row),
    )


def _sign_all(_body_id: str, _payload: dict[str, Any], now: datetime) -> None:
    renew_lists(now)


handle(SIGN_LISTS, _sign_all)
