"""How far two people agree who mark the same cases apart: per cent, and Cohen's kappa with quadratic weights.

Weighted kappa counts how far two marks lie apart (Cohen 1968, "Weighted kappa", Psychological Bulletin 70); its
interval is that of a large sample (Fleiss, Cohen and Everitt 1969, "Large sample standard errors of kappa and
weighted kappa", Psychological Bulletin 72). Estimates are exact; only the interval is a floating-point number.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

Pair = tuple[Fraction, Fraction]
Weight = Callable[[Fraction, Fraction], Fraction]

# Below it an interval says next to nothing, and a figure about two people would be read as a verdict.
LEAST_CASES = 20
CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """What can be said of two markers.

    `same`: the share of cases with the same mark. `kappa` is None where both gave one and the same mark to
    everybody: chance alone would do so too. `low` and `high` are the ends of the interval of 95 per cent.
    """

    cases: int
    same: Fraction
    kappa: Fraction | None
    low: float | None
    high: float | None


def agreement(pairs: Mapping[Pair, int]) -> Agreement | None:
    """Return how far two markers agree, with quadratic weights; None for fewer than 20 cases.

    `pairs`: (the first one's mark, the second one's) -> how many cases.
    """
    cases = sum(pairs.values())
    if cases < LEAST_CASES:
        return None
    same = Fraction(sum(count for (first, second), count in pairs.items() if first == second), cases)
    kappa = weighted_kappa(pairs, quadratic(pairs))
    if kappa is None:
        return Agreement(cases=cases, same=same, kappa=None, low=None, high=None)
    margin = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * standard_error(pairs, quadratic(pairs))
    return Agreement(
        cases=cases,
        same=same,
        kappa=kappa,
        low=max(-1.0, float(kappa) - margin),
        high=min(1.0, float(kappa) + margin),
    )


def nominal(first: Fraction, second: Fraction) -> Fraction:
    """Weigh agreement as Cohen's kappa does: the same mark or not."""
    return Fraction(first == second)


def quadratic(pairs: Mapping[Pair, int]) -> Weight:
    """Return the weights that fall with the square of the distance, 0 for the largest distance in the cases."""
    marks = [mark for pair in pairs for mark in pair]
    span = max(marks) - min(marks)
    return lambda first, second: 1 - ((first - second) / span) ** 2 if span else Fraction(1)


def weighted_kappa(pairs: Mapping[Pair, int], weight: Weight) -> Fraction | None:
    """Return (observed - expected) / (1 - expected), exactly; None where chance explains everything."""
    firsts, seconds = _margins(pairs)
    observed = sum((share * weight(*pair) for pair, share in _shares(pairs).items()), Fraction())
    expected = _expected(firsts, seconds, weight)
    return None if expected == 1 else (observed - expected) / (1 - expected)


def standard_error(pairs: Mapping[Pair, int], weight: Weight) -> float:
    """Return the large-sample standard error of weighted kappa. Raises ValueError where kappa is not defined."""
    kappa = weighted_kappa(pairs, weight)
    if kappa is None:
        raise ValueError("Expected marks that differ, got one and the same for every case.")
    firsts, seconds = _margins(pairs)
    expected = _expected(firsts, seconds, weight)
    of_first = {a: sum((share * weight(a, b) for b, share in seconds.items()), Fraction()) for a in firsts}
    of_second = {b: sum((share * weight(a, b) for a, share in firsts.items()), Fraction()) for b in seconds}
    square = sum(
        (
            share * (weight(a, b) - (of_first[a] + of_second[b]) * (1 - kappa)) ** 2
            for (a, b), share in _shares(pairs).items()
        ),
        Fraction(),
    )
    variance = (square - (kappa - expected * (1 - kappa)) ** 2) / (sum(pairs.values()) * (1 - expected) ** 2)
    return math.sqrt(variance)


def _shares(pairs: Mapping[Pair, int]) -> dict[Pair, Fraction]:
    cases = sum(pairs.values())
    return {pair: Fraction(count, cases) for pair, count in pairs.items()}


def _margins(pairs: Mapping[Pair, int]) -> tuple[dict[Fraction, Fraction], dict[Fraction, Fraction]]:
    firsts: dict[Fraction, Fraction] = {}
    seconds: dict[Fraction, Fraction] = {}
    for (first, second), share in _shares(pairs).items():
        firsts[first] = firsts.get(first, Fraction()) + share
        seconds[second] = seconds.get(second, Fraction()) + share
    return firsts, seconds


def _expected(firsts: Mapping[Fraction, Fraction], seconds: Mapping[Fraction, Fraction], weight: Weight) -> Fraction:
    return sum(
        (p * q * weight(first, second) for first, p in firsts.items() for second, q in seconds.items()), Fraction()
    )
