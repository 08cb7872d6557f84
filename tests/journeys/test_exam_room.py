"""The exam on a bad day, in a real browser: no network, a killed browser, another device, a shared PC, a file.

Nothing that was answered may get lost. The browser keeps its profile on disk, is killed with SIGKILL and started
again, and reaches the site over a wire that the test cuts.
"""

import gzip
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Playwright, Route, expect, sync_playwright
from sqlalchemy import update

from assessment.accounts.tables import SignInSession
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.items.item import Item
from assessment.domain.roles import Role
from assessment.exams.moving import let_move
from assessment.exams.tables import Attempt, Standing
from assessment.web.pages import STATIC
from tests.exams.room import BODY, Room, csrf_of, hidden, open_room
from tests.factories.accounts import PASSWORD, make_actor
from tests.factories.exams import let_start, make_item, multiple_response, numeric_entry, single_choice
from tests.fixtures.sites import Site
from tests.journeys.device import Device

pytestmark = pytest.mark.long_lock("the room is built in one go; test_locks measures what people do")
QUESTIONS = 45
KEY = "48.1516"
VALUES = "ABCD"


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def items() -> list[Item]:
    """More questions than the stories answer."""
    return [single_choice(f"S{n}") for n in range(QUESTIONS)]


@pytest.fixture
def room(site: Site, items: list[Item]) -> Room:
    """A room whose candidate may start."""
    moment = datetime.now(UTC)
    room = open_room(site, items=items, starts_at=moment - timedelta(minutes=1))
    room.now = moment
    storage = site.app.extensions["storage"]
    with room.writing() as session:
        let_start(session, room.invigilator, storage, session.get_one(Attempt, (BODY, room.attempt_id)), now=moment)
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return room


NewDevice = Callable[[], Device]


@pytest.fixture
def new_device(playwright: Playwright, tmp_path: Path, room: Room) -> Iterator[NewDevice]:
    with ExitStack() as devices:

        def make() -> Device:
            folder = tmp_path / f"device-{len(list(tmp_path.glob('device-*')))}"
            folder.mkdir()
            device = Device(playwright, folder, room.site.listener_port)
            devices.callback(device.wire.close)
            devices.callback(device.close)
            return device

        yield make


def sign_in(page: Page, login: str, address: str) -> None:
    page.goto(f"{address}/signin")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url("**/today")


def sign_in_again(page: Page, login: str) -> None:
    """Sign in in the dialog that the exam's own page shows."""
    dialog = page.locator("[data-sign-in]")
    expect(dialog).to_be_visible(timeout=60_000)
    dialog.locator("[name=login]").fill(login)
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.locator("button.button:not(.quiet)").click()


def sign_in_where_asked(page: Page, room: Room, *, before: str) -> None:
    """Wait for a place of the page; whose cookie died with the browser is asked to sign in again first."""
    asked, place = page.locator("[data-sign-in]:visible"), page.locator(f"{before}:visible")
    expect(asked.or_(place)).to_be_visible(timeout=60_000)
    if asked.count():
        sign_in_again(page, room.login_of(room.candidate))
    expect(place).to_be_visible(timeout=60_000)


def start(page: Page, room: Room, address: str) -> None:
    """Sign in, start, and wait until the whole exam is on the device."""
    sign_in(page, room.login_of(room.candidate), address)
    page.goto(f"{address}/exam/{room.attempt_id}")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/1")
    expect(page.locator("[data-offline=ready]")).to_be_attached()


def value_of(number: int) -> str:
    return VALUES[number % 4]


def answer(page: Page, first: int, last: int, value: str = "") -> None:
    """Answer the questions from one number to another, with what `value_of` says, and go on each time."""
    for number in range(first, last + 1):
        page.wait_for_url(f"**/{number}")
        choose(page, value or value_of(number))
        expect(page.locator('[data-saved] [data-when]:not([data-when="none"]):visible')).to_be_visible()
        page.locator("[data-onward]").click()
    page.wait_for_url(f"**/{last + 1}")


