"""The sheet as an assessor uses it: tapping, the pad, no network, no script, the keyboard."""

import itertools
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import func, select

from assessment.accounts.tables import Account
from assessment.database import db
from assessment.domain.practicals import task_document
from assessment.domain.practicals.practical_states import PracticalState, SheetState
from assessment.domain.practicals.rubric import Checked, Judged, Measured
from assessment.practicals.tables import Observation
from assessment.practicals.tables_sheets import Sheet
from tests.factories.accounts import NOW, PASSWORD
from tests.factories.practicals import (
    MadePractical,
    a_criterion,
    a_document,
    demo_document,
    make_practical,
    mark_all,
)
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage, outbox
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database; what lies behind is tested on both

TABLET = {"width": 768, "height": 1024}
ALL_SENT = "Semua nilai ada di server"
LEAST_TARGET = 56


def made_on(site: Site, **options: Any) -> MadePractical:
    ticks = itertools.count()  # two marks at one moment would have no order
    site.app.extensions["clock"] = lambda: NOW + timedelta(minutes=5, milliseconds=next(ticks))
    with writing_on(site) as session:
        return make_practical(session, **options)


def sheet(site: Site, page: Page, practical: MadePractical) -> Page:
    """Sign the assessor in and open the sheet."""
    with site.app.app_context():
        login = db.session.scalar(select(Account.login).where(Account.id == practical.assessor.account_id))
    page.goto(f"{site.serve()}/signin?lang=id")
    page.fill("[name=login]", login or "")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{site.base_url}/practicals/{practical.id}/sheet")
    return page


def criterion(page: Page, code: str) -> Locator:
    return page.locator(f"form[data-criterion='{code}']")


def level(page: Page, code: str, value: int) -> Locator:
    return criterion(page, code).locator(f"button[name=level][value='{value}']").first


def marks_of(site: Site) -> list[dict[str, Any]]:
    with site.app.app_context():
        return list(db.session.scalars(select(Observation.mark).order_by(Observation.number)))


def type_value(page: Page, code: str, keys: str, tap: Callable[[Locator], None] = Locator.click) -> None:
    names = {",": "separator", "<": "back"}
    for key in keys:
        tap(criterion(page, code).locator(f"[data-key='{names.get(key, key)}']"))
    tap(criterion(page, code).locator("[data-save]"))


def give_reason(page: Page, code: str, reason: str) -> None:
    criterion(page, code).get_by_role("button", name=reason).click()


def test_thirty_criteria_are_tapped_within_ninety_seconds(site: Site, open_page: OpenPage) -> None:
    practical = made_on(site, document=demo_document("welder"))
    page = sheet(site, open_page(**TABLET, has_touch=True), practical)
    began = time.monotonic()
    for each in task_document.read(demo_document("welder")).criteria:
        match each.marking:
            case Judged():
                level(page, each.code, 2).tap()
            case Checked():
                criterion(page, each.code).locator("button[value=yes]").tap()
            case Measured(limits=limits):
                type_value(page, each.code, f"{limits.upper:f}".replace(".", ","), Locator.tap)
    took = time.monotonic() - began
    expect(outbox(page)).to_have_text(ALL_SENT)
    expect(page.locator("[data-total-marked]")).to_have_text("30 dari 30 dinilai")
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Observation)) == 30
    assert took <= 90
    page.get_by_role("link", name="Selesai").tap()
    page.get_by_role("button", name="Kirim lembar").tap()
    expect(page.locator("h1")).to_have_text("Lembar sudah dikirim")
    expect(page.locator(".digest")).to_have_text(re.compile("^[0-9a-f]{64}$"))


@pytest.mark.parametrize("cue", ["sheet:marked", "scroll"])
def test_nothing_moves_under_a_finger(site: Site, open_page: OpenPage, cue: str) -> None:
    """A finger that comes down before the way to the next criterion begins, or on that way, holds the sheet."""
    page = sheet(site, open_page(**TABLET, has_touch=True), made_on(site, document=demo_document("welder")))
    expect(page.locator("[data-ready]")).to_be_attached()
    first, second, *_ = page.locator("form[data-criterion]").all()
    first.locator("button.level").first.scroll_into_view_if_needed()
    page.evaluate(
        """async cue => {
             await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
             window.held = new Promise(done => document.addEventListener(cue, () => {
               document.querySelector("main").dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
               done(scrollY);
             }, { once: true }));
           }""",
        cue,
    )
    first.locator("button.level").first.tap()
    held = page.evaluate("window.held")
    frames = "new Promise(done => { let n = 40; const f = () => n-- ? requestAnimationFrame(f) : done(scrollY); f(); })"
    assert page.evaluate(frames) == held
    expect(page.locator("[data-next]")).to_have_attribute("href", f"#{second.get_attribute('id')}")


# Taps and looks at the line of what is unsent before anything else can happen.
TAP_AND_LOOK = """(button) => {
  button.click();
  const line = document.querySelector("[data-outbox] span");
  return getComputedStyle(line).opacity === "0" ? "" : line.textContent;
}"""


