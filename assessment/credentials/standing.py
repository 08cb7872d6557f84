"""What the status of a credential is at a moment, read from the confirmed changes; nothing stores it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assessment.credentials.tables import StatusChange, StatusConfirmation, StatusPurpose
from assessment.domain.credentials.verdict import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """What the confirmed changes say of one credential, and which purposes have a proposal without an answer."""

    revoked: bool = False
    suspended: bool = False
    proposed: frozenset[StatusPurpose] = frozenset()


def standings(session: Session, body_id: str, credential_ids: Iterable[str]) -> dict[str, Standing]:
    """Return the standing of each credential, in one statement; the last confirmed change of a purpose counts."""
    wanted = list(credential_ids)
    found: dict[str, Standing] = dict.fromkeys(wanted, Standing())
    if not wanted:
        return found
    rows = session.execute(
        select(StatusChange.credential_id, StatusChange.purpose, StatusChange.value, StatusConfirmation.confirmed)
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
            isouter=True,
        )
        .where(StatusChange.body_id == body_id, StatusChange.credential_id.in_(wanted))
        .order_by(StatusConfirmation.confirmed_at, StatusChange.id)
    )
    for row in rows:
        before = found[row.credential_id]
        found[row.credential_id] = _after(before, row.purpose, row.value, row.confirmed)
    return found


def set_credentials(body_id: str, purpose: StatusPurpose) -> Select[str]:
    """Select the credentials whose status of this purpose is set: the last confirmed change says so."""
    newest_first = (StatusConfirmation.confirmed_at.desc(), StatusChange.id.desc())
    last = (
        select(
            StatusChange.credential_id,
            StatusChange.value,
            func.row_number().over(partition_by=StatusChange.credential_id, order_by=newest_first).label("place"),
        )
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
        )
        .where(StatusChange.body_id == body_id, StatusChange.purpose == purpose, StatusConfirmation.confirmed)
        .subquery()
    )
    return select(last.c.credential_id).where(last.c.place == 1, last.c.value)


def verdict_of(
    standing: Standing, *, starts_at: datetime, expires_at: datetime, superseded: bool, now: datetime
) -> Verdict:
    """Return the status of a certificate that is ours, in the order of the verdicts."""
    if standing.revoked:
        return Verdict.REVOKED
    if standing.suspended:
        return Verdict.SUSPENDED
    if superseded:
        return Verdict.SUPERSEDED
    if now >= expires_at:
        return Verdict.EXPIRED
    if now < starts_at:
        return Verdict.NOT_YET_VALID
    return Verdict.VALID


def _after(before: Standing, purpose: StatusPurpose, value: bool, confirmed: bool | None) -> Standing:
    if confirmed is None:
        return Standing(revoked=before.revoked, suspended=before.suspended, proposed=before.proposed | {purpose})
    if not confirmed:
        return before
    return Standing(
        revoked=value if purpose is StatusPurpose.REVOCATION else before.revoked,
        suspended=value if purpose is StatusPurpose.SUSPENSION else before.suspended,
        proposed=before.proposed,
    )
