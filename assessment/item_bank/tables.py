"""Assessment items: identity, versions without language, their texts as translations, drafts and reviews."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.items.draft_states import DraftState


class ItemUse(StrEnum):
    """Whether an item counts, is being tried out, or is public and only fit for samples (rule 8)."""

    OPERATIONAL = "operational"
    PRETEST = "pretest"
    EXPOSED = "exposed"


class Talk(StrEnum):
    """An entry in the history of a draft: a step of its life, or a comment."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DROP = "drop"
    COMMENT = "comment"


class Item(Scoped, Base):
    """An item by its QTI identifier. `number` is that of its newest version."""

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("body_id", "identifier"),)

    identifier: Mapped[str]
    use: Mapped[ItemUse] = mapped_column(choice(ItemUse, "use"))
    number: Mapped[int] = mapped_column(default=1)
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
    """What an item version says in one language; `words` is all of it as folded text, for the search."""

    __tablename__ = "item_text"
    __table_args__ = (belongs_to("item_version"),)

    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    content: Mapped[dict[str, Any]]
    words: Mapped[str] = mapped_column(default="")


class ItemCriterion(OfBody, Base):
    """A performance criterion that an item version measures."""

    __tablename__ = "item_criterion"
    __table_args__ = (belongs_to("item_version"), belongs_to("competency", "criterion_id"))

    item_version_id: Mapped[str] = mapped_column(primary_key=True)
    criterion_id: Mapped[str] = mapped_column(primary_key=True, index=True)


class ItemReview(Scoped, Base):
    """A second person looked an item version through and stands for it. Never who wrote it."""

    __tablename__ = "item_review"
    __table_args__ = (
        belongs_to("item_version"),
        belongs_to("item_draft", "draft_id"),
        CheckConstraint("author_id IS NULL OR author_id <> reviewed_by", name="reviewed_by_a_second_person"),
        Index(None, "body_id", "item_version_id"),
    )

    item_version_id: Mapped[str]
    author_id: Mapped[str | None]
    draft_id: Mapped[str | None]
    reviewed_by: Mapped[str]
    reviewed_at: Mapped[datetime]
    remark: Mapped[str]


class ItemDraft(Scoped, Base):
    """An item that is being written: working material, changed in place, `revision` counts the changes.

    `item_id` is set when it changes an item that is there; `base` is then the number of the version it began
    with. `editor` is the page that wrote last, so that a page whose reply was lost does not meet itself.
    """

    __tablename__ = "item_draft"
    __table_args__ = (
        belongs_to("item"),
        CheckConstraint("revision >= 1", name="revision_counts"),
        CheckConstraint("(item_id IS NULL) = (base IS NULL)", name="base_goes_with_item"),
        Index(None, "body_id", "state", "changed_at"),
        Index(
            "uq_item_draft_open",
            "body_id",
            "item_id",
            unique=True,
            sqlite_where=text("state IN ('writing', 'in_review', 'sent_back')"),
            postgresql_where=text("state IN ('writing', 'in_review', 'sent_back')"),
        ),
    )

    item_id: Mapped[str | None]
    base: Mapped[int | None]
    kind: Mapped[str]
    identifier: Mapped[str]
    title: Mapped[str]
    use: Mapped[ItemUse] = mapped_column(choice(ItemUse, "use"))
    state: Mapped[DraftState] = mapped_column(choice(DraftState, "state"))
    content: Mapped[dict[str, Any]]
    revision: Mapped[int]
    editor: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class ItemDraftCopy(OfBody, Base):
    """What a draft was before another person, or another page, wrote over it. Nothing is lost that way."""

    __tablename__ = "item_draft_copy"
    __table_args__ = (belongs_to("item_draft", "draft_id"),)

    draft_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class ItemDraftEntry(Scoped, Base):
    """One entry in the history of a draft: what happened, by whom, and what they said to it.

    `author_id` is who wrote the draft last, where a second person answers.
    """

    __tablename__ = "item_draft_entry"
    __table_args__ = (
        belongs_to("item_draft", "draft_id"),
        CheckConstraint(
            "what NOT IN ('approve', 'send_back') OR (author_id IS NOT NULL AND author_id <> person_id)",
            name="answered_by_a_second_person",
        ),
        Index(None, "body_id", "draft_id", "at"),
    )

    draft_id: Mapped[str]
    what: Mapped[Talk] = mapped_column(choice(Talk, "what"))
    person_id: Mapped[str]
    author_id: Mapped[str | None]
    at: Mapped[datetime]
    revision: Mapped[int]
    remark: Mapped[str]


class ItemApart(OfBody, Base):
    """Two items that must not meet on one form; the ids stand in their order, so that a pair stands once."""

    __tablename__ = "item_apart"
    __table_args__ = (
        belongs_to("item", "first_id"),
        belongs_to("item", "second_id"),
        CheckConstraint("first_id < second_id", name="pair_in_order"),
    )

    first_id: Mapped[str] = mapped_column(primary_key=True)
    second_id: Mapped[str] = mapped_column(primary_key=True)
    said_at: Mapped[datetime]
    said_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
