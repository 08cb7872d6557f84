"""The menu "Display", keys, languages in the middle, and the voice that reads: nothing of it touches an answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, Response, expect

from assessment.web.comfort import Comfort, read_comfort
from tests.exams.room import Room, open_room
from tests.exams.test_exam_in_browser import saved, sign_in
from tests.factories.exams import multiple_response, single_choice
from tests.factories.item_kinds import CONTENTS, samples, written
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.long_lock("the room is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]
SAMPLES = samples()

VOICES = """
const spoken = [];
Object.defineProperty(window, "spoken", { value: spoken });
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  getVoices: () => [{ lang: "id-ID", localService: LOCAL, name: "Damayanti" }],
  speak: (speech) => spoken.push(`${speech.lang} ${speech.text}`),
  cancel: () => spoken.push("stop"),
} });
"""


@pytest.fixture
def room(site: Site) -> Room:
    moment = datetime.now(UTC)
    room = open_room(
        site, items=[single_choice("S1"), multiple_response("M1")], starts_at=moment - timedelta(minutes=1)
    )
    room.now = moment
    room.start()
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return room


def open_first(room: Room, page: Page) -> None:
    sign_in(page, room)
    order = [entry["item"] for entry in room.attempt().layout["items"]]
    number = order.index(room.exam.items[0]) + 1
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/{number}")
    expect(page.locator("[data-asked][data-lively]")).to_be_attached()


def carries(reply: Response, value: str) -> bool:
    """Whether this is the server's reply to a batch with this answer: an earlier one may come meanwhile."""
    return reply.url.endswith("/answers") and f'"{value}"' in (reply.request.post_data or "")


@pytest.mark.parametrize("text", ["", "9.high.1", "2.pink.0", "x", "....", "2"])
def test_cookie_that_is_not_understood_changes_nothing_else(text: str) -> None:
    read = read_comfort(text)
    assert read.size in "1234"
    assert read.contrast in ("normal", "high", "dark")


def test_wishes_are_written_as_they_are_read() -> None:
    for wanted in (Comfort(), Comfort(size="4", contrast="dark", keys=False)):
        assert read_comfort(wanted.text()) == wanted


def test_without_script_the_menu_asks_for_the_page_again(site: Site) -> None:
    client = site.client()
    page = client.get("/practice/1?size=3&contrast=high")
    assert 'data-size="3" data-contrast="high"' in page.text
    assert "comfort.css" in page.text
    assert 'data-size="3" data-contrast="high"' in client.get("/practice/2").text
    assert "data-comfort-style" not in site.client().get("/practice/1").text


def test_page_that_is_the_same_for_everybody_sets_and_reads_no_wish(site: Site) -> None:
    client = site.client()
    client.set_cookie("comfort", "4.dark.1")
    reply = client.get("/v/abcdefghijklmnop?size=3")
    assert "Set-Cookie" not in reply.headers
    assert 'data-size="4"' not in reply.text


