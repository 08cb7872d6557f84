"""Marks of two people and a third, and rubrics as people type them."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.exams.marking import (
    Criterion,
    Level,
    MarkingRubric,
    MarkingRule,
    MarkingState,
    check_rubric,
    lines_of,
    marking_of,
    rubric_from_json,
    rubric_from_lines,
    rubric_to_json,
    rule_from_json,
    rule_to_json,
    total,
)

FIVE = Fraction(5)
RULE = MarkingRule()
points = st.fractions(min_value=0, max_value=5, max_denominator=4)


def state(*marks: int, maximum: Fraction = FIVE) -> tuple[MarkingState, Fraction | None]:
    """Where marks at place 1, 2 and 3 lead."""
    found = marking_of({place: Fraction(mark) for place, mark in enumerate(marks, 1)}, RULE, maximum=maximum)
    return found.state, found.score


def test_two_marks_within_the_rule_give_their_exact_mean() -> None:
    assert state() == (MarkingState.WAITS_FIRST, None)
    assert state(3) == (MarkingState.WAITS_SECOND, None)
    assert state(3, 4) == (MarkingState.FINAL, Fraction(7, 2))


def test_two_marks_beyond_the_rule_wait_for_a_third_that_is_the_score() -> None:
    assert state(1, 4) == (MarkingState.WAITS_ADJUDICATION, None)
    assert state(1, 4, 3) == (MarkingState.FINAL, Fraction(3))


def test_a_third_mark_beside_two_that_agree_counts_for_nothing() -> None:
    assert state(3, 4, 0) == (MarkingState.FINAL, Fraction(7, 2))


@pytest.mark.parametrize(("maximum", "apart", "fine"), [(3, 1, True), (3, 2, False), (20, 4, True), (20, 5, False)])
def test_the_default_rule_is_one_point_or_a_fifth_whichever_is_more(maximum: int, apart: int, fine: bool) -> None:
    assert RULE.allows(Fraction(0), Fraction(apart), maximum=Fraction(maximum)) is fine


@given(points, points)
def test_the_order_of_two_markers_makes_no_difference(one: Fraction, other: Fraction) -> None:
    assert marking_of({1: one, 2: other}, RULE, maximum=FIVE) == marking_of({1: other, 2: one}, RULE, maximum=FIVE)


@pytest.mark.parametrize("wrong", [-1, 6])
def test_marks_outside_the_item_are_refused(wrong: int) -> None:
    with pytest.raises(Invalid):
        state(wrong)


def test_a_rubric_is_read_from_lines_and_written_back() -> None:
    rubric = rubric_from_lines(
        [("Sebab", "0: tidak ada\n1,5: satu\n3: dua"), ("", ""), ("Bahasa", "0: kabur\n2: jelas")]
    )
    assert [criterion.id for criterion in rubric.criteria] == ["c1", "c2"]
    assert rubric.criteria[0].levels[1] == Level(points=Fraction(3, 2), words="satu")
    check_rubric(rubric, maximum=FIVE)
    again = rubric_from_lines([(each.title, lines_of(each)) for each in rubric.criteria])
    assert again == rubric == rubric_from_json(rubric_to_json(rubric))


@pytest.mark.parametrize("line", ["satu sebab", "x: satu", "2:", ": dua"])
def test_a_line_without_points_or_words_is_refused(line: str) -> None:
    with pytest.raises(Invalid):
        rubric_from_lines([("Sebab", line)])


@pytest.mark.parametrize(
    ("criteria", "maximum"),
    [
        ([], 5),
        ([("Sebab", "0: tidak")], 0),
        ([("Sebab", "1: satu\n5: dua")], 5),
        ([("Sebab", "0: tidak\n5: dua\n5: tiga")], 5),
        ([("Sebab", "0: tidak\n3: dua")], 5),
        ([("", "0: tidak\n5: dua")], 5),
    ],
)
def test_a_rubric_that_cannot_mark_the_item_is_refused(criteria: list[tuple[str, str]], maximum: int) -> None:
    rubric = rubric_from_lines(criteria)
    with pytest.raises(Invalid):
        check_rubric(rubric, maximum=Fraction(maximum))


def test_points_are_those_of_a_level_for_every_criterion() -> None:
    rubric = MarkingRubric(
        criteria=(
            Criterion(
                id="c1", title="Sebab", levels=(Level(points=Fraction(0), words="-"), Level(points=FIVE, words="+"))
            ),
        )
    )
    assert total(rubric, {"c1": FIVE}) == 5
    for wrong in ({}, {"c1": Fraction(1)}, {"c1": FIVE, "c2": FIVE}):
        with pytest.raises(Invalid):
            total(rubric, wrong)


def test_a_form_that_says_nothing_has_the_default_rule() -> None:
    assert rule_from_json(None) == MarkingRule()
    wide = MarkingRule(points=Fraction(3, 2), share=Fraction(0))
    assert rule_from_json(rule_to_json(wide)) == wide


def test_another_format_version_is_refused() -> None:
    with pytest.raises(Invalid):
        rubric_from_json({"v": 2, "criteria": []})
