"""The pages of authors and reviewers over HTTP: the form, saving while one writes, conflicts, pictures, rights."""

import io
import re
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from assessment.database import db
from assessment.domain.roles import Role
from assessment.item_bank.reviewing import submit
from assessment.item_bank.tables import Item, ItemDraft, ItemReview, ItemUse
from tests.factories.accounts import NOW, make_actor, make_body
from tests.factories.competency import make_unit
from tests.factories.drafts import make_draft
from tests.factories.item_bank import make_item
from tests.factories.visitors import Visitor, signed_in, writing_on
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_VALUE = re.compile(r'<input id="[^"]*" name="([ws][^"]*|identifier)"[^>]* value="([^"]*)"')
_AREA = re.compile(r'<textarea id="[^"]*" name="([^"]+)"[^>]*>\n(.*?)</textarea>', re.DOTALL)


@pytest.fixture
def draft(site: Site) -> str:
    """A whole draft by the author "one" of a body with the authors one and two; returns its id."""
    with writing_on(site) as session:
        make_body(session)
        one = make_actor(session, "las", Role.ITEM_AUTHOR, login="one")
        make_actor(session, "las", Role.ITEM_AUTHOR, login="two")
        make_actor(session, "las", Role.QUALITY_MANAGER, login="quality")
        make_actor(session, "las", Role.SCHEME_MANAGER, login="manager")
        unit = make_unit(session, "las")
        return make_draft(session, one, criteria=unit.criteria[:1]).id


def fields_of(page: str) -> dict[str, Any]:
    """What the form on the page would send as it stands."""
    form = page[page.index("data-draft") :]
    found: dict[str, Any] = {}
    for name, value in _HIDDEN.findall(form):
        if name in ("row", "criterion"):
            found.setdefault(name, []).append(value)
        elif name not in ("csrf_token", "once"):
            found[name] = value
    found |= dict(_VALUE.findall(form)) | dict(_AREA.findall(form))
    if correct := re.search(r'name="correct" value="(\w+)" checked', form):
        found["correct"] = correct[1]
    return found | {"s.scoring": "all", "s.shuffle": "yes"}


def opened(visitor: Visitor, draft: str) -> dict[str, Any]:
    return fields_of(visitor.get(f"/items/drafts/{draft}/edit?lang=en").get_data(as_text=True))


def stored(site: Site, draft: str) -> dict[str, Any]:
    with site.app.app_context():
        return db.session.get_one(ItemDraft, ("las", draft)).content


