"""What of a certificate goes into the transparency log: that it was issued, and each change of its status.

Here it is also held against the log: a certificate whose signature claims another day than its entry, one that is
signed and never came to be issued, and a head in the installation's folder that is not the newest.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import sealer
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.credentials.log_heads import log_key, newest_checkpoint, remembered, standing_behind
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    SignedCredential,
    StatusChange,
    StatusConfirmation,
)
from assessment.database import Act, unit_of_work
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.log_proof import LONGEST_DELAY
from assessment.domain.credentials.proof import read_proof
from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import trusted_head
from assessment.domain.log.entry import Kind, commitment, written_moment
from assessment.domain.mismatch import Mismatch, differs, mismatch
from assessment.jobs.service import ask_for
from assessment.transparency.leaves import Blind, blind_of, write_leaf
from assessment.transparency.rechecking import expect, members_differ, no_leaf, recheck
from assessment.transparency.tables import LogEntry, LogLeaf

LONGEST_UNFINISHED = timedelta(hours=1)


def log_status(session: Session, change: StatusChange, *, now: datetime) -> None:
    """Write the leaf of a status change that has just been confirmed."""
    write_leaf(session, change.body_id, Kind.STATUS, change.id, lambda blind: status_facts(change, now, blind), now=now)


def status_facts(change: StatusChange, at: datetime, blind: Blind) -> dict[str, Any]:
    """Return what the statement of a status change says."""
    return {
        "credential": change.credential_id,
        "purpose": change.purpose.value,
        "value": change.value,
        "reason": blind(change.reason),
        "confirmed": written_moment(at),
    }


def unfinished(session: Session, before: datetime) -> list[tuple[str, str, str]]:
    """Return (body, id, number) of what was meant to be issued before a moment and is not; the signed ones too.

    Every one of them has its places in the status lists already, so that it can be revoked as soon as it is issued.
    """
    rows = session.execute(
        select(CredentialIntent.body_id, CredentialIntent.id, CredentialIntent.number, CredentialIntent.person_id)
        .outerjoin(
            Credential, (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id)
        )
        .where(Credential.id.is_(None), CredentialIntent.intended_at <= before)
        .order_by(CredentialIntent.number)
    ).all()
    return [
        (row.body_id, row.id, row.number)
        for row in rows
        if wrapped_key(session, row.body_id, row.person_id) is not None
    ]


def resume(kind: str, now: datetime) -> list[str]:
    """Ask once more for every certificate that is not finished; returns their numbers."""
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="credentials.resume")
    with unit_of_work(act) as session:
        found = unfinished(session, now)
        for body_id, credential_id, _number in found:
            ask_for(session, body_id, kind, {"credential": credential_id}, now=now)
    return [number for _body_id, _credential_id, number in found]


# --- held against the log -------------------------------------------------------------------------------


def _recheck_issue(session: Session, leaf: LogLeaf, _said: dict[str, Any]) -> Iterator[Mismatch]:
    record = f"credential/{leaf.body_id}/{leaf.subject}"
    row = session.get(Credential, (leaf.body_id, leaf.subject)) or session.get(
        SignedCredential, (leaf.body_id, leaf.subject)
    )
    if row is None or leaf.sealed_nonce is None:
        yield mismatch(record, "log issue", "the certificate of this entry", "none")
        return
    try:
        wrapped = wrapped_key(session, leaf.body_id, row.person_id)
        content = sealer().open(wrapped, row.person_id, row.sealed)
        nonce = sealer().open(wrapped, row.person_id, leaf.sealed_nonce)
    except Erased:
        return
    yield from differs(record, "log issue", leaf.commitment.hex(), commitment(nonce, content).hex())
    entry = session.scalar(select(LogEntry).where(LogEntry.body_id == leaf.body_id, LogEntry.log_leaf_id == leaf.id))
    if entry is not None:
        created = read_proof(read_object(content)).created
        if abs(entry.logged_at - created) > LONGEST_DELAY:
            yield mismatch(
                record,
                "back-dated",
                f"signed within {LONGEST_DELAY} of {written_moment(entry.logged_at)}",
                f"signed at {written_moment(created)}",
            )


def _recheck_status(session: Session, leaf: LogLeaf, said: dict[str, Any]) -> Iterator[Mismatch]:
    change = session.get(StatusChange, (leaf.body_id, leaf.subject))
    answer = session.get(StatusConfirmation, (leaf.body_id, leaf.subject))
    if change is None or answer is None or not answer.confirmed:
        yield mismatch(f"log_leaf/{leaf.body_id}/{leaf.id}", "log status", "a confirmed change of status", "none")
        return
    yield from members_differ(leaf, said, status_facts(change, answer.confirmed_at, blind_of(leaf.id)))


def _expected(session: Session, first: datetime) -> Iterator[Mismatch]:
    issued = and_(LogLeaf.body_id == Credential.body_id, LogLeaf.kind == Kind.ISSUE, LogLeaf.subject == Credential.id)
    for body_id, credential_id in session.execute(
        select(Credential.body_id, Credential.id)
        .outerjoin(LogLeaf, issued)
        .where(LogLeaf.id.is_(None), Credential.issued_at >= first)
    ):
        yield no_leaf("credential", body_id, credential_id, Kind.ISSUE)
    confirmed = and_(
        LogLeaf.body_id == StatusConfirmation.body_id,
        LogLeaf.kind == Kind.STATUS,
        LogLeaf.subject == StatusConfirmation.status_change_id,
    )
    for body_id, change_id in session.execute(
        select(StatusConfirmation.body_id, StatusConfirmation.status_change_id)
        .outerjoin(LogLeaf, confirmed)
        .where(LogLeaf.id.is_(None), StatusConfirmation.confirmed, StatusConfirmation.confirmed_at >= first)
    ):
        yield no_leaf("status_confirmation", body_id, change_id, Kind.STATUS)


def head_problems(session: Session, *, now: datetime) -> Iterator[Mismatch]:
    """Yield what is wrong with the head in the installation's folder, and what was to be issued and is not."""
    for body_id, credential_id, number in unfinished(session, now - LONGEST_UNFINISHED):
        signed = session.get(SignedCredential, (body_id, credential_id)) is not None
        yield mismatch(
            f"credential_intent/{body_id}/{credential_id}",
            "unfinished",
            f"the certificate {number}, issued",
            "signed, not issued" if signed else "not issued",
        )
    key, newest, content = log_key(session), newest_checkpoint(session), remembered()
    behind = standing_behind(session)
    if behind is not None:
        yield mismatch("log_checkpoint", "tree head", f"the published head of {behind.size} entries", "another history")
    elif key is not None and newest is not None:
        try:
            found = None if content is None else trusted_head(content, key)[0].size
        except Invalid as refusal:
            yield mismatch("log_checkpoint", "tree head", "a head signed by the log", str(refusal))
            return
        yield from differs(f"log_checkpoint/{newest.size}", "tree head", newest.size, found)


recheck(Kind.ISSUE, _recheck_issue)
recheck(Kind.STATUS, _recheck_status)
expect(_expected)
