"""A figure with its interval: what every statement about people's marks consists of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

from assessment.domain.psychometrics.distributions import t_quantile

CONFIDENCE = 0.95
NORMAL = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A figure, exactly, with the ends of its interval of 95 per cent."""

    value: Fraction
    low: float
    high: float


def share_of(count: int, cases: int) -> Estimate:
    """Return a share with Wilson's interval (Wilson 1927, "Probable inference", JASA 22), which holds near 0 and 1.

    Raises ValueError for no cases or a count outside 0..cases.
    """
    if not 0 <= count <= cases or not cases:
        raise ValueError(f"Expected 0 to {cases} of at least one case, got {count}.")
    share, square = count / cases, NORMAL**2
    middle = (share + square / (2 * cases)) / (1 + square / cases)
    half = NORMAL * math.sqrt(share * (1 - share) / cases + square / (4 * cases**2)) / (1 + square / cases)
    return Estimate(
        value=Fraction(count, cases), low=min(share, max(0.0, middle - half)), high=max(share, min(1.0, middle + half))
    )


def mean_of(values: Sequence[Fraction]) -> Estimate:
    """Return the mean with its interval of Student's t. Raises ValueError for fewer than two values."""
    n = len(values)
    if n < 2:
        raise ValueError(f"Expected at least two values, got {n}.")
    mean = sum(values, Fraction()) / n
    variance = sum(((value - mean) ** 2 for value in values), Fraction()) / (n - 1)
    margin = t_quantile((1 + CONFIDENCE) / 2, n - 1) * math.sqrt(variance / n)
    return Estimate(value=mean, low=float(mean) - margin, high=float(mean) + margin)
