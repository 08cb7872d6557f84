"""A cheap crowd of clients: each follows a script of requests on its own connection, all in one process.

A script is a generator that yields requests and is sent the responses, so that a client thinks like a browser, and
waits like one. The loop is epoll and bare sockets, since the crowd shares the processors with what it measures.
"""

import heapq
import re
import resource
import select
import socket
import time
import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

HEAD_END = b"\r\n\r\n"
LAST_CHUNK = b"0\r\n\r\n"
NOT_MODIFIED = b"304 "  # has no body
PATIENCE = 60.0

_STATUS_AT = len(b"HTTP/1.1 ")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: ([0-9]+)")


class Request(NamedTuple):
    """A request as bytes; `kind` is under which it is counted."""

    kind: str
    content: bytes


class Response(NamedTuple):
    """What came back, as it was sent; the head takes `end` bytes of it. It is read only where somebody looks."""

    whole: bytes
    end: int

    @property
    def status(self) -> int:
        """The status."""
        return int(self.whole[9:12])

    @property
    def head(self) -> str:
        """The head."""
        return self.whole[: self.end].decode("latin-1")

    @property
    def raw(self) -> bytes:
        """The body."""
        return self.whole[self.end + len(HEAD_END) :]

    @property
    def text(self) -> str:
        """The body, unpacked."""
        head = self.head.lower()
        body = _unchunked(self.raw) if "\r\ntransfer-encoding: chunked" in head else self.raw
        return (zlib.decompress(body, 31) if "\r\ncontent-encoding: gzip" in head else body).decode()


class UnexpectedPage(Exception):
    """A script cannot go on: the page that came is not the one that it needs."""


Script = Generator[Request | float, Response | None, None]
"""Yields requests, or seconds to wait; is sent the response, or None after a wait."""


@dataclass(kw_only=True)
class Record:
    """What happened: latencies in seconds by kind, how often something else than success came, bytes received."""

    latencies: dict[str, list[float]] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    received: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0


class _Client:
    __slots__ = ("buffer", "kind", "needed", "script", "sent_at", "sock")

    def __init__(self, script: Script) -> None:
        self.script = script
        self.sock: socket.socket | None = None
        self.buffer = b""
        self.needed = 0  # bytes until the response is whole, 0 while that is not known
        self.kind = ""
        self.sent_at = 0.0


class Crowd:
    """Runs scripts against a port of this machine until all have ended, or until `seconds` are over."""

    def __init__(self, port: int, *, seconds: float | None = None) -> None:
        self._port = port
        self._seconds = seconds
        self._epoll = select.epoll()
        self._by_fd: dict[int, _Client] = {}
        self._waiting: list[tuple[float, int, _Client]] = []
        self._number = 0
        self._until = float("inf")
        self._room = memoryview(bytearray(262_144))
        self.record = Record()

    def run(self, scripts: Sequence[tuple[float, Script]]) -> Record:
        """Run each script, which begins so many seconds after the start. Raises TimeoutError when all is silent."""
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        began = time.monotonic()
        self._until = began + self._seconds if self._seconds is not None else float("inf")
        for after, script in scripts:
            self._wait(began + after, _Client(script))
        last_sign = began
        while self._waiting or self._by_fd:
            moment = time.monotonic()
            pause = max(0.0, self._waiting[0][0] - moment) if self._waiting else PATIENCE
            events = self._epoll.poll(min(pause, PATIENCE), 1024)
            if events or self._waiting:
                last_sign = time.monotonic()
            elif time.monotonic() - last_sign > PATIENCE:
                raise TimeoutError
            for fd, _event in events:
                self._receive(self._by_fd[fd])
            moment = time.monotonic()
            while self._waiting and self._waiting[0][0] <= moment:
                self._go_on(heapq.heappop(self._waiting)[2], None)
        self.record.seconds = time.monotonic() - began
        self._epoll.close()
        return self.record

    def _wait(self, until: float, client: _Client) -> None:
        self._number += 1
        heapq.heappush(self._waiting, (until, self._number, client))

    def _go_on(self, client: _Client, response: Response | None) -> None:
        try:
            wanted = client.script.send(response)
        except StopIteration:
            self._close(client)
            return
        except UnexpectedPage:
            self._fail(f"{client.kind}: not the page that was expected")
            self._close(client)
            return
        moment = time.monotonic()
        if moment >= self._until:
            client.script.close()
            self._close(client)
        elif isinstance(wanted, float):
            self._wait(moment + wanted, client)
        else:
            if client.sock is None:
                self._connect(client)
            client.kind, client.sent_at, client.buffer, client.needed = wanted.kind, moment, b"", 0
            assert client.sock is not None
            client.sock.sendall(wanted.content)

    def _connect(self, client: _Client) -> None:
        client.sock = socket.create_connection(("127.0.0.1", self._port))
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.sock.setblocking(False)
        self._by_fd[client.sock.fileno()] = client
        self._epoll.register(client.sock.fileno(), select.EPOLLIN)

    def _close(self, client: _Client) -> None:
        if client.sock is not None:
            self._epoll.unregister(client.sock.fileno())
            del self._by_fd[client.sock.fileno()]
            client.sock.close()
            client.sock = None

    def _receive(self, client: _Client) -> None:
        assert client.sock is not None
        try:
            content = bytes(self._room[: client.sock.recv_into(self._room)])
        except BlockingIOError:
            return
        except ConnectionError:
            content = b""
        if not content:
            self._fail(client.kind)
            self._close(client)
            client.script.close()
            return
        client.buffer = client.buffer + content if client.buffer else content
        if client.needed == 0:
            end = client.buffer.find(HEAD_END)
            if end < 0:
                return
            length = _LENGTH.search(client.buffer, 0, end)
            if client.buffer.startswith(NOT_MODIFIED, _STATUS_AT):
                client.needed = end + len(HEAD_END)
            elif length is not None:
                client.needed = end + len(HEAD_END) + int(length[1])
            elif not client.buffer.endswith(LAST_CHUNK):
                return
            else:
                client.needed = len(client.buffer)
        if len(client.buffer) < client.needed:
            return
        self._settle(client)

    def _settle(self, client: _Client) -> None:
        response = Response(client.buffer, client.buffer.find(HEAD_END))
        self.record.latencies.setdefault(client.kind, []).append(time.monotonic() - client.sent_at)
        self.record.received[client.kind] = self.record.received.get(client.kind, 0) + len(client.buffer)
        if response.status >= 400:
            self._fail(f"{client.kind} {response.status}")
        self._go_on(client, response)

    def _fail(self, kind: str) -> None:
        self.record.failures[kind] = self.record.failures.get(kind, 0) + 1


def _unchunked(raw: bytes) -> bytes:
    whole, place = b"", 0
    while True:
        end = raw.index(b"\r\n", place)
        size = int(raw[place:end].split(b";")[0], 16)
        if size == 0:
            return whole
        whole += raw[end + 2 : end + 2 + size]
        place = end + 4 + size
