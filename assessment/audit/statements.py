"""Writing rows of several tables in as few statements as a database takes.

The driver of PostgreSQL sends a statement of its own for every row, and each has a way to the database and back, which
costs more than the row itself. So there the rows of a table go as one JSON document, and the tables together in one
statement. SQLite's driver has nothing to send, but SQLAlchemy works through every value of every row; so the statements
are written once, and the rows go past it to the driver.
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
    Update,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
    update,
)

_DOCUMENT = "document"
_IN_JSON = frozenset({str, int, bool, type(None)})

Column = tuple[str, Callable[[Any], Any] | None]
Computed = tuple[tuple[str, ColumnElement[Any]], ...]


class Insertion(NamedTuple):
    """Rows to be inserted in their order; each names the same columns.

    `shared`: further columns, the same in every row; `computed`: others, worked out by the database.
    """

    table: Table
    rows: Sequence[Mapping[str, Any]]
    shared: Mapping[str, Any] = {}
    computed: Computed = ()


class Change(NamedTuple):
    """One row to be changed: its primary key, and the new values of some of its columns."""

    table: Table
    key: Mapping[str, Any]
    values: Mapping[str, Any]


class _Shape(NamedTuple):
    """What the text of a statement depends on: `kind` writes it, the names are those of columns."""

    kind: Callable[["_Shape", str], Insert | Update]
    table: Table
    names: tuple[str, ...]
    further: tuple[str, ...] = ()
    computed: Computed = ()


class _Written(NamedTuple):
    """A statement in a database's own words, and the order in which it takes values, where it takes them by place.

    Where it does it stands alone, and the order names its columns.
    """

    text: str
    order: tuple[str, ...]


def write_all(connection: Connection, writings: Sequence[Insertion | Change]) -> None:
    """Write rows of several tables: on PostgreSQL in one statement, elsewhere in one for each table.

    Raises TypeError where several rows of a table with a JSON column are to go to PostgreSQL: a document cannot tell a
    null of JSON's own from a missing value.
    """
    if connection.dialect.name == "postgresql":
        _write_together(connection, writings)
    else:
        for each in writings:
            _write_alone(connection, each)


def _write_together(connection: Connection, writings: Sequence[Insertion | Change]) -> None:
    shapes: list[_Shape] = []
    parameters: dict[str, Any] = {}
    for place, each in enumerate(writings):
        shape, values = _told(each, connection.dialect)
        shapes.append(shape)
        parameters |= {f"{_prefix(place)}{name}": value for name, value in values.items()}
    connection.exec_driver_sql(_written(tuple(shapes), connection.dialect).text, parameters)


def _write_alone(connection: Connection, each: Insertion | Change) -> None:
    dialect = connection.dialect
    if isinstance(each, Change):
        shape, values = _told(each, dialect)
        written = _written((shape,), dialect)
        connection.exec_driver_sql(written.text, tuple(values[name] for name in written.order))
        return
    names = tuple(each.rows[0])
    columns: dict[str, Iterable[Any]] = {
        name: [row[name] for row in each.rows] if process is None else [process(row[name]) for row in each.rows]
        for name, process in _columns(each.table, names, dialect)
    }
    columns |= {name: repeat(value, len(each.rows)) for name, value in _processed(each.table, each.shared, dialect)}
    written = _written((_Shape(_values, each.table, names, tuple(each.shared), each.computed),), dialect)
    rows = zip(*(columns[name] for name in written.order), strict=True)
    connection.exec_driver_sql(written.text, list(rows))


def _told(each: Insertion | Change, dialect: Dialect) -> tuple[_Shape, dict[str, Any]]:
    """Return the statement that writes this, and its parameters."""
    if isinstance(each, Change):
        key, values = _processed(each.table, each.key, dialect), _processed(each.table, each.values, dialect)
        return _Shape(_changed, each.table, tuple(each.values), tuple(each.key)), dict((*values, *key))
    names, shared = tuple(each.rows[0]), tuple(each.shared)
    same = dict(_processed(each.table, each.shared, dialect))
    if len(each.rows) == 1:
        shape = _Shape(_values, each.table, names, shared, each.computed)
        return shape, same | dict(_processed(each.table, each.rows[0], dialect))
    if _holds_json(each.table):
        raise TypeError(f"Expected one row of {each.table.name}, which has a column of JSON, got {len(each.rows)}.")
    told = [_in_json(each.rows, name, process) for name, process in _columns(each.table, names, dialect)]
    document = [dict(zip(names, values, strict=True)) for values in zip(*told, strict=True)]
    shape = _Shape(_from_document, each.table, names, shared, each.computed)
    return shape, same | {_DOCUMENT: msgspec.json.encode(document).decode()}


# --- the words of a statement


@cache
def _written(shapes: tuple[_Shape, ...], dialect: Dialect) -> _Written:
    *before, last = [shape.kind(shape, _prefix(place)) for place, shape in enumerate(shapes)]
    together = last.add_cte(*(statement.cte(f"written_{place}") for place, statement in enumerate(before)))
    compiled = together.compile(dialect=dialect)
    return _Written(str(compiled), tuple(name.removeprefix(_prefix(0)) for name in compiled.positiontup or ()))


def _values(shape: _Shape, prefix: str) -> Insert:
    given: dict[str, ColumnElement[Any]] = {name: bindparam(prefix + name) for name in (*shape.names, *shape.further)}
    return insert(shape.table).inline().values(given | dict(shape.computed))


def _from_document(shape: _Shape, prefix: str) -> Insert:
    document = cast(bindparam(prefix + _DOCUMENT, type_=Text), JSON)
    empty: ColumnElement[Any] = literal_column(f"NULL::{shape.table.name}")
    given = func.json_populate_recordset(empty, document).table_valued(*shape.names)
    same = [bindparam(prefix + name, type_=shape.table.columns[name].type) for name in shape.further]
    columns = [*shape.names, *shape.further, *(name for name, _ in shape.computed)]
    chosen = select(*given.c, *same, *(element for _, element in shape.computed))
    return insert(shape.table).from_select(columns, chosen, include_defaults=False)


def _changed(shape: _Shape, prefix: str) -> Update:
    columns = shape.table.columns
    return (
        update(shape.table)
        .where(*(columns[name] == bindparam(prefix + name) for name in shape.further))
        .values({name: bindparam(prefix + name) for name in shape.names})
    )


def _prefix(place: int) -> str:
    return f"{chr(ord('a') + place)}_"


# --- values as a database takes them


def _holds_json(table: Table) -> bool:
    return any(isinstance(column.type, JSON) for column in table.columns)


@cache
def _columns(table: Table, names: tuple[str, ...], dialect: Dialect) -> tuple[Column, ...]:
    """Name of each column, and what its type makes of a value for the database."""
    return tuple((name, table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names)


def _processed(table: Table, row: Mapping[str, Any], dialect: Dialect) -> list[tuple[str, Any]]:
    return [
        (name, row[name] if process is None else process(row[name]))
        for name, process in _columns(table, tuple(row), dialect)
    ]


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
