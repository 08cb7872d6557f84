"""A task document as CASE 1.1 and back: identical, changed by another tool, foreign, broken, hostile.

No public package with rubrics was found; the foreign ones here are written by hand from the specification's members.
"""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.practicals.case_rubric import CRITERION, TASK, Item, read, write
from assessment.practicals.ready_rubrics import READY, ready_document
from tests.factories.practicals import UNIT, a_criterion, a_document, demo_document

AT = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
ITEMS = {f"{UNIT}/1.{n}": Item(identifier=f"item-{n}", title=f"1.{n}") for n in range(1, 12)}
PATHS = {item.identifier: path for path, item in ITEMS.items()}


def package(document: dict[str, Any], language: str = "id") -> dict[str, Any]:
    return write(
        document,
        address="https://example.org/tasks/1",
        creator="LSP Contoh",
        language=language,
        items=ITEMS,
        changed_at=AT,
    )


def back(value: object) -> dict[str, Any]:
    return read(json.dumps(value).encode(), PATHS)


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    "document",
    [a_document(), demo_document("welder"), demo_document("kitchen"), *(ready_document(key) for key in READY)],
    ids=lambda document: document["code"],
)
def test_a_rubric_comes_back_identical(document: dict[str, Any], language: str) -> None:
    assert back(package(document, language)) == document


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["judged", "measured", "checked"]).flatmap(
            lambda kind: st.builds(
                lambda weight, safety, report: {
                    **a_criterion("X", kind, safety_critical=safety),
                    **({"weight": weight} if weight else {}),
                    **({"report": report} if report else {}),
                },
                st.sampled_from(["", "1", "1.0", "0.25", "12"]),
                st.booleans(),
                st.sampled_from(["", "bend", "macro"]),
            )
        ),
        min_size=1,
        max_size=8,
    ),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1, max_size=40),
)
def test_whatever_is_written_comes_back(criteria: list[dict[str, Any]], title: str) -> None:
    numbered = [{**each, "code": f"X{place}"} for place, each in enumerate(criteria)]
    document = a_document(*numbered, title={"id": title, "en": "Task"})
    assert back(package(document)) == document


def test_what_case_has_a_member_for_stands_there() -> None:
    written = package(a_document(a_criterion("J1", "judged", weight="2.5")), "en")
    assert {"identifier", "uri", "creator", "title", "lastChangeDateTime"} <= written["CFDocument"].keys()
    (rubric,) = written["CFRubrics"]
    (criterion,) = rubric["CFRubricCriteria"]
    assert (rubric["title"], criterion["description"]) == ("Sample task (en)", "Criterion J1 (en)")
    assert (criterion["category"], criterion["weight"], criterion["position"]) == ("Prepare (en)", 2.5, 1)
    assert criterion["CFItemURI"] == {"title": "1.1", "identifier": "item-1", "uri": "urn:uuid:item-1"}
    assert [(each["score"], each["description"]) for each in criterion["CFRubricCriterionLevels"]] == [
        (score, f"Level {score} (en)") for score in range(4)
    ]
    assert criterion["rubricId"] == rubric["identifier"]
    for each in (rubric, criterion, *criterion["CFRubricCriterionLevels"]):
        assert {"identifier", "uri", "lastChangeDateTime"} <= each.keys()


def test_a_text_that_another_tool_changed_comes_in() -> None:
    written = package(a_document(), "en")
    criterion = written["CFRubrics"][0]["CFRubricCriteria"][0]
    criterion["description"] = "Keeps the arc short"
    criterion["weight"] = 4
    criterion["CFRubricCriterionLevels"][0]["description"] = "Loses the arc"
    found = back(written)["criteria"][0]
    assert found["title"] == {"id": "Criterion J1 (id)", "en": "Keeps the arc short"}
    assert (found["weight"], found["levels"][0]["en"]) == ("4", "Loses the arc")


