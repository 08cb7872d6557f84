"""Rubrics: the criteria of a practical task, how each is marked, and what a sound rubric must have.

A rubric criterion is judged (levels 0..3 with plain descriptors), measured (a value against limits) or
checked (yes, no, needs more evidence), points to performance criteria of the standard, and may be
safety-critical. Levels after the WorldSkills judgement scale: 0 below the standard, 1 meets it, 2 exceeds
it in parts, 3 excellent; a rubric may judge by a scale of its own instead, of two to ten levels from 0 on. Texts are
held in one language each by the tables; here they are only checked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid
from assessment.domain.plan import LEVELS, Coverage, Kind
from assessment.domain.practicals.measurement import Limits
from assessment.domain.practicals.piece_limits import LimitRule, limits_for, no_gate

HIGHEST = LEVELS[-1]
MOST_LEVELS = 10
MOST_ASSESSORS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """Marked by level. `descriptors` describe levels 0, 1, … `highest` in this order; `minimum` is the level that
    suffices; aspects of one `group` compensate each other, and only those.
    """

    descriptors: tuple[str, ...]
    minimum: int
    group: str
    highest: int = HIGHEST

    @property
    def own_scale(self) -> bool:
        """Whether the levels are not those of the judgement scale 0..3."""
        return self.highest != HIGHEST


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """Marked by measuring. `confirmed` false: the limit has no confirmed source and decides nothing.

    `limits` are those for the piece that the task states; `rule` says what they are calculated from, where they depend
    on the piece.
    """

    limits: Limits
    tool: str
    confirmed: bool
    rule: LimitRule | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """Marked by yes or no."""


Marking = Judged | Measured | Checked


def on_piece(marking: Marking, recorded: Mapping[str, Decimal]) -> Marking:
    """Return a marking with the limits for a recorded piece; `recorded`: its dimensions in millimetres by name.

    A limit that decides by the task and has no confirmed value for this piece stays open: it must not fall silent.
    """
    if not isinstance(marking, Measured) or marking.rule is None:
        return marking
    found = limits_for(marking.rule, marking.limits.unit, recorded)
    limits = found.limits if found.gate or not marking.confirmed else no_gate(found.limits)
    return replace(marking, limits=limits)


@dataclass(frozen=True, kw_only=True, slots=True)
class Alignment:
    """A performance criterion that a rubric criterion gives evidence of, and by which method."""

    criterion_id: str
    method: Method


@dataclass(frozen=True, kw_only=True, slots=True)
class RubricCriterion:
    """One line of the assessor's sheet, aligned with performance criteria of the standard."""

    id: str
    marking: Marking
    alignments: tuple[Alignment, ...]
    safety_critical: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rubric:
    """The criteria of one version of a task in the order of the sheet; how many assessors mark it apart."""

    criteria: tuple[RubricCriterion, ...]
    assessors: int = 1


