"""A task while it is written: parts, what is missing, moving and copying; and the rubrics that are ready."""

from typing import Any

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid, NotFound
from assessment.domain.practicals.document_draft import (
    added,
    copied,
    look_through,
    moved,
    new_criterion,
    new_document,
    only_known,
    part_digest,
    removed,
    with_criterion,
    with_frame,
)
from assessment.domain.practicals.iso5817 import ROWS
from assessment.domain.practicals.rubric import Judged, Measured, coverage
from assessment.domain.practicals.task_document import read, rubric_of
from assessment.practicals.ready_rubrics import READY, ready_document
from tests.factories.practicals import UNIT, a_criterion, a_document, both

KNOWN = {f"{UNIT}/1.1", f"{UNIT}/1.2", f"{UNIT}/1.3"}


def codes(document: dict[str, Any]) -> list[str]:
    return [each["code"] for each in document["criteria"]]


def test_an_empty_task_says_everything_that_is_missing_at_once() -> None:
    made, faults = look_through(new_document(), KNOWN)
    said = [str(fault.error) for fault in faults]
    assert made is None
    assert {fault.code for fault in faults} == {None}
    for path in ("steps[0].title", "code", "title", "instructions"):
        assert any(text.startswith(path) for text in said), (path, said)
    assert "The rubric has no criterion yet." in said


def test_each_criterion_has_its_own_faults() -> None:
    document = a_document()
    document = added(document, new_criterion("judged", "", "weld"))
    document = added(document, {**a_criterion("X1", "checked"), "criteria": [f"{UNIT}/9.9"]})
    _, faults = look_through(document, KNOWN)
    assert sorted({fault.code or "" for fault in faults}) == ["K01", "X1"]
    assert look_through(a_document(), KNOWN)[1] == []


def test_an_unconfirmed_limit_guards_nothing() -> None:
    document = a_document(a_criterion("M1", "measured", confirmed=False, safety_critical=True))
    _, faults = look_through(document, KNOWN)
    assert [(fault.code, "unconfirmed one guards nothing" in str(fault.error)) for fault in faults] == [("M1", True)]


def test_a_group_is_judged_by_one_scale() -> None:
    five = [both(f"Level {level}") for level in range(5)]
    document = a_document(a_criterion("J1", "judged"), a_criterion("J2", "judged", levels=five))
    _, faults = look_through(document, KNOWN)
    assert [fault.code for fault in faults] == ["J2"]


def test_a_scale_of_its_own_meets_the_standard_where_it_suffices() -> None:
    five = [both(f"Level {level}") for level in range(5)]
    document = read(a_document(a_criterion("J1", "judged", levels=five, minimum_level=4)))
    marking = document.criteria[0].marking
    assert isinstance(marking, Judged)
    assert (marking.highest, marking.own_scale) == (4, True)
    (covered,) = coverage(rubric_of(document, {f"{UNIT}/1.1": "id"}))
    assert (covered.criterion_id, covered.method, covered.level) == ("id", Method.OBSERVED, 1)


def test_parts_are_told_apart() -> None:
    document = a_document()
    frame, first = part_digest(document, None), part_digest(document, "J1")
    other = with_criterion(document, {**document["criteria"][1], "weight": "2"})
    assert (part_digest(other, None), part_digest(other, "J1")) == (frame, first)
    assert part_digest(other, "M1") != part_digest(document, "M1")
    assert part_digest(with_frame(document, {**document, "minutes": 61}), None) != frame
    with pytest.raises(NotFound):
        part_digest(document, "gone")


def test_criteria_move_inside_their_step() -> None:
    document = a_document()
    assert codes(document) == ["J1", "M1", "C1"]
    assert codes(moved(document, "C1", -1)) == ["J1", "C1", "M1"]
    assert codes(moved(document, "M1", -1)) == ["J1", "M1", "C1"]
    assert codes(removed(document, "M1")) == ["J1", "C1"]
    assert codes(added(document, a_criterion("J1", "checked"))) == ["J1", "J1-2", "M1", "C1"]


