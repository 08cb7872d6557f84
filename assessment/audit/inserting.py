"""Inserting many rows of one table in one statement.

The driver of PostgreSQL sends a statement of its own for every row, which costs both sides more than the row itself.
So there the rows go as one JSON document. SQLite's driver has nothing to send, but SQLAlchemy works through every
value of every row; so the statement is written once, and the rows go past it to the driver.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

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
_IN_JSON = frozenset({str, int, bool, type(None)})

Column = tuple[str, Callable[[Any], Any] | None]
Computed = tuple[tuple[str, ColumnElement[Any]], ...]


class _Written(NamedTuple):
    """A statement in a database's own words, and the order in which it takes values, where it takes them by place."""

    text: str
    order: tuple[str, ...]


def insert_many(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    shared: Mapping[str, Any] | None = None,
    computed: Computed = (),
) -> None:
    """Insert rows in their order; each names the same columns.

    `shared`: further columns, the same in every row; `computed`: others, worked out by the database.
    """
    dialect, shared = connection.dialect, shared or {}
    if _holds_json(table):
        connection.execute(insert(table).values(dict(computed)), [{**row, **shared} for row in rows])
        return
    names = tuple(rows[0])
    same = {name: _processed(shared[name], process) for name, process in _columns(table, tuple(shared), dialect)}
    if dialect.name == "postgresql" and len(rows) > 1:
        told = [_in_json(rows, name, process) for name, process in _columns(table, names, dialect)]
        document = [dict(zip(names, values, strict=True)) for values in zip(*told, strict=True)]
        written = _by_document(table, names, tuple(shared), computed, dialect)
        connection.exec_driver_sql(written.text, same | {_DOCUMENT: msgspec.json.encode(document).decode()})
        return
    written = _by_values(table, (*names, *shared), computed, dialect)
    values: dict[str, Iterable[Any]] = {
        name: [row[name] for row in rows] if process is None else [process(row[name]) for row in rows]
        for name, process in _columns(table, names, dialect)
    }
    values |= {name: repeat(value, len(rows)) for name, value in same.items()}
    if written.order:
        connection.exec_driver_sql(written.text, list(zip(*(values[name] for name in written.order), strict=True)))
    else:
        listed = zip(*values.values(), strict=True)
        connection.exec_driver_sql(written.text, [dict(zip(values, each, strict=True)) for each in listed])


@cache
def _by_values(table: Table, names: tuple[str, ...], computed: Computed, dialect: Dialect) -> _Written:
    statement = insert(table).inline().values({name: bindparam(name) for name in names} | dict(computed))
    return _written(statement, dialect)


@cache
def _by_document(
    table: Table, names: tuple[str, ...], shared: tuple[str, ...], computed: Computed, dialect: Dialect
) -> _Written:
    document = cast(bindparam(_DOCUMENT, type_=Text), JSON)
    given = func.json_populate_recordset(literal_column(f"NULL::{table.name}"), document).table_valued(*names)
    same = [bindparam(name, type_=table.columns[name].type) for name in shared]
    columns = [*names, *shared, *(name for name, _ in computed)]
    chosen = select(*given.c, *same, *(element for _, element in computed))
    return _written(insert(table).from_select(columns, chosen, include_defaults=False), dialect)


def _written(statement: Insert, dialect: Dialect) -> _Written:
    compiled = statement.compile(dialect=dialect)
    return _Written(str(compiled), tuple(compiled.positiontup or ()))


def _holds_json(table: Table) -> bool:
    """Whether a column could hold a null of JSON's own, which such a document cannot tell from a missing value."""
    return any(isinstance(column.type, JSON) for column in table.columns)


@cache
def _columns(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[Column, ...]:
    """Name of each column, and what its type makes of a value for the database."""
    return tuple((name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)


def _processed(value: Any, process: Callable[[Any], Any] | None) -> Any:
    return value if process is None else process(value)


def _in_json(rows: Sequence[Mapping[str, Any]], name: str, process: Callable[[Any], Any] | None) -> list[Any]:
    """Return a column's values as they stand in a JSON document."""
    values = [row[name] for row in rows]
    if bytes in map(type, values):
        return [value if value is None else f"\\x{value.hex()}" for value in values]
    if process is not None:
        values = list(map(process, values))
    if _IN_JSON.issuperset(map(type, values)):
        return values
    return [str(value) if isinstance(value, str) else value for value in values]  # of an enumeration, its text
