"""The tablet on a bad day: said plainly, nothing lost. A whole day without a network stands in `tests/journeys`."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Request, Route, expect
from sqlalchemy import func, select

from assessment.accounts.tables import Account
from assessment.database import db
from assessment.domain.roles import Role
from assessment.practicals.exported import open_file
from assessment.practicals.tables import Observation
from assessment.practicals.tables_photos import PhotoContent
from tests.factories.accounts import PASSWORD, make_actor
from tests.factories.practicals import MadePractical, a_criterion, a_document, make_practical
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage, outbox
from tests.fixtures.sites import Site

pytestmark = [
    pytest.mark.long_lock("the practical is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]

ALL_SENT = "Semua nilai ada di server"
MEMORY = "tersimpan hanya selama halaman ini terbuka"
PIECE = 256 * 1024
PIN = "271828"
LEAST_TARGET = 56


@pytest.fixture
def practical(site: Site) -> MadePractical:
    """An open sheet of today, on a served site whose clock runs."""
    with writing_on(site) as session:
        made = make_practical(session, starts_at=datetime.now(UTC))
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return made


def sheet(site: Site, page: Page, practical: MadePractical) -> Page:
    """Sign the assessor in and open the sheet, ready to be marked."""
    with site.app.app_context():
        login = db.session.scalar(select(Account.login).where(Account.id == practical.assessor.account_id))
    page.goto(f"{site.base_url}/signin?lang=id")
    page.fill("[name=login]", login or "")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{site.base_url}/practicals/{practical.id}/sheet")
    expect(page.locator("[data-ready]")).to_be_attached()
    return page


def criterion(page: Page, code: str) -> Locator:
    return page.locator(f"form[data-criterion='{code}']")


def level(page: Page, code: str, value: int) -> Locator:
    return criterion(page, code).locator(f"button[name=level][value='{value}']").first


def a_photo() -> bytes:
    """A photo of several pieces."""
    written = io.BytesIO()
    Image.effect_noise((1600, 1200), 90).save(written, "JPEG", quality=90)
    return written.getvalue()


def take_photo(page: Page, code: str, content: bytes, name: str = "photo.jpg") -> None:
    criterion(page, code).locator("summary").click()
    field = criterion(page, code).locator("[data-take=cap] input")
    field.set_input_files({"name": name, "mimeType": "image/jpeg", "buffer": content})


def stored(site: Site) -> list[Observation]:
    with site.app.app_context():
        found = list(db.session.scalars(select(Observation).order_by(Observation.number)))
        db.session.expunge_all()
        return found


FULL = """() => {
  IDBObjectStore.prototype.put = () => { throw new DOMException("full", "QuotaExceededError"); };
}"""


def test_full_tablet_says_so_and_sends_what_it_could_not_keep(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    page.evaluate(FULL)
    page.context.set_offline(True)
    level(page, "J1", 2).click()
    expect(outbox(page)).to_have_text(f"Belum terkirim: 1 nilai · menunggu jaringan · {MEMORY}")
    expect(page.get_by_role("heading", name="Tablet ini tidak dapat menyimpan lagi")).to_be_visible()
    page.context.set_offline(False)
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert [each.mark["level"] for each in stored(site)] == [2]


def test_browser_without_storage_says_so_and_sends(site: Site, practical: MadePractical, open_page: OpenPage) -> None:
    page = open_page(768, 1024)
    page.add_init_script("IDBFactory.prototype.open = () => { throw new DOMException('refused', 'SecurityError'); };")
    sheet(site, page, practical)
    expect(page.locator("[data-offline]")).to_contain_text("tidak dapat bekerja tanpa jaringan")
    page.context.set_offline(True)
    level(page, "J1", 1).click()
    expect(outbox(page)).to_contain_text(MEMORY)
    page.context.set_offline(False)
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert [each.mark["level"] for each in stored(site)] == [1]


def test_clock_that_is_wrong_by_a_day_is_said_and_dates_no_mark(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = open_page(768, 1024)
    page.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    sheet(site, page, practical)
    expect(page.locator("[data-clock-wrong]")).to_contain_text("sekitar 24 jam")
    level(page, "J1", 2).click()
    expect(outbox(page)).to_have_text(ALL_SENT)
    (mark,) = stored(site)
    assert abs(mark.observed_at - mark.received_at) < timedelta(minutes=5)


def test_swapped_tablet_shows_what_the_other_one_marked(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    first, second = sheet(site, open_page(768, 1024), practical), sheet(site, open_page(768, 1024), practical)
    first.context.set_offline(True)
    level(first, "J1", 1).click()
    criterion(first, "C1").locator("button[value=yes]").click()
    expect(outbox(first)).to_contain_text("Belum terkirim: 2 nilai")
    level(second, "J1", 3).click()
    expect(outbox(second)).to_have_text(ALL_SENT)
    first.context.set_offline(False)
    expect(first.get_by_role("heading", name="Lembar ini juga dinilai di tablet lain")).to_be_visible()
    expect(level(first, "J1", 3)).to_have_attribute("aria-pressed", "true")
    second.reload()
    expect(criterion(second, "C1").locator("button[value=yes]").first).to_have_attribute("aria-pressed", "true")
    expect(level(second, "J1", 3)).to_have_attribute("aria-pressed", "true")
    assert len(stored(site)) == 3


def test_half_a_photo_goes_on_where_it_stopped(site: Site, practical: MadePractical, open_page: OpenPage) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    offsets: list[int] = []

    def once(route: Route) -> None:
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 1:
            route.continue_()
        else:
            route.abort()

    page.route("**/photos/*", once)
    take_photo(page, "J1", a_photo())
    expect(outbox(page)).to_contain_text("Belum terkirim: 1 foto")
    expect(criterion(page, "J1").locator("[data-photo-list]")).to_contain_text("sedang dikirim")
    expect(outbox(page)).to_contain_text("menunggu jaringan")
    address, context = page.url, page.context
    page.close()

    sent: list[int] = []

    def note(request: Request) -> None:
        if request.method == "PATCH":
            sent.append(int(request.headers["upload-offset"]))

    page = context.new_page()
    page.on("request", note)
    page.goto(address)
    expect(outbox(page)).to_have_text(ALL_SENT)
    expect(criterion(page, "J1").locator("[data-photo-list]")).to_contain_text("di server")
    assert offsets[0] == 0
    assert sent[0] == PIECE
    assert sent == sorted(set(sent))
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(PhotoContent)) == 1


def test_what_is_no_picture_is_refused_at_once(site: Site, practical: MadePractical, open_page: OpenPage) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    take_photo(page, "J1", b"GIF89a, but no more than that")
    expect(criterion(page, "J1").locator("[data-photo-said]")).to_contain_text("Berkas ini bukan gambar")
    expect(outbox(page)).to_have_text(ALL_SENT)


def test_change_waits_for_its_reason_also_over_a_reload(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    level(page, "J1", 1).click()
    level(page, "J1", 3).click()
    expect(outbox(page)).to_have_text("Belum terkirim: 1 nilai · 1 perubahan menunggu alasan")
    page.reload()
    expect(level(page, "J1", 3)).to_have_attribute("aria-pressed", "true")
    asked = criterion(page, "J1").get_by_role("group", name="Mengapa nilai ini Anda ubah?")
    asked.get_by_label("Dengan kata Anda sendiri").fill("cacat terlihat dari sisi lain")
    page.keyboard.press("Enter")
    expect(outbox(page)).to_have_text(ALL_SENT)
    assert [(each.mark["level"], each.reason) for each in stored(site)] == [
        (1, ""),
        (3, "cacat terlihat dari sisi lain"),
    ]


def test_file_holds_what_is_unsent_for_the_server_alone(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024, accept_downloads=True), practical)
    page.context.set_offline(True)
    level(page, "J1", 2).click()
    take_photo(page, "J1", a_photo())
    expect(outbox(page)).to_contain_text("Belum terkirim: 1 nilai, 1 foto")
    with page.expect_download() as download:
        page.get_by_role("button", name="Simpan berkas").click()
    box = download.value.path().read_bytes()
    assert b"criterion" not in box
    with writing_on(site) as session:
        manager = make_actor(session, practical.body_id, Role.SCHEME_MANAGER, name="Manajer Misal")
        opened = open_file(session, manager, site.settings.secret, box)
        assert opened.token.person_id == practical.assessor.person_id
        assert [each.criterion for each in opened.batch.sent] == ["J1"]
        ((photo, content),) = opened.photos
        assert (photo.kind, len(content), opened.broken) == ("cap", photo.size, 0)


def test_file_is_offered_for_what_stays_on_the_tablet(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    held: list[Route] = []
    page.route("**/observations", lambda route: held.append(route))
    file = page.get_by_role("button", name="Simpan berkas")
    with page.expect_request("**/observations"):
        level(page, "J1", 2).click()
    expect(file).to_be_visible()
    held[0].continue_()
    expect(file).to_be_hidden()
    expect(outbox(page)).to_have_text(ALL_SENT)


def test_signing_out_leaves_nothing_behind(site: Site, practical: MadePractical, open_page: OpenPage) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    choose_pin(page)
    level(page, "J1", 1).click()
    expect(outbox(page)).to_have_text(ALL_SENT)
    page.goto(f"{site.base_url}/practicals")
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url(site.base_url + "/")
    left = page.evaluate("""async () => {
      const open = indexedDB.open("teruji sheet");
      const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
      const all = (name) => new Promise((done) => {
        const asked = database.transaction(name).objectStore(name).getAllKeys();
        asked.onsuccess = () => done(asked.result);
      });
      const found = [];
      for (const name of database.objectStoreNames) found.push(...await all(name));
      return [...found, ...await caches.keys()];
    }""")
    assert left in ([], ["device"])


def choose_pin(page: Page) -> None:
    page.fill("#pin", PIN)
    page.fill("#pin-again", PIN)
    page.keyboard.press("Enter")
    expect(page.locator("[data-offline]")).to_have_text("Siap bekerja tanpa jaringan", timeout=30_000)


LOOKS: list[dict[str, Any]] = [
    {"width": 768, "height": 1024},
    {"width": 360, "height": 800, "color_scheme": "dark"},
    {"width": 768, "height": 1024, "forced_colors": "active"},
]


@pytest.mark.parametrize("look", LOOKS, ids=["text at 200 %", "dark phone", "forced colours"])
def test_states_of_the_tablet_have_no_barrier(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None], look: dict[str, Any]
) -> None:
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    document = a_document(a_criterion("J1", "judged"), a_criterion("M1", "measured"))
    with writing_on(site) as session:
        practical = make_practical(session, document=document, starts_at=datetime.now(UTC))
    site.serve()
    page = sheet(site, open_page(**look), practical)
    seen = Seen(page, axe, double=len(look) == 2)
    seen.now("the vault is offered")
    choose_pin(page)
    level(page, "J1", 1).click()
    level(page, "J1", 2).click()
    take_photo(page, "J1", a_photo())
    expect(page.locator("[data-photo-list] li")).to_have_count(1)
    seen.now("a reason is asked for, a photo was taken")
    page.locator("[data-contrast-wish]").click()
    seen.now("high contrast")
    page.get_by_role("link", name="Selesai").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    seen.now("not ready to finish")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Kunci sekarang").click()
    expect(page.locator("h1:visible")).to_have_text("Terkunci")
    seen.now("locked")
    page.goto(f"{site.base_url}/practicals")
    page.locator("#pin").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Buka lembar")).to_be_visible()
    seen.now("the list", double=False)  # its table folds by the browser's own letters, which a test cannot set


class Seen:
    """Looks at a page as it stands: no barrier, nothing that sticks out, targets for gloves."""

    def __init__(self, page: Page, axe: Callable[[Page], None], *, double: bool) -> None:
        self._page, self._axe, self._double = page, axe, double

    def now(self, state: str, *, double: bool = True) -> None:
        """Look; `state` says in a failure what the page was showing."""
        if self._double and double:
            self._page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide = self._page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide[0] <= wide[1], state
        small = self._page.locator(".sheet-page button:visible, .sheet-page .take:visible").evaluate_all(
            "(all, least) => all.filter(one => one.getBoundingClientRect().height < least).map(one => one.outerHTML)",
            LEAST_TARGET,
        )
        assert small == [], state
        self._axe(self._page)
