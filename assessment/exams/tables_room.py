"""What happened in the room: pauses, ends, decisions on held answers, incident notes, booking codes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty


class PauseChange(StrEnum):
    """What became of an attempt's clock."""

    PAUSED = "paused"
    RESUMED = "resumed"


class AttemptPause(Scoped, Base):
    """The clock of an attempt was stopped, or went on; the time between the two was given back."""

    __tablename__ = "attempt_pause"
    __table_args__ = (belongs_to("attempt"), Index(None, "body_id", "attempt_id", "at"))

    attempt_id: Mapped[str]
    change: Mapped[PauseChange] = mapped_column(choice(PauseChange, "change"))
    reason: Mapped[str]
    by: Mapped[str | None]
    at: Mapped[datetime]


class AttemptEnd(OfBody, Base):
    """The invigilator ended the attempt on the candidate's behalf."""

    __tablename__ = "attempt_end"
    __table_args__ = (belongs_to("attempt"), *holds_duty("invigilator"))

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    reason: Mapped[str]
    ended_at: Mapped[datetime]


class HeldDecision(OfBody, Base):
    """An invigilator said whether a held answer counts; the highest turn is the one in force.

    What was decided `after_end` of the attempt changes nothing by itself: the ledger of regrades does.
    """

    __tablename__ = "held_decision"
    __table_args__ = (
        belongs_to("attempt"),
        ForeignKeyConstraint(["number"], ["response_event.number"]),
        *holds_duty("invigilator"),
        Index(None, "body_id", "attempt_id"),
        CheckConstraint("turn > 0", name="turns_count_from_one"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    counts: Mapped[bool]
    after_end: Mapped[bool]
    reason: Mapped[str]
    decided_at: Mapped[datetime]


class IncidentNote(Scoped, Base):
    """What the invigilator noted, about one candidate or the room; a correction is a note that names the first."""

    __tablename__ = "incident_note"
    __table_args__ = (
        belongs_to("sitting"),
        belongs_to("attempt"),
        belongs_to("incident_note", "corrects"),
        Index(None, "body_id", "sitting_id", "written_at"),
        Index(None, "body_id", "attempt_id"),
    )

    sitting_id: Mapped[str]
    attempt_id: Mapped[str | None]
    text: Mapped[str]
    corrects: Mapped[str | None]
    written_by: Mapped[str | None]
    written_at: Mapped[datetime]


class BookingCode(Scoped, Base):
    """A code on paper with which one candidate without an account comes to one attempt; only its digest is kept."""

    __tablename__ = "booking_code"
    __table_args__ = (belongs_to("attempt"), UniqueConstraint("digest"), Index(None, "body_id", "attempt_id"))

    attempt_id: Mapped[str]
    digest: Mapped[str]
    made_by: Mapped[str | None]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
