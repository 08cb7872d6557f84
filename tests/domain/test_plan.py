"""The assessment plan: round trip, refusals, and each kind of hole."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.competency import Criterion, Element, Method, Unit
from assessment.domain.errors import Invalid
from assessment.domain.plan import (
    Cell,
    Coverage,
    Hole,
    HoleReason,
    Instrument,
    ItemsCut,
    Kind,
    LevelAtLeast,
    WithinLimit,
    Yes,
    from_json,
    holes,
    minimum_items,
    to_json,
)

WRITTEN = Cell(criterion_id="c1", method=Method.WRITTEN, rule=ItemsCut(minimum_items=2, cut=Fraction(3, 5)))
JUDGED = Cell(criterion_id="c1", method=Method.OBSERVED, rule=LevelAtLeast(level=2))


def unit(*criterion_ids: str, complete: bool = True) -> Unit:
    criteria = tuple(Criterion(id=each, number=each) for each in criterion_ids)
    elements = (Element(id="e1", number="1", criteria=criteria),) if criteria else ()
    return Unit(id="u1", code="C.25LAS01.029.1", elements=elements, complete=complete)


def covering(**fields: object) -> Instrument:
    values: dict[str, object] = {"criterion_id": "c1", "method": Method.WRITTEN, "kind": Kind.ITEMS, "items": 2}
    return Instrument(reference="form", covers=(Coverage(**(values | fields)),))  # type: ignore[arg-type]  # what a test overrides


rules = st.one_of(
    st.builds(
        ItemsCut,
        minimum_items=st.integers(1, 50),
        cut=st.fractions(min_value=Fraction(1, 100), max_value=1, max_denominator=100),
    ),
    st.builds(LevelAtLeast, level=st.integers(1, 3)),
    st.just(Yes()),
)


@given(
    st.lists(
        st.builds(Cell, criterion_id=st.text(min_size=1), method=st.just(Method.ORAL), rule=rules),
        unique_by=lambda cell: cell.criterion_id,
    )
)
def test_reads_back_what_it_wrote(cells: list[Cell]) -> None:
    assert from_json(to_json(cells)) == tuple(cells)


def test_writes_cuts_exactly() -> None:
    assert to_json([WRITTEN]) == {
        "v": 1,
        "cells": [
            {
                "criterion": "c1",
                "method": "written",
                "rule": {"kind": "items_cut", "minimum_items": 2, "cut": "3/5"},
            }
        ],
    }


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "items_cut", "minimum_items": 0, "cut": "1/2"},
        {"kind": "items_cut", "minimum_items": True, "cut": "1/2"},
        {"kind": "items_cut", "minimum_items": 1, "cut": "1/0"},
        {"kind": "items_cut", "minimum_items": 1, "cut": "3/2"},
        {"kind": "items_cut", "minimum_items": 1, "cut": 0.5},
        {"kind": "level_at_least", "level": 4},
        {"kind": "within_limit"},
        {"kind": "mostly"},
        None,
    ],
)
def test_refuses_a_rule_naming_its_cell(rule: object) -> None:
    plan = {"v": 1, "cells": [{"criterion": "c1", "method": "written", "rule": rule}]}
    with pytest.raises(Invalid, match=r"Cell 1|sufficiency rule that fits"):
        from_json(plan)


@pytest.mark.parametrize("plan", [None, [], {"v": 2, "cells": []}, {"v": 1}, {"v": 1, "cells": [{}]}])
def test_refuses_what_is_no_plan(plan: object) -> None:
    with pytest.raises(Invalid):
        from_json(plan)


def test_refuses_a_cell_that_stands_twice() -> None:
    with pytest.raises(Invalid, match="got two"):
        from_json(to_json([WRITTEN, WRITTEN]))


def test_measurement_is_never_written() -> None:
    with pytest.raises(Invalid):
        Cell(criterion_id="c1", method=Method.WRITTEN, rule=WithinLimit())


def test_a_covered_plan_has_no_hole() -> None:
    assert holes([unit("c1")], [WRITTEN], [covering()]) == ()


def test_a_criterion_without_a_cell_is_a_hole() -> None:
    found = holes([unit("c1", "c2")], [WRITTEN], [covering()])
    assert found == (Hole(reason=HoleReason.NO_CELL, unit_id="u1", criterion_id="c2"),)


def test_a_cell_without_an_instrument_is_a_hole() -> None:
    assert [hole.reason for hole in holes([unit("c1")], [WRITTEN], [])] == [HoleReason.NO_INSTRUMENT]


def test_a_form_with_too_few_items_is_a_hole_that_counts() -> None:
    (hole,) = holes([unit("c1")], [WRITTEN], [covering(items=1)])
    assert (hole.reason, hole.wanted, hole.found) == (HoleReason.TOO_FEW_ITEMS, 2, 1)


def test_one_form_with_enough_items_is_enough() -> None:
    assert holes([unit("c1")], [WRITTEN], [covering(items=1), covering(items=2)]) == ()


def test_every_rubric_must_ask_for_the_level() -> None:
    weak, strong = (covering(method=Method.OBSERVED, kind=Kind.LEVEL, items=0, level=level) for level in (1, 2))
    (hole,) = holes([unit("c1")], [JUDGED], [weak, strong])
    assert (hole.reason, hole.wanted, hole.found) == (HoleReason.LEVEL_TOO_LOW, 2, 1)
    assert holes([unit("c1")], [JUDGED], [strong]) == ()


def test_an_instrument_of_another_kind_does_not_fill_a_cell() -> None:
    answer = covering(method=Method.OBSERVED, kind=Kind.YES, items=0)
    assert [hole.reason for hole in holes([unit("c1")], [JUDGED], [answer])] == [HoleReason.OTHER_KIND]


def test_a_unit_that_nobody_marked_complete_is_a_hole() -> None:
    found = holes([unit("c1", complete=False)], [WRITTEN], [covering()])
    assert [hole.reason for hole in found] == [HoleReason.UNIT_NOT_COMPLETE]


def test_a_unit_without_criteria_is_a_hole() -> None:
    assert [hole.reason for hole in holes([unit()], [], [])] == [HoleReason.UNIT_WITHOUT_CRITERIA]


def test_a_cell_of_a_foreign_criterion_is_a_hole() -> None:
    found = holes([unit("c2")], [WRITTEN], [covering()])
    assert {hole.reason for hole in found} == {HoleReason.NO_CELL, HoleReason.UNKNOWN_CRITERION}


def test_minimum_items_are_those_of_written_cells() -> None:
    oral = Cell(criterion_id="c2", method=Method.ORAL, rule=ItemsCut(minimum_items=3, cut=Fraction(1)))
    assert minimum_items([WRITTEN, JUDGED, oral]) == {"c1": 2}
