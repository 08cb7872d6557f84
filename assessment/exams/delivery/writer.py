"""The one thread of a process that writes what devices send: what waits is one group, one transaction, one commit.

Nobody is answered before the commit. When the database does not take a group, nobody of it is told that anything
was kept; the device sends it again, and what was stored all the same is known by its key. One request, or one
event, that the database refuses costs no other its place: the group is halved until it stands alone.
"""

import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace

import structlog
from prometheus_client import Counter
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from assessment.database import turn_on, writing
from assessment.exams.delivery.statements import STATEMENTS, Statements
from assessment.exams.delivery.storing import Fate, Sent, Taken, store_carefully, store_quickly
from assessment.turns import Turn

MOST_IN_A_GROUP = 256
PATIENCE = 8.0  # seconds that a request waits for its commit; a device gives up after ten
PATIENCE_FOR_A_LOCK = 3.0
LOOK_AGAIN = 0.002
IDLE = 1.0

# What the database says of what it was given, as against how it is itself.
_REFUSED = (DataError, IntegrityError)

GROUPS = Counter("teruji_answer_groups", "Commits of the answer path.")
GROUPED = Counter("teruji_answer_requests", "Requests that these commits stored.")

log = structlog.get_logger("teruji.answers")


class Waiting:
    """One request between its arrival and its commit; the writing thread tells what became of it, once."""

    __slots__ = ("_tell", "sent", "since")

    def __init__(self, sent: Sent, tell: Callable[[Taken | None], None]) -> None:
        self._tell = tell
        self.sent = sent
        self.since = time.monotonic()

    def settle(self, taken: Taken | None) -> None:
        """Let the request go on; None when nothing can be said of what it sent."""
        self._tell(taken)


class GroupWriter:
    """Takes requests from many threads and commits them together; the thread ends when nobody comes."""

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = engine
        self._queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._turn: Turn | None = None
        self._statements: Statements | None = None

    @property
    def statements(self) -> Statements:
        """The statements of this database: what they are given is written before anybody waits for the lock."""
        if self._statements is None:
            self._statements = STATEMENTS[self._engine().dialect.name]
        return self._statements

    def put(self, sent: Sent, tell: Callable[[Taken | None], None]) -> None:
        """Store what a request sent; `tell` is called by the writing thread after the commit.

        It is told None when nothing can be said of what was sent.
        """
        self._queue.put(Waiting(sent, tell))
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="answers", daemon=True)
                    self._thread.start()

    def take(self, sent: Sent) -> Taken | None:
        """Store what a request sent; returns after the commit, with None when nothing can be said of it."""
        told: queue.SimpleQueue[Taken | None] = queue.SimpleQueue()
        self.put(sent, told.put)
        with suppress(queue.Empty):
            return told.get(timeout=PATIENCE)
        return None

    def _run(self) -> None:
        writing.set(True)
        held_up: list[Waiting] = []
        while True:
            group = held_up + self._next(LOOK_AGAIN if held_up else IDLE, MOST_IN_A_GROUP - len(held_up))
            if group:
                held_up = self._commit(group)
                continue
            with self._starting:
                if self._queue.empty():
                    self._let_go()
                    self._thread = None
                    return

    def _next(self, seconds: float, most: int) -> list[Waiting]:
        try:
            group = [self._queue.get(timeout=seconds)]
        except queue.Empty:
            return []
        self._fill(group, most)
        return group

    def _fill(self, group: list[Waiting], most: int) -> None:
        """Add what waits by now."""
        with suppress(queue.Empty):
            while len(group) < most:
                group.append(self._queue.get_nowait())

    def _let_go(self) -> None:
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def _commit(self, group: list[Waiting]) -> list[Waiting]:
        """Commit a group and settle it; returns those whose attempt somebody else holds."""
        try:
            self._turn = self._turn or turn_on(self._engine())
            with self._turn.taken() if self._turn is not None else nullcontext():
                self._fill(group, MOST_IN_A_GROUP)  # those who came while another process wrote
                found = self._store([waiting.sent for waiting in group])
        except Exception:
            log.exception("answers were not stored", requests=len(group))
            for waiting in group:
                waiting.settle(None)
            return []
        held_up = []
        for waiting, taken in zip(group, found, strict=True):
            if taken is not None and taken.busy and time.monotonic() - waiting.since < PATIENCE_FOR_A_LOCK:
                held_up.append(waiting)
            else:
                waiting.settle(None if taken is None or taken.busy else taken)
        return held_up

    def _store(self, group: Sequence[Sent]) -> list[Taken | None]:
        """Store a group in a transaction, or in several where the database refuses it whole."""
        try:
            try:
                return list(self._transaction(group))
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The connection died while nobody used it, and all others with it; a new one may serve.
                return list(self._transaction(group))
        except _REFUSED as error:
            return self._apart(group, error)

    def _apart(self, group: Sequence[Sent], error: DBAPIError) -> list[Taken | None]:
        if len(group) > 1:
            half = len(group) // 2
            return self._store(group[:half]) + self._store(group[half:])
        (sent,) = group
        log.error("an answer was not storable", error=type(error.orig).__name__, events=len(sent.events))
        bare = replace(sent, events=(), rows=(), flag=None, sighting=None)
        if len(sent.events) < 2:
            (taken,) = self._transaction([bare])
            return [replace(taken, fates=tuple(Fate(standing=None) for _ in sent.events))]
        singles = [self._store([replace(bare, events=(event,))])[0] for event in sent.events]
        if any(taken is None or taken.busy for taken in singles):
            return [None]
        whole = [taken for taken in singles if taken is not None]
        return [replace(whole[0], fates=tuple(fate for taken in whole for fate in taken.fates))]

    def _transaction(self, group: Sequence[Sent]) -> list[Taken]:
        with self._engine().connect() as connection:
            try:
                for store in (store_quickly, store_carefully):
                    connection.begin()
                    found = store(connection, group)
                    if found is not None:
                        connection.commit()
                        GROUPS.inc()
                        GROUPED.inc(len(group))
                        return found
                    connection.rollback()
            except _REFUSED:
                raise
            except DBAPIError:
                connection.invalidate()
                raise
        raise AssertionError("the careful way always ends")
