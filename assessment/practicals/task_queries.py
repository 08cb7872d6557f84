"""Reads of tasks for pages and for the gate: titles, lists, the newest rubric, standings."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, NotFound
from assessment.domain.language import text_in
from assessment.practicals.tables import (
    Rubric,
    RubricCriterion,
    RubricState,
    Task,
    TaskText,
)
from assessment.practicals.tables_drafts import TaskVersion
from assessment.schemes.queries import scheme_titles
from assessment.web.gate import RecordStanding

PAGE = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskLine:
    """A task in a list: its scheme, its newest rubric and how many criteria that has."""

    id: str
    code: str
    title: str
    scheme: str
    minutes: int
    rubric_number: int
    criteria: int


def task_titles(session: Session, body_id: str, task_ids: Collection[str], language: str) -> dict[str, str]:
    """Return the title of each task in the reader's language; one statement."""
    texts: dict[str, dict[str, str]] = {}
    for row in session.execute(
        select(TaskText.task_id, TaskText.language, TaskText.title).where(
            TaskText.body_id == body_id, TaskText.task_id.in_(task_ids)
        )
    ):
        texts.setdefault(row.task_id, {})[row.language] = row.title
    return {task_id: text_in(found, language) or task_id for task_id, found in texts.items()}


def standing_of_task(session: Session, body_id: str, task_id: str) -> RecordStanding | None:
    """Return the standing of a task, or None."""
    found = session.scalar(select(Task.id).where(Task.body_id == body_id, Task.id == task_id))
    return None if found is None else RecordStanding()


def newest_rubric(session: Session, body_id: str, task_id: str) -> str:
    """Return the id of the newest rubric of a task. Raises NotFound."""
    found = session.scalar(
        select(Rubric.id)
        .where(Rubric.body_id == body_id, Rubric.task_id == task_id)
        .order_by(Rubric.number.desc())
        .limit(1)
    )
    if found is None:
        raise NotFound(N_("There is no such task."))
    return found


def tasks_of_body(
    session: Session, body_id: str, *, language: str, page: int = 1, size: int = PAGE
) -> tuple[list[TaskLine], int]:
    """Return one page of tasks with their newest rubric, and how many there are; four statements."""
    total = session.scalar(select(func.count()).select_from(Task).where(Task.body_id == body_id)) or 0
    criteria = (
        select(func.count())
        .where(RubricCriterion.body_id == Rubric.body_id, RubricCriterion.rubric_id == Rubric.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Task, Rubric.number, criteria.label("criteria"))
        .join(Rubric, (Rubric.body_id == Task.body_id) & (Rubric.task_id == Task.id))
        .where(Task.body_id == body_id, Rubric.state == RubricState.READY)
        .order_by(Task.code, Task.id)
        .limit(size)
        .offset((page - 1) * size)
    ).all()
    titles = task_titles(session, body_id, {row[0].id for row in rows}, language)
    schemes = scheme_titles(session, body_id, {row[0].scheme_version_id for row in rows}, language)
    return [
        TaskLine(
            id=task.id,
            code=task.code,
            title=titles[task.id],
            scheme=schemes.get(task.scheme_version_id, ""),
            minutes=task.minutes,
            rubric_number=number,
            criteria=count,
        )
        for task, number, count in rows
    ], total


def tasks_with_documents(session: Session, body_id: str, language: str) -> list[tuple[str, str]]:
    """Return (id, "CODE · title") of each task whose newest version has a document, by code; two statements."""
    rows = session.execute(
        select(Task.id, Task.code)
        .join(Rubric, (Rubric.body_id == Task.body_id) & (Rubric.task_id == Task.id))
        .join(TaskVersion, (TaskVersion.body_id == Rubric.body_id) & (TaskVersion.rubric_id == Rubric.id))
        .where(Task.body_id == body_id, Rubric.state == RubricState.READY, TaskVersion.document.is_not(None))
        .order_by(Task.code, Task.id)
    ).all()
    titles = task_titles(session, body_id, [row.id for row in rows], language)
    return [(row.id, f"{row.code} · {titles.get(row.id, '')}") for row in rows]
