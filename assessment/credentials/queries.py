"""Reading certificates for the pages of staff and holders."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import PersonKey
from assessment.certification.tables import Application, Decision
from assessment.credentials.standing import Standing, standings, verdict_of
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    StatusChange,
    StatusConfirmation,
    StatusPurpose,
)
from assessment.domain.credentials.verdict import Verdict
from assessment.schemes.tables import Scheme, SchemeVersion
from assessment.web.gate import RecordStanding

PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One certificate in a list; `verdict` is None while it is being signed."""

    id: str
    number: str
    body_id: str
    person_id: str
    application_id: str
    decision_id: str
    scheme_version_id: str
    scheme_code: str
    decided_on: date
    valid_until_on: date
    intended_at: datetime
    issued_at: datetime | None
    verdict: Verdict | None
    standing: Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A proposed change of status with its answer, if any."""

    id: str
    credential_id: str
    number: str
    purpose: StatusPurpose
    value: bool
    reason: str
    proposed_by: str
    proposed_at: datetime
    confirmed: bool | None
    confirmed_by: str | None
    note: str
    confirmed_at: datetime | None


def certificates(
    session: Session,
    *,
    now: datetime,
    body_id: str | None = None,
    person_id: str | None = None,
    number: str = "",
    page: int = 1,
    size: int = PAGE,
) -> tuple[list[Line], int]:
    """Return one page of certificates, the newest first, and how many there are; two statements.

    `number` keeps those whose number begins so. Without a body those of all bodies, for the command line.
    """
    rows = _lines()
    if body_id is not None:
        rows = rows.where(CredentialIntent.body_id == body_id)
    if person_id is not None:
        rows = rows.where(CredentialIntent.person_id == person_id)
    begins = "".join(number.split()).upper()
    if begins:
        rows = rows.where(CredentialIntent.number >= begins, CredentialIntent.number < begins + "\uffff")
    found = session.execute(
        rows.order_by(CredentialIntent.intended_at.desc(), CredentialIntent.number.desc())
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    return _read(session, found, now), found[0].total if found else 0


def certificate_line(session: Session, body_id: str, credential_id: str, *, now: datetime) -> Line | None:
    """Return one certificate of a body; two statements."""
    found = session.execute(
        _lines().where(CredentialIntent.body_id == body_id, CredentialIntent.id == credential_id)
    ).all()
    return next(iter(_read(session, found, now)), None)


def credential_of(
    session: Session, body_id: str, credential_id: str
) -> tuple[CredentialIntent, Credential, bytes | None] | None:
    """Return an issued certificate with its holder's wrapped key; one statement."""
    row = session.execute(
        select(CredentialIntent, Credential, PersonKey.wrapped)
        .join(
            Credential,
            (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id),
        )
        .join(
            PersonKey,
            (PersonKey.body_id == CredentialIntent.body_id) & (PersonKey.person_id == CredentialIntent.person_id),
        )
        .where(CredentialIntent.body_id == body_id, CredentialIntent.id == credential_id)
    ).first()
    return None if row is None else (row[0], row[1], row[2])


def changes_of(session: Session, body_id: str, credential_id: str) -> list[Change]:
    """Return the proposed changes of one certificate, the newest first."""
    rows = _changes().where(StatusChange.body_id == body_id, StatusChange.credential_id == credential_id)
    return [_change(row) for row in session.execute(rows.order_by(StatusChange.proposed_at.desc(), StatusChange.id))]


def open_proposals(
    session: Session, body_id: str, page: int = 1, *, not_by: str | None = None
) -> tuple[list[Change], int]:
    """Return one page of the proposals without an answer, the oldest first, and how many there are.

    `not_by` leaves out those of one person, who may not answer them.
    """
    rows = _changes().where(StatusChange.body_id == body_id, StatusConfirmation.confirmed.is_(None))
    if not_by is not None:
        rows = rows.where(StatusChange.proposed_by != not_by)
    found = session.execute(
        rows.add_columns(func.count().over().label("total"))
        .order_by(StatusChange.proposed_at, StatusChange.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    return [_change(row) for row in found], found[0].total if found else 0


def certificate_of_application(session: Session, body_id: str, application_id: str) -> str | None:
    """Return the id of the newest certificate that was issued on an application."""
    return session.scalar(
        select(Credential.id)
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == Credential.body_id) & (CredentialIntent.id == Credential.id),
        )
        .where(CredentialIntent.body_id == body_id, CredentialIntent.application_id == application_id)
        .order_by(Credential.issued_at.desc())
        .limit(1)
    )


