"""What was out of the ordinary at an exam: everything, in its order, in one statement, and on the decision page."""

from datetime import timedelta

import pytest

from assessment.accounts.ids import new_id
from assessment.exams.exceptions import ExceptionKind, exceptions_of, people_in
from assessment.exams.held_answers import decide
from assessment.exams.invigilating import end, pause, resume
from assessment.exams.moving import ask_to_move, let_move
from assessment.exams.notes import correct_note, write_note
from assessment.exams.tables import Attempt, Standing
from assessment.exams.tables_devices import ExportedFile
from tests.exams.full_room import write_events
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site, others=["Ahmad Contoh"])
    room.start()
    return room


def happen(room: Room) -> None:
    """Everything that can be out of the ordinary, a minute apart."""
    sitting, who = room.exam.sitting_id, room.invigilator
    held = write_events(
        room, room.attempt_id, [(0, "B"), (2, "12.5")], at=NOW + MINUTE, standing=Standing.HELD, epoch=0
    )
    with room.writing() as session:
        first, *_rest = write_note(session, who, sitting, [], text="Padam pukul 9.05", now=NOW + MINUTE)
        pause(session, BODY, sitting, [room.attempt_id], reason="Listrik padam", by=who.person_id, now=NOW + 2 * MINUTE)
        resume(session, BODY, sitting, [room.attempt_id], reason="Menyala lagi", by=who.person_id, now=NOW + 9 * MINUTE)
        ask_to_move(session, BODY, room.attempt_id, "another device", now=NOW + 10 * MINUTE)
        let_move(session, who, room.attempt_id, reason="Telepon mati", now=NOW + 11 * MINUTE)
        correct_note(session, who, sitting, first.id, text="Padam pukul 9.15", now=NOW + 12 * MINUTE)
        session.add(
            ExportedFile(
                body_id=BODY,
                id=new_id(),
                attempt_id=room.attempt_id,
                application_id=session.get_one(Attempt, (BODY, room.attempt_id)).application_id,
                person_id=who.person_id,
                digest="0" * 64,
                size=100,
                events=4,
                known=1,
                accepted=2,
                held=1,
                refused=0,
                taken_in_at=NOW + 13 * MINUTE,
            )
        )
        decide(session, who, room.attempt_id, held, counts=True, reason="Jaringan putus", now=NOW + 14 * MINUTE)
        decide(session, who, room.attempt_id, held[:1], counts=False, reason="Ternyata lain", now=NOW + 15 * MINUTE)
        end(session, who, room.attempt_id, reason="Ke rumah sakit", now=NOW + 16 * MINUTE)


def test_everything_is_told_in_the_order_in_which_it_happened(room: Room) -> None:
    happen(room)
    with room.writing() as session:
        found = exceptions_of(session, BODY, [room.attempt_id])
    assert [(each.kind, each.text, each.count) for each in found] == [
        (ExceptionKind.NOTE, "Padam pukul 9.15", 0),
        (ExceptionKind.PAUSED, "Listrik padam", 0),
        (ExceptionKind.MOVED, "Telepon mati", 0),
        (ExceptionKind.FILE_TAKEN_IN, "", 4),
        (ExceptionKind.HELD_COUNTED, "Jaringan putus", 1),
        (ExceptionKind.ENDED, "Ke rumah sakit", 0),
    ]
    assert found[0].corrected
    assert found[1].lasted == 7 * MINUTE
    assert people_in(found) == {room.invigilator.person_id}


def test_one_statement_for_any_number_and_nothing_of_others(room: Room) -> None:
    happen(room)
    with room.writing() as session:
        with count_statements(room.site.engine) as taken:
            found = exceptions_of(session, BODY, room.others)
        assert len(taken) == 1
        # A note on the whole room concerns everybody who sat there.
        assert [each.kind for each in found] == [ExceptionKind.NOTE]
        assert exceptions_of(session, BODY, []) == []
        assert exceptions_of(session, "another-body", [room.attempt_id]) == []


def test_a_pause_that_goes_on_has_no_length_yet(room: Room) -> None:
    with room.writing() as session:
        pause(session, BODY, room.exam.sitting_id, [room.attempt_id], reason="Listrik padam", by=None, now=NOW + MINUTE)
    with room.writing() as session:
        (one,) = exceptions_of(session, BODY, [room.attempt_id])
    assert (one.kind, one.lasted, one.person_id) == (ExceptionKind.PAUSED, None, None)
