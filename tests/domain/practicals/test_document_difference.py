"""What changed between two states of a task document: words, facts, and nothing silently."""

from copy import deepcopy
from typing import Any

import pytest

from assessment.domain.items.authoring.difference import ChangedFact, Sort
from assessment.domain.practicals.document_difference import compare_documents
from tests.factories.practicals import a_criterion, a_document


def changed(**members: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    document = a_document()
    return document, deepcopy(document) | members


def test_nothing_differs_from_itself() -> None:
    assert compare_documents(*changed()) == ([], [])


def test_a_word_is_shown_beside_the_one_it_replaces_in_its_language() -> None:
    old, new = changed()
    new["criteria"][0]["title"]["en"] = "Criterion J1 anew (en)"
    ((language, text),), facts = compare_documents(old, new)
    assert (language, text.place, text.where, facts) == ("en", "title", "J1", [])
    assert [piece.text.strip() for piece in text.pieces if piece.sort is Sort.INSERTED] == ["anew"]
    assert not [piece for piece in text.pieces if piece.sort is Sort.DELETED]


def test_facts_are_named_by_criterion() -> None:
    old, new = changed(minutes=90)
    new["criteria"][1]["upper"] = "0.4"
    new["criteria"][2]["safety_critical"] = False
    assert compare_documents(old, new)[1] == [
        ChangedFact(place="minutes", where="", old="60", new="90"),
        ChangedFact(place="upper", where="M1", old="0.5", new="0.4"),
        ChangedFact(place="safety_critical", where="C1", old="✓", new=""),
    ]


def test_a_moved_criterion_changes_the_order_alone() -> None:
    old, new = changed()
    new["criteria"].reverse()
    assert compare_documents(old, new) == (
        [],
        [ChangedFact(place="criteria", where="", old="J1, M1, C1", new="C1, M1, J1")],
    )


def test_an_added_criterion_comes_with_all_it_says() -> None:
    old, new = changed()
    new["criteria"].append(a_criterion("J9", "judged", number="1.1"))
    texts, facts = compare_documents(old, new)
    assert {text.where for _language, text in texts} == {"J9", "J9 0", "J9 1", "J9 2", "J9 3"}
    assert ("kind", "J9", "", "judged") in {(each.place, each.where, each.old, each.new) for each in facts}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("test_piece", {"thickness": "10"}),
        ("acceptance", {"level": "B", "others": {"5011": "C"}}),
        ("assessors", 2),
        ("groups", {"technique": {"id": "Lain", "en": "Other"}}),
        ("steps", [{"key": "weld", "title": {"id": "Las", "en": "Weld"}}]),
        ("wps", {"id": "WPS lain", "en": "Another WPS"}),
        ("unknown", [{"a": 1}]),
    ],
)
def test_no_member_changes_in_silence(member: str, value: Any) -> None:
    texts, facts = compare_documents(*changed(**{member: value}))
    assert texts or facts
