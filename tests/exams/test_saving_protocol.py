"""The way of a saved answer through the server's own protocol: what is usual is short, what is odd costs nothing."""

import asyncio
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from uvicorn.config import Config
from uvicorn.server import ServerState

from assessment.bench.service import served
from assessment.serving.front import Front
from assessment.serving.saving import LONGEST_HEAD, SECONDS_FOR_A_HEAD, SECONDS_IDLE, Desk, SavingProtocol
from tests.exams.room import Room, open_room
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go")

PATIENCE = 30


class Line:
    """A connection of its own to the server, as bytes."""

    def __init__(self, port: int, room: Room) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.answers = self.socket.makefile("rb")
        self._room = room
        self._token = room.token()

    def save(self, seq: int, *, head: str = "", version: str = "1.1") -> bytes:
        """Return a request that saves one answer."""
        event = self._room.event(response="ABCD"[seq % 4], seq=seq, client="d")
        body = json.dumps({"v": 1, "events": [event]}).encode()
        return (
            f"POST /answers HTTP/{version}\r\nHost: localhost\r\nContent-Type: application/json\r\n{head}"
            f"Teruji-Attempt: {self._token}\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

    def read(self) -> tuple[int, dict[str, str], bytes]:
        """Return the next answer."""
        status = int(self.answers.readline().split()[1])
        headers = {}
        while line := self.answers.readline().strip():
            name, _, value = line.decode().partition(": ")
            headers[name.lower()] = value
        return status, headers, self.answers.read(int(headers.get("content-length", 0)))

    def acknowledged(self) -> list[list[Any]]:
        """Return what the next answer says is saved."""
        status, _, body = self.read()
        assert status == 200, body
        found: list[list[Any]] = json.loads(body)["acknowledged"]
        return found


@pytest.fixture
def line(site: Site) -> Iterator[Line]:
    moment = datetime.now(UTC).replace(microsecond=0)
    room = open_room(site, starts_at=moment)
    room.now = moment
    room.start()
    with served(site.settings, processes=1) as service:
        found = Line(service.port, room)
        with found.socket, found.answers:
            yield found


def test_requests_in_one_packet_are_answered_in_their_order(line: Line) -> None:
    page = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    line.socket.sendall(line.save(1) + line.save(2) + page + line.save(3))
    assert [line.acknowledged(), line.acknowledged()] == [[["d", 1]], [["d", 2]]]
    assert line.read()[0] == 200
    assert line.acknowledged() == [["d", 3]]


def test_a_request_in_pieces_is_one_request(line: Line) -> None:
    whole = line.save(1)
    line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for place in range(0, len(whole), 16):
        line.socket.sendall(whole[place : place + 16])
    assert line.acknowledged() == [["d", 1]]


@pytest.mark.parametrize(("head", "version"), [("Connection: close\r\n", "1.1"), ("", "1.0")])
def test_who_asks_for_it_is_hung_up_on(line: Line, head: str, version: str) -> None:
    line.socket.sendall(line.save(1, head=head, version=version))
    status, headers, _ = line.read()
    assert (status, headers["connection"]) == (200, "close")
    assert line.answers.read() == b""


def test_who_asks_before_it_sends_a_body_is_told_to_go_on(line: Line) -> None:
    line.socket.sendall(line.save(1, head="Expect: 100-continue\r\n"))
    assert line.answers.readline().split()[1] == b"100"
    assert line.answers.readline() == b"\r\n"
    assert line.acknowledged() == [["d", 1]]


def test_every_answer_of_the_short_way_has_the_headers_of_the_long_one(line: Line) -> None:
    line.socket.sendall(line.save(1) + line.save(2, head="Expect: 100-continue\r\n"))
    _, short, _ = line.read()
    assert line.answers.readline().split()[1] == b"100"
    line.answers.readline()
    _, long, _ = line.read()
    assert short.keys() == long.keys()
    assert short["cache-control"] == "no-store"
    assert {name for name in short if short[name] != long[name]} <= {"x-request-id"}


def test_a_head_without_an_end_is_refused(line: Line) -> None:
    line.socket.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * (LONGEST_HEAD + 1))
    assert line.read()[0] == 400
    assert line.answers.read() == b""


def test_who_is_silent_or_does_not_come_to_the_end_of_a_head_is_hung_up_on(site: Site) -> None:
    front = Front(site.app, site.app.extensions["answers"], site.app.extensions["lasting"])

    async def left(sent: bytes) -> list[bool]:
        here, there = socket.socketpair()
        with here, there:
            loop = asyncio.get_running_loop()
            desk = Desk(front)
            config = Config(front, http=desk.protocol, ws="none", lifespan="off", log_config=None)  # type: ignore[arg-type]  # as in serving.web
            config.load()
            made = lambda: desk.protocol(config=config, server_state=ServerState(), app_state={}, _loop=loop)  # noqa: E731 - asked for once
            transport, protocol = await loop.create_connection(made, sock=here)
            assert isinstance(protocol, SavingProtocol)
            began = protocol.heard_at
            protocol.data_received(sent)
            began = max(began, protocol.heard_at)
            transport.close()
            moments = (SECONDS_FOR_A_HEAD - 1, SECONDS_FOR_A_HEAD + 1, SECONDS_IDLE + 1)
            return [protocol.is_left(began + seconds) for seconds in moments]

    assert asyncio.run(left(b"")) == [False, False, True]
    assert asyncio.run(left(b"GET / HTTP/1.1\r\nHost: loc")) == [False, True, True]
