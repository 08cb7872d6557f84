"""A regrade with flips by two people, and marking by two with a third who settles, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.certification.regrade_cases import case_lines
from assessment.domain.roles import Role
from assessment.exams.tables import Attempt, FormItem
from assessment.exams.tables_regrade import RegradeLine
from tests.certification.test_pages import login_of
from tests.certification.test_regrade_cases import decide, make_narrow
from tests.exams.test_marking import make_marked
from tests.factories.accounts import PASSWORD, make_actor
from tests.factories.certification import make_world
from tests.factories.visitors import writing_on
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the world is built in one go")
Axe = Callable[[Page], None]
OpenPage = Callable[..., Page]


def enter(page: Page, base: str, login: str) -> None:
    """Sign in by the form."""
    page.goto(f"{base}/signin?lang=en")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(f"{base}/signin")


def seen(page: Page, axe: Axe, name: str) -> None:
    """The page has no barrier, and nothing of it is wider than the screen."""
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name


def test_a_regrade_with_flips_is_seen_before_and_kept_after(site: Site, open_page: OpenPage, axe: Axe) -> None:
    with writing_on(site) as session:
        world = make_world(session)
        application_id, attempt_id = make_narrow(session, world)
        decide(session, world, application_id)
        form_id = session.get_one(Attempt, ("las", attempt_id)).form_id
        item = session.scalars(
            select(FormItem.item_version_id).where(FormItem.form_id == form_id).order_by(FormItem.position).limit(1)
        ).one()
        one, other = (make_actor(session, "las", Role.QUALITY_MANAGER, name=f"Mutu {each}") for each in "AB")
        first, second = login_of(session, one), login_of(session, other)
    base = site.serve()
    page = open_page(width=360)
    enter(page, base, first)
    page.goto(f"{base}/regrades")
    seen(page, axe, "regrades")
    page.goto(f"{base}/regrades/of/{form_id}")
    page.locator(f'a[href$="{item}"]').click()
    page.get_by_label("Take the item out of the count").check()
    page.get_by_role("button", name="Show what would change").click()
    preview = page.get_by_role("region", name="What would change")
    expect(preview).to_contain_text("not yet sufficient")
    expect(preview.get_by_text("turns over", exact=True)).to_be_visible()
    expect(preview).to_contain_text("Decided: Competent")
    expect(preview).to_contain_text("Not yet competent")
    seen(page, axe, "preview")
    page.get_by_label("Reason").fill("The question has two right answers.")
    page.get_by_role("button", name="Propose the regrade").click()
    expect(page.get_by_role("heading", name="You proposed this")).to_be_visible()
    with writing_on(site) as session:
        assert session.scalars(select(RegradeLine)).all() == []
    page = open_page(width=1280, color_scheme="dark")
    enter(page, base, second)
    page.get_by_role("link", name="Form").first.click()
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    page.get_by_label("Confirm").check()
    page.get_by_label("Reason").fill("I looked at the question and agree.")
    seen(page, axe, "answer")
    page.get_by_role("button", name="Send the answer").click()
    expect(page.get_by_role("heading", name="Ledger")).to_be_visible()
    expect(page.get_by_text("turned over", exact=True)).to_be_visible()
    seen(page, axe, "ledger")
    page.get_by_role("link", name="Decisions that a regrade touched").first.click()
    expect(page.get_by_text("Open: something turned over")).to_be_visible()
    seen(page, axe, "cases")
    page.get_by_text("Say what was done", exact=True).click()
    page.get_by_label("What was done").fill("Discussed with the assessor; an oral question follows.")
    page.get_by_role("button", name="It is handled").click()
    expect(page.get_by_text("Handled", exact=True)).to_be_visible()
    with writing_on(site) as session:
        assert case_lines(session, "las", only_open=True)[1] == 0


def test_two_mark_blind_and_a_third_settles(site: Site, open_page: OpenPage, axe: Axe) -> None:
    marked = make_marked(site, {0: "B", 1: "Karena kampuh kotor dan elektroda lembap."})
    logins = [marked.room.login_of(marker) for marker in marked.markers]
    base = site.serve()
    pages = []
    for login, size in zip(logins, ((768, 1024), (360, 740), (1280, 800)), strict=True):
        page = open_page(width=size[0], height=size[1], color_scheme="dark" if size[0] == 1280 else "light")
        enter(page, base, login)
        pages.append(page)
    for page, (causes, words) in zip(pages, (("3", "2"), ("0", "0")), strict=False):
        page.goto(f"{base}/marking")
        page.get_by_role("link", name="Mark the next answer").click()
        expect(page.get_by_text("Karena kampuh kotor")).to_be_visible()
        expect(page.get_by_text("Siti Contoh")).to_have_count(0)
        seen(page, axe, "answer")
        give(page, causes, words)
        page.get_by_role("button", name="Give these points").click()
        expect(page.get_by_role("heading", name="Answers to mark")).to_be_visible()
    page = pages[2]
    page.goto(f"{base}/marking")
    expect(page.get_by_text("1 to settle")).to_be_visible()
    seen(page, axe, "queue")
    page.get_by_role("link", name="Mark the next answer").click()
    expect(page.get_by_role("heading", name="Two markers stand too far apart")).to_be_visible()
    expect(page.get_by_text("marker 1: 3 · marker 2: 0")).to_be_visible()
    seen(page, axe, "settle")
    give(page, "2", "2")
    page.get_by_label("Reason").fill("Two causes are named clearly.")
    page.get_by_role("button", name="Give these points").click()
    expect(page.get_by_text("Nothing waits for marking.")).to_be_visible()
    assert marked.stored() == ("4", "5")


def give(page: Page, causes: str, words: str) -> None:
    """Tap the points of both criteria."""
    page.get_by_role("group", name="Sebab").locator(f'input[value="{causes}"]').check()
    page.get_by_role("group", name="Bahasa").locator(f'input[value="{words}"]').check()


def test_the_scheme_manager_writes_the_rubric_on_the_page_of_the_form(
    site: Site, open_page: OpenPage, axe: Axe
) -> None:
    marked = make_marked(site, {1: "Sebuah teks."}, rubric=False)
    with marked.room.writing() as session:
        login = login_of(session, make_actor(session, "las", Role.SCHEME_MANAGER))
    base = site.serve()
    page = open_page()
    enter(page, base, login)
    page.goto(f"{base}/exam-forms/{marked.room.exam.form_id}")
    expect(page.get_by_text("Rubric missing")).to_be_visible()
    seen(page, axe, "form")
    page.get_by_role("link", name="E1").click()
    page.get_by_label("Criterion").first.fill("Causes")
    page.get_by_label("Levels").first.fill("0: none\n2: one")
    seen(page, axe, "rubric")
    page.get_by_role("button", name="Keep the rubric").click()
    expect(page.get_by_role("alert")).to_contain_text("Expected the rubric to give 5 points at most")
    page.get_by_label("Levels").first.fill("0: none\n2: one\n5: both")
    page.get_by_role("button", name="Keep the rubric").click()
    expect(page.get_by_text("Rubric written")).to_be_visible()
