"""Exam forms: the blueprint and the seeded assembly of a form from a pool of items.

A form holds exactly as many items of each unit as the blueprint says, and of each criterion at least as
many as the assessment plan asks. The same pool, blueprint and seed give the same form for ever.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.exams.seeded_order import rank, seeded_order
from assessment.domain.plan import Coverage, Kind

# Steps of the search for a form: a few that follow the seed alone, so that items which measure many
# criteria are not shown more often than others; then a thorough search that takes those first.
SEEDED_STEPS = 400
THOROUGH_STEPS = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """How many items of one unit a form holds."""

    unit_id: str
    items: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Blueprint:
    """The quotas of a form. Raises Invalid when a unit stands twice or a quota is below 1."""

    quotas: tuple[Quota, ...]

    def __post_init__(self) -> None:
        if not self.quotas:
            raise Invalid(N_("Expected a blueprint with at least one unit, got none."))
        units = [quota.unit_id for quota in self.quotas]
        for quota in self.quotas:
            if quota.items < 1:
                raise Invalid(
                    N_("Unit %(unit)s: expected at least 1 item, got %(got)s."),
                    unit=quota.unit_id,
                    got=quota.items,
                )
            if units.count(quota.unit_id) > 1:
                raise Invalid(N_("Expected unit %(unit)s once in the blueprint, got twice."), unit=quota.unit_id)

    @property
    def length(self) -> int:
        """The number of items on the form."""
        return sum(quota.items for quota in self.quotas)


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolItem:
    """An item that may be drawn: the unit whose quota it fills, and the criteria that it measures."""

    id: str
    unit_id: str
    criterion_ids: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cut:
    """The cut of a form: `fraction` (0..1) of the marks, and where it comes from (rule 8).

    Without judges and date it is provisional, and pages say so.
    """

    fraction: Fraction
    method: str
    judges: int = 0
    set_on: date | None = None

    @property
    def provisional(self) -> bool:
        """Whether no panel of judges has set this cut yet."""
        return self.judges == 0 or self.set_on is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """What a pool cannot give: of a unit or of a criterion, `wanted` items against the nearest possible."""

    unit_id: str | None
    criterion_id: str | None
    wanted: int
    nearest: int


def draw(
    blueprint: Blueprint,
    candidates: Iterable[PoolItem],
    *,
    seed: bytes,
    minimum_per_criterion: Mapping[str, int],
) -> tuple[str, ...]:
    """Return the ids of the drawn items, in the order that the seed decides.

    `minimum_per_criterion`: criterion id -> items, from `plan.minimum_items`.
    Raises Invalid when the pool cannot give it; `values["shortages"]` holds the Shortages, and the message
    names each with the nearest number that can be met. Raises Invalid too when an id stands twice.
    """
    pool = sorted(candidates, key=lambda item: rank(item.id, seed=seed, purpose="draw"))
    ids = [item.id for item in pool]
    if len(set(ids)) != len(ids):
        raise Invalid(N_("Expected each item once in the pool, got one twice."))
    wanted = {criterion: number for criterion, number in minimum_per_criterion.items() if number > 0}
    _refuse_small_pool(blueprint, pool, wanted)
    search = _Search(blueprint=blueprint, pool=pool, wanted=wanted)
    chosen = search.run(steps=SEEDED_STEPS, thorough=False) or search.run(steps=THOROUGH_STEPS, thorough=True)
    if chosen is None:
        _refuse(
            Shortage(
                unit_id=None,
                criterion_id=criterion,
                wanted=wanted[criterion],
                nearest=wanted[criterion] - lack,
            )
            for criterion, lack in search.least_lacking.items()
        )
        raise AssertionError("a search without a form lacks at least one criterion")
    return seeded_order(_fill(blueprint, pool, chosen), seed=seed, purpose="form order")


def coverage(items: Iterable[PoolItem]) -> tuple[Coverage, ...]:
    """Return what a form of these items yields to the assessment plan, by criterion id."""
    counts: dict[str, int] = {}
    for item in items:
        for criterion in item.criterion_ids:
            counts[criterion] = counts.get(criterion, 0) + 1
    return tuple(
        Coverage(criterion_id=criterion, method=Method.WRITTEN, kind=Kind.ITEMS, items=counts[criterion])
        for criterion in sorted(counts)
    )


def _refuse_small_pool(blueprint: Blueprint, pool: list[PoolItem], wanted: Mapping[str, int]) -> None:
    quotas = {quota.unit_id: quota.items for quota in blueprint.quotas}
    shortages: list[Shortage] = []
    for unit_id, items in quotas.items():
        there = sum(item.unit_id == unit_id for item in pool)
        if there < items:
            shortages.append(Shortage(unit_id=unit_id, criterion_id=None, wanted=items, nearest=there))
    for criterion_id, items in wanted.items():
        there = sum(criterion_id in item.criterion_ids and item.unit_id in quotas for item in pool)
        if there < items:
            shortages.append(Shortage(unit_id=None, criterion_id=criterion_id, wanted=items, nearest=there))
    _refuse(shortages)


def _refuse(shortages: Iterable[Shortage]) -> None:
    found = tuple(shortages)
    if found:
        listed = "; ".join(
            f"{shortage.unit_id or shortage.criterion_id}: {shortage.wanted} > {shortage.nearest}" for shortage in found
        )
        raise Invalid(
            N_("The pool cannot fill this form. Wanted against the nearest that can be met: %(listed)s."),
            listed=listed,
            shortages=found,
        )


def _fill(blueprint: Blueprint, pool: list[PoolItem], chosen: frozenset[str]) -> Iterator[str]:
    for quota in blueprint.quotas:
        of_unit = [item.id for item in pool if item.unit_id == quota.unit_id]
        taken = [item for item in of_unit if item in chosen]
        yield from taken
        yield from [item for item in of_unit if item not in chosen][: quota.items - len(taken)]


class _Search:
    """Search for items that meet every minimum inside the quotas.

    Items of one unit that measure the same wanted criteria are interchangeable, so a state of the search is
    how many of each such kind are taken; a state is never visited twice.
    """

    def __init__(self, *, blueprint: Blueprint, pool: list[PoolItem], wanted: Mapping[str, int]) -> None:
        self.wanted = wanted
        self.quotas = {quota.unit_id: quota.items for quota in blueprint.quotas}
        kinds: dict[tuple[str, frozenset[str]], list[str]] = {}
        for item in pool:
            measured = frozenset(item.criterion_ids & wanted.keys())
            if measured and item.unit_id in self.quotas:
                kinds.setdefault((item.unit_id, measured), []).append(item.id)
        self.kinds = list(kinds)
        self.members = list(kinds.values())
        self.least_lacking: dict[str, int] = dict(wanted)

    def run(self, *, steps: int, thorough: bool) -> frozenset[str] | None:
        """Return the chosen items, or None when there are none or the steps are used up."""
        waiting: list[tuple[int, ...]] = [(0,) * len(self.kinds)]
        seen = set(waiting)
        while waiting and steps > 0:
            steps -= 1
            taken = waiting.pop()
            lacking = self._lacking(taken)
            if not lacking:
                return frozenset(
                    item for number, members in zip(taken, self.members, strict=True) for item in members[:number]
                )
            if sum(lacking.values()) < sum(self.least_lacking.values()):
                self.least_lacking = lacking
            for following in self._following(taken, lacking, thorough=thorough):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return None

    def _lacking(self, taken: tuple[int, ...]) -> dict[str, int]:
        there = dict.fromkeys(self.wanted, 0)
        for number, (_, measured) in zip(taken, self.kinds, strict=True):
            if number:
                for criterion in measured:
                    there[criterion] += number
        return {
            criterion: number - there[criterion]
            for criterion, number in self.wanted.items()
            if there[criterion] < number
        }

    def _following(self, taken: tuple[int, ...], lacking: dict[str, int], *, thorough: bool) -> list[tuple[int, ...]]:
        """Return the next states, the most promising last; none when some minimum is out of reach."""
        room = dict(self.quotas)
        for number, (unit, _) in zip(taken, self.kinds, strict=True):
            room[unit] -= number
        slack: dict[str, int] = {}
        for criterion, number in lacking.items():
            reach: dict[str, int] = {}
            for index, (unit, measured) in enumerate(self.kinds):
                if criterion in measured:
                    reach[unit] = reach.get(unit, 0) + len(self.members[index]) - taken[index]
            slack[criterion] = sum(min(left, room[unit]) for unit, left in reach.items()) - number
        if min(slack.values()) < 0:
            return []
        tightest = min(slack, key=lambda criterion: (slack[criterion], criterion))
        usable = [
            index
            for index, (unit, measured) in enumerate(self.kinds)
            if tightest in measured and room[unit] > 0 and taken[index] < len(self.members[index])
        ]
        if thorough:
            usable.sort(key=lambda index: -len(self.kinds[index][1] & lacking.keys()))
        return [tuple(number + (place == index) for place, number in enumerate(taken)) for index in reversed(usable)]
