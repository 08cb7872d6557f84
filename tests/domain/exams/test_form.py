"""What a form covers, and a blueprint's own rules and stored form."""

from fractions import Fraction

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.exams.form import (
    Blueprint,
    Difficulty,
    PoolItem,
    Quota,
    Range,
    blueprint_from_json,
    blueprint_to_json,
    coverage,
    difficulty_of,
)
from assessment.domain.plan import Coverage, Kind


def item(name: str, unit: str, *criteria: str) -> PoolItem:
    return PoolItem(id=name, unit_id=unit, criterion_ids=frozenset(criteria))


@pytest.mark.parametrize(
    "quotas",
    [
        (),
        (Quota(unit_id="u1", items=0),),
        (Quota(unit_id="u1", items=1),) * 2,
        (Quota(unit_id="u1", items=1, section=0),),
    ],
)
def test_a_bad_blueprint_is_refused(quotas: tuple[Quota, ...]) -> None:
    with pytest.raises(Invalid):
        Blueprint(quotas=quotas)


@pytest.mark.parametrize("forms", [0, 7])
def test_parallel_forms_are_one_to_six(forms: int) -> None:
    with pytest.raises(Invalid, match="1 to 6"):
        Blueprint(quotas=(Quota(unit_id="u1", items=1),), forms=forms)


@pytest.mark.parametrize(("least", "most"), [(-1, None), (3, 2)])
def test_an_empty_range_is_refused(least: int, most: int | None) -> None:
    with pytest.raises(Invalid):
        Range(least=least, most=most)


def test_a_stored_blueprint_is_read_back() -> None:
    blueprint = Blueprint(
        quotas=(Quota(unit_id="u1", items=3, section=2), Quota(unit_id="u2", items=1)),
        kinds={"single_choice": Range(least=1), "numeric_entry": Range(least=0, most=2)},
        difficulty={Difficulty.HARD: Range(least=1, most=1)},
        shown_at_most=200,
        forms=2,
        common_at_most=1,
    )
    assert blueprint_from_json(blueprint_to_json(blueprint)) == blueprint


def test_a_blueprint_of_the_first_version_is_still_read() -> None:
    stored = {"v": 1, "quotas": [{"unit": "u1", "items": 3}]}
    assert blueprint_from_json(stored) == Blueprint.of_units({"u1": 3, "u2": 0})


def test_another_version_of_a_blueprint_is_refused() -> None:
    with pytest.raises(Invalid, match="got 9"):
        blueprint_from_json({"v": 9, "quotas": []})


@pytest.mark.parametrize(
    ("percent", "band"), [(0, "hard"), (39, "hard"), (40, "medium"), (74, "medium"), (75, "easy"), (100, "easy")]
)
def test_the_band_of_a_proportion(percent: int, band: str) -> None:
    assert difficulty_of(Fraction(percent, 100)) == Difficulty(band)


def test_coverage_counts_items_per_criterion() -> None:
    assert coverage([item("a", "u1", "c1", "c2"), item("b", "u1", "c1")]) == (
        Coverage(criterion_id="c1", method=Method.WRITTEN, kind=Kind.ITEMS, items=2),
        Coverage(criterion_id="c2", method=Method.WRITTEN, kind=Kind.ITEMS, items=1),
    )