def test_size_and_contrast_are_kept_on_the_device_for_every_page(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    open_first(room, page)
    size = "getComputedStyle(document.querySelector('.stem')).fontSize"
    before = float(page.evaluate(f"parseFloat({size})"))
    page.locator("[data-comfort] > summary").click()
    page.locator('[name=size][value="4"]').click()
    page.locator('[name=contrast][value="high"]').click()
    expect(page.locator('[name=size][value="4"]')).to_have_attribute("aria-pressed", "true")
    page.wait_for_function("document.querySelector('[data-comfort-style]').sheet !== null")
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")
    assert float(page.evaluate(f"parseFloat({size})")) >= before * 1.7
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/review")
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")


def test_forced_colours_stay_the_systems(room: Room, open_page: OpenPage) -> None:
    page = open_page(forced_colors="active")
    open_first(room, page)
    before = page.evaluate("getComputedStyle(document.body).color")
    page.locator("[data-comfort] > summary").click()
    page.locator('[name=contrast][value="high"]').click()
    assert page.evaluate("getComputedStyle(document.body).color") == before


def test_digits_choose_unless_somebody_types_or_switched_them_off(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    open_first(room, page)
    page.keyboard.press("2")
    expect(page.locator("[data-asked] .option input").nth(1)).to_be_checked()
    saved(page, "server")
    page.keyboard.press("F2")
    page.locator("[data-number-keys]").click()
    page.keyboard.press("Escape")
    page.locator("main").focus()
    page.keyboard.press("3")
    expect(page.locator("[data-asked] .option input").nth(1)).to_be_checked()


def test_keys_go_on_back_flag_and_open_the_panels(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    open_first(room, page)
    page.goto(f"{room.site.base_url}/exam/{room.attempt_id}/1")
    expect(page.locator("[data-asked][data-lively]")).to_be_attached()
    page.keyboard.press("F8")
    expect(page.locator("[data-flag]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("F9")
    expect(page.locator(".navigator")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".navigator")).to_be_hidden()
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/2")
    expect(page.locator("[data-asked][data-lively]")).to_be_attached()
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url("**/1")


def test_language_changes_in_the_middle_and_the_answer_stays(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    open_first(room, page)
    page.locator("label.option", has_text="Pilihan B").click()
    saved(page, "server")
    page.locator(".where > summary").click()
    page.locator(".languages a[hreflang=en]").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator("[data-asked][data-lively]")).to_be_attached()
    expect(page.locator(".stem")).to_contain_text("Question S1?")
    expect(page.locator('input[value="B"]')).to_be_checked()
    for value in ("C", "B"):
        with page.expect_response(lambda reply, value=value: carries(reply, value)):
            page.locator(f'label:has(input[value="{value}"])').click()
    said = [(event.lang, event.response["RESPONSE"]) for event in room.events()]
    assert said[0] == ("id", "B")
    assert said[-1] == ("en", "B")


def test_words_are_read_aloud_by_a_voice_of_the_device_and_stop(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(VOICES.replace("LOCAL", "true"))
    open_first(room, page)
    button = page.locator("[data-reader]")
    expect(button).to_be_visible()
    assert [each for each in page.evaluate("window.spoken") if each != "stop"] == []
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    spoken = [each for each in page.evaluate("window.spoken") if each != "stop"]
    assert spoken[0] == "id Soal S1?"
    assert len(spoken) == 5
    assert all("Pilihan" in each for each in spoken[1:])
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("window.spoken")[-1] == "stop"


def test_a_voice_that_sends_the_words_away_is_not_used(room: Room, open_page: OpenPage) -> None:
    page = open_page()
    page.add_init_script(VOICES.replace("LOCAL", "false"))
    open_first(room, page)
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-reader]")).to_have_count(0)


@pytest.fixture
def every_kind(site: Site) -> Room:
    for content in CONTENTS:
        site.app.extensions["storage"].put(content)
    moment = datetime.now(UTC)
    items = [sample.item for sample in SAMPLES.values()]
    room = open_room(site, items=items, starts_at=moment - timedelta(minutes=1), write=written)
    room.now = moment
    room.start()
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return room


@pytest.mark.parametrize(
    ("width", "size", "options"),
    [
        (360, "1.normal.1", {"color_scheme": "light"}),
        (1280, "1.dark.1", {}),
        (320, "4.high.1", {}),
    ],
)
def test_no_kind_has_a_barrier(
    every_kind: Room,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    width: int,
    size: str,
    options: dict[str, str],
) -> None:
    page = open_page(width=width, **options)
    page.context.add_cookies([{"name": "comfort", "value": size, "url": every_kind.site.base_url}])
    sign_in(page, every_kind)
    for number in range(1, len(SAMPLES) + 1):
        page.goto(f"{every_kind.site.base_url}/exam/{every_kind.attempt_id}/{number}")
        expect(page.locator("[data-asked][data-lively]")).to_be_attached()
        page.wait_for_load_state("networkidle")
        axe(page)
        place = page.locator("[data-asked]").inner_text()[:60]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
        for target in page.locator("[data-asked] :is(button, select, label.option, label.hot, textarea):visible").all():
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 47.5, (place, target.inner_text())


def test_forced_colours_draw_what_is_chosen_and_reduced_motion_moves_nothing(
    every_kind: Room, open_page: OpenPage
) -> None:
    page = open_page(width=320, forced_colors="active", reduced_motion="reduce", color_scheme="dark")
    sign_in(page, every_kind)
    order = [entry["item"] for entry in every_kind.attempt().layout["items"]]
    for kind, chosen in (("single_choice", ".option"), ("hot_text", ".hot"), ("match", ".option")):
        number = order.index(every_kind.exam.items[list(SAMPLES).index(kind)]) + 1
        page.goto(f"{every_kind.site.base_url}/exam/{every_kind.attempt_id}/{number}")
        box = page.locator(f"[data-asked] {chosen}").first
        box.click()
        expect(box).to_have_css("outline-style", "solid")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate("getComputedStyle(document.querySelector('.button')).transitionDuration") == "0s"


def test_no_kind_tells_its_key(every_kind: Room) -> None:
    client = every_kind.signed_in(every_kind.candidate)
    for number in range(1, len(SAMPLES) + 1):
        page = client.get(f"/exam/{every_kind.attempt_id}/{number}").text
        for telling in ("Kunci ", "correct", "mapping", "max_score", " checked", " selected"):
            assert telling not in page.partition("<main")[2], (number, telling)
