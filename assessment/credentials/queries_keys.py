"""What the page of keys shows beside the keys themselves: when each signed last, and what waits for a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal_column, select, union_all
from sqlalchemy.orm import Session

from assessment.credentials.tables import Credential
from assessment.credentials.tables_keys import (
    KeyChange,
    KeyChangeKind,
    KeyConfirmation,
    PdfKeyChange,
    PdfKeyConfirmation,
    PdfSeal,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenKeyChange:
    """A proposed change of a key without an answer."""

    id: str
    key_id: str
    kind: KeyChangeKind
    proposed_at: datetime


def last_uses(session: Session, body_id: str) -> Mapping[str, datetime]:
    """Return when each key of a body signed a certificate or sealed its PDF file last; one statement."""
    signed = select(Credential.key_id.label("key_id"), func.max(Credential.issued_at).label("at")).where(
        Credential.body_id == body_id
    )
    sealed = select(PdfSeal.key_id.label("key_id"), func.max(PdfSeal.sealed_at).label("at")).where(
        PdfSeal.body_id == body_id
    )
    rows = session.execute(union_all(signed.group_by(Credential.key_id), sealed.group_by(PdfSeal.key_id)))
    return {row.key_id: row.at for row in rows}


def open_key_changes(session: Session, body_id: str, *, not_by: str) -> Sequence[OpenKeyChange]:
    """Return the proposed changes without an answer, the oldest first, but those of one person; one statement."""
    of_keys = (
        select(KeyChange.id, KeyChange.key_id, KeyChange.kind, KeyChange.proposed_at)
        .join(
            KeyConfirmation,
            (KeyConfirmation.body_id == KeyChange.body_id) & (KeyConfirmation.key_change_id == KeyChange.id),
            isouter=True,
        )
        .where(KeyChange.body_id == body_id, KeyChange.proposed_by != not_by, KeyConfirmation.confirmed.is_(None))
    )
    of_pdf_keys = (
        select(PdfKeyChange.id, PdfKeyChange.key_id, PdfKeyChange.kind, PdfKeyChange.proposed_at)
        .join(
            PdfKeyConfirmation,
            (PdfKeyConfirmation.body_id == PdfKeyChange.body_id)
            & (PdfKeyConfirmation.pdf_key_change_id == PdfKeyChange.id),
            isouter=True,
        )
        .where(
            PdfKeyChange.body_id == body_id, PdfKeyChange.proposed_by != not_by, PdfKeyConfirmation.confirmed.is_(None)
        )
    )
    rows = session.execute(union_all(of_keys, of_pdf_keys).order_by(literal_column("proposed_at")))
    return [OpenKeyChange(id=row.id, key_id=row.key_id, kind=row.kind, proposed_at=row.proposed_at) for row in rows]
