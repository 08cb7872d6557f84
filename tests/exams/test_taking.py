"""Starting, submitting, time over: the server's clock, the deadline, the receipt."""

from datetime import timedelta

import pytest

from assessment.domain.errors import Conflict
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.events import receipt
from assessment.exams.closing import close_in_own_transaction
from assessment.exams.scoring import accepted_events, foresee
from assessment.exams.tables import Attempt, ExamResult, ItemScore
from assessment.exams.taking import start, submit
from assessment.jobs.service import work_all
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW
from tests.factories.exams import let_start
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site)


def hand_in(room: Room) -> None:
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=room.now)


def close(room: Room) -> int:
    with room.site.app.app_context():
        return close_in_own_transaction(BODY, room.now)


def test_nobody_starts_without_release(room: Room) -> None:
    with room.writing() as session, pytest.raises(Conflict):
        start(session, BODY, room.attempt_id, now=NOW)


@pytest.mark.parametrize("offset", [timedelta(minutes=-1), timedelta(minutes=30)])
def test_nobody_starts_outside_the_sitting(room: Room, offset: timedelta) -> None:
    storage = room.site.app.extensions["storage"]
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        let_start(session, room.invigilator, storage, attempt)
        with pytest.raises(Conflict):
            start(session, BODY, room.attempt_id, now=NOW + offset)


def test_closing_date_never_cuts_the_time_of_who_has_started(room: Room) -> None:
    room.now = NOW + timedelta(minutes=29)
    room.start()
    assert room.attempt().deadline == NOW + timedelta(minutes=89)
    room.now = NOW + timedelta(minutes=80)
    reply = room.send(room.event())
    assert reply.json is not None
    assert reply.json["acknowledged"] == [["c1", 1]]


def test_starting_twice_moves_nothing(room: Room) -> None:
    room.start()
    with room.writing() as session:
        start(session, BODY, room.attempt_id, now=NOW + timedelta(minutes=10))
    assert room.attempt().started_at == NOW


def test_receipt_seals_the_accepted_events(room: Room) -> None:
    room.start()
    room.send(room.event(0, "B", seq=1), room.event(0, "A", seq=2), room.event(2, "12,5", seq=3))
    hand_in(room)
    attempt = room.attempt()
    assert (attempt.state, attempt.answers, attempt.submitted_at) == (AttemptState.SUBMITTED, 2, NOW)
    with room.writing() as session:
        assert attempt.receipt == receipt(accepted_events(session, BODY, attempt.id)).digest


def test_submitting_twice_gives_the_same_receipt(room: Room) -> None:
    room.start()
    hand_in(room)
    first = room.attempt().receipt
    hand_in(room)
    assert room.attempt().receipt == first


def test_event_after_submission_is_kept_aside(room: Room) -> None:
    room.start()
    room.send(room.event())
    token = room.token()
    hand_in(room)
    before = room.attempt().receipt
    reply = room.send(room.event(seq=2, response="A"), token=token)
    assert reply.json is not None
    assert reply.json["held"] == [["c1", 2]]
    assert reply.json["state"] == "submitted"
    assert room.attempt().receipt == before


def test_blank_and_wrong_are_kept_apart(room: Room) -> None:
    room.start()
    room.send(room.event(0, "A", seq=1), room.event(1, ["A"], seq=2), room.event(1, None, seq=3))
    hand_in(room)
    with room.writing() as session:
        scores = {
            each.item_version_id: (each.answered, str(each.score), str(each.max_score))
            for each in session.query(ItemScore)
        }
    assert [scores[item] for item in room.exam.items] == [
        (True, "0", "1"),
        (False, "0", "2"),
        (False, "0", "1"),
    ]


def test_scores_are_exact_with_partial_credit(room: Room) -> None:
    room.start()
    room.send(room.event(0, "B", seq=1), room.event(1, ["A", "B"], seq=2), room.event(2, "13,0", seq=3))
    hand_in(room)
    with room.writing() as session:
        result = session.get_one(ExamResult, (BODY, room.attempt_id, 0))
        assert (str(result.score), str(result.max_score), result.cut_reached) == ("5/2", "4", False)
        unit, criteria = room.exam.scheme.units[0].unit_id, room.exam.scheme.units[0].criteria
        assert result.by_unit["units"][unit] == {"items": 3, "score": "5/2", "maximum": "4"}
        assert result.by_criterion["criteria"][criteria[1]] == {
            "items": 1,
            "score": "1/2",
            "maximum": "2",
            "minimum_items": 1,
            "cut": "1/2",
            "sufficient": False,
        }


def test_time_over_closes_and_scores_what_was_saved(room: Room) -> None:
    room.start()
    room.send(room.event())
    room.now = NOW + timedelta(minutes=60, seconds=30)
    assert close(room) == 0
    room.now += timedelta(seconds=1)
    assert close(room) == 1
    attempt = room.attempt()
    assert (attempt.state, attempt.answers, attempt.submitted_at) == (AttemptState.EXPIRED, 1, None)
    assert close(room) == 0


def test_job_closes_an_attempt_when_nobody_looks(room: Room) -> None:
    room.start()
    with room.site.app.app_context():
        assert work_all(lambda: NOW + timedelta(minutes=61)) == 2  # the attempt ends, and the log closes the sitting
    assert room.attempt().state is AttemptState.EXPIRED


def test_next_read_closes_what_is_over(room: Room) -> None:
    room.start()
    client = room.signed_in(room.candidate)
    room.now = NOW + timedelta(minutes=61)
    reply = client.get(f"/exam/{room.attempt_id}/1")
    assert reply.status_code == 303
    assert reply.headers["Location"].endswith("/receipt")
    assert room.attempt().state is AttemptState.EXPIRED


def test_submitting_after_the_end_keeps_that_time_ended_it(room: Room) -> None:
    room.start()
    room.now = NOW + timedelta(minutes=65)
    hand_in(room)
    assert room.attempt().state is AttemptState.EXPIRED


def test_answer_that_waited_while_the_attempt_was_closed_is_kept_aside(room: Room) -> None:
    room.start()
    token = room.token()
    room.now = NOW + timedelta(minutes=61)
    close(room)
    room.now = NOW + timedelta(minutes=60)
    reply = room.send(room.event(), token=token)
    assert reply.json is not None
    assert reply.json["held"] == [["c1", 1]]


def test_scores_that_were_foreseen_are_dropped_when_an_answer_came_since(room: Room) -> None:
    room.start()
    with room.writing() as session:
        foreseen = foresee(session, BODY, room.attempt_id)
    room.send(room.event(0, "B"))
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=NOW, foreseen=foreseen)
    assert room.attempt().answers == 1
