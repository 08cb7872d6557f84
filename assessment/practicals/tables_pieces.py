"""Test pieces of practicals and the reports of laboratories on them: only ever added to, the newest counts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, Scoped, belongs_to, choice, holds_duty
from assessment.domain.practicals.task_document import ReportKind


class TestPiece(Scoped, Base):
    """What was welded in a practical, as whoever was in the room wrote it down; a correction is a new entry.

    `facts` are the members of `domain.practicals.test_piece`. Who enters it stands on the side of those who watch, so
    that the database itself refuses an assessor or decider of the application.
    """

    __test__ = False  # pytest takes a class of this name for one of its own
    __tablename__ = "test_piece"
    __table_args__ = (
        belongs_to("practical"),
        *holds_duty("invigilator"),
        UniqueConstraint("body_id", "practical_id", "number"),
        CheckConstraint("number > 0", name="numbers_count_from_one"),
        CheckConstraint("number = 1 OR length(reason) > 0", name="a_correction_has_a_reason"),
        Index(None, "body_id", "stamp"),
    )

    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    number: Mapped[int]
    stamp: Mapped[str]
    welded_on: Mapped[date]
    facts: Mapped[dict[str, Any]]
    reason: Mapped[str]
    recorded_at: Mapped[datetime]


class TestReport(Scoped, Base):
    """A report of a laboratory on the test piece of a practical; the newest of its kind counts.

    Entered by whoever watched, never by an assessor or decider of the application: the database refuses.
    """

    __test__ = False
    __tablename__ = "test_report"
    __table_args__ = (
        belongs_to("practical"),
        *holds_duty("invigilator"),
        Index(None, "body_id", "practical_id", "received_at"),
        Index(None, "body_id", "application_id"),
    )

    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    kind: Mapped[ReportKind] = mapped_column(choice(ReportKind, "kind"))
    reference: Mapped[str]
    laboratory: Mapped[str]
    accreditation: Mapped[str]
    operator: Mapped[str]
    tested_on: Mapped[date]
    accepted: Mapped[bool]
    file_digest: Mapped[str]
    file_size: Mapped[int]
    media_type: Mapped[str]
    remark: Mapped[str]
    received_at: Mapped[datetime]