def choose(page: Page, value: str) -> None:
    page.locator("label.option", has=page.locator(f'input[value="{value}"]')).click()


def settled(page: Page) -> None:
    """Wait until this page has sent what the last one left, and heard of it."""
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-unsent-line]")).to_be_hidden()


def submit(page: Page, room: Room, address: str) -> None:
    page.goto(f"{address}/exam/{room.attempt_id}/review")
    page.locator("label[for=sure]").click()
    page.locator("[data-submit] button").click()


def given(room: Room, standing: Standing = Standing.ACCEPTED) -> dict[int, str]:
    """Number of the question -> the last answer of this standing that the server holds."""
    places = {entry["item"]: n for n, entry in enumerate(room.attempt().layout["items"], start=1)}
    return {places[event.item]: event.response["RESPONSE"] for event in room.events() if event.standing is standing}


def test_network_and_browser_die_and_every_answer_arrives(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    wire = device.wire
    page = device.open()
    start(page, room, wire.address)
    answer(page, 1, 20)
    settled(page)
    assert len(given(room)) == 20

    wire.cut()
    answer(page, 21, 40)
    expect(page.locator("[data-unsent-line]")).to_contain_text("20")
    assert len(given(room)) == 20

    device.kill()
    page = device.open(f"/exam/{room.attempt_id}/40")
    expect(page.locator(f'input[value="{value_of(40)}"]')).to_be_checked()
    page.locator("[data-onward]").click()
    answer(page, 41, 43)
    page.reload()
    page.goto(f"{wire.address}/exam/{room.attempt_id}/review")
    expect(page.locator("[data-unsent-count]")).to_have_text("23")
    expect(page.locator("[data-answered-count]")).to_contain_text("43")
    expect(page.locator("[data-unsent-line]")).to_contain_text("23")

    wire.mend()
    expect(page.locator("[data-unsent-line]")).to_be_hidden(timeout=60_000)
    assert given(room) == {number: value_of(number) for number in range(1, 44)}
    submit(page, room, wire.address)
    sign_in_where_asked(page, room, before=".receipt")
    attempt = room.attempt()
    assert attempt.state is AttemptState.SUBMITTED
    assert attempt.answers == 43
    assert attempt.receipt is not None
    expect(page.locator(".receipt")).to_contain_text(attempt.receipt[:32])


def test_exam_sent_without_a_network_goes_out_by_itself(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    answer(page, 1, 2)
    device.wire.cut()
    answer(page, 3, 4)
    submit(page, room, device.address)
    expect(page.locator("[data-note=queued]")).to_be_visible()
    assert room.attempt().state is AttemptState.RUNNING
    device.wire.mend()
    page.wait_for_url("**/receipt", timeout=60_000)
    assert room.attempt().state is AttemptState.SUBMITTED
    assert room.attempt().answers == 4
    expect(page.locator(".receipt")).to_be_visible()


def test_time_that_ends_without_a_network_loses_nothing(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    answer(page, 1, 1)
    settled(page)
    with room.writing() as session:
        session.get_one(Attempt, (BODY, room.attempt_id)).deadline = datetime.now(UTC) + timedelta(seconds=12)
    choose(page, "A")
    expect(page.locator('[data-saved] [data-when="server"]')).to_be_visible()
    device.wire.cut()
    choose(page, "C")
    note = page.locator("[data-note=over]")
    expect(note).to_be_visible()
    expect(note).to_contain_text("1")
    expect(page.locator("[data-question] input").first).to_be_disabled()
    device.wire.mend()
    page.wait_for_url("**/receipt", timeout=60_000)
    assert given(room) == {1: value_of(1), 2: "C"}


def test_another_device_takes_over_when_the_first_one_dies_and_no_answer_is_lost(
    room: Room, new_device: NewDevice
) -> None:
    old, new = new_device(), new_device()
    page = old.open()
    start(page, room, old.address)
    answer(page, 1, 20)
    settled(page)
    old.wire.cut()
    answer(page, 21, 40, "A")
    expect(page.locator("[data-unsent-line]")).to_contain_text("20")
    old.kill()

    other = take_over(new, room)
    expect(other.locator(f'input[value="{value_of(1)}"]')).to_be_checked()
    other.goto(f"{new.address}/exam/{room.attempt_id}/21")
    answer(other, 21, 22, "D")
    other.wait_for_url("**/23")
    expect(other.locator("[data-unsent-line]")).to_be_hidden()
    new.wire.cut()
    answer(other, 23, 24, "D")
    other.wait_for_url("**/25")
    expect(other.locator("[data-unsent-line]")).to_contain_text("2")
    new.kill()
    other = new.open(f"/exam/{room.attempt_id}/25")
    answer(other, 25, 26, "D")
    expect(other.locator("[data-unsent-line]")).to_contain_text("4")

    # The first device wakes where it died, without its cookie, and then has a network again: its answers are kept
    # aside, not counted, and whoever signs in there is told where the exam goes on.
    page = old.open(f"/exam/{room.attempt_id}/40")
    expect(page.locator('input[value="A"]')).to_be_checked()
    assert old.context is not None
    old.context.clear_cookies()
    old.wire.mend()
    sign_in_again(page, room.login_of(room.candidate))
    expect(page.locator("[data-sign-in]")).to_be_hidden()
    expect(page.locator("[data-note=elsewhere]")).to_be_visible(timeout=60_000)
    expect(page.locator("[data-question] input").first).to_be_disabled()
    expect(page.locator("[data-unsent-line]")).to_be_hidden()
    page.reload()
    page.wait_for_url("**/move")

    new.wire.mend()
    expect(other.locator("[data-unsent-line]")).to_be_hidden(timeout=60_000)
    by_both = {number: value_of(number) for number in range(1, 21)} | dict.fromkeys(range(21, 27), "D")
    assert given(room) == by_both
    assert given(room, Standing.HELD) == dict.fromkeys(range(21, 41), "A")
    submit(other, room, new.address)
    sign_in_where_asked(other, room, before=".receipt")
    attempt = room.attempt()
    assert (attempt.state, attempt.answers) == (AttemptState.SUBMITTED, 26)
    assert attempt.receipt is not None
    expect(other.locator(".receipt")).to_contain_text(attempt.receipt[:32])


def take_over(device: Device, room: Room) -> Page:
    """Go on with the exam on another device: ask, be let by the invigilator, stand at the first question."""
    page = device.open()
    sign_in(page, room.login_of(room.candidate), device.address)
    page.goto(f"{device.address}/exam/{room.attempt_id}/1")
    page.wait_for_url("**/move")
    page.locator("main form button").click()
    expect(page.locator("[data-asked]")).to_be_attached()
    with room.writing() as session:
        let_move(session, room.invigilator, room.attempt_id, reason="Perangkat lama mati.", now=datetime.now(UTC))
    page.wait_for_url("**/1")
    expect(page.locator("[data-offline=ready]")).to_be_attached()
    return page


def test_second_tab_takes_over_only_by_a_press(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    first = device.open()
    start(first, room, device.address)
    assert device.context is not None
    second = device.context.new_page()
    second.goto(f"{device.address}/exam/{room.attempt_id}/2")
    expect(second.locator("[data-note=tab]")).to_be_visible()
    expect(second.locator("[data-question] input").first).to_be_disabled()
    choose(first, "B")
    expect(first.locator('[data-saved] [data-when="server"]')).to_be_visible()
    second.locator("[data-take-over]").click()
    expect(first.locator("[data-note=tab]")).to_be_visible()
    expect(second.locator("[data-note=tab]")).to_be_hidden()
    choose(second, "C")
    expect(second.locator('[data-saved] [data-when="server"]')).to_be_visible()
    assert given(room) == {1: "B", 2: "C"}
    second.close()
    expect(first.locator("[data-note=tab]")).to_be_hidden()


def test_session_that_ends_is_taken_up_again_on_the_page(room: Room, new_device: NewDevice) -> None:
    with room.writing() as session:
        stranger = make_actor(session, BODY, Role.CANDIDATE, name="Budi Contoh")
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    with room.writing() as session:
        session.execute(update(SignInSession).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
    choose(page, "B")
    expect(page.locator('[data-saved] [data-when="server"]')).to_be_visible()
    submit(page, room, device.address)
    said, leaving = page.locator("[data-sign-in-said]"), list[Route]()
    assert device.context is not None
    device.context.route("**/signout", lambda route: leaving.append(route))
    with page.expect_request("**/signout"):
        sign_in_again(page, room.login_of(stranger))
    # Nobody is asked to sign in while somebody else is still being signed out: that would sign out the next person.
    expect(said).to_be_empty()
    leaving.pop().continue_()
    expect(said).not_to_be_empty()
    assert room.attempt().state is AttemptState.RUNNING
    sign_in_again(page, room.login_of(room.candidate))
    page.wait_for_url("**/receipt")
    assert room.attempt().answers == 1


def kept(page: Page) -> dict[str, int]:
    """How many records each store of the device holds, and how many caches there are."""
    counted: dict[str, int] = page.evaluate(
        """async () => {
            const database = await new Promise((done) => {
                const asked = indexedDB.open("teruji exam");
                asked.onsuccess = () => done(asked.result);
            });
            const counted = {caches: (await caches.keys()).length};
            for (const name of database.objectStoreNames) {
                counted[name] = await new Promise((done) => {
                    const asked = database.transaction(name).objectStore(name).count();
                    asked.onsuccess = () => done(asked.result);
                });
            }
            database.close();
            return counted;
        }"""
    )
    return counted


def test_next_person_on_a_shared_device_finds_only_a_sealed_packet(room: Room, new_device: NewDevice) -> None:
    with room.writing() as session:
        following = make_actor(session, BODY, Role.CANDIDATE, name="Budi Contoh")
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    answer(page, 1, 2)
    expect(page.locator("[data-unsent-line]")).to_be_hidden()
    assert device.context is not None
    device.context.route("**/answers", lambda route: route.abort())
    device.context.route("**/exam/boxes", lambda route: route.abort())
    answer(page, 3, 4)
    page.wait_for_url("**/5")
    page.goto(f"{device.address}/today")
    page.locator("form[data-leaving] button").click()
    page.wait_for_url(f"{device.address}/")
    assert len(given(room)) == 2

    sign_in(page, room.login_of(following), device.address)
    page.goto(f"{device.address}/exams")
    expect(page.locator("[data-sealed]")).to_be_visible()
    assert kept(page) == {"caches": 0, "exams": 0, "answers": 0, "outbox": 0, "sealed": 1}
    device.context.unroute_all()
    with page.expect_response("**/exam/boxes"):
        page.reload()
    expect(page.locator("[data-sealed]")).to_be_hidden()
    assert given(room) == {number: value_of(number) for number in range(1, 5)}


def test_file_for_the_invigilator_is_taken_in_once(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    answer(page, 1, 3)
    page.wait_for_url("**/4")
    expect(page.locator("[data-unsent-line]")).to_be_hidden()
    device.wire.cut()
    answer(page, 4, 6)
    page.wait_for_url("**/7")
    page.locator(".where summary").click()
    with page.expect_download() as download:
        page.locator(".panel [data-save-file]").click()
    file = download.value.path()
    client = room.signed_in(room.invigilator)
    place = f"/rooms/{room.exam.sitting_id}/take-in"
    form = {"csrf_token": csrf_of(client.get(place))}
    found = client.post(place, data={**form, "file": (file.open("rb"), "x.teruji")})
    assert found.status_code == 200
    assert "Siti Contoh" in found.text
    taken = client.post(place, data={**form, "digest": hidden(found, "digest")})
    assert taken.status_code == 303
    assert given(room) == {number: value_of(number) for number in range(1, 7)}
    device.wire.mend()
    expect(page.locator("[data-unsent-line]")).to_be_hidden(timeout=60_000)
    assert len(room.events()) == 6


def with_key() -> list[Item]:
    """A form whose keys can be told from everything else that a browser receives."""
    number = numeric_entry("N7")
    declared = replace(number.responses[0], correct=(Decimal(KEY),))
    return [single_choice("S7"), multiple_response("M7"), replace(number, responses=(declared,))]


@pytest.mark.parametrize("items", [with_key()], ids=["keys"])
def test_no_byte_that_the_device_received_tells_a_key_another_question_or_the_result(
    room: Room, new_device: NewDevice
) -> None:
    with room.writing() as session:
        make_item(session, BODY, single_choice("LAIN9"), [room.exam.scheme.units[0].criteria[0]])
    device = new_device()
    page = device.open()
    start(page, room, device.address)
    page.goto(f"{device.address}/exam/{room.attempt_id}/2")
    page.goto(f"{device.address}/exam/{room.attempt_id}/3?lang=en")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    submit(page, room, device.address)
    page.wait_for_url("**/receipt")
    form = f"/exam-forms/{room.exam.form_id}"
    for place in (f"/exam-results/{room.attempt_id}", form, f"{form}/preview", "/items", "/items/export.zip"):
        answered = page.goto(device.address + place)
        assert answered is not None
        assert answered.status in (403, 404), place
    for place in ("/today", "/exams"):
        page.goto(device.address + place)
    received = bytes(device.wire.received)
    assert b"Soal S7?" in received
    assert b"Question S7?" in received
    keys = (KEY.encode(), KEY.replace(".", ",").encode(), b"Kunci ", b'"correct"', b"max_score", b"tolerance")
    for telling in (*keys, b"LAIN9", b"cut_reached", b"Batas lulus", b"batas lulus", b"Cut score"):
        assert telling not in received, telling


def test_first_load_and_what_follows_keep_their_budget(room: Room, new_device: NewDevice) -> None:
    device = new_device()
    page = device.open()
    sign_in(page, room.login_of(room.candidate), device.address)
    page.goto(f"{device.address}/exam/{room.attempt_id}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("load", lambda _page: asked.append("load"))
    page.click("main form button[type=submit]")
    page.wait_for_url("**/1")
    expect(page.locator("[data-offline=ready]")).to_be_attached()
    places = [urlsplit(url) for url in asked[: asked.index("load")] if not url.startswith("data:")]
    first = [place for place in places if not place.path.endswith("/start")]
    assert len(first) <= 6, first
    # Everything that the device fetches for the whole exam, styles and scripts of every kind of question among it.
    files = {urlsplit(url).path.removeprefix("/static/") for url in asked if "/static/" in url}
    weights = {file: _weight((STATIC / file).read_bytes()) for file in files}
    weights["page"] = _weight(page.content().encode())
    assert sum(weights.values()) <= 60 * 1024, weights

    before = len(asked)
    answer(page, 1, 3)
    page.wait_for_url("**/4")
    expect(page.locator("[data-unsent-line]")).to_be_hidden()
    after = [urlsplit(url).path for url in asked[before:] if url != "load"]
    from_server = [
        path for path in after if "/static/" not in path and not path.startswith(f"/exam/{room.attempt_id}/")
    ]
    assert set(from_server) == {"/answers"}


def _weight(content: bytes) -> int:
    """How many bytes it takes on the way, compressed."""
    return len(gzip.compress(content, 6))
