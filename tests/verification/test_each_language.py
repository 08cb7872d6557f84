"""The employer's phone in every language: one tap from the code to the answer, at 320 px, with and without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.language import PUBLIC_LANGUAGES, RIGHT_TO_LEFT
from tests.factories.verification import STATES, House, open_house
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # what the browser shows does not depend on the database

BROWSERS = {"zh-Hans": "zh-CN", "zh-Hant": "zh-TW"}  # what a browser calls its language


@pytest.fixture
def house(site: Site) -> House:
    house = open_house(site)
    site.serve()
    return house


@pytest.mark.parametrize("language", PUBLIC_LANGUAGES)
def test_the_code_opens_the_page_with_one_tap(
    site: Site, house: House, open_page: OpenPage, axe: Callable[[Page], None], language: str
) -> None:
    made = house.make(name="Muhammad Rahmatullah Bin Abdurrahman Contoh")
    page = open_page(width=320, height=640, locale=BROWSERS.get(language, language))
    page.goto(made.code)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language in RIGHT_TO_LEFT else "ltr")
    expect(page.locator("[data-code-says=agrees]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for part in (".seal", "h1", "[data-sentence]", ".facts"):
        box = page.locator(f"main {part}").locator("visible=true").first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 640, part
    for fold in page.locator("details.technical > summary").all():
        fold.click()
    axe(page)
    page.locator(".languages summary").click()
    expect(page.locator(".languages a")).to_have_count(len(PUBLIC_LANGUAGES) - 1)
    axe(page)
    for address in (f"/verify?lang={language}", f"/v/0000000000000000?lang={language}"):
        page.goto(f"{site.base_url}{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        axe(page)


def test_every_language_answers_without_script(site: Site, house: House, open_page: OpenPage) -> None:
    made = house.make()
    words = set()
    for language in PUBLIC_LANGUAGES:
        page = open_page(width=320, java_script_enabled=False, locale=BROWSERS.get(language, language))
        page.goto(made.code)
        expect(page.locator("html")).to_have_attribute("lang", language)
        expect(page.locator("[data-sentence]")).to_contain_text("Siti Contoh")
        expect(page.locator(".without-network")).to_be_hidden()
        words.add(page.locator("[data-sentence]").inner_text())
        page.locator(".languages summary").click()
        other = "ko" if language != "ko" else "de"
        page.locator(f".languages a[hreflang={other}]").click()
        expect(page.locator("html")).to_have_attribute("lang", other)
    assert len(words) == len(PUBLIC_LANGUAGES)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_states_differ_in_word_sentence_and_shape(
    site: Site, house: House, open_page: OpenPage, axe: Callable[[Page], None], language: str
) -> None:
    page = open_page(width=320, forced_colors="active")
    seen: set[tuple[str, str, str]] = set()
    states = ("valid", "forged", "expired", "suspended", "revoked", "cannot_check")
    for state in states:
        made = house.make(**STATES[state])
        page.goto(f"{site.base_url}/v/{made.public_id}?lang={language}")
        seal = page.locator(".verdict .seal").inner_html()
        seen.add((page.locator("h1").inner_text(), page.locator("[data-sentence]").inner_text(), seal))
        axe(page)
    for column in zip(*seen, strict=True):
        assert len(set(column)) == len(states)
