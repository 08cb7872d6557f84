"""The database: base class, column types, engine options, unit of work, and the list of triggers.

No feature knowledge. One request or one command is one transaction: services flush and never commit; the
unit of work commits. On SQLite a writing transaction begins IMMEDIATE, so that its reads are already under
the lock that its writes need, and writers take turns (`turns`).
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, ClassVar

import msgspec
from flask_sqlalchemy import SQLAlchemy
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Executable,
    ForeignKey,
    ForeignKeyConstraint,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from assessment.turns import Turn

BUSY_TIMEOUT_MS = 5_000


class Instant(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError(f"Expected an aware datetime, got {value!r}.")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Fraction]):
    """An exact number, stored as "numerator/denominator"."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: Dialect) -> str | None:
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Fraction | None:
        return None if value is None else Fraction(value)


Json = dict[str, Any]
JsonList = list[Any]

_JSON = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """Every mapped class; constraint names follow one convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Instant,
        date: Date,
        Fraction: Exact,
        bytes: LargeBinary,
        bool: Boolean(create_constraint=False),
        str: Text,
        Json: _JSON,
        JsonList: _JSON,
    }


db = SQLAlchemy(metadata=Base.metadata)


class Scoped:
    """A row of one certification body: the body is part of its key (rule 15)."""

    body_id: Mapped[str] = mapped_column(ForeignKey("certification_body.id"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)


class OfBody:
    """A row of one certification body whose key is completed by the class itself; the body comes first in it."""

    body_id: Mapped[str] = mapped_column(ForeignKey("certification_body.id"), primary_key=True, sort_order=-1)


def belongs_to(table: str, column: str | None = None) -> ForeignKeyConstraint:
    """Refer to a row of the same body: (body_id, column) -> table (body_id, id)."""
    return ForeignKeyConstraint(["body_id", column or f"{table}_id"], [f"{table}.body_id", f"{table}.id"])


def holds_duty(side: str, person: str = "person_id") -> tuple[ForeignKeyConstraint, CheckConstraint]:
    """Tie a record to the one duty its author holds on the application, and to that side (rule 10).

    The table needs the columns application_id, side and `person`; the database itself then refuses a record
    whose author stands on another side of this application.
    """
    return (
        ForeignKeyConstraint(
            ["body_id", "application_id", person, "side"],
            ["duty.body_id", "duty.application_id", "duty.person_id", "duty.side"],
        ),
        CheckConstraint(f"side = '{side}'", name=f"side_is_{side}"),
    )


def choice(kind: type[StrEnum], name: str) -> Enum:
    """Return a column type that holds the values of an enum, refused otherwise by a named CHECK."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        values_callable=lambda members: [member.value for member in members],
    )


# --- transactions ---------------------------------------------------------------------------------------

