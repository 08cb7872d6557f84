"""Rows of covered tables and their last entries, as two streams in the order of their keys; memory stays the same."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, Text, cast, collate, func, select

from assessment.audit.recording import record_key
from assessment.audit.tables import AuditEntry

ROWS_AT_A_TIME = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class LastEntry:
    """The newest entry of one row."""

    key: str
    change: str
    digest: bytes
    at: datetime


def stored_rows(connection: Connection, table: Table) -> Generator[tuple[str, dict[str, Any]]]:
    """Yield each row of a table with its key as entries write it."""
    key: ColumnElement[str] = cast(next(iter(table.primary_key.columns)), Text)
    for column in list(table.primary_key.columns)[1:]:
        key = key + "/" + cast(column, Text)
    query = select(table).order_by(_bytewise(connection, key)).execution_options(yield_per=ROWS_AT_A_TIME)
    with connection.execute(query) as found:
        for row in found:
            values = dict(row._mapping)
            yield record_key(table, values), values


def last_entries(connection: Connection, table: str) -> Generator[LastEntry]:
    """Yield the newest entry of each row of a table, also of rows that are gone."""
    newest = (
        select(func.max(AuditEntry.id).label("id"))
        .where(AuditEntry.record_table == table)
        .group_by(AuditEntry.record_key)
        .subquery()
    )
    query = (
        select(AuditEntry.record_key, AuditEntry.change, AuditEntry.digest, AuditEntry.at)
        .join(newest, newest.c.id == AuditEntry.id)
        .order_by(_bytewise(connection, AuditEntry.record_key))
        .execution_options(yield_per=ROWS_AT_A_TIME)
    )
    with connection.execute(query) as found:
        for row in found:
            yield LastEntry(key=row.record_key, change=row.change, digest=row.digest, at=row.at)


def _bytewise(connection: Connection, key: ColumnElement[str] | Any) -> Any:
    """Order as Python compares: on PostgreSQL the database's language would order otherwise."""
    return collate(key, "C") if connection.dialect.name == "postgresql" else key
