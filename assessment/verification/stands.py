"""How certificates stand, known for as long as nothing at all was written to the database since it was read.

To read how one stands takes PostgreSQL ten times the work of saying which transactions a reader sees. While those are
the same, everything is as it was. Where somebody writes all the time nobody asks first: only two readings in a row
that saw the same begin it. SQLite answers within this process, and is asked each time.
"""

import threading
from collections.abc import Mapping

from sqlalchemy import Engine, select

from assessment.one_row import OneRow
from assessment.verification.watched import Stand, seen_by, watched

MOST_KNOWN = 200  # of 12 KiB each


class Stands:
    """What was read through one engine; safe for threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen = OneRow(engine, select(seen_by(engine.dialect.name)))
        self._known: tuple[bytes | None, Mapping[str, Stand]] = None, {}
        self._nobody_writes = False
        self._turn = threading.Lock()

    def of(self, public_id: str) -> Stand | None:
        """Return how a certificate stands now; None where there is none. Raises what the driver raises."""
        seen, known = self._known
        stand = known.get(public_id) if self._nobody_writes else None
        if stand is not None and self._seen.find() == (seen,):
            return stand
        stand = watched(self._engine, public_id)
        if stand is not None and stand.seen is not None:
            self._learn(public_id, stand)
        return stand

    def _learn(self, public_id: str, stand: Stand) -> None:
        with self._turn:
            seen, known = self._known
            self._nobody_writes = stand.seen == seen
            if not self._nobody_writes or len(known) >= MOST_KNOWN:
                known = {}
            self._known = stand.seen, {**known, public_id: stand}
