"""The candidate's pages: the whole exam without script, nothing that tells a key, nothing that acts, and budgets."""

import gzip
import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt
from assessment.exams.taking import submit
from assessment.web.pages import STATIC
from tests.exams.room import BODY, Room, csrf_of, hidden, open_room
from tests.factories.accounts import NOW, make_actor
from tests.factories.exams import let_start, single_choice
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
TELLING = ("Kunci S", "Kunci M", "Kunci N", "correct", "mapping", "max_score", "12.5", "tolerance", "0.5", "-1/2")
FIELDS = ("token", "item", "client", "seq", "lang")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site)


def answer(client: FlaskClient, room: Room, page: TestResponse, response: object, onward: str) -> TestResponse:
    data = {name: hidden(page, name) for name in FIELDS}
    return client.post("/answers", data={**data, "response": response, "next": onward})


def test_whole_exam_without_script(room: Room) -> None:
    client = room.signed_in(room.candidate)
    waiting = client.get(f"/exam/{room.attempt_id}")
    assert "Pengawas mengizinkan Anda mulai" in waiting.text
    storage = room.site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, room.attempt_id)))
    page = client.get(f"/exam/{room.attempt_id}")
    started = client.post(f"/exam/{room.attempt_id}/start", data={"csrf_token": csrf_of(page)})
    place = started.headers["Location"]
    right = dict(zip(room.exam.items, ("B", ["A", "C"], "12,5"), strict=True))
    for number in (1, 2, 3):
        page = client.get(place)
        reply = answer(client, room, page, right[hidden(page, "item")], str(number + 1) if number < 3 else "review")
        assert reply.status_code == 303
        place = reply.headers["Location"]
    review = client.get(place)
    assert "Semua soal sudah dijawab" in review.text
    sent = client.post(f"/exam/{room.attempt_id}/submit", data={"csrf_token": csrf_of(review), "sure": "1"})
    receipt = client.get(sent.headers["Location"])
    attempt = room.attempt()
    assert attempt.state is AttemptState.SUBMITTED
    assert attempt.receipt is not None
    assert attempt.receipt[:32] in receipt.text
    assert "3 dari 3" in receipt.text
    assert client.get(f"/exam/{room.attempt_id}/1").headers["Location"].endswith("/receipt")


def test_saved_answer_is_marked_and_said(room: Room) -> None:
    room.start()
    client = room.signed_in(room.candidate)
    number = [entry["item"] for entry in room.attempt().layout["items"]].index(room.exam.items[0]) + 1
    before = client.get(f"/exam/{room.attempt_id}/{number}").text
    assert "Belum dijawab" in before
    room.send(room.event(0, "B"))
    after = client.get(f"/exam/{room.attempt_id}/{number}").text
    assert "Tersimpan di server 09:00 WIB" in after
    assert re.search(r'value="B" checked', after)
    assert "data-answered" in after


def test_choices_stand_in_the_order_of_the_attempt(room: Room) -> None:
    room.start()
    client = room.signed_in(room.candidate)
    layout = room.attempt().layout["items"]
    for number, entry in enumerate(layout, start=1):
        shown = re.findall(r'name="response" value="(\w)"', client.get(f"/exam/{room.attempt_id}/{number}").text)
        assert shown == entry["choices"].get("RESPONSE", [])


def test_no_key_reaches_the_browser(room: Room) -> None:
    room.start()
    room.send(room.event(0, "B", seq=1), room.event(1, ["A", "C"], seq=2), room.event(2, "12", seq=3))
    client = room.signed_in(room.candidate)
    places = [f"/exam/{room.attempt_id}/{number}" for number in (1, 2, 3)]
    places += [f"/exam/{room.attempt_id}/review", f"/exam/{room.attempt_id}/token", "/exams", "/today"]
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    texts = [client.get(place).text for place in places]
    texts.append(room.signed_in(manager).get(f"/exam-forms/{room.exam.form_id}/preview").text)
    texts.append(json.dumps(room.send(room.event(0, "A", seq=4), room.event(2, "x", seq=5)).json))
    for text in (re.sub(r"<style>.*?</style>", "", each, flags=re.DOTALL) for each in texts):
        for telling in TELLING:
            assert telling not in text, telling


def test_preview_marks_nothing(room: Room) -> None:
    with room.writing() as session:
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER)
    page = room.signed_in(manager).get(f"/exam-forms/{room.exam.form_id}/preview")
    assert page.status_code == 200
    assert " checked" not in page.text


def test_item_text_cannot_act(site: Site) -> None:
    bad = '<p>Soal<script>alert(1)</script><img src=x onerror=alert(1)><a href="javascript:x">x</a></p>'
    room = open_room(site, items=[single_choice()], stem=bad)
    room.start()
    page = room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/1")
    for acting in ("<script>alert", "onerror", "javascript:", "<img"):
        assert acting not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


