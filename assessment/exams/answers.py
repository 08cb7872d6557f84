"""`POST /answers`: response events in, what became of each out. The token is the authority, no cookie is read.

A device sends JSON with the header `Teruji-Attempt: TOKEN`. A page without JavaScript sends a form whose
hidden field `token` is also the proof against forgery, and is led on with 303. Events are durable before the
reply leaves: the request's transaction is committed after this view and before the response.
"""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.database import db
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.domain.exams.arrangement import from_json
from assessment.domain.exams.events import Batch, Event, Malformed, parse, parse_event
from assessment.domain.items.item import Cardinality, Item
from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answering import Refused, Reply, set_flag, take_events, writable_attempt
from assessment.exams.content import items_of
from assessment.exams.paper import saved_answers
from assessment.exams.tables import Attempt
from assessment.exams.tokens import WriterToken, read_token, writer_key
from assessment.web.refusals import say, wants_json
from assessment.web.requests import now

HEADER = "Teruji-Attempt"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")

answers = Blueprint("answers", __name__)


@answers.post("/answers")
def take() -> Response | WerkzeugResponse:
    if request.content_length is not None and request.content_length > MAXIMUM_BODY:
        raise Invalid(
            N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BODY, got=request.content_length
        )
    key = writer_key(current_app.extensions["settings"].secret)
    if request.mimetype in FORM_TYPES:
        return _take_form(read_token(key, request.form.get("token", "")))
    token = read_token(key, request.headers.get(HEADER, ""))
    request.max_content_length = MAXIMUM_BODY
    batch = parse(request.get_data(cache=False))
    return _json(take_events(db.session(), token, batch, now=now()))


@answers.record
def _needs_no_cookie(state: BlueprintSetupState) -> None:
    """The token proves that the request came from a page of ours; there is no cookie to be abused."""
    state.app.extensions["csrf"].exempt(take)


def _take_form(token: WriterToken) -> Response | WerkzeugResponse:
    session = db.session()
    attempt = writable_attempt(session, token, now=now())
    item_id = request.form.get("item", "")
    number = _number_of(attempt, item_id)
    reply = Reply(now=now(), deadline=attempt.deadline, state=attempt.state)
    if "client" in request.form:
        reply = _answer(session, token, attempt, item_id)
    if "flag" in request.form:
        set_flag(session, attempt, item_id, flagged=request.form["flag"] == "1")
    if wants_json():
        return _json(reply)
    if reply.refused:
        place = url_for("exams.question", attempt_id=attempt.id, number=number, refused=reply.refused[0].reason)
        return redirect(place, 303)
    return redirect(_next(attempt, number), 303)


def _answer(session: Session, token: WriterToken, attempt: Attempt, item_id: str) -> Reply:
    """Take the answer of a form in; one that says what the server has already makes no event."""
    item = items_of(session, attempt.body_id, [item_id])[item_id]
    seq = request.form.get("seq", "")
    entry: dict[str, Any] = {
        "client": request.form["client"],
        "seq": int(seq) if seq.isascii() and seq.isdigit() and len(seq) <= 16 else None,
        "item": item_id,
        "response": _response(item),
        "lang": request.form.get("lang", ""),
        "elapsed": 0,
    }
    event = parse_event(entry)
    if isinstance(event, Malformed):
        raise Invalid(N_("Expected an answer that this page can send, got %(reason)s."), reason=event.value)
    if _unchanged(session, attempt, event):
        return Reply(now=now(), deadline=attempt.deadline, state=attempt.state, acknowledged=[event.key])
    return take_events(session, token, Batch(events=(event,), unreadable=()), now=now())


def field_name(response: str, *, alone: bool) -> str:
    """Return the name of the form field for a response variable: `response`, or with the variable's name."""
    return "response" if alone else f"response.{response}"


def _response(item: Item) -> dict[str, str | list[str] | None]:
    given: dict[str, str | list[str] | None] = {}
    for interaction in item.interactions:
        texts = request.form.getlist(field_name(interaction.response, alone=len(item.interactions) == 1))
        declared = item.find_response(interaction.response)
        if declared is not None and declared.cardinality is Cardinality.SINGLE:
            given[interaction.response] = (texts[0].strip() or None) if texts else None
        else:
            given[interaction.response] = list(texts) or None
    return given


def _unchanged(session: Session, attempt: Attempt, event: Event) -> bool:
    saved = saved_answers(session, attempt).get(event.item)
    if saved is None:
        return not event.answered
    return dict(saved.response) == dict(event.response)


def _number_of(attempt: Attempt, item_id: str) -> int:
    for number, arranged in enumerate(from_json(attempt.layout), start=1):
        if arranged.item_id == item_id:
            return number
    raise NotFound(N_("There is no such question."))


def _next(attempt: Attempt, number: int) -> str:
    wished = request.form.get("next", "")
    if wished == "review":
        return url_for("exams.review", attempt_id=attempt.id)
    if wished.isascii() and wished.isdigit() and len(wished) <= 4:
        number = int(wished)
    return url_for("exams.question", attempt_id=attempt.id, number=number)


def _json(reply: Reply) -> Response:
    body: dict[str, object] = {
        "now": reply.now.isoformat(),
        "deadline": reply.deadline.isoformat() if reply.deadline else None,
        "state": reply.state.value,
        "acknowledged": [list(key) for key in reply.acknowledged],
        "held": [list(key) for key in reply.held],
        "refused": [_refused(each) for each in reply.refused],
    }
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response


def _refused(each: Refused) -> Mapping[str, object]:
    told: dict[str, object] = {"client": each.client, "seq": each.seq, "reason": each.reason}
    if each.said is not None:
        told["detail"] = say(each.said)
    return told
