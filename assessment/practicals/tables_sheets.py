"""Sheets: one assessor's own marks on a practical, their seals, and what happens when two of them differ."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.practicals.practical_states import SheetState


class RubricRule(OfBody, Base):
    """How a rubric is marked: by how many assessors apart, and how many levels their marks may lie apart.

    A rubric without a row is marked by one, and one level is allowed between two.
    """

    __tablename__ = "rubric_rule"
    __table_args__ = (
        belongs_to("rubric"),
        CheckConstraint("assessors > 0", name="somebody_marks"),
        CheckConstraint("levels >= 0", name="levels_not_negative"),
    )

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    assessors: Mapped[int]
    levels: Mapped[int]


class Sheet(Scoped, Base):
    """One assessor's sheet on a practical. `place` 1 to 3; `reason` says why a third one was called in, or why
    this assessor marks more on that day than the scheme allows."""

    __tablename__ = "sheet"
    __table_args__ = (
        belongs_to("practical"),
        *holds_duty("assessor"),
        UniqueConstraint("body_id", "practical_id", "place"),
        UniqueConstraint("body_id", "practical_id", "person_id"),
        Index(None, "body_id", "application_id", "person_id"),
        CheckConstraint("place > 0", name="places_count_from_one"),
    )

    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str] = mapped_column(index=True)
    side: Mapped[str] = mapped_column(default="assessor")
    place: Mapped[int]
    state: Mapped[SheetState] = mapped_column(choice(SheetState, "state"))
    reason: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime | None]
    submitted_at: Mapped[datetime | None]
    marks: Mapped[int | None]
    receipt: Mapped[str | None]


class SheetSeal(OfBody, Base):
    """What an assessor submitted in one round, sealed: the first marking is round 1, a marking again the next.

    `v` is the receipt's version: 1 over the observations as they came, 2 with devices and photos.
    """

    __tablename__ = "sheet_seal"
    __table_args__ = (belongs_to("sheet"), *holds_duty("assessor"))

    sheet_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    v: Mapped[int]
    marks: Mapped[int]
    observations: Mapped[int]
    photos: Mapped[int]
    digest: Mapped[str]
    sealed_at: Mapped[datetime]


class Remark(OfBody, Base):
    """Marks lay too far apart, and both assessors were asked to mark these criteria again; `round` from 2 on."""

    __tablename__ = "remark"
    __table_args__ = (belongs_to("practical"), belongs_to("person", "asked_by"))

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    criteria: Mapped[list[Any]]
    reason: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]


class ObservationDecision(OfBody, Base):
    """A second person takes a held observation or rejects it, with a reason; the last `turn` is in force."""

    __tablename__ = "observation_decision"
    __table_args__ = (belongs_to("practical"), *holds_duty("invigilator"), Index(None, "body_id", "practical_id"))

    number: Mapped[int] = mapped_column(ForeignKey("observation.number"), primary_key=True, autoincrement=False)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    taken: Mapped[bool]
    reason: Mapped[str]
    decided_at: Mapped[datetime]


class SheetFile(Scoped, Base):
    """A sealed file that a device saved and somebody took in, and what became of what was inside.

    `digest` names the sealed file in the store; `known` observations and photos were on the server before.
    """

    __tablename__ = "sheet_file"
    __table_args__ = (
        belongs_to("practical"),
        *holds_duty("invigilator"),
        UniqueConstraint("body_id", "digest"),
        Index(None, "body_id", "practical_id"),
    )

    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    assessor_id: Mapped[str]
    device: Mapped[str]
    digest: Mapped[str]
    size: Mapped[int]
    observations: Mapped[int]
    photos: Mapped[int]
    known: Mapped[int]
    accepted: Mapped[int]
    held: Mapped[int]
    refused: Mapped[int]
    taken_in_at: Mapped[datetime]
