"""Agencies, their keys, where they are told of changes, which certificates they watch, and what they were told.

A key is stored as its digest alone; the secret of a webhook is not stored at all (see `secrets`).
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.credentials.told import StatusEvent
from assessment.database import Base, OfBody, Scoped, belongs_to, choice


class Outcome(StrEnum):
    """What became of one attempt to deliver a message."""

    TAKEN = "taken"
    ANSWERED = "answered"
    GONE = "gone"
    NO_ADDRESS = "no_address"
    NOT_PUBLIC = "not_public"
    NOT_TRUSTED = "not_trusted"
    NO_CONNECTION = "no_connection"
    TOO_SLOW = "too_slow"


class Agency(Scoped, Base):
    """An office that may ask for the status of this body's certificates."""

    __tablename__ = "agency"
    __table_args__ = (belongs_to("person", "registered_by"), UniqueConstraint("body_id", "name"))

    name: Mapped[str]
    registered_by: Mapped[str]
    registered_at: Mapped[datetime]


class AgencyKey(Scoped, Base):
    """A key of an agency; `digest` is the SHA-256 of what was shown once."""

    __tablename__ = "agency_key"
    __table_args__ = (belongs_to("agency"), belongs_to("person", "made_by"), UniqueConstraint("digest"))

    agency_id: Mapped[str] = mapped_column(index=True)
    digest: Mapped[bytes]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class AgencyKeyEnd(OfBody, Base):
    """Somebody ended a key; it opens nothing any more."""

    __tablename__ = "agency_key_end"
    __table_args__ = (belongs_to("agency_key"), belongs_to("person", "ended_by"))

    agency_key_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    ended_by: Mapped[str]
    ended_at: Mapped[datetime]


class AgencyRequest(Scoped, Base):
    """An agency asked for the status of so many certificates; which ones is not kept."""

    __tablename__ = "agency_request"
    __table_args__ = (belongs_to("agency_key"),)

    agency_key_id: Mapped[str] = mapped_column(index=True)
    asked: Mapped[int]
    asked_at: Mapped[datetime]


class Webhook(Scoped, Base):
    """The https address at which an agency is told."""

    __tablename__ = "webhook"
    __table_args__ = (belongs_to("agency"), belongs_to("agency_key"))

    agency_id: Mapped[str] = mapped_column(index=True)
    agency_key_id: Mapped[str]
    url: Mapped[str]
    made_at: Mapped[datetime]


class WebhookEnd(OfBody, Base):
    """Nothing is sent to an address any more; `ended_by` is None where the agency itself or its server said so."""

    __tablename__ = "webhook_end"
    __table_args__ = (belongs_to("webhook"), belongs_to("person", "ended_by"))

    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime]


class WebhookWatch(OfBody, Base):
    """An agency begins or ceases to watch a certificate; of a webhook and a certificate the highest number counts."""

    __tablename__ = "webhook_watch"
    __table_args__ = (belongs_to("webhook"), belongs_to("credential"))

    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    credential_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    watched: Mapped[bool]
    at: Mapped[datetime]


class WebhookMessage(Scoped, Base):
    """What an agency is told: the event, and the status that the certificate had by it, since when."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        belongs_to("webhook"),
        belongs_to("credential"),
        UniqueConstraint("body_id", "webhook_id", "credential_id", "event", "happened_at"),
    )

    webhook_id: Mapped[str]
    credential_id: Mapped[str] = mapped_column(index=True)
    event: Mapped[StatusEvent] = mapped_column(choice(StatusEvent, "event"))
    status: Mapped[str]
    since: Mapped[datetime]
    happened_at: Mapped[datetime]


class WebhookAttempt(OfBody, Base):
    """One attempt to deliver a message; `answer` is the HTTP status of the receiver, None where there was none."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (belongs_to("webhook_message"),)

    webhook_message_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    answer: Mapped[int | None]
    tried_at: Mapped[datetime]
