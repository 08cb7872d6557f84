"""fsck finds what somebody changed past the program, in every covered table, on both databases."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Enum,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
    update,
)

from assessment.audit.covered import COVERED
from assessment.database import Base, Exact, Instant, drop_triggers, reading, writing
from assessment.domain.mismatch import Mismatch
from assessment.reports.fsck import Check, find_problems
from tests.fixtures.sites import Site

NOW = datetime.now(UTC)


def problems_of(site: Site, check: Check | None = None) -> list[Mismatch]:
    """Everything that fsck finds on a site."""
    with site.app.app_context(), reading() as session:
        extensions = site.app.extensions
        check = check or Check(now=datetime.now(UTC))
        return list(find_problems(session, check, extensions["recorder"], extensions["storage"]))


@contextmanager
def past_the_program(site: Site) -> Iterator[Connection]:
    """A connection of somebody who owns the database: no trigger and no foreign key stops it."""
    token = writing.set(True)
    try:
        with site.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # the connection is open
                drop_triggers(connection)
            else:
                connection.execute(text("SET session_replication_role = replica"))
            yield connection
            connection.commit()
            connection.invalidate()
    finally:
        writing.reset(token)


def changeable(table: Table) -> Column[Any]:
    """A column whose value can be another one without breaking a key or a CHECK."""
    keys = {
        column.name
        for key in table.constraints
        if isinstance(key, ForeignKeyConstraint | UniqueConstraint)
        for column in key.columns
    }
    checked = " ".join(str(getattr(check, "sqltext", "")) for check in table.constraints)
    free = [
        column
        for column in table.columns
        if column.name not in keys and not isinstance(column.type, Enum) and column.name not in checked
    ]
    plain = [column for column in free if not column.primary_key]
    return (
        plain[0] if plain else (free or [column for column in table.columns if not isinstance(column.type, Enum)])[-1]
    )


def another(column: Column[Any], value: Any) -> Any:
    """Another value of the column's type."""
    match column.type:
        case Boolean():
            return not value
        case Integer():
            return (value or 0) + 1000  # far from the neighbours in a key
        case Exact():
            return (value or 0) + 1
        case Instant():
            return (value or NOW) + timedelta(seconds=1)
        case LargeBinary():
            return bytes([(value or b"\0")[0] ^ 1]) + (value or b"\0")[1:]
        case String() | Text():
            return f"{value or ''}x"
        case _:
            if isinstance(value, dict):
                return {**value, "planted": 1}
            if isinstance(value, list):
                return [*value, "planted"]
            return (value or NOW.date()) + timedelta(days=1)


def plant(connection: Connection, table: Table) -> None:
    """Change one value of one row of a table."""
    column = changeable(table)
    row = connection.execute(select(table).limit(1)).mappings().one()
    here = [key == row[key.name] for key in table.primary_key.columns]
    connection.execute(update(table).where(*here).values({column.name: another(column, row[column.name])}))


def test_the_demo_is_clean_and_every_kind_of_record_was_looked_at(demo_site: Site) -> None:
    check = Check(now=datetime.now(UTC))
    assert problems_of(demo_site, check) == []
    assert not [table for table in COVERED if not check.checked[table]]
    kinds = ("audit_seal", "files", "attempts derived", "practicals derived", "applications derived")
    assert all(check.checked[kind] for kind in (*kinds, "credentials derived", "status lists derived"))


