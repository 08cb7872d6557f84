"""Issuing: what a release asked for is gathered, signed, drawn, printed and stored (job "issue").

Order: intent (releasing) -> sign -> keep what was signed, with its leaf of the log -> integrate -> print ->
certify -> store the file by its digest -> one short unit of work for the row. Nothing slow happens under the
database's lock. The job may run twice and be cut off anywhere: the first signature that was kept stays, and it goes on
from where it was.
"""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import birth_date_of, name_of, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.credentials.canonical_bytes import canonical_row
from assessment.credentials.certificate import certificate_of
from assessment.credentials.codes import address_code, full_code
from assessment.credentials.forms import form_rows, sign_forms
from assessment.credentials.keys import ready_key
from assessment.credentials.log_heads import integrate, refuse_behind
from assessment.credentials.log_proofs import proof_of
from assessment.credentials.offering import achievement_of
from assessment.credentials.pdf_certificates import ready_certificate
from assessment.credentials.pdf_seals import is_removed, seal_of
from assessment.credentials.printing import Issued, print_certificate
from assessment.credentials.proving import evidence_of, sheet_of
from assessment.credentials.releasing import ISSUE
from assessment.credentials.signer_client import signer
from assessment.credentials.signing import Order, sign_order
from assessment.credentials.slots import entries
from assessment.credentials.tables import (
    Credential,
    CredentialIntent,
    SignedCredential,
    StatusSlot,
)
from assessment.credentials.tables_keys import PdfCertificate, PdfSeal
from assessment.credentials.told import DRAW, StatusEvent, tell
from assessment.database import Act, Base, reading, unit_of_work
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.qr_payload import code_segments
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.log.entry import NONCE_BYTES, Kind, commitment
from assessment.jobs.service import ask_for, handle
from assessment.settings import Settings
from assessment.storage import Storage
from assessment.transparency.leaves import leaf_of, write_issue

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """A signed credential: its canonical bytes, the digits of its code, its key, and the nonce of its leaf."""

    content: bytes
    digits: str
    key_id: str
    nonce: bytes


def issue(body_id: str, payload: dict[str, Any], now: datetime) -> None:
    """Do the job "issue" for the credential that the payload names; does nothing where it is there already.

    Raises Conflict when the signer does not answer or holds another key than the published one.
    """
    with reading() as session:
        order = _order(session, body_id, payload["credential"])
    if order is None:
        return
    signed = _kept(body_id, order) or _sign(order, now)
    integrate(now)
    with reading() as session:
        proof = proof_of(session, body_id, order.public_id, signed.nonce)
    if proof is None:
        raise Conflict(N_("The certificate has no place in the log yet."))
    key = ready_key(body_id, order.certificate.did, now)
    forms = sign_forms(read_object(signed.content), body_id, key, now=now)
    pdf, pdf_key = paper(order, draw(order, signed.content, signed.digits, proof), now=now)
    person_id, storage = order.certificate.person_id, _storage()
    row = Credential(
        body_id=body_id,
        id=order.public_id,
        person_id=person_id,
        key_id=signed.key_id,
        sealed=sealer().seal(order.wrapped, person_id, signed.content),
        sealed_code=sealer().seal(order.wrapped, person_id, signed.digits.encode()),
        sha256=sha256(signed.content).hexdigest(),
        pdf_digest=storage.put(sealer().seal(order.wrapped, person_id, pdf)),
        sealed_proof=sealer().seal(order.wrapped, person_id, proof),
        issued_at=now,
    )
    seal = seal_of(body_id, order.public_id, pdf_key, pdf, now)
    _keep(row, seal, [canonical_row(row, order.wrapped, signed.content), *form_rows(row, order.wrapped, forms)], now)


def _sign(order: Order, now: datetime) -> Signed:
    """Sign a certificate and keep it with its leaf of the log; what another run kept first is returned instead."""
    certificate = order.certificate
    with reading() as session:
        refuse_behind(session)
    key = ready_key(certificate.body_id, certificate.did, now)
    content, digits = sign_order(order, key, now=now)
    signed = Signed(content=content, digits=digits, key_id=key.id, nonce=secrets.token_bytes(NONCE_BYTES))

    def seal(content: bytes) -> bytes:
        return sealer().seal(order.wrapped, certificate.person_id, content)

    row = SignedCredential(
        body_id=certificate.body_id,
        id=order.public_id,
        person_id=certificate.person_id,
        key_id=key.id,
        sealed=seal(signed.content),
        sealed_code=seal(digits.encode()),
        signed_at=now,
    )
    try:
        with unit_of_work(_author(certificate.body_id, now)) as session:
            session.add(row)
            session.flush()
            write_issue(
                session,
                certificate.body_id,
                order.public_id,
                sealed_nonce=seal(signed.nonce),
                committed=commitment(signed.nonce, signed.content),
                now=now,
            )
    except IntegrityError:
        kept = _kept(certificate.body_id, order)
        if kept is None:
            raise
        return kept
    return signed


