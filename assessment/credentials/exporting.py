"""A certificate in the forms in which it leaves the house: JSON, PDF, the code as picture and as text."""

from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.persons import sealer
from assessment.accounts.sealing import Erased
from assessment.credentials.card import card_of
from assessment.credentials.codes import full_code
from assessment.credentials.forms import form_of
from assessment.credentials.log_proofs import proof_of
from assessment.credentials.public import opened
from assessment.credentials.queries import credential_of
from assessment.credentials.tables import Credential, CredentialIntent, TokenForm
from assessment.domain.credentials.facts import issuer_of
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.qr_payload import code_segments
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.log.entry import Kind
from assessment.storage import Storage
from assessment.transparency.leaves import leaf_of


class Format(StrEnum):
    """The forms of a certificate."""

    JSON = "json"
    JWT = "jwt"
    SD_JWT = "sd-jwt"
    PDF = "pdf"
    CARD = "card"
    TLOG_PROOF = "tlog-proof"
    QR_PNG = "qr-png"
    QR_SVG = "qr-svg"
    QR_TEXT = "qr-text"


MEDIA_TYPES = {
    Format.JSON: "application/vc",
    Format.JWT: "application/vc+jwt",
    Format.SD_JWT: "application/dc+sd-jwt",
    Format.PDF: "application/pdf",
    Format.CARD: "application/pdf",
    Format.TLOG_PROOF: "text/plain; charset=utf-8",
    Format.QR_PNG: "image/png",
    Format.QR_SVG: "image/svg+xml",
    Format.QR_TEXT: "text/plain; charset=utf-8",
}
TOKENS = {Format.JWT: TokenForm.VC_JWT, Format.SD_JWT: TokenForm.SD_JWT}
ENDINGS = {
    Format.JSON: ".json",
    Format.JWT: ".jwt",
    Format.SD_JWT: ".sd-jwt",
    Format.PDF: ".pdf",
    Format.CARD: "-card.pdf",
    Format.TLOG_PROOF: ".tlog-proof",
    Format.QR_PNG: "-qr.png",
    Format.QR_SVG: "-qr.svg",
    Format.QR_TEXT: "-qr.txt",
}


def find_credential(session: Session, number: str) -> tuple[str, str]:
    """Return body and id of the certificate with this number. Raises NotFound, or Conflict while it is being signed."""
    row = session.execute(
        select(CredentialIntent.body_id, CredentialIntent.id, Credential.issued_at)
        .join(
            Credential,
            (Credential.body_id == CredentialIntent.body_id) & (Credential.id == CredentialIntent.id),
            isouter=True,
        )
        .where(CredentialIntent.number == number.strip().upper())
    ).first()
    if row is None:
        raise NotFound(N_("There is no certificate %(number)s."), number=number)
    if row.issued_at is None:
        raise Conflict(N_("The certificate %(number)s is being signed; try again in a moment."), number=number)
    return row.body_id, row.id


def export(session: Session, body_id: str, credential_id: str, form: Format) -> bytes:
    """Return a certificate in one form.

    Raises NotFound for an unknown certificate or one whose holder was erased, Invalid for a form that it does
    not have.
    """
    if form not in MEDIA_TYPES:
        raise Invalid(N_("%(form)s: not present."), form=form.value)
    found = credential_of(session, body_id, credential_id)
    if found is None:
        raise NotFound(N_("There is no such certificate."))
    intent, credential, wrapped = found
    document, digits = opened(credential, wrapped)
    if document is None or digits is None:
        raise NotFound(N_("The holder of the certificate %(number)s was erased."), number=intent.number)
    if form is Format.JSON:
        return document
    if form in TOKENS:
        return _token(session, credential, wrapped, form)
    if form is Format.PDF:
        return open_pdf(credential, wrapped)
    if form is Format.CARD:
        return card_of(session, intent, credential, document=document, digits=digits)
    if form is Format.TLOG_PROOF:
        return log_proof(session, credential, wrapped)
    address, _ = code_segments(issuer_of(read_object(document)), intent.id, digits)
    if form is Format.QR_TEXT:
        return f"{address}{digits}\n".encode()
    drawing = full_code(address, digits)
    return drawing.png() if form is Format.QR_PNG else drawing.svg().encode()


def _token(session: Session, credential: Credential, wrapped: bytes | None, form: Format) -> bytes:
    content = form_of(session, credential, wrapped, TOKENS[form])
    if content is None:
        raise NotFound(N_("The certificate was issued before there was this form of it."))
    return content


def log_proof(session: Session, credential: Credential, wrapped: bytes | None) -> bytes:
    """Return the proof of a certificate's entry in the log, under the newest head.

    Raises Invalid when it is from before there was a log, Erased when its holder was erased.
    """
    leaf = leaf_of(session, credential.body_id, Kind.ISSUE, credential.id)
    if leaf is None or leaf.sealed_nonce is None:
        raise Invalid(N_("%(form)s: not present."), form=Format.TLOG_PROOF.value)
    nonce = sealer().open(wrapped, credential.person_id, leaf.sealed_nonce)
    proof = proof_of(session, credential.body_id, credential.id, nonce)
    if proof is None:
        raise Conflict(N_("The certificate has no place in the log yet."))
    return proof


def open_pdf(credential: Credential, wrapped: bytes | None) -> bytes:
    """Return the PDF of a certificate.

    Raises NotFound when the file is not in the store, Erased when its holder was erased, ValueError when it was
    changed.
    """
    storage: Storage = current_app.extensions["storage"]
    if wrapped is None:
        raise Erased
    return sealer().open(wrapped, credential.person_id, storage.get(credential.pdf_digest))
