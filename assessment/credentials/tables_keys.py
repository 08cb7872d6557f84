"""Changes of issuers' keys, each proposed by one person and answered by another; and what PDF files are sealed by."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice


class KeyChangeKind(StrEnum):
    """What becomes of a key: a new one takes its place, it signs no more, or it is in somebody else's hands."""

    ROTATION = "rotation"
    RETIREMENT = "retirement"
    COMPROMISE = "compromise"


class KeyChange(Scoped, Base):
    """Somebody proposes to change what a key is good for, with the reason."""

    __tablename__ = "key_change"
    __table_args__ = (
        belongs_to("issuer_key", "key_id"),
        belongs_to("person", "proposed_by"),
        UniqueConstraint("body_id", "id", "proposed_by"),
    )

    key_id: Mapped[str]
    kind: Mapped[KeyChangeKind] = mapped_column(choice(KeyChangeKind, "kind"))
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class KeyConfirmation(OfBody, Base):
    """A second person answers a proposed change of a key; only a confirmed one counts (four eyes)."""

    __tablename__ = "key_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "key_change_id", "proposed_by"],
            ["key_change.body_id", "key_change.id", "key_change.proposed_by"],
        ),
        belongs_to("person", "confirmed_by"),
        CheckConstraint("confirmed_by <> proposed_by", name="four_eyes"),
    )

    key_change_id: Mapped[str] = mapped_column(primary_key=True)
    proposed_by: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed: Mapped[bool]
    note: Mapped[str]
    confirmed_at: Mapped[datetime]


class PdfCertificate(Scoped, Base):
    """The X.509 certificate (DER) that signs a body's PDF files for a year, and that of the authority above it."""

    __tablename__ = "pdf_certificate"

    certificate: Mapped[bytes]
    authority: Mapped[bytes]
    recorded_at: Mapped[datetime]


class PdfKeyChange(Scoped, Base):
    """Somebody proposes to change what a key for PDF files is good for, with the reason; as `KeyChange`."""

    __tablename__ = "pdf_key_change"
    __table_args__ = (
        belongs_to("pdf_certificate", "key_id"),
        belongs_to("person", "proposed_by"),
        UniqueConstraint("body_id", "id", "proposed_by"),
    )

    key_id: Mapped[str]
    kind: Mapped[KeyChangeKind] = mapped_column(choice(KeyChangeKind, "kind"))
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class PdfKeyConfirmation(OfBody, Base):
    """A second person answers a proposed change of a key for PDF files; only a confirmed one counts (four eyes)."""

    __tablename__ = "pdf_key_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "pdf_key_change_id", "proposed_by"],
            ["pdf_key_change.body_id", "pdf_key_change.id", "pdf_key_change.proposed_by"],
        ),
        belongs_to("person", "confirmed_by"),
        CheckConstraint("confirmed_by <> proposed_by", name="four_eyes"),
    )

    pdf_key_change_id: Mapped[str] = mapped_column(primary_key=True)
    proposed_by: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed: Mapped[bool]
    note: Mapped[str]
    confirmed_at: Mapped[datetime]


class PdfSeal(OfBody, Base):
    """The SHA-256 (hex) of the PDF file of a certificate as it was issued, and the key that sealed it.

    Once a key is withdrawn, a file under it stands only by this row.
    """

    __tablename__ = "pdf_seal"
    __table_args__ = (belongs_to("credential"), belongs_to("pdf_certificate", "key_id"))

    credential_id: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    sealed_at: Mapped[datetime]
