"""The pages of the item bank: lists and filters, an item with its key, import with a dry run first."""

import io
import re

import pytest
from sqlalchemy import func, select

from assessment.database import db
from assessment.domain.roles import Role
from assessment.item_bank.apart import apart_pairs
from assessment.item_bank.tables import Item, ItemUse
from tests.factories.accounts import make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.item_bank import make_item, package_of
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site


@pytest.fixture
def author(site: Site) -> Visitor:
    """An item author of a body with two items, one of them on a criterion."""
    with writing_on(site) as session:
        make_body(session)
        make_actor(session, "las", Role.ITEM_AUTHOR, login="author")
        make_actor(session, "las", Role.QUALITY_MANAGER, login="quality")
        unit = make_unit(session, "las")
        make_item(session, "las", "W01", criteria=unit.criteria[:1], use=ItemUse.OPERATIONAL)
        make_item(session, "las", "W02")
    return signed_in(site, "author")


def item_id(site: Site, identifier: str = "W01") -> str:
    with site.app.app_context():
        return db.session.scalars(select(Item.id).where(Item.identifier == identifier)).one()


def upload(visitor: Visitor, data: bytes, *, name: str = "items.zip", use: str = "operational") -> str:
    visitor.get("/items/import")
    response = visitor.post("/items/import", {"package": (io.BytesIO(data), name), "use": use})
    assert response.status_code == 303, response.get_data(as_text=True)
    return response.location


def test_the_list_shows_items_and_narrows_them(author: Visitor) -> None:
    page = author.get("/items?lang=en").get_data(as_text=True)
    assert "W01" in page
    assert "W02" in page
    for narrowed, there, gone in (
        ("q=w02", "W02", "W01"),
        ("q=under", "W01", "nothing"),
        ("use=operational", "W01", "W02"),
        ("kind=single_choice", "W02", "nothing"),
    ):
        page = author.get(f"/items?{narrowed}").get_data(as_text=True)
        assert f"{there} ·" in page
        assert f"{gone} ·" not in page
    assert "W01 ·" not in author.get("/items?kind=numeric_entry").get_data(as_text=True)
    assert "W01 ·" not in author.get("/items?missing=en").get_data(as_text=True)


def test_the_list_narrows_to_a_unit(site: Site, author: Visitor) -> None:
    page = author.get("/items").get_data(as_text=True)
    (unit,) = re.findall(r'<option value="([^"]+)">C\.25LAS', page)
    narrowed = author.get(f"/items?unit={unit}").get_data(as_text=True)
    assert "W01 ·" in narrowed
    assert "W02 ·" not in narrowed


def test_an_item_is_shown_in_both_languages_with_its_key(site: Site, author: Visitor) -> None:
    page = author.get(f"/items/{item_id(site)}?lang=en").get_data(as_text=True)
    assert page.count("Which one?") == 2
    assert "Key and scoring" in page
    assert "Kriteria 1 (en)" in page


def test_others_read_but_cannot_change(site: Site, author: Visitor) -> None:
    quality = signed_in(site, "quality")
    page = quality.get(f"/items/{item_id(site)}?lang=en").get_data(as_text=True)
    assert "Key and scoring" in page
    assert "Retire" not in page
    assert quality.post(f"/items/{item_id(site)}/retire", {"reason": "because"}).status_code == 404
    assert quality.get("/items/export.zip").status_code == 403


def test_an_upload_is_checked_first_and_imported_on_request(site: Site, author: Visitor) -> None:
    place = upload(author, package_of("W01", "W03"), use="pretest")
    page = author.get(place + "?lang=en").get_data(as_text=True)
    assert "Nothing is stored yet. New items become: Pretest." in page
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Item)) == 2
    done = author.post(place)
    assert done.status_code == 303
    assert "New item" in author.get(done.location).get_data(as_text=True)
    with site.app.app_context():
        assert db.session.scalar(select(Item.use).where(Item.identifier == "W03")) is ItemUse.PRETEST


