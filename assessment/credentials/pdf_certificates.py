"""By what a body's PDF files are signed: the keys of each year with their certificates, and which one signs.

A key is `pdf-2026`, the next one of the year `pdf-2026-2`. A certificate is asked of the signer once, recorded, and
never changed; that a key signs no more follows from what two people confirmed (`changing_keys`), or from the next
year's first one. The authority above all certificates is published.
"""

import base64
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.credentials.key_files import PDF
from assessment.credentials.keys import key_year, origin
from assessment.credentials.signer_client import key_name, signer
from assessment.credentials.tables_keys import KeyChangeKind, PdfCertificate, PdfKeyChange, PdfKeyConfirmation
from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.sealing_keys import SealingKey


@dataclass(frozen=True, kw_only=True, slots=True)
class PdfKey:
    """A key for PDF files: `changed_at` is when two people took it out of use, `compromised_at` as a stolen one.

    `retired_at` is either that moment, or when the next year's first key was opened.
    """

    id: str
    opened_at: datetime
    retired_at: datetime | None
    changed_at: datetime | None
    compromised_at: datetime | None


def pdf_keys(session: Session, body_id: str) -> Sequence[PdfKey]:
    """Return a body's keys for PDF files, the oldest first; one statement."""
    return [key for _certificate, key in _found(session, PdfCertificate.body_id == body_id)]


def sealing_keys(session: Session) -> dict[str, list[SealingKey]]:
    """Return the keys for PDF files of every body that has one, by the body's code; one statement."""
    found: dict[str, list[SealingKey]] = {}
    for row, key in _found(session, true()):
        found.setdefault(row.body_id, []).append(
            SealingKey(
                body_id=row.body_id,
                id=key.id,
                certificate_sha256=sha256(row.certificate).hexdigest(),
                removed_at=key.compromised_at,
            )
        )
    return found


def _found(session: Session, of: ColumnElement[bool]) -> Iterator[tuple[PdfCertificate, PdfKey]]:
    changes = (
        select(PdfKeyChange.body_id, PdfKeyChange.key_id, PdfKeyChange.kind, PdfKeyConfirmation.confirmed_at)
        .join(
            PdfKeyConfirmation,
            (PdfKeyConfirmation.body_id == PdfKeyChange.body_id)
            & (PdfKeyConfirmation.pdf_key_change_id == PdfKeyChange.id),
        )
        .where(PdfKeyConfirmation.confirmed)
        .subquery()
    )
    joined = (changes.c.body_id == PdfCertificate.body_id) & (changes.c.key_id == PdfCertificate.id)
    rows = session.execute(
        select(PdfCertificate, changes.c.kind, changes.c.confirmed_at)
        .join(changes, joined, isouter=True)
        .where(of)
        .order_by(PdfCertificate.body_id, PdfCertificate.recorded_at, PdfCertificate.id)
    ).all()
    certificates = dict.fromkeys(row.PdfCertificate for row in rows)
    for certificate in certificates:
        changed = [(row.kind, row.confirmed_at) for row in rows if row.PdfCertificate is certificate and row.kind]
        later = [
            other.recorded_at
            for other in certificates
            if other.body_id == certificate.body_id and _year(other.id) > _year(certificate.id)
        ]
        moments = [moment for _kind, moment in changed]
        yield (
            certificate,
            PdfKey(
                id=certificate.id,
                opened_at=certificate.recorded_at,
                retired_at=min([*moments, *later], default=None),
                changed_at=min(moments, default=None),
                compromised_at=next((moment for kind, moment in changed if kind is KeyChangeKind.COMPROMISE), None),
            ),
        )


def ready_certificate(body_id: str, now: datetime) -> tuple[str, bytes, bytes]:
    """Return the key that signs, its certificate and the authority's (DER); opens its own transactions.

    Raises Conflict when the signer does not answer.
    """
    with reading() as session:
        usable, next_id = _of_year(session, body_id, now)
        if usable is not None:
            row = session.get_one(PdfCertificate, (body_id, usable))
            return row.id, row.certificate, row.authority
        certificate, authority = _made(session, body_id, next_id)
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="credentials.pdf_certificate")
    try:
        with unit_of_work(act) as session:
            session.add(_recorded(body_id, next_id, certificate, authority, now))
    except IntegrityError:  # another process recorded the same one at the same moment
        pass
    return next_id, certificate, authority


def open_next(session: Session, body_id: str, now: datetime) -> None:
    """Record the key that signs from now on, where there is none of this year that may.

    Raises Conflict when the signer does not answer.
    """
    usable, next_id = _of_year(session, body_id, now)
    if usable is None:
        session.add(_recorded(body_id, next_id, *_made(session, body_id, next_id), now))
        session.flush()


def make_next_ready(session: Session, body_id: str, now: datetime, *, after: str) -> None:
    """Have the signer make what `open_next` will want once the key `after` is taken out of use; changes no row."""
    usable, next_id = _of_year(session, body_id, now)
    if usable is None or usable == after:
        _made(session, body_id, next_id)


def published_authority(session: Session) -> bytes | None:
    """Return the certificates (PEM) of the authorities that ever stood over a body's, None before the first issue."""
    found = sorted(set(session.scalars(select(PdfCertificate.authority)).all()))
    return b"".join(map(_pem, found)) or None


def _of_year(session: Session, body_id: str, now: datetime) -> tuple[str | None, str]:
    """Return the key of this year that may sign, if any, and the name of the next one."""
    year = key_year(session, body_id, now)
    keys = [key for key in pdf_keys(session, body_id) if _year(key.id) == year]
    usable = next((key.id for key in keys if key.changed_at is None), None)
    return usable, f"{PDF}{key_name(year, len(keys) + 1)}"


def _made(session: Session, body_id: str, key_id: str) -> tuple[bytes, bytes]:
    name, host = session.get_one(CertificationBody, body_id).name, origin(session).partition("://")[2]
    return signer().pdf_certificate(body_id, key_id, name=name, host=host)


def _recorded(body_id: str, key_id: str, certificate: bytes, authority: bytes, now: datetime) -> PdfCertificate:
    return PdfCertificate(body_id=body_id, id=key_id, certificate=certificate, authority=authority, recorded_at=now)


def _year(key_id: str) -> int:
    return int(key_id.removeprefix(PDF)[:4])


def _pem(der: bytes) -> bytes:
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()
