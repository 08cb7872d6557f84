"""How certificates stand, held against what others write meanwhile: known for as long as nothing was written."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from assessment import one_row
from assessment.accounts.tables import CertificationBody
from assessment.verification.stands import Stands
from assessment.verification.watched import watched
from tests.factories.verification import House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

TRIES = 300  # other tests write to the same server meanwhile


@pytest.fixture
def house(site: Site) -> House:
    return open_house(site)


@pytest.fixture
def made(house: House) -> Made:
    return house.make()


@contextmanager
def questions() -> Iterator[list[str]]:
    """Collect what is asked past SQLAlchemy."""
    asked: list[str] = []
    one_row.listeners.append(asked.append)
    try:
        yield asked
    finally:
        one_row.listeners.remove(asked.append)


@pytest.mark.only_on("postgresql")
def test_while_nobody_writes_nothing_else_is_asked(site: Site, made: Made) -> None:
    stands = Stands(site.engine)
    for _ in range(TRIES):
        with questions() as asked:
            stand = stands.of(made.public_id)
        if len(asked) == 1 and "certification_body" not in asked[0]:
            break
    else:
        pytest.fail(f"Asked each time: {asked}")
    assert stand == watched(site.engine, made.public_id)


def test_whatever_is_written_is_seen_at_once(site: Site, house: House, made: Made) -> None:
    stands, found = Stands(site.engine), []
    for number in range(5):
        with writing_on(site, body_id=house.body_id) as session:
            session.get_one(CertificationBody, house.body_id).city = f"Kota {number}"
        found += [stands.of(made.public_id) for _ in range(4)]
        assert found[-4:] == [watched(site.engine, made.public_id)] * 4
    assert len(set(found)) == 5


@pytest.mark.only_on("postgresql")
def test_what_was_not_committed_yet_is_seen_when_it_is(site: Site, house: House, made: Made) -> None:
    stands = Stands(site.engine)
    with site.engine.connect() as connection:
        connection.execute(
            text("UPDATE certification_body SET city = 'Kota Lain' WHERE id = :id"), {"id": house.body_id}
        )
        before = [stands.of(made.public_id) for _ in range(4)]
        connection.commit()
    after = stands.of(made.public_id)
    assert after == watched(site.engine, made.public_id)
    assert len(set(before)) == 1
    assert after not in before


def test_what_is_not_there_is_not_there(site: Site, made: Made) -> None:
    stands = Stands(site.engine)
    assert stands.of(made.public_id)
    assert stands.of("0" * 16) is None


@pytest.mark.only_on("postgresql")
def test_many_are_known_and_never_more_than_there_is_room_for(
    site: Site, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assessment.verification.stands.MOST_KNOWN", 2)
    several, stands = [house.make().public_id for _ in range(4)], Stands(site.engine)
    for _ in range(10):
        for public_id in several:
            assert stands.of(public_id) == watched(site.engine, public_id)
            assert len(stands._known[1]) <= 2
