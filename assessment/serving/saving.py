"""The server's HTTP protocol (uvicorn's, on llhttp), with a short way for saved answers.

A saved answer is read as soon as its last byte is there, waits for its commit without thread, task or future, and is
answered from the event loop. Whatever is unusual about a request to that address (no length, too long, not alone on
its connection) takes the way of every other request. A connection that says nothing, or does not come to the end of
a request's head, is closed after a while.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from itertools import takewhile
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from assessment.domain.outbox import MAXIMUM_BODY
from assessment.exams.answers import ADDRESS
from assessment.exams.delivery.application import PAGES_AT_A_TIME, Answered, Asked, Incoming, header_lines
from assessment.exams.delivery.storing import Sent, Taken
from assessment.exams.delivery.writer import PATIENCE
from assessment.serving.environment import environ_of
from assessment.serving.front import Front
from assessment.web.observing import REQUEST_ID, count_and_write

LONGEST_HEAD = 64 * 1024
SECONDS_FOR_A_HEAD = 30.0
SECONDS_IDLE = 75
LOOK_EVERY = 1.0

_ADDRESS = ADDRESS.encode()
_REQUEST_ID = REQUEST_ID.encode()
Tell = Callable[[Taken | None], None]

_UNUSUAL = frozenset({b"expect", b"transfer-encoding", b"upgrade"})


class _Silent:
    """Takes the place of what wakes a task where no task waits."""

    def set(self) -> None:
        """Wake nobody."""


class Saving:
    """A request on the short way; to the protocol it looks like a cycle of request and response."""

    __slots__ = ("at", "began", "body", "disconnected", "headers", "keep_alive", "more_body", "response_complete")

    message_event = _Silent()

    def __init__(self, at: datetime, headers: dict[bytes, bytes], *, keep_alive: bool) -> None:
        self.at = at
        self.began = time.perf_counter()
        self.headers = headers
        self.body = b""
        self.keep_alive = keep_alive
        self.more_body = True
        self.disconnected = False
        self.response_complete = False

    def text(self, name: bytes) -> str:
        """Return a header, empty where it is not there."""
        return self.headers.get(name, b"").decode("latin-1")


class Desk:
    """What the connections of a process share: where answers are read, and who waits for which commit."""

    def __init__(self, front: Front) -> None:
        self.answers = front.answers
        self.clock: Callable[[], datetime] = front.app.extensions["clock"]
        self.readers = ThreadPoolExecutor(PAGES_AT_A_TIME, thread_name_prefix="reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connections: set[Any] = set()
        self._waiting: dict[Saving, Tell] = {}  # in the order in which they came
        self._writes = False

    def protocol(self, **wanted: Any) -> "SavingProtocol":
        """Return the protocol of a new connection, as the server asks for it; the first one finds the loop running."""
        found = SavingProtocol(self, **wanted)
        if self._loop is None:
            self._loop = found.loop
            self._connections = found.connections
            self.answers.writer.deliver = found.loop.call_soon_threadsafe
            found.loop.call_later(LOOK_EVERY, self._look)
        return found

    def commit(self, saving: Saving, sent: Sent, tell: Tell) -> None:
        """Hand a request to the writer; `tell` is called with what became of it, or with None after too long a time."""
        self._waiting[saving] = tell
        self.answers.writer.put(sent, tell)

    def forget(self, saving: Saving) -> None:
        """A request was answered."""
        self._waiting.pop(saving, None)

    def count_and_write(self) -> None:
        """Count all who were answered in this turn of the loop and write their lines, at its end."""
        if not self._writes and self._loop is not None:
            self._writes = True
            self._loop.call_soon(self._count_and_write)

    def _count_and_write(self) -> None:
        self._writes = False
        count_and_write()

    def _look(self) -> None:
        """Answer those whose commit did not come, and close connections from which nothing more comes."""
        assert self._loop is not None
        self._loop.call_later(LOOK_EVERY, self._look)
        moment = time.perf_counter()
        for saving, tell in list(takewhile(lambda each: each[0].began < moment - PATIENCE, self._waiting.items())):
            del self._waiting[saving]
            tell(None)
        for connection in list(self._connections):
            if isinstance(connection, SavingProtocol) and connection.is_left(moment):
                connection.transport.close()


class SavingProtocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, desk: Desk, **wanted: Any) -> None:
        super().__init__(**wanted)
        self._desk = desk
        self.heard_at = time.perf_counter()
        self._head = 0  # bytes since the last request ended, while the next one's head is not whole
        self._in_head = True

    def is_left(self, moment: float) -> bool:
        """Whether this connection is to be closed: silent between two requests, or too slow with a head."""
        if not self._in_head or (self.cycle is not None and not self.cycle.response_complete):
            return False
        return moment - self.heard_at > (SECONDS_FOR_A_HEAD if self._head else SECONDS_IDLE)

    # --- what comes

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; what uvicorn looks for in it is looked for on its way only."""
        self.headers.append((name.lower(), value))

    def data_received(self, data: bytes) -> None:
        """Read what came. A head that is too long ends the connection."""
        if not self._head:
            self.heard_at = time.perf_counter()
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > LONGEST_HEAD and not self.transport.is_closing():
            self.send_400_response("Expected a request with a shorter head.")

    def on_message_begin(self) -> None:
        """Begin a request; what uvicorn prepares for the application is prepared when it is known to be needed."""
        self.url, self.headers = b"", []

    def on_headers_complete(self) -> None:
        """Take the short way where it can be taken, else uvicorn's."""
        self._in_head = False
        saving = self._saving() if self.url == _ADDRESS else None
        if saving is None:
            self._prepare()
            super().on_headers_complete()
        else:
            self.cycle = cast(Any, saving)

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        saving = cast(object, self.cycle)
        if isinstance(saving, Saving):
            saving.body += body
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole."""
        self._in_head, self._head = True, 0
        saving = cast(object, self.cycle)
        if isinstance(saving, Saving):
            self._read(saving)
        else:
            super().on_message_complete()

    def _prepare(self) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)

    # --- the short way

    def _saving(self) -> Saving | None:
        if self.cycle is not None and not self.cycle.response_complete:
            return None
        headers = dict(self.headers)
        length = headers.get(b"content-length", b"")
        if self.parser.get_method() != b"POST" or not length.isdigit() or int(length) > MAXIMUM_BODY:
            return None
        if not _UNUSUAL.isdisjoint(headers):
            return None
        alive = self.parser.should_keep_alive() and self.parser.get_http_version() == "1.1"
        return Saving(self._desk.clock(), headers, keep_alive=alive)

    def _read(self, saving: Saving) -> None:
        answers = self._desk.answers
        body = saving.body
        incoming = Incoming(
            method="POST",
            content_type=saving.text(b"content-type"),
            token=saving.text(b"teruji-attempt"),
            body=lambda: body,
            environ=lambda: environ_of(self._scope(saving), body),
        )
        if answers.remembers(incoming):
            self._go_on(saving, answers.read(incoming, saving.at))
        else:
            # What has to be looked up in the database first is read in a thread; the loop never waits for it.
            reading = self.loop.run_in_executor(self._desk.readers, answers.read, incoming, saving.at)
            reading.add_done_callback(lambda done: self._go_on(saving, done.result()))

    def _scope(self, saving: Saving) -> Mapping[str, Any]:
        """Return what an environment is made of, where a refusal or a form needs one."""
        return {
            "method": "POST",
            "raw_path": _ADDRESS,
            "query_string": b"",
            "http_version": "1.1",
            "server": self.server,
            "client": self.client,
            "scheme": self.scheme,
            "headers": list(saving.headers.items()),
        }

    def _go_on(self, saving: Saving, asked: Asked | Answered) -> None:
        if isinstance(asked, Asked):
            self._desk.commit(saving, asked.sent, partial(self._tell, saving, asked))
        else:
            self._respond(saving, asked)

    def _tell(self, saving: Saving, asked: Asked, taken: Taken | None) -> None:
        if not saving.response_complete:
            self._respond(saving, self._desk.answers.tell(asked, taken))

    def _respond(self, saving: Saving, answered: Answered) -> None:
        desk = self._desk
        request_id = desk.answers.noted(answered, "POST", saving.began)
        desk.forget(saving)
        saving.response_complete = True
        if not saving.disconnected and not self.transport.is_closing():
            head = (
                STATUS_LINE[answered.status] + answered.lasting.lines + b"content-length: %d\r\n" % len(answered.body)
            )
            if answered.own:
                head += header_lines(answered.own)
            if request_id is not None:
                head += b"%b: %b\r\n" % (_REQUEST_ID, request_id.encode())
            if not saving.keep_alive:
                head += b"connection: close\r\n"
            self.transport.write(head + b"\r\n" + answered.body)
            if not saving.keep_alive:
                self.transport.close()
        if request_id is not None:
            desk.count_and_write()
        self.heard_at = time.perf_counter()
        if self.pipeline or self.flow.read_paused:
            self.on_response_complete()
