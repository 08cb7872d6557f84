"""Bodies with their dated authority, persons with their erasable data, accounts, roles, duties, sessions."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.certification.duties import Side
from assessment.domain.roles import Role


class Party(StrEnum):
    """Kind of a certification body: P1 certifies its own trainees, P2 its parent's network, P3 a sector."""

    P1 = "P1"
    P2 = "P2"
    P3 = "P3"


class SiteKind(StrEnum):
    """Kind of a test site (TUK): for the occasion, a workplace, or standing on its own."""

    OCCASIONAL = "sewaktu"
    WORKPLACE = "tempat_kerja"
    INDEPENDENT = "mandiri"


class Occasion(StrEnum):
    """Where a candidate's identity is compared with the document (rule 14)."""

    EXAM = "exam"
    PRACTICAL = "practical"


class Installation(Base):
    """The one row that says whether this database holds the demo or real data."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    demo: Mapped[bool]
    origin: Mapped[str]
    created_at: Mapped[datetime]


class CertificationBody(Base):
    """A certification body (LSP); its id is the code in its did and never changes."""

    __tablename__ = "certification_body"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    city: Mapped[str]
    party: Mapped[Party] = mapped_column(choice(Party, "party"))
    zone: Mapped[str]
    created_at: Mapped[datetime]


class BodyLicence(Scoped, Base):
    """A dated licence with the schemes it covers; `authority_number` is the national authority's own (rule 12)."""

    __tablename__ = "body_licence"

    number: Mapped[str]
    authority: Mapped[str]
    authority_number: Mapped[str | None]
    scheme_codes: Mapped[list[Any]]
    valid_from: Mapped[date]
    valid_until: Mapped[date]


class Site(Scoped, Base):
    """A test site (TUK) with the dates of its verification."""

    __tablename__ = "site"

    name: Mapped[str]
    city: Mapped[str]
    kind: Mapped[SiteKind] = mapped_column(choice(SiteKind, "site_kind"))
    verified_from: Mapped[date]
    verified_until: Mapped[date]


class Person(Scoped, Base):
    """A human being as this body knows them; everything personal stands in rows that can be erased."""

    __tablename__ = "person"

    registered_at: Mapped[datetime]


class PersonKey(OfBody, Base):
    """The key of one person's data, wrapped; destroying it erases the person (rule 16)."""

    __tablename__ = "person_key"
    __table_args__ = (belongs_to("person"),)

    person_id: Mapped[str] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes | None]
    erased_at: Mapped[datetime | None]


class PersonName(Scoped, Base):
    """A name as one string, sealed: {name, reading, script}; the newest counts (rule 9)."""

    __tablename__ = "person_name"
    __table_args__ = (belongs_to("person"),)

    person_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
    reason: Mapped[str | None]
    recorded_at: Mapped[datetime]


class PersonDetail(Scoped, Base):
    """Other personal facts, sealed: {birth_date, phone}; the newest counts."""

    __tablename__ = "person_detail"
    __table_args__ = (belongs_to("person"),)

    person_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
    recorded_at: Mapped[datetime]


class IdentityDocument(Scoped, Base):
    """A dated identity document, sealed: {kind, number, valid_until}; `number_tag` is a keyed digest."""

    __tablename__ = "identity_document"
    __table_args__ = (belongs_to("person"), UniqueConstraint("body_id", "number_tag"))

    person_id: Mapped[str] = mapped_column(index=True)
    sealed: Mapped[bytes]
    number_tag: Mapped[bytes]
    seen_by: Mapped[str | None]
    seen_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]


class Account(Scoped, Base):
    """What a person signs in with; one account belongs to one body."""

    __tablename__ = "account"
    __table_args__ = (belongs_to("person"), UniqueConstraint("login"))

    person_id: Mapped[str]
    login: Mapped[str]
    password_hash: Mapped[str]
    locale: Mapped[str]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class CredentialReset(Scoped, Base):
    """Somebody reset a colleague's password: that somebody cannot release for 24 hours (rule 10)."""

    __tablename__ = "credential_reset"
    __table_args__ = (belongs_to("account"), belongs_to("person", "reset_by"))

    account_id: Mapped[str]
    reset_by: Mapped[str]
    at: Mapped[datetime]


class RoleGrant(Scoped, Base):
    """A role held by an account, everywhere in the body or at one site, from one moment to another."""

    __tablename__ = "role_grant"
    __table_args__ = (belongs_to("account"), belongs_to("site"))

    account_id: Mapped[str] = mapped_column(index=True)
    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    site_id: Mapped[str | None]
    granted_by: Mapped[str | None]
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in browser; the cookie holds a secret whose SHA-256 is the key here.

    A session without an account belongs to a person and is good for the one record it is bound to.
    """

    __tablename__ = "sign_in_session"
    __table_args__ = (
        ForeignKeyConstraint(["body_id", "account_id"], ["account.body_id", "account.id"]),
        belongs_to("person"),
        CheckConstraint("account_id IS NOT NULL OR person_id IS NOT NULL", name="is_somebodys"),
        CheckConstraint("account_id IS NOT NULL OR bound_to IS NOT NULL", name="without_account_is_bound"),
    )

    secret_digest: Mapped[str] = mapped_column(primary_key=True)
    body_id: Mapped[str]
    account_id: Mapped[str | None] = mapped_column(index=True)
    person_id: Mapped[str | None]
    bound_to: Mapped[str | None] = mapped_column(index=True)
    started_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str]


class GuessCount(Base):
    """How often somebody guessed within a window: sign-in, certificate numbers, last four characters."""

    __tablename__ = "guess_count"

    key: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime]
    count: Mapped[int]


class OneTimeKey(OfBody, Base):
    """A POST that creates was carried out once; a repeat is led to the same place (rule 19)."""

    __tablename__ = "one_time_key"
    __table_args__ = (belongs_to("account"),)

    account_id: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str]
    used_at: Mapped[datetime]


class AssessorRegistration(Scoped, Base):
    """An assessor's dated registration; marks outside it are refused (rule 12)."""

    __tablename__ = "assessor_registration"
    __table_args__ = (belongs_to("person"),)

    person_id: Mapped[str] = mapped_column(index=True)
    number: Mapped[str]
    valid_from: Mapped[date]
    valid_until: Mapped[date]


class Duty(OfBody, Base):
    """The one side on which a person stands in an application (rule 10)."""

    __tablename__ = "duty"
    __table_args__ = (
        belongs_to("application"),
        belongs_to("person"),
        UniqueConstraint("body_id", "application_id", "person_id", "side"),
    )

    application_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    side: Mapped[Side] = mapped_column(choice(Side, "side"))
    assigned_at: Mapped[datetime]


class CheckIn(Scoped, Base):
    """The candidate was compared with the document and photographed by somebody in the room (rule 14)."""

    __tablename__ = "check_in"
    __table_args__ = (
        *holds_duty("invigilator"),
        belongs_to("identity_document", "document_id"),
        UniqueConstraint("body_id", "occasion", "record_id"),
    )

    application_id: Mapped[str] = mapped_column(index=True)
    occasion: Mapped[Occasion] = mapped_column(choice(Occasion, "occasion"))
    record_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    document_id: Mapped[str]
    photo_digest: Mapped[str]
    exception: Mapped[str | None]
    at: Mapped[datetime]
