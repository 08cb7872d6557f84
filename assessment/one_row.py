"""One small question to the database, asked so often that what stands around it would cost more than the answer.

No transaction is begun and SQLAlchemy does not see the statement. On PostgreSQL libpq is asked itself: the driver's own
way lets go of the interpreter several times for each answer, and every time somebody else takes it.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus, Format
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, PoolProxiedConnection, Select

VALUE = "value"
_NOT_PREPARED = b"26000"  # the driver lets PostgreSQL forget what was prepared whenever it takes something back

Row = tuple[Any, ...]

# Told of each statement that nobody else sees: SQLite's own trace sees its own.
listeners: list[Callable[[str], None]] = []


class OneRow:
    """A statement that only reads, with no parameter or one that is named VALUE, in the words of one database."""

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        compiled = statement.compile(engine, compile_kwargs={"render_postcompile": True})
        self._engine = engine
        self._text = str(compiled)
        if engine.dialect.name == "postgresql":
            self._text = (self._text % {VALUE: "$1"}).replace("%%", "%")
        self._name = b"one_row_" + sha256(self._text.encode()).hexdigest()[:16].encode()

    def find(self, *value: str) -> Row | None:
        """Return the first row as the driver gives it, None where there is none.

        Values of PostgreSQL are the bytes of its binary format. Raises what the driver raises.
        """
        connection = self._engine.raw_connection()
        try:
            if self._engine.dialect.name == "sqlite":
                driver: Any = connection.driver_connection
                row: Row | None = driver.execute(self._text, value).fetchone()
                return row
            return self._on_postgresql(connection, [each.encode() for each in value])
        finally:
            connection.close()

    def _on_postgresql(self, connection: PoolProxiedConnection, value: list[bytes]) -> Row | None:
        driver: Any = connection.driver_connection
        result: PGresult | None = None
        for listener in listeners:
            listener(self._text)
        if self._name in connection.info:
            result = driver.pgconn.exec_prepared(self._name, value, result_format=Format.BINARY)
        if result is None or result.error_field(DiagnosticField.SQLSTATE) == _NOT_PREPARED:
            _held(driver.pgconn.prepare(self._name, self._text.encode()), ExecStatus.COMMAND_OK)
            connection.info[self._name] = True
            result = driver.pgconn.exec_prepared(self._name, value, result_format=Format.BINARY)
        _held(result, ExecStatus.TUPLES_OK)
        return tuple(result.get_value(0, place) for place in range(result.nfields)) if result.ntuples else None


def _held(result: PGresult, expected: ExecStatus) -> None:
    if result.status != expected:
        raise psycopg.OperationalError(result.get_error_message())
