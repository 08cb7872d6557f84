"""The status of many certificates at once: two statements, however many are asked for.

Nothing is told of a certificate but its status and since when. An id that this body issued nothing under, one of
another body, one that is being signed, and one whose holder was erased are all unknown.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from assessment.accounts.tables import PersonKey
from assessment.credentials.standing import Standing, verdict_of
from assessment.credentials.tables import Credential, CredentialIntent, StatusChange, StatusConfirmation, StatusPurpose
from assessment.domain.credentials.qr_payload import parse_code
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.errors import Invalid
from assessment.domain.ids import ALPHABET, ID_LENGTH

MOST_IDS = 1_000
LONGEST_ID = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Status:
    """What a certificate is, and since when."""

    verdict: Verdict
    since: datetime


def read_ids(asked: Sequence[str], origin: str) -> list[str | None]:
    """Return the certificate's id in each text: the id itself, or the address as the small code holds it."""
    return [_read(text, origin) for text in asked]


def statuses_of(session: Session, body_id: str, ids: Collection[str], *, now: datetime) -> dict[str, Status]:
    """Return the status of each of a body's certificates that is known; two statements."""
    newer, signed = aliased(CredentialIntent), aliased(Credential)
    superseded_at = (
        select(func.min(signed.issued_at))
        .join(newer, (newer.body_id == signed.body_id) & (newer.id == signed.id))
        .where(newer.body_id == CredentialIntent.body_id, newer.successor_of == CredentialIntent.id)
        .correlate(CredentialIntent)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            CredentialIntent.id,
            CredentialIntent.starts_at,
            CredentialIntent.expires_at,
            Credential.issued_at,
            superseded_at.label("superseded_at"),
        )
        .join(Credential, (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id))
        .join(
            PersonKey,
            (PersonKey.body_id == CredentialIntent.body_id) & (PersonKey.person_id == CredentialIntent.person_id),
        )
        .where(CredentialIntent.body_id == body_id, CredentialIntent.id.in_(list(ids)), PersonKey.wrapped.is_not(None))
    ).all()
    changes = _changes(session, body_id, ids)
    return {
        row.id: _status(
            changes.get(row.id, {}),
            starts_at=row.starts_at,
            expires_at=row.expires_at,
            issued_at=row.issued_at,
            superseded_at=row.superseded_at,
            now=now,
        )
        for row in rows
    }


def _changes(
    session: Session, body_id: str, ids: Collection[str]
) -> dict[str, dict[StatusPurpose, tuple[bool, datetime]]]:
    """Return the last confirmed change of each purpose: whether it is set now, and since when."""
    found: dict[str, dict[StatusPurpose, tuple[bool, datetime]]] = {}
    rows = session.execute(
        select(StatusChange.credential_id, StatusChange.purpose, StatusChange.value, StatusConfirmation.confirmed_at)
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
        )
        .where(StatusChange.body_id == body_id, StatusChange.credential_id.in_(list(ids)), StatusConfirmation.confirmed)
        .order_by(StatusConfirmation.confirmed_at, StatusChange.id)
    )
    for row in rows:
        found.setdefault(row.credential_id, {})[row.purpose] = (row.value, row.confirmed_at)
    return found


def _status(
    changes: dict[StatusPurpose, tuple[bool, datetime]],
    *,
    starts_at: datetime,
    expires_at: datetime,
    issued_at: datetime,
    superseded_at: datetime | None,
    now: datetime,
) -> Status:
    revoked, revoked_at = changes.get(StatusPurpose.REVOCATION, (False, issued_at))
    suspended, changed_at = changes.get(StatusPurpose.SUSPENSION, (False, issued_at))
    verdict = verdict_of(
        Standing(revoked=revoked, suspended=suspended),
        starts_at=starts_at,
        expires_at=expires_at,
        superseded=superseded_at is not None,
        now=now,
    )
    since = {
        Verdict.REVOKED: revoked_at,
        Verdict.SUSPENDED: changed_at,
        Verdict.SUPERSEDED: superseded_at or issued_at,
        Verdict.EXPIRED: expires_at,
        Verdict.NOT_YET_VALID: issued_at,
    }
    return Status(verdict=verdict, since=since.get(verdict, max(starts_at, issued_at, changed_at)))


def _read(text: str, origin: str) -> str | None:
    if len(text) == ID_LENGTH and set(text) <= set(ALPHABET):
        return text
    try:
        code = parse_code(text)
    except Invalid:
        return None
    return code.public_id if code.origin == origin and code.digits is None else None
