"""Agreement between two markers, held against published examples and against independent calculations."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from assessment.domain.psychometrics.agreement import (
    LEAST_CASES,
    Pair,
    Weight,
    agreement,
    nominal,
    quadratic,
    standard_error,
    weighted_kappa,
)
from assessment.domain.psychometrics.estimate import share_of

# Cohen 1968, table 1: how two judges sorted 200 cases into three kinds, and how grave each disagreement is.
COHEN = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
GRAVITY = [[0, 1, 3], [1, 0, 6], [3, 6, 0]]


def pairs_of(table: list[list[int]]) -> dict[Pair, int]:
    return {(Fraction(i), Fraction(j)): count for i, row in enumerate(table) for j, count in enumerate(row) if count}


def by_gravity(first: Fraction, second: Fraction) -> Fraction:
    return 1 - Fraction(GRAVITY[int(first)][int(second)], 6)


def test_kappa_and_weighted_kappa_of_cohen() -> None:
    """Published: 0.492 and 0.348."""
    kappa = weighted_kappa(pairs_of(COHEN), nominal)
    weighted = weighted_kappa(pairs_of(COHEN), by_gravity)
    assert kappa is not None
    assert weighted is not None
    assert round(float(kappa), 3) == 0.492
    assert round(float(weighted), 3) == 0.348
    assert kappa == Fraction(29, 59)


def test_the_smallest_textbook_example() -> None:
    """Two readers of fifty proposals, 20 twice yes, 15 twice no, 5 and 10 apart: kappa 0.4."""
    assert weighted_kappa(pairs_of([[20, 5], [10, 15]]), nominal) == Fraction(2, 5)


@pytest.mark.parametrize("weight", [nominal, by_gravity, quadratic(pairs_of(COHEN))])
def test_the_standard_error_is_that_of_the_delta_method(weight: Weight) -> None:
    """Independent of the published formula: kappa's slope in every cell, taken numerically, and the multinomial."""
    table = pairs_of(COHEN)
    cases = sum(table.values())

    def kappa(counts: dict[Pair, int]) -> float:
        found = weighted_kappa(counts, weight)
        assert found is not None
        return float(found)

    scale = 10**6
    scaled = {pair: count * scale for pair, count in table.items()}
    slopes = {
        pair: (kappa({**scaled, pair: scaled[pair] + scale // 100}) - kappa(scaled)) / (0.01 / cases) for pair in table
    }
    shares = {pair: count / cases for pair, count in table.items()}
    mean = sum(shares[pair] * slopes[pair] for pair in table)
    variance = sum(shares[pair] * (slopes[pair] - mean) ** 2 for pair in table) / cases
    assert math.isclose(standard_error(table, weight), math.sqrt(variance), rel_tol=1e-3)


def test_quadratic_weights_are_the_intraclass_correlation_of_a_table() -> None:
    """Fleiss and Cohen 1973: with quadratic weights kappa is 1 - E(d^2) over what chance gives, spans aside."""
    table = pairs_of(COHEN)
    cases = sum(table.values())
    firsts = [first for (first, _), count in table.items() for _ in range(count)]
    seconds = [second for (_, second), count in table.items() for _ in range(count)]
    apart = Fraction(sum((a - b) ** 2 for a, b in zip(firsts, seconds, strict=True)), cases)

    def spread(marks: list[Fraction]) -> Fraction:
        mean = sum(marks, Fraction()) / cases
        return sum(((mark - mean) ** 2 for mark in marks), Fraction()) / cases

    between = (sum(firsts, Fraction()) - sum(seconds, Fraction())) / cases
    assert weighted_kappa(table, quadratic(table)) == 1 - apart / (spread(firsts) + spread(seconds) + between**2)


# Gwet's R package irrCAC, data set cont3x3abstractors: how two abstractors sorted 100 records; its manual prints the
# figures below for `kappa2.table`, without weights and with quadratic ones.
ABSTRACTORS = [[13, 0, 0], [0, 20, 7], [0, 4, 56]]


def test_kappa_of_the_abstractors_with_its_standard_error() -> None:
    table = pairs_of(ABSTRACTORS)
    kappa, weighted = weighted_kappa(table, nominal), weighted_kappa(table, quadratic(table))
    assert kappa is not None
    assert weighted is not None
    assert round(float(kappa), 7) == 0.7964094
    assert round(float(weighted), 7) == 0.8921569
    assert round(standard_error(table, nominal), 8) == 0.05891072
    found = agreement(table)
    assert found is not None
    assert found.kappa is not None
    assert (round(found.kappa.low, 2), round(found.kappa.high, 2)) == (0.68, 0.91)
    assert found.same.value == Fraction(89, 100)


def test_a_share_has_the_interval_that_scipy_gives() -> None:
    for count, cases in ((0, 20), (20, 20), (1, 20), (89, 100), (7, 9)):
        found = share_of(count, cases)
        oracle = binomtest(count, cases).proportion_ci(method="wilson")
        assert found.value == Fraction(count, cases)
        assert math.isclose(found.low, oracle.low, abs_tol=1e-9)
        assert math.isclose(found.high, oracle.high, abs_tol=1e-9)
    with pytest.raises(ValueError, match="Expected 0 to 3"):
        share_of(4, 3)


def test_one_mark_for_everybody_says_nothing() -> None:
    found = agreement({(Fraction(3), Fraction(3)): 50})
    assert found is not None
    assert (found.cases, found.same.value, found.kappa, found.weighted, found.icc) == (50, 1, None, None, None)
    with pytest.raises(ValueError, match="Expected marks that differ"):
        standard_error({(Fraction(3), Fraction(3)): 50}, nominal)


def test_few_cases_are_met_with_silence() -> None:
    table = {(Fraction(0), Fraction(1)): 9, (Fraction(1), Fraction(1)): LEAST_CASES - 10}
    assert agreement(table) is None
    assert agreement({**table, (Fraction(0), Fraction(0)): 1}) is not None
    assert agreement({}) is None


marks = st.fractions(min_value=0, max_value=10, max_denominator=4)
tables = st.dictionaries(st.tuples(marks, marks), st.integers(4, 9), min_size=3, max_size=6)


@settings(max_examples=40)
@given(tables)
def test_figures_lie_in_their_intervals_and_do_not_know_who_is_first(table: dict[Pair, int]) -> None:
    found = agreement(table)
    assume(found is not None)
    assert found is not None
    for figure in (found.same, found.kappa, found.weighted, found.icc):
        if figure is not None:
            assert figure.low <= float(figure.value) <= figure.high <= 1
    turned = agreement({(second, first): count for (first, second), count in table.items()})
    assert turned is not None
    assert (turned.same, turned.kappa, turned.weighted) == (found.same, found.kappa, found.weighted)
    assert (turned.icc and turned.icc.value) == (found.icc and found.icc.value)


@settings(max_examples=40)
@given(st.dictionaries(marks, st.integers(1, 30), min_size=2, max_size=6))
def test_those_who_never_differ_agree_wholly(counts: dict[Fraction, int]) -> None:
    table = {(mark, mark): count for mark, count in counts.items()}
    assert weighted_kappa(table, quadratic(table)) == weighted_kappa(table, nominal) == 1
