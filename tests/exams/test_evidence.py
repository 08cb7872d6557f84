"""What an exam proves, who may open an answer, and that every stored value follows from its facts."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from assessment.accounts.duties import take_side
from assessment.database import APPEND_ONLY, create_triggers, drop_triggers
from assessment.domain.certification.duties import Side
from assessment.domain.errors import NotFound
from assessment.domain.roles import Role
from assessment.exams.evidence import result_of
from assessment.exams.rederive import attempts_to_rederive, rederive
from assessment.exams.tables import Attempt
from assessment.exams.taking import submit
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW, make_actor
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    room.start()
    room.send(room.event(0, "B", seq=1), room.event(1, ["A", "B"], seq=2))
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=NOW)
    return room


def test_result_opens_down_to_each_answer(room: Room) -> None:
    with room.writing() as session:
        found = result_of(session, BODY, room.attempt_id)
    criteria = room.exam.scheme.units[0].criteria
    marks = found.result.criteria[criteria[1]].marks
    assert (marks.items, str(marks.score), str(marks.maximum)) == (1, "1/2", "2")
    (answer,) = found.answers[criteria[1]]
    assert (answer.attempt_id, answer.item, answer.answered) == (room.attempt_id, room.exam.items[1], True)
    (blank,) = found.answers[criteria[2]]
    assert blank.answered is False


def test_running_attempt_gives_no_evidence(site: Site) -> None:
    room = open_room(site)
    room.start()
    with room.writing() as session, pytest.raises(NotFound):
        result_of(session, BODY, room.attempt_id)


@pytest.mark.parametrize("role", [Role.DECIDER, Role.QUALITY_MANAGER])
def test_answer_is_opened_with_its_key_for_those_who_decide(room: Room, role: Role) -> None:
    with room.writing() as session:
        officer = make_actor(session, BODY, role)
    client = room.signed_in(officer)
    result = client.get(f"/exam-results/{room.attempt_id}")
    assert result.status_code == 200
    assert f"/exam-results/{room.attempt_id}/{room.exam.items[1]}" in result.text
    answer = client.get(f"/exam-results/{room.attempt_id}/{room.exam.items[0]}")
    assert "benar" in answer.text
    assert "1 dari 1" in answer.text
    number = client.get(f"/exam-results/{room.attempt_id}/{room.exam.items[2]}")
    assert "12.5" in number.text


def test_assessor_opens_an_answer_only_with_a_duty(room: Room) -> None:
    with room.writing() as session:
        assessor = make_actor(session, BODY, Role.ASSESSOR)
    place = f"/exam-results/{room.attempt_id}/{room.exam.items[0]}"
    client = room.signed_in(assessor)
    assert client.get(place).status_code == 404
    application_id = room.attempt().application_id
    with room.writing() as session:
        take_side(session, BODY, application_id, assessor.person_id, Side.ASSESSOR, now=NOW)
    assert client.get(place).status_code == 200


def test_decider_who_is_the_candidate_sees_no_key(room: Room) -> None:
    with room.writing() as session:
        both = make_actor(session, BODY, Role.DECIDER, Role.CANDIDATE, person_id=room.candidate.person_id)
    client = room.signed_in(both)
    assert client.get(f"/exam-results/{room.attempt_id}").status_code == 404
    assert client.get(f"/exam-results/{room.attempt_id}/{room.exam.items[0]}").status_code == 404


def test_candidate_and_invigilator_see_no_result(room: Room) -> None:
    for somebody in (room.candidate, room.invigilator):
        client = room.signed_in(somebody)
        assert client.get(f"/exam-results/{room.attempt_id}").status_code == 404
        assert client.get(f"/exam-results/{room.attempt_id}/{room.exam.items[0]}").status_code == 404


def test_everything_follows_from_its_facts(room: Room) -> None:
    with room.writing() as session:
        assert list(attempts_to_rederive(session)) == [(BODY, room.attempt_id)]
        assert list(attempts_to_rederive(session, since=NOW + timedelta(days=1))) == []
        assert list(rederive(session, BODY, room.attempt_id)) == []


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("UPDATE item_score SET score = '1/1' WHERE score = '0/1'", "item_score"),
        ("DELETE FROM item_score WHERE score = '0/1'", "item_score"),
        ("UPDATE exam_result SET cut_reached = NOT cut_reached", "exam_result"),
        ("UPDATE exam_result SET score = '4/1'", "exam_result"),
        ("UPDATE response_event SET lang = 'en' WHERE seq = 1", "event_digest"),
        ("DELETE FROM response_event WHERE seq = 1", "receipt"),
        ("UPDATE attempt SET answers = 3", "answers"),
    ],
)
def test_one_changed_value_is_found(room: Room, statement: str, kind: str) -> None:
    assert {"item_score", "exam_result", "response_event"} <= set(APPEND_ONLY)
    with room.site.app.app_context(), room.site.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(text(statement))
        create_triggers(connection)
    with room.writing() as session:
        found = list(rederive(session, BODY, room.attempt_id))
    assert kind in {each.kind for each in found}
    assert all(each.expected != each.found for each in found)


def test_changed_layout_is_found(room: Room) -> None:
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        attempt.layout = {**attempt.layout, "items": list(reversed(attempt.layout["items"]))}
        session.flush()
        # Which items were not reached follows from the layout, so that a score may not fit either.
        assert "layout" in [each.kind for each in rederive(session, BODY, room.attempt_id)]
