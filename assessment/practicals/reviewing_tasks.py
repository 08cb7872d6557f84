"""A draft of a task goes to a second person, comes back with a comment or becomes a version (decision 0027).

Who wrote any part of a draft never reviews it; persons are compared, and the database refuses as well. What was
approved is what was seen: the approval names the revision that the reviewer had before them.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.audit.recording import because
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.items.draft_states import DRAFT, DraftEvent, check_reviewer
from assessment.domain.practicals.document_draft import Fault, look_through
from assessment.domain.practicals.task_document import TaskDocument
from assessment.practicals.alignment import paths_of_scheme
from assessment.practicals.drafting_tasks import authors_of, get_task_draft, keep_copy
from assessment.practicals.tables import Rubric, Task
from assessment.practicals.tables_drafts import TaskDraft, TaskDraftEntry, TaskTalk
from assessment.practicals.tasks import Passed, add_version, create_task
from assessment.web.actor import Actor

LONGEST_REMARK = 4_000


def looked_through(session: Session, draft: TaskDraft) -> tuple[TaskDocument | None, list[Fault], dict[str, str]]:
    """Return the task that a draft makes, what is to be mended, and the scheme's criteria by path; three statements."""
    paths = paths_of_scheme(session, draft.body_id, draft.scheme_version_id)
    made, faults = look_through(draft.content, paths.keys())
    return made, faults, paths


def submit(session: Session, actor: Actor, task_draft_id: str, *, remark: str, now: datetime) -> TaskDraft:
    """Give a draft to a second person. Raises Invalid while something must be mended, Conflict for a taken code."""
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    _, faults, _ = looked_through(session, draft)
    if faults:
        raise Invalid(
            N_("Before the review %(count)s things must be mended; they are listed below."), count=len(faults)
        )
    _check_free(session, draft)
    keep_copy(session, draft)
    return _step(session, actor, draft, DraftEvent.SUBMIT, remark=remark, now=now)


def take_back(session: Session, actor: Actor, task_draft_id: str, *, now: datetime) -> TaskDraft:
    """Take a draft back from review to go on writing; its authors may."""
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    if actor.person_id not in authors_of(session, draft):
        raise Conflict(N_("Only who wrote the draft takes it back. Send it back with a comment instead."))
    return _step(session, actor, draft, DraftEvent.TAKE_BACK, remark="", now=now)


def send_back(session: Session, actor: Actor, task_draft_id: str, *, remark: str, now: datetime) -> TaskDraft:
    """Send a draft back to its author. Raises Invalid without a comment, NotAllowed for an author of it."""
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    check_reviewer(actor.person_id, authors_of(session, draft))
    if not remark.strip():
        raise Invalid(N_("Say what should change before the draft goes back."))
    return _step(session, actor, draft, DraftEvent.SEND_BACK, remark=remark, now=now)


def approve(
    session: Session, actor: Actor, task_draft_id: str, *, revision: int, remark: str, now: datetime
) -> TaskDraft:
    """Make the version of a draft, passed by this person, and end the draft.

    `revision` is the one that the reviewer saw. Raises NotAllowed for an author of the draft, Conflict when it changed
    meanwhile, when its task got another version, or when a published plan would lose by it.
    """
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    authors = authors_of(session, draft)
    check_reviewer(actor.person_id, authors)
    if revision != draft.revision:
        raise Conflict(N_("The draft changed since you opened it. Look at it again before you approve it."))
    DRAFT.after(draft.state, DraftEvent.APPROVE)
    made, faults, paths = looked_through(session, draft)
    if made is None or faults:
        raise Conflict(N_("Something in the draft must be mended first; send it back."))
    _check_free(session, draft)
    passed = Passed(author_id=draft.changed_by, reviewed_by=actor.person_id, reviewed_at=now)
    if draft.task_id is None:
        task = create_task(session, actor.body_id, draft.scheme_version_id, draft.content, paths, now, passed=passed)
        draft.task_id, draft.base = task.id, 1
    else:
        rubric = add_version(session, actor.body_id, draft.task_id, draft.content, paths, now, passed=passed)
        draft.base = rubric.number
    return _step(session, actor, draft, DraftEvent.APPROVE, remark=remark, now=now)


def drop(session: Session, actor: Actor, task_draft_id: str, *, remark: str, now: datetime) -> TaskDraft:
    """End a draft without a version; it stays to be read. Raises Invalid without a reason."""
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    if not remark.strip():
        raise Invalid(N_("Say why the draft is given up."))
    because(session, remark.strip())
    return _step(session, actor, draft, DraftEvent.DROP, remark=remark, now=now)


def comment(session: Session, actor: Actor, task_draft_id: str, *, remark: str, now: datetime) -> TaskDraft:
    """Add a comment to a draft. Raises Invalid for an empty one."""
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    if not remark.strip():
        raise Invalid(N_("Write something before you send the comment."))
    _note(session, actor, draft, TaskTalk.COMMENT, remark=remark, now=now)
    return draft


def _check_free(session: Session, draft: TaskDraft) -> None:
    """Raise Conflict when the task of a draft, or its code, moved on without it."""
    if draft.task_id is None:
        taken = session.scalar(
            select(Task.id).where(
                Task.body_id == draft.body_id,
                Task.scheme_version_id == draft.scheme_version_id,
                Task.code == draft.code,
            )
        )
        if taken is not None:
            raise Conflict(N_("This scheme version already has a task %(code)s."), code=draft.code)
        return
    number = session.scalar(
        select(Rubric.number)
        .where(Rubric.body_id == draft.body_id, Rubric.task_id == draft.task_id)
        .order_by(Rubric.number.desc())
        .limit(1)
    )
    if number != draft.base:
        raise Conflict(
            N_("Version %(new)s was made since this draft began with version %(old)s. Begin again from it."),
            new=number,
            old=draft.base,
        )


def _step(
    session: Session, actor: Actor, draft: TaskDraft, event: DraftEvent, *, remark: str, now: datetime
) -> TaskDraft:
    draft.state = DRAFT.after(draft.state, event)
    _note(session, actor, draft, TaskTalk(event.value), remark=remark, now=now)
    return draft


def _note(session: Session, actor: Actor, draft: TaskDraft, what: TaskTalk, *, remark: str, now: datetime) -> None:
    answers = what in (TaskTalk.APPROVE, TaskTalk.SEND_BACK)
    session.add(
        TaskDraftEntry(
            body_id=draft.body_id,
            id=new_id(),
            task_draft_id=draft.id,
            what=what,
            person_id=actor.person_id,
            author_id=draft.changed_by if answers else None,
            at=now,
            revision=draft.revision,
            remark=remark.strip()[:LONGEST_REMARK],
        )
    )
    session.flush()
