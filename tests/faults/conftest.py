"""What the fault tests share: an installation, and the row that each fault adds to the table."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.crowd import Ledger, verdict
from tests.faults.installation import Installation, Web

SEATS = 12

Judge = Callable[[str, int, Installation, Ledger], None]


@pytest.fixture(autouse=True)
def _nothing_is_left_running() -> Iterator[None]:
    """Kill the web processes of a test that failed half-way."""
    yield
    for web in list(Web.running):
        web.kill()


@pytest.fixture
def kind(database: str) -> str:
    """The kind of database that the installation runs on."""
    return database


@pytest.fixture
def ground(run_folder: Path) -> Path:
    """An empty folder that the database's user may enter, gone after the run."""
    folder = Path(tempfile.mkdtemp(dir=run_folder))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def installation(kind: str, run_folder: Path, ground: Path) -> Iterator[Installation]:
    """An installation with a crowd's seats, on a database of its own that waits for the disk."""
    made = Installation(ground, run_folder, kind, seats=SEATS)
    yield made
    made.close()


@pytest.fixture
def judge(kind: str, table: list[tuple[object, ...]]) -> Judge:
    """Hold a ledger against the database, add the row to the table, and fail where anything was lost."""

    def hold(fault: str, times: int, installation: Installation, ledger: Ledger) -> None:
        with installation.engine() as engine:
            found = verdict(engine, ledger)
        table.append((fault, kind, times, found.acknowledged, found.lost, found.doubled))
        assert found.acknowledged > 0
        assert found.clean, found

    return hold
