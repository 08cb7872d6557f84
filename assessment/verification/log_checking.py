"""Checking a log from its public files alone, as anybody can: every entry is read, and every hash worked out again.

What is found: a checkpoint that the log's key did not sign, a tile or bundle that is missing or is not what the tree
needs, an entry that is none or whose moment runs backwards (a back-dated one), and a history that is not the one of an
older checkpoint that somebody kept: shorter (a rollback) or another (a fork, an entry removed or exchanged).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, trusted_head
from assessment.domain.log.cosignature import cosigned_at
from assessment.domain.log.entry import Entry, read_entry, written_moment
from assessment.domain.log.merkle import GrowingTree, leaf_hash
from assessment.domain.log.note import VerifierKey
from assessment.domain.log.tiles import WIDTH, Tile, fold, read_bundle, width_in
from assessment.domain.mismatch import Mismatch, mismatch

CLOCK_SKEW = timedelta(minutes=5)

Fetch = Callable[[str], bytes | None]


@dataclass(kw_only=True)
class Checked:
    """What was looked at: the head, how many entries of each kind, and which witnesses saw the head when."""

    head: Head | None = None
    checkpoint: str = ""
    kinds: dict[str, int] = field(default_factory=dict)
    witnessed: dict[str, datetime] = field(default_factory=dict)


def check_log(
    fetch: Fetch,
    key: VerifierKey,
    checked: Checked,
    *,
    older: Iterable[Head] = (),
    witnesses: Iterable[VerifierKey] = (),
    now: datetime,
) -> Iterator[Mismatch]:
    """Yield whatever is wrong; `fetch` gives a public file's bytes, `older` are heads of this log that were kept.

    Memory does not grow with the log. `checked` tells what was seen.
    """
    content = fetch("log/checkpoint")
    if content is None:
        yield mismatch("log/checkpoint", "missing", "a checkpoint", "none")
        return
    try:
        head, note = trusted_head(content, key)
    except Invalid as refusal:
        yield mismatch("log/checkpoint", "signature", f"a checkpoint of {key.name} under its key", str(refusal))
        return
    checked.head, checked.checkpoint = head, str(note)
    for witness in witnesses:
        moment = cosigned_at(note, witness)
        if moment is None:
            yield mismatch("log/checkpoint", "cosignature", f"a cosignature of {witness.name}", "none that holds")
        else:
            checked.witnessed[witness.name] = moment
    known = sorted(older, key=lambda each: each.size)
    for each in known:
        if each.size > head.size:
            yield mismatch("log/checkpoint", "rollback", f"{each.size} entries or more", f"{head.size} entries")
    walk = _Walk(fetch, head, checked, now, [each for each in known if each.size <= head.size])
    yield from walk.problems()


class _Walk:
    """One pass over all entries, holding one tile a level."""

    def __init__(self, fetch: Fetch, head: Head, checked: Checked, now: datetime, older: list[Head]) -> None:
        self._fetch, self._head, self._checked, self._now, self._older = fetch, head, checked, now, older
        self._tree = GrowingTree()
        self._rows: list[list[bytes]] = []
        self._numbers: list[int] = []
        self._last: Entry | None = None

    def problems(self) -> Iterator[Mismatch]:
        size = self._head.size
        yield from self._compare_older()
        for number in range(-(-size // WIDTH)):
            bundle = Tile(level=None, number=number, width=width_in(size, None, number))
            content = self._fetch(f"log/{bundle.path}")
            try:
                entries = read_bundle(content or b"", bundle.width)
            except Invalid as refusal:
                found = "none" if content is None else str(refusal)
                yield mismatch(f"log/{bundle.path}", "entries", f"{bundle.width} entries", found)
                return
            for entry in entries:
                yield from self._look_at(entry)
                self._tree.add(leaf_hash(entry))
                yield from self._add(0, leaf_hash(entry))
                yield from self._compare_older()
        for level, row in enumerate(self._rows):
            if row:
                yield from self._compare_tile(level, row)
        if self._tree.root() != self._head.root:
            yield mismatch("log/checkpoint", "root", self._head.root.hex(), self._tree.root().hex())

    def _look_at(self, content: bytes) -> Iterator[Mismatch]:
        record = f"entry/{self._tree.size}"
        try:
            entry = read_entry(content)
        except Invalid as refusal:
            yield mismatch(record, "entry", "an entry of format 1", str(refusal))
            return
        self._checked.kinds[entry.kind.value] = self._checked.kinds.get(entry.kind.value, 0) + 1
        if self._last is not None and entry.logged_at < self._last.logged_at:
            yield mismatch(
                record,
                "back-dated",
                f"logged at {written_moment(self._last.logged_at)} or later",
                written_moment(entry.logged_at),
            )
        if entry.logged_at > self._now + CLOCK_SKEW:
            yield mismatch(record, "moment", f"logged before {written_moment(self._now)}", content.decode())
        self._last = entry

    def _add(self, level: int, value: bytes) -> Iterator[Mismatch]:
        """Put a hash into the tile of its level; a full tile is compared and goes up as one hash."""
        if level == len(self._rows):
            self._rows.append([])
            self._numbers.append(0)
        self._rows[level].append(value)
        if len(self._rows[level]) == WIDTH:
            row = self._rows[level]
            yield from self._compare_tile(level, row)
            self._rows[level] = []
            self._numbers[level] += 1
            yield from self._add(level + 1, fold(row))

    def _compare_tile(self, level: int, row: list[bytes]) -> Iterator[Mismatch]:
        tile = Tile(level=level, number=self._numbers[level], width=len(row))
        content = self._fetch(f"log/{tile.path}")
        if content != b"".join(row):
            found = "none" if content is None else f"{len(content)} other bytes"
            yield mismatch(f"log/{tile.path}", "tile", f"the hashes of {WIDTH**level * len(row)} entries", found)

    def _compare_older(self) -> Iterator[Mismatch]:
        while self._older and self._older[0].size == self._tree.size:
            kept = self._older.pop(0)
            if kept.root != self._tree.root():
                yield mismatch(
                    f"the first {kept.size} entries",
                    "fork",
                    f"the root of the older checkpoint, {kept.root.hex()}",
                    self._tree.root().hex(),
                )
