"""Who is too close to a candidate to mark, who marks instead, and how many practicals an assessor marks a day."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice


class NamedBy(StrEnum):
    """On whose word somebody is too close."""

    CANDIDATE = "candidate"
    SCHEME = "scheme"


class TooClose(Scoped, Base):
    """A person who must not mark on an application: named by the candidate or by the scheme, kept by the office."""

    __tablename__ = "too_close"
    __table_args__ = (
        belongs_to("application"),
        belongs_to("person"),
        belongs_to("person", "kept_by"),
        Index(None, "body_id", "application_id"),
    )

    application_id: Mapped[str]
    person_id: Mapped[str]
    named_by: Mapped[NamedBy] = mapped_column(choice(NamedBy, "named_by"))
    reason: Mapped[str]
    kept_by: Mapped[str]
    kept_at: Mapped[datetime]


class Closeness(StrEnum):
    """How somebody is too close; OTHER is said in words of one's own."""

    FAMILY = "family"
    TRAINED = "trained"
    EMPLOYER = "employer"
    OTHER = "other"


class NamedCloseness(OfBody, Base):
    """How somebody who was named is too close. Names of before this was asked have none."""

    __tablename__ = "named_closeness"
    __table_args__ = (belongs_to("too_close", "named_id"),)

    named_id: Mapped[str] = mapped_column(primary_key=True)
    closeness: Mapped[Closeness] = mapped_column(choice(Closeness, "closeness"))


class NameWithdrawal(OfBody, Base):
    """A name of somebody too close is taken back, with a reason; the name stays beside it."""

    __tablename__ = "name_withdrawal"
    __table_args__ = (belongs_to("too_close", "named_id"), belongs_to("person", "withdrawn_by"))

    named_id: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    withdrawn_by: Mapped[str]
    withdrawn_at: Mapped[datetime]


class AssessorReplacement(Scoped, Base):
    """Another assessor was given a sheet before it was opened, and why."""

    __tablename__ = "assessor_replacement"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("sheet"),
        belongs_to("person", "from_id"),
        belongs_to("person", "to_id"),
        belongs_to("person", "replaced_by"),
        Index(None, "body_id", "practical_id"),
        CheckConstraint("from_id <> to_id", name="another_person"),
    )

    practical_id: Mapped[str]
    sheet_id: Mapped[str]
    from_id: Mapped[str]
    to_id: Mapped[str]
    reason: Mapped[str]
    replaced_by: Mapped[str]
    replaced_at: Mapped[datetime]


class DayLimit(Scoped, Base):
    """How many practicals of a scheme version an assessor may mark a day; the last one set is in force."""

    __tablename__ = "day_limit"
    __table_args__ = (
        belongs_to("scheme_version"),
        belongs_to("person", "set_by"),
        Index(None, "body_id", "scheme_version_id", "set_at"),
        CheckConstraint("practicals > 0", name="at_least_one"),
    )

    scheme_version_id: Mapped[str]
    practicals: Mapped[int]
    set_by: Mapped[str]
    set_at: Mapped[datetime]
