"""Writers of SQLite take turns: one transaction at a time in the whole installation, while the others sleep.

SQLite has one writer at a time and no queue: who finds the lock taken may only look again. That costs a processor
that the others need, and it is unfair: under load somebody looks again until their patience ends. So everybody who
is going to write passes a lock of the operating system (flock) on to the next before asking for the database's own.
PostgreSQL needs none of it.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SUFFIX = "-writers.lock"


class _OfThread(threading.local):
    turns = 0


_mine = _OfThread()


class Turn:
    """A place in the queue of one database; the turn is given up when the process dies.

    A thread that has the turn does not wait for it again: where it writes in two transactions at once, SQLite
    says so, as it would without any queue.
    """

    def __init__(self, database: str) -> None:
        self._place = database + SUFFIX
        self._file: int | None = None
        self._taken = False

    def take(self) -> None:
        """Wait for the turn and keep it until `give`."""
        if self._taken or _mine.turns:
            return
        if self._file is None:
            self._file = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._taken = True
        _mine.turns += 1

    def give(self) -> None:
        """Let the next one write; nothing happens where the turn was not taken."""
        if self._taken and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
            self._taken = False
            _mine.turns = max(0, _mine.turns - 1)

    def close(self) -> None:
        """Give the turn up and let go of the lock's file."""
        self.give()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and keep it for a while."""
        self.take()
        try:
            yield
        finally:
            self.give()
