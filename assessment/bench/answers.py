"""`teruji bench answers`: how many answers a second are saved, and what one costs, against the bare statement."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import psycopg
from flask import Flask
from sqlalchemy import Engine, event, select

from assessment import one_row
from assessment.bench import databases
from assessment.bench.databases import Place
from assessment.bench.figures import Figure, percentile
from assessment.bench.floors import floor, method
from assessment.bench.installation import install, settings_in
from assessment.bench.processes import memory_mib, processor_seconds
from assessment.bench.scripts import event as an_event
from assessment.bench.service import CHECKOUT, Service, served
from assessment.bench.world import World, make_world
from assessment.database import db
from assessment.exams.tables import ResponseEvent
from assessment.exams.tokens import read_token, writer_key
from assessment.settings import Settings

PROCESSES = 2
ROUNDS = 3
SECONDS_TO_WARM = 3.0
BARE = "/healthz"

Tell = Callable[[str], None]


@dataclass(kw_only=True)
class Ground:
    """An installation to measure, with its database and what is in it."""

    place: Place
    settings: Settings
    app: Flask
    world: World
    folder: Path


@dataclass(kw_only=True)
class Tally:
    """What came out of several rounds of the same load."""

    latencies: list[float] = field(default_factory=list)
    failures: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    processor: float = 0.0
    acknowledged: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Processor time of server and database for one request, in milliseconds."""
        return 1000 * self.processor / len(self.latencies)


@contextmanager
def grounds(*, candidates: int, started: bool, tell: Tell) -> Iterator[Iterator[Ground]]:
    """Give an installation on each kind of database, one after the other; a kind without a server is left out."""

    def each() -> Iterator[Ground]:
        for kind in (databases.sqlite, databases.postgresql):
            with tempfile.TemporaryDirectory(prefix="teruji-bench-") as name:
                folder = Path(name)
                folder.chmod(0o755)
                with kind(folder) as place:
                    if place is None:
                        tell(f"PostgreSQL is left out: set {databases.POSTGRESQL}, or install {databases.WHEEL}.")
                        continue
                    tell(f"{place.kind}: making {candidates} candidates")
                    yield _ground(place, folder, candidates=candidates, started=started)

    yield each()


def _ground(place: Place, folder: Path, *, candidates: int, started: bool) -> Ground:
    settings = settings_in(folder, place.url)
    app = install(settings, now=datetime.now(UTC))
    world = make_world(app, candidates=candidates, started=started)
    with app.app_context():
        settle(db.engine)
        db.engine.dispose()
    return Ground(place=place, settings=settings, app=app, world=world, folder=folder)