class Defect(StrEnum):
    """What makes a rubric unusable."""

    NO_CRITERIA = "no_criteria"
    DUPLICATE_ID = "duplicate_id"
    NOT_ALIGNED = "not_aligned"
    UNKNOWN_ALIGNMENT = "unknown_alignment"
    MISSING_DESCRIPTOR = "missing_descriptor"
    MINIMUM_OUT_OF_RANGE = "minimum_out_of_range"
    NO_GROUP = "no_group"
    NO_TOOL = "no_tool"
    METHOD = "method"
    MIXED_SCALE = "mixed_scale"
    SAFETY_UNCONFIRMED = "safety_unconfirmed"
    ASSESSORS = "assessors"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One defect, and the rubric criterion it stands on (None: the rubric as a whole)."""

    defect: Defect
    rubric_criterion_id: str | None = None


_METHODS = frozenset({Method.OBSERVED, Method.PRODUCT, Method.ORAL})


def check(rubric: Rubric, *, known_criteria: Iterable[str]) -> tuple[Finding, ...]:
    """Return every defect of a rubric, in the order of the sheet.

    `known_criteria`: ids of the performance criteria of the scheme's units. A safety-critical measurement
    with an unconfirmed limit is a defect, because it would guard nothing.
    """
    known = frozenset(known_criteria)
    found: list[Finding] = []
    if not rubric.criteria:
        found.append(Finding(defect=Defect.NO_CRITERIA))
    if not 1 <= rubric.assessors <= MOST_ASSESSORS:
        found.append(Finding(defect=Defect.ASSESSORS))
    seen: set[str] = set()
    scales: dict[str, int] = {}
    for criterion in rubric.criteria:
        defects = list(_defects(criterion, known))
        marking = criterion.marking
        # Sums of levels carry a group, so that all its aspects are judged by one scale.
        if isinstance(marking, Judged) and scales.setdefault(marking.group, marking.highest) != marking.highest:
            defects.append(Defect.MIXED_SCALE)
        if criterion.id in seen:
            defects.insert(0, Defect.DUPLICATE_ID)
        seen.add(criterion.id)
        found += [Finding(defect=defect, rubric_criterion_id=criterion.id) for defect in defects]
    return tuple(found)


def _defects(criterion: RubricCriterion, known: frozenset[str]) -> Iterable[Defect]:
    if not criterion.alignments:
        yield Defect.NOT_ALIGNED
    if not known.issuperset(alignment.criterion_id for alignment in criterion.alignments):
        yield Defect.UNKNOWN_ALIGNMENT
    if not _METHODS.issuperset(alignment.method for alignment in criterion.alignments):
        yield Defect.METHOD
    match criterion.marking:
        case Judged(descriptors=descriptors, minimum=minimum, group=group, highest=highest):
            if len(descriptors) != highest + 1 or not all(text.strip() for text in descriptors):
                yield Defect.MISSING_DESCRIPTOR
            if not 1 <= minimum <= highest:
                yield Defect.MINIMUM_OUT_OF_RANGE
            if not group.strip():
                yield Defect.NO_GROUP
        case Measured(tool=tool, confirmed=confirmed):
            if not tool.strip():
                yield Defect.NO_TOOL
            if criterion.safety_critical and not confirmed:
                yield Defect.SAFETY_UNCONFIRMED
        case Checked():
            pass
        case _:
            assert_never(criterion.marking)


def require_sound(rubric: Rubric, *, known_criteria: Iterable[str]) -> None:
    """Raise Invalid naming every defect of the rubric, if there is one."""
    found = check(rubric, known_criteria=known_criteria)
    if found:
        listed = "; ".join(f"{finding.rubric_criterion_id or '-'}: {finding.defect.value}" for finding in found)
        raise Invalid(N_("Expected a sound rubric, got these defects: %(listed)s."), listed=listed, findings=found)


def coverage(rubric: Rubric) -> tuple[Coverage, ...]:
    """Return what the rubric yields to the assessment plan.

    An unconfirmed limit yields nothing. Where several judged aspects serve one performance criterion, the
    lowest of their minimum levels counts; what suffices on a scale of its own meets the standard, which is level 1.
    """
    found: dict[tuple[str, Method, Kind], int] = {}
    for criterion in rubric.criteria:
        match criterion.marking:
            case Judged(minimum=minimum) as judged:
                kind, level = Kind.LEVEL, 1 if judged.own_scale else minimum
            case Measured(confirmed=confirmed):
                if not confirmed:
                    continue
                kind, level = Kind.LIMIT, 0
            case Checked():
                kind, level = Kind.YES, 0
            case _:
                assert_never(criterion.marking)
        for alignment in criterion.alignments:
            place = (alignment.criterion_id, alignment.method, kind)
            found[place] = min(found.get(place, level), level)
    return tuple(
        Coverage(criterion_id=criterion_id, method=method, kind=kind, level=level)
        for (criterion_id, method, kind), level in found.items()
    )
