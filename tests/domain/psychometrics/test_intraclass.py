"""ICC(2,1) and the quantiles under its interval, held against the published example and against scipy."""

import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from assessment.domain.psychometrics.distributions import f_quantile, incomplete_beta, t_quantile
from assessment.domain.psychometrics.intraclass import intraclass, mean_squares

# Shrout and Fleiss 1979, table 2: four judges on six targets.
SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def exact(table: list[list[int]]) -> list[list[Fraction]]:
    return [[Fraction(mark) for mark in row] for row in table]


def test_the_example_of_shrout_and_fleiss() -> None:
    """Published: mean squares 11.24 (targets), 32.49 (judges), 1.02 (rest), and ICC(2,1) = 0.29."""
    squares = mean_squares(exact(SHROUT_FLEISS))
    found = intraclass(exact(SHROUT_FLEISS))
    assert found is not None
    assert round(float(squares.between_cases), 2) == 11.24
    assert round(float(squares.between_markers), 2) == 32.49
    assert round(float(squares.rest), 2) == 1.02
    assert round(float(found.value), 2) == 0.29


def test_the_interval_is_the_formula_with_the_quantiles_of_scipy() -> None:
    """The paper prints no interval for it: this one is our own calculation, written out with scipy's F."""
    n, k, msb, msj, mse = 6, 4, 11.241666666666667, 32.486111111111114, 1.0194444444444444
    icc = (msb - mse) / (msb + (k - 1) * mse + k * (msj - mse) / n)
    ratio = msj / mse
    top = (k - 1) * (n - 1) * (k * icc * ratio + n * (1 + (k - 1) * icc) - k * icc) ** 2
    freedom = top / ((n - 1) * k**2 * icc**2 * ratio**2 + (n * (1 + (k - 1) * icc) - k * icc) ** 2)
    below, above = stats.f.ppf(0.975, n - 1, freedom), stats.f.ppf(0.975, freedom, n - 1)
    shared = k * msj + (k * n - k - n) * mse
    found = intraclass(exact(SHROUT_FLEISS))
    assert found is not None
    assert math.isclose(found.low, n * (msb - below * mse) / (below * shared + n * msb), rel_tol=1e-9)
    assert math.isclose(found.high, n * (above * msb - mse) / (shared + n * above * msb), rel_tol=1e-9)


def test_a_constant_distance_lowers_it_and_a_swap_of_cases_does_not() -> None:
    alike = [[Fraction(mark), Fraction(mark)] for mark in range(6)]
    lower = [[Fraction(mark), Fraction(mark) - 1] for mark in range(6)]
    whole, shifted = intraclass(alike), intraclass(lower)
    assert whole is not None
    assert shifted is not None
    assert (whole.value, whole.low, whole.high) == (1, 1, 1)
    assert 0 < shifted.value < 1
    assert intraclass(lower[::-1]) == shifted


def test_marks_without_any_difference_say_nothing() -> None:
    assert intraclass([[Fraction(2), Fraction(2)]] * 4) is None
    for wrong in ([], [[Fraction(1), Fraction(1)]], [[Fraction(1)], [Fraction(2)]], [[Fraction(1)] * 2, [Fraction(1)]]):
        with pytest.raises(ValueError, match="Expected at least two cases"):
            mean_squares(wrong)


@settings(max_examples=60)
@given(
    st.floats(0.001, 0.99),
    st.floats(1, 400),
    st.floats(1, 400),
)
def test_the_quantiles_of_f_are_those_of_scipy(probability: float, first: float, second: float) -> None:
    assert math.isclose(f_quantile(probability, first, second), stats.f.ppf(probability, first, second), rel_tol=1e-6)


@settings(max_examples=60)
@given(st.floats(0.51, 0.9999), st.floats(1, 5_000))
def test_the_quantiles_of_t_are_those_of_scipy(probability: float, freedom: float) -> None:
    assert math.isclose(t_quantile(probability, freedom), stats.t.ppf(probability, freedom), rel_tol=1e-6)


def test_what_is_no_probability_is_refused() -> None:
    assert (incomplete_beta(2, 3, 0), incomplete_beta(2, 3, 1)) == (0, 1)
    for probability, first, second in ((0, 1, 1), (1, 1, 1), (0.5, 0, 1), (0.5, 1, -1)):
        with pytest.raises(ValueError, match="Expected 0 < p < 1"):
            f_quantile(probability, first, second)
    with pytest.raises(ValueError, match=r"between 0\.5 and 1"):
        t_quantile(0.4, 3)
