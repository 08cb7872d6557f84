"""Writing tasks: a draft begins, is changed part by part, and nothing that was typed is ever lost (decision 0027).

A part is the frame of the task or one criterion. Every change names the state of the part that it was made from; where
another page was faster, nothing is stored, and whoever then writes over the other does so knowingly: a copy is kept.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.items.draft_states import EDITABLE, OPEN, DraftState
from assessment.domain.language import text_in
from assessment.domain.practicals.document_draft import Document, check_size, new_document, only_known, part_digest
from assessment.domain.roles import Role
from assessment.practicals.tables import Rubric, Task
from assessment.practicals.tables_drafts import TaskDraft, TaskDraftCopy, TaskVersion
from assessment.schemes.tables import SchemeState, SchemeVersion
from assessment.web.actor import Actor

WRITERS = frozenset({Role.ITEM_AUTHOR, Role.SCHEME_MANAGER})
"""Who writes tasks; quality managers review them as well."""

LONGEST_EDITOR = 40
LONGEST_NAME = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Overtaken:
    """Somebody else changed this part meanwhile: what stands there now, by whom and when."""

    theirs: Mapping[str, Any]
    digest: str
    changed_by: str
    changed_at: datetime


def start_task(
    session: Session,
    body_id: str,
    person_id: str,
    scheme_version_id: str,
    document: Document | None,
    known: Collection[str],
    *,
    now: datetime,
) -> TaskDraft:
    """Begin a new task for a scheme version, empty or from a document.

    Of a document only the performance criteria that the scheme has are kept (`known`, as "UNIT CODE/1.1"). Raises
    NotFound, and Conflict for a retired scheme version.
    """
    version = session.get(SchemeVersion, (body_id, scheme_version_id))
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is SchemeState.RETIRED:
        raise Conflict(N_("This scheme version is retired; make the task for the current one."))
    content = only_known(document, known) if document is not None else new_document()
    return _begin(session, body_id, person_id, scheme_version_id, content, task_id=None, base=None, now=now)


def change_task(session: Session, actor: Actor, task_id: str, *, now: datetime) -> TaskDraft:
    """Return the draft that changes a task: the open one, or a new one from its newest version.

    Raises NotFound, and Conflict where the newest version has no document: it came in before documents were kept.
    """
    task = session.get(Task, (actor.body_id, task_id))
    if task is None:
        raise NotFound(N_("There is no such task."))
    there = session.scalar(
        select(TaskDraft).where(
            TaskDraft.body_id == actor.body_id, TaskDraft.task_id == task_id, TaskDraft.state.in_(OPEN)
        )
    )
    if there is not None:
        return there
    number, document = newest_document(session, actor.body_id, task_id)
    return _begin(
        session, actor.body_id, actor.person_id, task.scheme_version_id, document, task_id=task_id, base=number, now=now
    )


def newest_document(session: Session, body_id: str, task_id: str) -> tuple[int, Document]:
    """Return number and document of the newest version of a task. Raises NotFound, and Conflict without a document."""
    row = session.execute(
        select(Rubric.number, TaskVersion.document)
        .join(TaskVersion, (TaskVersion.body_id == Rubric.body_id) & (TaskVersion.rubric_id == Rubric.id), isouter=True)
        .where(Rubric.body_id == body_id, Rubric.task_id == task_id)
        .order_by(Rubric.number.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such task."))
    if row.document is None:
        raise Conflict(N_("This version is from before documents of tasks were kept; write the task anew."))
    return row.number, dict(row.document)


def get_task_draft(session: Session, body_id: str, task_draft_id: str) -> TaskDraft:
    """Return a draft. Raises NotFound."""
    found = session.get(TaskDraft, (body_id, task_draft_id))
    if found is None:
        raise NotFound(N_("There is no such draft."))
    return found


def change_part(
    session: Session,
    actor: Actor,
    task_draft_id: str,
    change: Callable[[Document], Document],
    *,
    code: str | None,
    digest: str | None,
    editor: str = "",
    now: datetime,
    knowingly: bool = False,
) -> TaskDraft | Overtaken:
    """Change the frame (`code` None) or a criterion of a draft; or return what stands there when another was faster.

    `change` makes the new document of the one that is stored; `digest` is that of the part that the page began with,
    None where the change does not depend on it. Raises NotFound, Conflict when the draft is out of hand, Invalid for
    a document that is too large or that the change refuses.
    """
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    if draft.state not in EDITABLE:
        raise Conflict(N_("The draft is in review or ended, so it cannot be changed. Your text was not stored."))
    before = dict(draft.content)
    after = change(before)
    check_size(after)
    if after == before:
        return draft
    if draft.task_id is not None and after.get("code") != before.get("code"):
        raise Invalid(N_("The code of a task that is there cannot be changed."))
    current = part_digest(before, code)
    own_page = draft.changed_by == actor.person_id and draft.editor == editor[:LONGEST_EDITOR] != ""
    if digest is not None and digest != current and not own_page and not knowingly:
        return Overtaken(theirs=before, digest=current, changed_by=draft.changed_by, changed_at=draft.changed_at)
    if draft.changed_by != actor.person_id or knowingly:
        keep_copy(session, draft)
    _write(draft, after)
    draft.revision += 1
    draft.editor = editor[:LONGEST_EDITOR]
    draft.changed_by = actor.person_id
    draft.changed_at = now
    session.flush()
    return draft


def keep_copy(session: Session, draft: TaskDraft) -> None:
    """Keep what the draft says now, once a revision."""
    if session.get(TaskDraftCopy, (draft.body_id, draft.id, draft.revision)) is None:
        session.add(
            TaskDraftCopy(
                body_id=draft.body_id,
                task_draft_id=draft.id,
                revision=draft.revision,
                content=draft.content,
                changed_by=draft.changed_by,
                changed_at=draft.changed_at,
            )
        )
        session.flush()


def authors_of(session: Session, draft: TaskDraft) -> frozenset[str]:
    """Return every person who wrote a part of a draft: a copy is kept whenever the person changes."""
    copied = session.scalars(
        select(TaskDraftCopy.changed_by).where(
            TaskDraftCopy.body_id == draft.body_id, TaskDraftCopy.task_draft_id == draft.id
        )
    )
    return frozenset((draft.created_by, draft.changed_by, *copied))


def _begin(
    session: Session,
    body_id: str,
    person_id: str,
    scheme_version_id: str,
    content: Document,
    *,
    task_id: str | None,
    base: int | None,
    now: datetime,
) -> TaskDraft:
    check_size(content)
    draft = TaskDraft(
        body_id=body_id,
        id=new_id(),
        scheme_version_id=scheme_version_id,
        task_id=task_id,
        base=base,
        state=DraftState.WRITING,
        revision=1,
        editor="",
        created_by=person_id,
        created_at=now,
        changed_by=person_id,
        changed_at=now,
    )
    _write(draft, content)
    session.add(draft)
    session.flush()
    return draft


def _write(draft: TaskDraft, content: Document) -> None:
    draft.code = str(content.get("code", ""))[:LONGEST_NAME]
    titles = {name: text for name, text in content["title"].items() if text}
    draft.title = text_in(titles, "id")[:LONGEST_NAME] if titles else ""
    draft.content = content
