"""The exam in a real browser: saved answers are said, a lost network loses nothing, axe finds nothing."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from playwright.sync_api import Page, Route, expect

from assessment.domain.exams.attempt_states import AttemptState
from assessment.exams.tables import Attempt
from tests.exams.room import BODY, Room, open_room
from tests.factories.accounts import PASSWORD
from tests.factories.exams import let_start, single_choice
from tests.fixtures.browser import FULL_DISK, OpenPage
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.long_lock("the room is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]
ITEMS = [single_choice(f"S{n}") for n in range(5)]


@pytest.fixture
def room(site: Site) -> Room:
    moment = datetime.now(UTC)
    room = open_room(site, items=ITEMS, starts_at=moment - timedelta(minutes=1))
    room.now = moment
    room.start()
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return room


def sign_in(page: Page, room: Room) -> None:
    page.goto(f"{room.site.base_url}/signin")
    page.fill("[name=login]", room.login_of(room.candidate))
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def saved(page: Page, when: str) -> None:
    expect(page.locator(f'[data-saved] [data-when="{when}"]')).to_be_visible()


def choose(page: Page, value: str) -> None:
    page.locator("label.option", has=page.locator(f'input[value="{value}"]')).click()


def test_answer_is_said_to_be_saved_and_is_there_after_going_on(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}")
    saved(page, "none")
    choose(page, "B")
    saved(page, "server")
    said = re.compile(r"(Tersimpan di server|Saved on the server) \d\d:\d\d")
    expect(page.locator("[data-saved]")).to_contain_text(said)
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/2")
    page.locator(".thumb button").first.click()
    page.wait_for_url("**/1")
    assert page.locator('input[value="B"]').is_checked()
    assert len(room.events()) == 1


def test_lost_network_keeps_the_answer_and_sends_it_later(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    cut = True

    def answers(route: Route) -> None:
        if cut:
            route.abort()
        else:
            route.continue_()

    page.route("**/answers", answers)
    choose(page, "B")
    saved(page, "unsent")
    expect(page.locator("[data-unsent-line]")).to_be_visible()
    choose(page, "C")
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/2")
    page.locator(".thumb button").first.click()
    page.wait_for_url("**/1")
    saved(page, "unsent")
    assert page.locator('input[value="C"]').is_checked()
    assert room.events() == []
    cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page, "server")
    assert [each.response["RESPONSE"] for each in room.events()] == ["B", "C"]


def test_a_full_phone_loses_nothing_and_says_what_it_could_not_keep(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.add_init_script(FULL_DISK.replace("full = false", "full = true"))
    cut = True
    page.route("**/answers", lambda route: route.abort() if cut else route.continue_())
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    choose(page, "B")
    expect(page.locator("[data-saved]")).to_contain_text(re.compile("Tetap di halaman ini|Stay on this page"))
    expect(page.locator("[data-unsent-line]")).to_be_visible()
    # The press waits for a sending that is on its way, or begins one: after the second that failed it has its answer.
    failed = count(1)
    with page.expect_event("requestfailed", lambda each: each.url.endswith("/answers") and next(failed) == 2):
        page.locator(".thumb button").last.click()
    expect(page.locator("[data-saved]")).to_contain_text(re.compile("Tetap di halaman ini|Stay on this page"))
    assert page.url.endswith("/1")
    cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    saved(page, "server")
    page.locator(".thumb button").last.click()
    page.wait_for_url("**/2")
    page.locator(".thumb button").first.click()
    page.wait_for_url("**/1")
    assert page.locator('input[value="B"]').is_checked()
    assert [each.response["RESPONSE"] for each in room.events()] == ["B"]


def test_a_press_while_the_page_still_wakes_counts_once(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.add_init_script("""
        const { transaction } = IDBDatabase.prototype;
        IDBDatabase.prototype.transaction = function (...all) {
            if (!window.pressed) {
                window.pressed = true;
                document.querySelector("[data-flag]")?.click();
            }
            return transaction.apply(this, all);
        };
    """)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")


def test_lost_reply_is_asked_again_and_stored_once(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    lost = []

    def answers(route: Route) -> None:
        if not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/answers", answers)
    choose(page, "B")
    saved(page, "server")
    assert len(lost) == 1
    assert len(room.events()) == 1


def test_flag_navigator_review_and_receipt(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    choose(page, "B")
    saved(page, "server")
    page.locator("[data-flag]").click()
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    page.locator(".where summary").click()
    first = page.locator(".navigator button").first
    expect(first).to_have_attribute("data-answered", "")
    expect(first).to_have_attribute("data-flagged", "")
    page.locator(".navigator button").nth(3).click()
    page.wait_for_url("**/4")
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/review")
    page.locator("label[for=sure]").click()
    page.locator("[data-submit] button").click()
    page.wait_for_url("**/receipt")
    assert room.attempt().state is AttemptState.SUBMITTED
    receipt = room.attempt().receipt
    assert receipt is not None
    expect(page.locator(".receipt")).to_contain_text(receipt[:32])


def test_time_can_be_hidden_and_stays_hidden(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    expect(page.locator("[data-left]")).to_be_visible()
    page.locator(".where summary").click()
    page.locator("[data-hide-time]").click()
    expect(page.locator("[data-left]")).to_be_hidden()
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/2")
    expect(page.locator("[data-left]")).to_be_hidden()
    page.locator("[data-clock] button").click()
    expect(page.locator("[data-left]")).to_be_visible()


def test_question_is_answered_by_keyboard_alone(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    page.locator("input[type=radio]").first.focus()
    page.keyboard.press("Space")
    saved(page, "server")
    page.keyboard.press("Enter")
    page.wait_for_url("**/2")


def test_targets_are_large_enough(room: Room, open_page: OpenPage) -> None:
    page = open_page(width=320, height=640)
    sign_in(page, room)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    page.locator(".where summary").click()
    for target in (
        page.locator("label.option, .thumb button, .navigator button, .where summary").locator("visible=true").all()
    ):
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 48, (target.inner_text(), box)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(
    room: Room, open_page: OpenPage, axe: Callable[[Page], None], scheme: str, width: int
) -> None:
    page = open_page(width=width, color_scheme=scheme)
    sign_in(page, room)
    base = f"{room.site.base_url}/exam/{room.attempt_id}"
    page.goto(f"{base}/1")
    axe(page)
    choose(page, "B")
    saved(page, "server")
    page.locator(".where summary").click()
    axe(page)
    # What is said only in trouble: no network, time over, another device, signed out.
    page.locator("[data-note]").evaluate_all("notes => notes.forEach(note => { note.hidden = false; })")
    axe(page)
    page.locator("[data-sign-in]").evaluate("dialog => dialog.showModal()")
    axe(page)
    page.goto(f"{base}/review")
    axe(page)
    page.locator("label[for=sure]").click()
    page.locator("[data-submit] button").click()
    page.wait_for_url("**/receipt")
    axe(page)


def test_whole_exam_by_keyboard_alone_at_400_percent_in_forced_colours(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    moment = datetime.now(UTC)
    room = open_room(site, items=ITEMS[:3], starts_at=moment - timedelta(minutes=1))
    room.now = moment
    storage = site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, room.attempt_id)), now=moment)
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    # 1280 by 1024 pixels at 400 %.
    page = open_page(320, 256, device_scale_factor=4, forced_colors="active")
    page.goto(f"{site.base_url}/signin")
    for field, words in (("login", room.login_of(room.candidate)), ("password", PASSWORD)):
        tab_to(page, f"main [name={field}]")
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")

    def look() -> None:
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url

    page.goto(f"{site.base_url}/exam/{room.attempt_id}")
    look()
    press(page, "main form button[type=submit]")
    page.wait_for_url("**/1")
    expect(page.locator("[data-asked][data-lively]")).to_be_attached()
    look()
    press(page, "[data-question] input[type=radio]", "Space")
    saved(page, "server")
    press(page, "[data-flag]")
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    press(page, "[data-onward]")
    page.wait_for_url("**/2")
    press(page, ".where summary")
    look()
    press(page, ".navigator li:nth-child(3) button")
    page.wait_for_url("**/3")
    press(page, "[data-question] input[type=radio]", "Space")
    saved(page, "server")
    press(page, "[data-onward]")
    page.wait_for_url("**/review")
    look()
    press(page, "#sure", "Space")
    press(page, "[data-submit] button")
    page.wait_for_url("**/receipt")
    look()
    assert room.attempt().state is AttemptState.SUBMITTED
    assert room.attempt().answers == 2


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Go to something with the Tab key and press a key there."""
    tab_to(page, selector)
    page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until something has the focus, which must be seen: drawn, and not under anything else."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            break
    seen = page.evaluate("""() => {
        const here = document.activeElement;
        const shown = here.matches("input[type=radio], input[type=checkbox]") ? here.closest("label") ?? here : here;
        const box = shown.getBoundingClientRect();
        const on = document.elementFromPoint(box.x + box.width / 2, Math.min(box.y + box.height / 2, box.y + 24));
        const drawn = [here, shown].some((each) => getComputedStyle(each).outlineStyle !== "none");
        return { drawn, clear: on !== null && (shown.contains(on) || on.contains(shown)), what: here.outerHTML };
    }""")
    assert page.evaluate("selector => document.activeElement.matches(selector)", selector), (selector, seen["what"])
    assert seen["drawn"], seen["what"]
    assert seen["clear"], seen["what"]


def test_room_pages_have_no_barrier(room: Room, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    page = open_page(width=1280)
    page.goto(f"{room.site.base_url}/signin")
    page.fill("[name=login]", room.login_of(room.invigilator))
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    for place in ("/rooms", f"/rooms/{room.exam.sitting_id}", f"/rooms/attempts/{room.attempt_id}"):
        page.goto(room.site.base_url + place)
        axe(page)
    assert room.exam.body_id == BODY
