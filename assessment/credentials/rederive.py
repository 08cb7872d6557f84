"""Deriving again: credential, code, printed file and status lists, held against what they rest on.

An erased holder's credential is told as erased, not as broken: its digest stands, its content is gone for good.
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.sealing import wrapped_key
from assessment.credentials.canonical_bytes import rederive_canonical
from assessment.credentials.exporting import open_pdf
from assessment.credentials.forms import rederive_forms
from assessment.credentials.keys import issuer_did
from assessment.credentials.printing import attached_credential
from assessment.credentials.public import opened
from assessment.credentials.slots import entries, list_number
from assessment.credentials.status_lists import marked_positions
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    IssuerKey,
    Release,
    StatusChange,
    StatusConfirmation,
    StatusList,
    StatusListDocument,
    StatusSlot,
)
from assessment.credentials.tables_keys import PdfSeal
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.json_text import digest, read_object
from assessment.domain.credentials.multibase import decode_multikey
from assessment.domain.credentials.proof import holds, read_proof
from assessment.domain.credentials.qr_payload import open_digits
from assessment.domain.credentials.status_list import StatusPurpose as Purpose
from assessment.domain.credentials.status_list import list_url, locate, read_list
from assessment.domain.errors import Invalid, NotFound
from assessment.domain.mismatch import Mismatch, differs, mismatch


def credentials_to_rederive(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, credential id) of every issued credential, in key order; `since` keeps the later ones."""
    keys = select(Credential.body_id, Credential.id).order_by(Credential.body_id, Credential.id)
    if since is not None:
        keys = keys.where(Credential.issued_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def rederive(session: Session, body_id: str, credential_id: str) -> Iterator[Mismatch]:
    """Yield each stored value of a credential that differs from intent, key, code, file or changes; reads only.

    Of an erased holder's credential only what is not sealed is held against anything.
    """
    credential = session.get(Credential, (body_id, credential_id))
    intent = session.get(CredentialIntent, (body_id, credential_id))
    record = f"credential/{body_id}/{credential_id}"
    if credential is None or intent is None:
        yield mismatch(record, "credential", "a credential with its intent", "none")
        return
    yield from _four_eyes(session, intent, record)
    wrapped = wrapped_key(session, body_id, credential.person_id)
    try:
        content, digits = opened(credential, wrapped)
    except ValueError as error:
        yield mismatch(record, "sealed", "bytes sealed under the person's key", str(error))
        return
    if content is None or digits is None:
        return
    yield from differs(record, "sha256", sha256(content).hexdigest(), credential.sha256)
    try:
        yield from _document(session, credential, intent, content, digits, record)
    except Invalid as refusal:
        yield mismatch(record, "document", "a credential that can be read", str(refusal))
    yield from rederive_canonical(session, credential, wrapped, content, record)
    yield from rederive_forms(session, credential, wrapped, content, record)
    yield from _file(session, credential, wrapped, content, record)


def status_lists_to_rederive(session: Session) -> Iterator[tuple[str, str]]:
    """Yield (body id, list id) of every status list."""
    for row in session.execute(select(StatusList.body_id, StatusList.id).order_by(StatusList.body_id, StatusList.id)):
        yield row.body_id, row.id


def rederive_status_list(session: Session, body_id: str, status_list_id: str) -> Iterator[Mismatch]:
    """Hold a published list against the confirmed changes and its key; a list not signed yet has nothing to hold."""
    row = session.get(StatusList, (body_id, status_list_id))
    stored = session.get(StatusListDocument, (body_id, status_list_id))
    if row is None or stored is None:
        return
    record = f"status_list_document/{body_id}/{status_list_id}"
    did = issuer_did(session, body_id)
    yield from differs(
        record, "id", list_url(did, Purpose(row.purpose), list_number(row.id)), stored.document.get("id")
    )
    try:
        proof = read_proof(stored.document)
        yield from _signed(session, body_id, did, stored.document, proof.verification_method, record)
        bits = read_list(stored.document, Purpose(row.purpose))
    except Invalid as refusal:
        yield mismatch(record, "document", "a signed status list", str(refusal))
        return
    marked = frozenset(position for position in range(bits.length) if bits.is_set(position))
    yield from differs(record, "bits", sorted(marked_positions(session, row)), sorted(marked))


def _four_eyes(session: Session, intent: CredentialIntent, record: str) -> Iterator[Mismatch]:
    """The release behind a credential, its places in the lists, and the second person behind each change."""
    if session.get(Release, (intent.body_id, intent.decision_id)) is None:
        yield mismatch(record, "release", "a release of its decision", "none")
    slots = session.scalars(
        select(StatusSlot.status_list_id).where(
            StatusSlot.body_id == intent.body_id, StatusSlot.credential_intent_id == intent.id
        )
    ).all()
    yield from differs(record, "status_slot", sorted(Purpose), sorted(name.split("-")[-2] for name in slots))
    answered = session.execute(
        select(StatusChange.id)
        .join(
            StatusConfirmation,
            (StatusConfirmation.body_id == StatusChange.body_id)
            & (StatusConfirmation.status_change_id == StatusChange.id),
        )
        .where(
            StatusChange.body_id == intent.body_id,
            StatusChange.credential_id == intent.id,
            StatusConfirmation.confirmed_by == StatusChange.proposed_by,
        )
    )
    for row in answered:
        yield mismatch(f"status_change/{intent.body_id}/{row.id}", "four_eyes", "two persons", "one")


def _document(
    session: Session, credential: Credential, intent: CredentialIntent, content: bytes, digits: str, record: str
) -> Iterator[Mismatch]:
    document = read_object(content)
    did = issuer_did(session, credential.body_id)
    key_id = f"{did}#{credential.key_id}"
    yield from differs(record, "key", key_id, read_proof(document).verification_method)
    yield from _signed(session, credential.body_id, did, document, key_id, record)
    facts = read_facts(document)
    yield from differs(record, "number", intent.number, facts.number)
    yield from differs(record, "starts_at", intent.starts_at, facts.validity.start)
    last = facts.validity.until
    if last is None or not 0 < (intent.expires_at - last).total_seconds() <= 1:
        yield mismatch(record, "expires_at", str(intent.expires_at), str(last))
    slots = session.scalars(
        select(StatusSlot).where(
            StatusSlot.body_id == credential.body_id, StatusSlot.credential_intent_id == credential.id
        )
    )
    places = {entry.purpose: entry.index for entry in entries(slots)}
    stated = {place.purpose: (place.url, place.index) for place in facts.statuses}
    expected = {
        purpose: (list_url(did, purpose, locate(index)[0]), locate(index)[1]) for purpose, index in places.items()
    }
    yield from differs(record, "status", sorted(expected.items()), sorted(stated.items()))
    signed = open_digits(digits)
    key = session.get(IssuerKey, (credential.body_id, credential.key_id))
    if key is None or signed.key_id != key_id or not signed.holds(decode_multikey(key.multibase)):
        yield mismatch(record, "code", "digits signed by the issuer's key", signed.key_id)
    yield from differs(record, "code", digest(document)[:16].hex(), signed.payload.digest.hex())
    yield from differs(record, "code", credential.id, signed.payload.public_id)


def _signed(
    session: Session, body_id: str, did: str, document: dict[str, object], key_id: str, record: str
) -> Iterator[Mismatch]:
    key = session.get(IssuerKey, (body_id, key_id.removeprefix(f"{did}#")))
    if key is None or not holds(document, read_proof(document), decode_multikey(key.multibase)):
        yield mismatch(record, "proof", f"a signature by {key_id}", "another")


def _file(
    session: Session, credential: Credential, wrapped: bytes | None, content: bytes, record: str
) -> Iterator[Mismatch]:
    try:
        pdf = open_pdf(credential, wrapped)
    except (NotFound, ValueError) as error:
        yield mismatch(record, "pdf_digest", credential.pdf_digest, str(error))
        return
    seal = session.get(PdfSeal, (credential.body_id, credential.id))
    if seal is not None:  # files from before digests were kept have none
        yield from differs(record, "pdf_seal", sha256(pdf).hexdigest(), seal.sha256)
    attached = attached_credential(pdf)
    if attached != content:
        yield mismatch(record, "pdf", "the credential attached", "nothing" if attached is None else "another one")
