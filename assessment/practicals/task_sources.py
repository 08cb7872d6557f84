"""What a rubric can be begun with or take criteria from: those that are ready, and the tasks of the body."""

from flask_babel import gettext
from sqlalchemy.orm import Session

from assessment.domain.practicals.document_draft import Document
from assessment.practicals.drafting_tasks import newest_document
from assessment.practicals.ready_rubrics import READY, ready_document
from assessment.practicals.tables_drafts import TaskDraft
from assessment.practicals.task_queries import standing_of_task, tasks_with_documents
from assessment.web.language import language


def title_of(draft: TaskDraft) -> str:
    """Return what a draft is called, in the reader's language where it is written."""
    title = draft.content["title"].get(language()) or draft.title
    return " · ".join(part for part in (draft.code, title) if part) or gettext("New task")


def sources_of(session: Session, body_id: str, wished: str) -> list[tuple[str, str]]:
    """Return what a rubric can be copied from: those that are ready, and the tasks of the body."""
    return [
        *((f"ready:{key}", ready.title(wished)) for key, ready in READY.items()),
        *((f"task:{task_id}", title) for task_id, title in tasks_with_documents(session, body_id, wished)),
    ]


def source_of(session: Session, body_id: str, source: str) -> Document | None:
    """Return the document that a source names; None for none."""
    kind, _, key = source.partition(":")
    if kind == "ready":
        return ready_document(key)
    if kind == "task" and standing_of_task(session, body_id, key) is not None:
        return newest_document(session, body_id, key)[1]
    return None
