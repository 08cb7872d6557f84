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
from contextlib import contextmanager, suppress
from pathlib import Path

from assessment.users import keep_owner

SUFFIX = "-writers.lock"


# Which thread has the turn of which database.
_having: set[tuple[str, int]] = set()


class Turn:
    """A place in the queue of one database; the turn is given up when the process dies.

    A thread that has the turn does not wait for it again: where it writes in two transactions at once, SQLite
    says so, as it would without any queue.
    """

    def __init__(self, database: str) -> None:
        self._database = Path(database)
        self._place = database + SUFFIX
        self._file: int | None = None
        self._had_by: tuple[str, int] | None = None

    def take(self) -> None:
        """Wait for the turn and keep it until `give`."""
        thread = (self._place, threading.get_ident())
        if thread in _having:
            return
        if self._file is None:
            self._file = os.open(self._place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with suppress(FileNotFoundError):  # a database that is only just being made
                keep_owner(Path(self._place), self._database)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._had_by = thread
        _having.add(thread)

    def give(self) -> None:
        """Let the next one write; nothing happens where the turn was not taken."""
        if self._had_by is not None and self._file is not None:
            _having.discard(self._had_by)
            self._had_by = None
            fcntl.flock(self._file, fcntl.LOCK_UN)

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
