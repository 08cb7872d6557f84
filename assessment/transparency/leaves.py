"""Writing a leaf in the transaction of its fact, and the nonces that let it be opened again.

Ids in a statement are blinded one by one, so that a place on a roster can be shown to somebody without showing the
others'. Nonces of statements are not stored: they follow from the installation's secret and the leaf's id. The nonce
of an issue is drawn, and sealed under the holder's key: erasing the holder closes the leaf for good.
"""

import hmac
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.sealing import derive
from assessment.domain.log.entry import Kind, blinded, commitment, statement
from assessment.settings import Settings
from assessment.transparency.tables import LogLeaf, LogWaiting

Blind = Callable[[str], str]
Facts = Callable[[Blind], Mapping[str, Any]]


def write_leaf(session: Session, body_id: str, kind: Kind, subject: str, facts: Facts, *, now: datetime) -> LogLeaf:
    """Write the leaf of a fact; `facts` gets the function that blinds an id and returns what the statement says."""
    leaf_id = new_id()
    text = statement(kind, facts(blind_of(leaf_id)))
    return _add(
        session,
        LogLeaf(
            body_id=body_id,
            id=leaf_id,
            kind=kind,
            subject=subject,
            statement=text.decode(),
            sealed_nonce=None,
            commitment=commitment(statement_nonce(leaf_id), text),
            written_at=now,
        ),
    )


def write_issue(
    session: Session, body_id: str, credential_id: str, *, sealed_nonce: bytes, committed: bytes, now: datetime
) -> LogLeaf:
    """Write the leaf of a signed credential: the commitment to it, and the nonce sealed under the holder's key."""
    return _add(
        session,
        LogLeaf(
            body_id=body_id,
            id=new_id(),
            kind=Kind.ISSUE,
            subject=credential_id,
            statement="",
            sealed_nonce=sealed_nonce,
            commitment=committed,
            written_at=now,
        ),
    )


def leaf_of(session: Session, body_id: str, kind: Kind, subject: str) -> LogLeaf | None:
    """Return the leaf of a fact, or None."""
    return session.scalar(
        select(LogLeaf).where(LogLeaf.body_id == body_id, LogLeaf.kind == kind, LogLeaf.subject == subject)
    )


def statement_nonce(leaf_id: str) -> bytes:
    """Return the nonce (32 bytes) under which a leaf's statement is committed to."""
    return hmac.digest(_key(), b"statement\n" + leaf_id.encode(), sha256)


def blind_of(leaf_id: str) -> Blind:
    """Return the function that blinds ids in a leaf's statement, each under a nonce of its own."""

    def blind(text: str) -> str:
        return blinded(hmac.digest(_key(), f"id\n{leaf_id}\n{text}".encode(), sha256), text)

    return blind


def _add(session: Session, leaf: LogLeaf) -> LogLeaf:
    session.add(leaf)
    session.flush()
    session.add(LogWaiting(body_id=leaf.body_id, log_leaf_id=leaf.id))
    session.flush()
    return leaf


def _key() -> bytes:
    settings: Settings = current_app.extensions["settings"]
    return derive(settings.secret, "log nonces")
