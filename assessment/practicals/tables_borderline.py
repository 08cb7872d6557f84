"""Borderline regression: where the checklist's cut lies by the global grades that assessors gave."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from assessment.database import Base, Scoped, belongs_to


class BorderlineStudy(Scoped, Base):
    """A regression of checklist scores on global grades, as it stood when it was asked for.

    `rubric_criterion_id`: the judged criterion that is the global grade; `borderline`: the grade of who is just good
    enough; practicals submitted from `first` until before `end`. `cut` in shares of the checklist (0..1).
    """

    __tablename__ = "borderline_study"
    __table_args__ = (
        belongs_to("rubric"),
        belongs_to("rubric_criterion"),
        belongs_to("person", "asked_by"),
        CheckConstraint("borderline >= 0", name="grade_not_negative"),
    )

    rubric_id: Mapped[str]
    rubric_criterion_id: Mapped[str]
    borderline: Mapped[int]
    first: Mapped[datetime]
    end: Mapped[datetime]
    candidates: Mapped[int]
    cut: Mapped[Fraction]
    result: Mapped[dict[str, Any]]
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
