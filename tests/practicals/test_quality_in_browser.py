"""The pages on the quality of marking and on cuts in a real browser: small and wide, light and dark, checked by axe."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from assessment.domain.psychometrics.agreement import LEAST_CASES
from assessment.domain.roles import Role
from assessment.exams import cut_studies
from assessment.practicals.borderline import Asked, ask
from assessment.practicals.tables import Practical
from tests.factories.accounts import NOW, PASSWORD, make_actor
from tests.factories.exams import make_exam
from tests.factories.visitors import writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.sites import Site
from tests.practicals.test_quality import Marked, level

pytestmark = pytest.mark.only_on("sqlite")  # a browser knows of no database; what lies behind is tested on both

LATER = NOW + timedelta(days=2)


def build(site: Site) -> list[str]:
    """Twenty practicals that two people marked, a regression, and a panel in its second round; returns addresses."""
    site.app.extensions["clock"] = lambda: LATER
    with writing_on(site) as session:
        marked = Marked(session)
        body_id = marked.first.body_id
        manager = make_actor(session, body_id, Role.QUALITY_MANAGER, login="mutu", name="Mutu Contoh")
        for place in range(LEAST_CASES):
            marked.practical(
                own={"J1": level(place % 4), "C1": {"answer": "yes" if place % 4 > 1 or place % 5 == 0 else "no"}},
                other={"J1": level(max(0, place % 4 - place % 2)), "C1": {"answer": "yes" if place % 3 else "no"}},
            )
        late = session.get_one(Practical, (body_id, marked.practical(own={"J1": level(1)})))
        marked.observe(late, marked.own, "C1", {"answer": "yes"}, 30 * 60)
        wanted = Asked(
            rubric_id=marked.rubric_id,
            criterion_id=marked.criteria["J1"],
            borderline=1,
            first=NOW - timedelta(days=1),
            end=LATER,
        )
        regression = ask(session, manager, wanted, now=LATER)
        exam = make_exam(session, body_id)
        judges = [
            make_actor(session, body_id, Role.ASSESSOR, name=f"Hakim {number} Contoh").person_id for number in (1, 2)
        ]
        panel = [*judges, manager.person_id]
        study = cut_studies.begin(
            session, manager, exam.form_id, judges=panel, candidate="Mengenal alat dan bahaya.", now=NOW
        )
        items = cut_studies.worth_of(session, body_id, exam.form_id)
        for place, judge in enumerate(panel):
            actor = manager if judge == manager.person_id else make_actor(session, body_id, person_id=judge)
            estimates = {item: 40 + 15 * place + 5 * number for number, item in enumerate(items)}
            cut_studies.rate(session, actor, study.id, round_number=1, estimates=estimates, now=NOW)
        before = f"/cut-studies/{study.id}"
        cut_studies.open_next_round(session, manager, study.id, discussed="Soal kedua dibahas.", now=NOW)
        return [
            "/quality",
            "/quality/severity",
            "/quality/signals",
            f"/quality/borderline/{regression.id}",
            "/quality/borderline/new",
            before,
            f"{before}/estimates",
            f"/exam-forms/{exam.form_id}/cut-study",
        ]


def sign_in(page: Page, site: Site) -> None:
    page.goto(site.serve() + "/signin")
    page.get_by_label(re.compile("Login|Nama masuk")).fill("mutu")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    expect(page.locator("h1")).to_be_visible()


@pytest.mark.long_lock("twenty practicals are made in one go")
def test_the_pages_hold_on_a_phone_and_pass_axe(site: Site, open_page: OpenPage, axe: Callable[[Page], None]) -> None:
    addresses = build(site)
    page = open_page(width=360)
    page.set_default_timeout(60_000)  # the machine may have other work
    sign_in(page, site)
    for address in addresses:
        answer = page.goto(site.base_url + address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            axe(page)