def test_a_new_item_begins_with_the_form_of_its_kind(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    assert "Multiple response" in author.get("/items/drafts/new?lang=en").get_data(as_text=True)
    made = author.post("/items/drafts/new", {"kind": "order", "use": "pretest"})
    page = author.get(made.location).get_data(as_text=True)
    assert page.count('name="row"') == 4
    assert "Steps, in the right order" in page
    with site.app.app_context():
        assert db.session.scalar(select(ItemDraft.use).where(ItemDraft.kind == "order")) is ItemUse.PRETEST


def test_the_form_sent_as_it_stands_changes_nothing(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    before = stored(site, draft)
    assert author.post(f"/items/drafts/{draft}/edit", opened(author, draft)).status_code == 303
    assert stored(site, draft) == before


def test_a_save_while_one_writes_answers_with_the_new_preview(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    fields = opened(author, draft) | {"w.stem.en": "Is the arc **stable**?"}
    answer = author.post(f"/items/drafts/{draft}/save", fields, headers={"Accept": "application/json"})
    assert answer.get_json()["revision"] == 3
    assert "<strong>stable</strong>" in answer.get_json()["preview"]
    assert stored(site, draft)["words"]["stem"]["en"] == "Is the arc **stable**?"
    again = author.post(f"/items/drafts/{draft}/save", fields, headers={"Accept": "application/json"})
    assert again.get_json()["revision"] == 3


def test_two_authors_meet_and_see_both_texts(site: Site, draft: str) -> None:
    one, two = signed_in(site, "one"), signed_in(site, "two")
    ones, twos = opened(one, draft), opened(two, draft)
    assert one.post(f"/items/drafts/{draft}/save", ones | {"w.stem.en": "The first text?"}).status_code == 200
    refused = two.post(
        f"/items/drafts/{draft}/save", twos | {"w.stem.en": "The other text?"}, headers={"Accept": "application/json"}
    )
    assert refused.status_code == 409
    assert "changed this draft at" in refused.get_json()["overtaken"]
    page = two.post(f"/items/drafts/{draft}/edit", twos | {"w.stem.en": "The other text?"})
    assert page.status_code == 409
    text = page.get_data(as_text=True)
    assert "The other text?" in dict(_AREA.findall(text))["w.stem.en"]
    assert re.search(r"<del>.*first.*</del>", text)
    assert re.search(r"<ins>.*other.*</ins>", text)
    kept = two.post(f"/items/drafts/{draft}/edit", fields_of(text))
    assert kept.status_code == 303
    assert stored(site, draft)["words"]["stem"]["en"] == "The other text?"
    copy = two.get(f"/items/drafts/{draft}/copies/3").get_data(as_text=True)
    assert re.search(r"<del>.*first.*</del>", copy)


def test_rows_are_added_moved_and_removed_without_a_script(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    place = author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": "add:option"}).location
    assert place.endswith("#row-E")
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": "up:B"})
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": "remove:C"})
    rows = stored(site, draft)["rows"]
    assert [row["identifier"] for row in rows] == ["B", "A", "D", "E"]
    assert [row["correct"] for row in rows] == [True, False, False, False]


def test_criteria_are_found_chosen_and_taken_away(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    first = stored(site, draft)["criteria"]
    found = author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": "find", "find": "kriteria"})
    assert "find=kriteria" in found.location
    page = author.get(found.location).get_data(as_text=True)
    offered = re.findall(r'value="align:([^"]+)"', page)
    assert offered
    assert first[0] not in offered
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": f"align:{offered[0]}"})
    assert stored(site, draft)["criteria"] == [*first, offered[0]]
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"press": f"unalign:{first[0]}"})
    assert stored(site, draft)["criteria"] == [offered[0]]


def picture(kind: str = "PNG", **options: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (40, 30), "#884422").save(written, kind, **options)
    return written.getvalue()


def upload(author: Visitor, draft: str, content: bytes, name: str = "Las Titik.PNG") -> Any:
    fields = opened(author, draft) | {"press": "picture", "picture": (io.BytesIO(content), name)}
    return author.post(f"/items/drafts/{draft}/edit", fields, content_type="multipart/form-data")


def test_a_picture_is_written_again_and_needs_words_in_both_languages(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    exif = Image.Exif()
    exif[0x010E] = "a secret place"
    assert upload(author, draft, picture("JPEG", exif=exif), "Las Titik.jpeg").status_code == 303
    (kept,) = stored(site, draft)["pictures"]
    assert (kept["name"], kept["media_type"]) == ("las-titik.jpg", "image/jpeg")
    shown = author.get(f"/items/drafts/{draft}/files/{kept['digest']}")
    assert shown.mimetype == "image/jpeg"
    assert b"secret" not in shown.get_data()
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"w.stem.en": "![las-titik.jpg]"})
    page = author.get(f"/items/drafts/{draft}/edit").get_data(as_text=True)
    assert "needs words for who cannot see it" in page
    name = "p.las-titik.jpg"
    words = {f"{name}.id": "Sebuah titik las", f"{name}.en": "A tack weld", "w.stem.id": "![las-titik.jpg]"}
    author.post(f"/items/drafts/{draft}/edit", opened(author, draft) | {"w.stem.en": "![las-titik.jpg]"} | words)
    page = author.get(f"/items/drafts/{draft}/edit").get_data(as_text=True)
    assert "needs words for who cannot see it" not in page
    assert f'alt="A tack weld" src="/items/drafts/{draft}/files/{kept["digest"]}"' in page


@pytest.mark.parametrize("content", [b"", b"<svg onload='alert(1)'/>", b"GIF89a", b"%PDF-1.4"])
def test_what_is_no_picture_is_refused_and_the_text_stays(site: Site, draft: str, content: bytes) -> None:
    author = signed_in(site, "one")
    answer = upload(author, draft, content)
    assert answer.status_code == 422
    assert "Not stored." in answer.get_data(as_text=True)
    assert stored(site, draft)["pictures"] == []


def test_a_draft_goes_to_review_and_becomes_an_item(site: Site, draft: str) -> None:
    one, two = signed_in(site, "one"), signed_in(site, "two")
    one.get(f"/items/drafts/{draft}?lang=en")
    one.post(f"/items/drafts/{draft}/submit", {"reason": "Please."})
    assert "1 draft waits for your review" in two.get("/today?lang=en").get_data(as_text=True)
    page = two.get(f"/items/drafts/{draft}?lang=en").get_data(as_text=True)
    assert "Your review" in page
    assert "Key and scoring" in page
    two.post(f"/items/drafts/{draft}/send-back", {"reason": "Mend option D."})
    assert "1 draft came back to you" in one.get("/today?lang=en").get_data(as_text=True)
    one.get(f"/items/drafts/{draft}")
    one.post(f"/items/drafts/{draft}/edit", opened(one, draft) | {"r.D.en": "Another"})
    one.post(f"/items/drafts/{draft}/submit", {"reason": ""})
    two.get(f"/items/drafts/{draft}")
    done = two.post(f"/items/drafts/{draft}/approve", {"revision": "3", "reason": ""})
    page = two.get(done.location).get_data(as_text=True)
    assert "W41 · title (id)" in page
    assert "Reviewed by" in page
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ItemReview)) == 1


