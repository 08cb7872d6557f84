"""Marking by people: the rubric of an item, the marks of two markers, and when a third must settle them (rule 6).

Marks are exact. Two markers work blind to each other; their mean is the score unless they are further apart
than the form allows. Then a third person, who sees both, gives the score with a reason. Nothing is erased.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.items.exact import read_exact, write_exact

FORMAT = 1
MARKERS = 2
ADJUDICATION = 3
MOST_CRITERIA = 12
MOST_LEVELS = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Level:
    """What so many points mean, in plain words."""

    points: Fraction
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Criterion:
    """One thing that an answer is marked on; its levels from the fewest points to the most."""

    id: str
    title: str
    levels: tuple[Level, ...]

    @property
    def maximum(self) -> Fraction:
        """The most points it can give."""
        return max(level.points for level in self.levels)


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkingRubric:
    """How an item is marked."""

    criteria: tuple[Criterion, ...]

    @property
    def maximum(self) -> Fraction:
        """The most points an answer can have."""
        return sum((criterion.maximum for criterion in self.criteria), Fraction(0))


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkingRule:
    """How far two markers may be apart: `points`, or `share` (0..1) of the item's maximum, whichever is more."""

    points: Fraction = Fraction(1)
    share: Fraction = Fraction(1, 5)

    def allows(self, one: Fraction, other: Fraction, *, maximum: Fraction) -> bool:
        """Whether two marks stand near enough for their mean to be the score."""
        return abs(one - other) <= max(self.points, self.share * maximum)


class MarkingState(StrEnum):
    """How far the marking of one answer has come."""

    WAITS_FIRST = "waits_first"
    WAITS_SECOND = "waits_second"
    WAITS_ADJUDICATION = "waits_adjudication"
    FINAL = "final"


@dataclass(frozen=True, kw_only=True, slots=True)
class Marking:
    """Where the marking of one answer stands; `score` only once it is final."""

    state: MarkingState
    score: Fraction | None


def marking_of(marks: Mapping[int, Fraction], rule: MarkingRule, *, maximum: Fraction) -> Marking:
    """Return where the marking of an answer stands. `marks`: place (1, 2, or 3 for the adjudication) -> points.

    The mean of two is the score where the rule allows their distance, the third one's mark otherwise. A third
    mark beside two that agree counts for nothing. Raises Invalid for a mark outside 0 to the maximum.
    """
    for points in marks.values():
        if not 0 <= points <= maximum:
            raise Invalid(N_("Expected 0 to %(most)s points, got %(got)s."), most=maximum, got=points)
    if 1 not in marks:
        return Marking(state=MarkingState.WAITS_FIRST, score=None)
    if MARKERS not in marks:
        return Marking(state=MarkingState.WAITS_SECOND, score=None)
    if rule.allows(marks[1], marks[MARKERS], maximum=maximum):
        return Marking(state=MarkingState.FINAL, score=(marks[1] + marks[MARKERS]) / MARKERS)
    if ADJUDICATION not in marks:
        return Marking(state=MarkingState.WAITS_ADJUDICATION, score=None)
    return Marking(state=MarkingState.FINAL, score=marks[ADJUDICATION])


def total(rubric: MarkingRubric, points: Mapping[str, Fraction]) -> Fraction:
    """Return the sum of a marker's points.

    Raises Invalid, naming the criterion, when one has none, or points that are none of its levels.
    """
    for criterion in rubric.criteria:
        given = points.get(criterion.id)
        if given is None:
            raise Invalid(N_('Expected points for "%(criterion)s", got none.'), criterion=criterion.title)
        if given not in {level.points for level in criterion.levels}:
            raise Invalid(
                N_('"%(criterion)s": expected the points of one of its levels, got %(got)s.'),
                criterion=criterion.title,
                got=given,
            )
    unknown = points.keys() - {criterion.id for criterion in rubric.criteria}
    if unknown:
        raise Invalid(N_("Expected points for the criteria of the rubric, got some for %(got)s."), got=min(unknown))
    return sum((points[criterion.id] for criterion in rubric.criteria), Fraction(0))


