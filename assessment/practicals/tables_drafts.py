"""Tasks that are being written and reviewed, and what each version of a task said."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice
from assessment.domain.items.draft_states import DraftState


class TaskTalk(StrEnum):
    """An entry in the history of a draft of a task: a step of its life, or a comment."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    SEND_BACK = "send_back"
    APPROVE = "approve"
    DROP = "drop"
    COMMENT = "comment"


class TaskDraft(Scoped, Base):
    """A task that is being written: working material, changed in place, `revision` counts the changes.

    `content` is a task document as it was typed, whole or not. `task_id` is set when it changes a task that is there;
    `base` is then the number of the rubric it began with. `editor` is the page that wrote last.
    """

    __tablename__ = "task_draft"
    __table_args__ = (
        belongs_to("scheme_version"),
        belongs_to("task"),
        CheckConstraint("revision >= 1", name="revision_counts"),
        CheckConstraint("(task_id IS NULL) = (base IS NULL)", name="base_goes_with_task"),
        Index(None, "body_id", "state", "changed_at"),
        Index(
            "uq_task_draft_open",
            "body_id",
            "task_id",
            unique=True,
            sqlite_where=text("state IN ('writing', 'in_review', 'sent_back')"),
            postgresql_where=text("state IN ('writing', 'in_review', 'sent_back')"),
        ),
    )

    scheme_version_id: Mapped[str]
    task_id: Mapped[str | None]
    base: Mapped[int | None]
    code: Mapped[str]
    title: Mapped[str]
    state: Mapped[DraftState] = mapped_column(choice(DraftState, "state"))
    content: Mapped[dict[str, Any]]
    revision: Mapped[int]
    editor: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class TaskDraftCopy(OfBody, Base):
    """What a draft was before another person, or another page, wrote over it. Nothing is lost that way."""

    __tablename__ = "task_draft_copy"
    __table_args__ = (belongs_to("task_draft"),)

    task_draft_id: Mapped[str] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    content: Mapped[dict[str, Any]]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]


class TaskDraftEntry(Scoped, Base):
    """One entry in the history of a draft: what happened, by whom, and what they said to it.

    `author_id` is who wrote the draft last, where a second person answers.
    """

    __tablename__ = "task_draft_entry"
    __table_args__ = (
        belongs_to("task_draft"),
        CheckConstraint(
            "what NOT IN ('approve', 'send_back') OR (author_id IS NOT NULL AND author_id <> person_id)",
            name="answered_by_a_second_person",
        ),
        Index(None, "body_id", "task_draft_id", "at"),
    )

    task_draft_id: Mapped[str]
    what: Mapped[TaskTalk] = mapped_column(choice(TaskTalk, "what"))
    person_id: Mapped[str]
    author_id: Mapped[str | None]
    at: Mapped[datetime]
    revision: Mapped[int]
    remark: Mapped[str]


class TaskVersion(OfBody, Base):
    """What a task said when one version of its rubric was made, and who passed it.

    `document` is the task document, None for a version from before documents were kept. A version that was written
    here has an author and a reviewer, who are never the same person; one that came in otherwise has neither.
    """

    __tablename__ = "task_version"
    __table_args__ = (
        belongs_to("rubric"),
        CheckConstraint("(author_id IS NULL) = (reviewed_by IS NULL)", name="author_goes_with_reviewer"),
        CheckConstraint("author_id IS NULL OR author_id <> reviewed_by", name="reviewed_by_a_second_person"),
    )

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    minutes: Mapped[int]
    assessors: Mapped[int]
    spread: Mapped[int]
    document: Mapped[dict[str, Any] | None]
    author_id: Mapped[str | None]
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]


class TaskVersionText(OfBody, Base):
    """Title and instructions of one version of a task in one language; those of the task are the newest ones."""

    __tablename__ = "task_version_text"
    __table_args__ = (belongs_to("rubric"),)

    rubric_id: Mapped[str] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    instructions: Mapped[str]
