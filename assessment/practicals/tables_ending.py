"""How a practical ends: who confirmed it and how, when it was closed, and what became of photos that came late."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, belongs_to, choice, holds_duty


class Way(StrEnum):
    """How somebody confirmed: a signature drawn on the page, or the typed name with something only they know."""

    DRAWN = "drawn"
    TYPED = "typed"


class CandidateSays(StrEnum):
    """What the candidate says at the end. REFUSED: said nothing, which the assessor writes down."""

    AGREES = "agrees"
    DISAGREES = "disagrees"
    REFUSED = "refused"


class SheetConfirmation(OfBody, Base):
    """An assessor confirms what they submitted in one round. `receipt`: the seal that was confirmed.

    `signature` names the drawing in the store, sealed under the assessor's key; None where the name was typed.
    """

    __tablename__ = "sheet_confirmation"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("sheet"),
        *holds_duty("assessor"),
        ForeignKeyConstraint(
            ["body_id", "sheet_id", "round"], ["sheet_seal.body_id", "sheet_seal.sheet_id", "sheet_seal.round"]
        ),
        CheckConstraint("(way = 'drawn') = (signature IS NOT NULL)", name="drawn_has_a_signature"),
        Index(None, "body_id", "practical_id"),
    )

    sheet_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    v: Mapped[int] = mapped_column(default=1)
    receipt: Mapped[str]
    way: Mapped[Way] = mapped_column(choice(Way, "way"))
    signature: Mapped[str | None]
    confirmed_at: Mapped[datetime]


class CandidateConfirmation(OfBody, Base):
    """What the candidate said on the tablet of one assessor at the end; only ever added to, the newest counts.

    `shown`: the facts that the page showed. `receipt`: of the sheet that was submitted. Who refused has no `way`.
    """

    __tablename__ = "candidate_confirmation"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("sheet"),
        belongs_to("person", "taken_by"),
        *holds_duty("candidate"),
        CheckConstraint("number > 0", name="numbers_count_from_one"),
        CheckConstraint("(says = 'refused') = (way IS NULL)", name="who_refused_has_no_way"),
        CheckConstraint("(way IS NOT NULL AND way = 'drawn') = (signature IS NOT NULL)", name="drawn_has_a_signature"),
        CheckConstraint("says <> 'disagrees' OR length(remark) > 0", name="who_disagrees_says_why"),
        Index(None, "body_id", "practical_id"),
    )

    sheet_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="candidate")
    v: Mapped[int] = mapped_column(default=1)
    says: Mapped[CandidateSays] = mapped_column(choice(CandidateSays, "says"))
    remark: Mapped[str]
    shown: Mapped[dict[str, Any]]
    receipt: Mapped[str]
    way: Mapped[Way | None] = mapped_column(choice(Way, "way"))
    signature: Mapped[str | None]
    taken_by: Mapped[str]
    said_at: Mapped[datetime]


class PracticalClosing(OfBody, Base):
    """Somebody who watched closed a practical, or opened it again with a reason; the last `number` is in force."""

    __tablename__ = "practical_closing"
    __table_args__ = (
        belongs_to("practical"),
        *holds_duty("invigilator"),
        CheckConstraint("number > 0", name="numbers_count_from_one"),
        CheckConstraint("closed OR length(reason) > 0", name="opening_again_has_a_reason"),
    )

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    closed: Mapped[bool]
    reason: Mapped[str]
    at: Mapped[datetime]


class PhotoDecision(OfBody, Base):
    """A second person takes a held photo or rejects it, with a reason; the last `turn` is in force."""

    __tablename__ = "photo_decision"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("work_photo", "photo_id"),
        *holds_duty("invigilator"),
        Index(None, "body_id", "practical_id"),
    )

    photo_id: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="invigilator")
    taken: Mapped[bool]
    reason: Mapped[str]
    decided_at: Mapped[datetime]
