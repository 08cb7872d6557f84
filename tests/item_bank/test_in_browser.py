"""An item written, sent back, mended, approved and drawn, in a real browser; and what may go wrong on the way."""

import os
from collections.abc import Callable
from fractions import Fraction

import pytest
from playwright.sync_api import Page, Route, expect

from assessment.domain.competency import Method
from assessment.domain.exams.form import Blueprint, Cut
from assessment.domain.items.authoring.draft import FORMS
from assessment.domain.roles import Role
from assessment.exams.forms import NewForm, draw_form
from assessment.exams.tables import FormItem
from assessment.item_bank.tables import Item, ItemVersion
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body
from tests.factories.competency import make_scheme, make_unit
from tests.factories.drafts import make_draft
from tests.factories.exams import ITEMS_RULE
from tests.factories.item_bank import make_item
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database; what lies behind is tested on both

Axe = Callable[[Page], None]
OpenPage = Callable[..., Page]

OPTIONS = {
    "A": ("Arus terlalu tinggi", "Current too high"),
    "B": ("Arus terlalu rendah", "Current too low"),
    "C": ("Elektroda lembap", "Damp electrode"),
}


def enter(page: Page, base: str, login: str) -> None:
    page.goto(f"{base}/signin?lang=en")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(f"{base}/signin")


