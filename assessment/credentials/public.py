"""What the public may ask, without an account: the issuers, their keys, a certificate by number and birth date.

Nothing here takes a body's scope: what is found is public, or is erased.
"""

from datetime import date
from functools import cache

from sqlalchemy import Executable, Select, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import birth_date_of, sealer
from assessment.accounts.sealing import Erased
from assessment.accounts.tables import CertificationBody, PersonKey
from assessment.credentials.keys import issuer_did, origin
from assessment.credentials.tables import Credential, CredentialIntent, IssuerKey
from assessment.domain.credentials.did_web import VerificationKey, web_did
from assessment.domain.credentials.did_web import did_document as build_document
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.credentials.sources import Issuer
from assessment.domain.credentials.withdrawn import RemovedKey


def opened(credential: Credential | None, wrapped: bytes | None) -> tuple[bytes | None, str | None]:
    """Return a credential's bytes and the digits of its code; None for both when it is not there or was erased.

    Raises ValueError when the sealed bytes were changed.
    """
    if credential is None:
        return None, None
    try:
        return (
            sealer().open(wrapped, credential.person_id, credential.sealed),
            sealer().open(wrapped, credential.person_id, credential.sealed_code).decode(),
        )
    except Erased:
        return None, None


def find_by_number(session: Session, number: str, birth_date: date) -> str | None:
    """Return the public id of the certificate with this number whose holder was born on this day.

    None when either does not fit, or the holder was erased. The limit on guessing stands in the caller. The time that
    it takes does not tell which of both was wrong: where there is no such number, somebody else's date is read instead.
    """
    wanted = "".join(number.split()).upper()
    found = session.execute(_holders().where(CredentialIntent.number == wanted)).all()
    somebody = session.execute(_holders().limit(1)).all()
    for row in found or somebody:
        born = birth_date_of(session, row.body_id, row.person_id)
        if born == birth_date and row.number == wanted:
            return str(row.id)
    return None


def _holders() -> Select[str, str, str, str]:
    """Every certificate's id and number with its holder, whose data was not erased."""
    holder = (PersonKey.body_id == CredentialIntent.body_id) & (PersonKey.person_id == CredentialIntent.person_id)
    return (
        select(CredentialIntent.id, CredentialIntent.number, CredentialIntent.body_id, CredentialIntent.person_id)
        .join(PersonKey, holder)
        .where(PersonKey.wrapped.is_not(None))
    )


def issuers(session: Session) -> dict[str, Issuer]:
    """Return the register of issuers: did -> name and compromised keys; one statement besides the installation's."""
    return issuers_with_keys(session)[0]


def issuers_with_keys(session: Session) -> tuple[dict[str, Issuer], dict[str, dict[str, object]]]:
    """Return the register of issuers, and each one's key document, both by did; with one and the same statement."""
    address = origin(session)
    rows = session.execute(_keys_of_all())
    standing: dict[str, list[VerificationKey]] = {}
    names: dict[str, str] = {}
    removed: dict[str, dict[str, RemovedKey]] = {}
    for row in rows:
        did = web_did(address, row.id)
        names[did] = row.name
        keys, others = removed.setdefault(did, {}), standing.setdefault(did, [])
        if row.key is None:
            continue
        if row.compromised_at is None:
            others.append(VerificationKey(id=f"{did}#{row.key}", public_key=decode_multikey(row.multibase)))
        else:
            keys[f"{did}#{row.key}"] = RemovedKey(
                public_key=decode_multikey(row.multibase), removed_at=row.compromised_at
            )
    register = {
        did: Issuer(name=name, compromised_keys=frozenset(removed[did]), removed_keys=removed[did])
        for did, name in names.items()
    }
    return register, {did: build_document(did, keys) for did, keys in standing.items()}


@cache
def _keys_of_all() -> Executable:
    return (
        select(
            CertificationBody.id,
            CertificationBody.name,
            IssuerKey.id.label("key"),
            IssuerKey.multibase,
            IssuerKey.compromised_at,
        )
        .join(IssuerKey, IssuerKey.body_id == CertificationBody.id, isouter=True)
        .order_by(CertificationBody.id, IssuerKey.year, IssuerKey.id)
    )


def did_document(session: Session, body_id: str) -> dict[str, object] | None:
    """Return the document that lists a body's keys, retired ones too, compromised ones not; None without the body."""
    return None if session.get(CertificationBody, body_id) is None else published_keys(session, body_id)


def published_keys(session: Session, body_id: str) -> dict[str, object]:
    """Return the key document of a body that is there; one statement besides the installation's."""
    did = issuer_did(session, body_id)
    keys = session.scalars(
        select(IssuerKey)
        .where(IssuerKey.body_id == body_id, IssuerKey.compromised_at.is_(None))
        .order_by(IssuerKey.year, IssuerKey.id)
    )
    return build_document(
        did, [VerificationKey(id=f"{did}#{key.id}", public_key=decode_multikey(key.multibase)) for key in keys]
    )
