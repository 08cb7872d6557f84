"""Competency standards as imported: the tree of competencies, their texts by language, and what was raw.

The raw CASE objects are kept beside the parsed columns, so that an export gives the same back.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice


class StandardState(StrEnum):
    """A standard is invisible while it is being loaded; a newer version retires an older one."""

    STAGING = "staging"
    PUBLISHED = "published"
    RETIRED = "retired"


class CompetencyKind(StrEnum):
    """What a node of the tree is: unit kompetensi, elemen, kriteria unjuk kerja, or something else."""

    UNIT = "unit"
    ELEMENT = "element"
    CRITERION = "criterion"
    OTHER = "other"


class Standard(Scoped, Base):
    """One version of one competency standard (a CASE CFDocument)."""

    __tablename__ = "standard"
    __table_args__ = (UniqueConstraint("body_id", "identifier", "number"),)

    identifier: Mapped[str]
    number: Mapped[int]
    title: Mapped[str]
    creator: Mapped[str]
    language: Mapped[str]
    state: Mapped[StandardState] = mapped_column(choice(StandardState, "state"))
    case_version: Mapped[str]
    document: Mapped[dict[str, Any]]
    rest: Mapped[dict[str, Any]]
    oddities: Mapped[list[Any]]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str | None]


class Competency(Scoped, Base):
    """A unit, element or criterion in its place in the tree."""

    __tablename__ = "competency"
    __table_args__ = (
        belongs_to("standard"),
        belongs_to("competency", "parent_id"),
        Index(None, "body_id", "standard_id", "position"),
        Index(None, "body_id", "kind", "code"),
    )

    standard_id: Mapped[str]
    parent_id: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[CompetencyKind] = mapped_column(choice(CompetencyKind, "kind"))
    identifier: Mapped[str] = mapped_column(index=True)
    code: Mapped[str]
    position: Mapped[int]
    raw: Mapped[dict[str, Any]]


class CompetencyText(OfBody, Base):
    """What a competency says in one language; adding a language changes no digest (rule 18)."""

    __tablename__ = "competency_text"
    __table_args__ = (belongs_to("competency"),)

    competency_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    statement: Mapped[str]


class Association(Scoped, Base):
    """A CASE association as it was imported, in file order."""

    __tablename__ = "association"
    __table_args__ = (belongs_to("standard"), Index(None, "body_id", "standard_id", "position"))

    standard_id: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    origin: Mapped[str]
    destination: Mapped[str]
    raw: Mapped[dict[str, Any]]


class CompetencyAlias(OfBody, Base):
    """An older code of a competency (CASE `replacedBy`)."""

    __tablename__ = "competency_alias"
    __table_args__ = (belongs_to("competency"),)

    competency_id: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Completeness(Scoped, Base):
    """A named person compared a unit's criteria with its source and found them whole, or not (rule 3)."""

    __tablename__ = "completeness"
    __table_args__ = (belongs_to("competency"), belongs_to("person", "marked_by"))

    competency_id: Mapped[str] = mapped_column(index=True)
    complete: Mapped[bool]
    source: Mapped[str]
    note: Mapped[str]
    marked_by: Mapped[str]
    marked_at: Mapped[datetime]
