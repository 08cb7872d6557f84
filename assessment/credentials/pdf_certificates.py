"""By what a body's PDF files are signed: asked of the signer once a year, recorded, and published.

The key is the year's, `pdf-2026`: a file's signature says when it was made, and nothing is published by key.
"""

import base64
import textwrap
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody
from assessment.credentials.keys import key_year, origin
from assessment.credentials.signer_client import signer
from assessment.credentials.tables_keys import PdfCertificate
from assessment.database import Act, reading, unit_of_work


def ready_certificate(body_id: str, now: datetime) -> tuple[str, bytes, bytes]:
    """Return the key's name, its certificate and the authority's (DER) for this year; opens its own transactions.

    Raises Conflict when the signer does not answer.
    """
    with reading() as session:
        key_id = f"pdf-{key_year(session, body_id, now)}"
        row = session.get(PdfCertificate, (body_id, key_id))
        if row is not None:
            return key_id, row.certificate, row.authority
        name, host = session.get_one(CertificationBody, body_id).name, origin(session).partition("://")[2]
    certificate, authority = signer().pdf_certificate(body_id, key_id, name=name, host=host)
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="credentials.pdf_certificate")
    row = PdfCertificate(body_id=body_id, id=key_id, certificate=certificate, authority=authority, recorded_at=now)
    try:
        with unit_of_work(act) as session:
            session.add(row)
    except IntegrityError:  # another process recorded the same one at the same moment
        pass
    return key_id, certificate, authority


def published_authority(session: Session) -> bytes | None:
    """Return the certificates (PEM) of the authorities that ever stood over a body's, None before the first issue."""
    found = sorted(set(session.scalars(select(PdfCertificate.authority)).all()))
    return b"".join(map(_pem, found)) or None


def _pem(der: bytes) -> bytes:
    lines = "\n".join(textwrap.wrap(base64.b64encode(der).decode(), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n".encode()
