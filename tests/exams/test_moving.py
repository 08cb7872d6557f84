"""One device writes: the cookie of the start, another one that asks and is let, the old one whose answers are held."""

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from assessment.accounts.tables import Duty
from assessment.database import db
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid
from assessment.domain.exams.attempt_states import AttemptState
from assessment.exams.moving import ask_to_move, let_move, open_requests, stay
from assessment.exams.tables import Attempt
from assessment.exams.tables_devices import MoveRelease
from assessment.exams.taking import token_for
from assessment.exams.tokens import WriterToken
from tests.exams.room import BODY, Room, csrf_of, open_room
from tests.factories.accounts import NOW
from tests.factories.exams import let_start
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
REASON = "Perangkat lama mati."


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    storage = site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, room.attempt_id)))
    return room


def start_in_browser(room: Room) -> TestResponse:
    client = room.signed_in(room.candidate)
    page = client.get(f"/exam/{room.attempt_id}")
    return client.post(f"/exam/{room.attempt_id}/start", data={"csrf_token": csrf_of(page)})


def other_browser(room: Room) -> Room:
    """The same room, reached with a browser that has other cookies."""
    return Room(
        site=room.site,
        exam=room.exam,
        candidate=room.candidate,
        invigilator=room.invigilator,
        attempt_id=room.attempt_id,
        others=[],
        now=room.now,
    )


def test_start_binds_the_attempt_to_the_browser(room: Room) -> None:
    started = start_in_browser(room)
    cookie = next(each for each in started.headers.getlist("Set-Cookie") if each.startswith("device="))
    for wanted in ("HttpOnly", "SameSite=Lax", "Path=/exam"):
        assert wanted in cookie
    device = room.attempt().device
    assert device is not None
    assert cookie.partition(";")[0].removeprefix("device=") not in device
    assert room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/1").status_code == 200


def test_another_browser_gets_no_question_token_or_submission(room: Room) -> None:
    start_in_browser(room)
    client = other_browser(room).signed_in(room.candidate)
    for place in ("", "/1", "/review"):
        answer = client.get(f"/exam/{room.attempt_id}{place}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/exam/{room.attempt_id}/move")
    for place in ("/token", "/form"):
        assert client.get(f"/exam/{room.attempt_id}{place}").status_code == 409
    page = client.get(f"/exam/{room.attempt_id}/move")
    answer = client.post(f"/exam/{room.attempt_id}/submit", data={"csrf_token": csrf_of(page)})
    assert answer.status_code == 409
    assert room.attempt().state is AttemptState.RUNNING


def test_exam_goes_on_where_the_invigilator_lets_it(room: Room) -> None:
    start_in_browser(room)
    old_token = room.token()
    client = other_browser(room).signed_in(room.candidate)
    place = f"/exam/{room.attempt_id}"
    page = client.get(f"{place}/move")
    assert "perangkat lain" in page.text
    asked = client.post(f"{place}/ask", data={"csrf_token": csrf_of(page)})
    assert asked.status_code == 303
    client.post(f"{place}/ask", data={"csrf_token": csrf_of(page)})
    with room.writing() as session:
        waiting = open_requests(session, BODY, room.exam.sitting_id)
        assert [each.attempt_id for each in waiting] == [room.attempt_id]
        let_move(session, room.invigilator, room.attempt_id, reason=REASON, now=NOW)
        assert open_requests(session, BODY, room.exam.sitting_id) == []
    assert client.get(f"{place}/1").status_code == 200
    assert room.signed_in(room.candidate).get(f"{place}/1").headers["Location"] == f"{place}/move"
    assert room.attempt().epoch == 2
    held = room.send(room.event(0, "A", seq=1, client="old"), token=old_token)
    assert (held.json or {})["held"] == [["old", 1]]
    taken = room.send(room.event(0, "B", seq=1, client="new"))
    assert (taken.json or {})["acknowledged"] == [["new", 1]]
    with room.site.app.app_context():
        released = db.session().scalars(select(MoveRelease)).one()
        assert (released.epoch, released.reason) == (2, REASON)


def test_move_needs_a_request_a_reason_and_the_right_side(room: Room) -> None:
    start_in_browser(room)
    with room.writing() as session, pytest.raises(Conflict):
        let_move(session, room.invigilator, room.attempt_id, reason=REASON, now=NOW)
    with room.writing() as session:
        ask_to_move(session, BODY, room.attempt_id, "another", now=NOW)
    with room.writing() as session, pytest.raises(Invalid):
        let_move(session, room.invigilator, room.attempt_id, reason=" ", now=NOW)
    with room.writing() as session:
        duty = session.scalars(select(Duty).where(Duty.person_id == room.candidate.person_id)).one()
        assert duty.side is Side.CANDIDATE
        with pytest.raises(Conflict):
            let_move(session, room.candidate, room.attempt_id, reason=REASON, now=NOW)


def test_nothing_moves_before_the_start_or_after_the_end(room: Room) -> None:
    with room.writing() as session, pytest.raises(Conflict):
        ask_to_move(session, BODY, room.attempt_id, "another", now=NOW)


def test_device_that_lost_its_cookie_is_known_by_its_token(room: Room) -> None:
    start_in_browser(room)
    client = other_browser(room).signed_in(room.candidate)
    place = f"/exam/{room.attempt_id}"
    assert client.post(f"{place}/stay", headers={"Teruji-Attempt": "1.x.y"}).status_code == 403
    assert client.get(f"{place}/token").status_code == 409
    kept = client.post(f"{place}/stay", headers={"Teruji-Attempt": room.token()})
    assert kept.status_code == 200
    assert client.get(f"{place}/token").status_code == 200
    assert room.attempt().epoch == 1


def test_token_of_an_older_writer_does_not_bring_the_device_back(room: Room) -> None:
    start_in_browser(room)
    token = token_for(room.attempt())
    assert isinstance(token, WriterToken)
    with room.writing() as session:
        ask_to_move(session, BODY, room.attempt_id, "another", now=NOW)
        let_move(session, room.invigilator, room.attempt_id, reason=REASON, now=NOW)
    with room.writing() as session, pytest.raises(Conflict):
        stay(session, token, device="old")
