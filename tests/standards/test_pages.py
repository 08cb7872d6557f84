"""The pages on standards: who reads what, upload, marking complete, long and hostile statements."""

import io
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from assessment.database import Act, db
from assessment.domain.case.read import read
from assessment.domain.roles import Role
from assessment.standards.importing import Imported, import_standard
from assessment.standards.queries import find_unit, units
from assessment.standards.tables import Completeness, Standard
from tests.domain.case.packages import association, child, content, item, package
from tests.factories.accounts import NOW, PASSWORD, make_actor, make_body
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.browser import OpenPage
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

HOSTILE = "<script>alert(1)</script> **tebal** [x](javascript:alert(1)) " + "Sambungan dilas sesuai prosedur. " * 95
READERS = ("scheme_manager", "item_author", "assessor", "quality_manager")


def a_standard(units: int = 1, **document: str) -> dict[str, object]:
    """A standard with hostile text in each place that a page shows."""
    items = [item("o", "Bab <b>satu</b>", CFItemType="Bab")]
    associations = [child("o", number=99)]
    for number in range(units):
        name = f"u{number}"
        items += [
            item(name, f"Unit <i>{number}</i>", CFItemType="Unit", humanCodingScheme=f"C.{number}"),
            item(f"{name}-en", f"English {number}", CFItemType="Unit", language="en"),
            item(f"{name}e", "Elemen & <u>tanda</u>", CFItemType="Elemen", listEnumeration="1"),
            item(f"{name}k", HOSTILE, CFItemType="KUK", listEnumeration="1.1"),
        ]
        associations += [
            child(name, number=number),
            child(f"{name}e", name),
            child(f"{name}k", f"{name}e"),
            association(f"{name}-en", "isTranslationOf", name),
        ]
    return package(items, associations, **document)


@pytest.fixture
def standard(site: Site) -> Imported:
    """A standard of the body las, whose readers and others can sign in; another body stands beside it."""
    with writing_on(site) as session:
        make_body(session)
        make_body(session, "lain")
        for role in (*READERS, "candidate", "invigilator"):
            make_actor(session, "las", Role(role), login=role, name="Rina Misal")
        make_actor(session, "lain", Role.SCHEME_MANAGER, login="stranger")
    with site.app.app_context():
        act = Act(body_id="las", account_id=None, person_id=None, at=NOW, name="test")
        return import_standard("las", read(content(a_standard(title="Las <b>pelat</b>"))), act=act)


def unit_of(site: Site, code: str = "C.0") -> str:
    with site.app.app_context():
        found = find_unit(db.session(), "las", code)
    assert found is not None
    return found.id


def pages_of(site: Site, standard: Imported) -> list[str]:
    place = f"/standards/{standard.standard_id}"
    return [place, f"{place}/units/{unit_of(site)}"]


@pytest.mark.parametrize("login", READERS)
def test_those_who_work_with_standards_read_them(site: Site, standard: Imported, login: str) -> None:
    visitor = signed_in(site, login)
    for address in ("/standards", *pages_of(site, standard)):
        page = visitor.get(address)
        assert page.status_code == 200
        assert ("/standards/import" in page.text) == (login == "scheme_manager" and address == "/standards")


@pytest.mark.parametrize(("login", "status"), [("candidate", 404), ("invigilator", 404), ("stranger", 404)])
def test_others_do_not_learn_that_a_standard_exists(site: Site, standard: Imported, login: str, status: int) -> None:
    visitor = signed_in(site, login)
    for address in pages_of(site, standard):
        assert visitor.get(address).status_code == status


def test_another_bodys_manager_changes_nothing(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "stranger")
    visitor.get("/standards/import")
    place = f"/standards/{standard.standard_id}/units/{unit_of(site)}/completeness"
    assert visitor.post(place, {"complete": "yes", "source": "x"}).status_code == 404
    assert visitor.get(f"/standards/{standard.standard_id}/export.json").status_code == 404
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Completeness)) == 0