def test_the_report_is_downloaded_as_a_table(author: Visitor) -> None:
    place = upload(author, package_of("W03"))
    table = author.get(place + "?download=csv")
    assert table.mimetype == "text/csv"
    lines = table.get_data(as_text=True).splitlines()
    assert lines[0] == "\ufefffile,identifier,title,outcome,change,reasons"
    assert lines[1].startswith('"items/W03.id.xml, items/W03.en.xml",W03,Undercut,imported,new,')
    said = author.get(place + "?download=json").get_json()
    assert sorted(said[0]) == ["file", "identifier", "outcome", "reasons", "title"]
    assert author.get(place + "?download=exe").status_code == 404


def test_a_file_that_is_no_package_is_refused_with_its_reason(author: Visitor) -> None:
    author.get("/items/import?lang=en")
    response = author.post("/items/import", {"package": (io.BytesIO(b"PK no zip"), "x.zip"), "use": "exposed"})
    assert response.status_code == 422
    assert "This file could not be read." in response.get_data(as_text=True)


def test_another_body_cannot_open_an_uploaded_package(site: Site, author: Visitor) -> None:
    place = upload(author, package_of("W03"))
    with writing_on(site) as session:
        make_body(session, "tata")
        make_actor(session, "tata", Role.ITEM_AUTHOR, login="stranger")
    stranger = signed_in(site, "stranger")
    assert stranger.get(place).status_code == 404
    assert stranger.post(place).status_code == 404
    assert stranger.get(f"/items/{item_id(site)}").status_code == 404


def test_an_item_is_retired_and_leaves_the_list(site: Site, author: Visitor) -> None:
    address = f"/items/{item_id(site)}"
    assert author.post(f"{address}/retire", {"reason": "The drawing changed."}).status_code == 303
    assert "W01 ·" not in author.get("/items").get_data(as_text=True)
    assert "W01 ·" in author.get("/items?use=retired").get_data(as_text=True)


def test_the_whole_bank_is_downloaded_and_comes_in_again(author: Visitor) -> None:
    data = author.get("/items/export.zip").get_data()
    page = author.get(upload(author, data) + "?lang=en").get_data(as_text=True)
    assert "There is nothing to import." in page


def test_pages_take_few_statements(site: Site, author: Visitor) -> None:
    for address in ("/items", f"/items/{item_id(site)}", "/items/import", "/today"):
        with count_statements(site.engine) as run:
            assert author.get(address).status_code == 200
        assert len(run) <= 12, (address, run)


def test_two_items_are_kept_apart_and_may_meet_again(site: Site, author: Visitor) -> None:
    one, other = item_id(site), item_id(site, "W02")
    address = f"/items/{one}"
    author.get(address)
    assert author.post(f"{address}/apart", {"other": " W02 "}).location == f"{address}#apart"
    assert f'href="/items/{other}"' in author.get(address).get_data(as_text=True)
    assert f'href="{address}"' in author.get(f"/items/{other}").get_data(as_text=True)
    with site.app.app_context():
        assert apart_pairs(db.session(), "las") == [tuple(sorted((one, other)))]

    for typed, said in (("W02", "kept apart already"), ("W01", "never meets itself"), ("<W03>", "&lt;W03&gt;")):
        author.post(f"{address}/apart?lang=en", {"other": typed})
        assert said in author.get(f"{address}?lang=en").get_data(as_text=True)

    assert author.post(f"/items/{other}/apart/end", {"other": one}).status_code == 303
    assert f'href="/items/{other}"' not in author.get(address).get_data(as_text=True)
    with site.app.app_context():
        assert apart_pairs(db.session(), "las") == []
    assert author.post(f"/items/{other}/apart/end?lang=en", {"other": one}).status_code == 303
    assert "are not kept apart" in author.get(f"{address}?lang=en").get_data(as_text=True)


def test_only_an_author_is_offered_to_keep_items_apart(site: Site, author: Visitor) -> None:
    address = f"/items/{item_id(site)}"
    assert f'action="{address}/apart"' in author.get(address).get_data(as_text=True)
    assert f'action="{address}/apart"' not in signed_in(site, "quality").get(address).get_data(as_text=True)
