"""Releases, issued credentials, their status in two lists, and the issuer's public keys."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty


class StatusPurpose(StrEnum):
    """The purpose of a status list (Bitstring Status List, 2.2)."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"


class TokenForm(StrEnum):
    """A form of a credential beside the one with an embedded proof, by its media type without "application/"."""

    VC_JWT = "vc+jwt"
    SD_JWT = "dc+sd-jwt"


class Shown(StrEnum):
    """What a holder's link shows: everything, what was proved without the person, or whether it stands."""

    WHOLE = "whole"
    RESULT = "result"
    YES_OR_NO = "yes_or_no"


class IssuerKey(Scoped, Base):
    """A public key of a body; its id is the fragment in the did, the private half lives with the signer."""

    __tablename__ = "issuer_key"

    multibase: Mapped[str]
    year: Mapped[int]
    opened_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    compromised_at: Mapped[datetime | None]


class StatusList(Scoped, Base):
    """A Bitstring Status List of a body; `id` is its public name."""

    __tablename__ = "status_list"
    __table_args__ = (UniqueConstraint("id"),)

    purpose: Mapped[StatusPurpose] = mapped_column(choice(StatusPurpose, "purpose"))
    length: Mapped[int]
    created_at: Mapped[datetime]


class StatusSlot(OfBody, Base):
    """A place in a status list, drawn at random and never used twice."""

    __tablename__ = "status_slot"
    __table_args__ = (
        belongs_to("status_list"),
        belongs_to("credential_intent"),
        UniqueConstraint("body_id", "credential_intent_id", "status_list_id"),
    )

    status_list_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credential_intent_id: Mapped[str]


class StatusListDocument(OfBody, Base):
    """The signed status list as published last."""

    __tablename__ = "status_list_document"
    __table_args__ = (belongs_to("status_list"),)

    status_list_id: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    signed_at: Mapped[datetime]
    valid_until: Mapped[datetime]


class Release(OfBody, Base):
    """A second person released a decision for issuing (rule 10)."""

    __tablename__ = "release"
    __table_args__ = (belongs_to("decision"), *holds_duty("releaser"))

    decision_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="releaser")
    released_at: Mapped[datetime]


class BulkRelease(Scoped, Base):
    """Somebody asked for many decisions to be released; a job does it, and each release stands for itself."""

    __tablename__ = "bulk_release"
    __table_args__ = (belongs_to("account"),)

    account_id: Mapped[str]
    asked_at: Mapped[datetime]


class BulkReleaseLine(OfBody, Base):
    """One decision of a bulk release; answered without a message it is released, else refused for that reason."""

    __tablename__ = "bulk_release_line"
    __table_args__ = (
        belongs_to("bulk_release"),
        belongs_to("decision"),
        UniqueConstraint("body_id", "bulk_release_id", "decision_id"),
    )

    bulk_release_id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    decision_id: Mapped[str]
    answered_at: Mapped[datetime | None]
    message: Mapped[str | None]
    values: Mapped[dict[str, Any] | None]


class CredentialIntent(Scoped, Base):
    """What is about to be signed; its id is the public one in the code's address."""

    __tablename__ = "credential_intent"
    __table_args__ = (
        UniqueConstraint("id"),
        UniqueConstraint("body_id", "number"),
        ForeignKeyConstraint(["body_id", "decision_id"], ["release.body_id", "release.decision_id"]),
        belongs_to("application"),
        belongs_to("person"),
        belongs_to("credential_intent", "successor_of"),
    )

    number: Mapped[str]
    application_id: Mapped[str] = mapped_column(index=True)
    decision_id: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True)
    decided_on: Mapped[date]
    valid_until_on: Mapped[date]
    starts_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    successor_of: Mapped[str | None] = mapped_column(index=True)
    intended_at: Mapped[datetime]


class SignedCredential(Scoped, Base):
    """A credential between its signature and its print: written with its leaf in the log, gone once it is issued.

    So whatever was signed is found here or as a `credential`, and never signed a second time.
    """

    __tablename__ = "signed_credential"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "id"], ["credential_intent.body_id", "credential_intent.id"]),
        ForeignKeyConstraint(["body_id", "key_id"], ["issuer_key.body_id", "issuer_key.id"]),
    )

    person_id: Mapped[str]
    key_id: Mapped[str]
    sealed: Mapped[bytes]
    sealed_code: Mapped[bytes]
    signed_at: Mapped[datetime]