# Whether what runs now writes (True), may only read (False), or stands outside of requests and units of work (None).
writing: ContextVar[bool | None] = ContextVar("writing", default=None)
# Whether every statement that is asked stands for itself, outside of a transaction; those only read.
alone: ContextVar[bool] = ContextVar("alone", default=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """Who does what, when: the author of every change in one transaction."""

    body_id: str | None
    account_id: str | None
    person_id: str | None
    at: datetime
    name: str
    reason: str | None = None


@contextmanager
def unit_of_work(act: Act) -> Iterator[Session]:
    """Run one writing transaction by one author: commits at the end, or leaves nothing."""
    session = db.session()
    session.rollback()
    token = writing.set(True)
    session.info["act"] = act
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("act", None)
        writing.reset(token)


@contextmanager
def reading() -> Iterator[Session]:
    """Read inside a writing request before its transaction begins: long thought is not thought under the lock.

    What is read must be taken along as plain values; rows do not outlive it.
    """
    session = db.session()
    session.rollback()
    token = writing.set(False)
    try:
        yield session
    finally:
        session.rollback()
        writing.reset(token)


@contextmanager
def looking_up(engine: Engine) -> Iterator[Connection]:
    """Read past the session, where nothing is written: each statement stands `alone`."""
    token = alone.set(True)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        alone.reset(token)


def select_columns(session: Session, statement: Executable, parameters: Mapping[str, Any]) -> CursorResult[Any]:
    """Run a statement that selects columns and no entities, in the session's transaction.

    What an ORM adds to look for entities takes as long as a small statement itself.
    """
    session.flush()
    return session.connection().execute(statement, parameters)


def read_json(stored: str | bytes) -> Any:
    """Read a stored JSON value; what only Python's own, slower reader takes (half a surrogate pair) is read by it."""
    try:
        return msgspec.json.decode(stored)
    except msgspec.DecodeError:
        return json.loads(stored)


def prepare_engine(engine: Engine) -> Engine:
    """Set an engine's connection options; SQLite gets WAL, full synchronisation and foreign keys.

    On PostgreSQL a transaction that may only read is READ ONLY, and ends with COMMIT: after a ROLLBACK the driver
    forgets the statements that it prepared, and every page would have all of its statements planned anew. None is
    begun there for what stands `alone`: it would take two more steps of the database and show nothing else.
    """
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _open_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        event.listen(engine, "checkin", _give_turn)
        event.listen(engine, "close", _close_turn)
    else:
        event.listen(engine, "begin", _begin_postgresql)
        event.listen(engine, "checkin", _no_longer_alone)
        engine.dialect.do_rollback = _end_postgresql  # type: ignore[method-assign]  # there is no event that replaces it
    return engine


def writers_take_turns(engine: Engine | Connection) -> bool:
    """Whether one transaction writes at a time, so that what can be thought before the turn is not thought in it."""
    return engine.dialect.name == "sqlite"


def turn_on(engine: Engine) -> Turn | None:
    """Return a place in the queue of those who write to this database; None where there is no queue."""
    database = engine.url.database if writers_take_turns(engine) else None
    return Turn(database) if database else None


def _open_sqlite(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if not writing.get():
        connection.exec_driver_sql("BEGIN")
        return
    if Turn not in connection.info:
        connection.info[Turn] = turn_on(connection.engine)
    turn: Turn | None = connection.info[Turn]
    if turn is not None:
        turn.take()
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    driver: Any = connection.connection.driver_connection
    if alone.get():
        driver.autocommit = connection.info[alone] = True
        return
    wanted = True if writing.get() is False else None
    if driver.read_only is not wanted:
        driver.read_only = wanted


def _no_longer_alone(dbapi_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    if record.info.pop(alone, False) and dbapi_connection is not None:
        dbapi_connection.autocommit = False


def _end_postgresql(dbapi_connection: PoolProxiedConnection) -> None:
    driver: Any = getattr(dbapi_connection, "driver_connection", dbapi_connection)  # the pool hands over a bare one
    status = driver.info.transaction_status
    if driver.read_only and status == TransactionStatus.INTRANS:
        driver.commit()
    elif status != TransactionStatus.IDLE:
        driver.rollback()


def _give_turn(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    turn: Turn | None = record.info.get(Turn)
    if turn is not None:
        turn.give()


def _close_turn(_connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    turn: Turn | None = record.info.pop(Turn, None)
    if turn is not None:
        turn.close()


# --- triggers -------------------------------------------------------------------------------------------

APPEND_ONLY = (
    "audit_entry",
    "audit_seal",
    "check_in",
    "credential_reset",
    "duty",
    "identity_document",
    "person_name",
    "person_detail",
    "completeness",
    "item_version",
    "item_text",
    "item_review",
    "item_draft_copy",
    "item_draft_entry",
    "attempt_release",
    "extra_time",
    "attempt_pause",
    "attempt_end",
    "held_decision",
    "incident_note",
    "move_request",
    "move_release",
    "exported_file",
    "response_event",
    "attempt_upload",
    "item_score",
    "exam_result",
    "regrade",
    "regrade_confirmation",
    "regrade_line",
    "marking_rubric",
    "response_mark",
    "cut_study",
    "cut_judge",
    "cut_round",
    "cut_rating",
    "cut_outcome",
    "borderline_study",
    "too_close",
    "day_limit",
    "named_closeness",
    "name_withdrawal",
    "assessor_replacement",
    "carry_over_rule",
    "reassessment",
    "carried_mark",
    "task_draft_copy",
    "task_draft_entry",
    "task_version",
    "task_version_text",
    "test_piece",
    "test_report",
    "measuring_tool",
    "tool_calibration",
    "tool_retirement",
    "observation",
    "oral_answer",
    "task_result",
    "sheet_seal",
    "remark",
    "observation_decision",
    "sheet_file",
    "sheet_confirmation",
    "candidate_confirmation",
    "practical_closing",
    "photo_decision",
    "work_photo",
    "photo_content",
    "application_step",
    "prerequisite_check",
    "consent",
    "evidence_confirmation",
    "unit_result",
    "recommendation",
    "declaration",
    "vote",
    "decision",
    "appeal",
    "appeal_answer",
    "regrade_case",
    "regrade_case_answer",
    "release",
    "credential_intent",
    "credential",
    "credential_form",
    "credential_canonical",
    "credential_link",
    "credential_link_end",
    "status_slot",
    "status_change",
    "status_confirmation",
    "qualification",
    "qualification_answer",
    "page_choice",
    "page_photo",
    "agency",
    "agency_key",
    "agency_key_end",
    "agency_request",
    "webhook",
    "webhook_end",
    "webhook_watch",
    "webhook_message",
    "webhook_attempt",
    "confirmation_link",
    "confirmation_link_end",
    "employer_statement",
    "transparency_log",
    "log_leaf",
    "log_entry",
    "log_hash",
    "log_checkpoint",
    "log_cosignature",
    "key_change",
    "key_confirmation",
    "pdf_certificate",
    "pdf_key_change",
    "pdf_key_confirmation",
    "pdf_seal",
)


def create_triggers(connection: Connection) -> None:
    """Make the database itself refuse to change or delete a row of an append-only table."""
    if connection.dialect.name == "sqlite":
        for table in APPEND_ONLY:
            for verb in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER append_only_{table}_{verb.lower()} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
                )
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
        "END $$"
    )
    for table in APPEND_ONLY:
        connection.exec_driver_sql(
            f"CREATE TRIGGER append_only_{table} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def drop_triggers(connection: Connection) -> None:
    """Remove the append-only triggers; a migration makes them again before it commits."""
    for table in APPEND_ONLY:
        if connection.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS append_only_{table}_{verb}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS append_only_{table} ON {table}")
