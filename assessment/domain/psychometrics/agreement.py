"""How far two people agree who mark the same cases apart: per cent, Cohen's kappa plain and weighted, and ICC(2,1).

Kappa takes out what chance alone would give (Cohen 1960, "A coefficient of agreement for nominal scales", Educational
and Psychological Measurement 20); weighted kappa also counts how far two marks lie apart (Cohen 1968, "Weighted kappa",
Psychological Bulletin 70). Their interval is that of a large sample (Fleiss, Cohen and Everitt 1969, "Large sample
standard errors of kappa and weighted kappa", Psychological Bulletin 72). Estimates are exact; only the ends of an
interval are floating-point numbers.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from assessment.domain.psychometrics.estimate import NORMAL, Estimate, share_of
from assessment.domain.psychometrics.intraclass import intraclass

Pair = tuple[Fraction, Fraction]
Weight = Callable[[Fraction, Fraction], Fraction]

# Below it an interval says next to nothing, and a figure about two people would be read as a verdict.
LEAST_CASES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Agreement:
    """What can be said of two markers, each figure with its interval.

    `same`: the share of cases with the same mark. `kappa`, `weighted` (with quadratic weights) and `icc` are None
    where both gave one and the same mark to everybody: chance alone would do so too.
    """

    cases: int
    same: Estimate
    kappa: Estimate | None
    weighted: Estimate | None
    icc: Estimate | None


def agreement(pairs: Mapping[Pair, int]) -> Agreement | None:
    """Return how far two markers agree; None for fewer than 20 cases.

    `pairs`: (the first one's mark, the second one's) -> how many cases.
    """
    cases = sum(pairs.values())
    if cases < LEAST_CASES:
        return None
    return Agreement(
        cases=cases,
        same=share_of(sum(count for (first, second), count in pairs.items() if first == second), cases),
        kappa=_estimate(pairs, nominal),
        weighted=_estimate(pairs, quadratic(pairs)),
        icc=intraclass([pair for pair, count in pairs.items() for _ in range(count)]),
    )


def _estimate(pairs: Mapping[Pair, int], weight: Weight) -> Estimate | None:
    kappa = weighted_kappa(pairs, weight)
    if kappa is None:
        return None
    margin = NORMAL * standard_error(pairs, weight)
    return Estimate(value=kappa, low=max(-1.0, float(kappa) - margin), high=min(1.0, float(kappa) + margin))


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
