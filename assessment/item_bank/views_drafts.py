"""Drafts for item authors: the list, a new item, the form with its preview, saving while one writes, pictures."""

import secrets
from datetime import datetime

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import format_time, gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.items.authoring.building import build
from assessment.domain.items.authoring.difference import LABELS, compare_drafts
from assessment.domain.items.authoring.draft import Draft, Picture, draft_from_json, form_of
from assessment.domain.items.authoring.rules import review
from assessment.domain.items.draft_states import EDITABLE
from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role
from assessment.item_bank import labels
from assessment.item_bank.alignment import named_criteria, search_criteria
from assessment.item_bank.draft_form import add_picture, press, read_form
from assessment.item_bank.draft_preview import draft_preview
from assessment.item_bank.draft_queries import PAGE, SHOWN, list_drafts, standing_of_draft, waiting_drafts
from assessment.item_bank.drafting import Overtaken, change_item, get_draft, newer_version, save_draft, start_draft
from assessment.item_bank.inputs import KINDS, USES, NewDraftInput
from assessment.item_bank.tables import ItemDraft, ItemUse
from assessment.item_bank.uploads import picture_name, plain_picture
from assessment.storage import Storage
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

drafts = Blueprint("drafts", __name__)
locate("draft_id", standing_of_draft)