def numbers_of_applications(
    session: Session, body_id: str, application_ids: Collection[str]
) -> dict[str, tuple[str, str]]:
    """Return application id -> (id, number) of the certificate that was issued on it last."""
    rows = session.execute(
        select(CredentialIntent.application_id, CredentialIntent.id, CredentialIntent.number)
        .join(
            Credential,
            (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id),
        )
        .where(CredentialIntent.body_id == body_id, CredentialIntent.application_id.in_(application_ids))
        .order_by(Credential.issued_at, CredentialIntent.id)
    )
    return {row.application_id: (row.id, row.number) for row in rows}


def standing_of_credential(session: Session, body_id: str, credential_id: str) -> RecordStanding | None:
    """What the gate must know of a certificate: whose it is."""
    person_id = session.scalar(
        select(CredentialIntent.person_id).where(
            CredentialIntent.body_id == body_id, CredentialIntent.id == credential_id
        )
    )
    return None if person_id is None else RecordStanding(person_id=person_id)


def standing_of_change(session: Session, body_id: str, status_change_id: str) -> RecordStanding | None:
    """What the gate must know of a proposed change: that it is one of this body."""
    found = session.scalar(
        select(StatusChange.id).where(StatusChange.body_id == body_id, StatusChange.id == status_change_id)
    )
    return None if found is None else RecordStanding()


def standing_of_decision(session: Session, body_id: str, decision_id: str) -> RecordStanding | None:
    """What the gate must know of a decision: about whom it is."""
    person_id = session.scalar(
        select(Application.person_id)
        .join(
            Decision,
            (Decision.body_id == Application.body_id) & (Decision.application_id == Application.id),
        )
        .where(Decision.body_id == body_id, Decision.id == decision_id)
    )
    return None if person_id is None else RecordStanding(person_id=person_id)


def _lines() -> Select[*tuple[Any, ...]]:
    newer = CredentialIntent.__table__.alias("newer")
    newer_issued = Credential.__table__.alias("newer_issued")
    superseded = (
        select(newer.c.id)
        .join(newer_issued, (newer_issued.c.body_id == newer.c.body_id) & (newer_issued.c.id == newer.c.id))
        .where(newer.c.body_id == CredentialIntent.body_id, newer.c.successor_of == CredentialIntent.id)
        .correlate(CredentialIntent)
        .exists()
    )
    return (
        select(
            CredentialIntent,
            Credential.issued_at,
            Application.scheme_version_id,
            Scheme.code,
            superseded.label("superseded"),
            func.count().over().label("total"),
        )
        .join(
            Credential,
            (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id),
            isouter=True,
        )
        .join(
            Application,
            (Application.body_id == CredentialIntent.body_id) & (Application.id == CredentialIntent.application_id),
        )
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
    )


def _read(session: Session, rows: Sequence[Any], now: datetime) -> list[Line]:
    by_body: dict[str, list[str]] = {}
    for row in rows:
        by_body.setdefault(row.CredentialIntent.body_id, []).append(row.CredentialIntent.id)
    found: dict[str, Standing] = {}
    for body_id, ids in by_body.items():
        found |= standings(session, body_id, ids)
    return [_line(row, found, now) for row in rows]


def _line(row: Any, found: dict[str, Standing], now: datetime) -> Line:
    intent = row.CredentialIntent
    standing = found[intent.id]
    verdict = verdict_of(
        standing,
        starts_at=intent.starts_at,
        expires_at=intent.expires_at,
        superseded=row.superseded,
        now=now,
    )
    return Line(
        id=intent.id,
        number=intent.number,
        body_id=intent.body_id,
        person_id=intent.person_id,
        application_id=intent.application_id,
        decision_id=intent.decision_id,
        scheme_version_id=row.scheme_version_id,
        scheme_code=row.code,
        decided_on=intent.decided_on,
        valid_until_on=intent.valid_until_on,
        intended_at=intent.intended_at,
        issued_at=row.issued_at,
        verdict=None if row.issued_at is None else verdict,
        standing=standing,
    )


def _changes() -> Select[*tuple[Any, ...]]:
    return (
        select(StatusChange, StatusConfirmation, CredentialIntent.number)
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == StatusChange.body_id) & (CredentialIntent.id == StatusChange.credential_id),
        )
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
            isouter=True,
        )
    )


def _change(row: Any) -> Change:
    change, answer = row.StatusChange, row.StatusConfirmation
    return Change(
        id=change.id,
        credential_id=change.credential_id,
        number=row.number,
        purpose=change.purpose,
        value=change.value,
        reason=change.reason,
        proposed_by=change.proposed_by,
        proposed_at=change.proposed_at,
        confirmed=None if answer is None else answer.confirmed,
        confirmed_by=None if answer is None else answer.confirmed_by,
        note="" if answer is None else answer.note,
        confirmed_at=None if answer is None else answer.confirmed_at,
    )
