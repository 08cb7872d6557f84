"""Assessment items: identity, versions without language, and their texts as translations."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice


class ItemUse(StrEnum):
    """Whether an item counts, is being tried out, or is public and only fit for samples (rule 8)."""

    OPERATIONAL = "operational"
    PRETEST = "pretest"
    EXPOSED = "exposed"


class Item(Scoped, Base):
    """An item by its QTI identifier."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("body_id", "identifier"),)

    identifier: Mapped[str]
    use: Mapped[ItemUse] = mapped_column(choice(ItemUse, "use"))
    retired_at: Mapped[datetime | None]


class ItemVersion(Scoped, Base):
    """One version of an item: structure, key and scoring, without any language."""

    __tablename__ = "item_version"
    __table_args__ = (belongs_to("item"), UniqueConstraint("body_id", "item_id", "number"))

    item_id: Mapped[str]
    number: Mapped[int]
    kind: Mapped[str]
    structure: Mapped[dict[str, Any]]
    digest: Mapped[str]
    source: Mapped[str]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str | None]


class ItemText(OfBody, Base):
    """What an item version says in one language."""

    __tablename__ = "item_text"
    __table_args__ = (belongs_to("item_version"),)

    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    content: Mapped[dict[str, Any]]


class ItemCriterion(OfBody, Base):
    """A performance criterion that an item version measures."""

    __tablename__ = "item_criterion"
    __table_args__ = (belongs_to("item_version"), belongs_to("competency", "criterion_id"))

    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True, index=True)
