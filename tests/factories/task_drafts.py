"""Drafts of tasks for tests: a scheme whose units the document names, its authors and reviewers."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from assessment.domain.roles import Role
from assessment.practicals.drafting_tasks import start_task
from assessment.practicals.tables_drafts import TaskDraft
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.competency import make_scheme
from tests.factories.practicals import a_document, make_competencies


@dataclass(frozen=True, kw_only=True)
class MadeDraft:
    """A draft with its author and whoever else is there."""

    draft: TaskDraft
    author: Actor
    scheme_version_id: str
    criterion_ids: dict[str, str]


def make_task_draft(
    session: Session, body_id: str, document: dict[str, Any] | None = None, *, author: Actor | None = None
) -> MadeDraft:
    """A whole draft of a task by an item author."""
    document = document or a_document()
    units, criterion_ids = make_competencies(session, body_id, document)
    scheme = make_scheme(session, body_id, *units)
    author = author or make_actor(session, body_id, Role.ITEM_AUTHOR, name="Ratna Misal")
    draft = start_task(
        session, body_id, author.person_id, scheme.scheme_version_id, document, criterion_ids.keys(), now=NOW
    )
    return MadeDraft(
        draft=draft, author=author, scheme_version_id=scheme.scheme_version_id, criterion_ids=criterion_ids
    )
