"""Marks of several people on the same practicals, put side by side: by criterion, and by pair of assessors.

Only where both marked a criterion is it a case. A mark is a number in the unit of its criterion (a level, a measured
value, 1 for yes and 0 for no); "needs more evidence" is no mark yet and is left out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from assessment.domain.psychometrics.agreement import LEAST_CASES, Agreement, Pair, agreement
from assessment.domain.psychometrics.estimate import Estimate, mean_of
from assessment.domain.psychometrics.intraclass import intraclass

People = tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """One assessor's last mark of one criterion in one practical; `share` of its scale (0..1), None without one."""

    practical: str
    assessor: str
    criterion: str
    value: Fraction
    share: Fraction | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """Two assessors over all criteria; a case is a practical that both marked.

    `same`: the share of equal marks, averaged over the practicals; `icc`: of the mean share of the scale that each
    gave a candidate; `difference`: the first one's mean less the second one's, in shares of the scale. All are None
    for fewer than 20 practicals.
    """

    people: People
    cases: int
    same: Estimate | None
    icc: Estimate | None
    difference: Estimate | None


def by_criterion(given: Iterable[Given], people: People | None = None) -> dict[str, tuple[int, Agreement | None]]:
    """Return for each criterion that two people marked: how many cases, and how far they agree, None for too few.

    `people`: this pair alone; None: all pairs together, each in one fixed order.
    """
    tables: dict[str, Counter[Pair]] = {}
    for pair, criteria in _side_by_side(given):
        if people is None or pair == people:
            for criterion, (first, second) in criteria.items():
                tables.setdefault(criterion, Counter())[first.value, second.value] += 1
    return {criterion: (table.total(), agreement(table)) for criterion, table in tables.items()}


def by_pair(given: Iterable[Given]) -> list[Together]:
    """Return every pair of assessors that marked a practical together, the most practicals first."""
    found: dict[People, list[Mapping[str, tuple[Given, Given]]]] = {}
    for pair, criteria in _side_by_side(given):
        found.setdefault(pair, []).append(criteria)
    return sorted(
        (_together(pair, cases) for pair, cases in found.items()), key=lambda each: (-each.cases, each.people)
    )


def _side_by_side(given: Iterable[Given]) -> Iterable[tuple[People, dict[str, tuple[Given, Given]]]]:
    """Yield (pair in the order of their ids, criterion -> both marks) for each practical and pair."""
    practicals: dict[str, dict[str, dict[str, Given]]] = {}
    for mark in given:
        practicals.setdefault(mark.practical, {}).setdefault(mark.assessor, {})[mark.criterion] = mark
    for markers in practicals.values():
        for first, second in combinations(sorted(markers), 2):
            own, other = markers[first], markers[second]
            shared = {criterion: (own[criterion], other[criterion]) for criterion in own if criterion in other}
            if shared:
                yield (first, second), shared


def _together(people: People, cases: list[Mapping[str, tuple[Given, Given]]]) -> Together:
    if len(cases) < LEAST_CASES:
        return Together(people=people, cases=len(cases), same=None, icc=None, difference=None)
    same = [Fraction(sum(first.value == second.value for first, second in case.values()), len(case)) for case in cases]
    means = [mean for case in cases if (mean := _means(case)) is not None]
    enough = len(means) >= LEAST_CASES
    return Together(
        people=people,
        cases=len(cases),
        same=_within(mean_of(same)),
        icc=intraclass(means) if enough else None,
        difference=mean_of([first - second for first, second in means]) if enough else None,
    )


def _means(case: Mapping[str, tuple[Given, Given]]) -> tuple[Fraction, Fraction] | None:
    shares = [
        (first.share, second.share)
        for first, second in case.values()
        if first.share is not None and second.share is not None
    ]
    if not shares:
        return None
    return (
        sum((first for first, _ in shares), Fraction()) / len(shares),
        sum((second for _, second in shares), Fraction()) / len(shares),
    )


def _within(share: Estimate) -> Estimate:
    return Estimate(value=share.value, low=max(0.0, share.low), high=min(1.0, share.high))