def test_an_author_who_tries_to_approve_is_told_and_nothing_happens(site: Site, draft: str) -> None:
    one = signed_in(site, "one")
    one.get(f"/items/drafts/{draft}?lang=en")
    one.post(f"/items/drafts/{draft}/submit", {"reason": ""})
    answer = one.post(f"/items/drafts/{draft}/approve", {"revision": "2", "reason": ""})
    assert "A second person reviews it." in one.get(answer.location).get_data(as_text=True)
    with site.app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Item)) == 0


def test_readers_of_drafts_and_strangers(site: Site, draft: str) -> None:
    quality, manager = signed_in(site, "quality"), signed_in(site, "manager")
    assert quality.get(f"/items/drafts/{draft}").status_code == 200
    assert quality.get(f"/items/drafts/{draft}/edit").status_code == 404
    assert manager.get(f"/items/drafts/{draft}").status_code == 404
    with writing_on(site) as session:
        make_body(session, "tata")
        make_actor(session, "tata", Role.ITEM_AUTHOR, login="stranger")
    stranger = signed_in(site, "stranger")
    for path in ("", "/edit", "/copies/1", "/files/" + "0" * 64):
        assert stranger.get(f"/items/drafts/{draft}{path}").status_code == 404
    assert stranger.post(f"/items/drafts/{draft}/save", {"w.stem.en": "mine"}).status_code == 404


def test_an_item_is_opened_for_a_change_and_says_so(site: Site, draft: str) -> None:
    with writing_on(site) as session:
        item_id = make_item(session, "las", "W01")
    author = signed_in(site, "one")
    author.get(f"/items/{item_id}?lang=en")
    place = author.post(f"/items/{item_id}/change").location
    assert place.endswith("/edit")
    page = author.get(f"/items/{item_id}").get_data(as_text=True)
    assert "A draft changes this item: Being written." in page
    assert "W01 ·" in author.get("/items?state=draft").get_data(as_text=True)
    assert "W01 ·" not in author.get("/items?state=reviewed").get_data(as_text=True)


def test_an_imported_item_is_marked_as_reviewed(site: Site, draft: str) -> None:
    with writing_on(site) as session:
        item_id = make_item(session, "las", "W01")
    quality = signed_in(site, "quality")
    assert "not reviewed here" in quality.get(f"/items/{item_id}?lang=en").get_data(as_text=True)
    quality.post(f"/items/{item_id}/confirm")
    page = quality.get(f"/items/{item_id}").get_data(as_text=True)
    assert "not reviewed here" not in page
    assert "W01 ·" in quality.get("/items?state=reviewed").get_data(as_text=True)


def test_the_list_of_drafts_is_narrowed(site: Site, draft: str) -> None:
    one, two = signed_in(site, "one"), signed_in(site, "two")
    assert "W41" in one.get("/items/drafts?show=own").get_data(as_text=True)
    assert "W41" not in two.get("/items/drafts?show=own").get_data(as_text=True)
    assert "W41" not in two.get("/items/drafts?show=review").get_data(as_text=True)
    with writing_on(site) as session:
        author = make_actor(session, "las", Role.ITEM_AUTHOR, login="three")
        submit(session, author, draft, remark="", now=NOW)
    assert "W41" in two.get("/items/drafts?show=review").get_data(as_text=True)
    assert "W41" not in one.get("/items/drafts?show=review").get_data(as_text=True)


def test_pages_take_few_statements(site: Site, draft: str) -> None:
    author = signed_in(site, "one")
    for address in (
        "/items/drafts",
        "/items/drafts/new",
        f"/items/drafts/{draft}",
        f"/items/drafts/{draft}/edit?find=kriteria",
    ):
        with count_statements(site.engine) as run:
            assert author.get(address).status_code == 200
        assert len(run) <= 12, (address, run)