class Credential(Scoped, Base):
    """A signed credential: its bytes and its code are sealed under the person's key, its digest is not.

    `sealed_proof`: the proof of its entry in the log, as it was when it was issued; None from before there was a log.
    """

    __tablename__ = "credential"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "id"], ["credential_intent.body_id", "credential_intent.id"]),
        ForeignKeyConstraint(["body_id", "key_id"], ["issuer_key.body_id", "issuer_key.id"]),
        UniqueConstraint("id"),
    )

    v: Mapped[int] = mapped_column(default=1)
    person_id: Mapped[str]
    key_id: Mapped[str]
    sealed: Mapped[bytes]
    sealed_code: Mapped[bytes]
    sha256: Mapped[str]
    pdf_digest: Mapped[str]
    sealed_proof: Mapped[bytes | None]
    issued_at: Mapped[datetime]


class StatusChange(Scoped, Base):
    """Somebody proposes to set or lift a status, with the reason."""

    __tablename__ = "status_change"
    __table_args__ = (
        belongs_to("credential"),
        belongs_to("person", "proposed_by"),
        UniqueConstraint("body_id", "id", "proposed_by"),
    )

    credential_id: Mapped[str] = mapped_column(index=True)
    purpose: Mapped[StatusPurpose] = mapped_column(choice(StatusPurpose, "purpose"))
    value: Mapped[bool]
    reason: Mapped[str]
    proposed_by: Mapped[str]
    proposed_at: Mapped[datetime]


class StatusConfirmation(OfBody, Base):
    """A second person answers a proposed status change; only a confirmed one counts (four eyes)."""

    __tablename__ = "status_confirmation"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "status_change_id", "proposed_by"],
            ["status_change.body_id", "status_change.id", "status_change.proposed_by"],
        ),
        belongs_to("person", "confirmed_by"),
        CheckConstraint("confirmed_by <> proposed_by", name="four_eyes"),
    )

    status_change_id: Mapped[str] = mapped_column(primary_key=True)
    proposed_by: Mapped[str]
    confirmed_by: Mapped[str]
    confirmed: Mapped[bool]
    note: Mapped[str]
    confirmed_at: Mapped[datetime]


class CredentialForm(OfBody, Base):
    """A credential in another form, signed when it was issued; sealed under the person's key as the credential is."""

    __tablename__ = "credential_form"
    __table_args__ = (belongs_to("credential"),)

    credential_id: Mapped[str] = mapped_column(primary_key=True)
    form: Mapped[TokenForm] = mapped_column(choice(TokenForm, "form"), primary_key=True)
    v: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes]
    sha256: Mapped[str]
    made_at: Mapped[datetime]


class CredentialCanonical(OfBody, Base):
    """The canonical bytes over which a credential was signed, sealed as the credential is: no page needs RDF."""

    __tablename__ = "credential_canonical"
    __table_args__ = (belongs_to("credential"),)

    credential_id: Mapped[str] = mapped_column(primary_key=True)
    v: Mapped[int] = mapped_column(default=1)
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]


class CredentialLink(Scoped, Base):
    """A link by which a holder shows a certificate, or a part of it; its id is the public one in the address."""

    __tablename__ = "credential_link"
    __table_args__ = (belongs_to("credential"), belongs_to("person"), UniqueConstraint("id"))

    credential_id: Mapped[str] = mapped_column(index=True)
    person_id: Mapped[str]
    shows: Mapped[Shown] = mapped_column(choice(Shown, "shows"))
    made_at: Mapped[datetime]


class CredentialLinkEnd(OfBody, Base):
    """The holder ended a link; it never shows anything again."""

    __tablename__ = "credential_link_end"
    __table_args__ = (belongs_to("credential_link"), belongs_to("person", "ended_by"))

    credential_link_id: Mapped[str] = mapped_column(primary_key=True)
    ended_by: Mapped[str]
    ended_at: Mapped[datetime]
