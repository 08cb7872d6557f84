"""The practice round: the exam's own page with everyday questions; nothing is stored, scored or timed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from assessment.database import db
from assessment.exams.practice import practice_questions
from assessment.exams.tables import Attempt, ResponseEvent
from tests.exams.room import BODY, Room, open_room
from tests.factories.exams import let_start
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")


@pytest.fixture
def room(site: Site) -> Room:
    return open_room(site)


def last_of(site: Site) -> int:
    with site.app.test_request_context():
        return len(practice_questions("en"))


def test_start_page_leads_to_practice_and_back(room: Room) -> None:
    client = room.signed_in(room.candidate)
    with room.writing() as session:
        attempt = session.get_one(Attempt, (BODY, room.attempt_id))
        let_start(session, room.invigilator, room.site.app.extensions["storage"], attempt)
    start = client.get(f"/exam/{room.attempt_id}")
    assert f'href="/practice/1?exam={room.attempt_id}"' in start.text
    done = client.get(f"/practice/done?exam={room.attempt_id}")
    assert f'href="/exam/{room.attempt_id}"' in done.text


def test_practice_is_open_to_everybody_and_says_what_it_is(site: Site) -> None:
    client = site.client()
    for number in range(1, last_of(site) + 1):
        page = client.get(f"/practice/{number}")
        assert page.status_code == 200
        assert "tidak ada yang disimpan" in page.text
        assert "data-clock" not in page.text
    for nowhere in ("/practice/0", f"/practice/{last_of(site) + 1}"):
        assert client.get(nowhere).status_code == 404


def test_address_of_somebody_elses_site_is_no_way_back(site: Site) -> None:
    page = site.client().get("/practice/done?exam=//evil.example/").text
    assert "evil.example" not in page.partition("<main")[2].partition("</main>")[0]


def test_without_script_one_goes_from_question_to_question(site: Site, open_page: OpenPage) -> None:
    site.serve()
    page = open_page(java_script_enabled=False)
    page.goto(f"{site.base_url}/practice/1?exam=abc")
    page.locator("label.option").nth(2).click()
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/practice/2?exam=abc")
    page.goto(f"{site.base_url}/practice/{last_of(site)}")
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/practice/done")


def test_answers_are_said_to_be_saved_in_the_exam_and_reach_no_server(room: Room, open_page: OpenPage) -> None:
    room.site.serve()
    page = open_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method + " " + request.url))
    page.goto(f"{room.site.base_url}/practice/1")
    page.locator("label.option").nth(2).click()
    expect(page.locator("[data-practice-said]")).not_to_be_empty()
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/practice/2")
    page.locator(".thumb button").first.click()
    page.wait_for_url("**/practice/1")
    expect(page.locator("label.option input").nth(2)).to_be_checked()
    assert all(each.startswith("GET ") and "response" not in each for each in sent), sent
    with room.site.app.app_context():
        assert db.session().scalar(select(func.count()).select_from(ResponseEvent)) == 0


def test_practice_has_no_barrier(site: Site, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    site.serve()
    page = open_page(width=320)
    for number in range(1, last_of(site) + 1):
        page.goto(f"{site.base_url}/practice/{number}")
        expect(page.locator("[data-asked][data-lively]")).to_be_attached()
        page.wait_for_load_state("networkidle")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, number
    page.goto(f"{site.base_url}/practice/done")
    axe(page)
