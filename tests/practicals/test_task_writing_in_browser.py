"""A rubric written in a real browser: the preview follows while one types, and no page of it has a barrier."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.roles import Role
from assessment.practicals.drafting_tasks import start_task
from assessment.practicals.ready_rubrics import ready_document
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body
from tests.factories.task_drafts import make_task_draft
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database; what lies behind is tested on both

Axe = Callable[[Page], None]
OpenPage = Callable[..., Page]


def enter(page: Page, base: str) -> None:
    page.goto(f"{base}/signin?lang=en")
    page.get_by_label("Login").fill("one")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(f"{base}/signin")


def seen(page: Page, axe: Axe, name: str) -> None:
    """The page has no barrier, and nothing of it is wider than the screen."""
    axe(page)
    wide = page.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth ? [] : "
        "[...document.querySelectorAll('main *')].filter(each => each.getBoundingClientRect().right > innerWidth)"
        ".map(each => each.outerHTML.slice(0, 80))"
    )
    assert wide == [], name
    if folder := os.environ.get("KEEP_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def drafts(site: Site) -> tuple[str, str]:
    """A small draft, and one of the ready rubric of thirty criteria."""
    with writing_on(site) as session:
        make_body(session)
        one = make_actor(session, "las", Role.ITEM_AUTHOR, login="one")
        document = ready_document("weld_visual_butt_b")
        large = make_task_draft(session, "las", document, author=one)
        small = start_task(
            session, "las", one.person_id, large.scheme_version_id, None, large.criterion_ids.keys(), now=NOW
        )
        return small.id, large.draft.id


def test_the_preview_follows_while_one_types(
    site: Site, open_page: OpenPage, drafts: tuple[str, str], axe: Axe
) -> None:
    base = site.serve()
    page = open_page(width=1280, height=900)
    enter(page, base)
    page.goto(f"{base}/tasks/drafts/{drafts[1]}/criteria/C06")
    page.locator("#t-title-en").fill("Undercut on the near side")
    expect(page.locator("#preview")).to_contain_text("Undercut on the near side")
    expect(page.locator("[data-said]")).to_contain_text("Saved on the server at")
    expect(page.locator("#preview")).to_contain_text("limit 0.5 mm")
    page.get_by_role("button", name="Save and next").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("C07")
    page.goto(f"{base}/tasks/drafts/{drafts[1]}/criteria/C06")
    expect(page.locator("#t-title-en")).to_have_value("Undercut on the near side")


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_the_pages_have_no_barrier(
    site: Site, open_page: OpenPage, drafts: tuple[str, str], axe: Axe, width: int, scheme: str
) -> None:
    base = site.serve()
    page = open_page(width=width, height=900, color_scheme=scheme)
    enter(page, base)
    small, large = drafts
    for name, address in {
        "list": "/tasks/drafts",
        "new": "/tasks/drafts/new",
        "empty": f"/tasks/drafts/{small}/edit",
        "edit": f"/tasks/drafts/{large}/edit",
        "review": f"/tasks/drafts/{large}",
        "judged": f"/tasks/drafts/{large}/criteria/C09",
        "measured": f"/tasks/drafts/{large}/criteria/C06",
        "checked": f"/tasks/drafts/{large}/criteria/B01",
        "sheet": f"/tasks/drafts/{large}/sheet",
        "copy": f"/tasks/drafts/{large}/copy?source=ready:osce",
    }.items():
        page.goto(f"{base}{address}")
        seen(page, axe, f"{name}-{width}-{scheme}")
