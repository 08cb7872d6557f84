"""A task document is read into a rubric and instructions with sections; refusals name the path."""

import json
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