def _kept(body_id: str, order: Order) -> Signed | None:
    """Return what an earlier run signed and kept, or None."""
    with reading() as session:
        row = session.get(SignedCredential, (body_id, order.public_id))
        leaf = leaf_of(session, body_id, Kind.ISSUE, order.public_id)
        if row is None or leaf is None or leaf.sealed_nonce is None:
            return None
        person_id = row.person_id
        return Signed(
            content=sealer().open(order.wrapped, person_id, row.sealed),
            digits=sealer().open(order.wrapped, person_id, row.sealed_code).decode(),
            key_id=row.key_id,
            nonce=sealer().open(order.wrapped, person_id, leaf.sealed_nonce),
        )


def draw(order: Order, content: bytes, digits: str, proof: bytes) -> Issued:
    """Return what is printed once a certificate is signed: both codes are drawn here."""
    address = code_segments(order.certificate.did, order.public_id, digits)[0]
    return Issued(
        public_id=order.public_id,
        code=full_code(address, digits),
        small_code=address_code(address.rstrip("#")),
        document=content,
        proof=proof,
    )


def paper(order: Order, issued: Issued, *, now: datetime) -> tuple[bytes, str]:
    """Return the printed certificate as a certified PDF, and the key that sealed it.

    Raises Conflict when the signer does not answer.
    """
    certificate = order.certificate
    pdf = print_certificate(certificate, number=order.number, name=order.name, issued=issued, now=now)
    return _certified(pdf, certificate.body_id, now)


def _certified(pdf: bytes, body_id: str, now: datetime) -> tuple[bytes, str]:
    from assessment.credentials.certifying import Seal, certify  # noqa: PLC0415  # slow; web processes do without it

    key_id, certificate, authority = ready_certificate(body_id, now)
    settings: Settings = current_app.extensions["settings"]
    seal = Seal(body_id=body_id, key_id=key_id, certificate=certificate, authority=authority)
    return certify(pdf, seal, signer(), timestamp_url=settings.timestamp_url), key_id


def _order(session: Session, body_id: str, public_id: str) -> Order | None:
    """Gather what is to be issued; None where it is issued already, or where the person was erased meanwhile."""
    intent = session.get(CredentialIntent, (body_id, public_id))
    if intent is None:
        raise NotFound(N_("There is no such certificate."))
    if session.get(Credential, (body_id, public_id)) is not None:
        return None
    wrapped = wrapped_key(session, body_id, intent.person_id)
    if wrapped is None:
        log.info("certificate %s is not issued: its person was erased", intent.number)
        return None
    slots = session.scalars(
        select(StatusSlot).where(StatusSlot.body_id == body_id, StatusSlot.credential_intent_id == public_id)
    )
    certificate = certificate_of(session, body_id, intent.decision_id)
    sheet = sheet_of(session, certificate)
    return Order(
        public_id=public_id,
        number=intent.number,
        certificate=replace(certificate, decided_on=intent.decided_on, valid_until_on=intent.valid_until_on),
        achievement=achievement_of(session, certificate, sheet.criteria),
        practical=sheet.results,
        evidence=evidence_of(session, certificate),
        statuses=tuple(entries(slots)),
        name=name_of(session, body_id, intent.person_id).text,
        birth_year=birth_date_of(session, body_id, intent.person_id).year,
        wrapped=wrapped,
    )


def _keep(row: Credential, seal: PdfSeal, beside: Iterable[Base], now: datetime) -> None:
    """Store the credential with what is kept beside it, unless another run was first.

    Raises Conflict when the key of its file was withdrawn meanwhile: another run seals it with the next one.
    """
    try:
        with unit_of_work(_author(row.body_id, now)) as session:
            if session.get(Credential, (row.body_id, row.id)) is None:
                session.get_one(PdfCertificate, (row.body_id, seal.key_id), with_for_update={"read": True})
                if is_removed(session, row.body_id, seal.key_id):
                    raise Conflict(N_("The key of the PDF file was withdrawn while it was made."))
                session.add(row)
                session.flush()
                session.add_all([seal, *beside])
                ask_for(session, row.body_id, DRAW, {"credential": row.id}, now=now)
                older = session.get_one(CredentialIntent, (row.body_id, row.id)).successor_of
                if older is not None:
                    tell(session, row.body_id, older, StatusEvent.SUPERSEDED, now=now)
                session.execute(
                    delete(SignedCredential).where(
                        SignedCredential.body_id == row.body_id, SignedCredential.id == row.id
                    )
                )
    except IntegrityError:
        with reading() as session:
            if session.get(Credential, (row.body_id, row.id)) is None:
                raise


def _author(body_id: str, now: datetime) -> Act:
    return Act(body_id=body_id, account_id=None, person_id=None, at=now, name="credentials.issue")


def _storage() -> Storage:
    found: Storage = current_app.extensions["storage"]
    return found


handle(ISSUE, issue)
