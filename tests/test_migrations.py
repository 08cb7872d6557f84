"""Migrations lose nothing: rows, triggers, constraints and indexes are those of a new database afterwards.

Every revision is filled and migrated to the newest one and one step beyond: a rehearsal that changes two parent
tables, which SQLite does by making a new table. With foreign keys on, that step alone has been seen to drop
triggers and CHECKs and to delete children, and to report success.
"""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Engine, create_engine, func, insert, inspect, select, text
from sqlalchemy.exc import IntegrityError

from assessment.audit.carrying import ACT, UNREADABLE, Carrier, as_it_is
from assessment.audit.covered import COVERED
from assessment.audit.entries import last_entries, stored_rows
from assessment.audit.recording import Recorder
from assessment.audit.tables import AuditEntry
from assessment.database import APPEND_ONLY, Base, create_triggers, drop_triggers
from assessment.item_bank.contents import folded
from assessment.migrating import (
    MigrationError,
    configuration,
    engine_for,
    load_tables,
    migrate,
    pending,
    scripts,
    upgrade,
)
from assessment.settings import Settings
from tests.fixtures.databases import drop_database, empty_database, settings_for
from tests.fixtures.filling import contents, fill

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
REVISIONS = [script.revision for script in scripts().walk_revisions()][::-1]
# What went to another table on the way; that it arrived there is tried by a test of its own.
MOVED = {"practical": {"person_id", "side", "marks", "receipt"}}
REHEARSAL = """
import sqlalchemy as sa
from alembic import op

revision = "rehearsal"
down_revision = "{head}"


def upgrade():
    {steps}
"""
CHANGE_PARENTS = """
    with op.batch_alter_table("certification_body") as body:
        body.alter_column("name", existing_type=sa.Text(), type_=sa.String(500), existing_nullable=False)
        body.add_column(sa.Column("rehearsed", sa.Text()))
    with op.batch_alter_table("duty") as duty:
        duty.alter_column("person_id", existing_type=sa.Text(), type_=sa.String(80), existing_nullable=False)
"""
LOSE_A_PARENT = """
    op.execute("DELETE FROM certification_body")
"""

load_tables()


@pytest.fixture
def settings(database: str, run_folder: Path, tmp_path: Path) -> Iterator[Settings]:
    """An installation whose database is empty: not even migrated."""
    url = empty_database(database, run_folder)
    yield settings_for(tmp_path / "home", url)
    drop_database(url, run_folder)


@pytest.fixture
def engine(settings: Settings) -> Engine:
    """An engine on the empty database."""
    return engine_for(settings)