def test_other_peoples_attempts_are_not_found(site: Site) -> None:
    room = open_room(site, others=["Ahmad Contoh"])
    client = room.signed_in(room.candidate)
    other = room.others[0]
    for place in ("", "/1", "/review", "/receipt", "/token"):
        assert client.get(f"/exam/{other}{place}").status_code == 404
        assert client.get(f"/exam/no-such-attempt{place}").status_code == 404
    page = client.get(f"/exam/{room.attempt_id}")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    for place in ("/start", "/submit"):
        assert client.post(f"/exam/{other}{place}", data={"csrf_token": token[1]}).status_code == 404
    assert room.attempt().state is AttemptState.PREPARED


def test_page_before_the_start_shows_no_question(room: Room) -> None:
    client = room.signed_in(room.candidate)
    reply = client.get(f"/exam/{room.attempt_id}/1")
    assert reply.status_code == 303
    assert urlsplit(reply.headers["Location"]).path == f"/exam/{room.attempt_id}"


def test_between_deadline_and_grace_the_page_waits(room: Room) -> None:
    room.start()
    client = room.signed_in(room.candidate)
    room.now = NOW + timedelta(minutes=60, seconds=10)
    page = client.get(f"/exam/{room.attempt_id}/1", follow_redirects=True)
    assert "Waktu habis" in page.text
    assert room.attempt().state is AttemptState.RUNNING


def test_question_number_that_is_not_there_is_not_found(room: Room) -> None:
    room.start()
    client = room.signed_in(room.candidate)
    for number in ("0", "4", "999999999999"):
        assert client.get(f"/exam/{room.attempt_id}/{number}").status_code == 404


@pytest.mark.parametrize(("languages", "shown"), [(("id", "en"), "Question S1?"), (("id",), "Soal S1?")])
def test_question_is_shown_in_the_readers_language_or_the_nearest(
    site: Site, languages: tuple[str, ...], shown: str
) -> None:
    room = open_room(site, items=[single_choice()], languages=languages)
    room.start()
    page = room.signed_in(room.candidate).get(f"/exam/{room.attempt_id}/1?lang=en")
    assert shown in page.text
    assert f'class="stem" id="q-stem" lang="{languages[-1]}"' in page.text


@pytest.mark.parametrize("place", ["", "/1", "/review", "/token"])
def test_candidate_pages_take_few_statements(site: Site, place: str) -> None:
    room = open_room(site, items=[single_choice(f"S{n}") for n in range(20)])
    if place:
        room.start()
    client = room.signed_in(room.candidate)
    with count_statements(site.engine) as statements:
        assert client.get(f"/exam/{room.attempt_id}{place}").status_code == 200
    assert len(statements) <= 12, statements


def test_staff_pages_take_few_statements(site: Site) -> None:
    room = open_room(site, others=[f"Asesi {n}" for n in range(12)])
    room.start()
    with room.writing() as session:
        submit(session, BODY, room.attempt_id, now=NOW)
        manager = make_actor(session, BODY, Role.SCHEME_MANAGER, Role.QUALITY_MANAGER, Role.INVIGILATOR)
    client = room.signed_in(manager)
    for place in (
        "/exam-forms",
        f"/exam-forms/{room.exam.form_id}",
        f"/exam-forms/{room.exam.form_id}/preview",
        f"/exam-forms/new/{room.exam.scheme.scheme_version_id}",
        "/sittings",
        "/sittings/new",
        f"/sittings/{room.exam.sitting_id}",
        "/rooms",
        f"/rooms/{room.exam.sitting_id}",
        f"/rooms/attempts/{room.attempt_id}",
        f"/exam-results/{room.attempt_id}",
        f"/exam-results/{room.attempt_id}/{room.exam.items[0]}",
    ):
        with count_statements(site.engine) as statements:
            assert client.get(place).status_code == 200, place
        assert len(statements) <= 12, (place, len(statements), statements)


def test_first_load_and_next_question_keep_their_budgets(site: Site) -> None:
    stem = "<p>" + "Sebelum mulai mengelas alur pelat posisi 3G, apa yang pertama Anda periksa? " * 3 + "</p>"
    room = open_room(site, items=[single_choice(f"S{n}") for n in range(40)], stem=stem)
    room.start()
    client = room.signed_in(room.candidate)
    page = client.get(f"/exam/{room.attempt_id}/1")
    assets = set(re.findall(r'(?:href|src)="/static/([^"?]+)', page.text))
    weight = len(gzip.compress(page.data)) + sum(len(gzip.compress((STATIC / each).read_bytes())) for each in assets)
    assert len(assets) + 1 <= 6, assets
    assert weight <= 60 * 1024
    following = client.get(f"/exam/{room.attempt_id}/2")
    assert len(gzip.compress(following.data)) <= 8 * 1024
