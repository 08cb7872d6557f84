"""Has what was committed on the disk before anybody hears of it, when the turn to write is another's already.

SQLite flushes its log inside every commit (`synchronous=FULL`), and whoever else wants to write waits for the disk
meanwhile. The connection of the answers commits without a flush (`NORMAL`), gives its turn to the next, and flushes the
log here. Until then a power cut may take the commit back, with all that came after it. See decision 0057.
"""

import os
import sqlite3
from contextlib import closing

from sqlalchemy import Engine

from assessment.database import turn_on


class WriteAheadLog:
    """The log of an SQLite database, for one thread that commits to it.

    That thread has a connection open from its first commit until `close`: SQLite removes the log with the last one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._file: int | None = None
        self._doubtful = False

    def flush(self) -> None:
        """Return when all that is committed is on the disk. Raises OSError, sqlite3.Error, DBAPIError.

        A flush that failed is not tried again: the system takes what it could not write for written, and what is
        committed later would be lost with it. The whole log is written into the database's own file instead.
        """
        if self._doubtful:
            self._empty()
            self._doubtful = False
            return
        try:
            os.fdatasync(self._opened())
        except OSError:
            self._doubtful = True
            raise

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _opened(self) -> int:
        if self._file is None:
            database = os.path.realpath(self._engine.url.database or "")  # where a link leads to, the log lies beside
            self._file = os.open(f"{database}-wal", os.O_RDONLY | os.O_CLOEXEC)
        return self._file

    def _empty(self) -> None:
        turn = turn_on(self._engine)
        assert turn is not None
        with closing(turn), turn.taken(), self._engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            (busy, _frames, _written) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise sqlite3.OperationalError("Somebody reads the log; it is emptied at the next flush.")
