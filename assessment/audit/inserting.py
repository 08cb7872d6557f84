"""Inserting many rows of one table in one statement.

The driver of PostgreSQL sends a statement of its own for every row, which costs both sides more than the row itself.
So there the rows go as one JSON document. SQLite's driver has nothing to send.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Insert,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
)

_DOCUMENT = "document"

Column = tuple[str, Callable[[Any], Any] | None]


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], **computed: ColumnElement[Any]
) -> None:
    """Insert rows in their order; each names the same columns; `computed`: others, worked out by the database."""
    if connection.dialect.name != "postgresql" or len(rows) == 1 or _holds_json(table):
        connection.execute(insert(table).values(computed), rows)
        return
    columns = _columns(table, tuple(rows[0]), connection.dialect)
    written = [{name: _plain(row[name], process) for name, process in columns} for row in rows]
    document = msgspec.json.encode(written).decode()
    connection.execute(_from_document(table, tuple(rows[0]), computed), {_DOCUMENT: document})


def _from_document(table: Table, names: Sequence[str], computed: Mapping[str, ColumnElement[Any]]) -> Insert:
    document = cast(bindparam(_DOCUMENT, type_=Text), JSON)
    given = func.json_populate_recordset(literal_column(f"NULL::{table.name}"), document).table_valued(*names)
    return insert(table).from_select([*names, *computed], select(*given.c, *computed.values()), include_defaults=False)


def _holds_json(table: Table) -> bool:
    """Whether a column could hold a null of JSON's own, which such a document cannot tell from a missing value."""
    return any(isinstance(column.type, JSON) for column in table.columns)


@cache
def _columns(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[Column, ...]:
    """Name of each column, and what its type makes of a value for the database."""
    return tuple((name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)


def _plain(value: Any, process: Callable[[Any], Any] | None) -> Any:
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if process is not None:
        value = process(value)
    return str(value) if isinstance(value, str) else value  # a member of an enumeration is its text