def test_one_changed_value_in_each_covered_table_is_found(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        for name in sorted(COVERED):
            plant(connection, Base.metadata.tables[name])
    found = {problem.record.partition("/")[0] for problem in problems_of(demo_site) if problem.kind == "row"}
    assert found == COVERED


# What somebody does past the program, and how fsck says it: (table, kind).
TAMPERING = {
    "UPDATE response_event SET digest = 'x' WHERE number = (SELECT min(number) FROM response_event)": (
        "response_event",
        "event_digest",
    ),
    "UPDATE response_event SET elapsed = elapsed + 1 WHERE number = (SELECT max(number) FROM response_event "
    "WHERE attempt_id IN (SELECT id FROM attempt WHERE state = 'submitted'))": ("attempt", "receipt"),
    "UPDATE observation SET digest = 'x' WHERE number = (SELECT min(number) FROM observation)": (
        "observation",
        "observation_digest",
    ),
    "UPDATE observation SET note = 'x' WHERE number = (SELECT max(number) FROM observation WHERE standing = 'accepted' "
    "AND practical_id IN (SELECT id FROM practical WHERE state = 'submitted'))": ("sheet", "receipt"),
    "DELETE FROM status_confirmation": ("status_confirmation", "row"),
    "UPDATE exam_result SET score = 'many'": ("exam_result", "unreadable"),
}


def test_what_was_changed_past_the_program_is_found(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        for statement in TAMPERING:
            connection.execute(text(statement))
    found = {(problem.record.partition("/")[0], problem.kind) for problem in problems_of(demo_site)}
    assert found >= set(TAMPERING.values())


def test_a_seal_that_is_missing_or_exchanged_and_an_entry_that_was_changed_are_found(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        connection.execute(text("DELETE FROM audit_seal WHERE sequence = 7"))
        connection.execute(
            text(
                "UPDATE audit_seal SET chain = (SELECT other.chain FROM audit_seal other WHERE other.sequence = 51) "
                "WHERE sequence = 50"
            )
        )
        connection.execute(text("UPDATE audit_entry SET person_id = 'somebody' WHERE id = 90"))
    broken = [problem.record for problem in problems_of(demo_site) if problem.kind == "seal"]
    assert broken[0] == "audit_seal/8"
    assert {"audit_seal/50", "audit_seal/90"} <= set(broken)


def test_a_row_that_nobody_wrote_is_found(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        connection.execute(
            text(
                "INSERT INTO competency_alias (body_id, competency_id, code) "
                "SELECT body_id, competency_id, 'planted' FROM competency_alias LIMIT 1"
            )
        )
    (problem,) = problems_of(demo_site)
    assert problem.record.startswith("competency_alias/")
    assert problem.found == "no audit entry"


def test_a_changed_file_is_found(demo_site: Site) -> None:
    file = next(file for file in (demo_site.settings.home / "files").rglob("*") if file.is_file())
    file.write_bytes(file.read_bytes() + b"x")
    assert "file" in {problem.kind for problem in problems_of(demo_site)}


def test_an_entry_without_a_seal_is_found_after_a_minute(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        connection.execute(text("DELETE FROM audit_seal WHERE sequence = (SELECT max(sequence) FROM audit_seal)"))
    assert [problem.kind for problem in problems_of(demo_site)] == ["unsealed"]


def test_since_believes_what_is_older(demo_site: Site) -> None:
    with past_the_program(demo_site) as connection:
        plant(connection, Base.metadata.tables["scheme_text"])
    assert problems_of(demo_site, Check(now=NOW, since=NOW - timedelta(days=30))) == []
    assert problems_of(demo_site, Check(now=NOW, since=NOW - timedelta(days=3000)))


def test_a_sample_looks_at_about_so_many_of_each_kind(demo_site: Site) -> None:
    check = Check(now=NOW, sample=5)
    problems_of(demo_site, check)
    assert 0 < check.checked["competency_text"] < 40
    assert check.checked["body_licence"] == 2


def test_the_command_prints_the_report_and_its_status(demo_site: Site) -> None:
    done = demo_site.run("fsck", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"], report["problems"]) == (0, True, [])
    assert report["checked"]["credential"] == 16
    with past_the_program(demo_site) as connection:
        plant(connection, Base.metadata.tables["decision"])
    done = demo_site.run("fsck", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["ok"]) == (1, False)
    assert set(report["problems"][0]) == {"record", "kind", "expected", "found"}
