"""`POST /answers` as a WSGI application in front of Flask: a token in, what became of each answer out.

A device sends JSON with the header `Teruji-Attempt: TOKEN`. A page without JavaScript sends a form whose hidden
field `token` is also the proof against forgery, and is led on with 303. The token is the authority; no cookie is
read and none is set. Everything else goes on to Flask.

What Flask's hooks would do is done here: the security headers and `no-store`, the line in the log, the counters,
the limit of size, and refusals as a problem document (RFC 9457) or a page, which Flask renders.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec
import structlog
from flask import Flask, Response, g
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Request

from assessment.database import db
from assessment.domain.errors import N_, Invalid, NotFound, Refusal
from assessment.domain.exams.events import Batch, Malformed, parse, parse_event
from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answering import LATE_RULE, Refused, Reply, Sorted, reply_to, sort
from assessment.exams.answers import ADDRESS, response_of
from assessment.exams.delivery.papers import Papers
from assessment.exams.delivery.storing import Flag, Sent, Sighting
from assessment.exams.delivery.writer import GroupWriter, Unavailable
from assessment.exams.tokens import WriterToken, read_token, writer_key
from assessment.web.observing import count_and_log, new_request_id, observes
from assessment.web.pages import add_headers
from assessment.web.refusals import STATUS, answer, say

ENDPOINT = "answers.take"
HEADER = "HTTP_TERUJI_ATTEMPT"
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
RETRY_AFTER = "2"
# More at a time are no faster, since they share a processor; and each needs a connection to the database.
PAGES_AT_A_TIME = 4
SIGHTED_EVERY = 5.0
MOST_KEPT = 50_000

NOTHING = Sorted(events=(), refused=())
UNAVAILABLE = Refusal(N_("The server cannot save at this moment. Keep the page open; it is sent again."))
UNEXPECTED = Refusal(N_("Nothing you entered was changed. Try again in a moment."))
ONLY_POST = Refusal(N_("This address does not take what was sent to it."))

log = structlog.get_logger("teruji.answers")


class _Form(Request):
    max_content_length = MAXIMUM_BODY
    max_form_memory_size = MAXIMUM_BODY


@dataclass(frozen=True, slots=True)
class Answered:
    """A response, ready for the server; plain values, because most of them are made a thousand times a second."""

    status: HTTPStatus
    headers: list[tuple[str, str]]
    body: bytes


class AnswerPath:
    """The application in front of Flask; `onward` is Flask's own."""

    def __init__(self, app: Flask, onward: WSGIApplication) -> None:
        self._app = app
        self._onward = onward
        self._turns = threading.BoundedSemaphore(PAGES_AT_A_TIME)
        self._key = writer_key(app.extensions["settings"].secret)
        self._papers = Papers(self._engine)
        self._writer = GroupWriter(self._engine)
        self._sighted: dict[tuple[str, str, int], float] = {}
        self._tokens: dict[str, WriterToken] = {}
        self._headers: list[tuple[str, str]] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request to our address; everything else is Flask's."""
        if environ.get("PATH_INFO") != ADDRESS:
            with self._turns:
                return self._onward(environ, start_response)
        began = time.perf_counter()
        answered = self._respond(environ, self._app.extensions["clock"]())
        headers = answered.headers
        if observes(self._app):
            request_id = new_request_id()
            headers = [*headers, ("X-Request-Id", request_id)]
            count_and_log(
                request_id,
                endpoint=ENDPOINT,
                method=environ["REQUEST_METHOD"],
                path=ADDRESS,
                status=answered.status,
                seconds=time.perf_counter() - began,
            )
        start_response(f"{answered.status.value} {answered.status.phrase}", headers)
        return (answered.body,)

    def _engine(self) -> Engine:
        with self._app.app_context():
            return db.engine

    def _respond(self, environ: WSGIEnvironment, at: datetime) -> Answered:
        if environ["REQUEST_METHOD"] != "POST":
            return self._refuse(environ, at, HTTPStatus.METHOD_NOT_ALLOWED, ONLY_POST, ("Allow", "POST"))
        try:
            if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() in FORM_TYPES:
                return self._form(environ, at)
            return self._batch(environ, at)
        except Refusal as refusal:
            return self._refuse(environ, at, HTTPStatus(STATUS[type(refusal)]), refusal)
        except (Unavailable, DBAPIError) as error:
            log.warning("answers are not taken", error=type(error).__name__)
            return self._refuse(environ, at, HTTPStatus.SERVICE_UNAVAILABLE, UNAVAILABLE, ("Retry-After", RETRY_AFTER))
        except Exception:
            if self._app.testing:
                raise
            log.exception("unexpected error")
            return self._refuse(environ, at, HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)

    # --- what a device sends

    def _batch(self, environ: WSGIEnvironment, at: datetime) -> Answered:
        token = self._token(environ.get(HEADER, ""))
        batch = parse(_body(environ))
        wanted = {event.item for event in batch.events}
        known = wanted.intersection(self._papers.layout(token.body_id, token.attempt_id)) if wanted else wanted
        found = sort(batch, self._papers.items(token.body_id, known) if known else {})
        client = batch.events[-1].client if batch.events else None
        sighting = Sighting(unsent=batch.unsent, place=batch.place, client=client)
        sent = Sent(
            token=token, at=at, rule=LATE_RULE, events=found.events, sighting=sighting if self._due(token) else None
        )
        return self._json(environ, at, reply_to(sent, self._writer.take(sent), found.refused))

    def _token(self, text: str) -> WriterToken:
        """Read a token; one that was found to be ours is not calculated again."""
        token = self._tokens.get(text)
        if token is None:
            token = read_token(self._key, text)
            if len(self._tokens) > MOST_KEPT:
                self._tokens.clear()
            self._tokens[text] = token
        return token

    def _due(self, token: WriterToken) -> bool:
        """Whether this process has not written for some seconds that the device was seen."""
        moment = time.monotonic()
        whose = (token.body_id, token.attempt_id, token.epoch)
        if moment - self._sighted.get(whose, -SIGHTED_EVERY) < SIGHTED_EVERY:
            return False
        if len(self._sighted) > MOST_KEPT:
            self._sighted.clear()
        self._sighted[whose] = moment
        return True

    # --- what a page without JavaScript sends, and flags

    def _form(self, environ: WSGIEnvironment, at: datetime) -> Answered:
        form = _read_form(environ)
        token = self._token(form.form.get("token", ""))
        item = form.form.get("item", "")
        layout = self._papers.layout(token.body_id, token.attempt_id)
        if not layout:
            raise NotFound(N_("There is no such attempt."))
        if item not in layout:
            raise NotFound(N_("There is no such question."))
        number = layout.index(item) + 1
        found = self._answer(token, item, form) if "client" in form.form else NOTHING
        sent = Sent(
            token=token,
            at=at,
            rule=LATE_RULE,
            events=found.events,
            page=True,
            flag=Flag(item=item, flagged=form.form["flag"] == "1") if "flag" in form.form else None,
            sighting=Sighting(unsent=None, place=number, client=None) if self._due(token) else None,
        )
        reply = reply_to(sent, self._writer.take(sent), found.refused)
        if form.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
            return self._json(environ, at, reply)
        return self._lead_on(environ, token, number, form, reply)

    def _answer(self, token: WriterToken, item_id: str, form: Request) -> Sorted:
        items = self._papers.items(token.body_id, [item_id])
        seq = form.form.get("seq", "")
        event = parse_event(
            {
                "client": form.form["client"],
                "seq": int(seq) if seq.isascii() and seq.isdigit() and len(seq) <= 16 else None,
                "item": item_id,
                "response": response_of(items[item_id], form.form),
                "lang": form.form.get("lang", ""),
                "elapsed": 0,
            }
        )
        if isinstance(event, Malformed):
            raise Invalid(N_("Expected an answer that this page can send, got %(reason)s."), reason=event.value)
        return sort(Batch(events=(event,), unreadable=()), items)

    def _lead_on(
        self, environ: WSGIEnvironment, token: WriterToken, number: int, form: Request, reply: Reply
    ) -> Answered:
        wished = form.form.get("next", "")
        values: dict[str, Any] = {"attempt_id": token.attempt_id}
        if reply.held or reply.refused:
            endpoint, values = "exams.question", values | {"number": number, "refused": reply.reason}
        elif wished == "review":
            endpoint = "exams.review"
        else:
            onward = int(wished) if wished.isascii() and wished.isdigit() and len(wished) <= 4 else number
            endpoint, values = "exams.question", values | {"number": onward}
        place = self._app.url_map.bind("localhost", environ.get("SCRIPT_NAME") or "/").build(endpoint, values)
        return Answered(HTTPStatus.SEE_OTHER, [*self._security(), ("Location", place), ("Content-Length", "0")], b"")

    # --- replies

    def _json(self, environ: WSGIEnvironment, at: datetime, reply: Reply) -> Answered:
        content = msgspec.json.encode(
            {
                "now": reply.now.isoformat(),
                "deadline": reply.deadline.isoformat() if reply.deadline else None,
                "state": reply.state.value,
                "acknowledged": reply.acknowledged,
                "held": reply.held,
                "refused": self._refused(environ, at, reply.refused) if reply.refused else [],
            }
        )
        lengths = [("Content-Type", "application/json"), ("Content-Length", str(len(content)))]
        return Answered(HTTPStatus.OK, [*self._security(), *lengths], content)

    def _refused(self, environ: WSGIEnvironment, at: datetime, refused: list[Refused]) -> list[dict[str, Any]]:
        with self._app.request_context(environ):
            g.now, g.no_cookies = at, True
            return [
                {"client": each.client, "seq": each.seq, "reason": each.reason}
                | ({"detail": say(each.said)} if each.said is not None else {})
                for each in refused
            ]

    def _refuse(
        self, environ: WSGIEnvironment, at: datetime, status: HTTPStatus, refusal: Refusal, *headers: tuple[str, str]
    ) -> Answered:
        """Let Flask render a refusal, with all that it does to a response; nothing is read from the database."""
        with self._app.request_context(environ):
            g.now, g.no_cookies = at, True
            response = self._app.make_response(answer(status, say(refusal)))
            response.headers["Cache-Control"] = "no-store"
            response = self._app.process_response(response)
            return Answered(status, [*response.headers.to_wsgi_list(), *headers], response.get_data())

    def _security(self) -> list[tuple[str, str]]:
        """Return the headers that every response carries, as Flask's hook writes them."""
        if not self._headers:
            with self._app.test_request_context():
                written = add_headers(Response()).headers
            own = ("Content-Type", "Content-Length", "Cache-Control")
            kept = [(name, value) for name, value in written if name not in own]
            self._headers = [*kept, ("Cache-Control", "no-store")]
        return self._headers


def _body(environ: WSGIEnvironment) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    if not length:
        whole: bytes = environ["wsgi.input"].read(MAXIMUM_BODY + 1) if environ.get("wsgi.input_terminated") else b""
        return whole
    _refuse_large(length)
    content: bytes = environ["wsgi.input"].read(int(length))
    return content


def _read_form(environ: WSGIEnvironment) -> Request:
    _refuse_large(environ.get("CONTENT_LENGTH") or "0")
    form = _Form(environ)
    try:
        form.form  # noqa: B018 - reads it
    except RequestEntityTooLarge as error:
        raise Invalid(
            N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BODY, got=environ.get("CONTENT_LENGTH")
        ) from error
    return form


def _refuse_large(length: str) -> None:
    if not length.isdigit() or int(length) > MAXIMUM_BODY:
        raise Invalid(N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BODY, got=length[:20])
