"""Tools and limits in a browser: chosen and judged without a network, and pages that nobody is kept out of."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from assessment.accounts.tables import Account
from assessment.database import db
from assessment.domain.roles import Role
from assessment.practicals.pieces import record_piece
from assessment.practicals.tables import Observation
from tests.factories.accounts import NOW, PASSWORD, make_actor
from tests.factories.practicals import MadePractical, a_criterion, a_document, make_practical
from tests.factories.tools import a_calibration, make_tool
from tests.factories.visitors import signed_in, writing_on
from tests.fixtures.browser import OpenPage, outbox
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site
from tests.practicals.test_pieces import TYPED

pytestmark = [
    pytest.mark.long_lock("the practical is built in one go; test_locks measures what people do"),
    pytest.mark.only_on("sqlite"),  # a browser knows of no database; what lies behind is tested on both
]

PIECE = {"joint": "butt", "t": "10", "b": "?"}


def by_table(code: str, number: str) -> dict[str, object]:
    """A criterion whose limit stands in the table."""
    found = {**a_criterion(code, "measured"), "imperfection": number}
    for name in ("lower", "upper", "confirmed", "limit_source"):
        found.pop(name)
    return found


@pytest.fixture
def practical(site: Site) -> MadePractical:
    """An open sheet with undercut, cap and shrinkage groove; the plate is thinner than the task says."""
    document = a_document(
        by_table("M1", "1.7"),
        by_table("M2", "1.9"),
        by_table("M3", "1.8"),
        a_criterion("C1", "checked", photos=["cap"]),
        test_piece=PIECE,
        acceptance={"level": "B"},
    )
    with writing_on(site) as session:
        made = make_practical(session, document=document, starts_at=datetime.now(UTC))
        record_piece(
            session,
            made.invigilator,
            made.id,
            stamp="A-17",
            welded_on=NOW.date(),
            typed={**TYPED, "thickness": "8", "weld_length": "300"},
            reason="",
            now=NOW,
        )
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # in the site's time zone it may be today already
        make_tool(
            session, made.body_id, made.site_id, serial_number="G-1", calibration=a_calibration(NOW.date(), tomorrow)
        )
        old = a_calibration(NOW.date() - timedelta(days=9), NOW.date())
        make_tool(session, made.body_id, made.site_id, serial_number="G-2", calibration=old)
    site.app.extensions["clock"] = lambda: datetime.now(UTC)
    site.serve()
    return made


def login_of(site: Site, account_id: str | None) -> str:
    with site.app.app_context():
        return db.session.scalars(select(Account.login).where(Account.id == account_id)).one()


def sign_in(site: Site, page: Page, login: str) -> None:
    page.goto(f"{site.base_url}/signin?lang=en")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    expect(page).not_to_have_url(f"{site.base_url}/signin?lang=en")


def sheet(site: Site, page: Page, practical: MadePractical) -> Page:
    sign_in(site, page, login_of(site, practical.assessor.account_id))
    page.goto(f"{site.base_url}/practicals/{practical.id}/sheet")
    expect(page.locator("[data-ready]")).to_be_attached()
    return page


def criterion(page: Page, code: str) -> Locator:
    return page.locator(f"form[data-criterion='{code}']")


def measure(page: Page, code: str, value: str, said: str) -> None:
    """Type a value and read at once where it lies."""
    criterion(page, code).locator("[data-value]").fill(value)
    expect(criterion(page, code).locator("[data-position]")).to_have_text(said)


def stored(site: Site) -> list[tuple[str, str, str | None]]:
    with site.app.app_context():
        names = {row.id: row.serial_number for row in db.session.execute(select(db.metadata.tables["measuring_tool"]))}
        return [
            (row.mark.get("value", ""), row.reason, names.get(row.tool_id))
            for row in db.session.scalars(select(Observation).order_by(Observation.number))
        ]


def test_without_a_network_a_tool_is_chosen_and_limits_know_the_piece(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    page.context.set_offline(True)
    expect(page.get_by_text("Limits are calculated from: l = 300 mm, t = 8 mm")).to_be_visible()
    page.get_by_label("Gauge (en)").select_option(label="Gauge (en) · G-1")
    expect(criterion(page, "M1").locator("[data-tool-said]")).to_have_text("Gauge (en) · G-1")
    measure(page, "M1", "0.41", "above the limit")  # 0.05 of 8 mm, not of the 10 mm of the task
    measure(page, "M1", "0.4", "inside")
    criterion(page, "M1").locator("[data-save]").click()
    measure(page, "M2", "1.5", "open, missing: b, the width of the cap")
    criterion(page, "M2").locator("[data-save]").click()
    # What is permitted for short imperfections only asks for the length, and advises.
    advice = "recorded only, the limit is not confirmed"
    measure(page, "M3", "0.4", f"open, missing: the length of the imperfection · {advice}")
    criterion(page, "M3").locator("[data-length]").fill("26")
    measure(page, "M3", "0.4", f"too long for a short imperfection · {advice}")
    criterion(page, "M3").locator("[data-length]").fill("25")
    measure(page, "M3", "0.4", f"inside · {advice}")
    criterion(page, "M3").locator("[data-save]").click()
    page.context.set_offline(False)
    expect(outbox(page)).to_have_text("All marks are on the server")
    assert stored(site) == [("0.4", "", "G-1"), ("1.5", "", "G-1"), ("0.4", "", "G-1")]
    with site.app.app_context():
        assert [row.mark.get("length") for row in db.session.scalars(select(Observation))] == [None, None, "25"]
    page.reload()
    expect(page.get_by_label("Gauge (en)")).not_to_have_value("")
    expect(criterion(page, "M3").locator("[data-length]")).to_have_value("25")


def test_a_tool_that_is_chosen_afterwards_is_said_of_the_values_of_before(
    site: Site, practical: MadePractical, open_page: OpenPage
) -> None:
    page = sheet(site, open_page(768, 1024), practical)
    measure(page, "M1", "0.3", "inside")
    criterion(page, "M1").locator("[data-save]").click()
    expect(outbox(page)).to_have_text("All marks are on the server")
    with page.expect_response(lambda answer: "/observations" in answer.url):
        page.get_by_label("Gauge (en)").select_option(index=1)
    expect(outbox(page)).to_have_text("All marks are on the server")
    assert stored(site) == [("0.3", "", None), ("0.3", "The tool was chosen afterwards", "G-1")]


def test_a_choice_works_without_script(site: Site, practical: MadePractical) -> None:
    visitor = signed_in(site, login_of(site, practical.assessor.account_id))
    address = f"/practicals/{practical.id}/sheet"
    with count_statements(site.engine) as statements:
        page = visitor.get(f"{address}?lang=en").get_data(as_text=True)
    assert len(statements) <= 12
    tool = page.split('" data-name="Gauge (en) · G-1"')[0].rpartition('"')[2]
    chosen = visitor.get(f"{address}?tool-M1={tool}").get_data(as_text=True)
    assert f'observations?tool-M1={tool}"' in chosen
    assert f'name="tool" value="{tool}"' in chosen
    sent = {"client": "page.1", "seq": "1", "criterion": "M1", "typed": "0.3", "note": "", "tool": tool}
    answer = visitor.post(f"/practicals/{practical.id}/observations?tool-M1={tool}", sent)
    assert answer.status_code == 303
    assert f"tool-M1={tool}" in answer.headers["Location"]
    assert stored(site) == [("0.3", "", "G-1")]
    record = visitor.get(f"/practicals/{practical.id}/record?lang=en")
    assert "measured with Gauge (en) · G-1" in record.get_data(as_text=True)


def test_the_pages_of_the_register_and_the_record_have_no_barrier(
    site: Site, practical: MadePractical, open_page: OpenPage, axe: Callable[[Page], None]
) -> None:
    with writing_on(site) as session:
        quality = make_actor(session, practical.body_id, Role.QUALITY_MANAGER)
    login = login_of(site, quality.account_id)
    assessor = signed_in(site, login_of(site, practical.assessor.account_id))
    sent = {"client": "page.1", "seq": "1", "criterion": "M1", "typed": "0.3", "note": ""}
    assert assessor.post(f"/practicals/{practical.id}/observations", sent).status_code == 303
    page = open_page(360, 800)
    sign_in(site, page, login)
    page.goto(f"{site.base_url}/tools")
    expect(page.get_by_text("calibration expired")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Enter a tool").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert")).to_be_visible()
    axe(page)
    page.get_by_label("Kind of tool").fill("Welding gauge")
    page.get_by_label("Serial number").fill("WG-7")
    page.get_by_label("Calibrated on").fill("2026-03-01")
    page.get_by_label("Valid until").fill("2026-03-10")
    page.get_by_label("Number of the calibration certificate").fill("KAL-7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Welding gauge")).to_be_visible()
    for folded in page.locator("main details > summary").all():
        folded.click()
    axe(page)
    page.get_by_label("Why it goes out of use").fill("Patah ujungnya.")
    page.get_by_role("button", name="Put it out of use").click()
    expect(page.locator("main").get_by_text("out of use", exact=True)).to_be_visible()
    page.goto(f"{site.base_url}/practicals/{practical.id}/record")
    expect(page.get_by_text("1 measurement was made without a calibrated tool")).to_be_visible()
    expect(page.locator("#piece")).to_contain_text("A-17")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    visitor = signed_in(site, login)
    for address in ("/tools", f"/practicals/{practical.id}/record"):
        with count_statements(site.engine) as statements:
            assert visitor.get(address).status_code == 200
        assert len(statements) <= 12, address