def seen(page: Page, axe: Axe, name: str) -> None:
    """The page has no barrier, and nothing of it is wider than the screen."""
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    if folder := os.environ.get("KEEP_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def write_item(page: Page) -> None:
    page.locator("#identifier").fill("W41")
    for code, title, stem in (
        ("id", "Undercut", "Apa penyebab undercut?"),
        ("en", "Undercut", "What causes undercut?"),
    ):
        page.locator(f"#w-title-{code}").fill(title)
        page.locator(f"#w-stem-{code}").fill(stem)
    for letter, (indonesian, english) in OPTIONS.items():
        page.locator(f"[id='r.{letter}-id']").fill(indonesian)
        page.locator(f"[id='r.{letter}-en']").fill(english)
    page.locator("[id='r.A-correct']").check()


@pytest.mark.long_lock("two people and a standard are made in one go")
def test_an_item_is_written_sent_back_mended_approved_and_drawn(site: Site, open_page: OpenPage, axe: Axe) -> None:
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        make_actor(session, "las", Role.ITEM_AUTHOR, login="second")
        unit = make_unit(session, "las", criteria=1)
        scheme = make_scheme(session, "las", unit, cells={Method.WRITTEN: ITEMS_RULE})
        make_item(session, "las", "W02", criteria=unit.criteria)
    base = site.serve()
    author = open_page(width=1280, height=900)
    enter(author, base, "author")
    author.goto(f"{base}/items")
    seen(author, axe, "list")
    author.get_by_role("link", name="New item").click()
    seen(author, axe, "new")
    author.get_by_role("button", name="Begin").click()
    write_item(author)
    expect(author.locator("[data-said]")).to_contain_text("Saved on the server at")
    preview = author.locator("#preview")
    expect(preview).to_contain_text("What causes undercut?")
    expect(preview).to_contain_text('"D" has no words in this language.')
    author.get_by_role("button", name="Remove D").click()
    expect(author.locator("#preview")).not_to_contain_text('"D" has no words')
    author.get_by_label("Find a criterion").fill("kriteria 1")
    author.get_by_role("button", name="Search").click()
    author.get_by_role("button", name="Choose").first.click()
    expect(author.locator("#preview")).to_contain_text("The rules that can be computed find nothing.")
    seen(author, axe, "edit")
    author.get_by_role("button", name="Save and go to the review page").click()
    author.get_by_label("To the reviewer").fill("Is option C plausible?")
    seen(author, axe, "draft")
    author.get_by_role("button", name="Send to review").click()
    expect(author.get_by_text("In review")).to_be_visible()

    second = open_page(width=360)
    enter(second, base, "second")
    second.get_by_role("link", name="1 draft waits for your review").click()
    second.get_by_role("link", name="W41").click()
    expect(second.get_by_text("Is option C plausible?")).to_be_visible()
    seen(second, axe, "review")
    second.locator("summary", has_text="Send back").click()
    second.get_by_label("What should change?").fill("Option C: say which electrode.")
    second.get_by_role("button", name="Send back").click()

    author.goto(f"{base}/today")
    author.get_by_role("link", name="1 draft came back to you").click()
    author.get_by_role("link", name="W41").click()
    expect(author.get_by_text("Option C: say which electrode.")).to_be_visible()
    author.get_by_role("link", name="Go on writing").click()
    author.locator("[id='r.C-en']").fill("Damp basic electrode")
    author.locator("[id='r.C-id']").fill("Elektroda basa lembap")
    author.get_by_role("button", name="Save and go to the review page").click()
    author.get_by_role("button", name="Send to review").click()

    second.goto(f"{base}/items/drafts?show=review")
    second.get_by_role("link", name="W41").click()
    second.get_by_role("button", name="Approve", exact=True).click()
    expect(second.get_by_role("heading", level=1)).to_contain_text("W41 · Undercut")
    expect(second.get_by_text("Damp basic electrode").first).to_be_visible()
    seen(second, axe, "item")

    with writing_on(site) as session:
        item = session.query(Item).filter_by(identifier="W41").one()
        item.use = session.query(Item).filter_by(identifier="W02").one().use
        version = session.query(ItemVersion).filter_by(item_id=item.id).one()
        form = draw_form(
            session,
            "las",
            scheme.scheme_version_id,
            NewForm(
                code="F1",
                minutes=30,
                blueprint=Blueprint.of_units({unit.unit_id: 2}),
                cut=Cut(fraction=Fraction(7, 10), method="agreed"),
            ),
            now=NOW,
            created_by=None,
        )
        drawn = [row.item_version_id for row in session.query(FormItem).filter_by(form_id=form.id)]
        assert version.id in drawn
    second.reload()
    expect(second.get_by_text("Form F1")).to_be_visible()


@pytest.fixture
def draft_address(site: Site) -> str:
    """Where a whole draft of the author "author" is written; "second" is an author too."""
    with writing_on(site) as session:
        make_body(session)
        author = make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        make_actor(session, "las", Role.ITEM_AUTHOR, login="second")
        unit = make_unit(session, "las")
        draft_id = make_draft(session, author, criteria=unit.criteria[:1]).id
    return f"{site.serve()}/items/drafts/{draft_id}/edit"


def test_two_authors_on_one_draft_lose_nothing(site: Site, draft_address: str, open_page: OpenPage, axe: Axe) -> None:
    base = site.serve()
    one, two = open_page(width=1024), open_page(width=1024)
    for page, login in ((one, "author"), (two, "second")):
        enter(page, base, login)
        page.goto(draft_address)
    one.locator("#w-stem-en").fill("The first text?")
    expect(one.locator("[data-said]")).to_contain_text("Saved on the server at")
    two.locator("#w-stem-en").fill("The other text?")
    expect(two.locator("[data-said]")).to_contain_text("changed this draft at")
    two.get_by_role("button", name="Show both versions").click()
    expect(two.locator("#w-stem-en")).to_have_value("The other text?")
    expect(two.locator("del", has_text="first")).to_be_visible()
    seen(two, axe, "conflict")
    two.get_by_role("button", name="Keep mine and save").click()
    expect(two.locator("[data-said]")).to_contain_text("Saved on the server")
    two.goto(draft_address.removesuffix("/edit"))
    two.get_by_role("link", name="Revision 3").click()
    expect(two.locator("del", has_text="first")).to_be_visible()
    seen(two, axe, "copy")


def test_a_network_that_goes_away_costs_no_word(site: Site, draft_address: str, open_page: OpenPage) -> None:
    page = open_page(width=1024)
    enter(page, site.serve(), "author")
    page.goto(draft_address)

    def away(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/save", away)
    page.locator("#w-stem-en").fill("Typed without a network?")
    expect(page.locator("[data-said]")).to_contain_text("no network")
    page.unroute("**/save", away)
    expect(page.locator("[data-said]")).to_contain_text("Saved on the server at", timeout=20_000)
    page.reload()
    expect(page.locator("#w-stem-en")).to_have_value("Typed without a network?")


def test_the_form_works_without_a_script(site: Site, draft_address: str, open_page: OpenPage, axe: Axe) -> None:
    page = open_page(java_script_enabled=False)
    enter(page, site.serve(), "author")
    page.goto(draft_address)
    page.locator("#w-stem-en").fill("Without a **script**?")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.locator("#preview strong", has_text="script")).to_be_visible()
    page.get_by_role("button", name="Add an option").click()
    expect(page.locator("[id='r.E-en']")).to_be_visible()


@pytest.mark.long_lock("a draft of every kind is made in one go")
def test_the_form_and_the_review_page_of_every_kind(site: Site, open_page: OpenPage, axe: Axe) -> None:
    with writing_on(site) as session:
        make_body(session)
        author = make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        unit = make_unit(session, "las")
        made = {
            kind: make_draft(session, author, f"W{place}", kind=kind, criteria=unit.criteria[:1]).id
            for place, kind in enumerate(FORMS)
        }
    base = site.serve()
    page = open_page(width=768, color_scheme="dark")
    enter(page, base, "author")
    for kind, draft_id in made.items():
        page.goto(f"{base}/items/drafts/{draft_id}/edit")
        expect(page.locator("#preview")).to_contain_text("The rules that can be computed find nothing.")
        seen(page, axe, f"edit-{kind}")
        page.goto(f"{base}/items/drafts/{draft_id}")
        seen(page, axe, f"review-{kind}")
