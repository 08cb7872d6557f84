"""The intraclass correlation ICC(2,1): how far any one marker could stand in for another, in absolute agreement.

Two-way random effects, one marker, absolute agreement (Shrout and Fleiss 1979, "Intraclass correlations: uses in
assessing rater reliability", Psychological Bulletin 86; the interval after McGraw and Wong 1996, "Forming inferences
about some intraclass correlation coefficients", Psychological Methods 1, table 7). Who marks one level lower
throughout lowers it, other than a correlation. Estimates are exact; the interval is a floating-point number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessment.domain.psychometrics.distributions import f_quantile
from assessment.domain.psychometrics.estimate import CONFIDENCE, Estimate

LEAST_FREEDOM = 1e-2
LARGEST = 1e12


@dataclass(frozen=True, kw_only=True, slots=True)
class MeanSquares:
    """The mean squares of a table of cases and markers: between cases, between markers, and what is left."""

    cases: int
    markers: int
    between_cases: Fraction
    between_markers: Fraction
    rest: Fraction


def mean_squares(marks: Sequence[Sequence[Fraction]]) -> MeanSquares:
    """Return the mean squares of `marks`: [cases][markers], each marker in every case.

    Raises ValueError for fewer than two cases or markers, or rows of different lengths.
    """
    n, k = len(marks), len(marks[0]) if marks else 0
    if n < 2 or k < 2 or any(len(row) != k for row in marks):
        raise ValueError("Expected at least two cases, each marked by the same two or more people.")
    total = sum((sum(row, Fraction()) for row in marks), Fraction())
    centre = total**2 / (n * k)
    cases = sum((sum(row, Fraction()) ** 2 for row in marks), Fraction()) / k - centre
    markers = sum((sum((row[j] for row in marks), Fraction()) ** 2 for j in range(k)), Fraction()) / n - centre
    everything = sum((mark**2 for row in marks for mark in row), Fraction()) - centre
    return MeanSquares(
        cases=n,
        markers=k,
        between_cases=cases / (n - 1),
        between_markers=markers / (k - 1),
        rest=(everything - cases - markers) / ((n - 1) * (k - 1)),
    )


def intraclass(marks: Sequence[Sequence[Fraction]]) -> Estimate | None:
    """Return ICC(2,1) of `marks`: [cases][markers]; None where all marks are one and the same.

    Raises ValueError as `mean_squares` does.
    """
    squares = mean_squares(marks)
    n, k = squares.cases, squares.markers
    scale = squares.between_cases + (k - 1) * squares.rest + Fraction(k, n) * (squares.between_markers - squares.rest)
    if not scale:
        return None
    value = (squares.between_cases - squares.rest) / scale
    low, high = _interval(squares, value)
    return Estimate(value=value, low=low, high=high)


def _interval(squares: MeanSquares, value: Fraction) -> tuple[float, float]:
    n, k = squares.cases, squares.markers
    cases, markers, rest = (float(each) for each in (squares.between_cases, squares.between_markers, squares.rest))
    a = k * float(value) * markers
    b = (n * (1 + (k - 1) * float(value)) - k * float(value)) * rest
    if not a and not b:
        return float(value), float(value)  # both mark alike throughout: nothing varies
    # Where the marks run against each other the freedom can vanish; the quantile then grows beyond all bounds.
    freedom = max((k - 1) * (n - 1) * (a + b) ** 2 / ((n - 1) * a**2 + b**2), LEAST_FREEDOM)
    tail = (1 + CONFIDENCE) / 2
    shared = k * markers + (k * n - k - n) * rest
    below, above = (
        min(quantile, LARGEST) for quantile in (f_quantile(tail, n - 1, freedom), f_quantile(tail, freedom, n - 1))
    )
    low = n * (cases - below * rest) / (below * shared + n * cases)
    high = n * (above * cases - rest) / (shared + n * above * cases)
    # The interval is an approximation; for marks that run against each other it can miss its own estimate.
    return min(low, float(value)), min(1.0, max(high, float(value)))
