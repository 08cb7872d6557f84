"""What stands between the server and the application in a web process: pages are made by a few threads, through WSGI.

What lasts (static files) is answered on the event loop, from memory. Saved answers take a shorter way
(`serving.saving`) and come here only where they cannot. The server speaks ASGI: https://asgi.readthedocs.io/.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.types import WSGIApplication, WSGIEnvironment

from flask import Flask

from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answers import ADDRESS
from assessment.exams.delivery.application import PAGES_AT_A_TIME, AnswerPath
from assessment.serving.environment import environ_of
from assessment.web.lasting import LastingFiles
from assessment.web.passing import Headers, pass_on

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Front:
    """The application as the server calls it; made before the loop runs."""

    def __init__(self, app: Flask, answers: AnswerPath, lasting: LastingFiles) -> None:
        self.app = app
        self.answers = answers
        self._application: WSGIApplication = app.wsgi_app
        self._largest: int = app.config["MAX_CONTENT_LENGTH"]
        self._lasting = lasting
        self._pages = ThreadPoolExecutor(PAGES_AT_A_TIME, thread_name_prefix="page")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        largest = MAXIMUM_BODY if scope["path"] == ADDRESS else self._largest
        environ = environ_of(scope, await _body(scope, receive, largest))
        if self._lasting.remembers(environ):
            answered = call(self._application, environ)
        else:
            loop = asyncio.get_running_loop()
            answered = await loop.run_in_executor(self._pages, call, self._application, environ)
        status, headers, body = answered
        lines = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        await send({"type": "http.response.start", "status": status, "headers": lines})
        await send({"type": "http.response.body", "body": body})


def call(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[int, Headers, bytes]:
    """Return what a WSGI application answers: status, headers and the whole body."""
    status, headers, body = pass_on(application, environ)
    return int(status[:3]), headers, body


async def _body(scope: Scope, receive: Receive, largest: int) -> bytes:
    """Return the body; nothing of one that says it is larger than what is taken, and then it is refused unread."""
    length = next((value for name, value in scope["headers"] if name == b"content-length"), None)
    if length is not None and not (length.isdigit() and int(length) <= largest):
        return b""
    parts, size, more = [], 0, True
    while more and size <= largest:
        message = await receive()
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    return b"".join(parts)
