"""The live room: what the server knows of everybody, its tag, and how little it costs to ask again."""

from datetime import timedelta
from typing import Any

import pytest

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.room import Alert, Show
from assessment.exams.invigilating import give_time
from assessment.exams.live import count_by, shown, tag_of, watch
from assessment.exams.moving import ask_to_move
from assessment.exams.notes import write_note
from assessment.exams.tables import AttemptPresence, Sitting, Standing
from tests.exams.full_room import begin, invented_names, write_events
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW
from tests.factories.exams import single_choice
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site, items=[single_choice(f"S{n}") for n in range(5)], others=invented_names(5))
    room.now = NOW + 10 * MINUTE
    return room


def lines(room: Room) -> dict[str, Any]:
    with room.writing() as session:
        found = watch(session, session.get_one(Sitting, (BODY, room.exam.sitting_id)), now=room.now)
    return {each.attempt_id: each for each in found if each.attempt_id}


def tag(room: Room) -> str:
    return tag_of(lines(room).values())


def test_a_line_says_how_far_a_candidate_is_and_what_the_device_reported(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW, seen_at=room.now - 20 * SECOND, answered=3, unsent=2, place=4)
    one = lines(room)[room.attempt_id]
    assert (one.answered, one.items, one.place, one.observed.unsent, one.connected) == (3, 5, 4, 2, True)
    assert one.alerts == ()


def test_an_answer_that_arrives_is_a_sign_of_life_too(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW)
    assert lines(room)[room.attempt_id].alerts == (Alert.NOT_SEEN,)
    write_events(room, room.attempt_id, [(0, "A")], at=room.now - SECOND)
    assert lines(room)[room.attempt_id].connected


def test_everything_that_needs_a_person_is_told(room: Room) -> None:
    first, second, third, fourth, fifth, _sixth = [room.attempt_id, *room.others]
    begin(room, [first, second, third], started_at=NOW, seen_at=room.now)
    write_events(room, first, [(0, "A")], at=room.now, standing=Standing.HELD)
    with room.writing() as session:
        ask_to_move(session, BODY, second, "another device", now=room.now)
        session.get_one(AttemptPresence, (BODY, third)).epoch = 0
    begin(room, [fourth], started_at=NOW - 55 * MINUTE, seen_at=room.now, unsent=2)
    begin(room, [fifth], started_at=NOW, state=AttemptState.PAUSED)
    found = {each.attempt_id: each.alerts for each in lines(room).values()}
    assert [found[each] for each in (first, second, third, fourth, fifth)] == [
        (Alert.HELD_ANSWERS,),
        (Alert.ASKS_TO_MOVE,),
        (Alert.TWO_DEVICES,),
        (Alert.UNSENT_AT_THE_END,),
        (),
    ]
    everybody = list(lines(room).values())
    counts = count_by(everybody)
    assert (counts[Show.ALL], counts[Show.ATTENTION], counts[Show.PAUSED], counts[Show.WAITING]) == (6, 5, 1, 1)
    assert [each.attempt_id for each in shown(everybody, Show.ALL)][:2] == [second, fourth]


def test_the_tag_stands_still_for_a_heartbeat_and_moves_with_everything_that_is_shown(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW, seen_at=room.now, answered=1, place=1)
    before = tag(room)
    with room.writing() as session:
        session.get_one(AttemptPresence, (BODY, room.attempt_id)).seen_at = room.now + 5 * SECOND
    room.now += 10 * SECOND
    assert tag(room) == before
    seen = {before}
    write_events(room, room.attempt_id, [(2, "A")], at=room.now)
    seen.add(tag(room))
    with room.writing() as session:
        session.get_one(AttemptPresence, (BODY, room.attempt_id)).unsent = 3
    seen.add(tag(room))
    with room.writing() as session:
        give_time(
            session,
            BODY,
            room.exam.sitting_id,
            [room.attempt_id],
            minutes=5,
            reason="Listrik padam",
            given_by=None,
            now=room.now,
        )
    seen.add(tag(room))
    room.now += MINUTE
    seen.add(tag(room))
    assert len(seen) == 5


def test_asking_again_costs_nothing_while_nothing_has_changed(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW, seen_at=room.now, answered=1)
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}/live"
    first = client.get(place)
    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "no-store"
    again = client.get(place, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other_list = client.get(place, query_string={"show": "ended"}, headers={"If-None-Match": first.headers["ETag"]})
    assert other_list.status_code == 200
    write_events(room, room.attempt_id, [(2, "A")], at=room.now)
    changed = client.get(place, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_pages_take_few_statements_however_many_sit_there(room: Room) -> None:
    everybody = [room.attempt_id, *room.others]
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    taken = []
    for some in (everybody[:1], everybody[1:]):
        begin(room, some, started_at=NOW, seen_at=room.now, answered=3)
        for each in some:
            write_events(room, each, [(0, "A")], at=room.now, standing=Standing.HELD)
        with room.writing() as session:
            write_note(session, room.invigilator, room.exam.sitting_id, some, text="Listrik padam", now=room.now)
        with count_statements(room.site.engine) as page:
            tagged = client.get(place + "/live").headers["ETag"]
            client.get(place)
        with count_statements(room.site.engine) as unchanged:
            client.get(place + "/live", headers={"If-None-Match": tagged})
        with count_statements(room.site.engine) as one:
            client.get(f"/rooms/attempts/{room.attempt_id}/held")
        taken.append((len(page), len(unchanged), len(one)))
    assert taken[0] == taken[1]
    assert taken[0][0] <= 24, "two pages"
    assert taken[0][1] <= 7
    assert taken[0][2] <= 12


def test_a_list_and_a_name_are_asked_for_in_the_address(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW, seen_at=room.now)
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}"
    working = client.get(place, query_string={"show": "working"})
    assert working.text.count('name="attempt"') == 1
    named = client.get(place, query_string={"q": "bunga"})
    assert named.text.count('name="attempt"') == 1
    assert "Bunga Contoh" in named.text
    assert client.get(place, query_string={"show": "nonsense"}).text.count('name="attempt"') == 6


def test_the_page_of_a_seat_takes_at_most_its_budget(room: Room) -> None:
    begin(room, [room.attempt_id], started_at=NOW, seen_at=room.now, answered=3)
    client = room.signed_in(room.invigilator)
    with count_statements(room.site.engine) as taken:
        client.get(f"/rooms/attempts/{room.attempt_id}")
    assert len(taken) <= 12, taken
