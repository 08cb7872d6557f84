"""An installation whose processes can be killed, frozen and started again: database server and web processes."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from sqlalchemy import Engine, NullPool, create_engine

from assessment.app import create_app
from assessment.bench.world import World, make_world
from assessment.database import db
from assessment.migrating import migrate
from assessment.settings import Settings
from tests.faults.crowd import free_port
from tests.fixtures import postgres
from tests.fixtures.databases import settings_for
from tests.fixtures.sites import CHECKOUT

READY_SECONDS = 60.0
# Unlike the server of the other tests, this one waits for the disk.
DURABLE = {
    "fsync": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "max_connections": "60",
    "max_wal_size": "128MB",  # the disk whose power is cut is small
    "synchronous_commit": "on",
    "shared_buffers": "32MB",
    "timezone": "UTC",
}


class Cluster:
    """A PostgreSQL server of its own in a folder, from the binaries of the tests."""

    def __init__(self, folder: Path, run_folder: Path, **settings: str) -> None:
        self.folder = folder
        self._programs = postgres.binaries(run_folder)
        self._settings = {**DURABLE, **settings}

    def create(self) -> None:
        """Make the cluster's files."""
        self.folder.mkdir(mode=0o755, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
        flushed = (option for option in postgres.INITDB if option != "-N")
        postgres.run(self._programs / "initdb", "-D", "cluster", *flushed, at=self.folder)

    def start(self) -> None:
        """Start the server; returns when it has recovered and takes connections.

        Like a service manager it tries again: while a process of the old server dies, its memory is in use.
        """
        options = " ".join(f"-c {name}='{value}'" for name, value in self._settings.items())
        options += f" -c unix_socket_directories='{self.folder}'"
        arguments = ("-D", "cluster", "-w", "-s", "-l", "server.log", "-o", options, "start")
        last = time.monotonic() + READY_SECONDS
        while True:
            try:
                postgres.run(self._programs / "pg_ctl", *arguments, at=self.folder)
            except subprocess.CalledProcessError:
                if time.monotonic() > last:
                    raise
                time.sleep(0.1)
            else:
                return

    @property
    def url(self) -> str:
        """The SQLAlchemy address of the database `postgres`."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def forget_processes(self) -> None:
        """Remove what names a running server: after a power cut no such process is there, on this machine one is."""
        for name in ("cluster/postmaster.pid", ".s.PGSQL.5432.lock", ".s.PGSQL.5432"):
            (self.folder / name).unlink(missing_ok=True)

    def processes(self) -> list[int]:
        """Return the postmaster and every process that it started."""
        try:
            postmaster = int((self.folder / "cluster" / "postmaster.pid").read_text().split()[0])
        except (OSError, IndexError):
            return []
        return [postmaster, *descendants(postmaster)]

    def kill(self) -> None:
        """Kill every process of the server at once (SIGKILL)."""
        for postmaster in self.processes()[:1]:
            with suppress(ProcessLookupError):
                os.kill(postmaster, signal.SIGSTOP)  # it starts no other while the list is read
        doomed = self.processes()
        for process in doomed:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        while any(alive(process) for process in doomed):
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop the server where it runs."""
        if any(alive(process) for process in self.processes()):
            postgres.run(self._programs / "pg_ctl", "-D", "cluster", "-m", "immediate", "-s", "stop", at=self.folder)


class Web:
    """The web processes of an installation, in a process group of their own, always at the same port."""

    running: ClassVar[set["Web"]] = set()

    def __init__(self, settings: Settings, *, processes: int = 1, environment: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._settings = replace(settings, base_url=f"http://127.0.0.1:{self.port}")
        self._processes = processes
        self._environment = dict(environment or {})
        self._server: subprocess.Popen[bytes] | None = None

    def address(self) -> tuple[str, int]:
        """Return where the server listens."""
        return "127.0.0.1", self.port

    def start(self) -> None:
        """Start the server; returns when it answers."""
        settings = self._settings
        self.running.add(self)
        command = [sys.executable, "-P", "-m", "assessment.serving.server", "--host", "127.0.0.1"]
        with (settings.home / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [*command, "--port", str(self.port), "--processes", str(self._processes)],
                env={
                    **os.environ,
                    "PYTHONPATH": str(CHECKOUT),
                    "TERUJI_HOME": str(settings.home),
                    "TERUJI_DATABASE_URL": settings.database_url,
                    "TERUJI_BASE_URL": settings.base_url,
                    "TERUJI_SECRET": settings.secret.hex(),
                    **self._environment,
                },
                stdin=subprocess.PIPE,
                stderr=log,
                stdout=log,
                start_new_session=True,
            )
        self.await_ready()

    def await_ready(self) -> None:
        """Wait until the server answers."""
        last = time.monotonic() + READY_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2):
                    return
            except OSError:
                if time.monotonic() > last:
                    raise
                time.sleep(0.02)

    def workers(self) -> list[int]:
        """Return the processes that answer requests."""
        return descendants(self._server.pid) if self._server else []

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to every process of the server."""
        if self._server is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._server.pid, number)

    def kill(self) -> None:
        """Kill every process of the server at once (SIGKILL)."""
        if self._server is not None:
            self.signal(signal.SIGKILL)
            self._server.wait()
            if self._server.stdin is not None:
                self._server.stdin.close()
            self._server = None
        self.running.discard(self)


class Installation:
    """A migrated, filled installation with a running database; `folder` may lie on a disk of its own."""

    def __init__(self, folder: Path, run_folder: Path, kind: str, *, seats: int, careless: bool = False) -> None:
        self.cluster: Cluster | None = None
        url = f"sqlite:///{folder / 'teruji.sqlite'}"
        if kind == "postgresql":
            self.cluster = Cluster(
                folder / "postgres", run_folder, **({"synchronous_commit": "off"} if careless else {})
            )
            self.cluster.create()
            self.cluster.start()
            url = self.cluster.url
        self.settings = settings_for(folder / "home", url)
        self.settings.home.mkdir(parents=True, exist_ok=True)
        migrate(self.settings, now=datetime.now(UTC))
        self.world = self._fill(seats)

    def _fill(self, seats: int) -> World:
        app = create_app(self.settings)
        world = make_world(app, candidates=seats, started=True)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
        return world

    @contextmanager
    def engine(self) -> Iterator[Engine]:
        """Give an engine on the database, with no connection kept."""
        engine = create_engine(self.settings.database_url, poolclass=NullPool)
        yield engine
        engine.dispose()

    def close(self) -> None:
        """Stop the database's server."""
        if self.cluster is not None:
            self.cluster.stop()


def descendants(root: int) -> list[int]:
    """Return every process below another one."""
    found: list[int] = []
    waiting = [root]
    while waiting:
        process = waiting.pop()
        with suppress(OSError):  # a process or a thread that has just ended has no children
            for task in Path(f"/proc/{process}/task").glob("*/children"):
                children = [int(child) for child in task.read_text().split()]
                found += children
                waiting += children
    return found


def stands_still(process: int) -> bool:
    """Whether every thread of a process has stopped, or the process is gone: a signal takes its time to arrive."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        states = [(thread / "stat").read_text().rpartition(")")[2].split()[0] for thread in threads]
    except OSError:
        return not alive(process)
    return all(state in "TtZX" for state in states)


def alive(process: int) -> bool:
    """Say whether a process runs; one that only waits to be collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
