"""The live room in a real browser: 200 candidates in four actions, changes that come by themselves, no barriers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.accounts.tables import Person
from assessment.domain.exams.attempt_states import AttemptState
from assessment.exams.booking import booking_key, make_codes, sheet
from assessment.exams.closing import close_in_own_transaction
from assessment.exams.moving import ask_to_move
from assessment.exams.notes import write_note
from assessment.exams.tables import Attempt, Sitting, Standing
from tests.exams.full_room import begin, invented_names, write_events
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import NOW, PASSWORD
from tests.factories.exams import single_choice
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.long_lock("the room is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]
MINUTE = timedelta(minutes=1)
ITEMS = [single_choice(f"S{n}") for n in range(4)]


def build(site: Site, candidates: int) -> Room:
    room = open_room(site, items=ITEMS, others=invented_names(candidates - 1))
    room.now = NOW + 10 * MINUTE
    begin(room, [room.attempt_id, *room.others], started_at=NOW, seen_at=room.now, answered=2, place=3)
    site.serve()
    return room


def open_room_page(room: Room, open_page: OpenPage, width: int = 1280, **options: object) -> Page:
    page = open_page(width=width, locale="en", **options)
    page.goto(f"{room.site.base_url}/signin")
    page.fill("[name=login]", room.login_of(room.invigilator))
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today")
    return page


def place_of(room: Room) -> str:
    return f"{room.site.base_url}/rooms/{room.exam.sitting_id}?lang=en"


@pytest.mark.parametrize("with_script", [True, False])
def test_two_hundred_running_candidates_get_extra_time_in_four_actions(
    site: Site, open_page: OpenPage, with_script: bool
) -> None:
    room = build(site, 200)
    page = open_room_page(room, open_page, java_script_enabled=with_script)
    actions = [
        lambda: page.goto(place_of(room)),
        lambda: page.get_by_role("button", name="Extra time", exact=True).click(),
        lambda: page.get_by_text("Power cut in the room").click(),
        lambda: page.get_by_role("button", name="Give 15 minutes").click(),
    ]
    for number, act in enumerate(actions):
        act()
        if number == 1:
            expect(page.get_by_text("200 candidates get more time.")).to_be_visible()
    expect(page.get_by_text("200 candidates have more time.")).to_be_visible()
    with room.writing() as session:
        ends = set(session.scalars(select(Attempt.deadline)))
        closes_at = session.get_one(Sitting, (BODY, room.exam.sitting_id)).closes_at
        assert session.query(Person).count() > 200
    assert ends == {NOW + 75 * MINUTE}
    # Long after the last moment to start, and at the end that was first meant, everybody is still at work.
    room.now = NOW + 74 * MINUTE
    assert room.now > closes_at
    with site.app.app_context():
        assert close_in_own_transaction(BODY, room.now) == 0
    with room.writing() as session:
        assert set(session.scalars(select(Attempt.state))) == {AttemptState.RUNNING}
    assert room.send(room.event()).json["acknowledged"] == [["c1", 1]]  # type: ignore[index]  # the reply is JSON


def test_changes_come_by_themselves_and_what_is_ticked_stays(site: Site, open_page: OpenPage) -> None:
    room = build(site, 6)
    page = open_room_page(room, open_page)
    page.goto(place_of(room))
    ticked = page.locator(f'input[value="{room.others[2]}"]')
    ticked.check()
    expect(page.locator("[data-ticked-said]")).to_have_text("Ticked: 1")
    order = page.locator("#room tbody tr").evaluate_all("rows => rows.map(row => row.dataset.id)")
    with room.writing() as session:
        ask_to_move(session, BODY, room.others[4], "another device", now=room.now)
    write_events(room, room.others[3], [(3, "A")], at=room.now)
    expect(page.locator(".calls")).to_contain_text("1 candidate asks to go on on another device")
    row = page.locator("#room tbody tr", has=page.locator(f'input[value="{room.others[3]}"]'))
    expect(row).to_contain_text("3 of 4")
    assert ticked.is_checked()
    assert page.locator("#room tbody tr").evaluate_all("rows => rows.map(row => row.dataset.id)") == order
    ticked.uncheck()
    first = page.locator("#room tbody tr").first
    expect(first.locator(f'input[value="{room.others[4]}"]')).to_be_visible()


def test_a_lost_server_is_said_and_the_page_comes_back(site: Site, open_page: OpenPage) -> None:
    room = build(site, 2)
    page = open_room_page(room, open_page)
    page.goto(place_of(room))
    page.context.set_offline(True)
    expect(page.locator("[data-live-said]")).to_contain_text("No contact with the server")
    page.context.set_offline(False)
    expect(page.locator("[data-live-said]")).to_contain_text("Live, as of", timeout=30_000)


def test_everybody_is_ticked_at_once_and_a_search_narrows_whom_an_act_is_for(site: Site, open_page: OpenPage) -> None:
    room = build(site, 6)
    page = open_room_page(room, open_page)
    page.goto(place_of(room))
    page.get_by_label("Tick all").check()
    expect(page.locator("[data-ticked-said]")).to_have_text("Ticked: 6")
    page.get_by_label("Tick all").uncheck()
    page.get_by_label("Find a name").fill("bunga")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("The clock of 1 candidate stops.")).to_be_visible()


def test_enter_in_a_field_gives_nothing(site: Site, open_page: OpenPage) -> None:
    room = build(site, 2)
    page = open_room_page(room, open_page)
    page.goto(place_of(room))
    page.get_by_role("button", name="Extra time", exact=True).click()
    page.get_by_label("Another reason").fill("Genset mati")
    page.get_by_label("Another reason").press("Enter")
    expect(page.get_by_role("button", name="Give 15 minutes")).to_be_visible()
    page.get_by_label("Another number").fill("7")
    page.get_by_role("button", name="Give this many").click()
    expect(page.get_by_text("2 candidates have more time.")).to_be_visible()
    assert room.attempt().deadline == NOW + 67 * MINUTE


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light")])
def test_no_page_of_the_room_has_a_barrier(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    room = build(site, 6)
    prepare_everything(room)
    page = open_room_page(room, open_page, width, color_scheme=scheme)
    seat = f"{site.base_url}/rooms/attempts/{room.attempt_id}"
    for place in (
        place_of(room),
        f"{site.base_url}/rooms/{room.exam.sitting_id}?show=attention",
        f"{site.base_url}/rooms/{room.exam.sitting_id}/notes",
        f"{site.base_url}/rooms/{room.exam.sitting_id}/codes",
        seat,
        f"{seat}/held",
        f"{site.base_url}/enter",
    ):
        page.goto(place)
        for fold in page.locator("details").all():
            fold.evaluate("fold => { fold.open = true; }")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    for act in ("extra_time", "pause", "note", "end"):
        page.goto(place_of(room))
        page.locator("input[name=attempt]").first.check()
        page.locator(f'button[name=act][value="{act}"]').click()
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, act


def prepare_everything(room: Room) -> None:
    """Somebody asks to move, holds answers, is paused, has ended; there are notes and codes."""
    begin(room, room.others[:1], started_at=NOW - 55 * MINUTE)
    begin(room, room.others[1:2], started_at=NOW, state=AttemptState.PAUSED)
    begin(room, room.others[2:3], started_at=NOW, state=AttemptState.SUBMITTED)
    write_events(room, room.attempt_id, [(3, "A")], at=room.now, standing=Standing.HELD)
    with room.writing() as session:
        ask_to_move(session, BODY, room.attempt_id, "another device", now=room.now)
        write_note(
            session, room.invigilator, room.exam.sitting_id, [room.attempt_id], text="Minta kertas", now=room.now
        )
        key = booking_key(room.site.settings.secret)
        make_codes(session, key, BODY, room.exam.sitting_id, room.others[3:], made_by=None, now=room.now)
        assert len(sheet(session, key, BODY, room.exam.sitting_id)) == 6
