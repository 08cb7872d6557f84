"""Finding units and criteria by code, older code and CASE identifier; units as the domain sees them."""

import pytest
from sqlalchemy.orm import Session

from assessment.database import Act, writing
from assessment.domain.case.read import read
from assessment.domain.competency import Criterion
from assessment.domain.errors import Invalid, NotFound
from assessment.domain.roles import Role
from assessment.standards.completing import mark_complete
from assessment.standards.importing import Imported, import_standard
from assessment.standards.queries import (
    aliases,
    all_texts,
    criteria_by_path,
    find_unit,
    published_units,
    texts,
    units,
    units_by_code,
)
from tests.domain.case.packages import association, child, content, item, package
from tests.factories.accounts import NOW, make_actor, make_body

VALUE = package(
    [
        item("u", "Mengelas", CFItemType="Unit", humanCodingScheme="C.25"),
        item("u-en", "Weld", CFItemType="Unit", humanCodingScheme="C.25", language="en"),
        item("old", "Mengelas", CFItemType="Unit", humanCodingScheme="C.24"),
        item("k0", "Langsung", CFItemType="KUK", listEnumeration="0.1"),
        item("e", "Menyiapkan", CFItemType="Elemen", listEnumeration="1"),
        item("e2", "Bagian", CFItemType="Elemen", listEnumeration="1a"),
        item("k1", "Gambar dikenali", CFItemType="KUK", listEnumeration="1.1"),
        item("k1-en", "The drawing is known", CFItemType="KUK", language="en"),
        item("k1-ja", "図面", CFItemType="KUK", language="ja"),
        item("k2", "Dalam", CFItemType="KUK", listEnumeration="1.2"),
        item("v", "Unit dalam unit", CFItemType="Unit", humanCodingScheme="C.26"),
        item("k3", "Lain", CFItemType="KUK", listEnumeration="1.1"),
    ],
    [
        child("u", number=1),
        child("k0", "u", 1),
        child("e", "u", 2),
        child("k1", "e", 1),
        child("e2", "e", 2),
        child("k2", "e2", 1),
        child("v", "u", 3),
        child("k3", "v", 1),
        association("u-en", "isTranslationOf", "u"),
        association("k1-en", "isTranslationOf", "k1"),
        association("k1-ja", "isTranslationOf", "k1-en"),
        association("old", "replacedBy", "u"),
    ],
)


def bring_in(session: Session, act: Act, value: object = VALUE) -> Imported:
    """Import beside what the test wrote; the import's own transactions end inside the test's."""
    session.commit()
    imported = import_standard("las", read(content(value)), act=act)
    session.info["act"] = act
    return imported


@pytest.fixture
def standard(session: Session, act: Act) -> Imported:
    """The standard of this module, in one body of two."""
    assert writing.get()
    make_body(session)
    make_body(session, "lain")
    return bring_in(session, act)


def unit_id(session: Session, code: str = "C.25") -> str:
    found = find_unit(session, "las", code)
    assert found is not None
    return found.id


def test_a_unit_holds_every_criterion_below_it_at_any_depth(session: Session, standard: Imported) -> None:
    (unit,) = units(session, "las", [unit_id(session)])
    assert [(element.number, [each.number for each in element.criteria]) for element in unit.elements] == [
        ("", ["0.1"]),
        ("1", ["1.1"]),
        ("1a", ["1.2"]),
    ]
    assert unit.elements[0].id == unit.id


def test_a_unit_inside_a_unit_keeps_its_criteria_to_itself(session: Session, standard: Imported) -> None:
    outer, inner = units(session, "las", [unit_id(session), unit_id(session, "C.26")])
    assert (outer.code, inner.code) == ("C.25", "C.26")
    assert [each.number for each in inner.criteria] == ["1.1"]
    assert not {each.id for each in outer.criteria} & {each.id for each in inner.criteria}


