"""What people mark: the rubric of an item version, and each marker's points."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, holds_duty


class MarkingRubric(OfBody, Base):
    """How answers to an item version are marked; the highest number counts, and none is added after a mark."""

    __tablename__ = "marking_rubric"
    __table_args__ = (
        belongs_to("item_version"),
        CheckConstraint("number > 0", name="numbers_count_from_one"),
    )

    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    v: Mapped[int] = mapped_column(default=1)
    content: Mapped[dict[str, Any]]
    written_by: Mapped[str | None]
    written_at: Mapped[datetime]


class ResponseMark(Scoped, Base):
    """One person's points for one answer. Place 1 and 2 are blind to each other, place 3 settles them (rule 6)."""

    __tablename__ = "response_mark"
    __table_args__ = (
        belongs_to("attempt"),
        ForeignKeyConstraint(
            ["body_id", "item_version_id", "rubric_number"],
            ["marking_rubric.body_id", "marking_rubric.item_version_id", "marking_rubric.number"],
        ),
        *holds_duty("assessor"),
        UniqueConstraint("body_id", "attempt_id", "item_version_id", "place"),
        UniqueConstraint("body_id", "attempt_id", "item_version_id", "person_id"),
        CheckConstraint("place BETWEEN 1 AND 3", name="place_in_range"),
        CheckConstraint("place < 3 OR length(comment) > 0", name="adjudication_has_a_reason"),
        Index(None, "body_id", "application_id", "person_id"),
    )

    attempt_id: Mapped[str]
    item_version_id: Mapped[str]
    rubric_number: Mapped[int]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    place: Mapped[int]
    v: Mapped[int] = mapped_column(default=1)
    points: Mapped[dict[str, Any]]
    total: Mapped[Fraction]
    comment: Mapped[str]
    marked_at: Mapped[datetime]
