"""The one thread of a process that writes what devices send: what waits is one group, one transaction, one commit.

Nobody is answered before the commit is on the disk. When the database does not take a group, nobody of it is told
that anything was kept; the device sends it again, and what was stored all the same is known by its key. One request,
or one event, that the database refuses costs no other its place: the group is halved until it stands alone.
"""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from functools import cache, partial
from typing import Any

import msgspec
import structlog
from msgspec.structs import replace
from prometheus_client import Counter
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.pool import PoolProxiedConnection

from assessment.database import turn_on, writing
from assessment.exams.delivery.flushing import WriteAheadLog
from assessment.exams.delivery.statements import STATEMENTS, SQLite, Statements
from assessment.exams.delivery.storing import Fate, Inserted, Sent, Taken, insert_alone, store_carefully, store_quickly
from assessment.turns import Turn

MOST_IN_A_GROUP = 256
# Who is answered comes again within the same moment: the first of them would be a group, and a flush, of its own.
FEW = 24
SECONDS_TO_GATHER = 0.0004
PATIENCE = 8.0  # seconds that a request waits for its commit; a device gives up after ten
PATIENCE_FOR_A_LOCK = 3.0
LOOK_AGAIN = 0.002
IDLE = 1.0

# What the database says of what it was given, as against how it is itself.
_REFUSED = (DataError, IntegrityError)

GROUPS = Counter("teruji_answer_groups", "Commits of the answer path.")
GROUPED = Counter("teruji_answer_requests", "Requests that these commits stored.")

log = structlog.get_logger("teruji.answers")


class Waiting(msgspec.Struct):
    """One request between its arrival and its commit; `tell` is called once with what became of it.

    It is told None when nothing can be said of what it sent. `again`: the quick way did not store it.
    """

    sent: Sent
    tell: Callable[[Taken | None], None]
    since: float
    again: bool = False


def _here(act: Callable[[], None]) -> None:
    act()


class GroupWriter:
    """Takes requests from many threads and commits them together; the thread ends when nobody comes.

    `deliver` runs, where it says, what tells a group of its commit: in the writing thread unless somebody else is set.
    """

    def __init__(self, engine: Callable[[], Engine]) -> None:
        self._engine = cache(engine)
        self.deliver: Callable[[Callable[[], None]], object] = _here
        self._queue: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._turn: Turn | None = None
        self._kept: PoolProxiedConnection | None = None
        self._log: WriteAheadLog | None = None
        self._statements: Statements | None = None

    @property
    def statements(self) -> Statements:
        """The statements of this database: what they are given is written before anybody waits for the lock."""
        if self._statements is None:
            self._statements = STATEMENTS[self._engine().dialect.name]
        return self._statements

    def put(self, sent: Sent, tell: Callable[[Taken | None], None]) -> None:
        """Store what a request sent; `tell` is called after the commit, where `deliver` has it called.

        It is told None when nothing can be said of what was sent.
        """
        self._wait(Waiting(sent, tell, time.monotonic()))

    def _wait(self, waiting: Waiting) -> None:
        self._queue.put(waiting)
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
            self._let_go()
            with self._starting:
                self._thread = None  # first: who comes after the look into the queue starts another thread
                if self._queue.empty():
                    return
                self._thread = threading.current_thread()

    def _next(self, seconds: float, most: int) -> list[Waiting]:
        try:
            group = [self._queue.get(timeout=seconds)]
        except queue.Empty:
            return []
        self._fill(group, most)
        if len(group) < FEW:
            time.sleep(SECONDS_TO_GATHER)
            self._fill(group, most)
        return group

    def _fill(self, group: list[Waiting], most: int) -> None:
        """Add what waits by now."""
        with suppress(queue.Empty):
            while len(group) < most:
                group.append(self._queue.get_nowait())

    def _let_go(self) -> None:
        if self._log is not None:
            self._log.close()
        if self._kept is not None:
            self._kept.close()
            self._kept = None
        if self._turn is not None:
            self._turn.close()
            self._turn = None

    def _commit(self, group: list[Waiting]) -> list[Waiting]:
        """Commit a group and have it told; returns those whose attempt somebody else holds."""
        found: list[Taken | None] = []
        try:
            self._line_up()
            with nullcontext() if self._turn is None else self._turn.taken():
                self._fill(group, MOST_IN_A_GROUP)  # those who came while another process wrote
                inserted = self._insert_alone(group)
                if inserted is None:
                    found = self._store([waiting.sent for waiting in group])
            # Seen before another process writes: after that SQLite reads every page anew.
            seen = None if inserted is None else inserted.look(self._driver())
            if self._log is not None:
                self._log.flush()  # whoever committed: what is stored already may be so since a moment ago
            if inserted is not None and seen is not None:
                self.deliver(partial(self._tell_of, group, inserted, seen))
                return []
        except Exception:
            log.exception("answers were not stored", requests=len(group))
            found = [None] * len(group)
            self._let_go()
        held_up = []
        told = []
        for waiting, taken in zip(group, found, strict=True):
            if taken is not None and taken.busy and time.monotonic() - waiting.since < PATIENCE_FOR_A_LOCK:
                held_up.append(waiting)
            else:
                told.append((waiting, None if taken is None or taken.busy else taken))
        self.deliver(partial(_tell, told))
        return held_up

    def _line_up(self) -> None:
        """Take a place in the queue of those who write, with a connection that is open as long as its log is."""
        if self._turn is None:
            engine = self._engine()
            self._turn = turn_on(engine)
            if self._turn is not None:
                self._log = self._log or WriteAheadLog(engine)
                self._driver()

    def _insert_alone(self, group: Sequence[Waiting]) -> Inserted | None:
        """Store a group in one statement; None where it takes more than that, or the database is not SQLite.

        The driver is called without SQLAlchemy, and its connection kept: while one process has the turn, all others
        wait.
        """
        if not isinstance(self.statements, SQLite) or any(waiting.again for waiting in group):
            return None
        return insert_alone(self._driver(), self.statements, [waiting.sent for waiting in group])

    def _driver(self) -> sqlite3.Connection:
        if self._kept is None:
            self._kept = self._engine().raw_connection()
            if self._log is not None:
                self._kept.detach()  # nobody else is to commit without a flush
                self._kept.cursor().execute("PRAGMA synchronous=NORMAL")
        connection: Any = self._kept.dbapi_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection

    def _tell_of(self, group: Sequence[Waiting], inserted: Inserted, document: str) -> None:
        """Tell a group what became of it; where something of it was not stored, it is stored again with more care."""
        found = inserted.told(document)
        if found is not None:
            _tell(zip(group, found, strict=True))
            _count(group)
            return
        for waiting in group:
            waiting.again = True
            self._wait(waiting)

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
                        _count(group)
                        return found
                    connection.rollback()
            except _REFUSED:
                raise
            except DBAPIError:
                connection.invalidate()
                raise
        raise AssertionError("the careful way always ends")


def _tell(told: Iterable[tuple[Waiting, Taken | None]]) -> None:
    for waiting, taken in told:
        waiting.tell(taken)


def _count(group: Sequence[object]) -> None:
    GROUPS.inc()
    GROUPED.inc(len(group))
