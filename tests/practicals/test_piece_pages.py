"""The page of a test piece and its reports over HTTP: entering, printing, the file, who may not."""

import io
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from assessment.accounts.tables import Account
from assessment.database import db
from tests.factories.accounts import NOW, PASSWORD
from tests.factories.practicals import MadePractical, make_practical
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.test_pieces import TYPED

PIECE = {**TYPED, "stamp": "A-17", "welded_on": "2026-03-12"}
REPORT = {
    "kind": "radiographic",
    "reference": "RT-12",
    "laboratory": "Lab Contoh",
    "accreditation": "LP-000-IDN",
    "operator": "Adi Misal",
    "tested_on": "2026-03-13",
    "accepted": "yes",
}


@pytest.fixture
def practical(site: Site) -> MadePractical:
    site.app.extensions["clock"] = lambda: NOW + timedelta(minutes=5)
    with writing_on(site) as session:
        return make_practical(session)


def login_of(site: Site, account_id: str | None) -> str:
    with site.app.app_context():
        return db.session.scalars(select(Account.login).where(Account.id == account_id)).one()


def test_piece_and_report_are_entered_read_and_opened(site: Site, practical: MadePractical) -> None:
    visitor = signed_in(site, login_of(site, practical.invigilator.account_id))
    address = f"/practicals/{practical.id}/piece"
    assert "Nothing is written down yet" in visitor.get(f"{address}?lang=en").get_data(as_text=True)
    assert visitor.post(address, {**PIECE, "stamp": ""}).status_code == 422
    assert visitor.post(address, PIECE).status_code == 303
    file = {"file": (io.BytesIO(b"%PDF-1.7 sample"), "rt.pdf")}
    sent = visitor.post(f"/practicals/{practical.id}/reports", {**REPORT, **file}, content_type="multipart/form-data")
    assert sent.status_code == 303
    with count_statements(site.engine) as statements:
        page = visitor.get(f"{address}?lang=en").get_data(as_text=True)
    assert len(statements) <= 12
    for said in ("A-17", "WPS-07", "Lab Contoh", "Radiographic test", "accepted"):
        assert said in page
    link = page[page.index(f"/practicals/{practical.id}/reports/") :].split('"')[0]
    opened = visitor.get(link)
    assert (opened.data, opened.mimetype) == (b"%PDF-1.7 sample", "application/pdf")
    assert visitor.get(f"/practicals/{practical.id}/reports/{'0' * 64}").status_code == 404
    assert "Test piece and reports" in visitor.get("/practicals?lang=en&show=unfinished").get_data(as_text=True)


def test_the_assessor_reads_and_cannot_enter(site: Site, practical: MadePractical) -> None:
    visitor = signed_in(site, login_of(site, practical.assessor.account_id))
    page = visitor.get(f"/practicals/{practical.id}/piece?lang=en")
    assert page.status_code == 200
    assert "Write down the test piece" not in page.get_data(as_text=True)
    assert visitor.post(f"/practicals/{practical.id}/piece", PIECE).status_code == 404


@pytest.mark.only_on("sqlite")
def test_the_page_has_no_barrier(
    site: Site, practical: MadePractical, open_page: Callable[..., Page], axe: Callable[[Page], None]
) -> None:
    login = login_of(site, practical.invigilator.account_id)
    visitor = signed_in(site, login)
    visitor.get(f"/practicals/{practical.id}/piece")
    visitor.post(f"/practicals/{practical.id}/piece", PIECE)
    base = site.serve()
    page = open_page(width=360)
    page.goto(f"{base}/signin?lang=en")
    page.get_by_label("Login").fill(login)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).not_to_have_url(f"{base}/signin")
    page.goto(f"{base}/practicals/{practical.id}/piece")
    for folded in page.locator("details > summary").all():
        folded.click()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
