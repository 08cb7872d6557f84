"""The end of a practical in a real browser: a signature drawn with a pointer, small and wide, light and dark, axe."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.certification.tables import Choice
from assessment.database import db
from assessment.practicals.submitting import submit
from assessment.practicals.tables_ending import CandidateConfirmation, CandidateSays, SheetConfirmation, Way
from tests.certification.test_pages import decided
from tests.certification.test_pages import login_of as login_in
from tests.factories.accounts import NOW, PASSWORD
from tests.factories.certification import make_not_yet, make_world
from tests.factories.practicals import MadePractical, make_practical, mark_all
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site
from tests.practicals.test_requests import login_of

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database; what lies behind is tested on both

LEAST_TARGET = 56
LOOKS = [(360, "light"), (768, "dark"), (1280, "light")]
SHOTS = os.environ.get("TERUJI_SHOTS")


def sign_in(site: Site, page: Page, login: str) -> None:
    page.goto(f"{site.serve()}/signin?lang=en")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(page).not_to_have_url(f"{site.base_url}/signin?lang=en")


def draw(page: Page) -> None:
    """A wave from the left to the right of the field, with the pointer."""
    field = page.locator("[data-signature]")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(box["x"] + 20 + step * 7, box["y"] + 60 + (30 if step % 4 < 2 else -30))
    page.mouse.up()


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def shot(page: Page, name: str) -> None:
    """Keep a picture where somebody wants to look."""
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


@pytest.fixture
def practical(site: Site) -> MadePractical:
    site.app.extensions["clock"] = lambda: NOW + timedelta(minutes=50)
    with writing_on(site) as session:
        made = make_practical(session)
        mark_all(session, made)
        submit(session, made.assessor, made.id, now=NOW + timedelta(minutes=40))
    return made


def test_both_sign_on_the_tablet_and_the_record_shows_it(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = open_page(width=768, height=1024)
    sign_in(site, page, login_of(site, practical.assessor.account_id or ""))
    page.goto(f"{site.base_url}/practicals/{practical.id}/finish")
    page.get_by_role("link", name="Confirm the practical").click()
    confirm = page.get_by_role("button", name="Confirm", exact=True)
    confirm.click()
    expect(page.locator("[data-signing-said]")).to_have_text("Sign in the field first, or type your name below.")
    draw(page)
    expect(page.locator("[data-drawn]")).to_have_text("The field is signed.")
    page.get_by_role("button", name="Clear the field").click()
    expect(page.locator("[data-drawn]")).to_have_text("")
    draw(page)
    confirm.click()
    expect(page.get_by_text("signed on the tablet")).to_be_visible()
    page.get_by_role("link", name="Give the tablet to the candidate").click()
    expect(page.locator("main")).not_to_contain_text("Level 2")
    page.get_by_text("No, I do not agree").click()
    page.get_by_label("Remark").first.fill("Terlalu gelap di bengkel.")
    draw(page)
    confirm.click()
    expect(page.get_by_text("Does not agree")).to_be_visible()
    page.goto(f"{site.base_url}/practicals/{practical.id}/record")
    drawn = page.locator("img.drawn")
    expect(drawn).to_have_count(2)
    for image in drawn.all():
        image.scroll_into_view_if_needed()
        assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(page.locator(".confirmations")).to_contain_text("Terlalu gelap di bengkel.")
    with site.app.app_context():
        assert db.session.scalars(select(SheetConfirmation.way)).all() == [Way.DRAWN]
        said = db.session.scalars(select(CandidateConfirmation)).one()
        assert (said.says, said.way) == (CandidateSays.DISAGREES, Way.DRAWN)


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_pages_have_no_barrier(
    site: Site,
    practical: MadePractical,
    open_page: OpenPage,
    axe: Callable[[Page], None],
    width: int,
    scheme: str,
) -> None:
    page = open_page(width=width, height=900, color_scheme=scheme)
    sign_in(site, page, login_of(site, practical.assessor.account_id or ""))
    address = f"{site.base_url}/practicals/{practical.id}"
    for name in ("confirm", "confirm/candidate", "record"):
        page.goto(f"{address}/{name}")
        page.evaluate("document.querySelectorAll('main details').forEach(folded => { folded.open = true; })")
        axe(page)
        assert fits(page), name
        shot(page, f"{name.replace('/', '_')}-{width}-{scheme}")
        if name != "record":
            for target in page.locator("main button:visible, main a.button:visible, main input[type=text]").all():
                box = target.bounding_box()
                assert box is None or box["height"] >= LEAST_TARGET, target.inner_text()
    watching = open_page(width=width, height=900, color_scheme=scheme)
    sign_in(site, watching, login_of(site, practical.invigilator.account_id or ""))
    for name in ("closing", "held"):
        watching.goto(f"{address}/{name}")
        axe(watching)
        assert fits(watching), name
        shot(watching, f"{name}-{width}-{scheme}")


def test_without_script_the_name_is_typed(site: Site, practical: MadePractical, open_page: OpenPage) -> None:
    page = open_page(width=768, height=1024, java_script_enabled=False)
    sign_in(site, page, login_of(site, practical.assessor.account_id or ""))
    page.goto(f"{site.base_url}/practicals/{practical.id}/confirm")
    expect(page.locator("[data-signature]")).to_be_hidden()
    page.get_by_label("Your name").fill("Budi Misal")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("by typing the name")).to_be_visible()


def test_the_feedback_holds_on_a_phone_and_on_paper(
    site: Site, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=3)
    with writing_on(site) as session:
        world = make_world(session, criteria=3)
        application_id = make_not_yet(session, world)
        decided(session, world, application_id, Choice.NOT_YET_COMPETENT)
        login = login_in(session, world.candidate)
    for width, scheme in LOOKS:
        page = open_page(width=width, height=800, color_scheme=scheme)
        sign_in(site, page, login)
        page.goto(f"{site.base_url}/applications/{application_id}/feedback")
        axe(page)
        assert fits(page)
        shot(page, f"feedback-{width}-{scheme}")
    page.emulate_media(media="print")
    expect(page.locator("nav.crumbs")).to_be_hidden()
    shot(page, "feedback-print")
