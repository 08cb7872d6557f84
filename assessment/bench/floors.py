"""The floors: the same SQL without a service around it, on the same database, in the same run.

PostgreSQL: pgbench runs the statement with one event for each of its clients; where pgbench is not installed,
psycopg in a bare loop, a group at a time. SQLite: the standard library in a bare loop, a group at a time.
"""

import os
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import psycopg
from sqlalchemy.engine import make_url

from assessment.bench.databases import Place
from assessment.domain.exams.events import Event
from assessment.exams.answering import LATE_RULE
from assessment.exams.delivery.statements import STATEMENTS, PostgreSQL, Row, SQLite, Statements, encode
from assessment.exams.delivery.storing import event_rows
from assessment.exams.tokens import WriterToken

THREADS = 2


def floor(
    place: Place, tokens: Sequence[WriterToken], item: str, *, group: int, clients: int, seconds: float, name: str
) -> float:
    """Return how many events a second the database takes from the bare statement."""
    if place.kind == "sqlite":
        return _sqlite(place, tokens, item, group, seconds, name)
    if place.pgbench is not None:
        return _pgbench(place, tokens, item, clients, seconds, name)
    return _psycopg(place, tokens, item, group, seconds, name)


def method(place: Place) -> str:
    """Say how the floor is measured."""
    if place.kind == "sqlite":
        return "a bare sqlite3 loop with groups of the same size"
    return (
        "pgbench with the same statement"
        if place.pgbench is not None
        else "a bare psycopg loop with groups of the same size"
    )


def _groups(
    statements: Statements, tokens: Sequence[WriterToken], item: str, group: int, name: str
) -> Iterator[list[Row]]:
    seq = 0
    while True:
        at = datetime.now(UTC)
        rows: list[Row] = []
        for place in range(group):
            seq += 1
            event = Event(client=name, seq=seq, item=item, response={"RESPONSE": "A"}, lang="id", elapsed=1000)
            rows += event_rows(statements, token=tokens[place % len(tokens)], at=at, rule=LATE_RULE, events=(event,))
        yield rows


def _sqlite(place: Place, tokens: Sequence[WriterToken], item: str, group: int, seconds: float, name: str) -> float:
    connection = sqlite3.connect(make_url(place.url).database or "", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}")
    stored, began = 0, time.monotonic()
    statements = SQLite()
    for rows in _groups(statements, tokens, item, group, name):
        (given,) = statements.given(rows)
        stored += connection.execute(*statements.inserting(given)).rowcount
        connection.execute(*statements.looking(given)).fetchone()
        if time.monotonic() - began >= seconds:
            break
    rate = stored / (time.monotonic() - began)
    connection.close()
    return rate


def _psycopg(place: Place, tokens: Sequence[WriterToken], item: str, group: int, seconds: float, name: str) -> float:
    url = make_url(place.url).set(drivername="postgresql").render_as_string(hide_password=False)
    stored = 0
    with psycopg.connect(url) as connection:
        began = time.monotonic()
        for rows in _groups(STATEMENTS["postgresql"], tokens, item, group, name):
            stored += len(connection.execute(PostgreSQL.STORE, (encode(rows),)).fetchall())
            connection.commit()
            if time.monotonic() - began >= seconds:
                break
        return stored / (time.monotonic() - began)


def _pgbench(place: Place, tokens: Sequence[WriterToken], item: str, clients: int, seconds: float, name: str) -> float:
    """Run the statement with pgbench; each of its clients answers for one attempt, in a document of its own."""
    assert place.pgbench is not None
    script = place.folder / f"{name}.sql"
    script.write_text(_script(tokens, item, name))
    url = make_url(place.url)
    host = url.query.get("host") or url.host or "127.0.0.1"
    finished = subprocess.run(
        [
            place.pgbench,
            "-n",
            "-M",
            "prepared",
            "-c",
            str(clients),
            "-j",
            str(THREADS),
            "-T",
            str(max(1, round(seconds))),
            "-f",
            script,
            "-h",
            str(host),
            "-p",
            str(url.port or 5432),
            "-U",
            url.username or "postgres",
            url.database or "",
        ],
        env={**os.environ, **({"PGPASSWORD": url.password} if url.password else {})},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"^tps = ([0-9.]+)", finished.stdout, re.MULTILINE)
    if found is None:
        print(finished.stdout, finished.stderr, file=sys.stderr)
        raise RuntimeError("pgbench said no rate")
    return float(found[1])


def _script(tokens: Sequence[WriterToken], item: str, name: str) -> str:
    (row,) = next(_groups(STATEMENTS["postgresql"], tokens[:1], item, 1, name))
    document = encode([{**row, "attempt": "@attempt@", "person": "@person@", "seq": "@seq@"}])
    parts = re.split(r"(@attempt@|@person@|\"@seq@\")", document)
    chosen = f"[1 + :client_id % {len(tokens)}]"
    members = {
        "@attempt@": f"(ARRAY[{', '.join(_quoted(token.attempt_id) for token in tokens)}]){chosen}",
        "@person@": f"(ARRAY[{', '.join(_quoted(token.person_id) for token in tokens)}]){chosen}",
        '"@seq@"': ":number::text",
    }
    expression = " || ".join(members.get(part) or _quoted(part) for part in parts)
    statement = PostgreSQL.STORE.replace("%s::json", f"({expression})::json")
    return f"\\set number random(1, 9000000000000000)\n{statement};\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
