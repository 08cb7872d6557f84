"""Where the cut lies: modified Angoff from judges' estimates, borderline regression from performances.

Angoff 1971 ("Scales, norms, and equivalent scores", in Thorndike's Educational Measurement): each judge estimates for
each item how probably a candidate who is just good enough would answer it rightly; a judge's cut is the sum over the
items, the panel's the mean over the judges, its standard error the standard deviation of the judges' cuts divided by
the root of their number. *Modified*: the judges estimate again after they have seen and discussed the spread.

Borderline regression (Kramer et al. 2003, "Comparison of a rational and an empirical standard setting procedure for an
OSCE", Medical Education 37): checklist scores are regressed on global grades by least squares; the cut is what the
line says at the borderline grade, and its standard error is that of the line there.

Marks and cuts are exact; standard deviations and errors are floating-point numbers.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from assessment.domain.errors import N_, Invalid
from assessment.domain.psychometrics.distributions import t_quantile
from assessment.domain.psychometrics.estimate import CONFIDENCE, Estimate

LEAST_JUDGES = 3
LEAST_CANDIDATES = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Spread:
    """What several judges said of one thing: mean, lowest, highest, and the standard deviation (n - 1)."""

    mean: Fraction
    lowest: Fraction
    highest: Fraction
    deviation: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AngoffRound:
    """One round: each item's estimates, each judge's cut, and the panel's; cuts in shares of the marks (0..1).

    `standard_error`: of the panel's cut, in the same shares.
    """

    items: Mapping[str, Spread]
    judges: Mapping[str, Fraction]
    cut: Spread
    standard_error: float


def angoff(ratings: Mapping[str, Mapping[str, Fraction]], worth: Mapping[str, Fraction]) -> AngoffRound:
    """Return what one round of ratings says.

    `ratings`: judge -> item -> probability (0..1); `worth`: item -> its marks. Raises Invalid for fewer than 3
    judges, an item that a judge left out, or an estimate outside 0..1.
    """
    if len(ratings) < LEAST_JUDGES:
        raise Invalid(N_("Expected at least %(least)s judges, got %(got)s."), least=LEAST_JUDGES, got=len(ratings))
    if not worth or any(own.keys() != worth.keys() for own in ratings.values()):
        raise Invalid(N_("Expected an estimate of every item by every judge."))
    if not all(0 <= estimate <= 1 for own in ratings.values() for estimate in own.values()):
        raise Invalid(N_("Expected estimates from 0 to 100 %."))
    marks = sum(worth.values(), Fraction())
    judges = {
        judge: sum((estimate * worth[item] for item, estimate in own.items()), Fraction()) / marks
        for judge, own in ratings.items()
    }
    cut = _spread(list(judges.values()))
    return AngoffRound(
        items={item: _spread([own[item] for own in ratings.values()]) for item in worth},
        judges=judges,
        cut=cut,
        standard_error=cut.deviation / math.sqrt(len(judges)),
    )


def _spread(values: Sequence[Fraction]) -> Spread:
    mean = sum(values, Fraction()) / len(values)
    variance = sum(((value - mean) ** 2 for value in values), Fraction()) / (len(values) - 1)
    return Spread(mean=mean, lowest=min(values), highest=max(values), deviation=math.sqrt(variance))


@dataclass(frozen=True, kw_only=True, slots=True)
class BorderlineRegression:
    """The line through scores by grade, and the cut where it meets the borderline grade.

    `slope`: marks a grade, also called inter-grade discrimination; `r_squared`: how much of the scores' variance the
    grades explain; `scatter`: the standard deviation of the scores about the line; `standard_error`: of `cut`.
    """

    candidates: int
    slope: Fraction
    intercept: Fraction
    r_squared: Fraction
    scatter: float
    cut: Estimate
    standard_error: float


def borderline_regression(scores: Sequence[tuple[Fraction, Fraction]], borderline: Fraction) -> BorderlineRegression:
    """Return the regression of score on grade and the cut at the borderline grade.

    `scores`: (global grade, checklist score) of each candidate. Raises Invalid for fewer than 3 candidates, one grade
    or one score for all: there is no line then. Whether there are candidates enough to use it is the caller's to say.
    """
    n = len(scores)
    if n < 3 or len({grade for grade, _ in scores}) < 2 or len({score for _, score in scores}) < 2:
        raise Invalid(N_("Expected at least three candidates with grades and scores that differ."))
    mean_grade = sum((grade for grade, _ in scores), Fraction()) / n
    mean_score = sum((score for _, score in scores), Fraction()) / n
    sxx = sum(((grade - mean_grade) ** 2 for grade, _ in scores), Fraction())
    syy = sum(((score - mean_score) ** 2 for _, score in scores), Fraction())
    sxy = sum(((grade - mean_grade) * (score - mean_score) for grade, score in scores), Fraction())
    slope = sxy / sxx
    variance = (syy - slope * sxy) / (n - 2)
    cut = mean_score + slope * (borderline - mean_grade)
    error = math.sqrt(variance * (Fraction(1, n) + (borderline - mean_grade) ** 2 / sxx))
    margin = t_quantile((1 + CONFIDENCE) / 2, n - 2) * error
    return BorderlineRegression(
        candidates=n,
        slope=slope,
        intercept=mean_score - slope * mean_grade,
        r_squared=sxy**2 / (sxx * syy),
        scatter=math.sqrt(variance),
        cut=Estimate(value=cut, low=float(cut) - margin, high=float(cut) + margin),
        standard_error=error,
    )
