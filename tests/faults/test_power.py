"""The power goes while answers come in. A careless database must lose some, or the test would prove nothing."""

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine

from tests.faults.crowd import Crowd, Ledger, Verdict, verdict
from tests.faults.disk import Disk
from tests.faults.installation import Cluster, Installation, Web, stands_still
from tests.fixtures.faults import Effort

BETWEEN = 150
CARELESS_CUTS = 12
# A process that finds this module on its path commits to SQLite without a flush, and makes none afterwards.
CARELESS = """
import os

from sqlalchemy import event
from sqlalchemy.pool import Pool


@event.listens_for(Pool, "checkout")
def _be_careless(connection, record, proxy):
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


os.fdatasync = id
"""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a loop device needs root")


@pytest.fixture
def disk(ground: Path) -> Iterator[Disk]:
    """A disk whose power can be cut."""
    with Disk(ground) as made:
        yield made


@needs_root
def test_a_power_cut_loses_nothing_that_was_acknowledged(
    database: str, disk: Disk, run_folder: Path, effort: Effort, table: list[tuple[object, ...]]
) -> None:
    found = _cut_the_power(database, disk, run_folder, times=effort.power_cuts, careless=False)
    lost, doubled = (sum(getattr(each, name) for each in found) for name in ("lost", "doubled"))
    table.append(("power cut", database, len(found), found[-1].acknowledged, lost, doubled))
    assert found[-1].acknowledged > 0
    assert all(each.clean for each in found), found


@needs_root
def test_a_careless_database_is_caught(
    database: str, disk: Disk, run_folder: Path, table: list[tuple[object, ...]]
) -> None:
    found = _cut_the_power(database, disk, run_folder, times=CARELESS_CUTS, careless=True)
    lost = sum(each.lost for each in found)
    table.append(("power cut, careless on purpose", database, len(found), found[-1].acknowledged, lost, 0))
    assert lost > 0


def _cut_the_power(kind: str, disk: Disk, run_folder: Path, *, times: int, careless: bool) -> list[Verdict]:
    chance = random.Random(3)
    installation = Installation(disk.place, run_folder, kind, seats=8, careless=careless)
    environment = {}
    if careless and kind == "sqlite":
        (installation.settings.home / "sitecustomize.py").write_text(CARELESS)
        environment["PYTHONPATH"] = os.pathsep.join((str(installation.settings.home), str(Path(__file__).parents[2])))
    web = Web(installation.settings, environment=environment)
    web.start()
    found = []
    try:
        with Crowd(installation.world, web.address, seed=3) as crowd:
            for _ in range(times):
                assert crowd.await_more(chance.randint(1, BETWEEN))
                _freeze(installation, web)
                ledger = crowd.snapshot()
                disk.cut()
                # Nobody writes meanwhile: a crowd that goes on fills the disk before the last cut.
                with disk.after_the_cut() as place:
                    found.append(_read(kind, place, installation, run_folder, ledger))
                _thaw(installation, web)
    finally:
        web.kill()
        installation.close()
    return found


def _freeze(installation: Installation, web: Web) -> None:
    """Stop every process that writes; returns when none of their threads runs any more."""
    web.signal(signal.SIGSTOP)
    database = _signal_database(installation, signal.SIGSTOP)
    while not all(stands_still(process) for process in (*web.workers(), *database)):
        time.sleep(0.001)


def _thaw(installation: Installation, web: Web) -> None:
    _signal_database(installation, signal.SIGCONT)
    web.signal(signal.SIGCONT)


def _signal_database(installation: Installation, number: signal.Signals) -> list[int]:
    """Signal every process of the database's server; returns them. One that ends meanwhile needs no signal."""
    processes = installation.cluster.processes() if installation.cluster else []
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, number)
    return processes


def _read(kind: str, place: Path, installation: Installation, run_folder: Path, ledger: Ledger) -> Verdict:
    """Start what the cut has left and hold the ledger against it."""
    if kind == "sqlite":
        engine = create_engine(f"sqlite:///{place / 'teruji.sqlite'}", poolclass=NullPool)
        return verdict(engine, ledger)
    cluster = Cluster(place / "postgres", run_folder)
    cluster.forget_processes()
    cluster.start()
    try:
        return verdict(create_engine(cluster.url, poolclass=NullPool), ledger)
    finally:
        cluster.stop()
