"""Clients that answer without a pause and write down what was acknowledged; and the check of that ledger."""

import http.client
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from assessment.bench.world import Seat, World
from assessment.domain.exams.events import Event, digest, response_from_json
from assessment.exams.tables import ResponseEvent

PATIENCE = 6.0
LONGEST_PAUSE = 0.2
LARGEST_BATCH = 5

Key = tuple[str, str, int]
"""Attempt, client, seq."""


@dataclass(kw_only=True, slots=True)
class Ledger:
    """What clients sent, and what they were told is safe: key -> digest of the event."""

    sent: dict[Key, str] = field(default_factory=dict)
    acknowledged: dict[Key, str] = field(default_factory=dict)

    def copy(self) -> "Ledger":
        """Return the ledger as it stands now."""
        return Ledger(sent=dict(self.sent), acknowledged=dict(self.acknowledged))


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What the database says to a ledger: how many were acknowledged, lost, stored twice, or never sent."""

    acknowledged: int
    lost: int
    doubled: int
    foreign: int

    @property
    def clean(self) -> bool:
        """Whether nothing is wrong."""
        return self.lost == self.doubled == self.foreign == 0


def verdict(engine: Engine, ledger: Ledger) -> Verdict:
    """Hold a ledger against the response events of a database."""
    columns = (ResponseEvent.attempt_id, ResponseEvent.client, ResponseEvent.seq, ResponseEvent.digest)
    with engine.connect() as connection:
        rows = connection.execute(select(*columns)).all()
    stored = Counter((row.attempt_id, row.client, row.seq) for row in rows)
    digests = {(row.attempt_id, row.client, row.seq): row.digest for row in rows}
    return Verdict(
        acknowledged=len(ledger.acknowledged),
        lost=sum(digests.get(key) != digest_ for key, digest_ in ledger.acknowledged.items()),
        doubled=sum(stored.values()) - len(stored) + sum("~" in client for _, client, _ in stored),
        foreign=sum(key not in ledger.sent and "~" not in key[1] for key in stored),
    )


class Crowd:
    """One thread a seat. A client sends a batch until it is acknowledged, then thinks of the next one."""

    def __init__(self, world: World, address: Callable[[], tuple[str, int]], *, seed: int, lanes: int = 1) -> None:
        self._world = world
        self._address = address
        self._items = list(world.answers)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._given_up = threading.Event()
        self._numbers: dict[str, int] = {}
        self.ledger = Ledger()
        self.failures = 0
        # Several lanes of one client send at the same time, so that batches overtake each other.
        self._threads = [
            threading.Thread(target=self._answer, args=(seat, random.Random(f"{seed} {number} {lane}")), daemon=True)
            for number, seat in enumerate(world.seats)
            for lane in range(lanes)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Let every client get its last batch through, and wait for it; after an error nobody waits."""
        self._stop.set()
        if kind is not None:
            self._given_up.set()
        for thread in self._threads:
            thread.join()

    @property
    def acknowledged(self) -> int:
        """How many events were acknowledged so far."""
        return len(self.ledger.acknowledged)

    def await_more(self, number: int, *, patience: float = 60.0) -> bool:
        """Wait until so many more events are acknowledged; returns whether they were in time."""
        wanted, last = self.acknowledged + number, time.monotonic() + patience
        while self.acknowledged < wanted:
            if time.monotonic() > last:
                return False
            time.sleep(0.001)
        return True

    def snapshot(self) -> Ledger:
        """Return the ledger as it stands now."""
        with self._lock:
            return self.ledger.copy()

    def _answer(self, seat: Seat, chance: random.Random) -> None:
        client = f"crowd.{seat.attempt_id}"
        connection: http.client.HTTPConnection | None = None
        while not self._stop.is_set():
            batch = [self._event(seat, client, chance) for _ in range(chance.randint(1, LARGEST_BATCH))]
            while batch and not self._given_up.is_set():
                try:
                    if connection is None:
                        connection = http.client.HTTPConnection(*self._address(), timeout=PATIENCE)
                    batch = self._send(connection, seat, batch)
                except (OSError, http.client.HTTPException, json.JSONDecodeError):
                    if connection is not None:
                        connection.close()
                    connection = None
                    self.failures += 1
                    time.sleep(chance.random() * LONGEST_PAUSE)
        if connection is not None:
            connection.close()

    def _event(self, seat: Seat, client: str, chance: random.Random) -> Event:
        item = chance.choice(self._items)
        blank: Mapping[str, str | list[str] | None] = dict.fromkeys(self._world.answers[item])
        with self._lock:
            seq = self._numbers[client] = self._numbers.get(client, 0) + 1
            event = Event(
                client=client,
                seq=seq,
                item=item,
                response=response_from_json(self._world.answers[item] if chance.random() < 0.8 else blank),
                lang=chance.choice(("id", "en")),
                # A device whose clock stands wrong says any number here.
                elapsed=chance.randrange(7 * 24 * 3600 * 1000),
            )
            self.ledger.sent[seat.attempt_id, client, seq] = digest(event)
        return event

    def _send(self, connection: http.client.HTTPConnection, seat: Seat, batch: list[Event]) -> list[Event]:
        connection.request("POST", "/answers", body(batch), headers(seat))
        response = connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise http.client.HTTPException(str(response.status))
        reply = json.loads(content)
        settled = {(client, seq) for client, seq in [*reply["acknowledged"], *reply["held"]]}
        with self._lock:
            for event in batch:
                if event.key in settled:
                    self.ledger.acknowledged[seat.attempt_id, event.client, event.seq] = digest(event)
        refused = {(each["client"], each["seq"]) for each in reply["refused"]}
        return [event for event in batch if event.key not in settled | refused]


def body(batch: list[Event]) -> bytes:
    """Return the body that a device sends for these events."""
    events = [
        {
            "client": event.client,
            "seq": event.seq,
            "item": event.item,
            "response": {
                name: list(value) if isinstance(value, tuple) else value for name, value in event.response.items()
            },
            "lang": event.lang,
            "elapsed": event.elapsed,
        }
        for event in batch
    ]
    return json.dumps({"v": 1, "events": events}).encode()


def headers(seat: Seat) -> dict[str, str]:
    """Return the headers that a device sends with its answers."""
    return {"Teruji-Attempt": seat.token or "", "Content-Type": "application/json", "Accept": "application/json"}


def free_port() -> int:
    """Return a port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