def test_a_mark_that_was_just_tapped_is_nowhere_said_to_be_on_the_server(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert level(page, "J1", 2).evaluate(TAP_AND_LOOK) != ALL_SENT
    expect(outbox(page)).to_have_text(ALL_SENT)


# Presses a key of the number pad and looks at the verdict before anything else can happen.
KEY_AND_LOOK = """(key) => {
  key.click();
  const line = key.closest("[data-measure]").querySelector("[data-position]");
  return getComputedStyle(line).visibility === "hidden" ? "" : line.textContent;
}"""


def test_a_verdict_that_no_longer_holds_is_not_to_be_seen(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    verdict = criterion(page, "M1").locator("[data-position]:not([aria-busy])")
    criterion(page, "M1").locator("[data-key='0']").click()
    expect(verdict).to_have_text("di dalam batas")
    assert criterion(page, "M1").locator("[data-key='9']").evaluate(KEY_AND_LOOK) == ""
    expect(verdict).to_have_text("di atas batas")


def test_one_tap_is_one_mark_and_says_where_it_is(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    level(page, "J1", 2).click()
    expect(level(page, "J1", 2)).to_have_attribute("aria-pressed", "true")
    expect(criterion(page, "J1").locator("[data-state]")).to_have_text("Di server 09:05 WIB")
    expect(page.locator("[data-step=prepare] [data-progress]")).to_have_text("1 dari 1")
    level(page, "J1", 2).click()
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert marks_of(site) == [{"v": 1, "level": 2}]


def test_a_value_is_judged_while_it_is_typed(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    position = criterion(page, "M1").locator("[data-position]")
    field = criterion(page, "M1").locator("[data-value]")
    for text, said in (
        ("0,5", "di dalam batas"),
        ("0,500001", "di atas batas"),
        ("-3", "di dalam batas"),
        ("0.4", "di dalam batas"),
        ("1e3", "Ketik bilangan seperti 0,4 atau 0.4"),
        ("0,", ""),
    ):
        field.fill(text)
        expect(position).to_have_text(said)
    type_value(page, "M1", "0,5<4")
    expect(field).to_have_value("0,4")
    type_value(page, "M1", "2")
    expect(position).to_have_text("di atas batas")
    give_reason(page, "M1", "Diukur lagi")
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert marks_of(site) == [{"v": 1, "value": "0.4"}, {"v": 1, "value": "2"}]


def test_undoing_is_a_new_observation(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    level(page, "J1", 1).click()
    level(page, "J1", 3).click()
    criterion(page, "J1").get_by_role("button", name="Batalkan: kembali ke 1").click()
    expect(level(page, "J1", 1)).to_have_attribute("aria-pressed", "true")
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert [mark["level"] for mark in marks_of(site)] == [1, 3, 1]


def test_what_was_undone_comes_back_by_undoing_again(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    level(page, "J1", 1).click()
    level(page, "J1", 3).click()
    criterion(page, "J1").get_by_role("button", name="Batalkan: kembali ke 1").click()
    criterion(page, "J1").get_by_role("button", name="Batalkan: kembali ke 3").click()
    expect(level(page, "J1", 3)).to_have_attribute("aria-pressed", "true")
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert [mark["level"] for mark in marks_of(site)] == [1, 3, 1, 3]


def test_a_note_goes_with_the_mark_or_after_it(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    criterion(page, "C1").locator("summary").click()
    criterion(page, "C1").locator("textarea").fill("sarung tangan basah")
    criterion(page, "C1").locator("button[value=no]").click()
    criterion(page, "C1").locator("textarea").fill("sarung tangan basah, diganti")
    criterion(page, "C1").get_by_role("button", name="Simpan catatan").click()
    expect(outbox(page)).to_have_text(ALL_SENT)
    with site.app.app_context():
        notes = list(db.session.scalars(select(Observation.note).order_by(Observation.number)))
    assert notes == ["sarung tangan basah", "sarung tangan basah, diganti"]


def test_marks_wait_on_the_device_until_the_network_is_back(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    page.context.set_offline(True)
    level(page, "J1", 2).click()
    criterion(page, "C1").locator("button[value=yes]").click()
    expect(outbox(page)).to_have_text("Belum terkirim: 2 nilai · menunggu jaringan")
    expect(criterion(page, "J1").locator("[data-state]")).to_have_text("Di perangkat ini, menunggu jaringan")
    assert marks_of(site) == []
    page.context.set_offline(False)
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert len(marks_of(site)) == 2


def test_marks_survive_a_closed_page(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    page.context.set_offline(True)
    level(page, "J1", 2).click()
    expect(outbox(page)).to_contain_text("Belum terkirim: 1 nilai")
    address, context = page.url, page.context
    page.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(address)
    expect(level(again, "J1", 2)).to_have_attribute("aria-pressed", "true")
    expect(outbox(again)).to_have_text(ALL_SENT)
    assert marks_of(site) == [{"v": 1, "level": 2}]


def test_nobody_submits_while_marks_are_on_the_device(site: Site, open_page: OpenPage) -> None:
    practical = made_on(site)
    with writing_on(site) as session:
        mark_all(session, practical)
    page = sheet(site, open_page(**TABLET), practical)
    page.route("**/observations", lambda route: route.abort())
    level(page, "J1", 0).click()
    give_reason(page, "J1", "Dilihat lagi")
    page.get_by_role("link", name="Selesai").click()
    expect(page.get_by_role("dialog")).to_contain_text("Masih ada nilai atau foto di tablet ini")
    page.goto(f"{site.base_url}/practicals/{practical.id}/finish")
    expect(page.get_by_role("button", name="Kirim lembar")).to_be_disabled()
    page.unroute("**/observations")
    expect(page.get_by_role("button", name="Kirim lembar")).to_be_enabled()
    assert marks_of(site)[-1] == {"v": 1, "level": 0}


def test_a_refused_mark_is_named(site: Site, open_page: OpenPage) -> None:
    practical = made_on(site)
    page = sheet(site, open_page(**TABLET), practical)
    with writing_on(site) as session:
        session.scalars(select(Sheet).where(Sheet.practical_id == practical.id)).one().state = SheetState.ASSIGNED
    level(page, "J1", 2).click()
    expect(outbox(page)).to_contain_text("1 nilai tidak diterima")
    expect(criterion(page, "J1").locator("[data-state]")).to_contain_text("Lembar ini belum dibuka")


def test_the_sheet_works_without_script(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET, java_script_enabled=False), made_on(site))
    level(page, "J1", 2).click()
    assert page.url.endswith("#J1")
    expect(level(page, "J1", 2)).to_have_attribute("aria-pressed", "true")
    criterion(page, "M1").locator("[name=typed]").fill("0,6")
    criterion(page, "M1").get_by_role("button", name="Simpan", exact=True).click()
    expect(criterion(page, "M1").locator("[data-position]")).to_have_text("di atas batas")
    criterion(page, "M1").get_by_role("button", name="Perlu bukti tambahan").click()
    criterion(page, "M1").get_by_role("button", name="Batalkan: kembali ke 0,6").click()
    criterion(page, "C1").get_by_role("button", name="Ya", exact=True).click()
    page.get_by_role("link", name="Selesai").click()
    page.get_by_role("button", name="Kirim lembar").click()
    expect(page.locator("h1")).to_have_text("Lembar sudah dikirim")
    assert [mark.get("value") for mark in marks_of(site)] == [None, "0.6", None, "0.6", None]


def test_a_keyboard_marks_and_stays_where_it_is(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    level(page, "J1", 1).focus()
    page.keyboard.press("Enter")
    expect(level(page, "J1", 1)).to_be_focused()
    criterion(page, "M1").locator("[data-value]").focus()
    page.keyboard.type("0,3")
    page.keyboard.press("Enter")
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert marks_of(site) == [{"v": 1, "level": 1}, {"v": 1, "value": "0.3"}]


def test_targets_are_large_enough_for_gloves(site: Site, open_page: OpenPage) -> None:
    page = sheet(site, open_page(**TABLET), made_on(site))
    small = page.locator("button:visible, .parts a, .foot a, summary").evaluate_all(
        "(all, least) => all.filter(one => one.getBoundingClientRect().height < least).map(one => one.outerHTML)",
        LEAST_TARGET,
    )
    assert small == []


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_sticks_out_to_the_side(site: Site, open_page: OpenPage, width: int) -> None:
    document = a_document(
        a_criterion("J1", "judged"), a_criterion("M1", "measured"), a_criterion("C1", "checked", safety_critical=True)
    )
    practical = made_on(site, document=document)
    page = sheet(site, open_page(width=width), practical)
    for place in ("sheet", "finish", "record", "task"):
        page.goto(f"{site.base_url}/practicals/{practical.id}/{place}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    page.goto(f"{site.base_url}/practicals")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_no_barrier(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None], width: int, scheme: str
) -> None:
    practical = made_on(site)
    with writing_on(site) as session:
        waiting = make_practical(
            session,
            body_id=practical.body_id,
            made=practical.made,
            assessor=practical.assessor,
            state=PracticalState.SCHEDULED,
        )
    page = sheet(site, open_page(width=width, color_scheme=scheme), practical)
    type_value(page, "M1", "0,6")
    level(page, "J1", 2).click()
    expect(outbox(page)).to_have_text(ALL_SENT)
    axe(page)
    for address in (
        f"/practicals/{practical.id}/finish",
        f"/practicals/{practical.id}/record?lang=en",
        f"/practicals/{waiting.id}/sheet?lang=id",
        f"/practicals/{waiting.id}/task",
        "/practicals",
    ):
        page.goto(site.base_url + address)
        axe(page)
