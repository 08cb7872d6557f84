"""What a sound rubric has, what it yields to the plan, and how its marking is stored."""

from dataclasses import replace
from decimal import Decimal

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.plan import Coverage, Kind
from assessment.domain.practicals import marking_json
from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.rubric import (
    Alignment,
    Checked,
    Defect,
    Judged,
    Marking,
    Measured,
    Rubric,
    RubricCriterion,
    check,
    coverage,
    require_sound,
)
from tests.domain.practicals.rubrics import DESCRIPTORS, checked, judged, measured


def defects(*criteria: RubricCriterion, assessors: int = 1) -> list[Defect]:
    rubric = Rubric(criteria=criteria, assessors=assessors)
    return [finding.defect for finding in check(rubric, known_criteria={"c1", "c2"})]


def test_a_sound_rubric_has_no_defect() -> None:
    assert defects(judged("j"), measured("m"), checked("k", safety=True)) == []


@pytest.mark.parametrize("descriptors", [DESCRIPTORS[:3], (*DESCRIPTORS[:3], " "), ()])
def test_every_level_needs_a_descriptor(descriptors: tuple[str, ...]) -> None:
    marking = Judged(descriptors=descriptors, minimum=1, group="g")
    assert defects(replace(judged("j"), marking=marking)) == [Defect.MISSING_DESCRIPTOR]


@pytest.mark.parametrize("minimum", [0, 4])
def test_a_minimum_is_a_level_that_can_be_missed(minimum: int) -> None:
    assert defects(judged("j", minimum=minimum)) == [Defect.MINIMUM_OUT_OF_RANGE]


def test_every_criterion_is_aligned_with_the_standard() -> None:
    assert defects(replace(checked("k"), alignments=())) == [Defect.NOT_ALIGNED]
    assert defects(checked("k", criterion="c9")) == [Defect.UNKNOWN_ALIGNMENT]


def test_a_practical_gives_no_written_evidence() -> None:
    written = (Alignment(criterion_id="c1", method=Method.WRITTEN),)
    assert defects(replace(checked("k"), alignments=written)) == [Defect.METHOD]


def test_a_safety_limit_must_be_confirmed() -> None:
    assert defects(measured("m", confirmed=False, safety=True)) == [Defect.SAFETY_UNCONFIRMED]


def test_the_rubric_as_a_whole_is_checked() -> None:
    assert defects() == [Defect.NO_CRITERIA]
    assert defects(checked("k"), checked("k"), assessors=4) == [Defect.ASSESSORS, Defect.DUPLICATE_ID]


def test_a_refusal_names_every_defect() -> None:
    rubric = Rubric(criteria=(judged("j", minimum=0), checked("k", criterion="c9")))
    with pytest.raises(Invalid, match=r"j: minimum_out_of_range; k: unknown_alignment"):
        require_sound(rubric, known_criteria={"c1"})


def test_coverage_counts_the_lowest_minimum_and_no_unconfirmed_limit() -> None:
    rubric = Rubric(
        criteria=(
            judged("a", minimum=2),
            judged("b", minimum=1),
            measured("c", confirmed=False),
            measured("d", criterion="c2"),
            checked("e"),
        )
    )
    assert set(coverage(rubric)) == {
        Coverage(criterion_id="c1", method=Method.OBSERVED, kind=Kind.LEVEL, level=1),
        Coverage(criterion_id="c2", method=Method.PRODUCT, kind=Kind.LIMIT),
        Coverage(criterion_id="c1", method=Method.OBSERVED, kind=Kind.YES),
    }


@pytest.mark.parametrize(
    "marking",
    [
        Judged(descriptors=DESCRIPTORS, minimum=2, group="technique"),
        Measured(limits=Limits(unit="°C", lower=None, upper=Decimal("5.0")), tool="Probe thermometer", confirmed=True),
        Checked(),
    ],
)
def test_a_stored_marking_reads_back(marking: Marking) -> None:
    stored = marking_json.to_json(marking)
    assert stored["v"] == 1
    read = marking_json.from_json(stored, descriptors=DESCRIPTORS, tool="Probe thermometer")
    assert read == marking


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"v": 2, "kind": "checked"},
        {"v": 1, "kind": "guessed"},
        {"v": 1, "kind": "judged", "minimum": "2", "group": "g"},
        {"v": 1, "kind": "measured", "unit": "mm", "lower": 1, "upper": None, "confirmed": True},
        {"v": 1, "kind": "measured", "unit": "mm", "lower": None, "upper": "1", "confirmed": 1},
    ],
)
def test_what_is_no_marking_is_refused(value: object) -> None:
    with pytest.raises(Invalid):
        marking_json.from_json(value)
