"""What the records hold of a certificate: the sealed document, the status lists as stored, and what stands behind the
decision. Few statements, none that grows with a table; each is put together once a process.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Executable, bindparam, exists, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from assessment.accounts.tables import CertificationBody, Duty, Party, PersonKey
from assessment.certification.authority import covering, licences_on
from assessment.certification.tables import Application, Decision, MeetingMember, Vote
from assessment.credentials.tables import (
    Credential,
    CredentialCanonical,
    CredentialIntent,
    IssuerKey,
    StatusListDocument,
)
from assessment.domain.certification.duties import Side
from assessment.domain.credentials.did_web import web_did
from assessment.domain.credentials.multibase import decode_multikey
from assessment.schemes.tables import Scheme, SchemeScope, SchemeText, SchemeUnit, SchemeVersion
from assessment.standards.tables import Competency, CompetencyText
from assessment.verification.page import Registry
from assessment.verification.queries_photo import shown_photo
from assessment.verification.tables import PageChoice


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedCertificate:
    """A credential as it is stored; `wrapped` is the key of its person, None once erased.

    `sealed_form`: its canonical bytes, None for one that was issued before these were stored.
    """

    body_id: str
    zone: str
    person_id: str
    decision_id: str
    application_id: str
    wrapped: bytes | None
    sealed: bytes
    sealed_proof: bytes | None
    sealed_form: bytes | None
    superseded: bool
    shows_birth_date: bool
    sealed_photo: bytes | None


def sealed_certificate(session: Session, public_id: str) -> SealedCertificate | None:
    """Return the credential under a public id, in one statement; None when there is none, or none signed yet."""
    row = session.execute(_sealed(), {"public_id": public_id}).first()
    if row is None:
        return None
    values = dict(row._mapping)
    body = values.pop("CertificationBody")
    return SealedCertificate(zone=body.zone, **values)


@cache
def _sealed() -> Executable:
    return (
        select(
            CertificationBody,  # whole: its keys are asked for next, and the session then has it
            Credential.body_id,
            Credential.person_id,
            CredentialIntent.decision_id,
            CredentialIntent.application_id,
            PersonKey.wrapped,
            Credential.sealed,
            Credential.sealed_proof,
            CredentialCanonical.sealed.label("sealed_form"),
            has_successor().label("superseded"),
            func.coalesce(_shows_birth_date(), False).label("shows_birth_date"),
            shown_photo().label("sealed_photo"),
        )
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == Credential.body_id) & (CredentialIntent.id == Credential.id),
        )
        .join(CertificationBody, CertificationBody.id == Credential.body_id)
        .join(
            PersonKey,
            (PersonKey.body_id == Credential.body_id) & (PersonKey.person_id == Credential.person_id),
        )
        .join(
            CredentialCanonical,
            (CredentialCanonical.body_id == Credential.body_id) & (CredentialCanonical.credential_id == Credential.id),
            isouter=True,
        )
        .where(Credential.id == bindparam("public_id"))
    )


def is_superseded(session: Session, public_id: str) -> bool | None:
    """Say whether a newer certificate was issued in place of this one; None when there is none of this id."""
    return session.scalar(select(has_successor()).where(Credential.id == public_id))


def issuer_keys(session: Session, origin: str) -> dict[str, dict[str, Any]]:
    """Return every issuer's name and keys, retired ones too, compromised ones not; one statement.

    {issuer without "did:web:": {"name": …, "keys": {fragment: base64 of 32 bytes}}}.
    """
    rows = session.execute(
        select(CertificationBody.id, CertificationBody.name, IssuerKey.id.label("key"), IssuerKey.multibase)
        .join(IssuerKey, IssuerKey.body_id == CertificationBody.id)
        .where(IssuerKey.compromised_at.is_(None))
        .order_by(CertificationBody.id, IssuerKey.year, IssuerKey.id)
    )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        issuer = found.setdefault(web_did(origin, row.id).removeprefix("did:web:"), {"name": row.name, "keys": {}})
        issuer["keys"][row.key] = base64.b64encode(decode_multikey(row.multibase)).decode()
    return found


def zone_of(session: Session, body_id: str) -> str | None:
    """Return the time zone of a body."""
    return session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id))


def stored_lists(
    session: Session, body_id: str, names: Iterable[str]
) -> dict[str, tuple[dict[str, Any], datetime, datetime]]:
    """Return the signed status lists of these names as they are stored: document, signed at, valid until."""
    rows = session.execute(_lists(), {"body_id": body_id, "names": list(names)})
    return {row.status_list_id: (row.document, row.signed_at, row.valid_until) for row in rows}


@cache
def _lists() -> Executable:
    return select(
        StatusListDocument.status_list_id,
        StatusListDocument.document,
        StatusListDocument.signed_at,
        StatusListDocument.valid_until,
    ).where(
        StatusListDocument.body_id == bindparam("body_id"),
        StatusListDocument.status_list_id.in_(bindparam("names", expanding=True)),
    )


def registry_facts(session: Session, body_id: str, decision_id: str, *, demo: bool) -> Registry | None:
    """Return what stands behind a decision; three statements. None when there is no such decision."""
    row: Any = session.execute(_behind(), {"body_id": body_id, "decision_id": decision_id}).first()
    if row is None:
        return None
    licence = covering(licences_on(session, body_id, row.decided_on), row.code)
    decided_on: date = row.decided_on
    return Registry(
        issuer_city=row.city,
        licence=None if licence is None else (licence.authority, licence.number),
        licensed=licence is not None and bool(licence.authority_number),
        decided_on=decided_on,
        deciders=row.deciders,
        outside_deciders=row.outside,
        one_roof=row.party is Party.P1 and row.trained,
        sample=row.sample or demo,
        scope=_scope(session, body_id, row.version_id),
    )


@cache
def _behind() -> Executable:
    return (
        select(
            Decision.decided_on,
            CertificationBody.city,
            CertificationBody.party,
            Scheme.code,
            SchemeVersion.id.label("version_id"),
            SchemeVersion.sample,
            _votes().label("deciders"),
            _votes(MeetingMember.outside).label("outside"),
            exists()
            .where(
                Duty.body_id == Decision.body_id,
                Duty.application_id == Decision.application_id,
                Duty.side == Side.TRAINER,
            )
            .label("trained"),
        )
        .join(CertificationBody, CertificationBody.id == Decision.body_id)
        .join(
            Application,
            (Application.body_id == Decision.body_id) & (Application.id == Decision.application_id),
        )
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .where(Decision.body_id == bindparam("body_id"), Decision.id == bindparam("decision_id"))
    )


def has_successor() -> Any:
    """Return the condition that a signed certificate has come after a `Credential`."""
    newer = aliased(CredentialIntent)
    signed = aliased(Credential)
    return exists().where(
        newer.body_id == Credential.body_id,
        newer.successor_of == Credential.id,
        signed.body_id == newer.body_id,
        signed.id == newer.id,
    )


def _shows_birth_date() -> Any:
    return (
        select(PageChoice.birth_date)
        .where(PageChoice.body_id == Credential.body_id, PageChoice.credential_intent_id == Credential.id)
        .order_by(PageChoice.chosen_at.desc(), PageChoice.id.desc())
        .limit(1)
        .correlate(Credential)
        .scalar_subquery()
    )


def _votes(*conditions: Any) -> Any:
    """Count the votes of a decision whose members meet the conditions."""
    return (
        select(func.count())
        .select_from(Vote)
        .join(
            MeetingMember,
            (MeetingMember.body_id == Vote.body_id)
            & (MeetingMember.meeting_id == Vote.meeting_id)
            & (MeetingMember.person_id == Vote.person_id),
        )
        .where(
            Vote.body_id == Decision.body_id,
            Vote.meeting_id == Decision.meeting_id,
            Vote.application_id == Decision.application_id,
            *conditions,
        )
        .correlate(Decision)
        .scalar_subquery()
    )


def titles_in(session: Session, body_id: str, decision_id: str, language: str) -> dict[str, str]:
    """Return the titles of a decision's scheme (under "") and of its units, by code, in a language; one statement.

    These are our own translations: what is signed is Indonesian and English.
    """
    asked = {"body_id": body_id, "decision_id": decision_id, "language": language}
    return {row.code: row.title for row in session.execute(_titles(), asked)}


@cache
def _titles() -> Executable:
    body_id: BindParameter[str] = bindparam("body_id")
    language: BindParameter[str] = bindparam("language")
    version = (
        select(Application.scheme_version_id)
        .join(Decision, (Decision.body_id == Application.body_id) & (Decision.application_id == Application.id))
        .where(Decision.body_id == body_id, Decision.id == bindparam("decision_id"))
        .scalar_subquery()
    )
    scheme = select(literal("").label("code"), SchemeText.title.label("title")).where(
        SchemeText.body_id == body_id, SchemeText.scheme_version_id == version, SchemeText.language == language
    )
    units = (
        select(Competency.code, CompetencyText.statement)
        .join(SchemeUnit, (SchemeUnit.body_id == Competency.body_id) & (SchemeUnit.unit_id == Competency.id))
        .join(
            CompetencyText,
            (CompetencyText.body_id == Competency.body_id) & (CompetencyText.competency_id == Competency.id),
        )
        .where(
            Competency.body_id == body_id,
            SchemeUnit.scheme_version_id == version,
            CompetencyText.language == language,
        )
    )
    return union_all(scheme, units)


def _scope(session: Session, body_id: str, version_id: str) -> tuple[tuple[str, str], ...]:
    rows = session.execute(_named_scope(), {"body_id": body_id, "version_id": version_id})
    return tuple((row.name, row.value) for row in rows)


@cache
def _named_scope() -> Executable:
    return (
        select(SchemeScope.name, SchemeScope.value)
        .where(SchemeScope.body_id == bindparam("body_id"), SchemeScope.scheme_version_id == bindparam("version_id"))
        .order_by(SchemeScope.name, SchemeScope.value)
    )
