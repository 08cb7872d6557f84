"""Carries the audit record over a migration that changes the columns of covered tables.

An entry's digest is over a whole row, so that a column more or less would make every row of the table look changed.
Before the migration each row of such a table is held against its last entry, by the columns that it has then; after
it, each row that agreed gets a further entry with the digest of what it holds now. A row that did not agree gets none,
and `fsck` reports it as before: a migration washes nothing clean. See decision 0033.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, DateTime, Inspector, MetaData, Table, insert, inspect
from sqlalchemy.types import TypeEngine

from assessment.audit.covered import COVERED
from assessment.audit.entries import ROWS_AT_A_TIME, last_entries, stored_rows
from assessment.audit.recording import FORMAT, Recorder, plain
from assessment.audit.tables import AuditEntry, current_transaction
from assessment.database import Base, Instant

ACT = "migration"
# What reading a value raises that is not of its column's kind.
UNREADABLE = (ValueError, LookupError, TypeError)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Before:
    """A table before its columns change: its key then, and the keys of the rows that disagree with their entries.

    `readable`: whether every value was of its column's kind; where one was not, no row is entered again.
    """

    key: tuple[str, ...]
    doubtful: frozenset[str]
    readable: bool


class Carrier:
    """Carries one installation's audit record over its migrations."""

    def __init__(self, recorder: Recorder, *, now: datetime) -> None:
        self._recorder = recorder
        self._now = now

    @contextmanager
    def around(self, connection: Connection) -> Iterator[None]:
        """Hold rows against their entries before a migration, and enter them again after it."""
        inspector = inspect(connection)
        there = set(inspector.get_table_names())
        if AuditEntry.__tablename__ not in there:
            yield
            return
        changing = {
            name: self._hold(connection, old)
            for name in sorted(COVERED & there)
            if _differs(old := as_it_is(inspector, name), Base.metadata.tables[name])
        }
        yield
        for name in sorted(COVERED - there):
            self._enter(connection, Base.metadata.tables[name], None)
        for name, before in changing.items():
            if before.readable:
                self._enter(connection, Base.metadata.tables[name], before)

    def _hold(self, connection: Connection, table: Table) -> _Before:
        key = tuple(column.name for column in table.primary_key)
        try:
            return _Before(key=key, doubtful=frozenset(self._doubtful(connection, table)), readable=True)
        except UNREADABLE:
            return _Before(key=key, doubtful=frozenset(), readable=False)

    def _doubtful(self, connection: Connection, table: Table) -> Iterator[str]:
        with closing(stored_rows(connection, table)) as rows, closing(last_entries(connection, table.name)) as entries:
            entry = next(entries, None)
            for key, row in rows:
                while entry is not None and entry.key < key:
                    entry = next(entries, None)
                known = entry is not None and entry.key == key and entry.change != "delete"
                if entry is None or not known or entry.digest != self._recorder.digest(table, row):
                    yield key

    def _enter(self, connection: Connection, table: Table, before: _Before | None) -> None:
        """Enter the rows of a table: all of a new one; of a changed one those that agreed before."""
        statement = insert(AuditEntry).values(transaction=current_transaction())
        with closing(stored_rows(connection, table)) as rows:
            entries = (entry for key, row in rows for entry in self._entries(table, key, row, before))
            while some := list(islice(entries, ROWS_AT_A_TIME)):
                connection.execute(statement, some)

    def _entries(self, table: Table, key: str, row: dict[str, Any], before: _Before | None) -> Iterator[dict[str, Any]]:
        if before is None:
            yield self._entry(table, key, row, "insert")
            return
        known = "/".join(str(plain(row[name])) for name in before.key if name in row)
        if known in before.doubtful:
            return
        if known == key:
            yield self._entry(table, key, row, "update")
        else:  # the row has another key now: its old one ends here
            yield self._entry(table, known, row, "delete")
            yield self._entry(table, key, row, "insert")

    def _entry(self, table: Table, key: str, row: dict[str, Any], change: str) -> dict[str, Any]:
        return {
            "v": FORMAT,
            "body_id": row.get("body_id"),
            "at": self._now,
            "account_id": None,
            "person_id": None,
            "act": ACT,
            "reason": None,
            "record_table": table.name,
            "record_key": key,
            "change": change,
            "digest": self._recorder.digest(table, row),
        }


def _differs(old: Table, new: Table) -> bool:
    """Tell whether the columns or the key of a table change."""
    return set(old.columns.keys()) != set(new.columns.keys()) or [each.name for each in old.primary_key] != [
        each.name for each in new.primary_key
    ]


def as_it_is(inspector: Inspector, name: str) -> Table:
    """Describe a table as the database has it now; what the code still has is of the kind that the code gives it."""
    known = Base.metadata.tables[name].columns
    key = inspector.get_pk_constraint(name)["constrained_columns"]
    return Table(
        name,
        MetaData(),
        *(
            Column(each["name"], _kind(known, each["name"], each["type"]), primary_key=each["name"] in key)
            for each in inspector.get_columns(name)
        ),
    )


def _kind(known: Any, name: str, found: TypeEngine[Any]) -> TypeEngine[Any]:
    if name in known:
        kind: TypeEngine[Any] = known[name].type
        return kind
    return Instant() if isinstance(found, DateTime) else found
