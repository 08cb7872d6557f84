"""What can change of a certificate after it was issued, read with one statement at every request.

The holder's key (destroyed by erasing), the issuer's name, licences and keys, a successor, which status lists are
signed and when, confirmed changes of status, the holder's choices for the page and consents, a qualification, what
employers stated, and how many of the sitting were decided on. What else lies behind the certificate (votes, marks,
scheme) was there before it and is append-only.

A table whose rows hang on a certificate and are shown on its page belongs into `WATCHED`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from hashlib import sha256
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    ColumnElement,
    Engine,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    null,
    select,
)

from assessment.accounts.tables import BodyLicence, CertificationBody, PersonKey
from assessment.certification.tables import Consent, Decision
from assessment.credentials.tables import (
    Credential,
    CredentialCanonical,
    CredentialIntent,
    IssuerKey,
    StatusChange,
    StatusConfirmation,
    StatusList,
    StatusListDocument,
    StatusSlot,
)
from assessment.credentials.tables_qualification import Qualification, QualificationAnswer
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.exams.tables import RosterEntry
from assessment.one_row import VALUE, OneRow
from assessment.verification.queries import has_successor
from assessment.verification.tables import EmployerStatement, PageChoice

MOST_KEYS = "1000000"  # that an issuer ever has
_WITHIN = "/"
_TEXTS = 3 + len(StatusPurpose)  # columns that are texts on every database

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
        .join(CredentialIntent, CredentialIntent.application_id == Consent.application_id)
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
    proposed = select(Qualification.id).where(Qualification.credential_id == Credential.id)
    return _counted(
        select(func.count())
        .select_from(QualificationAnswer)
        .where(
            QualificationAnswer.body_id == Credential.body_id,
            QualificationAnswer.qualification_id.in_(proposed.correlate(Credential)),
        )
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
class Place:
    """A certificate's place in a list, and when that list was signed, as the database writes it."""

    purpose: StatusPurpose
    list: str
    position: int
    signed_at: str
    valid_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Stand:
    """What was read: `key` is the public key that signed the certificate, in its multibase form.

    `form`: the sealed canonical bytes, None where none are stored. `places`: in the lists that are signed at present,
    by purpose. `rest`: everything else, as the driver gives it. `seen`: by which transactions it was read (`seen_by`).
    """

    key: str
    body_id: str
    person_id: str
    wrapped: bytes | None
    form: bytes | None
    places: tuple[Place, ...]
    rest: tuple[Any, ...]
    seen: bytes | None = field(compare=False)

    def mark(self, bits: Iterable[bool]) -> bytes:
        """Return a digest of all this and of the certificate's bits, but not of when the lists were signed."""
        said = [(place.purpose, place.list, place.position, bit) for place, bit in zip(self.places, bits, strict=True)]
        digest = sha256(self.form or b"")
        digest.update(repr((self.key, self.person_id, self.wrapped, said, self.rest)).encode())
        return digest.digest()


def watched(engine: Engine, public_id: str) -> Stand | None:
    """Return what may have changed, to be held against an earlier answer; None without such a certificate."""
    asked = _asked.get(engine)
    if asked is None:
        asked = _asked[engine] = OneRow(engine, statement(engine.dialect.name))
    row = asked.find(public_id)
    if row is None:
        return None
    key, body_id, person_id, *places = (each.decode() if isinstance(each, bytes) else each for each in row[:_TEXTS])
    return Stand(
        key=key,
        body_id=body_id,
        person_id=person_id,
        places=_places(*places),
        wrapped=row[_TEXTS],
        form=row[_TEXTS + 1],
        seen=row[_TEXTS + 2],
        rest=row[_TEXTS + 3 :],
    )


_asked: WeakKeyDictionary[Engine, OneRow] = WeakKeyDictionary()


@lru_cache(maxsize=1024)
def _places(*texts: str | None) -> tuple[Place, ...]:
    return tuple(_read(purpose, text) for purpose, text in zip(StatusPurpose, texts, strict=True) if text is not None)


def _read(purpose: StatusPurpose, text: str) -> Place:
    name, position, signed_at, valid_until = text.split(_WITHIN)
    until = datetime.fromisoformat(valid_until)
    return Place(purpose, name, int(position), signed_at, until if until.tzinfo else until.replace(tzinfo=UTC))


def seen_by(dialect: str) -> ColumnElement[Any]:
    """Say which transactions a statement sees: where two see the same, all that they read is the same.

    PostgreSQL alone says it, cheaply and exactly. It counts on and never again says the same, but for a server that
    was started on an older copy: when it was started belongs to it.
    """
    if dialect != "postgresql":
        return null()
    return cast(func.pg_current_snapshot(), Text).concat(cast(func.pg_postmaster_start_time(), Text))


@cache
def statement(dialect: str) -> Select[Any]:
    """The one statement: the columns of a `Stand`, in their order."""
    return (
        select(
            IssuerKey.multibase.label("key"),
            Credential.body_id,
            Credential.person_id,
            *(_place(purpose) for purpose in StatusPurpose),
            PersonKey.wrapped,
            CredentialCanonical.sealed.label("form"),
            seen_by(dialect).label("seen"),
            Credential.sha256,
            IssuerKey.compromised_at,
            CertificationBody.name,
            CertificationBody.city,
            CertificationBody.zone,
            CertificationBody.party,
            has_successor(),
            _keys(),
            _licences(),
            _decided(),
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


def _licences() -> ScalarSelect[Any]:
    return _counted(select(func.count()).select_from(BodyLicence).where(BodyLicence.body_id == Credential.body_id))


def _decided() -> ScalarSelect[Any]:
    """Count the decisions on everybody of the holder's sittings, of which the page says how many were competent."""
    here, there = RosterEntry.__table__.alias("here"), RosterEntry.__table__.alias("there")
    sittings = select(here.c.sitting_id).where(here.c.person_id == Credential.person_id)
    candidates = select(there.c.application_id).where(
        there.c.body_id == Credential.body_id, there.c.sitting_id.in_(sittings.correlate(Credential))
    )
    return _counted(
        select(func.count()).select_from(Decision).where(Decision.application_id.in_(candidates.correlate(Credential)))
    )


def _place(purpose: StatusPurpose) -> ScalarSelect[Any]:
    """Say in one text where a certificate's bit stands, and when that list was signed; nothing while it is not."""
    between: Any = literal_column(f"'{_WITHIN}'")  # a statement of one row has one parameter
    said: Any = StatusList.id
    for part in (StatusSlot.position, StatusListDocument.signed_at, StatusListDocument.valid_until):
        said = said.concat(between).concat(cast(part, Text))
    return _counted(
        select(func.max(said))  # there is one at most
        .select_from(StatusSlot)
        .join(
            StatusList,
            (StatusList.body_id == StatusSlot.body_id) & (StatusList.id == StatusSlot.status_list_id),
        )
        .join(
            StatusListDocument,
            (StatusListDocument.body_id == StatusSlot.body_id)
            & (StatusListDocument.status_list_id == StatusSlot.status_list_id),
        )
        .where(
            StatusSlot.body_id == Credential.body_id,
            StatusSlot.credential_intent_id == Credential.id,
            StatusList.purpose == literal_column(f"'{purpose}'"),
        )
    )


def _counted(statement: Any) -> ScalarSelect[Any]:
    found: ScalarSelect[Any] = statement.correlate(Credential).scalar_subquery()
    return found
