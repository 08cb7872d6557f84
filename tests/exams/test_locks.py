"""How long SQLite's write lock is held by what people do in an exam: 10 ms, once the code is warm."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from assessment.database import reading
from assessment.exams.closing import close_in_own_transaction
from assessment.exams.scoring import foresee
from assessment.exams.tables import Attempt
from assessment.exams.taking import start, submit
from tests.exams.room import BODY, Room, open_room, write
from tests.factories.accounts import NOW
from tests.factories.exams import let_start, multiple_response, numeric_entry, single_choice
from tests.fixtures.measuring import watch_locks
from tests.fixtures.sites import Site

LIMIT = 0.010
ITEMS = [single_choice(f"S{n}") for n in range(24)] + [multiple_response(), numeric_entry()]

pytestmark = pytest.mark.long_lock("the room is built in one go; the tests measure the rest themselves")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site, items=ITEMS, others=[f"Asesi {n}" for n in range(15)])


def best(room: Room, act: Callable[[str], None]) -> float:
    """Do an act for each attempt and return the shortest time for which the lock was held."""
    held = watch_locks(room.site.engine)
    for attempt_id in (room.attempt_id, *room.others):
        act(attempt_id)
    return min(held, default=0.0)


def release_all(room: Room) -> None:
    storage = room.site.app.extensions["storage"]
    for attempt_id in (room.attempt_id, *room.others):
        with room.writing() as session:
            let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, attempt_id)))


def test_starting_holds_the_lock_shortly(room: Room) -> None:
    release_all(room)

    def act(attempt_id: str) -> None:
        with room.site.app.app_context(), write() as session:
            start(session, BODY, attempt_id, now=NOW)

    assert best(room, act) <= LIMIT


def test_answers_submission_and_time_over_hold_the_lock_shortly(room: Room) -> None:
    release_all(room)
    for attempt_id in (room.attempt_id, *room.others):
        with room.writing() as session:
            start(session, BODY, attempt_id, now=NOW)
    token = room.token()

    def answer(_attempt_id: str) -> None:
        room.send(*(room.event(n, "B", seq=n) for n in range(24)), token=token)

    assert best(room, answer) <= LIMIT

    def hand_in(attempt_id: str) -> None:
        with room.site.app.app_context():
            with reading() as session:
                foreseen = foresee(session, BODY, attempt_id)
            with write() as session:
                submit(session, BODY, attempt_id, now=NOW, foreseen=foreseen)

    everybody = [room.attempt_id, *room.others]
    held = watch_locks(room.site.engine)
    for attempt_id in everybody[:8]:
        hand_in(attempt_id)
    assert min(held, default=0.0) <= LIMIT

    closing = watch_locks(room.site.engine)
    with room.site.app.app_context():
        assert close_in_own_transaction(BODY, NOW + timedelta(minutes=61)) == 8
    assert min(closing[:8], default=0.0) <= LIMIT
