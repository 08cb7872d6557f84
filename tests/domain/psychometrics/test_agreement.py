"""Agreement between two markers, held against published examples and against independent calculations."""

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

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


def test_one_mark_for_everybody_says_nothing() -> None:
    found = agreement({(Fraction(3), Fraction(3)): 50})
    assert found is not None
    assert (found.cases, found.same, found.kappa, found.low) == (50, 1, None, None)
    with pytest.raises(ValueError, match="Expected marks that differ"):
        standard_error({(Fraction(3), Fraction(3)): 50}, nominal)


def test_few_cases_are_met_with_silence() -> None:
    table = {(Fraction(0), Fraction(1)): 9, (Fraction(1), Fraction(1)): LEAST_CASES - 10}
    assert agreement(table) is None
    assert agreement({**table, (Fraction(0), Fraction(0)): 1}) is not None
    assert agreement({}) is None


marks = st.fractions(min_value=0, max_value=10, max_denominator=4)
tables = st.dictionaries(st.tuples(marks, marks), st.integers(1, 30), min_size=1, max_size=8)


@given(tables)
def test_agreement_lies_in_its_interval_and_does_not_know_who_is_first(table: dict[Pair, int]) -> None:
    found = agreement(table)
    assume(found is not None and found.kappa is not None)
    assert found is not None
    assert found.kappa is not None
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= float(found.kappa) <= found.high <= 1
    assert agreement({(second, first): count for (first, second), count in table.items()}) == found


@given(st.dictionaries(marks, st.integers(1, 30), min_size=2, max_size=6))
def test_those_who_never_differ_agree_wholly(counts: dict[Fraction, int]) -> None:
    table = {(mark, mark): count for mark, count in counts.items()}
    assert weighted_kappa(table, quadratic(table)) == weighted_kappa(table, nominal) == 1
