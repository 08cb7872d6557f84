"""From observations to the result of a practical task (rules 4, 5 and 6).

Per assessor and rubric criterion the last observation counts. A safety-critical criterion and a confirmed
measured limit are gates. A judged aspect below its minimum is carried by its group when the group's mean
level reaches the group's mean minimum; nothing else compensates. "Needs more evidence" stays open. With
two assessors a criterion is as good as the more severe of them found it. With three the finding in the middle
counts, as two of three agree on at least that; a safety-critical criterion is as the most severe found it, because
it cannot be outvoted.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from assessment.domain.practicals.measurement import Reading, judge
from assessment.domain.practicals.observation import (
    Answer,
    Answered,
    Level,
    Measurement,
    Observation,
    ObservedValue,
)
from assessment.domain.practicals.rubric import Checked, Judged, Measured, Rubric, RubricCriterion


class Status(StrEnum):
    """How a rubric criterion, a performance criterion or a task stands.

    RECORDED: measured against an unconfirmed limit, which decides nothing.
    """

    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    NEEDS_MORE_EVIDENCE = "needs_more_evidence"
    NOT_OBSERVED = "not_observed"
    RECORDED = "recorded"


# From the most to the least severe: the worst of several decides.
_SEVERITY = (
    Status.INSUFFICIENT,
    Status.NOT_OBSERVED,
    Status.NEEDS_MORE_EVIDENCE,
    Status.SUFFICIENT,
    Status.RECORDED,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionFinding:
    """How one rubric criterion stands.

    `compensated`: an aspect below its minimum that its group carries. `readings`: one per measurement.
    """

    rubric_criterion_id: str
    status: Status
    safety_critical: bool
    compensated: bool = False
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskResult:
    """The result of one task; `findings` by rubric criterion id, in the order of the sheet."""

    status: Status
    findings: Mapping[str, CriterionFinding]
    failed_safety: tuple[str, ...]


def worst(statuses: Iterable[Status]) -> Status:
    """Return the most severe of the statuses; NOT_OBSERVED for none."""
    return min(statuses, key=_SEVERITY.index, default=Status.NOT_OBSERVED)


def current(observations: Iterable[Observation]) -> dict[str, dict[str, ObservedValue]]:
    """Return assessor id -> rubric criterion id -> the value that counts; later observations win."""
    found: dict[str, dict[str, ObservedValue]] = {}
    for observation in observations:
        found.setdefault(observation.assessor_id, {})[observation.rubric_criterion_id] = observation.value
    return found


def task_result(rubric: Rubric, observations: Iterable[Observation]) -> TaskResult:
    """Return the result of a task from all its observations, oldest first.

    Observations of criteria that the rubric does not have are ignored: they belong to another version.
    """
    by_assessor = current(observations)
    sheets = [_sheet(rubric, marks) for marks in by_assessor.values()]
    sheets += [_sheet(rubric, {})] * max(0, rubric.assessors - len(sheets))
    findings = {
        criterion.id: _joined(criterion, [sheet[criterion.id] for sheet in sheets]) for criterion in rubric.criteria
    }
    return of_findings(findings.values())


def of_findings(findings: Iterable[CriterionFinding]) -> TaskResult:
    """Return the result that these findings make together, in their order."""
    found = {finding.rubric_criterion_id: finding for finding in findings}
    deciding = [finding.status for finding in found.values() if finding.status is not Status.RECORDED]
    return TaskResult(
        status=worst(deciding),
        findings=found,
        failed_safety=tuple(
            finding.rubric_criterion_id
            for finding in found.values()
            if finding.safety_critical and finding.status is Status.INSUFFICIENT
        ),
    )


def _joined(criterion: RubricCriterion, findings: list[CriterionFinding]) -> CriterionFinding:
    statuses = sorted((finding.status for finding in findings), key=_SEVERITY.index)
    outvoted = len(statuses) > 2 and not criterion.safety_critical  # the most severe one of three stands alone
    status = statuses[1] if outvoted else worst(statuses)
    return CriterionFinding(
        rubric_criterion_id=criterion.id,
        status=status,
        safety_critical=criterion.safety_critical,
        compensated=status is Status.SUFFICIENT and any(finding.compensated for finding in findings),
        readings=tuple(reading for finding in findings for reading in finding.readings),
    )


def _sheet(rubric: Rubric, marks: Mapping[str, ObservedValue]) -> dict[str, CriterionFinding]:
    carried = _groups_that_carry(rubric, marks)
    return {criterion.id: _finding(criterion, marks.get(criterion.id), carried) for criterion in rubric.criteria}


def _groups_that_carry(rubric: Rubric, marks: Mapping[str, ObservedValue]) -> dict[str, Status]:
    """Return group -> SUFFICIENT, INSUFFICIENT, or NEEDS_MORE_EVIDENCE while an aspect has no level."""
    levels: dict[str, list[tuple[int | None, int]]] = {}
    for criterion in rubric.criteria:
        # A safety-critical aspect is a gate of its own: it neither carries nor is carried.
        if isinstance(criterion.marking, Judged) and not criterion.safety_critical:
            mark = marks.get(criterion.id)
            level = mark.level if isinstance(mark, Level) else None
            levels.setdefault(criterion.marking.group, []).append((level, criterion.marking.minimum))
    carried: dict[str, Status] = {}
    for group, aspects in levels.items():
        known = [(level, minimum) for level, minimum in aspects if level is not None]
        if len(known) < len(aspects):
            carried[group] = Status.NEEDS_MORE_EVIDENCE
        else:
            # Equal to comparing the means: both sums run over the same aspects.
            reached = sum(level for level, _ in known) >= sum(minimum for _, minimum in known)
            carried[group] = Status.SUFFICIENT if reached else Status.INSUFFICIENT
    return carried


def _finding(criterion: RubricCriterion, mark: ObservedValue | None, carried: Mapping[str, Status]) -> CriterionFinding:
    status = Status.NEEDS_MORE_EVIDENCE
    compensated = False
    readings: tuple[Reading, ...] = ()
    match criterion.marking, mark:
        case _, None:
            status = Status.NOT_OBSERVED
        case Judged(minimum=minimum, group=group), Level(level=level):
            if level >= minimum:
                status = Status.SUFFICIENT
            elif criterion.safety_critical:
                status = Status.INSUFFICIENT
            else:
                status = carried[group]
                compensated = status is Status.SUFFICIENT
        case Measured(limits=limits, confirmed=confirmed), Measurement(value=value, length=length):
            reading = judge(value, limits, length)
            readings = (reading,)
            status = Status.RECORDED
            if confirmed and reading.open:
                status = Status.NEEDS_MORE_EVIDENCE
            elif confirmed:
                status = Status.SUFFICIENT if reading.inside else Status.INSUFFICIENT
        case Checked(), Answered(answer=answer):
            match answer:
                case Answer.YES:
                    status = Status.SUFFICIENT
                case Answer.NO:
                    status = Status.INSUFFICIENT
                case Answer.NEEDS_MORE_EVIDENCE:
                    pass
                case _:
                    assert_never(answer)
    return CriterionFinding(
        rubric_criterion_id=criterion.id,
        status=status,
        safety_critical=criterion.safety_critical,
        compensated=compensated,
        readings=readings,
    )


def missing(rubric: Rubric, observations: Iterable[Observation], *, assessor_id: str) -> tuple[str, ...]:
    """Return the rubric criteria that this assessor has not marked, in the order of the sheet.

    A sheet is submitted when this is empty; "needs more evidence" is a mark.
    """
    marked = current(observations).get(assessor_id, {})
    return tuple(criterion.id for criterion in rubric.criteria if criterion.id not in marked)
