"""The result of an exam: exact marks against the cuts."""

from datetime import date
from fractions import Fraction

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.exams.form import Cut
from assessment.domain.exams.result import ExamResult, ItemScore, exam_result
from assessment.domain.plan import Cell, ItemsCut

CUT = Cut(fraction=Fraction(7, 10), method="provisional")
CELLS = [
    Cell(criterion_id=name, method=Method.WRITTEN, rule=ItemsCut(minimum_items=2, cut=Fraction(2, 3)))
    for name in ("c1", "c2", "c3")
]


def score(item: str, got: Fraction | int, *criteria: str, unit: str = "u1", pretest: bool = False) -> ItemScore:
    return ItemScore(
        item_id=item,
        unit_id=unit,
        criterion_ids=frozenset(criteria),
        score=Fraction(got),
        maximum=Fraction(1),
        pretest=pretest,
    )


def result(*scores: ItemScore) -> ExamResult:
    return exam_result(scores, cells=CELLS, cut=CUT)


def test_marks_are_added_exactly() -> None:
    third = Fraction(1, 3)
    found = result(score("a", third, "c1"), score("b", third, "c1"), score("c", third, "c1"))
    assert found.total.score == 1
    assert found.total.fraction == Fraction(1, 3)


def test_a_cut_is_reached_by_equality() -> None:
    scores = [score(str(number), 1 if number < 7 else 0, "c1") for number in range(10)]
    assert result(*scores).passed
    assert not result(*scores[1:]).passed


def test_a_criterion_is_held_against_its_cell() -> None:
    found = result(
        score("a", 1, "c1", "c2"), score("b", Fraction(1, 3), "c1"), score("c", 0, "c2"), score("d", 1, "c3")
    )
    assert found.criteria["c1"].sufficient is True
    assert found.criteria["c2"].sufficient is False
    assert found.criteria["c3"].sufficient is None  # one item of the two it needs


def test_a_criterion_that_no_item_measures_stands_in_the_result() -> None:
    found = result(score("a", 1, "c1")).criteria["c2"]
    assert (found.marks.items, found.marks.fraction, found.sufficient) == (0, None, None)


def test_units_are_kept_apart() -> None:
    found = result(score("a", 1, "c1"), score("b", 0, "c2", unit="u2"))
    assert {unit: marks.fraction for unit, marks in found.units.items()} == {"u1": 1, "u2": 0}


def test_a_pretest_item_never_counts() -> None:
    found = result(score("a", 1, "c1"), score("b", 0, "c1", pretest=True))
    assert found.total.items == 1
    assert found.passed


def test_an_exam_without_items_is_not_passed() -> None:
    assert not result().passed


def test_a_score_above_its_maximum_is_refused() -> None:
    with pytest.raises(Invalid, match=r"3/2"):
        score("a", Fraction(3, 2), "c1")


def test_two_scores_for_one_item_are_refused() -> None:
    with pytest.raises(Invalid):
        result(score("a", 1, "c1"), score("a", 0, "c1"))


def test_a_cut_without_judges_and_date_is_provisional() -> None:
    assert CUT.provisional
    assert not Cut(fraction=Fraction(3, 5), method="Angoff", judges=6, set_on=date(2026, 2, 1)).provisional
