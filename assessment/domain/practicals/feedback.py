"""Feedback to the candidate: what was good, what is missing, and what would close it.

Made from the rubric and from what was found, never from who found it: of several assessors' marks only the one that
decides is used, so that nothing says how many there were or who saw what. The words are the rubric's own: the
descriptor that was reached, the next one, the limit beside the measured value.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from assessment.domain.practicals.aggregation import Status
from assessment.domain.practicals.measurement import Reading, judge
from assessment.domain.practicals.observation import Answer, Answered, Level, Measurement, ObservedValue
from assessment.domain.practicals.rubric import Checked, Judged, Measured, RubricCriterion

OUTVOTES = 3
"""From so many assessors on the finding in the middle counts."""


class Standing(StrEnum):
    """Where a criterion stands for the candidate."""

    GOOD = "good"
    CARRIED = "carried"
    MISSING = "missing"
    OPEN = "open"


class Report(StrEnum):
    """What a laboratory's report that a criterion needs says."""

    AWAITED = "awaited"
    REFUSED = "refused"
    ACCEPTED = "accepted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found on one rubric criterion; `marks`: those of all assessors that count, in no particular order."""

    status: Status
    compensated: bool
    marks: Sequence[ObservedValue]
    report: Report | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """Feedback on one rubric criterion.

    `reached`: the level that decides; `next_level`: the one above it, `enough`: the one that suffices, both only where
    there is something to reach. `reading`: the measured value that decides, with its limits. `report`: only where it
    keeps the criterion from being met. `criteria`: the performance criteria that it proves.
    """

    rubric_criterion_id: str
    standing: Standing
    safety_critical: bool
    criteria: tuple[str, ...]
    reached: int | None = None
    next_level: int | None = None
    enough: int | None = None
    reading: Reading | None = None
    report: Report | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Feedback:
    """What to say of one practical, each part in the order of the sheet."""

    lines: tuple[Line, ...]

    @property
    def good(self) -> tuple[Line, ...]:
        """What was met."""
        return self._of(Standing.GOOD)

    @property
    def carried(self) -> tuple[Line, ...]:
        """What lay below its level and was carried by its group."""
        return self._of(Standing.CARRIED)

    @property
    def missing(self) -> tuple[Line, ...]:
        """What was not met."""
        return self._of(Standing.MISSING)

    @property
    def open(self) -> tuple[Line, ...]:
        """What could not be seen well enough yet."""
        return self._of(Standing.OPEN)

    def _of(self, standing: Standing) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.standing is standing)


def feedback(criteria: Iterable[RubricCriterion], found: Mapping[str, Found]) -> Feedback:
    """Return the feedback on one practical.

    A criterion that is recorded only (its limit is not confirmed) or was never marked says nothing and is left out.
    """
    lines = []
    for criterion in criteria:
        finding = found.get(criterion.id)
        standing = None if finding is None else _standing(finding)
        if finding is not None and standing is not None:
            lines.append(_line(criterion, finding, standing))
    return Feedback(lines=tuple(lines))


def _standing(found: Found) -> Standing | None:
    match found.status:
        case Status.INSUFFICIENT:
            return Standing.MISSING
        case Status.NEEDS_MORE_EVIDENCE:
            return Standing.MISSING if found.report is Report.REFUSED else Standing.OPEN
        case Status.SUFFICIENT:
            if found.report is Report.REFUSED:
                return Standing.MISSING
            if found.report is Report.AWAITED:
                return Standing.OPEN
            return Standing.CARRIED if found.compensated else Standing.GOOD
        case Status.NOT_OBSERVED | Status.RECORDED:
            return None
        case _:
            assert_never(found.status)


def _line(criterion: RubricCriterion, found: Found, standing: Standing) -> Line:
    reached = next_level = enough = None
    reading: Reading | None = None
    report = None if found.report is Report.ACCEPTED else found.report
    unmet = standing is not Standing.GOOD
    match criterion.marking:
        case Judged(minimum=minimum, highest=highest):
            reached = _deciding_level(criterion, found.marks)
            if reached is not None and unmet and reached < minimum:
                next_level, enough = min(reached + 1, highest), minimum
        case Measured() as marking:
            reading = _deciding_reading(criterion, marking, found.marks)
        case Checked():
            pass
        case _:
            assert_never(criterion.marking)
    return Line(
        rubric_criterion_id=criterion.id,
        standing=standing,
        safety_critical=criterion.safety_critical,
        criteria=tuple(dict.fromkeys(alignment.criterion_id for alignment in criterion.alignments)),
        reached=reached,
        next_level=next_level,
        enough=enough,
        reading=reading,
        report=report,
    )


def _place(criterion: RubricCriterion, count: int) -> int:
    """Which of the marks decides, the most severe first."""
    return 1 if count >= OUTVOTES and not criterion.safety_critical else 0


def _deciding_level(criterion: RubricCriterion, marks: Sequence[ObservedValue]) -> int | None:
    """Return the level that decides; None where the deciding mark asks for more evidence."""
    if any(isinstance(mark, Answered) and mark.answer is Answer.NEEDS_MORE_EVIDENCE for mark in marks):
        return None
    levels = sorted(mark.level for mark in marks if isinstance(mark, Level))
    return levels[_place(criterion, len(levels))] if levels else None


def _deciding_reading(criterion: RubricCriterion, marking: Measured, marks: Sequence[ObservedValue]) -> Reading | None:
    """Return the value that decides: the one furthest outside, or least far inside, its limits.

    None where no limit is known, because a dimension of the test piece is missing.
    """
    lower, upper = marking.limits.lower, marking.limits.upper
    if lower is None and upper is None:
        return None

    def margin(reading: Reading) -> Decimal:
        above = [] if lower is None else [reading.value - lower]
        below = [] if upper is None else [upper - reading.value]
        return min(above + below)

    measurements = [mark for mark in marks if isinstance(mark, Measurement)]
    ordered = sorted((judge(mark.value, marking.limits, mark.length) for mark in measurements), key=margin)
    return ordered[_place(criterion, len(ordered))] if ordered else None
