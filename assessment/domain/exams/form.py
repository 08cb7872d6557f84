"""Exam forms: the blueprint, the pool that a form is drawn from (see `assembly`), the cut, what a form covers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Any, Self

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.plan import Coverage, Kind

FORMAT_VERSION = 2
MOST_SECTIONS = 9
MOST_FORMS = 6


class Difficulty(StrEnum):
    """How hard an item is: by the proportion correct once it is known, else by its author's estimate."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


HARD_BELOW = Fraction(40, 100)
EASY_FROM = Fraction(75, 100)


def difficulty_of(proportion: Fraction) -> Difficulty:
    """Return the band of a proportion correct (0..1)."""
    if proportion < HARD_BELOW:
        return Difficulty.HARD
    return Difficulty.EASY if proportion >= EASY_FROM else Difficulty.MEDIUM


@dataclass(frozen=True, kw_only=True, slots=True)
class Range:
    """At least so many items, and at most so many; None is no limit. Raises Invalid when it is empty."""

    least: int = 0
    most: int | None = None

    def __post_init__(self) -> None:
        if self.least < 0 or (self.most is not None and self.most < self.least):
            raise Invalid(
                N_("Expected at least %(least)s and at most %(most)s items to make a range."),
                least=self.least,
                most=self.most,
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class Quota:
    """How many items of one unit a form holds, and in which of its sections they stand."""

    unit_id: str
    items: int
    section: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Blueprint:
    """What a form holds, and how many parallel forms are drawn together.

    `kinds` and `difficulty` limit the whole form. An item shown to `shown_at_most` candidates or more is left
    out. Parallel forms share at most `common_at_most` items, each pair of them. Raises Invalid when a unit
    stands twice, a quota is below 1 or a number is out of its range.
    """

    quotas: tuple[Quota, ...]
    kinds: Mapping[str, Range] = field(default_factory=dict)
    difficulty: Mapping[Difficulty, Range] = field(default_factory=dict)
    shown_at_most: int | None = None
    forms: int = 1
    common_at_most: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.forms <= MOST_FORMS:
            raise Invalid(N_("Expected 1 to %(most)s parallel forms, got %(got)s."), most=MOST_FORMS, got=self.forms)
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
            if not 1 <= quota.section <= MOST_SECTIONS:
                raise Invalid(
                    N_("Unit %(unit)s: expected a section from 1 to %(most)s, got %(got)s."),
                    unit=quota.unit_id,
                    most=MOST_SECTIONS,
                    got=quota.section,
                )

    @classmethod
    def of_units(cls, items: Mapping[str, int]) -> Self:
        """Return the blueprint with so many items of each unit and no other wish; a unit with 0 is left out."""
        return cls(quotas=tuple(Quota(unit_id=unit, items=number) for unit, number in items.items() if number))

    @property
    def length(self) -> int:
        """The number of items on the form."""
        return sum(quota.items for quota in self.quotas)


@dataclass(frozen=True, kw_only=True, slots=True)
class PoolItem:
    """An item that may be drawn: the unit whose quota it fills, and the criteria that it measures.

    `shown`: to how many candidates; `proportion`: its proportion correct (0..1), None while too few answered it.
    """

    id: str
    unit_id: str
    criterion_ids: frozenset[str]
    kind: str = ""
    difficulty: Difficulty | None = None
    proportion: Fraction | None = None
    shown: int = 0


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


class Aspect(StrEnum):
    """What items are counted by."""

    UNIT = "unit"
    CRITERION = "criterion"
    KIND = "kind"
    DIFFICULTY = "difficulty"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortage:
    """What a pool cannot give: of a unit, criterion, kind or difficulty, `wanted` items against the nearest."""

    aspect: Aspect
    key: str
    wanted: int
    nearest: int


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


def blueprint_to_json(blueprint: Blueprint) -> dict[str, Any]:
    """Return the blueprint as the JSON value that a form stores, format version 2."""
    return {
        "v": FORMAT_VERSION,
        "quotas": [{"unit": each.unit_id, "items": each.items, "section": each.section} for each in blueprint.quotas],
        "kinds": {key: _range_to_json(wanted) for key, wanted in blueprint.kinds.items()},
        "difficulty": {key.value: _range_to_json(wanted) for key, wanted in blueprint.difficulty.items()},
        "shown_at_most": blueprint.shown_at_most,
        "forms": blueprint.forms,
        "common_at_most": blueprint.common_at_most,
    }


def blueprint_from_json(value: Mapping[str, Any]) -> Blueprint:
    """Read a stored blueprint of format version 1 (quotas alone) or 2. Raises Invalid for another version."""
    if value.get("v") not in (1, FORMAT_VERSION):
        raise Invalid(N_("Expected a blueprint of format version 1 or 2, got %(got)s."), got=value.get("v"))
    return Blueprint(
        quotas=tuple(
            Quota(unit_id=each["unit"], items=each["items"], section=each.get("section", 1)) for each in value["quotas"]
        ),
        kinds={key: Range(least=least, most=most) for key, (least, most) in value.get("kinds", {}).items()},
        difficulty={
            Difficulty(key): Range(least=least, most=most) for key, (least, most) in value.get("difficulty", {}).items()
        },
        shown_at_most=value.get("shown_at_most"),
        forms=value.get("forms", 1),
        common_at_most=value.get("common_at_most", 0),
    )


def _range_to_json(wanted: Range) -> list[int | None]:
    return [wanted.least, wanted.most]
