"""A question's page that is filled in is the one that would be drawn for its candidate alone."""

import re

import pytest

from assessment.database import db
from assessment.exams.attempt_queries import own_exams
from assessment.exams.paper import question
from assessment.exams.parts import part_of
from assessment.exams.question_page import Look, draw_question, navigator_lines
from assessment.exams.views import _running
from assessment.web.actor import me
from assessment.web.formatting import clock
from assessment.web.language import language
from tests.exams.room import Room, open_room
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    room = open_room(site, others=["Rudi Misal"])
    room.start()
    return room


def drawn_alone(room: Room, number: int, page: str, *, refusal: str = "") -> str:
    """Draw the page of a question with everything that it says, in the request that has just been answered."""
    (found,) = own_exams(db.session(), me().body_id, me().person_id, attempt_id=room.attempt_id)
    asked, places = question(db.session(), found.attempt, number)
    part = part_of(db.session(), found.attempt, asked, language=language())
    client = re.search(r'name="client" value="([^"]+)"', page)
    assert client is not None
    final = number == len(places)
    values = {
        "number": str(number),
        "back": str(number - 1),
        "onward": "review" if final else str(number + 1),
        "item": asked.item,
        "lang": part.lang,
        "question": part.html,
    }
    written = draw_question(
        Look(number == 1, final, asked.saved is not None, asked.flagged, bool(refusal)),
        _running(found),
        lambda name: "HERE" if name == "question" else values[name],
        last=str(len(places)),
        navigator=navigator_lines(places, current=number, form="answer"),
        client=client[1],
        saved_time=clock(asked.saved.received_at) if asked.saved else "",
        refusal=refusal,
    )
    return written.replace("HERE", part.html)


@pytest.mark.parametrize("wishes", ["lang=id", "lang=en", "lang=id&size=3", "lang=en&contrast=dark"])
def test_filled_page_is_the_page_drawn_for_its_candidate(room: Room, wishes: str) -> None:
    room.send(room.event(0, "B", seq=1))
    last = len(room.exam.items)
    client = room.signed_in(room.candidate)
    with client:
        for number in (*range(1, last + 1), 1):
            page = client.get(f"/exam/{room.attempt_id}/{number}?{wishes}").text
            assert page == drawn_alone(room, number, page)
            assert "~~" not in page


def test_filled_page_says_why_an_answer_was_refused(room: Room) -> None:
    client = room.signed_in(room.candidate)
    with client:
        page = client.get(f"/exam/{room.attempt_id}/1?refused=late&lang=en").text
        why = "This answer arrived after the end. It is kept aside and shown to the invigilator."
        assert page == drawn_alone(room, 1, page, refusal=why)
        assert why in page


def test_flag_changes_the_page(room: Room) -> None:
    client = room.signed_in(room.candidate)
    home = f"/exam/{room.attempt_id}"
    with client:
        before = client.get(f"{home}/2").text
        assert 'name="flag" value="1" aria-pressed="false"' in before
        item = room.attempt().layout["items"][1]["item"]
        sent = {"token": room.token(), "item": item, "client": "c", "seq": "1", "lang": "id", "flag": "1"}
        assert client.post("/answers", data=sent).status_code == 303
        after = client.get(f"{home}/2").text
        assert 'name="flag" value="0" aria-pressed="true"' in after
        assert after == drawn_alone(room, 2, after)
