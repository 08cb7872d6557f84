"""Reading CASE packages: the oddities of real ones are taken and reported, and nothing gets lost."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.case.json_value import MAXIMUM_BYTES
from assessment.domain.case.package import NodeKind, OddityKind, Package
from assessment.domain.case.read import read, write
from assessment.domain.errors import Invalid
from tests.domain.case.packages import DOCUMENT, association, child, content, item, link, package

DEMO = Path(__file__).parents[3] / "assessment" / "demo"


def again(read_: Package) -> dict[str, Any]:
    """Write a package from what the tables keep of it."""
    return write(
        document=read_.document,
        items={node.key: node.raw for node in read_.nodes},
        associations=[each.raw for each in read_.associations],
        rest=json.loads(json.dumps(read_.rest)),
    )


def kinds(read_: Package) -> list[OddityKind]:
    return [oddity.kind for oddity in read_.oddities]


def keys(read_: Package) -> list[str]:
    return [node.key for node in read_.nodes]


def take(items: list[Any], associations: list[Any], **document: Any) -> Package:
    """Read a package and see that writing gives it back."""
    value = package(items, associations, **document)
    found = read(content(value))
    assert again(found) == value
    return found


@pytest.mark.parametrize("name", ["kitchen", "welder"])
def test_the_demonstration_s_standards_hold_no_oddity_and_come_back(name: str) -> None:
    given_ = (DEMO / name / "standard.json").read_bytes()
    found = read(given_)
    assert found.oddities == ()
    assert again(found) == json.loads(given_)
    assert all(set(node.texts) == {"id", "en"} for node in found.nodes)


def test_a_tidy_package_becomes_a_tree_in_printed_order() -> None:
    found = take(
        [
            item("k2", CFItemType="KUK", humanCodingScheme="1.2"),
            item("k1", CFItemType="KUK", humanCodingScheme="1.1"),
            item("u", CFItemType="Unit", humanCodingScheme="C.25LAS01.029.1"),
            item("e", CFItemType="Elemen", listEnumeration="1"),
        ],
        [child("u", number=1), child("e", "u", 1), child("k2", "e", 2), child("k1", "e", 1)],
    )
    assert found.oddities == ()
    assert [(node.key, node.parent, node.kind, node.code, node.position) for node in found.nodes] == [
        ("u", None, NodeKind.UNIT, "C.25LAS01.029.1", 0),
        ("e", "u", NodeKind.ELEMENT, "1", 1),
        ("k1", "e", NodeKind.CRITERION, "1.1", 2),
        ("k2", "e", NodeKind.CRITERION, "1.2", 3),
    ]


def test_without_types_the_depth_says_what_a_node_is() -> None:
    names = ["a", "b", "c", "d"]
    found = take([item(name) for name in names], [child("a"), child("b", "a"), child("c", "b"), child("d", "c")])
    assert [node.kind for node in found.nodes] == [
        NodeKind.UNIT,
        NodeKind.ELEMENT,
        NodeKind.CRITERION,
        NodeKind.OTHER,
    ]


def test_a_type_may_stand_in_its_link_only() -> None:
    found = take([item("u", CFItemTypeURI=link("t", "Unit Kompetensi"))], [child("u")])
    assert found.nodes[0].kind is NodeKind.UNIT


def test_a_type_of_another_world_is_reported() -> None:
    found = take(
        [item("u", CFItemType="Unit"), item("g", CFItemType="Grade Level")],
        [child("u", number=1), child("g", number=2)],
    )
    assert found.nodes[1].kind is NodeKind.OTHER
    assert kinds(found) == [OddityKind.UNKNOWN_TYPE]


def test_an_identical_duplicate_stands_once_in_the_tree() -> None:
    found = take([item("u"), item("u")], [child("u")])
    assert keys(found) == ["u"]
    assert kinds(found) == [OddityKind.DUPLICATE_SAME]


def test_different_items_with_one_identifier_are_both_kept() -> None:
    found = take([item("u"), item("a", "One"), item("a", "Two"), item("a", "One")], [child("u"), child("a", "u", 1)])
    assert keys(found) == ["u", "a", "a#2"]
    assert [node.parent for node in found.nodes] == [None, "u", "u"]
    assert [node.texts["id"] for node in found.nodes[1:]] == ["One", "Two"]
    assert set(kinds(found)) == {OddityKind.DUPLICATE_DIFFERENT, OddityKind.DUPLICATE_SAME, OddityKind.SAME_SEQUENCE}


def test_an_item_without_parent_hangs_on_the_document() -> None:
    found = take([item("u")], [])
    assert (keys(found), found.nodes[0].parent) == (["u"], None)
    assert kinds(found) == [OddityKind.NO_PARENT]


def test_an_item_with_a_parent_outside_hangs_on_the_document() -> None:
    found = take([item("u")], [child("u", "elsewhere")])
    assert found.nodes[0].parent is None
    (oddity,) = found.oddities
    assert (oddity.kind, oddity.values["parent"]) == (OddityKind.PARENT_OUTSIDE, "elsewhere")
    assert "elsewhere" in oddity.text


def test_a_parent_inside_is_preferred_to_one_outside() -> None:
    found = take([item("u"), item("e")], [child("u"), child("e", "elsewhere"), child("e", "u")])
    assert found.nodes[1].parent == "u"
    assert kinds(found) == [OddityKind.PARENT_OUTSIDE]


def test_of_several_parents_the_first_counts() -> None:
    found = take(
        [item("u"), item("v"), item("e")],
        [child("u", number=1), child("v", number=2), child("e", "v"), child("e", "u")],
    )
    assert {node.key: node.parent for node in found.nodes}["e"] == "v"
    assert kinds(found) == [OddityKind.SEVERAL_PARENTS]


def test_a_child_outside_is_reported() -> None:
    assert kinds(take([item("u")], [child("u"), child("ghost", "u")])) == [OddityKind.CHILD_OUTSIDE]


@pytest.mark.parametrize("circle", [["a"], ["a", "b"], ["a", "b", "c"]])
def test_a_circle_of_parents_is_cut_and_reported(circle: list[str]) -> None:
    found = take(
        [item("u"), *(item(name) for name in circle)],
        [child("u"), *(child(name, circle[place - 1]) for place, name in enumerate(circle))],
    )
    assert sorted(keys(found)) == sorted(["u", *circle])
    assert OddityKind.CYCLE in kinds(found)


def test_missing_sequence_numbers_are_replaced_by_enumeration() -> None:
    found = take(
        [item("u"), *(item(f"e{number}", listEnumeration=f"1.{number}") for number in (10, 9, 1))],
        [child("u"), *(child(f"e{number}", "u") for number in (10, 9, 1))],
    )
    assert keys(found) == ["u", "e1", "e9", "e10"]
    (oddity,) = found.oddities
    assert (oddity.kind, oddity.values["by"]) == (OddityKind.NO_SEQUENCE, "listEnumeration")


def test_missing_sequence_numbers_are_replaced_by_codes_or_the_order_of_the_file() -> None:
    coded = [item("b", humanCodingScheme="B.2"), item("a", humanCodingScheme="B.1")]
    by_code = take(coded, [child("b"), child("a", number=1)])
    assert keys(by_code) == ["a", "b"]
    by_file = take([item("b"), item("a", humanCodingScheme="1")], [child("b"), child("a")])
    assert keys(by_file) == ["b", "a"]


def test_a_replaced_item_becomes_an_alias() -> None:
    found = take(
        [item("new", humanCodingScheme="C.25LAS01.029.1"), item("old", humanCodingScheme="C.24LAS01.029.1")],
        [child("new"), association("old", "replacedBy", "new")],
    )
    assert keys(found) == ["new"]
    assert [(alias.key, alias.code) for alias in found.aliases] == [("new", "C.24LAS01.029.1")]
    assert found.oddities == ()


def test_a_chain_of_replacements_leads_to_the_newest() -> None:
    found = take(
        [item(name, humanCodingScheme=f"CODE.{name}") for name in ("oldest", "old", "new")],
        [child("new"), association("oldest", "replacedBy", "old"), association("old", "replacedBy", "new")],
    )
    assert keys(found) == ["new"]
    assert {(alias.key, alias.code) for alias in found.aliases} == {("new", "CODE.old"), ("new", "CODE.oldest")}


def test_a_replaced_item_with_children_stays_in_the_tree() -> None:
    found = take(
        [item("new", humanCodingScheme="N"), item("old", humanCodingScheme="O"), item("e")],
        [child("new", number=1), child("old", number=2), child("e", "old"), association("old", "replacedBy", "new")],
    )
    assert keys(found) == ["new", "old", "e"]
    assert [alias.code for alias in found.aliases] == ["O"]


def test_items_that_replace_each_other_both_stay() -> None:
    found = take(
        [item("a", humanCodingScheme="A"), item("b", humanCodingScheme="B")],
        [
            child("a", number=1),
            child("b", number=2),
            association("a", "replacedBy", "b"),
            association("b", "replacedBy", "a"),
        ],
    )
    assert keys(found) == ["a", "b"]


def test_a_replaced_item_outside_gives_its_code_by_the_link_s_title() -> None:
    def older(title: str) -> dict[str, Any]:
        return association("old", "replacedBy", "u", originNodeURI=link("old", title))

    named = take([item("u")], [child("u"), older("C.24LAS01.029.1")])
    assert [alias.code for alias in named.aliases] == ["C.24LAS01.029.1"]
    assert kinds(named) == [OddityKind.END_OUTSIDE]
    assert OddityKind.ALIAS_WITHOUT_CODE in kinds(take([item("u")], [child("u"), older("Make a weld")]))


def test_a_translation_joins_what_it_translates() -> None:
    found = take(
        [item("u", "Mengelas"), item("en", "Weld", language="en"), item("ja", "溶接する", language="ja"), item("e")],
        [
            child("u"),
            child("e", "en"),
            association("en", "isTranslationOf", "u"),
            association("ja", "isTranslationOf", "en"),
        ],
    )
    assert found.nodes[0].texts == {"id": "Mengelas", "en": "Weld", "ja": "溶接する"}
    assert found.nodes[1].parent == "u"
    assert found.oddities == ()


def test_two_translations_into_one_language_are_both_kept() -> None:
    found = take(
        [item("u"), item("x", "First", language="en"), item("y", "Second", language="en")],
        [child("u"), association("x", "isTranslationOf", "u"), association("y", "isTranslationOf", "u")],
    )
    assert found.nodes[0].texts["en"] == "First"
    assert kinds(found) == [OddityKind.TRANSLATION_CLASH]


def test_translations_in_a_circle_stay_items_of_their_own() -> None:
    found = take(
        [item("a"), item("b", language="en")],
        [
            child("a", number=1),
            child("b", number=2),
            association("a", "isTranslationOf", "b"),
            association("b", "isTranslationOf", "a"),
        ],
    )
    assert keys(found) == ["a", "b"]
    assert kinds(found) == [OddityKind.TRANSLATION_CYCLE] * 2


def test_a_translation_of_something_outside_stays_an_item() -> None:
    found = take([item("en", language="en")], [child("en"), association("en", "isTranslationOf", "elsewhere")])
    assert keys(found) == ["en"]
    assert kinds(found) == [OddityKind.TRANSLATION_OUTSIDE]


@pytest.mark.parametrize("address", ["https://standards.example/p", None, 7, {}])
def test_any_package_address_is_taken_and_reported(address: object) -> None:
    found = take([item("u")], [child("u")], CFPackageURI=address)
    assert kinds(found) == [OddityKind.PACKAGE_ADDRESS]


def test_a_long_statement_with_markup_is_kept_whole() -> None:
    statement = "<p>" + "Mengelas. " * 320 + "</p>"
    found = take([item("u", statement)], [child("u")])
    assert found.nodes[0].texts["id"] == statement
    assert kinds(found) == [OddityKind.LONG_STATEMENT, OddityKind.MARKUP]


def test_a_mere_address_at_an_end_is_looked_up() -> None:
    found = take([item("u"), item("e")], [child("u"), child("e") | {"destinationNodeURI": item("u")["uri"]}])
    assert found.nodes[1].parent == "u"
    assert kinds(found) == [OddityKind.LINK_AS_TEXT]


def test_an_association_that_leads_outside_is_kept_and_reported() -> None:
    found = take([item("u")], [child("u"), association("u", "exactMatchOf", "esco")])
    assert kinds(found) == [OddityKind.END_OUTSIDE]
    assert (found.associations[1].kind, found.associations[1].destination) == ("exactMatchOf", "esco")


def test_missing_members_that_nothing_hangs_on_are_reported() -> None:
    found = take([item("u", uri=None, lastChangeDateTime=None)], [child("u")], creator=None)
    assert kinds(found) == [OddityKind.MEMBER_MISSING] * 3
    assert found.creator == ""


def test_a_package_without_associations_is_read() -> None:
    value = package([item("u")], [])
    del value["CFAssociations"]
    found = read(content(value))
    assert kinds(found) == [OddityKind.MEMBER_MISSING, OddityKind.NO_PARENT]
    assert again(found) == value


def test_definitions_rubrics_and_foreign_members_come_back() -> None:
    value = {"ext:note": [1.5, None]} | package([item("u")], [child("u")])
    value["CFDefinitions"] = {"CFItemTypes": [{"identifier": "t", "title": "Unit"}]}
    value["CFRubrics"] = []
    found = again(read(content(value)))
    assert found == value
    assert list(found) == list(value)


def test_a_byte_order_mark_is_tolerated() -> None:
    assert keys(read(b"\xef\xbb\xbf" + content(package([item("u")], [child("u")])))) == ["u"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], r"^\$: expected an object, got a list\.$"),
        ({}, r"^\$\.CFDocument: expected an object, got nothing\.$"),
        (package([], [], title=None), r"^\$\.CFDocument\.title: expected text, got nothing\.$"),
        (package([], [], identifier=3), r"^\$\.CFDocument\.identifier: expected text, got 3\.$"),
        ({"CFDocument": package([], [])["CFDocument"]}, r"^\$\.CFItems: expected a list, got nothing\.$"),
        (package([7], []), r"^\$\.CFItems\[0\]: expected an object, got 7\.$"),
        (package([item("u"), item("")], []), r"^\$\.CFItems\[1\]\.identifier: expected text, got ''\.$"),
        (package([item("u", fullStatement=None)], []), r"^\$\.CFItems\[0\]\.fullStatement: expected text"),
        (package([item("u", "x" * 20_001)], []), r"fullStatement: expected at most 20000 characters, got 20001"),
        (package([], {}), r"^\$\.CFAssociations: expected a list, got an object\.$"),  # type: ignore[arg-type]  # wrong on purpose
        (package([], [child("u") | {"originNodeURI": None}]), r"^\$\.CFAssociations\[0\]\.originNodeURI: expected"),
        (package([], [child("u") | {"associationType": []}]), r"associationType: expected text, got a list"),
        (package([item("u", "a\0b")], []), r"^\$\.CFItems\[0\]\.fullStatement: expected text without NUL"),
    ],
)
def test_a_malformed_package_is_refused_with_its_path(value: object, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(content(value))


@pytest.mark.parametrize(
    "given_",
    [
        b"",
        b"{",
        b"\xff",
        b"[" * 100_000,
        b"[" * 66 + b"]" * 66,
        b'{"CFDocument": NaN}',
        b'{"CFDocument": 1e999}',
        b'{"CFDocument": {}, "CFDocument": {}}',
        b'{"CFDocument": "\\ud800"}',
        b" " * (MAXIMUM_BYTES + 1),
    ],
)
def test_what_is_no_json_of_this_world_is_refused(given_: bytes) -> None:
    with pytest.raises(Invalid):
        read(given_)


def test_a_tree_that_is_too_deep_is_refused() -> None:
    names = [f"i{number}" for number in range(33)]
    chain = [child("i0"), *(child(low, high) for high, low in pairwise(names))]
    with pytest.raises(Invalid, match="32 levels"):
        read(content(package([item(name) for name in names], chain)))


def test_writing_needs_every_item() -> None:
    found = read(content(package([item("u")], [child("u")])))
    with pytest.raises(Invalid, match="u"):
        write(document=found.document, items={}, associations=[], rest=found.rest)


NAMES = st.sampled_from(["a", "b", "c", "d", "e"])
KINDS = st.sampled_from(["isChildOf", "isTranslationOf", "replacedBy", "isRelatedTo", "odd"])


@given(
    st.lists(
        st.builds(
            item,
            NAMES,
            st.sampled_from(["One", "Two", "<b>Three</b>"]),
            language=st.sampled_from([None, "en", "ja"]),
            CFItemType=st.sampled_from([None, "Unit", "KUK", "Domain"]),
            humanCodingScheme=st.sampled_from([None, "1.9", "1.10", "A"]),
        ),
        max_size=7,
    ),
    st.lists(
        st.builds(
            association,
            st.one_of(NAMES, st.just("outside")),
            KINDS,
            st.one_of(NAMES, st.sampled_from([DOCUMENT, "outside"])),
        ),
        max_size=12,
    ),
)
def test_any_tangle_comes_back_and_loses_no_item(items: list[Any], associations: list[Any]) -> None:
    found = take(items, associations)
    statements = {each["fullStatement"] for each in items}
    layout = [
        entry.get("raw") or {node.key: node.raw for node in found.nodes}[entry["key"]] for entry in found.rest["items"]
    ]
    assert {each["fullStatement"] for each in layout} == statements
    assert [node.position for node in found.nodes] == list(range(len(found.nodes)))
    seen: set[str | None] = {None}
    for node in found.nodes:
        assert node.parent in seen
        seen.add(node.key)
    assert len(found.rest["items"]) == len(items)
    assert found.document["identifier"] == DOCUMENT
