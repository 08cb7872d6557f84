"""Marks side by side: who is a pair, what is a case, and what is said of it."""

from fractions import Fraction

from assessment.domain.psychometrics.agreement import LEAST_CASES, agreement
from assessment.domain.psychometrics.intraclass import intraclass
from assessment.domain.psychometrics.pairs import Given, by_criterion, by_pair


def mark(practical: int, assessor: str, level: int, criterion: str = "c") -> Given:
    return Given(
        practical=f"p{practical}",
        assessor=assessor,
        criterion=criterion,
        value=Fraction(level),
        share=Fraction(level, 3),
    )


def both(count: int, *, first: str = "a", second: str = "b", lower: int = 0, start: int = 0) -> list[Given]:
    return [
        each
        for practical in range(start, start + count)
        for each in (
            mark(practical, first, 1 + practical % 3),
            mark(practical, second, max(0, 1 + practical % 3 - lower)),
            mark(practical, first, practical % 2, "d"),
            mark(practical, second, practical % 2, "d"),
        )
    ]


def test_a_criterion_that_one_alone_marked_is_no_case() -> None:
    given = [mark(1, "a", 2), mark(1, "b", 2), mark(2, "a", 2), mark(3, "b", 1), mark(4, "a", 1, "d")]
    assert by_criterion(given) == {"c": (1, None)}
    assert [(pair.people, pair.cases) for pair in by_pair(given)] == [(("a", "b"), 1)]
    assert by_pair([mark(1, "a", 2), mark(1, "b", 2, "d")]) == []


def test_three_assessors_are_three_pairs() -> None:
    given = [mark(1, assessor, 2) for assessor in "cab"]
    assert {pair.people for pair in by_pair(given)} == {("a", "b"), ("a", "c"), ("b", "c")}
    assert by_criterion(given)["c"][0] == 3
    assert by_criterion(given, ("a", "c"))["c"][0] == 1
    assert by_criterion(given, ("c", "a")) == {}


def test_enough_cases_are_told_and_too_few_are_not() -> None:
    (few,) = by_pair(both(LEAST_CASES - 1))
    assert (few.cases, few.same, few.icc, few.difference) == (LEAST_CASES - 1, None, None, None)
    given = both(LEAST_CASES, lower=1)
    (pair,) = by_pair(given)
    assert pair.same is not None
    assert pair.difference is not None
    # One of two criteria is one level (a third of the scale) lower throughout.
    assert pair.same.value == Fraction(1, 2)
    assert pair.difference.value == Fraction(1, 6)
    means = [
        (Fraction(1 + n % 3, 6) + Fraction(n % 2, 6), Fraction(n % 3, 6) + Fraction(n % 2, 6))
        for n in range(LEAST_CASES)
    ]
    assert pair.icc == intraclass(means)


def test_the_figures_of_a_criterion_are_those_of_its_table() -> None:
    given = both(LEAST_CASES, lower=1)
    table = {(Fraction(1 + n), Fraction(n)): (LEAST_CASES + 2 - n) // 3 for n in range(3)}
    assert by_criterion(given, ("a", "b"))["c"] == (LEAST_CASES, agreement(table))


def test_the_pair_with_most_in_common_comes_first() -> None:
    given = [*both(2, first="x", second="y", start=100), *both(3)]
    assert [pair.people for pair in by_pair(given)] == [("a", "b"), ("x", "y")]