def settle(engine: Engine) -> None:
    """Let PostgreSQL do now what it would do by itself within minutes, and what would be measured with the rest.

    By itself it leaves alone what is empty. A table that is analysed while it is empty is read from end to end by every
    plan that is made and kept before the next time.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            filled = [
                table.name for table in db.metadata.sorted_tables if connection.scalar(select(select(table).exists()))
            ]
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(filled)}")


def measure(*, clients: int, seconds: float, tell: Tell) -> list[Figure]:
    """Measure saving on each kind of database."""
    figures: list[Figure] = []
    with grounds(candidates=clients, started=True, tell=tell) as each:
        for ground in each:
            with served(ground.settings, processes=PROCESSES) as service:
                figures += _measure(ground, service, clients=clients, seconds=seconds, tell=tell)
    return figures


def _measure(ground: Ground, service: Service, *, clients: int, seconds: float, tell: Tell) -> list[Figure]:
    place = ground.place
    at_rest = memory_mib(service.process)
    saves, bare = Tally(), Tally()
    key = writer_key(ground.settings.secret)
    tokens = [read_token(key, seat.token) for seat in ground.world.seats if seat.token]
    item = next(iter(ground.world.answers))
    load(ground, service, Tally(), name="warm", script="saves", seconds=SECONDS_TO_WARM)
    floors: list[float] = []
    for number in range(ROUNDS):
        part = seconds / ROUNDS
        tell(f"{place.kind}: round {number + 1} of {ROUNDS}")
        before = _groups(service)
        load(ground, service, saves, name=f"r{number}-", script="saves", seconds=part)
        after = _groups(service)
        group = max(1, round((after[1] - before[1]) / max(1, after[0] - before[0])))
        floors.append(floor(place, tokens, item, group=group, clients=clients, seconds=part, name=f"floor{number}"))
        load(
            ground,
            service,
            bare,
            name=f"b{number}",
            script="asks",
            seconds=part / 2,
            clients=clients,
            path=BARE,
            kind="bare",
        )
    tell(f"{place.kind}: groups of {group} requests on average; floor: {method(place)}")
    return [
        Figure(
            name="answers saved",
            database=place.kind,
            ours=saves.rate,
            floor=sum(floors) / len(floors),
            unit="answers/s",
            p50_ms=percentile(saves.latencies, 50),
            p95_ms=percentile(saves.latencies, 95),
            p99_ms=percentile(saves.latencies, 99),
            cpu_ms=saves.cpu_ms,
            statements=statements_of_a_save(ground),
            acknowledged=len(saves.acknowledged),
            lost=lost(ground, saves.acknowledged) + sum(saves.failures.values()),
        ),
        Figure(
            name="a saved answer against a bare route",
            database=place.kind,
            ours=saves.cpu_ms,
            floor=bare.cpu_ms,
            unit="cpu ms",
        ),
        Figure(name="memory of the server at rest", database=place.kind, ours=at_rest, unit="MiB"),
        Figure(
            name="memory of the server under load", database=place.kind, ours=memory_mib(service.process), unit="MiB"
        ),
    ]


def load(ground: Ground, service: Service, tally: Tally, *, name: str, **orders: Any) -> dict[str, Any]:
    """Let a crowd in a process of its own do something, and add what happened to the tally; returns its report."""
    wanted, report = ground.folder / f"{name}.orders", ground.folder / f"{name}.report"
    wanted.write_text(
        json.dumps(
            {
                "port": service.port,
                "name": name,
                "seats": [asdict(seat) for seat in ground.world.seats],
                "answers": ground.world.answers,
                **orders,
            }
        )
    )
    roots = [service.process, *([ground.place.postmaster] if ground.place.postmaster else [])]
    before = processor_seconds(*roots)
    subprocess.run(
        [sys.executable, "-P", "-m", "assessment.bench.load", wanted, report],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=True,
    )
    tally.processor += processor_seconds(*roots) - before
    found: dict[str, Any] = json.loads(report.read_text())
    for latencies in found["latencies"].values():
        tally.latencies += latencies
    for kind, times in found["failures"].items():
        tally.failures[kind] = tally.failures.get(kind, 0) + times
    tally.seconds += found["seconds"]
    tally.acknowledged += [(attempt, client, seq) for attempt, client, seq in found["acknowledged"]]
    return found


def lost(ground: Ground, acknowledged: list[tuple[str, str, int]]) -> int:
    """Return how many acknowledged events are not in the database exactly once."""
    with ground.app.app_context():
        rows = db.session().execute(select(ResponseEvent.attempt_id, ResponseEvent.client, ResponseEvent.seq))
        stored = {(row.attempt_id, row.client, row.seq) for row in rows}
        db.session().rollback()
        db.engine.dispose()
    return len(set(acknowledged) - stored)


def statements_of_a_save(ground: Ground) -> int:
    """Return how many statements one saved answer takes when it comes alone."""
    seat = next(seat for seat in ground.world.seats if seat.token)
    assert seat.token is not None
    item, response = next(iter(ground.world.answers.items()))
    with counted(ground.app) as statements:
        for seq in (1, 2):  # what never changes is read the first time
            statements.clear()
            ground.app.test_client().post(
                "/answers",
                json={"v": 1, "events": [an_event("counted", seq, item, response)]},
                headers={"Teruji-Attempt": seat.token},
            )
        return len(statements)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collect the statements of the application in this process, those that go past SQLAlchemy among them."""
    statements: list[str] = []
    announced = threading.local()

    def note(statement: str) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "PRAGMA", "--")):
            statements.append(statement)

    def before(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        announced.now = True
        note(statement)

    def after(*_said: object) -> None:
        announced.now = False

    def traced(statement: str) -> None:
        if not getattr(announced, "now", False):
            note(statement)

    class Traced(psycopg.Cursor[Any]):
        """A cursor that tells what it is asked."""

        def execute(self, query: Any, *arguments: Any, **options: Any) -> Self:
            traced(str(query))
            return super().execute(query, *arguments, **options)

    def trace(connection: Any, *_rest: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(traced)
        elif isinstance(connection, psycopg.Connection):
            connection.cursor_factory = Traced

    with app.app_context():
        engine = db.engine
    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": before,
        "after_cursor_execute": after,
        "checkout": trace,
    }
    for name, listener in listeners.items():
        event.listen(engine, name, listener)
    one_row.listeners.append(note)
    try:
        yield statements
    finally:
        one_row.listeners.remove(note)
        for name, listener in listeners.items():
            event.remove(engine, name, listener)
        engine.dispose()


def _groups(service: Service) -> tuple[float, float]:
    """Return how many groups were committed so far, and how many requests were in them."""
    with urllib.request.urlopen(f"http://127.0.0.1:{service.port}/metrics", timeout=10) as answer:
        said = answer.read().decode()

    def value(name: str) -> float:
        found = re.search(rf"^{name}_total ([0-9.e+]+)$", said, re.MULTILINE)
        return float(found[1]) if found else 0.0

    return value("teruji_answer_groups"), value("teruji_answer_requests")