def check_rubric(rubric: MarkingRubric, *, maximum: Fraction) -> None:
    """Raise Invalid, saying what is wrong, unless a rubric can mark an item that is worth `maximum`."""
    if not 1 <= len(rubric.criteria) <= MOST_CRITERIA:
        raise Invalid(
            N_("Expected 1 to %(most)s criteria in the rubric, got %(got)s."),
            most=MOST_CRITERIA,
            got=len(rubric.criteria),
        )
    for criterion in rubric.criteria:
        points = [level.points for level in criterion.levels]
        if not criterion.title.strip() or not 2 <= len(points) <= MOST_LEVELS:
            raise Invalid(
                N_('"%(criterion)s": expected a title and 2 to %(most)s levels, got %(got)s.'),
                criterion=criterion.title,
                most=MOST_LEVELS,
                got=len(points),
            )
        if points != sorted(set(points)) or points[0] != 0:
            raise Invalid(
                N_('"%(criterion)s": expected levels that begin at 0 points and rise.'), criterion=criterion.title
            )
    if rubric.maximum != maximum:
        raise Invalid(
            N_("Expected the rubric to give %(wanted)s points at most, as the item does; it gives %(got)s."),
            wanted=write_exact(maximum),
            got=write_exact(rubric.maximum),
        )


def rubric_to_json(rubric: MarkingRubric) -> dict[str, Any]:
    """Return a rubric as it is stored."""
    return {
        "v": FORMAT,
        "criteria": [
            {
                "id": criterion.id,
                "title": criterion.title,
                "levels": [{"points": write_exact(level.points), "words": level.words} for level in criterion.levels],
            }
            for criterion in rubric.criteria
        ],
    }


def rubric_from_json(value: Mapping[str, Any]) -> MarkingRubric:
    """Read a rubric that `rubric_to_json` wrote. Raises Invalid for another format version."""
    if value.get("v") != FORMAT:
        raise Invalid(N_("Expected a marking rubric of format version 1, got %(got)s."), got=value.get("v"))
    return MarkingRubric(
        criteria=tuple(
            Criterion(
                id=entry["id"],
                title=entry["title"],
                levels=tuple(
                    Level(points=read_exact(level["points"]), words=level["words"]) for level in entry["levels"]
                ),
            )
            for entry in value["criteria"]
        )
    )


def rubric_from_lines(criteria: Sequence[tuple[str, str]]) -> MarkingRubric:
    """Read a rubric as people type it: (title, lines), each line "points: what they mean".

    Criteria without title and lines are left out. Raises Invalid, naming the criterion, for a line without
    points.
    """
    read: list[Criterion] = []
    for title, lines in criteria:
        if not title.strip() and not lines.strip():
            continue
        read.append(
            Criterion(
                id=f"c{len(read) + 1}",
                title=title.strip(),
                levels=tuple(_level(title, line) for line in lines.splitlines() if line.strip()),
            )
        )
    return MarkingRubric(criteria=tuple(read))


def lines_of(criterion: Criterion) -> str:
    """Write a criterion's levels as `rubric_from_lines` reads them."""
    return "\n".join(f"{write_exact(level.points)}: {level.words}" for level in criterion.levels)


def rule_to_json(rule: MarkingRule) -> dict[str, str]:
    """Return a rule as it stands in a form's blueprint."""
    return {"points": write_exact(rule.points), "share": write_exact(rule.share)}


def rule_from_json(value: Mapping[str, Any] | None) -> MarkingRule:
    """Read a rule from a form's blueprint; a form that says nothing has the default."""
    if value is None:
        return MarkingRule()
    return MarkingRule(points=read_exact(value["points"]), share=read_exact(value["share"]))


def _level(title: str, line: str) -> Level:
    points, colon, words = line.partition(":")
    try:
        number = read_exact(points.strip().replace(",", "."))
    except ValueError:
        number = None
    if number is None or not colon or not words.strip():
        raise Invalid(
            N_('"%(criterion)s": expected lines such as "2: names both causes", got "%(got)s".'),
            criterion=title.strip(),
            got=line.strip()[:80],
        )
    return Level(points=number, words=words.strip())
