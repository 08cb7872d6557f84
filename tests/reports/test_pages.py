"""The pages of the reports: small numbers hidden, the record searchable, a changed entry seen."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from assessment.audit.sealing import is_sealed, seal
from assessment.audit.tables import AuditEntry
from assessment.certification.tables import Application
from assessment.database import drop_triggers
from assessment.domain.roles import Role
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_application, make_scheme
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site


@pytest.fixture
def office(site: Site) -> Site:
    """A body with twelve applications in March and three in May."""
    site.app.extensions["clock"] = lambda: NOW
    with writing_on(site) as session:
        make_body(session)
        make_body(session, "tata")
        scheme = make_scheme(session, "las")
        for number in range(15):
            application_id, _ = make_application(session, "las", scheme)
            month = 3 if number < 12 else 5
            session.get_one(Application, ("las", application_id)).created_at = datetime(2026, month, 9, tzinfo=UTC)
        make_actor(session, "las", Role.OFFICIAL, login="official")
        make_actor(session, "las", Role.QUALITY_MANAGER, login="quality", name="Mutia Contoh")
        make_actor(session, "tata", Role.QUALITY_MANAGER, login="other")
    return site


@pytest.fixture
def quality(office: Site) -> Visitor:
    """The quality manager, signed in, with every entry sealed."""
    # On PostgreSQL a transaction of another test holds the seals back while it runs.
    sealed = False
    while not sealed:
        with writing_on(office) as session:
            seal(session, now=NOW)
            sealed = is_sealed(session)
    return signed_in(office, "quality")


def test_a_number_is_shown_from_ten_on(office: Site) -> None:
    page = signed_in(office, "official").get("/reports/numbers?lang=en").get_data(as_text=True)
    assert ">12<" in page
    assert "fewer than 10" in page
    assert ">3<" not in page
    assert "Siti Contoh" not in page


def test_numbers_are_downloaded_as_a_table_that_hides_the_same(office: Site) -> None:
    response = signed_in(office, "official").get("/reports/numbers?year=2026&download=csv&lang=en")
    lines = response.get_data(as_text=True).splitlines()
    assert lines[0].lstrip("\ufeff") == "month,applications,sat,competent,not_yet,issued"
    assert lines[3].startswith("2026-03,12,fewer than 10")
    assert lines[5].startswith("2026-05,fewer than 10")


def test_a_year_or_a_scheme_that_is_none_shows_this_year(office: Site) -> None:
    page = signed_in(office, "official").get("/reports/numbers?year=1&scheme=x").get_data(as_text=True)
    assert "2026" in page


def test_another_bodys_numbers_are_not_counted(office: Site) -> None:
    page = signed_in(office, "other").get("/reports/numbers?lang=en").get_data(as_text=True)
    assert ">12<" not in page


def test_the_record_says_who_did_what_and_that_it_is_sealed(quality: Visitor) -> None:
    page = quality.get("/reports/record?lang=en").get_data(as_text=True)
    assert "role_grant" in page
    assert "sealed" in page
    assert "does not fit" not in page


def test_the_record_is_searched_by_kind_and_key_and_paged_by_entry(quality: Visitor) -> None:
    page = quality.get("/reports/record?table=scheme_version&lang=en").get_data(as_text=True)
    assert page.count('class="code">las/') == 1
    assert "No entry fits." in quality.get("/reports/record?table=scheme&key=nothing&lang=en").get_data(as_text=True)
    first = quality.get("/reports/record?lang=en").get_data(as_text=True)
    assert "Older" in first
    older = quality.get("/reports/record?before=20&lang=en").get_data(as_text=True)
    assert "Newest" in older


def test_a_changed_entry_is_seen_on_the_page(office: Site, quality: Visitor) -> None:
    with office.engine.begin() as connection:
        drop_triggers(connection)
        connection.execute(update(AuditEntry).where(AuditEntry.record_table == "scheme_version").values(act="else"))
    page = quality.get("/reports/record?table=scheme_version&lang=en").get_data(as_text=True)
    assert "does not fit" in page


def test_another_bodys_record_is_not_shown(office: Site, quality: Visitor) -> None:
    page = signed_in(office, "other").get("/reports/record").get_data(as_text=True)
    assert "las/" not in page


def test_reports_take_few_statements(office: Site, quality: Visitor) -> None:
    for address in ("/reports/numbers", "/reports/record"):
        with count_statements(office.engine) as run:
            assert quality.get(address).status_code == 200
        assert len(run) <= 12, (address, len(run))
