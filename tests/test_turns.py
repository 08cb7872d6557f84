"""Writers of SQLite take turns: whoever writes waits while somebody else does, and nobody waits for himself."""

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, text

from assessment.accounts.tables import CertificationBody
from assessment.database import Act, reading, unit_of_work
from assessment.turns import SUFFIX, Turn
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")

NOW = datetime(2026, 9, 3, 8, tzinfo=UTC)
ACT = Act(body_id=None, account_id=None, person_id=None, at=NOW, name="test")


@pytest.fixture
def place(site: Site) -> str:
    found = site.engine.url.database
    assert found
    return found


@pytest.fixture
def turn_is_free(place: str) -> Iterator[Callable[[], bool]]:
    file = os.open(place + SUFFIX, os.O_RDWR | os.O_CREAT)

    def free() -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(file, fcntl.LOCK_UN)
        return True

    yield free
    os.close(file)


def found_a_body(site: Site, body_id: str = "las") -> None:
    with site.app.app_context(), unit_of_work(ACT) as session:
        session.add(CertificationBody(id=body_id, name="LSP", city="Jakarta", party="P3", zone="UTC", created_at=NOW))


def bodies(site: Site) -> int:
    with site.app.app_context(), reading() as session:
        return session.scalar(select(func.count()).select_from(CertificationBody)) or 0


def test_who_writes_waits_for_the_turn_and_who_reads_does_not(site: Site, place: str) -> None:
    before, other = bodies(site), Turn(place)
    with other.taken():
        writer = threading.Thread(target=found_a_body, args=(site,))
        writer.start()
        writer.join(0.3)
        assert writer.is_alive()
        assert bodies(site) == before
    writer.join(10)
    other.close()
    assert not writer.is_alive()
    assert bodies(site) == before + 1


def test_the_turn_is_kept_until_the_transaction_ends(site: Site, turn_is_free: Callable[[], bool]) -> None:
    with site.app.app_context(), unit_of_work(ACT) as session:
        session.execute(text("SELECT 1"))
        assert not turn_is_free()
    assert turn_is_free()
    with suppress(LookupError), site.app.app_context(), unit_of_work(ACT) as session:
        session.execute(text("SELECT 1"))
        raise LookupError
    assert turn_is_free()


def test_the_turn_ends_with_its_connection(site: Site, turn_is_free: Callable[[], bool]) -> None:
    with site.app.app_context(), unit_of_work(ACT) as session:
        session.connection().invalidate()
        assert turn_is_free()
        session.rollback()
    found_a_body(site)
    assert turn_is_free()


def test_nobody_waits_for_himself(site: Site, place: str) -> None:
    before, own = bodies(site), Turn(place)
    with own.taken():
        found_a_body(site)
    own.close()
    assert bodies(site) == before + 1


def test_the_turn_of_a_thread_that_ended_badly_is_free(site: Site, place: str) -> None:
    before, left = bodies(site), Turn(place)
    thread = threading.Thread(target=left.take)
    thread.start()
    thread.join()
    left.close()
    found_a_body(site)
    assert bodies(site) == before + 1
