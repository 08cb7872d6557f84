"""The page of keys, and the list of waiting qualifications, in a real browser: no barrier, nothing beside the page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from assessment.credentials.changing_keys import answer, propose
from assessment.credentials.qualifying import propose_qualification
from assessment.credentials.tables_keys import KeyChangeKind
from assessment.domain.certification.qualification import Basis
from assessment.domain.roles import Role
from tests.credentials.office import BODY, LATER, open_office
from tests.factories.accounts import PASSWORD, make_actor
from tests.factories.qualification import make_piece
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site

FIRST = f"pdf-{LATER.year}"


@pytest.mark.only_on("sqlite")
@pytest.mark.long_lock("the office is built in one go")
def test_the_second_person_reads_and_confirms(
    signing_site: Site, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    office = open_office(signing_site)
    with office.writing() as session:
        quality = office.world.quality
        both = make_actor(session, BODY, Role.ADMINISTRATOR, Role.RELEASER, name="Adi Contoh")
        for kind, days in ((KeyChangeKind.ROTATION, 20), (KeyChangeKind.COMPROMISE, 10)):
            at = LATER - timedelta(days=days)
            change = propose(session, quality, FIRST, kind, reason="Salinan cadangan hilang.", now=at)
            answer(session, both, change.id, confirmed=True, now=at)
        propose(session, quality, f"{FIRST}-2", KeyChangeKind.ROTATION, reason="Latihan tahunan.", now=LATER)
        piece_id = make_piece(session, office.valid, now=LATER)
        propose_qualification(session, quality, office.valid, piece_id, Basis.RETEST, now=LATER)
    base = signing_site.serve()
    for width, scheme in ((1280, "dark"), (768, "light"), (360, "light")):
        page = open_page(width=width, color_scheme=scheme)
        page.goto(f"{base}/signin")
        page.fill("input[name=login]", office.login_of(both))
        page.fill("input[name=password]", PASSWORD)
        page.locator("form button[type=submit]").first.click()
        page.wait_for_url("**/today")
        for path in ("/today", "/welder-qualifications", "/keys"):
            page.goto(base + path)
            expect(page.locator("h1")).to_be_visible()
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(f"#key-{FIRST}")).to_contain_text("Bocor")
    waiting = page.locator(f"#key-{FIRST}-2")
    waiting.get_by_text("Setujui").first.click()
    waiting.get_by_role("button").click()
    expect(page.locator(f"#key-{FIRST}-3")).to_contain_text("Dipakai")
    expect(page.locator(f"#key-{FIRST}-2")).to_contain_text("Tidak dipakai lagi")
    axe(page)
