"""SQLite's log is flushed when the turn to write is another's already; nobody is told before."""

import errno
import os
import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from assessment.database import db
from assessment.exams.answering import LATE_RULE
from assessment.exams.delivery.storing import Sent, Taken
from assessment.exams.tables import Attempt
from assessment.exams.taking import token_for
from tests.exams.room import BODY, Room, open_room
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.only_on("sqlite"),
    pytest.mark.long_lock("the room is built in one go; test_locks measures what people do"),
]

PATIENCE = 30.0
FULL = 2


class Flushes:
    """What the system does when it is asked to flush: it waits until it may, or fails."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.may = threading.Event()
        self.may.set()
        self.fails = False
        self.times = 0
        self._flush = os.fdatasync

    def __call__(self, file: int) -> None:
        self.times += 1
        self.asked.set()
        assert self.may.wait(PATIENCE)
        if self.fails:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._flush(file)

    def hold(self) -> None:
        self.asked.clear()
        self.may.clear()


@pytest.fixture
def flushes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Flushes]:
    found = Flushes()
    monkeypatch.setattr(os, "fdatasync", found)
    yield found
    found.may.set()


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    room.start()
    return room


@pytest.fixture
def engine(room: Room) -> Engine:
    """The engine of the application: the site's own belongs to the test."""
    with room.site.app.app_context():
        return db.engine


@pytest.mark.parametrize("before", [0, 1], ids=["with the device's sign of life", "alone"])
def test_nobody_is_told_before_the_flush_and_another_writes_meanwhile(
    room: Room, flushes: Flushes, before: int
) -> None:
    token = room.token()
    for seq in range(before):
        assert room.send(room.event(seq=seq), token=token).status_code == 200
    flushes.hold()
    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(room.send, room.event(seq=9), token=token)
        assert flushes.asked.wait(PATIENCE)
        assert [each.seq for each in room.events()][-1] == 9
        with room.writing() as session:
            session.get_one(Attempt, (BODY, room.attempt_id)).seconds_added = 60
        assert not told.done()
        flushes.may.set()
        assert told.result().json["acknowledged"] == [["c1", 9]]  # type: ignore[index]  # the reply is JSON


def test_what_was_not_flushed_is_acknowledged_once_it_lies_in_the_database_itself(
    room: Room, flushes: Flushes, engine: Engine
) -> None:
    token, log = room.token(), Path(f"{engine.url.database}-wal")
    flushes.fails = True
    assert room.send(room.event(), token=token).status_code == 503
    flushes.fails = False
    asked = flushes.times
    again = room.send(room.event(), token=token)
    assert again.json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON
    assert flushes.times == asked  # a flush after one that failed would say nothing
    assert log.stat().st_size == 0
    assert [each.seq for each in room.events()] == [1]
    assert room.send(room.event(seq=2), token=token).status_code == 200
    assert flushes.times == asked + 1


def test_nothing_is_acknowledged_while_somebody_reads_the_log_that_must_be_emptied(
    room: Room, flushes: Flushes, engine: Engine
) -> None:
    token = room.token()
    flushes.fails = True
    assert room.send(room.event(), token=token).status_code == 503
    flushes.fails = False
    with engine.connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM response_event").scalar_one()
        assert room.send(room.event(), token=token).status_code == 503
    assert room.send(room.event(), token=token).status_code == 200


def test_everybody_else_flushes_within_the_commit(room: Room, engine: Engine) -> None:
    let_go = threading.Event()
    event.listen(engine, "close_detached", lambda _connection: let_go.set())
    assert room.send(room.event(), token=room.token()).status_code == 200
    assert let_go.wait(PATIENCE)  # the one that does not flush is closed, not given to the others
    with ExitStack() as open_ones:
        others = [open_ones.enter_context(engine.connect()) for _ in range(4)]
        assert {each.exec_driver_sql("PRAGMA synchronous").scalar_one() for each in others} == {FULL}


def test_who_comes_while_the_writer_lets_go_is_served_at_once(room: Room, engine: Engine) -> None:
    with room.writing() as session:
        token = token_for(session.get_one(Attempt, (BODY, room.attempt_id)))
    assert token is not None
    writer, told = room.site.app.extensions["answers"].writer, queue.SimpleQueue[Taken | None]()
    sent = Sent(token=token, at=room.now, rule=LATE_RULE)

    def come(_connection: object) -> None:
        event.remove(engine, "close_detached", come)
        writer.put(sent, told.put)

    event.listen(engine, "close_detached", come)
    assert writer.take(sent) is not None
    assert told.get(timeout=PATIENCE) is not None
