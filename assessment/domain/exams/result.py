"""From item scores to the result of an exam: by criterion, by unit and in total, against the cuts.

Marks are exact fractions. Scoring of an item is not here (`domain/items`), and neither is the judgement of
a unit, which needs the other evidence too (`domain/certification/unit_result`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.form import Cut
from assessment.domain.plan import Cell, ItemsCut


@dataclass(frozen=True, kw_only=True, slots=True)
class ItemScore:
    """The score of one item of one attempt, in marks. A pretest item is scored and never counts (rule 8).

    `counts` is False for an item that a regrade took out of the count. Raises Invalid when the maximum is not
    positive or the score is above it.
    """

    item_id: str
    unit_id: str
    criterion_ids: frozenset[str]
    score: Fraction
    maximum: Fraction
    pretest: bool = False
    counts: bool = True

    def __post_init__(self) -> None:
        if self.maximum <= 0 or self.score > self.maximum:
            raise Invalid(
                N_("Item %(item)s: expected a score up to a maximum above 0, got %(score)s of %(maximum)s."),
                item=self.item_id,
                score=self.score,
                maximum=self.maximum,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Marks:
    """A sum of marks over `items` items; `fraction` is None where there are no items."""

    items: int
    score: Fraction
    maximum: Fraction

    @property
    def fraction(self) -> Fraction | None:
        """The share 0..1 of the marks (below 0 where mappings subtract more than they give)."""
        return self.score / self.maximum if self.maximum else None


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionResult:
    """The marks on one criterion against its cell of the plan.

    `sufficient`: True or False by the cut; None where no cell asks for items or the exam held too few.
    """

    criterion_id: str
    marks: Marks
    minimum_items: int | None
    cut: Fraction | None
    sufficient: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExamResult:
    """The result of one attempt. `passed` holds the total against the form's cut; it decides no unit."""

    total: Marks
    cut: Cut
    passed: bool
    units: Mapping[str, Marks]
    criteria: Mapping[str, CriterionResult]


def not_reached(order: Sequence[str], *, answered: Collection[str], shown: Collection[str]) -> frozenset[str]:
    """Return the items that the candidate did not come to.

    An item is not reached when it is blank and neither it nor any later item of the attempt's own order was
    answered or shown; a blank item before one of those was passed over, and is an omission. The distinction is
    that of Lord (1974), Estimation of latent ability and item parameters when there are omitted responses,
    Psychometrika 39, 247 to 264: omissions are judgements about an item, what was not reached says nothing
    about it. Both score 0. `order`: item ids as this candidate met them; `shown`: items that left any trace,
    such as an answer that was cleared again.
    """
    touched = set(answered) | set(shown)
    last = max((place for place, item in enumerate(order) if item in touched), default=-1)
    return frozenset(order[last + 1 :])


def exam_result(scores: Iterable[ItemScore], *, cells: Iterable[Cell], cut: Cut) -> ExamResult:
    """Return the result of an attempt from the scores of all items of its form (blank ones with their 0).

    A pretest item and one that was taken out of the count leave no trace in it. An item that measures several
    criteria counts wholly for each. Every criterion with a written cell stands in the result, also when no item
    measured it. Raises Invalid when an item stands twice.
    """
    counted = [score for score in scores if score.counts and not score.pretest]
    if len({score.item_id for score in counted}) != len(counted):
        raise Invalid(N_("Expected one score for each item, got two for one."))
    by_unit: dict[str, list[ItemScore]] = {}
    by_criterion: dict[str, list[ItemScore]] = {}
    rules = {
        cell.criterion_id: cell.rule
        for cell in cells
        if cell.method is Method.WRITTEN and isinstance(cell.rule, ItemsCut)
    }
    for criterion_id in rules:
        by_criterion[criterion_id] = []
    for score in counted:
        by_unit.setdefault(score.unit_id, []).append(score)
        for criterion_id in sorted(score.criterion_ids):
            by_criterion.setdefault(criterion_id, []).append(score)
    adding = _Adding(counted)
    total = adding.sum(counted)
    return ExamResult(
        total=total,
        cut=cut,
        passed=total.fraction is not None and total.fraction >= cut.fraction,
        units={unit_id: adding.sum(of_unit) for unit_id, of_unit in by_unit.items()},
        criteria={
            criterion_id: _criterion_result(criterion_id, adding.sum(measured), rules.get(criterion_id))
            for criterion_id, measured in by_criterion.items()
        },
    )


class _Adding:
    """Adds marks as whole numbers over a denominator that all of an attempt share; the sums are as exact."""

    def __init__(self, scores: Sequence[ItemScore]) -> None:
        marks = [(each.item_id, each.score.as_integer_ratio(), each.maximum.as_integer_ratio()) for each in scores]
        self._shared = lcm(*(below for _, (_, first), (_, second) in marks for below in (first, second)))
        self._parts = {
            item_id: (score * (self._shared // below), maximum * (self._shared // under))
            for item_id, (score, below), (maximum, under) in marks
        }

    def sum(self, scores: Sequence[ItemScore]) -> Marks:
        """Return the marks of some of these items together."""
        parts = [self._parts[each.item_id] for each in scores]
        return Marks(
            items=len(parts),
            score=Fraction(sum(score for score, _ in parts), self._shared),
            maximum=Fraction(sum(maximum for _, maximum in parts), self._shared),
        )


def _criterion_result(criterion_id: str, marks: Marks, rule: ItemsCut | None) -> CriterionResult:
    sufficient: bool | None = None
    if rule is not None and marks.items >= rule.minimum_items and marks.fraction is not None:
        sufficient = marks.fraction >= rule.cut
    return CriterionResult(
        criterion_id=criterion_id,
        marks=marks,
        minimum_items=rule.minimum_items if rule else None,
        cut=rule.cut if rule else None,
        sufficient=sufficient,
    )
