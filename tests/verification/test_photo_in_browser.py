"""The holder's photo in a browser: its weight, its place on a narrow screen, no barrier, and nothing of it kept."""

import gzip
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.language import PUBLIC_LANGUAGES, RIGHT_TO_LEFT
from tests.credentials.office import LATER, Office, open_office
from tests.factories.accounts import PASSWORD
from tests.factories.photos import drawn_face, photograph, show_on_page
from tests.factories.verification import NOW, House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site, signer_of

pytestmark = pytest.mark.only_on("sqlite")  # what the browser shows does not depend on the database

LONG_NAME = "Muhammad Rahmatullah Bin Abdurrahman Contoh"
SHAPES = {"portrait": (720, 960), "landscape": (960, 720)}


@pytest.fixture
def house(site: Site) -> House:
    house = open_house(site)
    site.serve()
    return house


def with_face(house: House, *, shape: str = "portrait", grain: int = 14, birth_date: bool = True) -> Made:
    """A certificate whose page shows a photo."""
    made = house.make(name=LONG_NAME)
    content = drawn_face(*SHAPES[shape], grain=grain)
    with writing_on(house.site, body_id=house.body_id) as session:
        photograph(session, house.site.app.extensions["storage"], made.public_id, content=content, at=NOW)
    show_on_page(house.site, made, birth_date=birth_date)
    return made


def test_with_the_worst_photo_it_is_two_requests_and_35_kilobytes(
    site: Site, house: House, open_page: OpenPage
) -> None:
    made = with_face(house, grain=60)
    for language in ("en", "ja", "ar"):
        page = open_page(locale=language)
        seen: list[str] = []
        page.context.on("request", lambda request, seen=seen: seen.append(request.url))
        page.goto(made.code)
        expect(page.locator("[data-code-says=agrees]")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-kept", "yes")
        asked = [url.partition("?")[0].removeprefix(site.base_url) for url in seen if url.startswith("http")]
        assert [url.partition("#")[0] for url in asked] == [f"/v/{made.public_id}", "/verify/worker.js"]
        client = site.client()
        answers = [client.get(f"/v/{made.public_id}?lang={language}"), client.get(f"/verify/worker.js?lang={language}")]
        assert sum(len(gzip.compress(answer.data)) for answer in answers) <= 35 * 1024
        assert page.context.cookies() == []


@pytest.mark.parametrize("language", PUBLIC_LANGUAGES)
def test_it_stands_beside_the_name_without_script(house: House, open_page: OpenPage, language: str) -> None:
    made = with_face(house)
    page = open_page(width=320, height=640, java_script_enabled=False)
    page.goto(f"{house.site.base_url}/v/{made.public_id}?lang={language}")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language in RIGHT_TO_LEFT else "ltr")
    picture = page.get_by_role("img", name=LONG_NAME)
    expect(picture).to_be_visible()
    face, name = picture.bounding_box(), page.locator(".face dd").first.bounding_box()
    assert face is not None
    assert name is not None
    assert (round(face["width"]), round(face["height"])) == (120, 160)
    beside = name["x"] + name["width"] <= face["x"] if language in RIGHT_TO_LEFT else name["x"] >= face["x"] + 120
    assert beside
    assert face["x"] >= 0
    assert face["x"] + face["width"] <= 320


@pytest.mark.parametrize("language", ["ar", "id"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_with_a_photo(
    house: House, open_page: OpenPage, axe: Callable[[Page], None], language: str, scheme: str
) -> None:
    for shape in SHAPES:
        made = with_face(house, shape=shape, birth_date=shape == "portrait")
        page = open_page(width=320, height=640, color_scheme=scheme)
        page.goto(f"{house.site.base_url}/v/{made.public_id}?lang={language}")
        expect(page.locator("img[data-photo]")).to_be_visible()
        assert page.evaluate("document.images[0].naturalWidth") == 240
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        axe(page)


def test_the_copy_on_the_readers_device_has_no_face(house: House, open_page: OpenPage) -> None:
    made = with_face(house)
    page = open_page(locale="en-GB")
    page.goto(made.code)
    expect(page.locator("body")).to_have_attribute("data-kept", "yes")
    expect(page.locator("img[data-photo]")).to_be_visible()
    page.goto("about:blank")
    page.context.set_offline(True)
    page.goto(made.code)
    expect(page.get_by_text("No network")).to_be_visible()
    expect(page.locator(".face")).to_contain_text(LONG_NAME)
    expect(page.locator("img")).to_have_count(0)
    assert "webp" not in page.content()


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        office = open_office(site)
        with office.writing() as session:
            photograph(session, site.app.extensions["storage"], office.valid, at=LATER + timedelta(hours=1))
        site.serve()
        yield office


@pytest.mark.long_lock("the office is built in one go")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_holder_sees_what_the_reader_will_see(
    office: Office, open_page: OpenPage, axe: Callable[[Page], None], scheme: str
) -> None:
    page = open_page(width=320, height=640, locale="en-GB", color_scheme=scheme)
    page.goto(f"{office.site.base_url}/signin?lang=en")
    page.locator("[name=login]").fill(office.login_of(office.world.candidate))
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("nav.own")).to_be_visible()
    page.goto(f"{office.site.base_url}/certificates/{office.valid}/public-page?lang=en")
    seen = page.locator("[data-seen]").locator("visible=true")
    expect(seen).to_have_count(1)
    expect(seen).to_have_attribute("data-seen", "neither")
    for choice, faces in (("birth_date", 0), ("photo", 1), ("both", 1)):
        page.locator(f"[name=shown][value={choice}]").check()
        expect(seen).to_have_attribute("data-seen", choice)
        expect(page.locator("img[data-photo]").locator("visible=true")).to_have_count(faces)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    axe(page)
    page.locator("main button[type=submit]").click()
    expect(page.get_by_text("Saved. The page shows it within a minute.")).to_be_visible()
    page.goto(f"{office.site.base_url}/v/{office.valid}?lang=en")
    expect(page.locator("img[data-photo]")).to_be_visible()
