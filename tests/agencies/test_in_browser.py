"""The office's pages about agencies in a real browser: no barrier, nothing beside the page, in light and dark."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.credentials.tables import StatusPurpose
from tests.agencies.conftest import Desk
from tests.factories.accounts import PASSWORD
from tests.factories.credentials import change_status
from tests.fixtures.browser import OpenPage
from tests.fixtures.receiver import Receiver

pytestmark = pytest.mark.long_lock("the office is built in one go")


def test_the_pages_have_no_barrier(
    desk: Desk, receiver: Receiver, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    office = desk.office
    desk.watch(receiver.url, office.valid, office.suspended)
    receiver.answers = [204, 503]
    for credential_id in (office.valid, office.suspended):
        with office.writing() as session:
            change_status(
                session, office.releaser, office.world.quality, credential_id, StatusPurpose.REVOCATION, now=office.now
            )
        office.work()
    base = office.site.serve()
    login = office.login_of(desk.official)
    for width, scheme in ((1280, "light"), (768, "dark"), (360, "light")):
        page = open_page(width=width, color_scheme=scheme)
        page.goto(f"{base}/signin")
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", PASSWORD)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url("**/today")
        for path in ("/agencies", "/agencies/new", f"/agencies/{desk.agency_id}"):
            page.goto(base + path)
            expect(page.locator("h1")).to_be_visible()
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.locator("summary").first.click()
        expect(page.locator("details[open] input[type=text]").first).to_be_visible()
        axe(page)
    page.get_by_role("button", name="Buat kunci").click()
    expect(page.locator("p.code")).to_have_text(re.compile(r"teruji_[0-9a-z]{48}"))
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