@pytest.fixture
def new_engine(database: str, run_folder: Path, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a second empty database, to compare with."""
    url = empty_database(database, run_folder)
    yield engine_for(settings_for(tmp_path / "other", url))
    drop_database(url, run_folder)


def rehearsal(folder: Path, steps: str) -> Config:
    """All migrations and one more, which changes what it should not be able to harm."""
    config = configuration()
    original = Path(str(config.get_main_option("version_locations")))
    shutil.copytree(original, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "rehearsal.py").write_text(REHEARSAL.format(head=REVISIONS[-1], steps=steps.strip()))
    config.set_main_option("version_locations", str(folder))
    return config


def bring_to(engine: Engine, revision: str) -> None:
    """Migrate an empty database to an earlier revision, with the triggers that it had then."""
    config = configuration()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        if set(APPEND_ONLY) <= set(inspect(connection).get_table_names()):
            create_triggers(connection)


def shape(engine: Engine) -> dict[str, Any]:
    """Everything about a database but its rows: columns, constraints, indexes, triggers."""
    with engine.connect() as connection:
        inspector = inspect(connection)
        return {
            "columns": by_name(inspector.get_multi_columns()),
            "primary keys": {
                key: value for key, value in inspector.get_multi_pk_constraint().items() if key[1] != "alembic_version"
            },
            "foreign keys": by_name(inspector.get_multi_foreign_keys()),
            "unique": by_name(inspector.get_multi_unique_constraints()),
            "checks": by_name(inspector.get_multi_check_constraints()),
            "indexes": by_name(inspector.get_multi_indexes()),
            "triggers": triggers(connection),
        }


def by_name(described: dict[Any, list[Any]]) -> dict[str, list[dict[str, Any]]]:
    """What was described of each table, in an order of its own: a migration may make it in another."""
    return {
        table: sorted(
            ({key: described_value(key, value) for key, value in part.items()} for part in parts),
            key=lambda part: str(part["name"]),
        )
        for (_schema, table), parts in described.items()
        if table != "alembic_version"
    }


def described_value(name: str, value: Any) -> Any:
    """A part of a description as what can be compared: two texts of SQL are never equal, what they say is."""
    if name == "dialect_options":
        return {option: str(said) for option, said in value.items()}
    return str(value) if name == "type" else value


def triggers(connection: Connection) -> list[tuple[Any, ...]]:
    """The triggers as the database describes them."""
    statement = {
        "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
        "postgresql": "SELECT tgname, tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger "
        "WHERE NOT tgisinternal ORDER BY tgname",
    }[connection.dialect.name]
    return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_the_newest_revision_is_what_the_code_describes(engine: Engine, new_engine: Engine) -> None:
    upgrade(engine)
    with new_engine.begin() as connection:
        Base.metadata.create_all(connection)
        create_triggers(connection)
    assert shape(engine) == shape(new_engine)


def test_no_migration_is_missing(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Base.metadata) == []


def test_every_check_has_a_name(engine: Engine) -> None:
    unnamed = [
        str(constraint)
        for table in Base.metadata.tables.values()
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint) and constraint.name is None
    ]
    assert unnamed == []
    upgrade(engine)
    checks = [(table, check["name"]) for table, checks in shape(engine)["checks"].items() for check in checks]
    assert checks
    assert [table for table, name in checks if name is None] == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_filled_database_survives_from_each_revision(
    engine: Engine, new_engine: Engine, revision: str, tmp_path: Path
) -> None:
    bring_to(engine, revision)
    with engine.begin() as connection:
        fill(connection)
    with engine.connect() as connection:
        before = contents(connection)
    assert all(before.values())

    config = rehearsal(tmp_path / "migrations", CHANGE_PARENTS)
    upgrade(engine, config)

    with engine.connect() as connection:
        after = contents(connection)
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "rehearsal"
    kept = {
        table: [{name: value for name, value in row.items() if name in rows[0]} for row in after[table]]
        for table, rows in before.items()
    }
    stayed = {
        table: [
            {name: value for name, value in row.items() if name in after[table][0] or name not in MOVED.get(table, ())}
            for row in rows
        ]
        for table, rows in before.items()
    }
    assert kept == stayed
    upgrade(new_engine, config)
    assert shape(engine) == shape(new_engine)
    assert len(triggers_of(engine)) >= len(APPEND_ONLY)


def test_the_exam_room_counts_and_reads_what_was_there_before_it(engine: Engine) -> None:
    bring_to(engine, "1cbb868f72d0")
    said = {"stem": "<p>Arus &amp; tegangan</p><p>LAS</p>", "interactions": [{"prompt": "<b>Pilih</b>"}], "id": "q1"}
    with engine.begin() as connection:
        drop_triggers(connection)
        fill(connection)
        connection.execute(text("UPDATE item_version SET number = 4"))
        connection.execute(text("UPDATE item_text SET content = :said"), {"said": json.dumps(said)})
        connection.execute(text("UPDATE item_score SET answered = false"))
    upgrade(engine)
    with engine.connect() as connection:
        items = connection.execute(text("SELECT number FROM item")).scalars().all()
        assert sorted(items) == [1, 4]
        assert connection.scalar(text("SELECT words FROM item_text")) == folded(said) == "arus & tegangan las pilih"
        assert connection.execute(text("SELECT generation, reached, counts FROM item_score")).one() == (0, True, True)
        assert connection.scalar(text("SELECT generation FROM exam_result")) == 0
        assert connection.scalar(text("SELECT section FROM form_item")) == 1


def test_a_practical_hands_what_it_held_of_its_assessor_to_a_sheet(engine: Engine) -> None:
    bring_to(engine, "fc42a0b47576")
    with engine.begin() as connection:
        drop_triggers(connection)
        fill(connection)
        connection.execute(text("UPDATE practical SET state = 'submitted'"))
        connection.execute(text("UPDATE observation SET practical_id = (SELECT id FROM practical)"))
        before = connection.execute(text("SELECT * FROM practical")).mappings().one()
    upgrade(engine)
    moved = ("person_id", "side", "state", "opened_at", "submitted_at", "marks", "receipt", "application_id")
    with engine.connect() as connection:
        sheet = connection.execute(text("SELECT * FROM sheet")).mappings().one()
        assert {name: sheet[name] for name in moved} == {name: before[name] for name in moved}
        assert (sheet["practical_id"], sheet["place"]) == (before["id"], 1)
        seal = connection.execute(text("SELECT sheet_id, round, v, marks, observations, digest FROM sheet_seal")).one()
        assert tuple(seal) == (sheet["id"], 1, 1, before["marks"], 1, before["receipt"])
        assert connection.execute(text("SELECT round, standing FROM observation")).one() == (1, "accepted")
        assert connection.scalar(text("SELECT generation FROM task_result")) == 0


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_the_audit_record_goes_along_and_washes_nothing_clean(engine: Engine, revision: str) -> None:
    recorder = Recorder(b"1" * 32)
    bring_to(engine, revision)
    with engine.begin() as connection:
        fill(connection)
        entered = enter_all(connection, recorder)
    assert {"practical", "attempt", "item", "task"} <= entered
    with engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text("UPDATE practical SET state = 'checked_in'"))
    upgrade(engine, around=Carrier(recorder, now=NOW).around)
    with engine.connect() as connection:
        new = {name for name in COVERED if readable(connection, name)} - entered
        apart = {name for name in entered | new if disagree(connection, recorder, name)}
        acts = set(connection.execute(select(AuditEntry.act)).scalars())
    assert apart == {"practical"}
    changed = REVISIONS[: REVISIONS.index("0ac49fca4136")]  # it gave certificates, which are covered, a column
    assert (ACT in acts) == (revision in changed or bool(new))


def enter_all(connection: Connection, recorder: Recorder) -> set[str]:
    """Write an entry for each row of a covered table, as the code of that revision did; returns the tables' names."""
    inspector = inspect(connection)
    entered = set()
    if connection.dialect.name == "postgresql":  # what was filled in took numbers of its own
        highest = select(func.max(AuditEntry.id)).scalar_subquery()
        connection.execute(select(func.setval(func.pg_get_serial_sequence("audit_entry", "id"), highest)))
    for name in sorted(COVERED & set(inspector.get_table_names())):
        table = as_it_is(inspector, name)
        try:
            rows = [(key, recorder.digest(table, row)) for key, row in stored_rows(connection, table)]
        except UNREADABLE:  # filled with what is no fraction
            continue
        said = {"v": 1, "at": NOW, "act": "test", "record_table": name, "change": "insert", "transaction": 0}
        connection.execute(insert(AuditEntry), [{**said, "record_key": key, "digest": digest} for key, digest in rows])
        entered.add(name)
    return entered


def readable(connection: Connection, name: str) -> bool:
    """Whether every row that was filled in is of its column's kind."""
    try:
        return bool(list(stored_rows(connection, Base.metadata.tables[name])))
    except UNREADABLE:
        return False


def disagree(connection: Connection, recorder: Recorder, name: str) -> bool:
    """Whether a row of a table and its last entry tell different things."""
    table = Base.metadata.tables[name]
    rows = {key: recorder.digest(table, row) for key, row in stored_rows(connection, table)}
    entries = {each.key: each.digest for each in last_entries(connection, name) if each.change != "delete"}
    return rows != entries


def triggers_of(engine: Engine) -> list[tuple[Any, ...]]:
    """The triggers of a database."""
    with engine.connect() as connection:
        return triggers(connection)


def test_a_changed_parent_still_refuses_what_it_refused_before(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        fill(connection)
    upgrade(engine, rehearsal(tmp_path / "migrations", CHANGE_PARENTS))
    for refused in (
        "UPDATE duty SET assigned_at = assigned_at",
        "DELETE FROM duty",
        "UPDATE certification_body SET party = 'P9'",
        "DELETE FROM certification_body",
    ):
        with engine.connect() as connection, pytest.raises(IntegrityError):
            connection.execute(text(refused))


def test_a_migration_that_loses_a_parent_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        fill(connection)
    with engine.connect() as connection:
        before = contents(connection)
    described = shape(engine)
    with pytest.raises((MigrationError, IntegrityError)):
        upgrade(engine, rehearsal(tmp_path / "migrations", LOSE_A_PARENT))
    with engine.connect() as connection:
        assert contents(connection) == before
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == REVISIONS[-1]
    assert shape(engine) == described


def test_foreign_keys_are_enforced_after_a_migration(settings: Settings) -> None:
    migrate(settings, now=NOW)
    with engine_for(settings).connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text("INSERT INTO person_key (body_id, person_id) VALUES ('nobody', 'nobody')"))


def test_migrating_says_what_is_pending_and_is_then_done(settings: Settings) -> None:
    engine = engine_for(settings)
    assert pending(engine) == REVISIONS
    assert migrate(settings, now=NOW) == REVISIONS
    assert pending(engine) == []
    assert migrate(settings, now=NOW) == []


def test_an_unknown_revision_is_refused(settings: Settings) -> None:
    migrate(settings, now=NOW)
    engine = engine_for(settings)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'from the future'"))
    with pytest.raises(MigrationError, match="from the future"):
        migrate(settings, now=NOW)


def test_an_empty_database_needs_no_backup(settings: Settings) -> None:
    migrate(settings, now=NOW)
    assert not (settings.home / "backups").exists()


@pytest.mark.only_on("sqlite")
def test_a_filled_sqlite_database_is_copied_before_it_is_migrated(settings: Settings) -> None:
    engine = engine_for(settings)
    bring_to(engine, REVISIONS[0])
    with engine.begin() as connection:
        fill(connection)
        # As if this revision were not the newest: what was made by hand is told apart by its missing mark.
        connection.execute(text("DELETE FROM alembic_version"))
        before = contents(connection)
    with pytest.raises(Exception, match="already exists"):
        migrate(settings, now=NOW)
    [copy] = (settings.home / "backups").iterdir()
    assert copy.name == "20260312T020000Z-unversioned.sqlite"
    with create_engine(f"sqlite:///{copy}").connect() as connection:
        assert contents(connection) == before
