"""The employer's form and what stands beside a certificate, in a browser: no barrier, right to left, without script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.accounts.ids import new_id
from assessment.domain.language import PUBLIC_LANGUAGES, RIGHT_TO_LEFT
from assessment.verification.own_confirmations import LIFETIME
from assessment.verification.tables import ConfirmationLink
from tests.factories.verification import NOW, House, Made, open_house
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # what the browser shows does not depend on the database


@pytest.fixture
def house(site: Site) -> House:
    house = open_house(site)
    site.serve()
    return house


def link_to(house: House, made: Made) -> str:
    """A holder's link, as an address."""
    link_id = new_id() + new_id()
    with writing_on(house.site, body_id=house.body_id) as session:
        session.add(
            ConfirmationLink(
                body_id=house.body_id,
                id=link_id,
                credential_id=made.public_id,
                person_id=made.person_id,
                made_at=NOW,
                expires_at=NOW + LIFETIME,
            )
        )
    return f"{house.site.base_url}/c/{link_id}"


@pytest.mark.parametrize("language", PUBLIC_LANGUAGES)
def test_an_employer_confirms_on_a_phone_without_script(
    site: Site, house: House, open_page: OpenPage, language: str
) -> None:
    made = house.make()
    address = f"{link_to(house, made)}?lang={language}"
    page = open_page(width=320, height=640, java_script_enabled=False)
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language in RIGHT_TO_LEFT else "ltr")
    for name, value in (("name", "Adi Misal"), ("function", "Supervisor"), ("company", "Misal Co.")):
        page.locator(f"[name={name}]").fill(value)
    for name in ("first_day", "last_day"):
        page.locator(f"[name={name}]").fill("2026-11-30")
    page.locator("[name=worked]").check()
    page.locator("button[type=submit]").click()
    expect(page.locator(".note.done")).to_be_visible()
    page.goto(f"{site.base_url}/v/{made.public_id}?lang={language}")
    expect(page.locator("[data-confirmed]")).to_contain_text("Misal Co.")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_on_the_form(
    house: House, open_page: OpenPage, axe: Callable[[Page], None], language: str, scheme: str
) -> None:
    address = f"{link_to(house, house.make())}?lang={language}"
    page = open_page(width=320, height=640, color_scheme=scheme)
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    axe(page)
    page.locator("button[type=submit]").click()
    expect(page.locator("[aria-invalid]").first).to_be_visible()
    axe(page)
