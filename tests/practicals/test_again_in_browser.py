"""A re-assessment in a real browser, from the office to the record; and the pages on who is too close, with axe."""

import itertools
import os
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.accounts.tables import Account
from assessment.database import db
from assessment.practicals.tables import Practical, TaskResult
from tests.factories.accounts import NOW, PASSWORD
from tests.factories.practicals import check_in_by_hand
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage, outbox
from tests.fixtures.sites import Site
from tests.practicals.test_naming import Planned
from tests.practicals.test_reassessing import Workshop

pytestmark = [
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
    pytest.mark.long_lock("the practical is made in one go"),
]

Axe = Callable[[Page], None]


def enter(site: Site, page: Page, account_id: str | None) -> Page:
    with site.app.app_context():
        login = db.session.scalar(select(Account.login).where(Account.id == account_id))
    page.goto(f"{site.serve()}/signin?lang=en")
    page.fill("[name=login]", login or "")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(page).not_to_have_url(re.compile("/signin"))
    return page


def seen(page: Page, axe: Axe, name: str) -> None:
    """The page has no barrier and is not wider than the screen."""
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    if folder := os.environ.get("KEEP_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_only_what_was_missing_is_marked_again_and_the_record_opens_the_rest(
    site: Site, open_page: OpenPage, axe: Axe
) -> None:
    ticks = itertools.count()  # two marks at one moment would have no order
    site.app.extensions["clock"] = lambda: NOW + timedelta(hours=2, milliseconds=next(ticks))
    with writing_on(site) as session:
        workshop = Workshop(session, days=None)
    office = f"{site.serve()}/office/applications/{workshop.first.application_id}"
    manager = enter(site, open_page(width=1280, height=900), workshop.manager.account_id)
    manager.goto(f"{office}/places")
    manager.get_by_role("link", name="Assess again what is missing: practical of").click()
    expect(manager.get_by_role("heading", name="4 criteria are marked again")).to_be_visible()
    manager.get_by_text("Change the time").click()
    manager.fill("[name=days]", "90")
    manager.get_by_role("button", name="Save").click()
    expect(manager.get_by_role("heading", name="2 criteria are carried over")).to_be_visible()
    for width in (360, 1280):
        manager.set_viewport_size({"width": width, "height": 900})
        seen(manager, axe, f"again-{width}")
    manager.fill("[name=starts_at]", "2026-03-12T13:00")
    manager.select_option("[name=assessor_id]", workshop.first.assessor.person_id)
    manager.get_by_role("button", name="Plan", exact=True).click()
    expect(manager.get_by_text("Planned. Only what is missing is marked again.")).to_be_visible()

    with writing_on(site) as session:
        again = session.scalars(select(Practical).where(Practical.id != workshop.first.id)).one()
        check_in_by_hand(session, again, workshop.first.invigilator)
        practical_id = again.id
    assessor = enter(site, open_page(width=768, height=1024, has_touch=True), workshop.first.assessor.account_id)
    assessor.goto(f"{site.base_url}/practicals/{practical_id}/sheet")
    expect(assessor.get_by_text("2 criteria were met on an earlier day and are carried over.")).to_be_visible()
    seen(assessor, axe, "start")
    assessor.get_by_role("button", name="Open the sheet").tap()
    expect(assessor.locator("form[data-criterion]")).to_have_count(2)
    expect(assessor.locator("[data-sheet-page][data-ready]")).to_have_count(1)
    assessor.get_by_text("2 criteria are carried over and not marked today").tap()
    seen(assessor, axe, "sheet")
    for code in ("K1", "C1"):
        yes = assessor.locator(f"form[data-criterion='{code}'] button.yes")
        yes.click()
        expect(yes).to_have_attribute("aria-pressed", "true")
    expect(assessor.locator("[data-total-marked]")).to_have_text("2 of 2 marked")
    expect(outbox(assessor)).to_have_text("All marks are on the server")
    assessor.get_by_role("link", name="Finish").tap()
    assessor.get_by_role("button", name="Submit the sheet").tap()
    expect(assessor.locator(".digest")).to_have_text(re.compile("^[0-9a-f]{64}$"))

    with site.app.app_context():
        result = db.session.scalars(select(TaskResult.result).where(TaskResult.practical_id == practical_id)).one()
    assert result["status"] == "sufficient"
    manager.goto(f"{site.base_url}/practicals/{practical_id}/record")
    expect(manager.locator("#M1 .carried")).to_contain_text("met on")
    expect(manager.locator("#M1 .carried")).to_contain_text("0.3")
    for width in (360, 1280):
        manager.set_viewport_size({"width": width, "height": 900})
        seen(manager, axe, f"record-{width}")
    manager.locator("#M1").get_by_role("link", name="Open where it was marked").click()
    expect(manager).to_have_url(re.compile(f"/practicals/{workshop.first.id}/record#M1$"))
    manager.locator("#M1 summary").click()
    expect(manager.locator("#M1 .history li")).to_have_count(1)


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1280, "light")])
def test_naming_somebody_and_replacing_them_has_no_barrier(
    site: Site, open_page: OpenPage, axe: Axe, width: int, scheme: str
) -> None:
    site.app.extensions["clock"] = lambda: NOW
    with writing_on(site) as session:
        planned = Planned(session)
    page = enter(site, open_page(width=width, height=900, color_scheme=scheme), planned.candidate.account_id)
    page.goto(f"{site.base_url}/applications/{planned.application_id}")
    page.get_by_role("link", name="Is somebody who marks too close to you?").click()
    page.get_by_text("Budi Misal is too close to me").click()
    seen(page, axe, f"name-{width}-{scheme}")
    page.get_by_label("Trained me").first.check()
    page.get_by_role("button", name="This person must not mark me").first.click()
    expect(page.get_by_text("Does not mark you", exact=True)).to_be_visible()
    page.fill("[name=searched]", "citra")
    page.get_by_role("button", name="Search").click()
    page.get_by_text("Citra Ayu Misal is too close to me").click()
    seen(page, axe, f"found-{width}-{scheme}")
    office = enter(site, open_page(width=width, height=900, color_scheme=scheme), planned.manager.account_id)
    office.goto(f"{site.base_url}/today")
    office.get_by_role("link", name="Another assessor is needed before the practical begins").click()
    seen(office, axe, f"replace-{width}-{scheme}")
    office.select_option("[name=person_id]", planned.other.person_id)
    office.locator("form[action*='/replace'] [name=reason]").fill("Tugas lain.")
    office.get_by_role("button", name="Replace").click()
    expect(office.get_by_text("Somebody else marks this practical now.")).to_be_visible()
    seen(office, axe, f"replaced-{width}-{scheme}")
