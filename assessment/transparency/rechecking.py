"""Holding the log against the facts and the facts against the log, for `fsck`; reads only, in constant memory.

Features register how the statement of a leaf is held against its records (`recheck`), and which of their records
must have a leaf (`expect`). What is found: a fact without a leaf, a leaf whose statement is not what the records say,
a place that does not follow from its leaf, a moment that runs backwards or lies long after the fact it is of (a
back-dated one), and a tree or a signed head that does not follow from the entries.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, trusted_head
from assessment.domain.log.entry import Entry, Kind, commitment, written_moment
from assessment.domain.log.merkle import GrowingTree, leaf_hash, new_nodes
from assessment.domain.log.note import LOG, VerifierKey
from assessment.domain.mismatch import Mismatch, differs, mismatch
from assessment.transparency.leaves import statement_nonce
from assessment.transparency.sequencing import find_log
from assessment.transparency.tables import LogCheckpoint, LogEntry, LogHash, LogLeaf

# Single facts are logged at once, many within a minute; an hour allows for a signer that was away.
LONGEST_DELAY = timedelta(hours=1)
LONGEST_WAIT = timedelta(minutes=1)
ROWS_AT_A_TIME = 256

Recheck = Callable[[Session, LogLeaf, dict[str, Any]], Iterator[Mismatch]]
Expect = Callable[[Session, datetime], Iterator[Mismatch]]

RECHECKS: dict[Kind, list[Recheck]] = {}
EXPECTED: list[Expect] = []


def recheck(kind: Kind, function: Recheck) -> None:
    """Name a function that holds leaves of a kind against records; it passes over those that are another feature's."""
    RECHECKS.setdefault(kind, []).append(function)


def expect(function: Expect) -> None:
    """Name a function that yields the records from a moment on that have no leaf and should have one."""
    EXPECTED.append(function)


def members_differ(leaf: LogLeaf, said: dict[str, Any], facts: dict[str, Any]) -> Iterator[Mismatch]:
    """Yield each member of the facts that is not what a statement says."""
    for name, value in facts.items():
        yield from differs(f"log_leaf/{leaf.body_id}/{leaf.id}", f"log {name}", said.get(name), value)


def no_leaf(table: str, body_id: str, record: str, kind: Kind) -> Mismatch:
    """Say that a record should have a leaf and has none."""
    return mismatch(f"{table}/{body_id}/{record}", "log", f"a {kind.value} leaf", "none")


def unlogged(session: Session) -> Iterator[Mismatch]:
    """Yield every record from after the log's first leaf that should have one and has none."""
    first = session.scalar(select(func.min(LogLeaf.written_at)))
    if first is not None:
        for function in EXPECTED:
            yield from function(session, first)


def leaves_to_recheck(session: Session, *, since: datetime | None = None) -> Iterator[tuple[str, str]]:
    """Yield (body id, leaf id) of every leaf, in key order; `since` keeps the later ones."""
    keys = select(LogLeaf.body_id, LogLeaf.id).order_by(LogLeaf.body_id, LogLeaf.id)
    if since is not None:
        keys = keys.where(LogLeaf.written_at >= since)
    for row in session.execute(keys.execution_options(yield_per=500)):
        yield row.body_id, row.id


