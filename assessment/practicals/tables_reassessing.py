"""Partial re-assessment: how long a scheme lets marks be carried over, and what a practical carries over."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.practicals.aggregation import Status


class CarryOverRule(Scoped, Base):
    """How many days a met criterion may be carried over in a scheme version; 0 allows none, the last one holds.

    No source that is confirmed says how long it may be: the scheme says it, and without a row nothing is carried over.
    """

    __tablename__ = "carry_over_rule"
    __table_args__ = (
        belongs_to("scheme_version"),
        belongs_to("person", "set_by"),
        Index(None, "body_id", "scheme_version_id", "set_at"),
        CheckConstraint("days >= 0", name="days_not_negative"),
    )

    scheme_version_id: Mapped[str]
    days: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]


class Reassessment(OfBody, Base):
    """A practical that assesses again what another one missed.

    `days`: the scheme's time when it was planned. `to_mark`: criterion code -> why it is marked again.
    """

    __tablename__ = "reassessment"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("practical", "earlier_id"),
        belongs_to("person", "planned_by"),
        Index(None, "body_id", "earlier_id"),
    )

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    earlier_id: Mapped[str]
    v: Mapped[int] = mapped_column(default=1)
    days: Mapped[int]
    to_mark: Mapped[dict[str, Any]]
    planned_by: Mapped[str]
    planned_at: Mapped[datetime]


class CarriedMark(OfBody, Base):
    """One criterion that a re-assessment carries over: as it was found, where, and on which day.

    `observations`: the numbers of the observations behind it; none where the earlier result named none.
    """

    __tablename__ = "carried_mark"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("rubric_criterion"),
        belongs_to("practical", "source_id"),
        Index(None, "body_id", "source_id"),
    )

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    rubric_criterion_id: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[str]
    done_on: Mapped[date]
    status: Mapped[Status] = mapped_column(choice(Status, "status"))
    compensated: Mapped[bool]
    observations: Mapped[list[Any]]
