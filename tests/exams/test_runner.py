"""The whole form for a device: every question in both languages, nothing secret in what is cached, few statements."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from assessment.domain.roles import Role
from assessment.exams.devices import person_mark
from assessment.exams.tables import Attempt
from assessment.web.pages import STATIC
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import make_actor
from tests.factories.exams import single_choice
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site)
    room.start()
    return room


def told(room: Room) -> dict[str, Any]:
    answer = room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/form")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json or {}
    return found


def test_form_holds_every_question_in_both_languages(room: Room) -> None:
    form = told(room)["form"]
    assert [each["item"] for each in form["questions"]] == [each["item"] for each in room.attempt().layout["items"]]
    for language, word in (("id", "Soal S1?"), ("en", "Question S1?")):
        assert any(word in each[language]["html"] for each in form["questions"])
        assert set(form["pages"][language]) == {"question", "review", "waiting"}
    assert "Kembali" in form["pages"]["id"]["question"]
    assert "Back" in form["pages"]["en"]["question"]


def test_every_place_of_a_frame_is_one_that_the_worker_fills(room: Room) -> None:
    worker = (STATIC / "js/exam_worker.js").read_text()
    filled = set(re.findall(r"^    (\w+)[,:]", worker[worker.index("const values = {") :], re.MULTILINE))
    for frames in told(room)["form"]["pages"].values():
        assert set(re.findall(r"\[\[(\w+)\]\]", frames["question"])) == filled
        assert "[[" not in frames["review"] + frames["waiting"]


def test_what_is_cached_holds_no_token_and_no_answer(room: Room) -> None:
    room.send(room.event(0, "B", seq=1))
    answer = told(room)
    cached = json.dumps(answer["form"])
    assert answer["state"]["token"]
    for secret in (answer["state"]["token"], "csrf_token", "data-token"):
        assert secret not in cached, secret
    for key in (" checked", "Kunci", "correct", "max_score", "12.5", "12,5 "):
        assert key not in json.dumps(answer["form"]["questions"]), key
    assert answer["state"]["answers"][room.exam.items[0]]["response"] == {"RESPONSE": "B"}


def test_what_is_written_once_for_all_holds_nothing_of_whoever_came_first(site: Site) -> None:
    room = open_room(site, others=["Rudi Misal"])
    room.start()
    other = replace(room, attempt_id=room.others[0])
    with room.writing() as session:
        person_id = session.get_one(Attempt, (BODY, other.attempt_id)).person_id
        other.candidate = make_actor(session, BODY, Role.CANDIDATE, person_id=person_id)
    other.start()
    first, later, again = told(room)["form"], told(other)["form"], told(room)["form"]
    assert first == again
    own = json.dumps(later)
    for somebody, theirs in ((room, first), (other, later)):
        assert somebody.attempt_id in json.dumps(theirs["pages"])
        assert person_mark(somebody.candidate.person_id) in json.dumps(theirs["pages"])
    for word in (room.attempt_id, person_mark(room.candidate.person_id), "Siti", "~~"):
        assert word not in own, word
    for form in (first, later):
        order = [each["item"] for each in form["questions"]]
        for frames in form["pages"].values():
            for frame in (frames["question"], frames["review"]):
                assert re.findall(r'data-item="(?!\[)([^"]+)"', frame) == order


def test_every_file_that_a_frame_asks_for_is_named(room: Room) -> None:
    form = told(room)["form"]
    frames = "".join(page for frames in form["pages"].values() for page in frames.values())
    assert set(re.findall(r'(?:href|src)="(/static/[^"]+)"', frames)) <= set(form["assets"])
    modules = json.loads(re.findall(r'importmap">(.*?)</script>', frames)[0])["imports"]
    assert set(modules.values()) <= set(form["assets"])


def test_worker_covers_the_exam_and_nothing_else(room: Room) -> None:
    answer = room.site.client().get("/exam/worker.js")
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers
    answer.close()


def test_form_takes_few_statements_however_long_it_is(site: Site) -> None:
    room = open_room(site, items=[single_choice(f"S{n}") for n in range(30)])
    room.start()
    client = room.signed_in(room.candidate)
    with count_statements(site.engine) as statements:
        assert client.get(f"/exam/{room.attempt_id}/form").status_code == 200
    assert len(statements) <= 12, statements


def test_form_is_only_for_a_running_exam(site: Site) -> None:
    room = open_room(site)
    assert room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/form").status_code == 409