def test_a_rubric_of_another_tool_becomes_a_draft() -> None:
    levels = [
        {"identifier": "l2", "uri": "u", "lastChangeDateTime": "x", "quality": "Good", "score": 3},
        {"identifier": "l1", "uri": "u", "lastChangeDateTime": "x", "description": "Not yet", "score": 0},
    ]
    foreign = {
        "CFDocument": {"identifier": "d", "title": "Welding", "language": "en-US"},
        "CFRubrics": [
            {
                "identifier": "r",
                "title": "Weld",
                "CFRubricCriteria": [
                    {"identifier": "b", "category": "Cap", "description": "Even", "position": 2, "weight": 2.0,
                     "CFRubricCriterionLevels": levels, "CFItemURI": {"identifier": "item-2"}},
                    {"identifier": "a", "category": "Root", "description": "Through", "position": 1},
                ],
            }
        ],
    }  # fmt: skip
    found = back(foreign)
    assert (found["title"], [step["title"]["en"] for step in found["steps"]]) == (
        {"id": "", "en": "Weld"},
        ["Root", "Cap"],
    )
    first, second = found["criteria"]
    assert (first["kind"], first["code"], first["criteria"]) == ("checked", "K01", [])
    assert (second["kind"], second["weight"], second["criteria"]) == ("judged", "2.0", [f"{UNIT}/1.2"])
    assert [level["en"] for level in second["levels"]] == ["Not yet", "Good"]


def spoiled(change: Any) -> dict[str, Any]:
    written = package(a_document())
    change(written)
    return written


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([], "$"),
        ({}, "$.CFRubrics"),
        ({"CFRubrics": []}, "$.CFRubrics"),
        ({"CFRubrics": [{}, {}]}, "$.CFRubrics"),
        ({"CFRubrics": [{"CFRubricCriteria": None}]}, "$.CFRubrics[0].CFRubricCriteria"),
        ({"CFRubrics": [{"CFRubricCriteria": [{}] * 201}]}, "$.CFRubrics[0].CFRubricCriteria"),
        ({"CFRubrics": [{"CFRubricCriteria": ["x"]}]}, "$.CFRubrics[0].CFRubricCriteria[0]"),
        ({"CFRubrics": [{"CFRubricCriteria": [{"description": 4}]}]}, "$.CFRubrics[0].CFRubricCriteria[0].description"),
        ({"CFRubrics": [{"CFRubricCriteria": [{"weight": "heavy"}]}]}, "$.CFRubrics[0].CFRubricCriteria[0].weight"),
        ({"CFRubrics": [{"CFRubricCriteria": [{"weight": 1e300}]}]}, "$.CFRubrics[0].CFRubricCriteria[0].weight"),
        (
            {"CFRubrics": [{"CFRubricCriteria": [{"CFRubricCriterionLevels": [{}] * 11}]}]},
            "$.CFRubrics[0].CFRubricCriteria[0].CFRubricCriterionLevels",
        ),
        (spoiled(lambda it: it["CFRubrics"][0]["extensions"][TASK].update(v=2)), f"$.CFRubrics[0].extensions.{TASK}"),
        (spoiled(lambda it: it["CFRubrics"][0]["extensions"][TASK]["task"].update(title=["x"])), "title"),
        (spoiled(lambda it: it["CFRubrics"][0]["extensions"][TASK]["task"].update(surprise=1)), "task"),
        (spoiled(lambda it: it["CFRubrics"][0]["extensions"][TASK]["task"].update(steps=[])), "steps"),
        (
            spoiled(
                lambda it: it["CFRubrics"][0]["CFRubricCriteria"][0]["extensions"][CRITERION]["criterion"].update(
                    levels="none"
                )
            ),
            "criteria[0].levels",
        ),
        (
            spoiled(
                lambda it: it["CFRubrics"][0]["CFRubricCriteria"][0]["extensions"][CRITERION]["criterion"].update(
                    code="<script>"
                )
            ),
            "criteria[0].code",
        ),
        (
            spoiled(
                lambda it: it["CFRubrics"][0]["CFRubricCriteria"].append(it["CFRubrics"][0]["CFRubricCriteria"][0])
            ),
            "criteria",
        ),
    ],
)
def test_what_is_broken_is_refused_with_its_path(value: object, path: str) -> None:
    with pytest.raises(Invalid) as refused:
        back(value)
    assert refused.value.values["path"] == path


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b'{"CFRubrics": NaN}', b'{"a": 1, "a": 2}', b"[" * 5000, b'{"CFRubrics": ["\\ud800"]}'],
)
def test_what_is_no_package_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content, PATHS)


def test_a_rubric_larger_than_a_draft_is_refused() -> None:
    entry = {"description": "x" * 7_000}
    with pytest.raises(Invalid, match="at most"):
        back({"CFRubrics": [{"CFRubricCriteria": [entry] * 100}]})
