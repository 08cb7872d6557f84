"""Welders' qualifications beside their certificates: proposed by one person, answered by a second one."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.domain.certification.qualification import Basis, Edition


class Qualification(Scoped, Base):
    """A proposed qualification by a test piece, or (not `granted`) its end; the last one that was confirmed counts.

    `rules`: the rule set that its ranges follow. `tests`: the ids of the accepted reports that it rests on. Whoever
    proposes stands on the releasers' side, so that nobody who trained, watched, assessed or decided has a part in it.
    """

    __tablename__ = "qualification"
    __table_args__ = (
        belongs_to("credential"),
        belongs_to("test_piece"),
        *holds_duty("releaser"),
        UniqueConstraint("body_id", "id", "person_id", "application_id"),
        CheckConstraint("granted OR length(reason) > 0", name="an_end_has_a_reason"),
    )

    credential_id: Mapped[str] = mapped_column(index=True)
    test_piece_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="releaser")
    granted: Mapped[bool]
    edition: Mapped[Edition] = mapped_column(choice(Edition, "edition"))
    basis: Mapped[Basis] = mapped_column(choice(Basis, "basis"))
    rules: Mapped[int]
    tests: Mapped[list[Any]]
    reason: Mapped[str]
    proposed_at: Mapped[datetime]


class QualificationAnswer(OfBody, Base):
    """A second person answers a proposed qualification; only a confirmed one counts (four eyes)."""

    __tablename__ = "qualification_answer"
    __table_args__ = (
        ForeignKeyConstraint(
            ["body_id", "qualification_id", "proposed_by", "application_id"],
            ["qualification.body_id", "qualification.id", "qualification.person_id", "qualification.application_id"],
            name="fk_qualification_answer_proposal",
        ),
        *holds_duty("releaser"),
        CheckConstraint("person_id <> proposed_by", name="four_eyes"),
    )

    qualification_id: Mapped[str] = mapped_column(primary_key=True)
    proposed_by: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="releaser")
    confirmed: Mapped[bool]
    note: Mapped[str]
    answered_at: Mapped[datetime]
