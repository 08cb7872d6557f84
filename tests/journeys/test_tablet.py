"""An assessor's day in a hall without a network, in a real browser that is killed and started again.

Nothing that was marked or photographed may get lost, each arrives once, and nothing personal stays behind.
"""

import io
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, Playwright, expect, sync_playwright
from sqlalchemy import func, select, update

from assessment.accounts.tables import Account, SignInSession
from assessment.database import db
from assessment.practicals.opening import open_sheet as open_own_sheet
from assessment.practicals.tables import Observation
from assessment.practicals.tables_photos import PhotoContent, WorkPhoto
from assessment.web.actor import Actor
from tests.factories.accounts import PASSWORD
from tests.factories.practicals import MadePractical, demo_document, make_practical
from tests.factories.visitors import writing_on
from tests.fixtures.browser import outbox
from tests.fixtures.sites import Site
from tests.journeys.device import Device

pytestmark = [
    pytest.mark.long_lock("the practical is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]
PIN = "314159"
ALL_SENT = "Semua nilai ada di server"
READY = "Siap bekerja tanpa jaringan"
TABLET: dict[str, Any] = {"width": 768, "height": 1024, "reduced_motion": "reduce"}
REASON = "Dilihat sekali lagi di bawah lampu."
NewDevice = Callable[[], Device]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture
def practical(site: Site) -> MadePractical:
    """An open sheet of today, on a served site whose clock runs."""
    with writing_on(site) as session:
        made = make_practical(session, starts_at=datetime.now(UTC))
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return made


@pytest.fixture
def new_device(playwright: Playwright, tmp_path: Path, site: Site) -> Iterator[NewDevice]:
    with ExitStack() as devices:

        def make() -> Device:
            folder = tmp_path / f"device-{len(list(tmp_path.glob('device-*')))}"
            folder.mkdir()
            device = Device(playwright, folder, site.listener_port)
            devices.callback(device.wire.close)
            devices.callback(device.close)
            return device

        yield make


def login_of(site: Site, assessor: Actor) -> str:
    with site.app.app_context():
        return db.session.scalar(select(Account.login).where(Account.id == assessor.account_id)) or ""


def open_sheet(site: Site, device: Device, practical: MadePractical, assessor: Actor | None = None) -> Page:
    page = device.open("/signin?lang=id", **TABLET)
    sign_in(page, login_of(site, assessor or practical.assessor))
    page.goto(f"{device.address}/practicals/{practical.id}/sheet")
    return page


def sign_in(page: Page, login: str) -> None:
    page.fill("main [name=login]", login)
    page.fill("main [name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/today")


def sign_in_again(page: Page, login: str) -> None:
    """Sign in in the sheet's own page: a killed browser has lost its session."""
    dialog = page.locator("[data-sign-in]")
    dialog.locator("[name=login]").fill(login)
    dialog.locator("[name=password]").fill(PASSWORD)
    dialog.get_by_role("button", name="Masuk").click()


def keep_on_tablet(page: Page) -> None:
    page.fill("#pin", PIN)
    page.fill("#pin-again", PIN)
    page.get_by_role("button", name="Simpan di tablet ini").click()
    expect(page.locator("[data-offline]")).to_have_text(READY, timeout=20_000)


def unlock(page: Page, pin: str = PIN) -> None:
    expect(page.locator("h1:visible")).to_have_text("Terkunci")
    page.fill("#pin", pin)
    page.get_by_role("button", name="Buka", exact=True).click()


def criterion(page: Page, code: str) -> Locator:
    return page.locator(f"form[data-criterion='{code}']")


def level(page: Page, code: str, value: int) -> Locator:
    return criterion(page, code).locator(f"button[name=level][value='{value}']").first


def a_photo(width: int = 2600, height: int = 1400, colour: str = "#7a4a20") -> bytes:
    """A photo as a camera writes it: larger than is sent, with the place where it was taken."""
    picture = Image.effect_noise((width, height), 60).convert("RGB")
    picture.paste(colour, (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[0x010E] = "hall 3"
    exif.get_ifd(0x8825)[1] = "S"
    written = io.BytesIO()
    picture.save(written, "JPEG", exif=exif, quality=80)
    return written.getvalue()


def take_photo(page: Page, code: str, kind: str, content: bytes) -> None:
    if not criterion(page, code).locator("details[open]").count():
        criterion(page, code).locator("summary").click()
    field = criterion(page, code).locator(f"[data-take={kind}] input")
    field.set_input_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": content})
    expect(criterion(page, code).locator("[data-photo-list] li img")).not_to_have_count(0)


def marks_of(site: Site) -> list[tuple[dict[str, object], str]]:
    with site.app.app_context():
        rows = db.session.execute(select(Observation.mark, Observation.reason).order_by(Observation.number))
        return [({k: v for k, v in mark.items() if k != "v"}, reason) for mark, reason in rows]


def photos_of(site: Site) -> list[tuple[str, str, int | None]]:
    """Kind, outcome and width of every photo on the server."""
    with site.app.app_context():
        rows = db.session.execute(
            select(WorkPhoto.kind, PhotoContent.outcome, PhotoContent.width)
            .join(PhotoContent, PhotoContent.digest == WorkPhoto.digest)
            .order_by(WorkPhoto.taken_at)
        )
        return [(row.kind.value, row.outcome.value, row.width) for row in rows]


KEPT = """async () => {
  const open = indexedDB.open("teruji sheet");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const names = [...database.objectStoreNames].filter((name) => name !== "vault");
  const count = (name) => new Promise((done) => {
    const asked = database.transaction(name).objectStore(name).count();
    asked.onsuccess = () => done(asked.result);
  });
  const found = {};
  for (const name of names) found[name] = await count(name);
  database.close();
  return { ...found, caches: (await caches.keys()).filter((name) => name.startsWith("teruji sheet")).length };
}"""


# Whether the bytes of each photo on the tablet hold a text.
HOLDS = """async (text) => {
  const open = indexedDB.open("teruji sheet");
  const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
  const asked = database.transaction("photos").objectStore("photos").getAll();
  const photos = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  database.close();
  return photos.map(({ bytes }) => new TextDecoder("latin1").decode(bytes).includes(text));
}"""


def test_a_day_without_a_network_loses_nothing(site: Site, practical: MadePractical, new_device: NewDevice) -> None:
    device = new_device()
    page = open_sheet(site, device, practical)
    keep_on_tablet(page)
    device.wire.cut()
    level(page, "J1", 2).click()
    take_photo(page, "J1", "root", a_photo())
    expect(outbox(page)).to_have_text("Belum terkirim: 1 nilai, 1 foto · menunggu jaringan")
    assert page.evaluate(HOLDS, "hall 3") == [False]
    device.kill()

    page = device.open("/practicals", **TABLET)
    unlock(page, "000000")
    expect(page.locator("[data-said]")).to_contain_text("PIN ini salah")
    expect(page.locator("[data-unsent]")).to_have_text("Belum terkirim: 1 nilai, 1 foto")
    unlock(page)
    page.get_by_role("link", name="Buka lembar").click()
    expect(level(page, "J1", 2)).to_have_attribute("aria-pressed", "true")
    expect(criterion(page, "J1").locator("[data-photo-list] li")).to_have_count(1)
    level(page, "J1", 3).click()
    criterion(page, "J1").get_by_role("button", name="Dilihat lagi").click()
    criterion(page, "M1").locator("[data-value]").fill("0,4")
    expect(criterion(page, "M1").locator("[data-position]")).to_have_text("di dalam batas")
    criterion(page, "M1").locator("[data-value]").press("Enter")
    criterion(page, "C1").locator("button[value=yes]").click()
    take_photo(page, "J1", "fit_up", a_photo(colour="#204a7a"))
    take_photo(page, "C1", "cap", a_photo(800, 600))
    expect(outbox(page)).to_contain_text("Belum terkirim: 4 nilai, 3 foto")
    page.get_by_role("link", name="Selesai").click()
    expect(page.get_by_role("dialog")).to_contain_text("Sekarang tidak ada jaringan")
    assert marks_of(site) == []
    device.kill()

    # The session ends while nobody is connected; signing in again happens in place.
    with writing_on(site) as session:
        session.execute(update(SignInSession).values(expires_at=datetime.now(UTC) - timedelta(minutes=1)))
    page = device.open(f"/practicals/{practical.id}/sheet", **TABLET)
    unlock(page)
    expect(outbox(page)).to_contain_text("Belum terkirim: 4 nilai, 3 foto")
    device.wire.mend()
    page.evaluate("dispatchEvent(new Event('online'))")
    sign_in_again(page, login_of(site, practical.assessor))
    expect(outbox(page)).to_have_text(ALL_SENT, timeout=20_000)
    assert marks_of(site) == [
        ({"level": 2}, ""),
        ({"level": 3}, "Dilihat lagi"),
        ({"value": "0.4"}, ""),
        ({"answer": "yes"}, ""),
    ]
    assert photos_of(site) == [("root", "kept", 2048), ("fit_up", "kept", 2048), ("cap", "kept", 800)]
    page.get_by_role("link", name="Selesai").click()
    page.get_by_role("button", name="Kirim lembar").click()
    expect(page.locator("h1")).to_have_text("Lembar sudah dikirim")
    expect(page.locator("[data-forgotten]")).to_be_visible()
    left = page.evaluate(KEPT)
    assert left == {"practicals": 0, "marks": 0, "outbox": 0, "photos": 0, "pages": 0, "caches": 0}


ON_SERVER = re.compile("di server", re.IGNORECASE)

# Holds back what makes the first photo smaller, as a slow tablet does, until `release` is called.
SLOW_FIRST_PHOTO = """() => {
  const make = globalThis.createImageBitmap;
  const held = new Promise((release) => { globalThis.release = release; });
  globalThis.createImageBitmap = async (...given) => {
    globalThis.createImageBitmap = make;
    await held;
    return make(...given);
  };
}"""


def test_a_photo_counts_from_the_moment_it_was_taken(
    site: Site, practical: MadePractical, new_device: NewDevice
) -> None:
    page = open_sheet(site, new_device(), practical)
    page.evaluate(SLOW_FIRST_PHOTO)
    first, second = (criterion(page, code).locator("[data-photo-list] li") for code in ("J1", "C1"))
    criterion(page, "J1").locator("summary").click()
    picture = {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": a_photo(900, 600)}
    criterion(page, "J1").locator("[data-take=root] input").set_input_files(picture)
    expect(first).to_have_text(["Akar las · sedang disiapkan …"])
    page.get_by_role("link", name="Selesai").click()
    take_photo(page, "C1", "cap", a_photo(800, 600))
    expect(second).to_contain_text(ON_SERVER, timeout=20_000)
    assert photos_of(site) == [("cap", "kept", 800)]
    page.evaluate("release()")
    expect(first).to_contain_text(ON_SERVER, timeout=20_000)
    assert photos_of(site) == [("root", "kept", 900), ("cap", "kept", 800)]
    expect(page.get_by_role("dialog")).to_be_visible()


def test_what_lies_on_the_tablet_says_nothing_without_the_pin(
    site: Site, practical: MadePractical, new_device: NewDevice
) -> None:
    device = new_device()
    page = open_sheet(site, device, practical)
    name = page.locator(".person p").inner_text().split("\n")[0]
    keep_on_tablet(page)
    page.get_by_role("button", name="Kunci sekarang").click()
    expect(page.locator("h1:visible")).to_have_text("Terkunci")
    assert name not in page.content()
    for _ in range(5):
        page.fill("#pin", "111111")
        page.get_by_role("button", name="Buka", exact=True).click()
        expect(page.locator("[data-said]")).not_to_have_text("Membuka …")
    expect(page.locator("[data-said]")).to_contain_text("Terlalu banyak percobaan")
    kept = page.evaluate(
        """async (name) => {
      const open = indexedDB.open("teruji sheet");
      const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
      const asked = database.transaction("pages").objectStore("pages").getAll();
      const pages = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
      database.close();
      return pages.map((each) => new TextDecoder().decode(each.content).includes(name));
    }""",
        name,
    )
    assert len(kept) >= 2
    assert not any(kept)


def mark_everything(page: Page, judged: int) -> None:
    """Mark every criterion of the sheet, and take a photo of fit-up, root and cap at the last one."""
    for form in page.locator("form[data-criterion]").all():
        match form.get_attribute("data-kind"):
            case "judged":
                form.locator(f"button[name=level][value='{judged}']").first.click()
            case "measured":
                place = form.locator("[data-measure]")
                limit = place.get_attribute("data-upper") or place.get_attribute("data-lower") or "1"
                form.locator("[data-value]").fill(limit)
                form.locator("[data-value]").press("Enter")
            case _:
                form.locator("button[value=yes]").first.click()
    last = page.locator("form[data-criterion]").last.get_attribute("data-criterion") or ""
    for place, kind in enumerate(("fit_up", "root", "cap")):
        take_photo(page, last, kind, a_photo(900, 700, colour=f"#{place}{judged}2a4a"))
    expect(outbox(page)).to_contain_text("Belum terkirim: 30 nilai, 3 foto")


def hand_in(page: Page) -> None:
    expect(outbox(page)).to_have_text(ALL_SENT, timeout=30_000)
    page.get_by_role("link", name="Selesai").click()
    page.get_by_role("button", name="Kirim lembar").click()
    expect(page.locator("h1")).to_have_text("Lembar sudah dikirim")


def mark_again(page: Page, address: str) -> None:
    page.goto(address)
    for row in page.locator("fieldset.again").all():
        row.locator("input[type=radio]").nth(2).check()
        row.locator("input[name^=reason-]").fill(REASON)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/compare")


def test_two_tablets_that_were_away_settle_what_lies_apart(site: Site, new_device: NewDevice) -> None:
    with writing_on(site) as session:
        practical = make_practical(
            session, document=demo_document("welder"), others=1, starts_at=datetime.now(UTC) - timedelta(minutes=5)
        )
        open_own_sheet(session, practical.others[0], practical.id, now=datetime.now(UTC))
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    assessors = (practical.assessor, practical.others[0])
    devices = (new_device(), new_device())
    home = f"/practicals/{practical.id}"
    for device, assessor, judged in zip(devices, assessors, (3, 1), strict=True):
        page = open_sheet(site, device, practical, assessor)
        keep_on_tablet(page)
        device.wire.cut()
        mark_everything(page, judged)
        device.kill()

    for hours, (device, assessor) in enumerate(zip(devices, assessors, strict=True), start=1):
        site.app.extensions["clock"] = lambda hours=hours: datetime.now(UTC) + timedelta(hours=hours)
        page = device.open(f"{home}/sheet", **TABLET)
        unlock(page)
        expect(outbox(page)).to_contain_text("Belum terkirim: 30 nilai, 3 foto")
        device.wire.mend()
        page.evaluate("dispatchEvent(new Event('online'))")
        # A browser that was killed within half a minute has lost its session; an older one may still have it.
        asked = page.locator("[data-sign-in][open]")
        expect(asked.or_(page.locator("[data-outbox][data-count='0']")).first).to_be_visible(timeout=30_000)
        if asked.count():
            sign_in_again(page, login_of(site, assessor))
        hand_in(page)
        if device is devices[0]:
            # Nothing tells the first one what the other has marked.
            page.goto(f"{device.address}{home}/compare")
            expect(page.locator("main .record")).to_have_count(0)
            first = page
    with site.app.app_context():
        marks = db.session.execute(select(Observation.person_id, func.count()).group_by(Observation.person_id)).all()
        assert {count for _person, count in marks} == {30}
        assert len(marks) == 2
    assert len(photos_of(site)) == 6

    page.goto(f"{device.address}{home}/compare")
    page.fill("#again-reason", REASON)
    page.locator("form[action$='/compare/again'] button").click()
    mark_again(page, f"{device.address}{home}/mark-again")
    mark_again(first, f"{devices[0].address}{home}/mark-again")
    expect(first.locator("main section.note.done")).to_be_visible()

    # The result page, opened down to one photo.
    first.goto(f"{devices[0].address}{home}/record")
    history = first.locator("details.history", has=first.locator("img")).first
    history.locator("summary").click()
    photo = history.locator("img").first
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("complete", True)
    assert photo.evaluate("image => image.naturalWidth") == 900
