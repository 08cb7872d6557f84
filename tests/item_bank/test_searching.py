"""The list of items: words in both languages, criteria, states, order; and what changed between versions."""

import io

import pytest

from assessment.domain.roles import Role
from assessment.item_bank.service import import_package
from assessment.item_bank.tables import ItemUse
from tests.domain.items.build import choice_xml
from tests.domain.items.spreadsheet.build import changed, csv_of
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.item_bank import make_item, package_of, report_of
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site


@pytest.fixture
def author(site: Site) -> Visitor:
    """An item author of a body with three items: W01 on a criterion and in two versions, W02, and M01 in Indonesian."""
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        unit = make_unit(session, "las")
        make_item(session, "las", "W01", criteria=unit.criteria[:1], use=ItemUse.OPERATIONAL)
        make_item(session, "las", "W02")
        xml = choice_xml(identifier="M01", language="id", before="<p>Sambungan tumpul ÉLEKTRODA.</p>")
        for data in (xml, package_of("W01", correct="C")):
            import_package(session, "las", report_of(data), use=ItemUse.PRETEST, imported_by=None, now=NOW)
    visitor = signed_in(site, "author")
    visitor.get("/items?lang=en")
    return visitor


def found(author: Visitor, query: str) -> list[str]:
    page = author.get(f"/items?{query}").get_data(as_text=True)
    return [name for name in ("M01", "W01", "W02") if f"{name} ·" in page]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["M01", "W01", "W02"]),
        ("q=w0", ["W01", "W02"]),
        ("q=tumpul", ["M01"]),
        ("q=sambungan+élektroda", ["M01"]),
        ("q=look+weld", ["W01", "W02"]),
        ("q=C.25LAS01.029.1", ["W01"]),
        ("q=c.25las01.029.1/1.1", ["W01"]),
        ("q=C.25LAS01.029.1/9.9", []),
        ("q=100%25", []),
        ("missing=en", ["M01"]),
        ("state=no_criterion", ["M01", "W02"]),
        ("state=unreviewed", ["M01", "W01", "W02"]),
        ("state=unused", ["M01", "W01", "W02"]),
        ("use=pretest", ["M01"]),
        ("kind=order", []),
    ],
)
def test_the_list_is_narrowed(author: Visitor, query: str, expected: list[str]) -> None:
    assert found(author, query) == expected


@pytest.mark.parametrize("sort", ["identifier", "newest", "shown", "last"])
def test_every_order_shows_every_item(author: Visitor, site: Site, sort: str) -> None:
    with count_statements(site.engine) as run:
        assert found(author, f"sort={sort}") == ["M01", "W01", "W02"]
    assert len(run) <= 12, run


def test_the_differences_of_two_versions_are_shown(author: Visitor) -> None:
    page = author.get("/items?q=W01").get_data(as_text=True)
    address = page.split('href="/items/')[-1].split('"')[0]
    item = next(part.split('"')[0] for part in page.split('href="/items/')[1:] if len(part.split('"')[0]) == 16)
    assert address
    shown = author.get(f"/items/{item}/differences").get_data(as_text=True)
    assert "Version 1 to 2" in shown
    assert "<del>B</del>" in shown
    assert "<ins>C</ins>" in shown
    assert "Nothing differs." in author.get(f"/items/{item}/differences?old=2&new=2").get_data(as_text=True)
    assert author.get(f"/items/{item}/differences?old=1&new=7").status_code == 404


def test_the_template_is_downloaded_filled_in_and_imported(author: Visitor) -> None:
    for form in ("csv", "xlsx"):
        data = author.get(f"/items/template/{form}").get_data()
        author.get("/items/import?lang=en")
        answer = author.post("/items/import", {"package": (io.BytesIO(data), f"x.{form}"), "use": "pretest"})
        page = author.get(answer.location).get_data(as_text=True)
        assert page.count("CONTOH-") >= 3
    assert author.get("/items/template/pdf").status_code == 404
    author.post(answer.location)
    assert "CONTOH-3 ·" in author.get("/items").get_data(as_text=True)


def test_a_row_that_is_wrong_is_refused_with_its_cell_and_the_others_come_in(author: Visitor) -> None:
    rows = [
        changed(criteria="C.25LAS01.029.1/1.1"),
        changed(identifier="T2", key="Z"),
        changed(identifier="T3", criteria="C.25LAS01.029.1/7.7"),
        changed(identifier="T4", question_en="=cmd|' /C calc'!A0"),
    ]
    author.get("/items/import?lang=en")
    answer = author.post("/items/import", {"package": (io.BytesIO(csv_of(rows)), "t.csv"), "use": "pretest"})
    page = author.get(answer.location).get_data(as_text=True)
    assert "The key names option" in page
    assert "No published standard of this body has the criterion C.25LAS01.029.1/7.7" in page
    assert "The cell holds a formula." in page
    assert (page.count("Refused"), page.count("With losses")) == (2, 1)
    author.post(answer.location)
    page = author.get("/items?q=C.25LAS01.029.1/1.1").get_data(as_text=True)
    assert "CONTOH-1 ·" in page
    again = author.post("/items/import", {"package": (io.BytesIO(csv_of(rows[:1])), "t.csv"), "use": "pretest"})
    assert "There is nothing to import." in author.get(again.location).get_data(as_text=True)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.xlsx", b"PK\x03\x04 broken"),
        ("x.csv", "identifier,kind,key\n".encode("utf-16")),
        ("x.csv", b"identifier,kind,key\n" + b"a,b,c\n" * 3_000),
        ("x.csv", b"nothing,known\n1,2\n"),
    ],
)
def test_a_hostile_table_is_refused_with_its_reason(author: Visitor, name: str, content: bytes) -> None:
    author.get("/items/import?lang=en")
    answer = author.post("/items/import", {"package": (io.BytesIO(content), name), "use": "exposed"})
    assert answer.status_code == 422
    assert "This file could not be read." in answer.get_data(as_text=True)
