"""Standard setting: a panel of judges estimates the items of a form in rounds, and what comes out of it."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to
from assessment.domain.roles import Role

# Whose work lets them know what a candidate who is just good enough can do.
JUDGE_ROLES = (Role.ASSESSOR, Role.ITEM_AUTHOR, Role.DECIDER, Role.SCHEME_MANAGER, Role.QUALITY_MANAGER)


class CutStudy(Scoped, Base):
    """A modified Angoff study of one form. `candidate`: who is just good enough, in the panel's own words."""

    __tablename__ = "cut_study"
    __table_args__ = (belongs_to("form"), belongs_to("person", "asked_by"))

    form_id: Mapped[str] = mapped_column(index=True)
    candidate: Mapped[str]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]


class CutJudge(OfBody, Base):
    """A person who sits on the panel of a study."""

    __tablename__ = "cut_judge"
    __table_args__ = (belongs_to("cut_study"), belongs_to("person"))

    cut_study_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    named_at: Mapped[datetime]


class CutRound(OfBody, Base):
    """A round was opened; from the second on with what was discussed before it."""

    __tablename__ = "cut_round"
    __table_args__ = (
        belongs_to("cut_study"),
        belongs_to("person", "opened_by"),
        CheckConstraint("number > 0", name="rounds_count_from_one"),
    )

    cut_study_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    discussed: Mapped[str]
    opened_by: Mapped[str]
    opened_at: Mapped[datetime]


class CutRating(OfBody, Base):
    """One judge's estimates of all items in one round, {item version: percent}; the last `turn` of a round counts."""

    __tablename__ = "cut_rating"
    __table_args__ = (belongs_to("cut_study"), belongs_to("person"))

    cut_study_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    v: Mapped[int] = mapped_column(default=1)
    estimates: Mapped[dict[str, Any]]
    rated_at: Mapped[datetime]


class CutOutcome(OfBody, Base):
    """What a closed study says: the cut (0..1) of its last round, with its standard error; derived from the ratings."""

    __tablename__ = "cut_outcome"
    __table_args__ = (belongs_to("cut_study"), belongs_to("person", "closed_by"))

    cut_study_id: Mapped[str] = mapped_column(primary_key=True)
    round: Mapped[int]
    judges: Mapped[int]
    cut: Mapped[Fraction]
    standard_error: Mapped[str]
    closed_by: Mapped[str]
    closed_at: Mapped[datetime]