def test_a_unit_of_another_standard_is_not_found(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    assert visitor.get(f"/standards/{standard.standard_id}/units/nothing").status_code == 404


def test_statements_are_shown_as_text(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "assessor")
    for address in ("/standards", *pages_of(site, standard)):
        page = visitor.get(address).text
        for markup in ("<script>alert", "<i>0", "<u>tanda", "<b>pelat", "<b>satu"):
            assert markup not in page
    page = visitor.get(pages_of(site, standard)[1]).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **tebal** [x](javascript:alert(1))" in page


def test_the_list_is_searched_by_title_and_by_the_code_of_a_unit(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "item_author")
    for words, found in (("PELAT", True), ("c.0", True), ("C.9", False), ("100%", False), ("Teruji", True)):
        page = visitor.get("/standards", query_string={"q": words}).text
        assert (standard.standard_id in page) is found, words


def test_oddities_are_told_in_the_readers_language(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "quality_manager")
    address = pages_of(site, standard)[0]
    assert "The statement holds markup" in visitor.get(f"{address}?lang=en").text
    assert "Pernyataan dengan tanda format" in visitor.get(f"{address}?lang=id").text


def test_marking_a_unit_complete_keeps_who_and_against_what(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    address = pages_of(site, standard)[1]
    page = visitor.get(f"{address}?lang=en").text
    assert "Nobody has compared this unit" in page
    sent = visitor.post(f"{address}/completeness", {"complete": "yes", "source": "Kepmenaker 27/2021", "note": ""})
    assert sent.status_code == 303
    page = visitor.get(address).text
    assert "Rina Misal compared the criteria with the source on 12 March 2026" in re.sub(
        r"\d+ \w+ \d{4}", "12 March 2026", page
    )
    assert "Kepmenaker 27/2021" in page
    with site.app.app_context():
        assert units(db.session(), "las", [unit_of(site)])[0].complete


def test_a_comparison_without_a_source_is_shown_again(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    address = pages_of(site, standard)[1]
    visitor.get(address)
    answer = visitor.post(f"{address}/completeness", {"complete": "yes", "source": " ", "note": "Catatan saya"})
    assert answer.status_code == 422
    assert "Catatan saya" in answer.text
    assert visitor.post(f"{address}/completeness", {"source": "x"}).status_code == 422


def upload(visitor: Visitor, data: bytes, *, once: str | None = None) -> object:
    visitor.get("/standards/import?lang=en")
    return visitor.post("/standards/import", {"package": (io.BytesIO(data), "standard.json")}, once=once)


def test_an_upload_is_imported_whole_and_its_oddities_are_told(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    answer = upload(visitor, content(a_standard(identifier="second", title="Kedua")))
    assert answer.status_code == 303, answer.text
    page = visitor.get(answer.location).text
    assert "The standard was imported whole: 5 items, version 1." in page
    assert "oddities were found" in page
    with site.app.app_context():
        row = db.session.scalars(select(Standard).where(Standard.identifier == "second")).one()
        assert row.imported_by is not None
    again = upload(visitor, content(a_standard(identifier="second", title="Kedua")))
    assert "The same content is published already" in visitor.get(again.location).text


def test_an_upload_that_is_sent_twice_is_done_once(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    first = upload(visitor, content(a_standard(identifier="second")), once="same-key")
    second = upload(visitor, content(a_standard(identifier="third")), once="same-key")
    assert first.location == second.location
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Standard)) == 2


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04", "Expected a file of JSON"),
        (b'{"CFDocument": {"identifier": "x"}}', "$.CFDocument.title: expected text, got nothing."),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(
    site: Site, standard: Imported, data: bytes, said: str
) -> None:
    answer = upload(signed_in(site, "scheme_manager"), data)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_file_that_is_too_large_is_refused_in_words(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    visitor.get("/standards/import?lang=en")
    body = b" " * (17 * 1024 * 1024)
    answer = visitor.client.post("/standards/import", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "Too large" in answer.text


def test_the_manager_gets_the_package_back(site: Site, standard: Imported) -> None:
    visitor = signed_in(site, "scheme_manager")
    answer = visitor.get(f"/standards/{standard.standard_id}/export.json")
    assert answer.get_json() == a_standard(title="Las <b>pelat</b>")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_pages_need_few_statements_however_large_the_standard(site: Site, standard: Imported) -> None:
    act = Act(body_id="las", account_id=None, person_id=None, at=NOW, name="test")
    with site.app.app_context():
        large = import_standard("las", read(content(a_standard(units=45, identifier="large"))), act=act)
        last = find_unit(db.session(), "las", "C.44")
    assert last is not None
    visitor = signed_in(site, "scheme_manager")
    place = f"/standards/{large.standard_id}"
    for address in ("/standards", "/standards?q=C.1", place, f"{place}?page=3", f"{place}/units/{last.id}"):
        with count_statements(site.engine) as statements:
            assert visitor.get(address).status_code == 200
        assert len(statements) <= 12, (address, len(statements))
    assert "C.44" in visitor.get(f"{place}?page=3").text


def test_a_statement_of_three_thousand_characters_fits_a_small_phone(
    site: Site, standard: Imported, open_page: OpenPage, axe
) -> None:
    page = open_page(width=320)
    page.goto(site.serve() + "/signin")
    page.get_by_label(re.compile("Login|Nama masuk")).fill("scheme_manager")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        for address in ("/standards", "/standards/import", *pages_of(site, standard)):
            page.goto(site.base_url + address)
            expect(page.locator("h1")).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= 320, address
            axe(page)
    assert len(page.locator("main").inner_text()) > 3_000
