"""One process at a time writes answers to SQLite; the others sleep until it is their turn.

SQLite has one writer at a time and no queue: who finds the lock taken may only look again. That costs a processor
that the others need, and it is unfair. So the processes that save answers pass a lock of the operating system
(flock) on to each other, and look again only where a page writes meanwhile. What waits grows to a larger group, so
that one commit serves more. PostgreSQL needs none of it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

SUFFIX = "-answers.lock"


class Gate:
    """The turn of this process; it belongs to one thread, and is given up when the process dies."""

    def __init__(self) -> None:
        self._file: int | None = None
        self._place: str | None = None

    @contextmanager
    def turn(self, engine: Engine) -> Iterator[None]:
        """Wait for the turn and keep it for a while."""
        place = engine.url.database if engine.dialect.name == "sqlite" else None
        if not place:
            yield
            return
        file = self._open(place + SUFFIX)
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _open(self, place: str) -> int:
        if self._file is None or self._place != place:
            self.close()
            self._file, self._place = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), place
        return self._file

    def close(self) -> None:
        """Let go of the lock's file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
