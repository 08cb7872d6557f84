"""A draft read by a second person, and what is done with it: send to review, comment, send back, approve."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.database import db
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.items.authoring.difference import LABELS, compare_drafts
from assessment.domain.items.authoring.draft import draft_from_json
from assessment.domain.items.draft_states import DRAFT, DraftEvent, DraftState
from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role
from assessment.item_bank import labels
from assessment.item_bank.alignment import named_criteria
from assessment.item_bank.draft_preview import draft_preview
from assessment.item_bank.draft_queries import copies_of, history_of
from assessment.item_bank.drafting import authors_of, catch_up, get_draft, newer_version
from assessment.item_bank.inputs import KINDS, USES
from assessment.item_bank.preview import key_of
from assessment.item_bank.reviewing import (
    approve,
    comment,
    confirm_version,
    drop,
    judged,
    send_back,
    submit,
    take_back,
)
from assessment.item_bank.tables import ItemDraft, ItemDraftCopy
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

reviews = Blueprint("reviews", __name__)


@reviews.get("/items/drafts/<draft_id>")
def page(draft_id: str) -> str:
    session, actor = db.session(), me()
    draft = get_draft(session, actor.body_id, draft_id)
    content, made, findings = judged(draft)
    authors = authors_of(session, draft)
    history = history_of(session, actor.body_id, draft_id)
    copies = copies_of(session, actor.body_id, draft_id)
    people = {each.person_id for each in history} | {each.changed_by for each in copies} | authors
    own = actor.person_id in authors
    return render_template(
        "item_bank/draft.html",
        draft=draft,
        kind=KINDS[draft.kind],
        uses=USES,
        state=labels.STATES[draft.state.value],
        talk=labels.TALK,
        key=key_of(made.whole, made.texts[0]) if made.whole else None,
        criteria=named_criteria(session, actor.body_id, content.criteria, language()),
        history=history,
        copies=[each for each in copies if each.revision != draft.revision],
        people={person_id: name.text for person_id, name in names(session, actor.body_id, people).items()},
        own=own,
        author=Role.ITEM_AUTHOR in actor.roles,
        may={event.value: DRAFT.allows(draft.state, event) for event in DraftEvent},
        answers=draft.state is DraftState.IN_REVIEW and not own,
        newer=newer_version(session, draft),
        **draft_preview(draft_id, made, findings),
    )


@reviews.get("/items/drafts/<draft_id>/copies/<int:number>")
def copy(draft_id: str, number: int) -> str:
    session, body_id = db.session(), me().body_id
    draft = get_draft(session, body_id, draft_id)
    kept = session.get(ItemDraftCopy, (body_id, draft_id, number))
    if kept is None:
        raise NotFound(N_("There is no such copy."))
    texts, facts = compare_drafts(draft_from_json(kept.content), draft_from_json(draft.content))
    who = names(session, body_id, {kept.changed_by, draft.changed_by})
    return render_template(
        "item_bank/copy.html",
        draft=draft,
        kept=kept,
        texts=texts,
        facts=facts,
        names_of_parts=LABELS,
        language_names=LANGUAGES,
        people={person_id: name.text for person_id, name in who.items()},
    )


@reviews.post("/items/drafts/<draft_id>/submit")
def send(draft_id: str) -> Response:
    return _done(draft_id, lambda at: submit(db.session(), me(), draft_id, remark=_remark(), now=at), "page")


@reviews.post("/items/drafts/<draft_id>/take-back")
def fetch(draft_id: str) -> Response:
    return _done(draft_id, lambda at: take_back(db.session(), me(), draft_id, now=at), "edit")


@reviews.post("/items/drafts/<draft_id>/send-back")
def give_back(draft_id: str) -> Response:
    return _done(draft_id, lambda at: send_back(db.session(), me(), draft_id, remark=_remark(), now=at), "list")


@reviews.post("/items/drafts/<draft_id>/approve")
def accept(draft_id: str) -> Response:
    revision = request.form.get("revision", 0, type=int)
    return _done(
        draft_id,
        lambda at: approve(db.session(), me(), draft_id, revision=revision, remark=_remark(), now=at),
        "item",
    )


@reviews.post("/items/drafts/<draft_id>/drop")
def give_up(draft_id: str) -> Response:
    return _done(draft_id, lambda at: drop(db.session(), me(), draft_id, remark=_remark(), now=at), "list")


@reviews.post("/items/drafts/<draft_id>/comment")
def remark(draft_id: str) -> Response:
    return _done(draft_id, lambda at: comment(db.session(), me(), draft_id, remark=_remark(), now=at), "page")


@reviews.post("/items/drafts/<draft_id>/catch-up")
def rebase(draft_id: str) -> Response:
    return _done(draft_id, lambda at: catch_up(db.session(), me(), draft_id, now=at), "edit")


@reviews.post("/items/<item_id>/confirm")
def confirm(item_id: str) -> Response:
    try:
        confirm_version(db.session(), me(), item_id, remark=_remark(), now=now())
    except (Conflict, NotAllowed) as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The version is marked as reviewed by you."))
    return redirect(url_for("item_bank.item", item_id=item_id), 303)


def _remark() -> str:
    return request.form.get("reason", "")


def _done(draft_id: str, act: Callable[[datetime], ItemDraft], place: str) -> Response:
    """Do one step and go where its author goes on; a refusal is said on the page of the draft."""
    try:
        draft = act(now())
    except (Invalid, Conflict, NotAllowed) as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
        return redirect(url_for("reviews.page", draft_id=draft_id), 303)
    match place:
        case "edit":
            return redirect(url_for("drafts.edit", draft_id=draft_id), 303)
        case "list":
            sent = draft.state is DraftState.SENT_BACK
            flash(gettext("The draft is back with its author.") if sent else gettext("The draft is given up."))
            return redirect(url_for("drafts.index"), 303)
        case "item":
            flash(gettext("Approved: the item has a new version."))
            return redirect(url_for("item_bank.item", item_id=draft.item_id), 303)
    return redirect(url_for("reviews.page", draft_id=draft_id), 303)
