"""The forms of a draft of a task: the task itself, and one criterion; saved whole, or while one writes."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time, gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.database import db, reading
from assessment.domain.errors import Invalid
from assessment.domain.items.draft_states import EDITABLE
from assessment.domain.language import LANGUAGES, text_in
from assessment.domain.practicals.document_draft import (
    Document,
    Fault,
    criterion_in,
    look_through,
    part_digest,
    with_criterion,
    with_frame,
)
from assessment.domain.practicals.rubric import MOST_ASSESSORS
from assessment.domain.practicals.task_document import METHODS, SECTIONS
from assessment.practicals import labels
from assessment.practicals.alignment import offered, paths_of_scheme
from assessment.practicals.drafting_tasks import Overtaken, change_part, get_task_draft
from assessment.practicals.tables_drafts import TaskDraft
from assessment.practicals.task_form import press_criterion, press_frame, read_criterion, read_frame, said_others
from assessment.practicals.task_preview import preview_of, preview_steps
from assessment.practicals.task_sources import sources_of, title_of
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

task_forms = Blueprint("task_forms", __name__)

# --- the task itself ------------------------------------------------------------------------------------


@task_forms.get("/tasks/drafts/<task_draft_id>/edit")
def edit(task_draft_id: str) -> str | WerkzeugResponse:
    draft = get_task_draft(db.session(), me().body_id, task_draft_id)
    if draft.state not in EDITABLE:
        return redirect(url_for("task_reviews.page", task_draft_id=task_draft_id), 303)
    return _frame_page(draft, draft.content)


@task_forms.post("/tasks/drafts/<task_draft_id>/edit")
def write(task_draft_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    button = request.form.get("press", "")
    place = ""

    def typed(document: Document) -> Document:
        nonlocal place
        frame, place = press_frame(read_frame(document, request.form), button)
        return with_frame(document, frame)

    saved = _change(task_draft_id, typed, None)
    if not isinstance(saved, TaskDraft):
        return _refused(task_draft_id, saved, typed, None)
    if button == "review":
        return redirect(url_for("task_reviews.page", task_draft_id=task_draft_id), 303)
    return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id, _anchor=place or None), 303)


@task_forms.post("/tasks/drafts/<task_draft_id>/save")
def save(task_draft_id: str) -> Response | tuple[Response, int]:
    """What the form sends while one writes: the answer says what stands on the server, and the new preview."""
    return _saved(task_draft_id, lambda document: with_frame(document, read_frame(document, request.form)), None)


# --- one criterion --------------------------------------------------------------------------------------


@task_forms.get("/tasks/drafts/<task_draft_id>/criteria/<criterion_code>")
def criterion(task_draft_id: str, criterion_code: str) -> str | WerkzeugResponse:
    draft = get_task_draft(db.session(), me().body_id, task_draft_id)
    if draft.state not in EDITABLE:
        return redirect(url_for("task_reviews.page", task_draft_id=task_draft_id), 303)
    return _criterion_page(draft, draft.content, criterion_code)


@task_forms.post("/tasks/drafts/<task_draft_id>/criteria/<criterion_code>")
def write_criterion(task_draft_id: str, criterion_code: str) -> str | WerkzeugResponse | tuple[str, int]:
    button = request.form.get("press", "")
    place, after = "", ""

    def typed(document: Document) -> Document:
        nonlocal place, after
        found, place = press_criterion(read_criterion(criterion_in(document, criterion_code), request.form), button)
        codes = [each["code"] for each in document["criteria"]]
        after = codes[codes.index(criterion_code) + 1] if codes.index(criterion_code) + 1 < len(codes) else ""
        return with_criterion(document, found)

    saved = _change(task_draft_id, typed, criterion_code)
    if not isinstance(saved, TaskDraft):
        return _refused(task_draft_id, saved, typed, criterion_code)
    if button == "next" and after:
        return redirect(url_for("task_forms.criterion", task_draft_id=task_draft_id, criterion_code=after), 303)
    if button in ("done", "next"):
        return redirect(url_for("task_forms.edit", task_draft_id=task_draft_id, _anchor="criteria"), 303)
    return redirect(
        url_for(
            "task_forms.criterion", task_draft_id=task_draft_id, criterion_code=criterion_code, _anchor=place or None
        ),
        303,
    )


@task_forms.post("/tasks/drafts/<task_draft_id>/criteria/<criterion_code>/save")
def save_criterion(task_draft_id: str, criterion_code: str) -> Response | tuple[Response, int]:
    """What the form of a criterion sends while one writes."""
    return _saved(
        task_draft_id,
        lambda document: with_criterion(document, read_criterion(criterion_in(document, criterion_code), request.form)),
        criterion_code,
    )


def _change(
    task_draft_id: str, change: Callable[[Document], Document], code: str | None
) -> TaskDraft | Overtaken | Invalid:
    """Store what a form sent; an Invalid that it met is returned, so that its text can be shown again."""
    try:
        return change_part(
            db.session(),
            me(),
            task_draft_id,
            change,
            code=code,
            digest=request.form.get("revision", ""),
            editor=request.form.get("editor", ""),
            now=now(),
            knowingly=bool(request.form.get("knowingly")),
        )
    except Invalid as refusal:
        return refusal


def _refused(
    task_draft_id: str, met: Overtaken | Invalid, typed: Callable[[Document], Document], code: str | None
) -> tuple[str, int]:
    """Return the form with what was typed, drawn after the transaction was given up."""
    refusal = say(met) if isinstance(met, Invalid) else ""
    overtaken = met if isinstance(met, Overtaken) else None
    with reading() as session:
        draft = get_task_draft(session, me().body_id, task_draft_id)
        try:
            content = typed(dict(draft.content))
        except Invalid:
            content = dict(draft.content)
        page = (
            _frame_page(draft, content, refusal=refusal, overtaken=overtaken)
            if code is None
            else _criterion_page(draft, content, code, refusal=refusal, overtaken=overtaken)
        )
    return page, 409 if overtaken else 422


def _saved(
    task_draft_id: str, typed: Callable[[Document], Document], code: str | None
) -> Response | tuple[Response, int]:
    saved = _change(task_draft_id, typed, code)
    if isinstance(saved, Invalid):
        raise saved
    if isinstance(saved, Overtaken):
        who = names(db.session(), me().body_id, [saved.changed_by])[saved.changed_by].text
        message = gettext(
            "%(who)s changed this draft at %(time)s. Your text is still here and was not stored.",
            who=who,
            time=format_time(saved.changed_at, "short"),
        )
        return jsonify(overtaken=message), 409
    said = gettext("Saved on the server at %(time)s", time=format_time(now(), "HH:mm:ss"))
    preview = render_template("practicals/task_draft_preview.html", **_preview(saved, saved.content, code))
    return jsonify(revision=part_digest(saved.content, code), said=said, preview=preview)


def _faults(draft: TaskDraft, content: Document) -> list[Fault]:
    known = paths_of_scheme(db.session(), draft.body_id, draft.scheme_version_id)
    return look_through(content, known.keys())[1]


def _preview(draft: TaskDraft, content: Document, code: str | None) -> dict[str, Any]:
    """Return what the preview beside a form shows: the card in each language, and what is to be mended here."""
    faults = [say(fault.error) for fault in _faults(draft, content) if fault.code == code]
    cards = {shown: preview_of(content, criterion_in(content, code), shown) for shown in LANGUAGES} if code else {}
    return {"faults": faults, "cards": cards, "content": content, "labels": labels, "codes": list(LANGUAGES)}


def _frame_page(draft: TaskDraft, content: Document, *, refusal: str = "", overtaken: Overtaken | None = None) -> str:
    session, body_id = db.session(), draft.body_id
    faults = _faults(draft, content)
    unready = {fault.code for fault in faults}
    return render_template(
        "practicals/task_draft_edit.html",
        draft=draft,
        title=title_of(draft),
        sections=SECTIONS,
        others=said_others(content.get("acceptance", {})),
        most_assessors=MOST_ASSESSORS,
        steps=preview_steps(content, language()),
        unready=unready,
        sources=sources_of(session, body_id, language()),
        scheme=scheme_titles(session, body_id, [draft.scheme_version_id], language()).get(draft.scheme_version_id, ""),
        **_form(draft, content, None, refusal, overtaken),
        **(_preview_without(faults, content)),
    )


def _preview_without(faults: list[Fault], content: Document) -> dict[str, Any]:
    return {
        "faults": [say(fault.error) for fault in faults if fault.code is None],
        "cards": {},
        "content": content,
        "labels": labels,
        "codes": list(LANGUAGES),
    }


def _criterion_page(
    draft: TaskDraft, content: Document, code: str, *, refusal: str = "", overtaken: Overtaken | None = None
) -> str:
    found = criterion_in(content, code)
    codes = [each["code"] for each in content["criteria"]]
    return render_template(
        "practicals/task_draft_criterion.html",
        draft=draft,
        title=title_of(draft),
        criterion=found,
        place=codes.index(code) + 1,
        total=len(codes),
        **_options(content, found),
        units=offered(db.session(), draft.body_id, draft.scheme_version_id, language()),
        **_form(draft, content, code, refusal, overtaken),
        **_preview(draft, content, code),
    )


def _options(content: Document, criterion: Document) -> dict[str, Any]:
    """Return what can be chosen in the form of a criterion."""
    shown = language()
    steps = preview_steps({**content, "criteria": []}, shown)
    groups = content.get("groups", {})
    return {
        "step_options": [(step.key, step.title) for step in steps],
        "method_options": [(method, labels.METHODS[method]) for method in METHODS],
        "group_options": [("", "–"), *((key, text_in(said, shown) or key) for key, said in groups.items())],
        "minimum_options": [(level, str(level)) for level in range(1, len(criterion.get("levels", ())))],
        "imperfection_options": [
            ("", gettext("a limit of its own, written below")),
            *((number, f"ISO 5817 {number} · {words}") for number, words in labels.IMPERFECTIONS.items()),
        ],
        "report_options": [("", "–"), *((kind.value, words) for kind, words in labels.REPORTS.items())],
    }


def _form(
    draft: TaskDraft, content: Document, code: str | None, refusal: str, overtaken: Overtaken | None
) -> dict[str, Any]:
    """Return what every form of a draft needs: the state it began with, and what happened when it was sent."""
    who = names(db.session(), draft.body_id, [overtaken.changed_by]) if overtaken else {}
    return {
        "digest": overtaken.digest if overtaken else part_digest(draft.content, code),
        "editor": request.form.get("editor") or secrets.token_hex(8),
        "refusal": refusal,
        "overtaken": overtaken,
        "theirs": preview_of(overtaken.theirs, criterion_in(overtaken.theirs, code), language())
        if overtaken and code
        else None,
        "who": next((name.text for name in who.values()), ""),
    }
