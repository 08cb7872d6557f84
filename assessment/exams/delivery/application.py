"""`POST /answers` in front of Flask: a token in, what became of each answer out.

Every request has two halves, with its commit between them: `read` says what is to be stored, `tell` what became of
it. As a WSGI application (`__call__`) a thread waits for the commit; the server of the web processes waits on its
event loop instead (`serving.saving`), so that thousands may wait at once.

A device sends JSON with the header `Teruji-Attempt: TOKEN`. A page without JavaScript sends a form whose hidden
field `token` is also the proof against forgery, and is led on with 303. The token is the authority; no cookie is
read and none is set. Everything else goes on to Flask.

What Flask's hooks would do is done here: the security headers and `no-store`, the line in the log, the counters,
the limit of size, and refusals as a problem document (RFC 9457) or a page, which Flask renders.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Any, TypeVar
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
from assessment.domain.items.item import Item
from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answering import LATE_RULE, Refused, Reply, Sorted, reply_to, sort
from assessment.exams.answers import ADDRESS, response_of
from assessment.exams.delivery.papers import Papers
from assessment.exams.delivery.storing import Flag, Sent, Sighting, Taken, event_rows
from assessment.exams.delivery.writer import GroupWriter
from assessment.exams.tokens import WriterToken, read_token, writer_key
from assessment.web.observing import REQUEST_ID, count_and_write, note_request, observes
from assessment.web.pages import add_headers
from assessment.web.refusals import STATUS, answer, say

ENDPOINT = "answers.take"
HEADER = "HTTP_TERUJI_ATTEMPT"
JSON_TYPE = "application/json"
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

T = TypeVar("T")
Headers = tuple[tuple[str, str], ...]


class _Form(Request):
    max_content_length = MAXIMUM_BODY
    max_form_memory_size = MAXIMUM_BODY


class Unavailable(Exception):
    """The database does not take answers at this moment; what was sent may or may not have been kept."""


class Lasting(msgspec.Struct, frozen=True):
    """Headers that many responses have in common, and the lines in which they are sent."""

    headers: Headers
    lines: bytes


class Answered(msgspec.Struct, frozen=True):
    """A response, ready for the server; plain values, because most of them are made a thousand times a second.

    Its headers: `lasting`, its `own`, and the length of its body.
    """

    status: HTTPStatus
    lasting: Lasting
    body: bytes
    own: Headers = ()


class Incoming(msgspec.Struct, frozen=True):
    """A request as it came in; `environ` makes the environment of PEP 3333 where Flask or a form needs one.

    `body` raises Invalid when there is more of it than is taken.
    """

    method: str
    content_type: str
    token: str
    body: Callable[[], bytes]
    environ: Callable[[], WSGIEnvironment]

    @property
    def is_form(self) -> bool:
        """Whether a page without JavaScript sent this."""
        if self.content_type == JSON_TYPE:
            return False
        return self.content_type.partition(";")[0].strip().lower() in FORM_TYPES


@dataclass(frozen=True, slots=True)
class _Page:
    """The form of a page without JavaScript, and the number of its question."""

    form: Request
    number: int


class Asked(msgspec.Struct, frozen=True):
    """A request that waits for its commit: what it sent, and what its answer needs besides."""

    incoming: Incoming
    sent: Sent
    refused: tuple[Refused, ...]
    page: _Page | None = None


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

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request to our address; everything else is Flask's."""
        if environ.get("PATH_INFO") != ADDRESS:
            with self._turns:
                return self._onward(environ, start_response)
        began = time.perf_counter()
        asked = self.read(_incoming(environ), self._app.extensions["clock"]())
        answered = self.tell(asked, self._writer.take(asked.sent)) if isinstance(asked, Asked) else asked
        headers = [*answered.lasting.headers, *answered.own, ("Content-Length", str(len(answered.body)))]
        request_id = self.noted(answered, environ["REQUEST_METHOD"], began)
        if request_id is not None:
            headers.append((REQUEST_ID, request_id))
            count_and_write()
        start_response(f"{answered.status.value} {answered.status.phrase}", headers)
        return (answered.body,)

    @property
    def writer(self) -> GroupWriter:
        """Who stores what is read here."""
        return self._writer

    def remembers(self, incoming: Incoming) -> bool:
        """Whether `read` will look nothing up in the database."""
        token = self._tokens.get(incoming.token)
        if token is None or incoming.is_form:
            return False
        return self._papers.remembered(token.body_id, token.attempt_id) is not None

    def read(self, incoming: Incoming, at: datetime) -> Asked | Answered:
        """Return what is to be stored, or the answer where nothing is."""
        if incoming.method != "POST":
            return self._refuse(incoming, at, HTTPStatus.METHOD_NOT_ALLOWED, ONLY_POST, ("Allow", "POST"))
        if self._app.extensions["read_only"]():
            return self._refuse(incoming, at, HTTPStatus.SERVICE_UNAVAILABLE, UNAVAILABLE, ("Retry-After", RETRY_AFTER))
        return self._or_refusal(
            incoming, at, lambda: self._form(incoming, at) if incoming.is_form else self._batch(incoming, at)
        )

    def tell(self, asked: Asked, taken: Taken | None) -> Answered:
        """Answer a request after its commit; `taken` is None where the database did not take it."""
        return self._or_refusal(asked.incoming, asked.sent.at, lambda: self._told(asked, taken))

    def noted(self, answered: Answered, method: str, began: float) -> str | None:
        """Note an answer for `count_and_write`; return the request's id, None where requests are not noted.

        `began` is a moment of `time.perf_counter`.
        """
        if not observes(self._app):
            return None
        return note_request(endpoint=ENDPOINT, method=method, path=ADDRESS, status=answered.status, began=began)

    def _engine(self) -> Engine:
        with self._app.app_context():
            return db.engine

    def _or_refusal(self, incoming: Incoming, at: datetime, answer: Callable[[], T]) -> T | Answered:
        try:
            return answer()
        except Refusal as refusal:
            return self._refuse(incoming, at, HTTPStatus(STATUS[type(refusal)]), refusal)
        except (Unavailable, DBAPIError) as error:
            log.warning("answers are not taken", error=type(error).__name__)
            return self._refuse(incoming, at, HTTPStatus.SERVICE_UNAVAILABLE, UNAVAILABLE, ("Retry-After", RETRY_AFTER))
        except Exception:
            if self._app.testing:
                raise
            log.exception("unexpected error")
            return self._refuse(incoming, at, HTTPStatus.INTERNAL_SERVER_ERROR, UNEXPECTED)

    # --- what a device sends

    def _batch(self, incoming: Incoming, at: datetime) -> Asked:
        token = self._token(incoming.token)
        batch = parse(incoming.body())
        paper = self._papers.of(token.body_id, token.attempt_id)
        found = sort(batch, paper.items, self._papers.fitting)
        client = batch.events[-1].client if batch.events else None
        sighting = Sighting(unsent=batch.unsent, place=batch.place, client=client)
        sent = Sent(
            token=token,
            at=at,
            rule=LATE_RULE,
            events=found.events,
            sighting=sighting if self._due(token) else None,
            rows=event_rows(self._writer.statements, token=token, at=at, rule=LATE_RULE, events=found.events),
        )
        return Asked(incoming, sent, found.refused)

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

    def _form(self, incoming: Incoming, at: datetime) -> Asked:
        form = _read_form(incoming.environ())
        token = self._token(form.form.get("token", ""))
        item = form.form.get("item", "")
        paper = self._papers.of(token.body_id, token.attempt_id)
        if not paper.order:
            raise NotFound(N_("There is no such attempt."))
        if item not in paper.items:
            raise NotFound(N_("There is no such question."))
        number = paper.order.index(item) + 1
        found = self._answer(paper.items[item], item, form) if "client" in form.form else NOTHING
        sent = Sent(
            token=token,
            at=at,
            rule=LATE_RULE,
            events=found.events,
            page=True,
            flag=Flag(item=item, flagged=form.form["flag"] == "1") if "flag" in form.form else None,
            sighting=Sighting(unsent=None, place=number, client=None) if self._due(token) else None,
        )
        return Asked(incoming, sent, found.refused, _Page(form, number))

    def _answer(self, item: Item, item_id: str, form: Request) -> Sorted:
        seq = form.form.get("seq", "")
        event = parse_event(
            {
                "client": form.form["client"],
                "seq": int(seq) if seq.isascii() and seq.isdigit() and len(seq) <= 16 else None,
                "item": item_id,
                "response": response_of(item, form.form),
                "lang": form.form.get("lang", ""),
                "elapsed": 0,
            }
        )
        if isinstance(event, Malformed):
            raise Invalid(N_("Expected an answer that this page can send, got %(reason)s."), reason=event.value)
        return sort(Batch(events=(event,), unreadable=()), {item_id: item})

    # --- replies

    def _told(self, asked: Asked, taken: Taken | None) -> Answered:
        if taken is None:
            raise Unavailable
        reply = reply_to(asked.sent, taken, asked.refused)
        page = asked.page
        if page is None or page.form.accept_mimetypes.best_match(["text/html", JSON_TYPE]) == JSON_TYPE:
            return self._json(asked.incoming, asked.sent.at, reply)
        return self._lead_on(page.form.environ, asked.sent.token, page, reply)

    def _lead_on(self, environ: WSGIEnvironment, token: WriterToken, page: _Page, reply: Reply) -> Answered:
        wished = page.form.form.get("next", "")
        values: dict[str, Any] = {"attempt_id": token.attempt_id}
        if reply.held or reply.refused:
            endpoint, values = "exams.question", values | {"number": page.number, "refused": reply.reason}
        elif wished == "review":
            endpoint = "exams.review"
        else:
            onward = int(wished) if wished.isascii() and wished.isdigit() and len(wished) <= 4 else page.number
            endpoint, values = "exams.question", values | {"number": onward}
        place = self._app.url_map.bind("localhost", environ.get("SCRIPT_NAME") or "/").build(endpoint, values)
        return Answered(HTTPStatus.SEE_OTHER, self._security, b"", (("Location", place),))

    def _json(self, incoming: Incoming, at: datetime, reply: Reply) -> Answered:
        content = msgspec.json.encode(
            {
                "now": reply.now,
                "deadline": reply.deadline,
                "state": reply.state.value,
                "acknowledged": reply.acknowledged,
                "held": reply.held,
                "refused": self._refused(incoming, at, reply.refused) if reply.refused else [],
            }
        )
        return Answered(HTTPStatus.OK, self._of_json, content)

    def _refused(self, incoming: Incoming, at: datetime, refused: list[Refused]) -> list[dict[str, Any]]:
        with self._app.request_context(incoming.environ()):
            g.now, g.no_cookies = at, True
            return [
                {"client": each.client, "seq": each.seq, "reason": each.reason}
                | ({"detail": say(each.said)} if each.said is not None else {})
                for each in refused
            ]

    def _refuse(
        self, incoming: Incoming, at: datetime, status: HTTPStatus, refusal: Refusal, *headers: tuple[str, str]
    ) -> Answered:
        """Let Flask render a refusal, with all that it does to a response; nothing is read from the database."""
        with self._app.request_context(incoming.environ()):
            g.now, g.no_cookies = at, True
            response = self._app.make_response(answer(status, say(refusal)))
            response.headers["Cache-Control"] = "no-store"
            response = self._app.process_response(response)
            del response.headers["Content-Length"]
            return Answered(status, NOTHING_LASTING, response.get_data(), (*response.headers.to_wsgi_list(), *headers))

    @cached_property
    def _security(self) -> Lasting:
        """The headers that every response carries, as Flask's hook writes them."""
        with self._app.test_request_context():
            written = add_headers(Response()).headers
        own = ("Content-Type", "Content-Length", "Cache-Control")
        return _lasting((*((name, value) for name, value in written if name not in own), ("Cache-Control", "no-store")))

    @cached_property
    def _of_json(self) -> Lasting:
        return _lasting((*self._security.headers, ("Content-Type", JSON_TYPE)))


def header_lines(headers: Headers) -> bytes:
    """Return headers as they are sent."""
    return "".join([f"{name}: {value}\r\n" for name, value in headers]).encode("latin-1")


def _lasting(headers: Headers) -> Lasting:
    return Lasting(headers, header_lines(headers))


NOTHING_LASTING = _lasting(())


def _incoming(environ: WSGIEnvironment) -> Incoming:
    return Incoming(
        method=environ["REQUEST_METHOD"],
        content_type=environ.get("CONTENT_TYPE", ""),
        token=environ.get(HEADER, ""),
        body=lambda: _body(environ),
        environ=lambda: environ,
    )


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


def small(content: bytes, length: str | None) -> bytes:
    """Return a body of which its length tells that it is small enough to be read. Raises Invalid."""
    _refuse_large(length or "0")
    return content


def _refuse_large(length: str) -> None:
    if not length.isdigit() or int(length) > MAXIMUM_BODY:
        raise Invalid(N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BODY, got=length[:20])
