"""Migrations: which are pending, and carrying them out without losing a row, a trigger or a constraint.

The order on SQLite is not a matter of taste: rebuilding a parent table with foreign keys on deletes its
children by cascade and drops its triggers, and reports success. So: a backup first, foreign keys off before
the transaction, the triggers made again from the one list in `database.py`, `foreign_key_check` before the
commit. On PostgreSQL everything happens in one transaction, one process at a time.

The migrations themselves lie in `migrations/`. See docs/operations.md for making a new one.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, inspect

from assessment.database import create_triggers, drop_triggers, prepare_engine, writing
from assessment.settings import Settings

PACKAGE = Path(__file__).parent

# Chosen once; two processes that migrate at the same time wait for each other on it.
POSTGRESQL_LOCK = 7_318_224_551

# What happens before and after the steps, in their transaction: a higher floor has its own things to carry over.
Around = Callable[[Connection], AbstractContextManager[None]]


@contextmanager
def _nothing(_connection: Connection) -> Iterator[None]:
    """Carry nothing over."""
    yield


class MigrationError(Exception):
    """A migration left the database in a state that must not be committed; nothing was changed."""


def engine_for(settings: Settings) -> Engine:
    """Return an engine that opens a connection of its own for each use."""
    return prepare_engine(create_engine(settings.database_url, poolclass=NullPool))


def load_tables() -> None:
    """Import every feature's tables (`tables.py`, and `tables_*.py` beside it), so that `Base.metadata` is complete."""
    for module in iter_modules([str(PACKAGE)]):
        if module.ispkg:
            for path in sorted((PACKAGE / module.name).glob("tables*.py")):
                import_module(f"assessment.{module.name}.{path.stem}")


def scripts(config: Config | None = None) -> ScriptDirectory:
    """Return all migrations, in order."""
    return ScriptDirectory.from_config(config or configuration())


def configuration() -> Config:
    """Return Alembic's settings; there is no alembic.ini.

    The migrations are looked for in the package first (a wheel carries them there), then in the checkout.
    """
    inside = PACKAGE / "migrations"
    folder = inside if inside.is_dir() else PACKAGE.parent / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder / "environment"))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "os")
    config.set_main_option("timezone", "UTC")
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(rev)s_%%(slug)s"
    )
    return config


def pending(engine: Engine) -> list[str]:
    """Return the revisions that the database lacks, oldest first.

    Raises MigrationError when the database is at a revision that this version of the program does not know.
    """
    directory = scripts()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    known = [script.revision for script in directory.walk_revisions()][::-1]
    if current is None:
        return known
    if current not in known:
        raise MigrationError(
            f"The database is at revision {current}, which this version of Teruji does not know. "
            "Start the version that made it, or restore a backup."
        )
    return known[known.index(current) + 1 :]


def migrate(settings: Settings, *, now: datetime, around: Around = _nothing) -> list[str]:
    """Bring the database to the newest revision; returns the revisions that were carried out.

    A filled SQLite database is first copied to `backups/` in the home folder. Raises MigrationError, with
    nothing changed, when a row would refer to one that is gone.
    """
    engine = engine_for(settings)
    try:
        steps = pending(engine)
        if not steps:
            return []
        if engine.dialect.name == "sqlite":
            back_up(engine, settings.home / "backups", now=now)
        load_tables()
        upgrade(engine, around=around)
    finally:
        engine.dispose()
    return steps


def back_up(engine: Engine, folder: Path, *, now: datetime) -> Path | None:
    """Copy an SQLite database into the folder; returns the copy, or None when there is nothing to lose."""
    with engine.connect() as connection:
        if not inspect(connection).get_table_names():
            return None
        revision = MigrationContext.configure(connection).get_current_revision() or "unversioned"
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / f"{now:%Y%m%dT%H%M%SZ}-{revision}.sqlite"
    with engine.connect() as connection:
        _outside_transaction(connection, "VACUUM INTO ?", str(copy))
    return copy


def upgrade(engine: Engine, config: Config | None = None, *, around: Around = _nothing) -> None:
    """Carry out every pending migration in one transaction, and check what it left behind.

    Raises MigrationError when a row refers to one that is gone; the transaction is rolled back then.
    """
    config = config or configuration()
    with _without_foreign_keys(engine) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({POSTGRESQL_LOCK})")
        drop_triggers(connection)
        config.attributes["connection"] = connection
        with around(connection):
            command.upgrade(config, "head")
        create_triggers(connection)
        _refuse_dangling_rows(connection)


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """Open a connection that writes; on SQLite its foreign keys are not enforced, only checked at the end."""
    token = writing.set(True)
    try:
        with engine.connect() as connection:
            # Inside a transaction this PRAGMA would do nothing, and say so to nobody.
            _outside_transaction(connection, "PRAGMA foreign_keys=OFF")
            try:
                yield connection
            finally:
                _outside_transaction(connection, "PRAGMA foreign_keys=ON")
    finally:
        writing.reset(token)


def _outside_transaction(connection: Connection, statement: str, *values: object) -> None:
    """Run a statement of SQLite past the transaction that SQLAlchemy would begin for it."""
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(statement, values)


def _refuse_dangling_rows(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if dangling:
        tables = ", ".join(sorted({f"{row[0]} -> {row[2]}" for row in dangling}))
        raise MigrationError(f"Expected no row without its parent, found {len(dangling)}: {tables}.")
