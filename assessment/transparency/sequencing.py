"""Giving leaves their places: one integrator at a time, each leaf once, the order never changed again.

Who sequences holds the lock of the log's one row (on SQLite the lock of the writer), so that two processes take
turns and the second sees what the first has done. The moment written into an entry never runs backwards.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from assessment.domain.log.entry import Entry
from assessment.domain.log.merkle import HASH_BYTES, Node, leaf_hash, new_nodes
from assessment.transparency.tables import LogEntry, LogHash, LogLeaf, LogWaiting, TransparencyLog

Value = TypeVar("Value")

# The write lock is held while a batch is put into the tree.
BATCH = 50


def find_log(session: Session, *, lock: bool = False) -> TransparencyLog | None:
    """Return the installation's log, with `lock` held against every other integrator; None before its first leaf."""
    return session.get(TransparencyLog, 1, with_for_update=lock, populate_existing=lock)


def is_waiting(session: Session) -> bool:
    """Say whether a leaf waits for its place; one statement."""
    return session.scalar(select(LogWaiting.log_leaf_id).limit(1)) is not None


def tree_size(session: Session) -> int:
    """Return how many entries the log has; one statement."""
    last = session.scalar(select(func.max(LogEntry.position)))
    return 0 if last is None else last + 1


def sequence(session: Session, *, now: datetime) -> int:
    """Give up to 50 waiting leaves their places, the oldest first, and return how many.

    Raises LookupError before the log is opened.
    """
    if find_log(session, lock=True) is None:
        raise LookupError("The log is not open.")
    waiting = session.execute(
        select(LogLeaf)
        .join(LogWaiting, (LogWaiting.body_id == LogLeaf.body_id) & (LogWaiting.log_leaf_id == LogLeaf.id))
        .order_by(LogLeaf.written_at, LogLeaf.id)
        .limit(BATCH)
    ).scalars()
    leaves = list(waiting)
    if not leaves:
        return 0
    last = session.execute(
        select(LogEntry.position, LogEntry.logged_at).order_by(LogEntry.position.desc()).limit(1)
    ).first()
    moment = (now if last is None else max(now, last.logged_at)).replace(microsecond=0)
    places = [
        {
            "body_id": leaf.body_id,
            "log_leaf_id": leaf.id,
            "content": Entry(
                kind=leaf.kind, body_id=leaf.body_id, logged_at=moment, commitment=leaf.commitment
            ).content,
            "logged_at": moment,
        }
        for leaf in leaves
    ]
    add_entries(session, 0 if last is None else last.position + 1, places)
    session.execute(
        delete(LogWaiting).where(
            tuple_(LogWaiting.body_id, LogWaiting.log_leaf_id).in_([(leaf.body_id, leaf.id) for leaf in leaves])
        )
    )
    return len(leaves)


def add_entries(session: Session, size: int, entries: list[dict[str, Any]]) -> None:
    """Put entries into the tree of `size` leaves, whose lock the caller holds; three statements."""
    table = _fetch(session, _peaks(size))
    made: list[dict[str, Any]] = []
    for position, entry in enumerate(entries, start=size):
        entry["position"] = position
        for level, place, value in new_nodes(position, leaf_hash(entry["content"]), lambda *node: table[node]):
            table[level, place] = value
            made.append({"level": level, "position": place, "hash": value})
    session.execute(insert(LogEntry), entries)
    session.execute(insert(LogHash), made)


def with_nodes(session: Session, calculate: Callable[[Node], Value]) -> Value:
    """Return what `calculate` makes of the stored tree; one statement, whichever subtrees it asks for.

    It is run twice, first to learn what it asks for: which subtrees these are must not depend on their hashes.
    """
    wanted: set[tuple[int, int]] = set()

    def note_down(level: int, position: int) -> bytes:
        wanted.add((level, position))
        return bytes(HASH_BYTES)

    calculate(note_down)
    table = _fetch(session, wanted)
    return calculate(lambda level, position: table[level, position])


def _peaks(size: int) -> list[tuple[int, int]]:
    """The largest complete subtrees of a tree: all that a new leaf can stand beside."""
    return [(level, (size >> level) - 1) for level in range(size.bit_length()) if size >> level & 1]


def _fetch(session: Session, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    wanted = sorted(places)
    if not wanted:
        return {}
    rows = session.execute(
        select(LogHash.level, LogHash.position, LogHash.hash).where(tuple_(LogHash.level, LogHash.position).in_(wanted))
    )
    return {(row.level, row.position): row.hash for row in rows}
