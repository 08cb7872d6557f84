"""Certification schemes, their versions, and the assessment plan: criterion x method (rule 4)."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.competency import Method
from assessment.domain.plan import Kind


class SchemeKind(StrEnum):
    """Kind of a scheme: a whole qualification, an occupation, or a cluster of units."""

    KKNI = "kkni"
    OCCUPATION = "okupasi"
    CLUSTER = "klaster"


class SchemeState(StrEnum):
    """A version is drafted, published (from then on never edited), and at last retired."""

    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


class InstrumentKind(StrEnum):
    """What gathers evidence: an exam form or a rubric."""

    FORM = "form"
    RUBRIC = "rubric"


class Scheme(Scoped, Base):
    """A certification scheme by its code."""

    __tablename__ = "scheme"
    __table_args__ = (UniqueConstraint("body_id", "code"),)

    code: Mapped[str]
    kind: Mapped[SchemeKind] = mapped_column(choice(SchemeKind, "kind"))


class SchemeVersion(Scoped, Base):
    """One version of a scheme; what was used once is never edited (rule 1)."""

    __tablename__ = "scheme_version"
    __table_args__ = (
        belongs_to("scheme"),
        UniqueConstraint("body_id", "scheme_id", "number"),
        CheckConstraint("quorum >= 2", name="quorum_two_or_more"),
        CheckConstraint("validity_months > 0", name="validity_positive"),
    )

    scheme_id: Mapped[str]
    number: Mapped[int]
    state: Mapped[SchemeState] = mapped_column(choice(SchemeState, "state"))
    sample: Mapped[bool]
    validity_months: Mapped[int]
    quorum: Mapped[int]
    outside_members: Mapped[int]
    look_back_days: Mapped[int]
    electives_required: Mapped[int]
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]


class SchemeText(OfBody, Base):
    """Title and summary of a scheme version in one language."""

    __tablename__ = "scheme_text"
    __table_args__ = (belongs_to("scheme_version"),)

    scheme_version_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    summary: Mapped[str]


class SchemeUnit(OfBody, Base):
    """A core or elective unit of a scheme version."""

    __tablename__ = "scheme_unit"
    __table_args__ = (belongs_to("scheme_version"), belongs_to("competency", "unit_id"))

    scheme_version_id: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    core: Mapped[bool]
    position: Mapped[int]


class SchemeScope(OfBody, Base):
    """One value of the scope, for example process = SMAW (111)."""

    __tablename__ = "scheme_scope"
    __table_args__ = (belongs_to("scheme_version"),)

    scheme_version_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)


class Prerequisite(Scoped, Base):
    """What a candidate must show before the application is accepted."""

    __tablename__ = "prerequisite"
    __table_args__ = (belongs_to("scheme_version"),)

    scheme_version_id: Mapped[str] = mapped_column(index=True)
    position: Mapped[int]


class PrerequisiteText(OfBody, Base):
    """A prerequisite in one language."""

    __tablename__ = "prerequisite_text"
    __table_args__ = (belongs_to("prerequisite"),)

    prerequisite_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    statement: Mapped[str]


class PlanCell(OfBody, Base):
    """A used cell of the plan: this criterion is proved by this method when this rule is met."""

    __tablename__ = "plan_cell"
    __table_args__ = (belongs_to("scheme_version"), belongs_to("competency", "criterion_id"))

    scheme_version_id: Mapped[str] = mapped_column(primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[Method] = mapped_column(choice(Method, "method"), primary_key=True)
    rule: Mapped[dict[str, Any]]


class Instrument(Scoped, Base):
    """An exam form or a rubric that registered itself with a plan; `record_id` is its id there."""

    __tablename__ = "instrument"
    __table_args__ = (belongs_to("scheme_version"), UniqueConstraint("body_id", "kind", "record_id"))

    scheme_version_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[InstrumentKind] = mapped_column(choice(InstrumentKind, "kind"))
    record_id: Mapped[str]
    registered_at: Mapped[datetime]


class InstrumentCoverage(OfBody, Base):
    """What an instrument yields on a criterion by a method: so many items, a level at least, a yes, a limit."""

    __tablename__ = "instrument_coverage"
    __table_args__ = (belongs_to("instrument"), belongs_to("competency", "criterion_id"))

    instrument_id: Mapped[str] = mapped_column(primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True)
    method: Mapped[Method] = mapped_column(choice(Method, "method"), primary_key=True)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"), primary_key=True)
    items: Mapped[int]
    level: Mapped[int]
