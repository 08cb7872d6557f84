"""Partial re-assessment: what is marked again, and what is carried over with its date (decision 0032).

Only what was missing is marked again. What was met keeps its own date and the practical in which it was marked, as
long as the scheme allows. Nothing here improves a mark: a finding is carried over as it was found, or not at all, and
what is marked again is judged by what is marked on that day alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from assessment.domain.practicals.aggregation import CriterionFinding, Status, TaskResult, of_findings
from assessment.domain.practicals.rubric import Judged, Rubric, RubricCriterion

LONGEST = 1096
NOT_ALLOWED = 0
_MET = frozenset({Status.SUFFICIENT, Status.RECORDED})


class Why(StrEnum):
    """Why a criterion is marked again."""

    NOT_MET = "not_met"
    NOT_MARKED = "not_marked"
    SAFETY = "safety"
    GROUP = "group"
    NOT_ALLOWED = "not_allowed"
    TOO_OLD = "too_old"
    OTHER_RUBRIC = "other_rubric"
    SET_ASIDE = "set_aside"


# The criterion itself was not met: it is what the re-assessment is for.
MISSING = frozenset({Why.NOT_MET, Why.NOT_MARKED})


@dataclass(frozen=True, kw_only=True, slots=True)
class Earlier:
    """An earlier practical of the same task: what was really marked in it, not what it carried over itself.

    `done_on`: the day on which the candidate did the work, in the body's own zone. `set_aside`: nothing of it is
    carried over, because its marks are not relied on any more.
    """

    practical_id: str
    rubric_id: str
    done_on: date
    findings: Mapping[str, CriterionFinding]
    set_aside: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """A finding that is carried over, with the practical in which it was marked and its day."""

    practical_id: str
    done_on: date
    finding: CriterionFinding


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a re-assessment marks, each with the reason, and what it carries over; in the order of the sheet."""

    to_mark: Mapping[str, Why]
    carried: Mapping[str, Carried]

    @property
    def missing(self) -> tuple[str, ...]:
        """The criteria that were not met or never marked: without one there is nothing to assess again."""
        return tuple(code for code, why in self.to_mark.items() if why in MISSING)


def plan(rubric_id: str, rubric: Rubric, earlier: Iterable[Earlier], *, on: date, days: int) -> Plan:
    """Return what is marked again on a day and what is carried over; `days`: the scheme's time, 0 allows nothing.

    Of several earlier practicals the latest one in which a criterion was marked speaks for it, whatever order they
    come in. A safety-critical criterion is always marked again. An aspect below its level that its group carried is
    carried over only together with its whole group, from the same practical.
    """
    latest = sorted(earlier, key=lambda each: (each.done_on, each.practical_id), reverse=True)
    to_mark: dict[str, Why] = {}
    carried: dict[str, Carried] = {}
    for criterion in rubric.criteria:
        source = next((each for each in latest if criterion.id in each.findings), None)
        why = _why(rubric_id, criterion, source, on=on, days=days)
        if source is None or why is not None:
            to_mark[criterion.id] = why or Why.NOT_MARKED
        else:
            carried[criterion.id] = Carried(
                practical_id=source.practical_id, done_on=source.done_on, finding=source.findings[criterion.id]
            )
    for code in _left_alone(rubric, carried):
        del carried[code]
        to_mark[code] = Why.GROUP
    order = [criterion.id for criterion in rubric.criteria]
    return Plan(to_mark={code: to_mark[code] for code in order if code in to_mark}, carried=carried)


def _why(rubric_id: str, criterion: RubricCriterion, source: Earlier | None, *, on: date, days: int) -> Why | None:
    """Return why a criterion is marked again; None where it is carried over."""
    if source is None:
        return Why.NOT_MARKED
    if source.findings[criterion.id].status not in _MET:
        return Why.NOT_MET
    if source.set_aside:
        return Why.SET_ASIDE
    if criterion.safety_critical:
        return Why.SAFETY
    if source.rubric_id != rubric_id:
        return Why.OTHER_RUBRIC
    if days <= NOT_ALLOWED:
        return Why.NOT_ALLOWED
    if not source.done_on <= on <= source.done_on + timedelta(days=days):
        return Why.TOO_OLD
    return None


def _left_alone(rubric: Rubric, carried: Mapping[str, Carried]) -> list[str]:
    """Return the aspects that only their group carried, where not all of the group comes from the same practical."""
    found = []
    for criterion in rubric.criteria:
        own = carried.get(criterion.id)
        if own is None or not own.finding.compensated or not isinstance(criterion.marking, Judged):
            continue
        places = {
            carried[each.id].practical_id if each.id in carried else None
            for each in rubric.criteria
            if isinstance(each.marking, Judged)
            and not each.safety_critical
            and each.marking.group == criterion.marking.group
        }
        if places != {own.practical_id}:
            found.append(criterion.id)
    return found


def to_mark_of(rubric: Rubric, carried: Iterable[str]) -> Rubric:
    """Return the rubric with the criteria alone that are marked again."""
    left = frozenset(carried)
    return Rubric(
        criteria=tuple(criterion for criterion in rubric.criteria if criterion.id not in left),
        assessors=rubric.assessors,
    )


def combined(rubric: Rubric, fresh: TaskResult, carried: Mapping[str, CriterionFinding]) -> TaskResult:
    """Return the result of a re-assessment: what was marked again, and what was carried over as it was found.

    `fresh` is the result of `to_mark_of`; so an aspect of today is never lifted by a level of another day. A criterion
    in neither was not observed.
    """
    return of_findings(
        carried.get(criterion.id)
        or fresh.findings.get(criterion.id)
        or CriterionFinding(
            rubric_criterion_id=criterion.id, status=Status.NOT_OBSERVED, safety_critical=criterion.safety_critical
        )
        for criterion in rubric.criteria
    )
