"""Selects for the pages of drafts of tasks: the list, the history of one, and what waits for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, defer

from assessment.domain.errors import N_, NotFound
from assessment.domain.items.draft_states import EDITABLE, OPEN, DraftState
from assessment.practicals.tables import Rubric
from assessment.practicals.tables_drafts import TaskDraft, TaskDraftCopy, TaskDraftEntry, TaskTalk, TaskVersion
from assessment.web.gate import RecordStanding

PAGE = 30
SHOWN = ("open", "review", "own", "ended")


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskDraftLine:
    """A draft in a list."""

    id: str
    task_id: str | None
    scheme_version_id: str
    code: str
    title: str
    state: DraftState
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """One entry in the history of a draft."""

    what: TaskTalk
    person_id: str
    at: datetime
    revision: int
    remark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """Who wrote a version and who passed it, when; None where it came in otherwise."""

    author_id: str | None
    reviewed_by: str | None
    reviewed_at: datetime | None
    has_document: bool


def standing_of_task_draft(session: Session, body_id: str, task_draft_id: str) -> RecordStanding | None:
    """Return how the gate sees a draft of this body, or None."""
    found = session.scalar(select(TaskDraft.id).where(TaskDraft.body_id == body_id, TaskDraft.id == task_draft_id))
    return None if found is None else RecordStanding()


def list_task_drafts(
    session: Session, body_id: str, person_id: str, *, show: str, page: int, language: str
) -> tuple[list[TaskDraftLine], int]:
    """Return one page of drafts, titled in a language, the one changed last first, and how many there are in all."""
    conditions = [TaskDraft.body_id == body_id, *_shown(body_id, person_id, show)]
    count = session.scalar(select(func.count()).select_from(TaskDraft).where(*conditions)) or 0
    rows = session.execute(
        select(*_line(language))
        .where(*conditions)
        .order_by(TaskDraft.changed_at.desc(), TaskDraft.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [TaskDraftLine(**row._mapping) for row in rows], count


def waiting_task_drafts(
    session: Session, body_id: str, person_id: str, *, language: str
) -> tuple[Sequence[TaskDraftLine], int, int]:
    """Return the oldest drafts that a person may review, how many these are, and how many came back to them."""
    rows = session.execute(
        select(*_line(language), func.count().over().label("total"))
        .where(TaskDraft.body_id == body_id, *_shown(body_id, person_id, "review"))
        .order_by(TaskDraft.changed_at)
        .limit(3)
    ).all()
    back = session.scalar(
        select(func.count())
        .select_from(TaskDraft)
        .where(TaskDraft.body_id == body_id, TaskDraft.state == DraftState.SENT_BACK, _wrote(body_id, person_id))
    )
    lines = [TaskDraftLine(**{name: value for name, value in row._mapping.items() if name != "total"}) for row in rows]
    return lines, rows[0].total if rows else 0, back or 0


def history_of(session: Session, body_id: str, task_draft_id: str) -> list[Said]:
    """Return what happened to a draft and what was said, the oldest first."""
    rows = session.execute(
        select(
            TaskDraftEntry.what,
            TaskDraftEntry.person_id,
            TaskDraftEntry.at,
            TaskDraftEntry.revision,
            TaskDraftEntry.remark,
        )
        .where(TaskDraftEntry.body_id == body_id, TaskDraftEntry.task_draft_id == task_draft_id)
        .order_by(TaskDraftEntry.at, TaskDraftEntry.id)
    )
    return [Said(**row._mapping) for row in rows]


def copies_of(session: Session, draft: TaskDraft) -> list[TaskDraftCopy]:
    """Return the kept copies of a draft, the newest first, without their contents; one statement."""
    return list(
        session.scalars(
            select(TaskDraftCopy)
            .options(defer(TaskDraftCopy.content))
            .where(TaskDraftCopy.body_id == draft.body_id, TaskDraftCopy.task_draft_id == draft.id)
            .order_by(TaskDraftCopy.revision.desc())
            .limit(PAGE)
        )
    )


def find_copy(session: Session, draft: TaskDraft, revision: int) -> TaskDraftCopy:
    """Return a kept copy of a draft. Raises NotFound."""
    found = session.get(TaskDraftCopy, (draft.body_id, draft.id, revision))
    if found is None:
        raise NotFound(N_("There is no such copy."))
    return found


def base_document(session: Session, draft: TaskDraft) -> dict[str, Any]:
    """Return the document of the version that a draft began with. Raises NotFound for a draft of a new task."""
    document = session.scalar(
        select(TaskVersion.document)
        .join(Rubric, (Rubric.body_id == TaskVersion.body_id) & (Rubric.id == TaskVersion.rubric_id))
        .where(Rubric.body_id == draft.body_id, Rubric.task_id == draft.task_id, Rubric.number == draft.base)
    )
    if document is None:
        raise NotFound(N_("There is no such copy."))
    return dict(document)


def reviewed(session: Session, body_id: str, rubric_id: str) -> Reviewed:
    """Return who stands for a version of a task; one statement."""
    row = session.execute(
        select(
            TaskVersion.author_id,
            TaskVersion.reviewed_by,
            TaskVersion.reviewed_at,
            TaskVersion.document.is_not(None).label("has_document"),
        ).where(TaskVersion.body_id == body_id, TaskVersion.rubric_id == rubric_id)
    ).first()
    if row is None:
        return Reviewed(author_id=None, reviewed_by=None, reviewed_at=None, has_document=False)
    return Reviewed(**row._mapping)


def _line(language: str) -> tuple[Any, ...]:
    """The columns of a line; a title that is not written in the language is the draft's own."""
    said = func.nullif(TaskDraft.content["title"][language].as_string(), "")
    return (
        TaskDraft.id,
        TaskDraft.task_id,
        TaskDraft.scheme_version_id,
        TaskDraft.code,
        func.coalesce(said, TaskDraft.title).label("title"),
        TaskDraft.state,
        TaskDraft.changed_at,
        TaskDraft.changed_by,
    )


def _shown(body_id: str, person_id: str, show: str) -> list[ColumnElement[bool]]:
    match show:
        case "review":
            return [TaskDraft.state == DraftState.IN_REVIEW, ~_wrote(body_id, person_id)]
        case "own":
            return [TaskDraft.state.in_(OPEN), _wrote(body_id, person_id)]
        case "ended":
            return [TaskDraft.state.in_([DraftState.APPROVED, DraftState.DROPPED])]
        case _:
            return [TaskDraft.state.in_([*EDITABLE, DraftState.IN_REVIEW])]


def _wrote(body_id: str, person_id: str) -> ColumnElement[bool]:
    copied = exists().where(
        and_(
            TaskDraftCopy.body_id == body_id,
            TaskDraftCopy.task_draft_id == TaskDraft.id,
            TaskDraftCopy.changed_by == person_id,
        )
    )
    return or_(TaskDraft.created_by == person_id, TaskDraft.changed_by == person_id, copied)
