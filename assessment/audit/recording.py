"""Writes an audit entry for every row of a covered table, in the transaction of the change itself.

The unit of work says who acts (`session.info["act"]`); a write to a covered table outside of one is a
programming error and raises. Entries are not chained here: a chain inside the transaction would make every
writer wait for every other (see `sealing.py`).
"""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple, cast

import msgspec
from flask import current_app
from sqlalchemy import Table, event, inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, UOWTransaction
from sqlalchemy.orm.attributes import set_committed_value

from assessment.audit.covered import COVERED
from assessment.audit.statements import Change, Insertion, write_all
from assessment.audit.tables import AuditEntry, current_transaction
from assessment.database import Act

FORMAT = 1

_AS_THEY_ARE = frozenset({str, int, bool, type(None)})
_encode = msgspec.json.Encoder(order="sorted").encode
_TRANSACTION = (("transaction", current_transaction()),)


class Recorder:
    """Computes the digests of one installation under its audit key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def digest(self, table: Table, row: dict[str, Any]) -> bytes:
        """Return the keyed digest of a row; `row` maps column names to Python values."""
        return hmac.digest(self._key, canonical_row(table, row), sha256)


class NewRows(NamedTuple):
    """Rows of a covered table that are to be inserted; each names every column but those that are `shared`."""

    model: type[DeclarativeBase]
    rows: Sequence[Mapping[str, Any]]
    shared: Mapping[str, Any] = {}


class NewValues(NamedTuple):
    """What is to stand in some columns of a stored record of a covered table."""

    record: object
    values: Mapping[str, Any]


def record_changes(session: Session, _context: UOWTransaction) -> None:
    """Write an entry for every covered row of this flush.

    Raises LookupError for a row that nobody is the author of.
    """
    entries = [
        entry
        for change, records in (
            ("insert", session.new),
            ("update", session.dirty),
            ("delete", session.deleted),
        )
        for record in records
        if _table(mapper := inspect(type(record))).name in COVERED
        and (change != "update" or session.is_modified(record))
        for entry in _entries(session, _table(mapper), [_row(record, mapper)], change)
    ]
    if entries:
        write_all(session.connection(), [_insertion(session, entries)])


event.listen(Session, "after_flush", record_changes)


def write_rows(session: Session, *written: NewRows | NewValues) -> None:
    """Write what a busy request writes together with its entries, without the work that an ORM does for each object.

    On PostgreSQL all of it is one statement. Raises LookupError when nobody is the author.
    """
    session.flush()
    writings: list[Insertion | Change] = []
    entries: list[dict[str, Any]] = []
    for each in written:
        if isinstance(each, NewValues):
            mapper = inspect(type(each.record))
            table, row = _table(mapper), _row(each.record, mapper)
            writings.append(Change(table, {name: row[name] for name in _key(table)}, each.values))
            entries += _entries(session, table, [row | dict(each.values)], "update")
        elif each.rows:
            table = _table(inspect(each.model))
            writings.append(Insertion(table, each.rows, each.shared))
            same = {name: plain(value) for name, value in each.shared.items()}
            entries += _entries(session, table, ({**same, **row} for row in each.rows), "insert")
    if not entries:
        return
    write_all(session.connection(), [*writings, _insertion(session, entries)])
    for each in written:
        if isinstance(each, NewValues):
            for name, value in each.values.items():
                set_committed_value(each.record, name, value)


def _insertion(session: Session, entries: list[dict[str, Any]]) -> Insertion:
    act = _act(session, entries[0]["record_table"])
    shared = {
        "v": FORMAT,
        "at": act.at,
        "account_id": act.account_id,
        "person_id": act.person_id,
        "act": act.name,
        "reason": act.reason,
    }
    return Insertion(_table(inspect(AuditEntry)), entries, shared, _TRANSACTION)


def _act(session: Session, table: str) -> Act:
    act: Act | None = session.info.get("act")
    if act is None:
        raise LookupError(f"{table} was written outside of a unit of work: nobody is its author.")
    return act


def _table(mapper: Mapper[Any]) -> Table:
    return cast(Table, mapper.local_table)


def _row(record: object, mapper: Mapper[Any]) -> dict[str, Any]:
    return {name: getattr(record, attribute) for name, attribute in _attributes(mapper)}


@cache
def _attributes(mapper: Mapper[Any]) -> tuple[tuple[str, str], ...]:
    """Name of each column and of the attribute that holds it."""
    return tuple((column.name, mapper.get_property_by_column(column).key) for column in _table(mapper).columns)


@cache
def _columns(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.columns)


@cache
def _name(table: Table) -> str:
    return str(table.name)  # a driver asks a string of SQLAlchemy's own, row by row, what it would be for it


@cache
def _key(table: Table) -> tuple[str, ...]:
    return tuple(column.name for column in table.primary_key.columns)


def _entries(session: Session, table: Table, rows: Iterable[dict[str, Any]], change: str) -> Iterator[dict[str, Any]]:
    """Return what entries say of rows; what they say of the act is the same for all of a flush."""
    recorder: Recorder = current_app.extensions["recorder"]
    body_id = _act(session, table.name).body_id
    for row in rows:
        yield {
            "body_id": row.get("body_id", body_id),
            "record_table": _name(table),
            "record_key": record_key(table, row),
            "change": change,
            "digest": recorder.digest(table, row),
        }


def because(session: Session, reason: str) -> None:
    """Keep this reason with every entry that the running act still writes."""
    act: Act | None = session.info.get("act")
    if act is not None:
        session.info["act"] = replace(act, reason=reason)


def record_key(table: Table, row: dict[str, Any]) -> str:
    """Return the primary key of a row as text."""
    return "/".join([value if type(value := row[name]) is str else str(plain(value)) for name in _key(table)])


def canonical_row(table: Table, row: dict[str, Any]) -> bytes:
    """Write a row as canonical bytes: format, table, then every column in the order of their names."""
    values = {name: value if type(value := row[name]) in _AS_THEY_ARE else plain(value) for name in _columns(table)}
    return _encode([FORMAT, _name(table), values])


def canonical(value: object) -> bytes:
    """Write a value as JSON with sorted keys and nothing to choose."""
    return _encode(plain(value))


def plain(value: object) -> Any:
    """Turn a column's value into what JSON can hold, in one way only.

    Raises TypeError for a type that no column has.
    """
    kind = type(value)
    if kind in _AS_THEY_ARE:
        return value
    write = _WRITERS.get(kind)
    return write(value) if write is not None else _plain(value)


def _plain(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case int():
            return int(value)
        case str():
            return str(value)
        case bytes() | bytearray() | memoryview():
            return bytes(value).hex()
        case datetime():
            return _moment(value)
        case date() | Decimal() | Fraction():
            return str(value)
        case float():
            return repr(value)
        case dict():
            return _mapping(value)
        case Iterable():
            return _list(value)
    raise TypeError(f"A column cannot hold {type(value).__name__}.")


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _mapping(value: dict[Any, Any]) -> dict[str, Any]:
    return {
        key if type(key) is str else str(key): inner if type(inner) in _AS_THEY_ARE else plain(inner)
        for key, inner in value.items()
    }


def _list(value: Iterable[Any]) -> list[Any]:
    if type(value) is list and _AS_THEY_ARE.issuperset(map(type, value)):
        return value
    return [inner if type(inner) in _AS_THEY_ARE else plain(inner) for inner in value]


# The kinds that columns hold most, found without asking one after the other.
_WRITERS: dict[type, Callable[[Any], Any]] = {
    bytes: bytes.hex,
    datetime: _moment,
    Fraction: str,
    dict: _mapping,
    list: _list,
}
