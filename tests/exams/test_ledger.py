"""A ledger of acknowledgements, held against the database after kills and cut connections: lost 0, doubled 0.

Every candidate's device sends until the server says that it has everything, as the exam's own module does, and
writes down what it says. Meanwhile the processes of the server are killed, and connections are cut before the
answer can be read. The long form, with power cuts, stands in tests/faults.
"""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from assessment.database import db
from assessment.exams.tables import Attempt, ResponseEvent, Standing
from assessment.exams.taking import start, token_for
from assessment.exams.tokens import write_token, writer_key
from tests.exams.room import BODY, Room, open_room
from tests.factories.exams import let_start
from tests.fixtures.sites import Site

DEVICES = 6
BATCHES = 30
KILLS = 4
PATIENCE = 180.0

pytestmark = pytest.mark.long_lock("the room is built in one go")

WEB = re.compile(rb"assessment\.serving\.(server|web)")

Key = tuple[str, int]


@dataclass(kw_only=True)
class Device:
    """One candidate's device: what it sent, and what the server said that it has."""

    token: str
    attempt_id: str
    items: tuple[str, ...]
    chance: random.Random
    sent: dict[Key, str] = field(default_factory=dict)
    acknowledged: set[Key] = field(default_factory=set)

    def work(self, port: int) -> None:
        """Answer again and again; a batch goes out until all of it is acknowledged."""
        last = time.monotonic() + PATIENCE
        for batch in range(BATCHES):
            events = [self._event(3 * batch + number) for number in range(self.chance.randint(1, 3))]
            waiting = events
            while waiting:
                assert time.monotonic() < last, f"{len(waiting)} events were never acknowledged"
                self.acknowledged |= self._send(port, waiting)
                waiting = [event for event in waiting if ("d", event["seq"]) not in self.acknowledged]

    def _event(self, seq: int) -> dict[str, object]:
        answer = self.chance.choice("ABCD")
        self.sent["d", seq] = answer
        return {
            "client": "d",
            "seq": seq,
            "item": self.items[0],
            "response": {"RESPONSE": answer},
            "lang": "id",
            "elapsed": seq,
        }

    def _send(self, port: int, events: list[dict[str, object]]) -> set[Key]:
        body = json.dumps({"v": 1, "events": events})
        headers = {"Content-Type": "application/json", "Teruji-Attempt": self.token}
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request("POST", "/answers", body, headers)
                if self.chance.random() < 0.3:
                    assert connection.sock is not None
                    connection.sock.shutdown(socket.SHUT_RDWR)  # the network is gone before the answer arrives
                reply = connection.getresponse()
                said = json.loads(reply.read())
        except (OSError, HTTPException, ValueError):
            time.sleep(0.02)  # as a device does before it tries again
            return set()
        return {(client, seq) for client, seq in said["acknowledged"]} if reply.status == 200 else set()


def devices(site: Site, room: Room) -> list[Device]:
    """Start every attempt, and give each a device."""
    storage = site.app.extensions["storage"]
    found = []
    for number, attempt_id in enumerate((room.attempt_id, *room.others)):
        with room.writing() as session:
            let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, attempt_id)), now=room.now)
            token = token_for(start(session, BODY, attempt_id, now=room.now))
        assert token is not None
        found.append(
            Device(
                token=write_token(writer_key(site.settings.secret), token),
                attempt_id=attempt_id,
                items=room.exam.items,
                chance=random.Random(number),
            )
        )
    return found


@contextmanager
def service(site: Site) -> Iterator[int]:
    """Run the whole service, which starts again what dies; gives its process."""
    site.free_port()
    with (site.settings.home / "serve.log").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "assessment.cli", "serve", "--port", str(site.listener_port)],
            cwd=site.settings.home,
            env=site.environment,
            stderr=errors,
        )
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(60)


def kill_again_and_again(serving: int, acknowledged: Callable[[], int]) -> int:
    """Kill a web process, or the server of them all, each time after more answers came in; returns how often."""
    chance = random.Random(KILLS)
    last = time.monotonic() + PATIENCE
    for number in range(1, KILLS + 1):
        while acknowledged() < number * DEVICES * BATCHES // (KILLS + 1) or not (running := web_processes(serving)):
            assert time.monotonic() < last
            time.sleep(0.005)
        os.kill(chance.choice(running), signal.SIGKILL)
    return KILLS


def web_processes(serving: int) -> list[int]:
    """The server of the web processes and they themselves."""
    found = children(serving)
    for process in found:
        found += children(process)
    return [process for process in found if WEB.search(command(process))]


def children(process: int) -> list[int]:
    """The processes that one started; none when it is gone."""
    try:
        tasks = [(task / "children").read_text() for task in Path(f"/proc/{process}/task").iterdir()]
    except OSError:
        return []
    return [int(child) for line in tasks for child in line.split()]


def command(process: int) -> bytes:
    """The command line of a process; empty when it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return b""


def test_nothing_acknowledged_is_lost_and_nothing_is_stored_twice(site: Site) -> None:
    moment = datetime.now(UTC)
    room = open_room(site, others=[f"Asesi {number}" for number in range(1, DEVICES)], starts_at=moment)
    room.now = moment
    crowd = devices(site, room)
    with service(site) as serving, ThreadPoolExecutor(DEVICES + 1) as pool:
        working = [pool.submit(device.work, site.listener_port) for device in crowd]
        killing = pool.submit(kill_again_and_again, serving, lambda: sum(len(device.acknowledged) for device in crowd))
        for each in working:
            each.result()
        assert killing.result() == KILLS
    with site.app.app_context():
        rows = db.session().query(ResponseEvent).all()
        stored = {(each.attempt_id, each.client, each.seq): each.response["RESPONSE"] for each in rows}
        assert len(rows) == len(stored) == sum(len(device.sent) for device in crowd)
        assert {each.standing for each in rows} == {Standing.ACCEPTED}
    for device in crowd:
        assert device.acknowledged == device.sent.keys()
        assert {(device.attempt_id, *key): answer for key, answer in device.sent.items()}.items() <= stored.items()
