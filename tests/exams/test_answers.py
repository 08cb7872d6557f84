"""`POST /answers`: shapes, idempotency, the late rule, tokens, and what must never be lost."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from assessment.exams.tables import Attempt, Standing
from tests.exams.room import BODY, Room, hidden, moment, open_room
from tests.factories.accounts import NOW
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    room.start()
    return room


def test_reply_has_the_published_members(room: Room) -> None:
    reply = room.send(room.event())
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.json is not None
    assert set(reply.json) == {"now", "deadline", "state", "acknowledged", "held", "refused"}
    assert moment(reply.json["now"]) == NOW
    assert moment(reply.json["deadline"]) == NOW + timedelta(minutes=60)
    assert reply.json["state"] == "running"
    assert reply.json["acknowledged"] == [["c1", 1]]
    assert (reply.json["held"], reply.json["refused"]) == ([], [])


def test_same_event_twice_is_acknowledged_twice_and_stored_once(room: Room) -> None:
    for _ in range(2):
        reply = room.send(room.event())
        assert reply.json is not None
        assert reply.json["acknowledged"] == [["c1", 1]]
    assert len(room.events()) == 1


def test_same_key_with_another_answer_is_kept_under_a_number_of_the_server(room: Room) -> None:
    for response in ("B", "A", "A", "C"):
        reply = room.send(room.event(response=response))
        assert reply.json is not None
        assert reply.json["acknowledged"] == [["c1", 1]]
    stored = [(each.client, each.seq, each.response["RESPONSE"]) for each in room.events()]
    assert stored == [("c1", 1, "B"), ("c1~1", 1, "A"), ("c1~1", 2, "C")]


def test_same_key_twice_in_one_batch_keeps_both_answers(room: Room) -> None:
    room.send(room.event(response="B"), room.event(response="A"), room.event(response="B"))
    assert [each.response["RESPONSE"] for each in room.events()] == ["B", "A"]


def test_fifty_equal_posts_at_once_make_one_event(room: Room) -> None:
    token = room.token()
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda _: room.send(room.event(), token=token).json, range(50)))
    assert all(reply is not None and reply["acknowledged"] == [["c1", 1]] for reply in replies)
    assert len(room.events()) == 1


def test_fifty_different_answers_under_one_key_at_once_are_all_kept(room: Room) -> None:
    token = room.token()
    answers = [f"{number}" for number in range(50)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda answer: room.send(room.event(2, answer), token=token).json, answers))
    assert sorted(each.response["RESPONSE"] for each in room.events()) == sorted(answers)


def test_one_bad_event_costs_no_other_its_place(room: Room) -> None:
    bad = {**room.event(seq=2), "response": {"RESPONSE": "nul\0"}}
    stranger = {**room.event(seq=3), "item": "no-such-item"}
    unfit = room.event(seq=4, response="Z")
    reply = room.send(room.event(seq=1), bad, stranger, unfit, {"x": 1}, room.event(seq=5, response="C"))
    assert reply.json is not None
    assert reply.json["acknowledged"] == [["c1", 1], ["c1", 5]]
    assert {(each["seq"], each["reason"]) for each in reply.json["refused"]} == {
        (2, "bad_response"),
        (3, "unknown_item"),
        (4, "does_not_fit"),
        (None, "bad_members"),
    }


@pytest.mark.parametrize("response", ["‮B", "B\ud800", "é" * 9_000, {"a": 1}, 3, ["B", 1], "\t\n", "A" * 200_000])
def test_odd_answers_are_refused_and_break_nothing(room: Room, response: object) -> None:
    reply = room.send(room.event(seq=1, response=response), room.event(seq=2))
    assert reply.status_code == 200
    assert reply.json is not None
    assert ["c1", 2] in reply.json["acknowledged"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"v":2,"events":[]}', b'{"v":1,"events":3}', b"\xff\xfe"])
def test_body_of_another_shape_is_refused_with_a_problem(room: Room, body: bytes) -> None:
    reply = room.site.client().post(
        "/answers", data=body, content_type="application/json", headers={"Teruji-Attempt": room.token()}
    )
    assert reply.status_code == 422
    assert reply.content_type == "application/problem+json"


def test_body_above_the_limit_is_refused(room: Room) -> None:
    body = json.dumps({"v": 1, "events": [], "rest": "x" * 300_000})
    reply = room.site.client().post(
        "/answers", data=body, content_type="application/json", headers={"Teruji-Attempt": room.token()}
    )
    assert reply.status_code == 422


def test_largest_number_of_a_device_is_stored(room: Room) -> None:
    reply = room.send(room.event(seq=2**53 - 1))
    assert reply.json is not None
    assert reply.json["acknowledged"] == [["c1", 2**53 - 1]]


@pytest.mark.parametrize("token", ["", "x", "1.e30.e30", "2.a.b", "1." + "A" * 2000 + ".x", "1.é.x"])
def test_token_of_nobody_is_refused(room: Room, token: str) -> None:
    reply = room.site.client().post(
        "/answers",
        data=json.dumps({"v": 1, "events": [room.event()]}),
        content_type="application/json",
        headers={"Teruji-Attempt": token.encode().decode("latin-1")},
    )
    assert reply.status_code == 403
    assert room.events() == []


def test_changed_token_is_refused(room: Room) -> None:
    head, payload, tag = room.token().split(".")
    swapped = payload[:-2] + ("AA" if payload[-2:] != "AA" else "BB")
    assert room.send(room.event(), token=f"{head}.{swapped}.{tag}").status_code == 403


def test_token_of_another_person_finds_no_attempt(room: Room) -> None:
    assert room.send(room.event(), token=room.token(person_id="somebody")).status_code == 404


def test_token_of_another_attempt_writes_there_and_nowhere_else(site: Site) -> None:
    room = open_room(site, others=["Budi Contoh"])
    room.start()
    assert room.send(room.event(), token=room.token(attempt_id=room.others[0])).status_code == 404
    assert room.events() == []


def test_event_of_an_older_writer_is_held_and_replaces_nothing(room: Room) -> None:
    room.send(room.event(seq=1, response="B"))
    old = room.token()
    with room.writing() as session:
        session.get_one(Attempt, (BODY, room.attempt_id)).epoch += 1
    reply = room.send(room.event(seq=2, response="A"), token=old)
    assert reply.json is not None
    assert (reply.json["acknowledged"], reply.json["held"]) == ([], [["c1", 2]])
    assert [each.standing for each in room.events()] == [Standing.ACCEPTED, Standing.HELD]


def test_event_of_a_writer_to_come_is_refused(room: Room) -> None:
    reply = room.send(room.event(), token=room.token(epoch=7))
    assert reply.json is not None
    assert [each["reason"] for each in reply.json["refused"]] == ["unknown_writer"]


@pytest.mark.parametrize(
    ("after", "kept_as"),
    [
        (timedelta(seconds=0), "acknowledged"),
        (timedelta(seconds=30), "acknowledged"),
        (timedelta(seconds=31), "held"),
        (timedelta(minutes=30), "held"),
    ],
)
def test_late_events_follow_the_published_rule(room: Room, after: timedelta, kept_as: str) -> None:
    room.now = NOW + timedelta(minutes=60) + after
    reply = room.send(room.event())
    assert reply.json is not None
    assert reply.json[kept_as] == [["c1", 1]]


def test_after_the_late_window_nothing_is_taken(room: Room) -> None:
    token = room.token()
    room.now = NOW + timedelta(minutes=90, seconds=1)
    assert room.send(room.event(), token=token).status_code == 403
    assert room.events() == []


def test_extra_time_keeps_an_older_token_good(room: Room) -> None:
    token = room.token()
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        assert attempt.deadline is not None
        attempt.deadline += timedelta(hours=2)
    room.now = NOW + timedelta(minutes=150)
    reply = room.send(room.event(), token=token)
    assert reply.json is not None
    assert reply.json["acknowledged"] == [["c1", 1]]


def test_events_before_the_start_are_refused(site: Site) -> None:
    room = open_room(site)
    room.start()
    token = room.token()
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        attempt.started_at = attempt.deadline = None
    reply = room.send(room.event(), token=token)
    assert reply.json is not None
    assert [each["reason"] for each in reply.json["refused"]] == ["not_started"]


def test_json_needs_no_cookie_and_sets_none(room: Room) -> None:
    assert "Set-Cookie" not in room.send(room.event()).headers


def test_form_without_script_saves_and_leads_on(room: Room) -> None:
    client = room.signed_in(room.candidate)
    page = client.get(f"/exam/{room.attempt_id}/1")
    item = hidden(page, "item")
    form = {name: hidden(page, name) for name in ("token", "item", "client", "seq", "lang")}
    choice = {room.exam.items[0]: "B", room.exam.items[1]: ["A", "C"], room.exam.items[2]: "12,5"}[item]
    reply = client.post("/answers", data={**form, "response": choice, "next": "2"})
    assert reply.status_code == 303
    assert reply.headers["Location"] == f"/exam/{room.attempt_id}/2"
    assert [(each.item, each.standing) for each in room.events()] == [(item, Standing.ACCEPTED)]


def test_form_that_changes_nothing_makes_no_event(room: Room) -> None:
    form = {"token": room.token(), "item": room.exam.items[0], "seq": "1", "lang": "id", "next": "2"}
    client = room.site.client()
    for name, response in (("p1", "B"), ("p2", "B")):
        client.post("/answers", data={**form, "client": name, "response": response})
    client.post("/answers", data={**form, "item": room.exam.items[1], "client": "p3"})
    assert len(room.events()) == 1


def test_form_keeps_a_flag(room: Room) -> None:
    client = room.signed_in(room.candidate)
    page = client.get(f"/exam/{room.attempt_id}/1")
    form = {name: hidden(page, name) for name in ("token", "item", "client", "seq", "lang")}
    reply = client.post("/answers", data={**form, "flag": "1"})
    assert reply.headers["Location"] == f"/exam/{room.attempt_id}/1"
    assert 'aria-pressed="true"' in client.get(f"/exam/{room.attempt_id}/1").text


def test_form_whose_answer_does_not_fit_is_told_so(room: Room) -> None:
    client = room.signed_in(room.candidate)
    form = {"token": room.token(), "item": room.exam.items[2], "client": "p", "seq": "1", "lang": "id"}
    reply = client.post("/answers", data={**form, "response": "dua belas", "next": "3"}, follow_redirects=True)
    assert "tulis bilangan dengan angka" in reply.text
    assert room.events() == []


def test_form_is_never_led_out_of_the_exam(room: Room) -> None:
    form = {"token": room.token(), "item": room.exam.items[0], "client": "p", "seq": "1", "lang": "id"}
    for place in ("https://example.org/", "//example.org", "../../signin", "99999999"):
        reply = room.site.client().post("/answers", data={**form, "next": place})
        assert reply.headers["Location"].startswith(f"/exam/{room.attempt_id}/")


def test_form_with_a_forged_token_changes_nothing(room: Room) -> None:
    form = {"item": room.exam.items[0], "client": "p", "seq": "1", "lang": "id", "response": "B"}
    assert room.site.client().post("/answers", data={**form, "token": "1.a.b"}).status_code == 403
    assert room.events() == []
