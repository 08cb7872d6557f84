"""The digests of issued PDF files: what still stands of a key for PDF files once it was withdrawn.

Whoever stole the key can draw any page round a genuine certificate, seal it and date it back; neither the
certificate's place in the log nor a time stamp says what was drawn. So a file under a withdrawn key stands only where
it is, byte for byte, one that was issued. The digests are recorded with each certificate, and published by the first
two digits once the key is withdrawn.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.sealing import Erased, wrapped_key
from assessment.credentials.exporting import open_pdf
from assessment.credentials.key_files import PDF
from assessment.credentials.keys import key_year
from assessment.credentials.pdf_certificates import pdf_keys
from assessment.credentials.tables import Credential
from assessment.credentials.tables_keys import PdfSeal
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import NotFound

AT_ONCE = 100


def digests_under(session: Session, body_id: str, key_id: str, start: str = "") -> Sequence[str]:
    """Return the digests (hex) of the files that a key sealed, in order; those that begin with `start`."""
    return session.scalars(
        select(PdfSeal.sha256)
        .where(PdfSeal.body_id == body_id, PdfSeal.key_id == key_id, PdfSeal.sha256.startswith(start, autoescape=True))
        .order_by(PdfSeal.sha256)
    ).all()


def digest_list(digests: Iterable[str]) -> bytes:
    """Write a published list of digests: one a line, nothing where there is none."""
    return "".join(f"{digest}\n" for digest in digests).encode()


def is_removed(session: Session, body_id: str, key_id: str) -> bool:
    """Say whether a body's key for PDF files was withdrawn."""
    return any(key.id == key_id and key.compromised_at is not None for key in pdf_keys(session, body_id))


def remember_seals(body_id: str, now: datetime) -> None:
    """Record the digests of files that were issued before digests were kept; opens transactions of its own."""
    with reading() as session:
        waiting = unrecorded(session, body_id)
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="credentials.pdf_seals")
    for first in range(0, len(waiting), AT_ONCE):
        with unit_of_work(act) as session:
            record_seals(session, body_id, waiting[first : first + AT_ONCE])


def record_seals(session: Session, body_id: str, credential_ids: Iterable[str]) -> None:
    """Record the digest of the file of each of these certificates, where there is none yet.

    A file that cannot be opened any more, its holder being erased, gets none, and does not stand once its key falls.
    """
    known = {key.id for key in pdf_keys(session, body_id)}
    for credential_id in credential_ids:
        credential = session.get_one(Credential, (body_id, credential_id))
        key_id = f"{PDF}{key_year(session, body_id, credential.issued_at)}"  # there was one a year then
        if key_id not in known or session.get(PdfSeal, (body_id, credential_id)) is not None:
            continue
        try:
            pdf = open_pdf(credential, wrapped_key(session, body_id, credential.person_id))
        except (NotFound, Erased, ValueError):
            continue
        session.add(seal_of(body_id, credential_id, key_id, pdf, credential.issued_at))
    session.flush()


def seal_of(body_id: str, credential_id: str, key_id: str, pdf: bytes, now: datetime) -> PdfSeal:
    """Return the row that says of an issued file that this key sealed it."""
    return PdfSeal(
        body_id=body_id,
        credential_id=credential_id,
        key_id=key_id,
        sha256=sha256(pdf).hexdigest(),
        sealed_at=now,
    )


def unrecorded(session: Session, body_id: str) -> Sequence[str]:
    """Return the issued certificates of whose files no digest is recorded; one statement."""
    return session.scalars(
        select(Credential.id)
        .join(PdfSeal, (PdfSeal.body_id == Credential.body_id) & (PdfSeal.credential_id == Credential.id), isouter=True)
        .where(Credential.body_id == body_id, PdfSeal.credential_id.is_(None), Credential.pdf_digest != "")
        .order_by(Credential.id)
    ).all()
