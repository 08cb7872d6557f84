"""What stands between the server and the application in a web process: an event loop that waits for commits.

A saved answer is read on the loop, waits there for its commit without a thread, and is answered there; what lasts
(static files) is answered from memory. Pages are made by a few threads, through WSGI. RSGI is the server's own
interface (granian): https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import asyncio
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Flask
from granian.rsgi import HTTPProtocol, Scope  # type: ignore[attr-defined]  # exported without saying so

from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answers import ADDRESS
from assessment.exams.delivery.application import PAGES_AT_A_TIME, Answered, AnswerPath, Asked, Incoming, small
from assessment.exams.delivery.storing import Sent, Taken
from assessment.exams.delivery.writer import PATIENCE, GroupWriter
from assessment.serving.environment import environ_of
from assessment.web.lasting import LastingFiles
from assessment.web.observing import write_lines

LOOK_FOR_THE_FORGOTTEN_EVERY = 1.0

Headers = list[tuple[str, str]]


class Front:
    """The application as the server calls it; made before the loop runs."""

    def __init__(self, app: Flask, answers: AnswerPath, lasting: LastingFiles) -> None:
        self._application: WSGIApplication = app.wsgi_app
        self._app = app
        self._largest: int = app.config["MAX_CONTENT_LENGTH"]
        self._answers = answers
        self._lasting = lasting
        self._writes_lines = False
        self._pages = ThreadPoolExecutor(PAGES_AT_A_TIME, thread_name_prefix="page")
        self._readers = ThreadPoolExecutor(PAGES_AT_A_TIME, thread_name_prefix="reader")

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Remember the loop that the server runs."""
        self._loop = loop
        self._waiting_room = WaitingRoom(loop, self._answers.writer)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Let the threads end what they have begun."""
        self._pages.shutdown()
        self._readers.shutdown()

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        if scope.path == ADDRESS:
            answered = await self._answer(scope, protocol)
            protocol.response_bytes(answered.status.value, answered.headers, answered.body)
            if not self._writes_lines:
                self._writes_lines = True
                self._loop.call_soon(self._write_lines)
            return
        environ = environ_of(scope, await _body(scope, protocol, self._largest))
        if self._lasting.remembers(environ):
            _send(protocol, *call(self._application, environ))
        else:
            _send(protocol, *await self._loop.run_in_executor(self._pages, call, self._application, environ))

    def _write_lines(self) -> None:
        """Write what was noted of all who were answered in this turn of the loop."""
        self._writes_lines = False
        write_lines()

    async def _answer(self, scope: Scope, protocol: HTTPProtocol) -> Answered:
        began, at = time.perf_counter(), self._app.extensions["clock"]()
        content = await _body(scope, protocol, MAXIMUM_BODY)
        incoming = Incoming(
            method=scope.method,
            content_type=scope.headers.get("content-type", ""),
            token=scope.headers.get("teruji-attempt", ""),
            body=lambda: small(content, scope.headers.get("content-length")),
            environ=lambda: environ_of(scope, content),
        )
        if self._answers.remembers(incoming):
            asked = self._answers.read(incoming, at)
        else:
            asked = await self._loop.run_in_executor(self._readers, self._answers.read, incoming, at)
        if isinstance(asked, Asked):
            asked = self._answers.tell(asked, await self._waiting_room.commit(asked.sent))
        return self._answers.observed(asked, scope.method, began)


class WaitingRoom:
    """Requests that wait on the loop for their commit; what tells a whole group of it runs there, too."""

    def __init__(self, loop: asyncio.AbstractEventLoop, writer: GroupWriter) -> None:
        self._loop = loop
        self._put = writer.put
        self._waiting: deque[tuple[float, asyncio.Future[Taken | None]]] = deque()
        writer.deliver = loop.call_soon_threadsafe

    def commit(self, sent: Sent) -> asyncio.Future[Taken | None]:
        """Hand a request to the writer; what is returned ends with its commit, or with None after too long a time."""
        future: asyncio.Future[Taken | None] = self._loop.create_future()
        if not self._waiting:
            self._loop.call_later(LOOK_FOR_THE_FORGOTTEN_EVERY, self._give_up)
        self._waiting.append((self._loop.time() + PATIENCE, future))
        self._put(sent, partial(_settle, future))
        return future

    def _give_up(self) -> None:
        """Answer those whose commit did not come; forget those who were answered."""
        moment = self._loop.time()
        while self._waiting and (self._waiting[0][1].done() or self._waiting[0][0] < moment):
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(None)
        if self._waiting:
            self._loop.call_later(LOOK_FOR_THE_FORGOTTEN_EVERY, self._give_up)


def _settle(future: asyncio.Future[Taken | None], taken: Taken | None) -> None:
    if not future.done():
        future.set_result(taken)


def call(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[int, Headers, bytes]:
    """Return what a WSGI application answers: status, headers and the whole body."""
    said: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *_error: Any) -> Any:
        said.append((status, headers))

    parts = application(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    status, headers = said[-1]
    return int(status[:3]), headers, body


def _send(protocol: HTTPProtocol, status: int, headers: Headers, body: bytes) -> None:
    if body:
        protocol.response_bytes(status, headers, body)
    else:
        protocol.response_empty(status, headers)


async def _body(scope: Scope, protocol: HTTPProtocol, largest: int) -> bytes:
    """Return the body; nothing of one that says it is larger than what is taken, and then it is refused unread."""
    length = scope.headers.get("content-length")
    if length is not None:
        within = length.isdigit() and 0 < int(length) <= largest
        return bytes(await protocol()) if within else b""
    if "transfer-encoding" not in scope.headers and scope.http_version == "1.1":
        return b""
    parts, size = [], 0
    async for part in protocol:
        parts.append(bytes(part))
        size += len(part)
        if size > largest:
            break
    return b"".join(parts)
