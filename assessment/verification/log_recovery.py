"""Catching up with the published log after a restore: what was published is taken in, so that the log can go on.

The facts behind entries that this database has never heard of are lost; `fsck` names each, and each can be entered
again as a new fact. What is waiting here and was published already gets the place that it had.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_
from sqlalchemy.orm import Session

from assessment.credentials.log_heads import head_at, log_key, remember
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import N_, Conflict
from assessment.domain.log.entry import read_entry
from assessment.domain.log.tiles import WIDTH, Tile, read_bundle, width_in
from assessment.transparency.sequencing import add_entries, find_log, tree_size
from assessment.transparency.tables import LogCheckpoint, LogLeaf, LogWaiting
from assessment.verification.log_checking import Checked, check_log

Fetch = Callable[[str], bytes | None]


def catch_up(fetch: Fetch, now: datetime) -> tuple[int, int]:
    """Take in what was published beyond this database; returns how many entries, and of how many the fact is lost.

    Opens transactions of its own. Raises Conflict when this database knows no log, when the published files do not
    fit together, or when they are another history than this database's.
    """
    with reading() as session:
        key, size = log_key(session), tree_size(session)
        if key is None:
            raise Conflict(N_("There is no log yet."))
        own = head_at(session, key.name, size)
    checked = Checked()
    problems = list(check_log(fetch, key, checked, older=[own], now=now))
    head = checked.head
    if problems or head is None:
        first = problems[0]
        raise Conflict(
            N_("The published log does not fit: %(what)s"), what=f"{first.record}: {first.kind}, {first.found}"
        )
    lost = 0
    for number in range(size // WIDTH, -(-head.size // WIDTH)):
        bundle = Tile(level=None, number=number, width=width_in(head.size, None, number))
        entries = read_bundle(fetch(f"log/{bundle.path}") or b"", bundle.width)
        with unit_of_work(_act(now)) as session:
            lost += _take_in(session, entries, bundle.start)
    with unit_of_work(_act(now)) as session:
        find_log(session, lock=True)
        if session.get(LogCheckpoint, head.size) is None:
            session.add(LogCheckpoint(size=head.size, root=head.root, note=_own(checked.checkpoint), signed_at=now))
            session.flush()
            remember(checked.checkpoint, key)
    return head.size - size, lost


def _take_in(session: Session, entries: list[bytes], start: int) -> int:
    """Add those entries that are not here yet, in the places that they have; returns how many have no fact here."""
    find_log(session, lock=True)
    size = tree_size(session)
    new = entries[size - start :]
    wanted = {read_entry(content).commitment for content in new}
    waiting = {
        leaf.commitment: leaf
        for leaf in session.scalars(
            select(LogLeaf)
            .join(LogWaiting, (LogWaiting.body_id == LogLeaf.body_id) & (LogWaiting.log_leaf_id == LogLeaf.id))
            .where(LogLeaf.commitment.in_(wanted))
        )
    }
    rows: list[dict[str, Any]] = []
    for content in new:
        entry = read_entry(content)
        leaf = waiting.get(entry.commitment)
        rows.append(
            {
                "body_id": None if leaf is None else leaf.body_id,
                "log_leaf_id": None if leaf is None else leaf.id,
                "content": content,
                "logged_at": entry.logged_at,
            }
        )
    if rows:
        add_entries(session, size, rows)
    found = [(leaf.body_id, leaf.id) for leaf in waiting.values()]
    session.execute(delete(LogWaiting).where(tuple_(LogWaiting.body_id, LogWaiting.log_leaf_id).in_(found)))
    return len(rows) - len(found)


def _own(checkpoint: str) -> str:
    """The checkpoint with the log's own signature alone, as the table keeps it."""
    text, _, signatures = checkpoint.partition("\n\n")
    return f"{text}\n\n{signatures.splitlines(keepends=True)[0]}"


def _act(now: datetime) -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=now, name="log.catch_up")
