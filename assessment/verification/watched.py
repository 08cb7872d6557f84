"""What can change of a certificate after it was issued, read with one statement at every request.

The holder's key (destroyed by erasing), the issuer's name and keys, a successor, the status lists as they are signed,
confirmed changes of status, the holder's choices for the page and consents, a welder's qualification, and what
employers stated.
What lies behind the certificate (decision, votes, sitting, marks, scheme) was there before it and is append-only.

A table whose rows hang on a certificate and are shown on its page belongs into `WATCHED`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, ScalarSelect, Select, Text, bindparam, cast, func, literal_column, select

from assessment.accounts.tables import CertificationBody, PersonKey
from assessment.certification.tables import Consent
from assessment.credentials.tables import (
    Credential,
    CredentialCanonical,
    CredentialIntent,
    IssuerKey,
    StatusChange,
    StatusConfirmation,
    StatusListDocument,
    StatusSlot,
)
from assessment.credentials.tables_qualification import Qualification, QualificationAnswer
from assessment.one_row import VALUE, OneRow
from assessment.verification.queries import has_successor
from assessment.verification.tables import EmployerStatement, PageChoice

MOST_KEYS = "1000000"  # that an issuer ever has

Count = Callable[[], ScalarSelect[Any]]


def _choices() -> ScalarSelect[Any]:
    return _counted(
        select(func.count())
        .select_from(PageChoice)
        .where(PageChoice.body_id == Credential.body_id, PageChoice.credential_intent_id == Credential.id)
    )


def _consents() -> ScalarSelect[Any]:
    return _counted(
        select(func.count())
        .select_from(Consent)
        .join(
            CredentialIntent,
            (CredentialIntent.body_id == Consent.body_id) & (CredentialIntent.application_id == Consent.application_id),
        )
        .where(CredentialIntent.body_id == Credential.body_id, CredentialIntent.id == Credential.id)
    )


def _confirmations() -> ScalarSelect[Any]:
    return _counted(
        select(func.count())
        .select_from(StatusConfirmation)
        .join(
            StatusChange,
            (StatusChange.body_id == StatusConfirmation.body_id)
            & (StatusChange.id == StatusConfirmation.status_change_id),
        )
        .where(StatusChange.body_id == Credential.body_id, StatusChange.credential_id == Credential.id)
    )


def _qualifications() -> ScalarSelect[Any]:
    return _counted(
        select(func.count())
        .select_from(QualificationAnswer)
        .join(
            Qualification,
            (Qualification.body_id == QualificationAnswer.body_id)
            & (Qualification.id == QualificationAnswer.qualification_id),
        )
        .where(Qualification.body_id == Credential.body_id, Qualification.credential_id == Credential.id)
    )


def _statements() -> ScalarSelect[Any]:
    return _counted(
        select(func.count())
        .select_from(EmployerStatement)
        .where(EmployerStatement.body_id == Credential.body_id, EmployerStatement.credential_id == Credential.id)
    )


# Append-only tables by how many of their rows hang on the certificate: a change is a row more.
WATCHED: dict[str, Count] = {
    "page_choice": _choices,
    "consent": _consents,
    "status_confirmation": _confirmations,
    "qualification_answer": _qualifications,
    "employer_statement": _statements,
}


@dataclass(frozen=True, slots=True)
class Stand:
    """What was read: `key` is the public key that signed the certificate, in its multibase form.

    `form`: the sealed canonical bytes, None where none are stored; `rest`: everything else, as the driver gives it.
    """

    key: str
    form: bytes | None
    rest: tuple[Any, ...]


def watched(engine: Engine, public_id: str) -> Stand | None:
    """Return what may have changed, to be held against an earlier answer; None without such a certificate."""
    asked = _asked.get(engine)
    if asked is None:
        asked = _asked[engine] = OneRow(engine, _statement())
    row = asked.find(public_id)
    if row is None:
        return None
    key = row[0].decode() if isinstance(row[0], bytes) else row[0]
    return Stand(key, row[1], row[2:])


_asked: WeakKeyDictionary[Engine, OneRow] = WeakKeyDictionary()


@cache
def _statement() -> Select[Any]:
    return (
        select(
            IssuerKey.multibase.label("key"),
            CredentialCanonical.sealed.label("form"),
            Credential.sha256,
            PersonKey.wrapped,
            IssuerKey.compromised_at,
            CertificationBody.name,
            CertificationBody.city,
            CertificationBody.zone,
            CertificationBody.party,
            has_successor(),
            _keys(),
            _lists(),
            *(count() for count in WATCHED.values()),
        )
        .select_from(Credential)
        .join(CertificationBody, CertificationBody.id == Credential.body_id)
        .join(IssuerKey, (IssuerKey.body_id == Credential.body_id) & (IssuerKey.id == Credential.key_id))
        .join(
            PersonKey,
            (PersonKey.body_id == Credential.body_id) & (PersonKey.person_id == Credential.person_id),
        )
        .join(
            CredentialCanonical,
            (CredentialCanonical.body_id == Credential.body_id) & (CredentialCanonical.credential_id == Credential.id),
            isouter=True,
        )
        .where(Credential.id == bindparam(VALUE))
    )


def _keys() -> ScalarSelect[Any]:
    """Count the issuer's keys, and those that were withdrawn, in one number."""
    every = IssuerKey.__table__.alias("every")
    both = func.count() * literal_column(MOST_KEYS) + func.count(every.c.compromised_at)
    return _counted(select(both).select_from(every).where(every.c.body_id == Credential.body_id))


def _lists() -> ScalarSelect[Any]:
    """Say in one text how many of the certificate's lists are there, and when the last one was signed."""
    said = cast(func.max(StatusListDocument.signed_at), Text).concat(cast(func.count(), Text))
    return _counted(
        select(said)
        .select_from(StatusSlot)
        .join(
            StatusListDocument,
            (StatusListDocument.body_id == StatusSlot.body_id)
            & (StatusListDocument.status_list_id == StatusSlot.status_list_id),
        )
        .where(StatusSlot.body_id == Credential.body_id, StatusSlot.credential_intent_id == Credential.id)
    )


def _counted(statement: Any) -> ScalarSelect[Any]:
    found: ScalarSelect[Any] = statement.correlate(Credential).scalar_subquery()
    return found