def test_what_is_no_unit_of_the_body_is_left_out(session: Session, standard: Imported) -> None:
    assert units(session, "lain", [unit_id(session)]) == []
    assert units(session, "las", ["nothing"]) == []
    assert units(session, "las", []) == []


def criterion_id(session: Session) -> str:
    return criteria_by_path(session, "las", ["C.25"])["C.25/1.1"]


def test_a_unit_is_found_by_its_older_code(session: Session, standard: Imported) -> None:
    found = units_by_code(session, "las", ["C.24", "C.25", "C.99"])
    assert found["C.24"] == found["C.25"]
    assert "C.99" not in found
    assert units_by_code(session, "lain", ["C.25"]) == {}
    assert aliases(session, "las", [unit_id(session)]) == {unit_id(session): ["C.24"]}


def test_a_criterion_is_found_by_its_path(session: Session, standard: Imported) -> None:
    paths = criteria_by_path(session, "las", ["C.25", "C.24"])
    assert sorted(paths) == ["C.24/0.1", "C.24/1.1", "C.24/1.2", "C.25/0.1", "C.25/1.1", "C.25/1.2"]
    assert paths["C.24/1.1"] == paths["C.25/1.1"] == criterion_id(session)
    assert criteria_by_path(session, "lain", ["C.25"]) == {}


def test_the_newest_published_version_is_found(session: Session, act: Act, standard: Imported) -> None:
    before = unit_id(session)
    newer = bring_in(session, act, package([*VALUE["CFItems"], item("x")], [*VALUE["CFAssociations"], child("x")]))
    assert newer.number == 2
    assert unit_id(session) != before
    assert [each.code for each in units(session, "las", [before])] == ["C.25"]


def test_texts_are_in_the_wished_language_or_the_nearest(session: Session, standard: Imported) -> None:
    id_ = criterion_id(session)
    assert texts(session, "las", [id_], "ja") == {id_: "図面"}
    assert texts(session, "las", [id_], "ko") == {id_: "Gambar dikenali"}
    assert all_texts(session, "las", [id_])[id_].keys() == {"id", "en", "ja"}
    assert published_units(session, "las", "en", limit=9) == [("C.25", "Weld"), ("C.26", "Unit dalam unit")]


def test_a_unit_is_complete_as_it_was_marked_last(session: Session, standard: Imported) -> None:
    actor = make_actor(session, "las", Role.SCHEME_MANAGER)
    id_ = unit_id(session)
    assert not units(session, "las", [id_])[0].complete
    mark_complete(session, actor, id_, complete=True, source="Kepmenaker 27/2021", note="", now=NOW)
    assert units(session, "las", [id_])[0].complete
    later = NOW.replace(hour=3)
    mark_complete(session, actor, id_, complete=False, source="Kepmenaker 27/2021", note="1.3 kurang", now=later)
    assert not units(session, "las", [id_])[0].complete


def test_what_cannot_be_called_complete(session: Session, act: Act, standard: Imported) -> None:
    actor, other = make_actor(session, "las"), make_actor(session, "lain")
    id_ = unit_id(session)
    with pytest.raises(Invalid, match="source"):
        mark_complete(session, actor, id_, complete=True, source=" ", note="", now=NOW)
    with pytest.raises(NotFound):
        mark_complete(session, other, id_, complete=True, source="x", note="", now=NOW)
    with pytest.raises(NotFound):
        mark_complete(session, actor, criterion_id(session), True, "x", "", NOW)
    bare = package([item("b", CFItemType="Unit", humanCodingScheme="B")], [child("b")], identifier="bare")
    bring_in(session, act, bare)
    with pytest.raises(Invalid, match="without criteria"):
        mark_complete(session, actor, unit_id(session, "B"), complete=True, source="x", note="", now=NOW)
    assert mark_complete(session, actor, unit_id(session, "B"), False, "x", "", NOW).complete is False


def test_criteria_are_values_of_the_domain(session: Session, standard: Imported) -> None:
    (unit,) = units(session, "las", [unit_id(session)])
    assert all(isinstance(each, Criterion) for each in unit.criteria)
