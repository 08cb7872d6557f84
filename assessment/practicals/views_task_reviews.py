"""A draft of a task read by a second person, and what is done with it: send, comment, send back, approve."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotAllowed
from assessment.domain.items.draft_states import DRAFT, DraftEvent, DraftState
from assessment.domain.language import FALLBACK, LANGUAGES
from assessment.domain.practicals.document_difference import LABELS, compare_documents
from assessment.domain.practicals.task_document import SECTIONS
from assessment.practicals import labels
from assessment.practicals.alignment import weights
from assessment.practicals.draft_queries import base_document, copies_of, find_copy, history_of
from assessment.practicals.drafting_tasks import WRITERS, authors_of, get_task_draft
from assessment.practicals.reviewing_tasks import (
    approve,
    comment,
    drop,
    looked_through,
    send_back,
    submit,
    take_back,
)
from assessment.practicals.tables_drafts import TaskDraft
from assessment.practicals.task_preview import preview_steps
from assessment.practicals.task_sources import title_of
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

task_reviews = Blueprint("task_reviews", __name__)


@task_reviews.get("/tasks/drafts/<task_draft_id>")
def page(task_draft_id: str) -> str:
    session, actor = db.session(), me()
    draft = get_task_draft(session, actor.body_id, task_draft_id)
    made, faults, _ = looked_through(session, draft)
    authors = authors_of(session, draft)
    history = history_of(session, actor.body_id, task_draft_id)
    copies = copies_of(session, draft)
    people = {each.person_id for each in history} | authors | {each.changed_by for each in copies}
    first = language()
    second = next((code for code in FALLBACK if code != first), first)
    own = actor.person_id in authors
    return render_template(
        "practicals/task_draft.html",
        draft=draft,
        content=draft.content,
        title=title_of(draft),
        state=labels.STATES[draft.state.value],
        labels=labels,
        sections=SECTIONS,
        faults=[(fault.code, say(fault.error)) for fault in faults],
        own_language=first,
        other_language=second,
        steps=preview_steps(draft.content, first),
        beside=preview_steps(draft.content, second),
        weights=weights(session, actor.body_id, draft.scheme_version_id, made.criteria) if made else (),
        history=history,
        people={person_id: name.text for person_id, name in names(session, actor.body_id, people).items()},
        own=own,
        author=not WRITERS.isdisjoint(actor.roles),
        may={event.value: DRAFT.allows(draft.state, event) for event in DraftEvent},
        answers=draft.state is DraftState.IN_REVIEW and not own,
        codes=list(LANGUAGES),
        copies=copies,
    )


@task_reviews.get("/tasks/drafts/<task_draft_id>/copies/<int:number>")
def copy(task_draft_id: str, number: int) -> str:
    """What changed since a kept copy; 0 stands for the version of the task that the draft began with."""
    session, body_id = db.session(), me().body_id
    draft = get_task_draft(session, body_id, task_draft_id)
    kept = find_copy(session, draft, number) if number else None
    content = base_document(session, draft) if kept is None else kept.content
    texts, facts = compare_documents(content, draft.content)
    who = names(session, body_id, {draft.changed_by, *([kept.changed_by] if kept else [])})
    return render_template(
        "practicals/task_draft_changes.html",
        draft=draft,
        kept=kept,
        title=title_of(draft),
        texts=texts,
        facts=facts,
        names_of_parts=LABELS,
        language_names=LANGUAGES,
        people={person_id: name.text for person_id, name in who.items()},
    )


@task_reviews.post("/tasks/drafts/<task_draft_id>/submit")
def send(task_draft_id: str) -> Response:
    return _done(task_draft_id, lambda at: submit(db.session(), me(), task_draft_id, remark=_remark(), now=at), "page")


@task_reviews.post("/tasks/drafts/<task_draft_id>/take-back")
def fetch(task_draft_id: str) -> Response:
    return _done(task_draft_id, lambda at: take_back(db.session(), me(), task_draft_id, now=at), "edit")


@task_reviews.post("/tasks/drafts/<task_draft_id>/send-back")
def give_back(task_draft_id: str) -> Response:
    return _done(
        task_draft_id, lambda at: send_back(db.session(), me(), task_draft_id, remark=_remark(), now=at), "list"
    )


@task_reviews.post("/tasks/drafts/<task_draft_id>/approve")
def accept(task_draft_id: str) -> Response:
    revision = request.form.get("revision", 0, type=int)
    return _done(
        task_draft_id,
        lambda at: approve(db.session(), me(), task_draft_id, revision=revision, remark=_remark(), now=at),
        "task",
    )


@task_reviews.post("/tasks/drafts/<task_draft_id>/drop")
def give_up(task_draft_id: str) -> Response:
    return _done(task_draft_id, lambda at: drop(db.session(), me(), task_draft_id, remark=_remark(), now=at), "list")


@task_reviews.post("/tasks/drafts/<task_draft_id>/comment")
def remark(task_draft_id: str) -> Response:
    return _done(task_draft_id, lambda at: comment(db.session(), me(), task_draft_id, remark=_remark(), now=at), "page")


def _remark() -> str:
    return request.form.get("reason", "")


def _done(task_draft_id: str, act: Callable[[datetime], TaskDraft], place: str) -> Response:
    """Do one step and go where its author goes on; a refusal is said on the page of the draft."""
    try:
        draft = act(now())
    except (Invalid, Conflict, NotAllowed) as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
        return redirect(url_for("task_reviews.page", task_draft_id=task_draft_id), 303)
    match place:
        case "edit":
            return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id), 303)
        case "list":
            sent = draft.state is DraftState.SENT_BACK
            flash(gettext("The draft is back with its author.") if sent else gettext("The draft is given up."))
            return redirect(url_for("task_drafts.index"), 303)
        case "task":
            flash(gettext("Approved: the task has a new version."))
            return redirect(url_for("tasks.page", task_id=draft.task_id), 303)
    return redirect(url_for("task_reviews.page", task_draft_id=task_draft_id), 303)
