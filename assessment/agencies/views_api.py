"""What an agency's program asks for: the status of many certificates, and to be told when one changes.

The key in the request is the authority; there is no account and no cookie. What is refused is a problem document
(RFC 9457), in English. The addresses are described in docs/agencies.md.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, jsonify, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException

from assessment.accounts.guessing import count_guess
from assessment.accounts.ids import new_id
from assessment.agencies.delivering import may_be_inside
from assessment.agencies.keys import Caller, caller_of
from assessment.agencies.statuses import LONGEST_ID, MOST_IDS, Status, read_ids, statuses_of
from assessment.agencies.tables import AgencyRequest
from assessment.agencies.webhooks import end, own_webhook, register, watch, webhooks_of
from assessment.credentials.keys import origin
from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.json_text import MAX_BYTES, read_object
from assessment.domain.credentials.proof import write_instant
from assessment.domain.errors import N_, Invalid, Refusal
from assessment.domain.webhook import write_secret
from assessment.settings import Settings
from assessment.web.refusals import STATUS
from assessment.web.requests import now

MOST_REQUESTS = 60
MOST_STRANGE_KEYS = 60
LONGEST_KEY = 100
FORMAT = 1

Answer = tuple[Response, int]

agency_api = Blueprint("agency_api", __name__, url_prefix="/api/v1")


@agency_api.record
def _needs_no_cookie(state: BlueprintSetupState) -> None:
    state.app.extensions["csrf"].exempt(agency_api)


@agency_api.before_request
def _for_programs() -> None:
    g.no_cookies = True
    request.max_content_length = MAX_BYTES


@agency_api.errorhandler(Refusal)
def _refuse(refusal: Refusal) -> Answer:
    return _problem(STATUS[type(refusal)], str(refusal))


@agency_api.errorhandler(HTTPException)
def _not_readable(error: HTTPException) -> Answer | HTTPException:
    return _problem(error.code, error.name) if error.code is not None and error.code >= 400 else error


def with_key(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """Let a request with an agency's key in, so often in a quarter of an hour; the view gets the caller first."""

    @wraps(view)
    def guarded(**arguments: Any) -> Answer:
        caller, tries = _count()
        if tries > (MOST_STRANGE_KEYS if caller is None else MOST_REQUESTS):
            return _problem(429, "Too many requests. Wait a quarter of an hour.")
        if caller is None:
            return _problem(401, "Expected the key of an agency in Authorization: Bearer.")
        return view(caller, **arguments)

    return guarded


@agency_api.post("/status")
@with_key
def status(caller: Caller) -> Answer:
    asked = _texts(_body(), "ids")
    with _writing(caller) as session:
        session.add(
            AgencyRequest(
                body_id=caller.body_id, id=new_id(), agency_key_id=caller.key_id, asked=len(asked), asked_at=now()
            )
        )
    return jsonify(v=FORMAT, as_of=write_instant(now()), answers=_answers(caller, asked)), 200


@agency_api.get("/webhooks")
@with_key
def webhooks(caller: Caller) -> Answer:
    with reading() as session:
        lines = webhooks_of(session, caller)
    found = [
        {"id": line.id, "url": line.url, "since": write_instant(line.made_at), "watched": line.watched}
        for line in lines
    ]
    return jsonify(v=FORMAT, webhooks=found), 200


@agency_api.post("/webhooks")
@with_key
def new_webhook(caller: Caller) -> Answer:
    url = _body().get("url")
    if not isinstance(url, str):
        raise Invalid(N_("Expected an https address."))
    with reading() as session:
        inside = may_be_inside(session, _settings())
    with _writing(caller) as session:
        made = register(session, caller, url, secret=_settings().secret, inside=inside, now=now())
    answer = jsonify(v=FORMAT, id=made.id, url=url, secret=write_secret(made.secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


@agency_api.post("/webhooks/<webhook_id>/watched")
@with_key
def watched(caller: Caller, webhook_id: str) -> Answer:
    body = _body()
    add = _texts(body, "add") if "add" in body else []
    remove = _texts(body, "remove") if "remove" in body else []
    begun, ceased = set(_known(caller, add)), set(_known(caller, remove))
    if begun & ceased:
        raise Invalid(N_("Expected no certificate both to add and to remove."))
    with _writing(caller) as session:
        count = watch(session, caller, webhook_id, add=begun, remove=ceased, now=now())
    # Read after the watching is in effect: what changes from here on is told.
    return jsonify(v=FORMAT, watched=count, as_of=write_instant(now()), answers=_answers(caller, add)), 200


@agency_api.delete("/webhooks/<webhook_id>")
@with_key
def end_webhook(caller: Caller, webhook_id: str) -> Answer:
    with _writing(caller) as session:
        own_webhook(session, caller.body_id, caller.agency_id, webhook_id)
        end(session, caller.body_id, webhook_id, reason="", by=None, now=now())
    return Response(), 204


def _answers(caller: Caller, asked: list[str]) -> list[dict[str, str | None]]:
    """One answer for each text, in their order and of one shape; `id` is the text as it was sent."""
    with reading() as session:
        ids = read_ids(asked, origin(session))
        found = statuses_of(session, caller.body_id, {id_ for id_ in ids if id_ is not None}, now=now())
    return [_told(text, None if id_ is None else found.get(id_)) for text, id_ in zip(asked, ids, strict=True)]


def _told(text: str, status: Status | None) -> dict[str, str | None]:
    if status is None:
        return {"id": text, "status": "unknown", "since": None}
    return {"id": text, "status": status.verdict.value, "since": write_instant(status.since)}


def _known(caller: Caller, asked: list[str]) -> list[str]:
    with reading() as session:
        ids = {id_ for id_ in read_ids(asked, origin(session)) if id_ is not None}
        return list(statuses_of(session, caller.body_id, ids, now=now())) if ids else []


def _count() -> tuple[Caller | None, int]:
    """Recognise the key and count the request, in a transaction of its own: it counts whatever the answer is."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    act = Act(body_id=None, account_id=None, person_id=None, at=now(), name=request.endpoint or "")
    with unit_of_work(act) as session:
        caller = caller_of(session, key) if scheme == "Bearer" and len(key) <= LONGEST_KEY else None
        if caller is None:
            return None, count_guess(session, "agency key by", request.remote_addr or "", now=now())
        return caller, count_guess(session, "agency key", caller.key_id, now=now())


def _writing(caller: Caller) -> Any:
    act = Act(
        body_id=caller.body_id,
        account_id=None,
        person_id=None,
        at=now(),
        name=request.endpoint or "",
        reason=f"key {caller.key_id}",
    )
    return unit_of_work(act)


def _body() -> dict[str, object]:
    return read_object(request.get_data())


def _texts(body: dict[str, object], name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or len(value) > MOST_IDS or not all(isinstance(text, str) for text in value):
        raise Invalid(N_("Expected at most %(limit)s texts in %(name)s."), limit=MOST_IDS, name=name)
    if any(len(text) > LONGEST_ID or "#" in text or "%23" in text for text in value):
        raise Invalid(N_("Expected ids, or addresses without what stands after #."))
    return value


def _problem(code: int, detail: str) -> Answer:
    problem = jsonify(type="about:blank", title=_TITLES.get(code, "Not possible"), status=code, detail=detail)
    problem.content_type = "application/problem+json"
    return problem, code


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


_TITLES = {
    401: "Not allowed",
    404: "Not found",
    409: "In conflict",
    413: "Too large",
    422: "Does not fit",
    429: "Too many requests",
}
