"""What happened to an attempt's device: it asked to move, it was let move, a file of it was taken in."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, holds_duty


class MoveRequest(Scoped, Base):
    """Another device of the candidate asked to go on with a running attempt; `device` is its keyed digest."""

    __tablename__ = "move_request"
    __table_args__ = (belongs_to("attempt"), Index(None, "body_id", "attempt_id", "asked_at"))

    attempt_id: Mapped[str]
    device: Mapped[str]
    asked_at: Mapped[datetime]


class MoveRelease(OfBody, Base):
    """The invigilator in the room let the attempt go on on the device that asked; `epoch` is its writer's."""

    __tablename__ = "move_release"
    __table_args__ = (
        belongs_to("move_request", "request_id"),
        belongs_to("attempt"),
        *holds_duty("invigilator"),
        Index(None, "body_id", "attempt_id"),
    )

    request_id: Mapped[str] = mapped_column(primary_key=True)
    attempt_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    epoch: Mapped[int]
    reason: Mapped[str]
    released_at: Mapped[datetime]


class ExportedFile(Scoped, Base):
    """A file with unsent answers that the invigilator took in, and what became of its events.

    `digest` names the sealed file in the store; the counts are events, and `known` were on the server before.
    """

    __tablename__ = "exported_file"
    __table_args__ = (
        belongs_to("attempt"),
        *holds_duty("invigilator"),
        UniqueConstraint("body_id", "digest"),
        Index(None, "body_id", "attempt_id"),
        CheckConstraint("size > 0 AND events >= 0", name="something_is_inside"),
    )

    attempt_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    digest: Mapped[str]
    size: Mapped[int]
    events: Mapped[int]
    known: Mapped[int]
    accepted: Mapped[int]
    held: Mapped[int]
    refused: Mapped[int]
    taken_in_at: Mapped[datetime]