def recheck_leaf(session: Session, body_id: str, leaf_id: str, *, now: datetime) -> Iterator[Mismatch]:
    """Yield whatever is wrong with one leaf: its commitment, its place, its moment, its statement."""
    leaf = session.get(LogLeaf, (body_id, leaf_id))
    record = f"log_leaf/{body_id}/{leaf_id}"
    if leaf is None:
        yield mismatch(record, "log", "a leaf", "none")
        return
    entry = session.scalar(select(LogEntry).where(LogEntry.body_id == body_id, LogEntry.log_leaf_id == leaf_id))
    if entry is None:
        if leaf.written_at < now - LONGEST_WAIT:
            yield mismatch(record, "log place", "a place within a minute", f"none since {leaf.written_at.isoformat()}")
    else:
        content = Entry(
            kind=leaf.kind, body_id=leaf.body_id, logged_at=entry.logged_at, commitment=leaf.commitment
        ).content
        yield from differs(f"log_entry/{entry.position}", "log entry", content, entry.content)
        if entry.logged_at > leaf.written_at + LONGEST_DELAY:
            yield mismatch(
                record,
                "back-dated",
                f"logged within {LONGEST_DELAY} of {written_moment(leaf.written_at)}",
                f"logged at {written_moment(entry.logged_at)}",
            )
    said: dict[str, Any] = {}
    if leaf.kind is not Kind.ISSUE:
        expected = commitment(statement_nonce(leaf.id), leaf.statement.encode())
        yield from differs(record, "log commitment", expected.hex(), leaf.commitment.hex())
        said = json.loads(leaf.statement)
    for function in RECHECKS.get(leaf.kind, ()):
        yield from function(session, leaf, said)


def tree_problems(session: Session) -> Iterator[Mismatch]:
    """Yield whatever is wrong with the tree: places, moments, hashes, signed heads, entries whose fact is lost."""
    log = find_log(session)
    if log is None:
        return
    key = VerifierKey(name=log.origin, kind=LOG, public=log.public_key)
    heads = session.execute(
        select(LogCheckpoint).order_by(LogCheckpoint.size).execution_options(yield_per=ROWS_AT_A_TIME)
    ).scalars()
    head = next(heads, None)
    tree = GrowingTree()
    edge: dict[tuple[int, int], bytes] = {}
    last: datetime | None = None
    rows = session.execute(select(LogEntry).order_by(LogEntry.position).execution_options(yield_per=ROWS_AT_A_TIME))
    for batch in rows.scalars().partitions(ROWS_AT_A_TIME):
        made: dict[tuple[int, int], bytes] = {}
        for entry in batch:
            record = f"log_entry/{entry.position}"
            yield from differs(record, "log place", tree.size, entry.position)
            if last is not None and entry.logged_at < last:
                yield mismatch(record, "back-dated", f"logged at {last.isoformat()} or later", entry.logged_at)
            if entry.log_leaf_id is None:
                yield mismatch(record, "lost fact", "the fact of this entry", "none: it was published before a restore")
            last = entry.logged_at
            for level, place, value in new_nodes(tree.size, leaf_hash(entry.content), lambda *node: edge[node]):
                edge[level, place] = made[level, place] = value
                if place % 2:
                    edge.pop((level, place - 1))
                    edge.pop((level, place))
            tree.add(leaf_hash(entry.content))
            while head is not None and head.size == tree.size:
                yield from _head_problems(head, Head(origin=key.name, size=tree.size, root=tree.root()), key)
                head = next(heads, None)
        yield from _hash_problems(session, made)
    for rest in [] if head is None else [head, *heads]:
        yield mismatch(f"log_checkpoint/{rest.size}", "tree head", f"at most {tree.size} entries", rest.size)


def _head_problems(stored: LogCheckpoint, head: Head, key: VerifierKey) -> Iterator[Mismatch]:
    record = f"log_checkpoint/{stored.size}"
    yield from differs(record, "tree head", head.root.hex(), stored.root.hex())
    try:
        yield from differs(record, "tree head", head.text, trusted_head(stored.note, key)[0].text)
    except Invalid as refusal:
        yield mismatch(record, "tree head", "a head signed by the log", str(refusal))


def _hash_problems(session: Session, made: dict[tuple[int, int], bytes]) -> Iterator[Mismatch]:
    stored = {
        (row.level, row.position): row.hash
        for row in session.execute(
            select(LogHash.level, LogHash.position, LogHash.hash).where(
                tuple_(LogHash.level, LogHash.position).in_(sorted(made))
            )
        )
    }
    for (level, place), value in made.items():
        found = stored.get((level, place))
        yield from differs(f"log_hash/{level}/{place}", "tree", value.hex(), "none" if found is None else found.hex())
