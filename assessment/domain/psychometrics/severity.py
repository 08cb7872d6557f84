"""Severity: how much lower or higher an assessor marks than the others do on the same criteria.

Each mark is a share of its scale (0..1). From every mark the mean of what the *others* gave for that criterion is
taken away; the mean of these differences over an assessor's practicals is the severity, negative where they mark lower.
A practical counts once, however many criteria it has, because its marks hang together. It is a difference of means and
no model: who marked weaker candidates looks severe, and only practicals marked by two people tell the two apart.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assessment.domain.psychometrics.estimate import Estimate, mean_of

LEAST_PRACTICALS = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One assessor's mark of one criterion in one practical, as a share of its scale (0..1)."""

    practical: str
    assessor: str
    criterion: str
    share: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Severity:
    """An assessor against the others; `difference` is None for fewer than 10 practicals or where nobody else marked."""

    assessor: str
    practicals: int
    difference: Estimate | None


def severities(marks: Iterable[Mark]) -> list[Severity]:
    """Return each assessor's severity in shares of the scale, the lowest first, those without a figure last."""
    given = list(marks)
    all_of: dict[str, tuple[Fraction, int]] = {}
    own: dict[tuple[str, str], tuple[Fraction, int]] = {}
    for mark in given:
        _add(all_of, mark.criterion, mark.share)
        _add(own, (mark.assessor, mark.criterion), mark.share)
    by_practical: dict[str, dict[str, list[Fraction]]] = {}
    for mark in given:
        practicals = by_practical.setdefault(mark.assessor, {})
        differences = practicals.setdefault(mark.practical, [])
        (total, count), (own_total, own_count) = all_of[mark.criterion], own[mark.assessor, mark.criterion]
        if count > own_count:
            differences.append(mark.share - (total - own_total) / (count - own_count))
    found = [
        Severity(
            assessor=assessor,
            practicals=len(practicals),
            difference=_of([sum(each, Fraction()) / len(each) for each in practicals.values() if each]),
        )
        for assessor, practicals in by_practical.items()
    ]
    return sorted(
        found,
        key=lambda each: (each.difference is None, each.difference.value if each.difference else 0, each.assessor),
    )


def _add(sums: dict[Any, tuple[Fraction, int]], key: object, share: Fraction) -> None:
    total, count = sums.get(key, (Fraction(), 0))
    sums[key] = total + share, count + 1


def _of(differences: list[Fraction]) -> Estimate | None:
    return mean_of(differences) if len(differences) >= LEAST_PRACTICALS else None
