"""Modified Angoff and borderline regression, held against published figures and independent libraries."""

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from assessment.domain.errors import Invalid
from assessment.domain.psychometrics.standard_setting import angoff, borderline_regression

# The NIST statistical reference data set "Norris" (linear regression, 36 observations of x and y), with the values
# that the institute certifies: the regression is published, its reading as grades and scores is not.
NORRIS = """0.2 0.1|337.4 338.8|118.2 118.1|884.6 888.0|10.1 9.2|226.5 228.1|666.3 668.5|996.3 998.5|448.6 449.1|
777.0 778.9|558.2 559.2|0.4 0.3|0.6 0.1|775.5 778.1|666.9 668.8|338.0 339.3|447.5 448.9|11.6 10.8|556.0 557.7|
228.1 228.3|995.8 998.0|887.6 888.8|120.2 119.6|0.3 0.3|0.3 0.6|556.8 557.6|339.1 339.3|887.2 888.0|999.0 998.5|
779.0 778.9|11.1 10.2|118.3 117.6|229.2 228.9|669.1 668.4|448.9 449.2|0.5 0.2"""


def scores_of(text: str) -> list[tuple[Fraction, Fraction]]:
    rows = (row.split() for row in text.replace("\n", "").split("|"))
    return [(Fraction(grade), Fraction(score)) for grade, score in rows]


def test_the_line_is_that_of_the_reference_data() -> None:
    """Certified: slope 1.00211681802045, intercept -0.262323073774029, R² 0.999993745883712, scatter 0.884796396144373;
    and at x = 0 the line's standard error is the intercept's, 0.232818234301152.
    """
    found = borderline_regression(scores_of(NORRIS), Fraction(0))
    assert found.candidates == 36
    assert math.isclose(found.slope, 1.00211681802045, rel_tol=1e-14)
    assert math.isclose(found.intercept, -0.262323073774029, rel_tol=1e-14)
    assert math.isclose(found.r_squared, 0.999993745883712, rel_tol=1e-14)
    assert math.isclose(found.scatter, 0.884796396144373, rel_tol=1e-14)
    assert math.isclose(found.standard_error, 0.232818234301152, rel_tol=1e-14)
    assert found.cut.value == found.intercept


grades = st.integers(0, 4).map(Fraction)
points = st.lists(st.tuples(grades, st.integers(0, 40).map(Fraction)), min_size=3, max_size=40)


@settings(max_examples=40)
@given(points, grades)
def test_a_cut_is_what_numpy_and_scipy_say(scores: list[tuple[Fraction, Fraction]], borderline: Fraction) -> None:
    x, y = [float(grade) for grade, _ in scores], [float(score) for _, score in scores]
    assume(len(set(x)) > 1 and len(set(y)) > 1)
    found = borderline_regression(scores, borderline)
    line = stats.linregress(x, y)
    assert math.isclose(found.slope, line.slope, abs_tol=1e-9)
    assert math.isclose(found.r_squared, line.rvalue**2, abs_tol=1e-9)
    design = np.column_stack([np.ones(len(x)), x])
    solved = np.linalg.lstsq(design, np.array(y), rcond=None)[0]
    at = np.array([1.0, float(borderline)])
    assert math.isclose(found.cut.value, at @ solved, abs_tol=1e-9)
    left = np.array(y) - design @ solved
    error = math.sqrt(left @ left / (len(x) - 2) * (at @ np.linalg.inv(design.T @ design) @ at))
    assert math.isclose(found.standard_error, error, abs_tol=1e-6)
    margin = float(stats.t.ppf(0.975, len(x) - 2)) * error
    assert math.isclose(found.cut.high - float(found.cut.value), margin, abs_tol=1e-5)


@pytest.mark.parametrize(
    "scores", [[], [(1, 1), (2, 2)], [(1, 1), (1, 2), (1, 3)], [(1, 4), (2, 4), (3, 4)]], ids=["none", "two", "x", "y"]
)
def test_where_there_is_no_line_it_says_so(scores: list[tuple[int, int]]) -> None:
    with pytest.raises(Invalid):
        borderline_regression([(Fraction(x), Fraction(y)) for x, y in scores], Fraction(1))


# Three judges on four items worth 1, 1, 1 and 2 marks. No published table of ratings was at hand: the figures are our
# own, by the published formula (a judge's cut is the sum of the estimates, the panel's their mean, its standard error
# the deviation by the root of the number of judges), and can be followed with a pencil.
RATINGS = {"A": (60, 70, 80, 50), "B": (50, 70, 60, 40), "C": (70, 70, 100, 60)}
WORTH = {"i1": Fraction(1), "i2": Fraction(1), "i3": Fraction(1), "i4": Fraction(2)}


def rated() -> dict[str, dict[str, Fraction]]:
    return {
        judge: {item: Fraction(of, 100) for item, of in zip(WORTH, given, strict=True)}
        for judge, given in RATINGS.items()
    }


def test_a_panel_of_three_by_hand() -> None:
    found = angoff(rated(), WORTH)
    # 0.6 + 0.7 + 0.8 + 2 · 0.5 = 3.1 of 5; 2.6 of 5; 3.6 of 5.
    assert found.judges == {"A": Fraction(62, 100), "B": Fraction(52, 100), "C": Fraction(72, 100)}
    assert found.cut.mean == Fraction(62, 100)
    assert (found.cut.lowest, found.cut.highest) == (Fraction(52, 100), Fraction(72, 100))
    assert math.isclose(found.cut.deviation, 0.1)
    assert math.isclose(found.standard_error, 0.1 / math.sqrt(3))
    assert (found.items["i3"].mean, found.items["i3"].lowest) == (Fraction(80, 100), Fraction(60, 100))
    assert found.items["i2"].deviation == 0


percents = st.integers(0, 100).map(lambda each: Fraction(each, 100))


@given(
    st.integers(3, 8).flatmap(lambda n: st.lists(st.lists(percents, min_size=n, max_size=n), min_size=3, max_size=9))
)
def test_a_panel_of_any_size_is_what_python_and_numpy_say(table: list[list[Fraction]]) -> None:
    worth = {str(place): Fraction(1) for place in range(len(table[0]))}
    found = angoff({str(judge): dict(zip(worth, row, strict=True)) for judge, row in enumerate(table)}, worth)
    cuts = np.array([[float(each) for each in row] for row in table]).mean(axis=1)
    assert math.isclose(found.cut.mean, cuts.mean(), abs_tol=1e-12)
    assert math.isclose(found.cut.deviation, statistics.stdev(cuts), abs_tol=1e-9)
    assert math.isclose(found.standard_error, stats.sem(cuts), abs_tol=1e-9)


def test_a_panel_that_is_not_whole_is_refused() -> None:
    ratings = rated()
    for wrong in (
        {judge: ratings[judge] for judge in ("A", "B")},
        ratings | {"C": {"i1": Fraction(1, 2)}},
        ratings | {"C": ratings["C"] | {"i1": Fraction(101, 100)}},
    ):
        with pytest.raises(Invalid):
            angoff(wrong, WORTH)
