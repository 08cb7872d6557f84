"""Which photo a certificate's page shows, and which one could be shown: a part of one statement, and one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, CheckIn, PersonKey
from assessment.certification.tables import Consent, Purpose
from assessment.credentials.tables import Credential, CredentialIntent
from assessment.verification.tables import PageChoice, PagePhoto


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A photo on record: the check-in, when it was, the file's digest, and the key that opens it, None once erased."""

    check_in_id: str
    application_id: str
    person_id: str
    at: datetime
    zone: str
    photo_digest: str
    wrapped: bytes | None


def shown_photo() -> Any:
    """Return the sealed photo of a `Credential`'s last choice, NULL where it holds none or the consent was withdrawn.

    For a statement that also reads the credential's `CredentialIntent`.
    """
    last = (
        select(PageChoice.id)
        .where(PageChoice.body_id == Credential.body_id, PageChoice.credential_intent_id == Credential.id)
        .order_by(PageChoice.chosen_at.desc(), PageChoice.id.desc())
        .limit(1)
        .correlate(Credential)
        .scalar_subquery()
    )
    consent = (
        select(Consent.given)
        .where(
            Consent.body_id == CredentialIntent.body_id,
            Consent.application_id == CredentialIntent.application_id,
            Consent.purpose == Purpose.PHOTO_ABROAD,
        )
        .order_by(Consent.at.desc(), Consent.id.desc())
        .limit(1)
        .correlate(CredentialIntent)
        .scalar_subquery()
    )
    return (
        select(PagePhoto.sealed)
        .where(PagePhoto.body_id == Credential.body_id, PagePhoto.page_choice_id == last, consent)
        .correlate(Credential, CredentialIntent)
        .scalar_subquery()
    )


def shows_photo(session: Session, body_id: str, credential_id: str) -> bool:
    """Say whether the page of a certificate shows a photo; it does not until the holder says so."""
    return bool(
        session.scalar(
            select(shown_photo().is_not(None))
            .select_from(Credential)
            .join(
                CredentialIntent,
                (CredentialIntent.body_id == Credential.body_id) & (CredentialIntent.id == Credential.id),
            )
            .where(Credential.body_id == body_id, Credential.id == credential_id)
        )
    )


def photo_taken(session: Session, body_id: str, credential_id: str) -> Taken | None:
    """Return the newest photo of a certificate's candidate, taken where the comparison left nothing to remark.

    What did not fit at a check-in stands in `exception`: such a photo is nothing to compare a face with.
    """
    row = session.execute(
        select(
            CheckIn.id.label("check_in_id"),
            CheckIn.application_id,
            CredentialIntent.person_id,
            CheckIn.at,
            CertificationBody.zone,
            CheckIn.photo_digest,
            PersonKey.wrapped,
        )
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == CheckIn.body_id) & (CredentialIntent.application_id == CheckIn.application_id),
        )
        .join(CertificationBody, CertificationBody.id == CheckIn.body_id)
        .join(
            PersonKey,
            (PersonKey.body_id == CredentialIntent.body_id) & (PersonKey.person_id == CredentialIntent.person_id),
        )
        .where(CheckIn.body_id == body_id, CredentialIntent.id == credential_id, CheckIn.exception.is_(None))
        .order_by(CheckIn.at.desc(), CheckIn.id.desc())
        .limit(1)
    ).first()
    return None if row is None else Taken(**row._mapping)
