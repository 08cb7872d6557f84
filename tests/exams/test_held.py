"""Held answers: what counts, what the invigilator sees, and what a decision does before and after the end."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.domain.exams.regrade import Remedy
from assessment.domain.roles import Role
from assessment.exams.held import counted_events
from assessment.exams.held_answers import decide, held_answers
from assessment.exams.invigilating import void
from assessment.exams.paper import saved_answers
from assessment.exams.rederive import rederive
from assessment.exams.tables import Attempt, ItemScore, Standing
from assessment.exams.tables_regrade import Regrade
from assessment.exams.tables_room import HeldDecision
from assessment.exams.taking import submit
from tests.exams.full_room import write_events
from tests.exams.room import BODY, Room, csrf_of, open_room
from tests.factories.accounts import NOW, make_actor, make_site
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
MINUTE = timedelta(minutes=1)
REASON = "Jaringan putus, disaksikan pengawas"


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    room.start()
    return room


def hold(room: Room, *answers: tuple[int, str | list[str]], at: int = 10, epoch: int = 0) -> list[int]:
    return write_events(room, room.attempt_id, answers, at=NOW + at * MINUTE, standing=Standing.HELD, epoch=epoch)


def let(room: Room, *numbers: int, counts: bool = True, reason: str = REASON) -> None:
    with room.writing() as session:
        decide(session, room.invigilator, room.attempt_id, numbers, counts=counts, reason=reason, now=room.now)


def answer(room: Room, item: int = 0) -> object:
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        saved = saved_answers(session, attempt).get(room.exam.items[item])
        return None if saved is None else saved.response["RESPONSE"]


def counted(room: Room) -> list[int]:
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        return [event.number for event in session.scalars(counted_events(attempt))]


def hand_in(room: Room) -> None:
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=room.now)


def test_a_held_answer_counts_only_when_somebody_says_so_and_can_be_taken_back(room: Room) -> None:
    (number,) = hold(room, (0, "B"))
    assert (answer(room), counted(room)) == (None, [])
    let(room, number)
    assert (answer(room), counted(room)) == ("B", [number])
    let(room, number, counts=False)
    assert (answer(room), counted(room)) == (None, [])
    with room.writing() as session:
        rows = session.scalars(select(HeldDecision).order_by(HeldDecision.turn)).all()
        assert [(row.turn, row.counts, row.reason) for row in rows] == [(1, True, REASON), (2, False, REASON)]


def test_a_held_answer_that_counts_stays_at_its_own_place_in_the_order_of_arrival(room: Room) -> None:
    (old,) = hold(room, (0, "A"))
    write_events(room, room.attempt_id, [(0, "C")], at=NOW + 11 * MINUTE)
    let(room, old)
    assert answer(room) == "C"
    (late,) = hold(room, (0, "D"), at=12)
    let(room, late)
    assert answer(room) == "D"


def test_scoring_takes_what_counts_and_the_record_agrees(room: Room) -> None:
    right, other = hold(room, (0, "B"), (2, "12.5"))
    let(room, right)
    let(room, other, counts=False)
    hand_in(room)
    assert room.attempt().answers == 1
    with room.writing() as session:
        answered = session.scalars(select(ItemScore.item_version_id).where(ItemScore.answered)).all()
        assert answered == [room.exam.items[0]]
        assert list(rederive(session, BODY, room.attempt_id)) == []


def test_after_the_end_a_counting_answer_is_a_regrade_and_scores_stay_as_they_are(room: Room) -> None:
    write_events(room, room.attempt_id, [(1, ["A"])], at=NOW + 5 * MINUTE)
    right, other = hold(room, (0, "B"), (2, "12.5"))
    hand_in(room)
    let(room, right)
    let(room, other, counts=False)
    with room.writing() as session:
        regrade = session.scalars(select(Regrade)).one()
        assert (regrade.remedy, regrade.event_number, regrade.proposed_by) == (
            Remedy.LATE_ANSWER,
            right,
            room.invigilator.person_id,
        )
        assert list(rederive(session, BODY, room.attempt_id)) == []
    assert right not in counted(room)
    with pytest.raises(Conflict):
        let(room, right, counts=False)


@pytest.mark.parametrize(
    ("numbers", "reason", "expected"), [((), REASON, Invalid), ((999_999,), REASON, NotFound), (None, "ya", Invalid)]
)
def test_a_decision_needs_held_answers_of_this_attempt_and_a_reason(
    room: Room, numbers: tuple[int, ...] | None, reason: str, expected: type[Exception]
) -> None:
    (held,) = hold(room, (0, "B"))
    with pytest.raises(expected):
        let(room, *(numbers if numbers is not None else (held,)), reason=reason)


def test_an_accepted_answer_is_not_decided(room: Room) -> None:
    (accepted,) = write_events(room, room.attempt_id, [(0, "B")], at=NOW + MINUTE)
    with pytest.raises(NotFound):
        let(room, accepted)


def test_nothing_is_decided_on_a_void_attempt(room: Room) -> None:
    (held,) = hold(room, (0, "B"))
    with room.writing() as session:
        void(session, room.invigilator, room.attempt_id, reason=REASON, now=room.now)
    with pytest.raises(Conflict):
        let(room, held)


def test_the_candidate_does_not_decide_on_the_own_answers(room: Room) -> None:
    (held,) = hold(room, (0, "B"))
    with room.writing() as session, pytest.raises(Conflict):
        decide(session, room.candidate, room.attempt_id, [held], counts=True, reason=REASON, now=room.now)


def test_everything_that_is_known_of_a_held_answer(room: Room) -> None:
    write_events(room, room.attempt_id, [(0, "A")], at=NOW + 5 * MINUTE)
    (number,) = hold(room, (0, "B"), at=75)
    write_events(room, room.attempt_id, [(0, "C")], at=NOW + 76 * MINUTE)
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        places = [entry["item"] for entry in attempt.layout["items"]]
        (known,) = held_answers(session, attempt)
    assert (known.number, known.place) == (number, places.index(room.exam.items[0]) + 1)
    assert [each and each["RESPONSE"] for each in (known.before, known.response, known.current)] == ["A", "B", "C"]
    assert known.circumstances.late_by == 15 * MINUTE
    assert known.circumstances.older_writer
    assert known.elapsed == timedelta(seconds=61)
    assert known.decided is None


def test_the_page_shows_what_is_known_and_no_key(room: Room) -> None:
    hold(room, (0, "B"), (2, "11.75"), at=75)
    client = room.signed_in(room.invigilator)
    page = client.get(f"/rooms/attempts/{room.attempt_id}/held", query_string={"lang": "en"})
    order = next(each for each in room.attempt().layout["items"] if each["item"] == room.exam.items[0])
    assert f"option {order['choices']['RESPONSE'].index('B') + 1}" in page.text
    assert "11.75" in page.text
    assert "15 minutes after the end of the time" in page.text
    # 12.5 is the key of the number, "Kunci" the title of every item of the factory.
    assert "12.5" not in page.text
    assert "Kunci" not in page.text


def test_answers_are_decided_on_the_page_one_by_one_or_all_at_once(room: Room) -> None:
    first, *_others = hold(room, (0, "B"), (1, ["A"]), (2, "12.5"))
    client = room.signed_in(room.invigilator)
    place = f"/rooms/attempts/{room.attempt_id}/held"
    data = {"csrf_token": csrf_of(client.get(place)), "counts": "yes", "reason": REASON}
    nothing = client.post(place, data={**data, "whom": "ticked"})
    assert nothing.status_code == 422
    assert client.post(place, data={**data, "whom": "ticked", "number": [first]}).status_code == 303
    assert client.post(place, data={**data, "whom": "all", "counts": "no"}).status_code == 303
    with room.writing() as session:
        decided = session.execute(select(HeldDecision.counts).order_by(HeldDecision.number)).scalars().all()
        assert decided == [True, False, False]


def test_an_invigilator_of_another_site_finds_nothing(room: Room) -> None:
    (held,) = hold(room, (0, "B"))
    with room.writing() as session:
        elsewhere = make_site(session, BODY, "TUK Lain")
        stranger = make_actor(session, BODY, Role.INVIGILATOR, site_id=elsewhere)
    client = room.signed_in(stranger)
    place = f"/rooms/attempts/{room.attempt_id}/held"
    assert client.get(place).status_code == 404
    data = {"csrf_token": csrf_of(client.get("/rooms")), "counts": "yes", "reason": REASON, "number": [held]}
    assert client.post(place, data=data).status_code == 404
    assert counted(room) == []
