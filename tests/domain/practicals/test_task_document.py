"""A task document is read into a rubric and instructions with sections; refusals name the path."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.practicals.rubric import Checked, Judged, Measured
from assessment.domain.practicals.task_document import read, rubric_of, sections

DEMO = Path(__file__).parents[3] / "assessment" / "demo"


def demo(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DEMO / name / "task.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize(("name", "keys"), [("welder", [None, "wps"]), ("kitchen", [None, "recipe", "house_plan"])])
def test_instructions_keep_their_sections(name: str, keys: list[str | None]) -> None:
    document = read(demo(name))
    for language in ("id", "en"):
        parts = sections(document.instructions[language])
        assert [part.key for part in parts] == keys
        for part in parts:
            assert part.text == demo(name)[part.key or "instructions"][language]


def test_every_kind_of_criterion_becomes_its_marking() -> None:
    kinds = {"judged": Judged, "measured": Measured, "checked": Checked}
    for written, found in zip(demo("welder")["criteria"], read(demo("welder")).criteria, strict=True):
        assert isinstance(found.marking, kinds[written["kind"]])
        assert found.safety_critical is written["safety_critical"]


def test_a_rubric_criterion_points_to_ids() -> None:
    document = read(demo("kitchen"))
    ids = {number: f"id of {number}" for criterion in document.criteria for number in criterion.proves}
    rubric = rubric_of(document, ids)
    for criterion, made in zip(document.criteria, rubric.criteria, strict=True):
        assert [each.criterion_id for each in made.alignments] == [f"id of {number}" for number in criterion.proves]


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("method", "written", r"criteria\[0\]\.method: expected one of observed, product, oral, got 'written'"),
        ("safety_critical", 1, r"criteria\[0\]\.safety_critical: expected true or false, got 1"),
        ("title", {"id": "a"}, r"criteria\[0\]\.title: expected a text in each of en, id, got id"),
        ("criteria", [], r"criteria\[0\]\.criteria: expected a list of 1 to 200 entries, got 0"),
        ("criteria", ["U/1.1", "U/1.1"], r"criteria\[0\]\.criteria: expected each code once"),
        ("group", "reading", r"criteria\[0\]\.group: expected a group on judged criteria only"),
    ],
)
def test_a_refusal_names_path_expected_and_got(place: str, value: Any, message: str) -> None:
    document = demo("welder")
    document["criteria"][0][place] = value
    with pytest.raises(Invalid, match=message):
        read(document)


@pytest.mark.parametrize("document", [None, [], "{}", 7])
def test_something_else_is_refused(document: Any) -> None:
    with pytest.raises(Invalid, match="task: expected an object"):
        read(document)


def measured(**said: Any) -> dict[str, Any]:
    """The welder's task with one measured criterion, the undercut, said in another way."""
    document = demo("welder")
    criterion = next(each for each in document["criteria"] if each.get("imperfection") == "1.7")
    document["criteria"] = [{**criterion, **said}]
    if "imperfection" not in said:
        del document["criteria"][0]["imperfection"]
    return document


def limits_of(document: dict[str, Any]) -> tuple[Measured, str]:
    (criterion,) = read(document).criteria
    assert isinstance(criterion.marking, Measured)
    return criterion.marking, criterion.limit_source


def test_an_imperfection_is_limited_by_the_table_for_the_test_piece() -> None:
    document = measured(imperfection="1.7")
    marking, source = limits_of(document)
    assert (marking.limits.lower, marking.limits.upper, marking.confirmed) == (None, Decimal("0.5"), True)
    assert source == "ISO 5817, older edition, second-hand, level B, no. 1.7: min(0.05·t, 0.5), t = 10 mm"
    document["test_piece"]["t"] = "6"
    assert limits_of(document)[0].limits.upper == Decimal("0.3")
    document["acceptance"]["others"] = {"1.7": "D"}
    assert limits_of(document)[0].limits.upper == 1
    document["test_piece"]["t"] = "2,5"
    marking, source = limits_of(document)
    assert (marking.limits.upper, marking.confirmed) == (Decimal("0.5"), False)
    assert source.endswith("1.7: short: 0.2·t, t = 2.5 mm, unconfirmed")


def test_a_limit_may_depend_on_the_test_piece() -> None:
    document = measured(lower="0.1*t", upper="min(0.3*t, 5)", confirmed=True, limit_source="WPS")
    marking, source = limits_of(document)
    assert (marking.limits.lower, marking.limits.upper) == (Decimal(1), Decimal(3))
    assert source == "WPS: 0.1·t, t = 10 mm; min(0.3·t, 5), t = 10 mm"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower": None, "upper": "0.1*a", "confirmed": True}, r"upper: .*got none for a"),
        ({"lower": None, "upper": "0.1*q", "confirmed": True}, r"upper: .*at place 5 of the limit 0\.1\*q"),
        ({"lower": None, "upper": "1+1", "confirmed": True}, r"upper: expected a number as text"),
        ({"lower": None, "upper": 0.5, "confirmed": True}, r"upper: expected a number as text"),
        ({"lower": "0.3*t", "upper": "0.1*t", "confirmed": True}, r"criteria\[0\]: .*lower limit of at most"),
        ({"upper": "1"}, r"criteria\[0\]: expected lower, upper and confirmed.*confirmed, lower"),
        ({"imperfection": "1.7", "upper": "1"}, r"criteria\[0\]: expected an imperfection in mm.*got upper"),
        ({"imperfection": "1.7", "unit": "cm"}, r"criteria\[0\]: expected an imperfection in mm.*'cm'"),
        ({"imperfection": "9.9"}, r"imperfection: .*got 9\.9"),
        ({"imperfection": "1.9"}, r"imperfection: .*got none for b"),
    ],
)
def test_a_limit_that_cannot_be_calculated_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(measured(**change))


@pytest.mark.parametrize(
    ("member", "value", "message"),
    [
        ("test_piece", {"joint": "lap", "t": "10"}, r"test_piece\.joint: expected one of butt, fillet, got 'lap'"),
        ("test_piece", {"joint": "butt", "t": 10}, r"test_piece\.t: expected millimetres as text"),
        ("test_piece", {"joint": "butt", "t": "0"}, r"test_piece\.t: expected millimetres as text"),
        ("test_piece", {"joint": "butt"}, r"a thickness t of at least"),
        ("test_piece", {"t": "10"}, r"test_piece: expected the member joint"),
        ("acceptance", {"level": "A"}, r"acceptance\.level: expected one of B, C, D, got 'A'"),
        ("acceptance", {"level": "B", "others": {"1.9": "E"}}, r"acceptance\.others\.1\.9: expected one of B, C, D"),
    ],
)
def test_a_test_piece_is_read_with_care(member: str, value: Any, message: str) -> None:
    document = measured(imperfection="1.7")
    document[member] = value
    with pytest.raises(Invalid, match=message):
        read(document)


def test_an_imperfection_needs_a_test_piece_and_an_acceptance() -> None:
    for member in ("test_piece", "acceptance"):
        document = measured(imperfection="1.7")
        del document[member]
        with pytest.raises(Invalid, match="expected a test_piece and an acceptance in the task"):
            read(document)