@drafts.get("/items/drafts")
def index() -> str:
    session, actor = db.session(), me()
    show = request.args.get("show", SHOWN[0])
    page = max(1, request.args.get("page", 1, type=int))
    lines, count = list_drafts(session, actor.body_id, actor.person_id, show=show, page=page)
    people = names(session, actor.body_id, {line.changed_by for line in lines})
    return render_template(
        "item_bank/drafts.html",
        lines=lines,
        count=count,
        show=show if show in SHOWN else SHOWN[0],
        shown=labels.SHOWN,
        states=labels.STATES,
        kinds=KINDS,
        people={person_id: name.text for person_id, name in people.items()},
        page=page,
        pages=-(-count // PAGE),
        address=lambda number: url_for("drafts.index", show=show, page=number),
        author=Role.ITEM_AUTHOR in actor.roles,
    )


@drafts.route("/items/drafts/new", methods=["GET", "POST"])
def new() -> str | WerkzeugResponse:
    form = NewDraftInput()
    if form.validate_on_submit():
        draft = start_draft(db.session(), me(), form.kind.data, use=ItemUse(form.use.data), now=now())
        return redirect(url_for("drafts.edit", draft_id=draft.id), 303)
    return render_template("item_bank/draft_new.html", form=form, hints=labels.KIND_HINTS)


@drafts.post("/items/<item_id>/change")
def change(item_id: str) -> WerkzeugResponse:
    try:
        draft = change_item(db.session(), me(), item_id, now=now())
    except (Invalid, Conflict) as refusal:
        flash(say(refusal), "refusal")
        return redirect(url_for("item_bank.item", item_id=item_id), 303)
    endpoint = "drafts.edit" if draft.state in EDITABLE else "reviews.page"
    return redirect(url_for(endpoint, draft_id=draft.id), 303)


@drafts.get("/items/drafts/<draft_id>/edit")
def edit(draft_id: str) -> str | WerkzeugResponse:
    draft = get_draft(db.session(), me().body_id, draft_id)
    if draft.state not in EDITABLE:
        return redirect(url_for("reviews.page", draft_id=draft_id), 303)
    return _form_page(draft, draft_from_json(draft.content), find=request.args.get("find", ""))


@drafts.post("/items/drafts/<draft_id>/edit")
def write(draft_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    content, button = _sent(draft_id), request.form.get("press", "")
    try:
        content, place = press(content, button)
        if button == "picture":
            content, place = _with_picture(content, request.files.get("picture")), "pictures"
        saved = _save(draft_id, content, knowingly=bool(request.form.get("knowingly")))
    except Invalid as refusal:
        return _refused_page(draft_id, content, refusal=say(refusal)), 422
    except Conflict as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
        return redirect(url_for("reviews.page", draft_id=draft_id), 303)
    if isinstance(saved, Overtaken):
        return _refused_page(draft_id, content, overtaken=saved), 409
    if button == "review":
        return redirect(url_for("reviews.page", draft_id=draft_id), 303)
    find = request.form.get("find", "").strip() if button == "find" or place == "criteria" else ""
    anchor = "criteria" if find else place or None
    return redirect(url_for("drafts.edit", draft_id=draft_id, find=find or None, _anchor=anchor), 303)


@drafts.post("/items/drafts/<draft_id>/save")
def save(draft_id: str) -> Response | tuple[Response, int]:
    """What the form sends while one writes: the answer says what stands on the server, and the new preview."""
    content = _sent(draft_id)
    preview = _preview(draft_id, content)
    saved = _save(draft_id, content)
    if isinstance(saved, Overtaken):
        who = names(db.session(), me().body_id, [saved.changed_by])[saved.changed_by].text
        message = gettext(
            "%(who)s changed this draft at %(time)s. Your text is still here and was not stored.",
            who=who,
            time=format_time(saved.changed_at, "short"),
        )
        return jsonify(overtaken=message), 409
    said = gettext("Saved on the server at %(time)s", time=format_time(now(), "HH:mm:ss"))
    return jsonify(revision=saved.revision, said=said, preview=preview)


@drafts.get("/items/drafts/<draft_id>/files/<file_digest>")
def file(draft_id: str, file_digest: str) -> Response:
    content = draft_from_json(get_draft(db.session(), me().body_id, draft_id).content)
    found = next((each for each in content.pictures if each.digest == file_digest), None)
    if found is None:
        raise NotFound(N_("There is no such picture."))
    response = Response(_storage().get(found.digest), mimetype=found.media_type)
    response.headers["Cache-Control"] = "private, max-age=3600"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _sent(draft_id: str) -> Draft:
    """Return the draft with what the form sent; read before the transaction of the change."""
    with reading() as session:
        return read_form(draft_from_json(get_draft(session, me().body_id, draft_id).content), request.form)


def _save(draft_id: str, content: Draft, *, knowingly: bool = False) -> ItemDraft | Overtaken:
    return save_draft(
        db.session(),
        me(),
        draft_id,
        content,
        revision=request.form.get("revision", 0, type=int),
        editor=request.form.get("editor", ""),
        now=now(),
        knowingly=knowingly,
    )


def _refused_page(draft_id: str, content: Draft, *, refusal: str = "", overtaken: Overtaken | None = None) -> str:
    """Return the form with what was typed, drawn after the transaction was given up."""
    with reading() as session:
        draft = get_draft(session, me().body_id, draft_id)
        return _form_page(draft, content, refusal=refusal, overtaken=overtaken)


def _preview(draft_id: str, content: Draft) -> str:
    made = build(content)
    return render_template("item_bank/draft_preview.html", **draft_preview(draft_id, made, review(content, made)))


def _form_page(
    draft: ItemDraft, content: Draft, *, find: str = "", refusal: str = "", overtaken: Overtaken | None = None
) -> str:
    session, body_id = db.session(), me().body_id
    made = build(content)
    findings = review(content, made)
    people = {draft.changed_by} | ({overtaken.changed_by} if overtaken else set())
    texts, facts = compare_drafts(overtaken.theirs, content) if overtaken else ([], [])
    return render_template(
        "item_bank/draft_edit.html",
        draft=draft,
        content=content,
        form=form_of(content.kind),
        kind=KINDS[content.kind],
        uses=USES,
        labels=labels,
        codes=list(LANGUAGES),
        editor=request.form.get("editor") or secrets.token_hex(8),
        find=find,
        found=[each for each in search_criteria(session, body_id, find, language()) if each.id not in content.criteria],
        criteria=named_criteria(session, body_id, content.criteria, language()),
        refusal=refusal,
        overtaken=overtaken,
        texts=texts,
        facts=facts,
        names_of_parts=LABELS,
        people={person_id: name.text for person_id, name in names(session, body_id, people).items()},
        newer=newer_version(session, draft),
        **draft_preview(draft.id, made, findings),
    )


def _with_picture(content: Draft, file: FileStorage | None) -> Draft:
    """Return the draft with an uploaded picture, decoded and written again. Raises Invalid."""
    picture, media_type = plain_picture(file.read() if file else b"")
    name = picture_name((file.filename if file else "") or "", media_type, {each.name for each in content.pictures})
    digest = _storage().put(picture)
    return add_picture(content, Picture(name=name, media_type=media_type, digest=digest, size=len(picture)))


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def waiting_reviews(session: Session, actor: Actor, _now: datetime) -> list[Pile]:
    """What waits of drafts: those that this person may review, and those that came back to them."""
    oldest, count, back = waiting_drafts(session, actor.body_id, actor.person_id)
    return [
        Pile(
            title=ngettext("%(num)s draft waits for your review", "%(num)s drafts wait for your review", count),
            count=count,
            url=url_for("drafts.index", show="review"),
            oldest=[
                Task(
                    text=f"{line.identifier or '?'} · {line.title}",
                    url=url_for("reviews.page", draft_id=line.id),
                    since=line.changed_at,
                )
                for line in oldest
            ],
        ),
        Pile(
            title=ngettext("%(num)s draft came back to you", "%(num)s drafts came back to you", back),
            count=back,
            url=url_for("drafts.index", show="own"),
        ),
    ]


waits_for(Role.ITEM_AUTHOR, waiting_reviews)
