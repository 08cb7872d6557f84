"""Drafts of tasks for their authors: the list, a new one, what is added, moved and copied, and the sheet to come."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, waits_for
from assessment.accounts.waiting import Task as Waiting
from assessment.database import db, reading
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.items.draft_states import EDITABLE
from assessment.domain.language import LANGUAGES
from assessment.domain.practicals.document_draft import (
    Document,
    added,
    copied,
    criterion_in,
    moved,
    new_criterion,
    only_known,
    removed,
)
from assessment.domain.roles import Role
from assessment.practicals import labels
from assessment.practicals.alignment import paths_of_scheme
from assessment.practicals.draft_queries import (
    PAGE,
    SHOWN,
    list_task_drafts,
    standing_of_task_draft,
    waiting_task_drafts,
)
from assessment.practicals.drafting_tasks import (
    WRITERS,
    change_part,
    change_task,
    get_task_draft,
    start_task,
)
from assessment.practicals.exchanging import import_rubric
from assessment.practicals.inputs import NewTaskInput
from assessment.practicals.task_preview import preview_steps
from assessment.practicals.task_sources import source_of, sources_of, title_of
from assessment.schemes.queries import open_versions, scheme_titles
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

task_drafts = Blueprint("task_drafts", __name__)
locate("task_draft_id", standing_of_task_draft)


@task_drafts.get("/tasks/drafts")
def index() -> str:
    session, actor = db.session(), me()
    show = request.args.get("show", SHOWN[0])
    page = max(1, request.args.get("page", 1, type=int))
    lines, count = list_task_drafts(session, actor.body_id, actor.person_id, show=show, page=page, language=language())
    people = names(session, actor.body_id, {line.changed_by for line in lines})
    return render_template(
        "practicals/task_drafts.html",
        lines=lines,
        count=count,
        show=show if show in SHOWN else SHOWN[0],
        labels=labels,
        schemes=scheme_titles(session, actor.body_id, {line.scheme_version_id for line in lines}, language()),
        people={person_id: name.text for person_id, name in people.items()},
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("task_drafts.index", show=show, page=number),
        author=not WRITERS.isdisjoint(actor.roles),
    )


@task_drafts.route("/tasks/drafts/new", methods=["GET", "POST"])
def new() -> str | WerkzeugResponse | tuple[str, int]:
    form = NewTaskInput()
    with reading() as session:
        body_id = me().body_id
        form.scheme.choices = open_versions(session, body_id, language())
        form.source.choices = [("", gettext("Empty")), *sources_of(session, body_id, language())]
        document, known = None, {}
        if form.validate_on_submit():
            document = source_of(session, body_id, form.source.data)
            known = paths_of_scheme(session, body_id, form.scheme.data)
    file = form.package.data.read() if form.package.data else b""
    refusal = ""
    if form.validate_on_submit():
        actor, scheme = me(), form.scheme.data
        try:
            draft = (
                import_rubric(db.session(), actor.body_id, actor.person_id, scheme, file, now=now())
                if file
                else start_task(db.session(), actor.body_id, actor.person_id, scheme, document, known.keys(), now=now())
            )
        except (Invalid, Conflict) as error:
            db.session.rollback()
            refusal = say(error)
        else:
            return redirect(url_for("task_forms.edit", task_draft_id=draft.id), 303)
    status = 422 if refusal or form.errors else 200
    return render_template("practicals/task_draft_new.html", form=form, refusal=refusal), status


@task_drafts.post("/tasks/<task_id>/change")
def change(task_id: str) -> WerkzeugResponse:
    try:
        draft = change_task(db.session(), me(), task_id, now=now())
    except Conflict as refusal:
        flash(say(refusal), "refusal")
        return redirect(url_for("tasks.page", task_id=task_id), 303)
    endpoint = "task_forms.edit" if draft.state in EDITABLE else "task_reviews.page"
    return redirect(url_for(endpoint, task_draft_id=draft.id), 303)


@task_drafts.post("/tasks/drafts/<task_draft_id>/criteria")
def add(task_draft_id: str) -> WerkzeugResponse:
    """Add a criterion, and open its form."""
    code = ""

    def one_more(document: Document) -> Document:
        nonlocal code
        before = {each["code"] for each in document["criteria"]}
        kind, step = request.form.get("kind", ""), request.form.get("step", "")
        after = added(document, new_criterion(kind, request.form.get("code", "").strip()[:40], step))
        code = next(each["code"] for each in after["criteria"] if each["code"] not in before)
        return after

    if not _act(task_draft_id, one_more):
        return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id, _anchor="criteria"), 303)
    return redirect(url_for("task_forms.criterion", task_draft_id=task_draft_id, criterion_code=code), 303)


@task_drafts.post("/tasks/drafts/<task_draft_id>/arrange")
def arrange(task_draft_id: str) -> WerkzeugResponse:
    """Move, repeat or remove one criterion: the button says which."""
    what, _, code = request.form.get("press", "").partition(":")
    acts: dict[str, Callable[[Document], Document]] = {
        "up": lambda document: moved(document, code, -1),
        "down": lambda document: moved(document, code, 1),
        "remove": lambda document: removed(document, code),
        "repeat": lambda document: added(document, criterion_in(document, code)),
    }
    if what in acts:
        _act(task_draft_id, acts[what])
    return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id, _anchor="criteria"), 303)


@task_drafts.route("/tasks/drafts/<task_draft_id>/copy", methods=["GET", "POST"])
def copy(task_draft_id: str) -> str | WerkzeugResponse:
    """Choose criteria of another rubric and take them over."""
    source = request.values.get("source", "")
    with reading() as session:
        body_id = me().body_id
        draft = get_task_draft(session, body_id, task_draft_id)
        known = paths_of_scheme(session, body_id, draft.scheme_version_id)
        other = source_of(session, body_id, source)
        if request.method == "GET" or other is None:
            return render_template(
                "practicals/task_draft_copy.html",
                draft=draft,
                source=source,
                sources=sources_of(session, body_id, language()),
                steps=preview_steps(other, language()) if other else (),
                title=title_of(draft),
                labels=labels,
            )
    wanted, chosen = only_known(other, known.keys()), request.form.getlist("take")
    if _act(task_draft_id, lambda document: copied(document, wanted, chosen)):
        taken = len(set(chosen))
        flash(ngettext("%(num)s criterion was taken over.", "%(num)s criteria were taken over.", taken))
    return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id, _anchor="criteria"), 303)


@task_drafts.get("/tasks/drafts/<task_draft_id>/sheet")
def sheet(task_draft_id: str) -> str:
    draft = get_task_draft(db.session(), me().body_id, task_draft_id)
    shown = request.args.get("lang", language())
    shown = shown if shown in LANGUAGES else language()
    return render_template(
        "practicals/task_draft_sheet.html",
        draft=draft,
        title=title_of(draft),
        steps=preview_steps(draft.content, shown),
        shown=shown,
        languages_of=LANGUAGES,
        labels=labels,
    )


def _act(task_draft_id: str, change: Callable[[Document], Document]) -> bool:
    """Do one thing that needs no form; a refusal is said on the next page."""
    try:
        change_part(db.session(), me(), task_draft_id, change, code=None, digest=None, now=now())
    except (Invalid, Conflict, NotFound) as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
        return False
    return True


def waiting_task_reviews(session: Session, actor: Actor, _now: datetime) -> list[Pile]:
    """What waits of drafts of tasks: those that this person may review, and those that came back to them."""
    oldest, count, back = waiting_task_drafts(session, actor.body_id, actor.person_id, language=language())
    return [
        Pile(
            title=ngettext("%(num)s task waits for your review", "%(num)s tasks wait for your review", count),
            count=count,
            url=url_for("task_drafts.index", show="review"),
            oldest=[
                Waiting(
                    text=f"{line.code or '?'} · {line.title}",
                    url=url_for("task_reviews.page", task_draft_id=line.id),
                    since=line.changed_at,
                )
                for line in oldest
            ],
        ),
        Pile(
            title=ngettext("%(num)s task came back to you", "%(num)s tasks came back to you", back),
            count=back,
            url=url_for("task_drafts.index", show="own"),
        ),
    ]


waits_for(Role.QUALITY_MANAGER, waiting_task_reviews)