def test_copying_brings_along_what_a_criterion_needs() -> None:
    other = ready_document("weld_visual_butt_c")
    document = copied(a_document(), other, ["C06", "C09", "B01"])
    assert codes(document) == ["J1", "M1", "C1", "B01", "C06", "C09"]
    assert [step["key"] for step in document["steps"]] == ["prepare", "weld", "before", "cap"]
    assert "appearance" in document["groups"]
    assert document["acceptance"] == {"level": "C"}
    assert document["test_piece"]["joint"] == "butt"
    assert only_known(document, KNOWN)["criteria"][-1]["criteria"] == []


@pytest.mark.parametrize("key", READY)
def test_a_ready_rubric_is_sound_once_it_is_aligned(key: str) -> None:
    document = ready_document(key)
    assert READY[key].title("id") != READY[key].title("en")
    for criterion in document["criteria"]:
        criterion["criteria"] = [f"{UNIT}/1.1"]
    made, faults = look_through(document, KNOWN)
    assert faults == []
    assert made is not None
    assert set(made.titles) == {"id", "en"}


def test_the_butt_weld_rubric_has_thirty_criteria_and_fits_the_sample_scheme() -> None:
    for level in "bcd":
        made = read(ready_document(f"weld_visual_butt_{level}"))
        assert len(made.criteria) == 30
        assert all(path.startswith(f"{UNIT}/") for criterion in made.criteria for path in criterion.proves)


def test_the_weld_rubrics_hold_every_confirmed_limit() -> None:
    used = {
        criterion["imperfection"]
        for file in ("butt", "fillet")
        for criterion in ready_document(f"weld_visual_{file}_b")["criteria"]
        if "imperfection" in criterion
    }
    assert {row.number for row in ROWS if row.confirmed} <= used


def test_a_stricter_level_never_permits_more_in_a_ready_rubric() -> None:
    def limits(level: str) -> list[Any]:
        made = read(ready_document(f"weld_visual_butt_{level}"))
        return [each.marking.limits.upper for each in made.criteria if isinstance(each.marking, Measured)]

    for b, c, d in zip(limits("b"), limits("c"), limits("d"), strict=True):
        assert b <= c <= d


def test_the_worldskills_form_adds_up_to_a_hundred_and_is_marked_by_three() -> None:
    document = ready_document("worldskills")
    for criterion in document["criteria"]:
        criterion["criteria"] = [f"{UNIT}/1.1"]
    made = read(document)
    assert (made.assessors, made.spread) == (3, 1)
    assert sum(criterion.weight for criterion in made.criteria) == 100
    assert rubric_of(made, {f"{UNIT}/1.1": "id"}).assessors == 3


def test_the_osce_form_has_a_checklist_and_a_global_rating_of_its_own_scale() -> None:
    criteria = ready_document("osce")["criteria"]
    assert [each["kind"] for each in criteria].count("checked") == 10
    assert len(criteria[-1]["levels"]) == 5


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"assessors": 4}, "assessors"),
        ({"spread": -1}, "spread"),
        ({"materials": {"id": "x"}}, "materials"),
        ({"criteria": [a_criterion("A1", "checked", weight="0")]}, "criteria[0].weight"),
        ({"criteria": [a_criterion("A1", "checked", weight=2)]}, "criteria[0].weight"),
        ({"criteria": [a_criterion("A1", "measured", resolution="fine")]}, "criteria[0].resolution"),
        ({"criteria": [a_criterion("A1", "checked", report="smell")]}, "criteria[0].report"),
        ({"criteria": [a_criterion("A1", "judged", levels=[both("only")])]}, "criteria[0].levels"),
        ({"criteria": [a_criterion("A1", "judged", levels=[both("x")] * 11)]}, "criteria[0].levels"),
        ({"criteria": [a_criterion("A1", "judged", minimum_level=4)]}, "criteria[0].minimum_level"),
    ],
)
def test_what_is_wrong_is_refused_with_its_path(members: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refused:
        read({**a_document(), **members})
    assert refused.value.values["path"].startswith(path)
