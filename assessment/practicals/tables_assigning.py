"""Who is too close to a candidate to mark them, and how many practicals an assessor may mark a day."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, Scoped, belongs_to, choice


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
