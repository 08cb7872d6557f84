"""Planning a partial re-assessment: what was missing is marked again, the rest is carried over with its date.

The plan itself is the domain's (`domain.practicals.reassessment`); here the earlier results are read for it, and what
it says is kept with the new practical, so that a later change of the rule changes nothing that is planned.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import CertificationBody
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.practicals.aggregation import CriterionFinding, Status
from assessment.domain.practicals.reassessment import LONGEST, NOT_ALLOWED, Earlier, Plan, plan
from assessment.domain.practicals.task_document import ReportKind
from assessment.domain.practicals.test_piece import with_reports
from assessment.practicals.content import CriterionContent, TaskContent, rubric_from, task_content
from assessment.practicals.naming import not_taken_back
from assessment.practicals.scheduling import schedule
from assessment.practicals.tables import Practical, PracticalState, Rubric, RubricState, Task, TaskResult
from assessment.practicals.tables_assigning import TooClose
from assessment.practicals.tables_pieces import TestReport
from assessment.practicals.tables_reassessing import CarriedMark, CarryOverRule, Reassessment
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What a re-assessment of a practical would be on a day. `observations`: by practical and criterion code."""

    earlier: Practical
    task: TaskContent
    days: int
    plan: Plan
    observations: Mapping[tuple[str, str], Sequence[int]]


def prospect_of(
    session: Session, body_id: str, practical_id: str, *, starts_at: datetime, language: str = "id"
) -> Prospect:
    """Return what would be marked again and what carried over; five statements, six where a report is needed.

    Raises NotFound, and Conflict while the practical has no result.
    """
    base = _base(session, body_id, practical_id)
    practical: Practical = base.Practical
    if practical.state is not PracticalState.SUBMITTED:
        raise Conflict(N_("This practical has no result yet: it can be assessed again when it has."))
    if base.rubric_id is None:
        raise NotFound(N_("There is no such task with a rubric that is ready."))
    task = task_content(session, body_id, base.rubric_id, language)
    results = _results(session, practical)
    reports = _reports(session, body_id, task.criteria, [row.Practical.id for row in results])
    safety = {criterion.code for criterion in task.criteria if criterion.safety_critical}
    zone = ZoneInfo(base.zone)
    days = NOT_ALLOWED if base.days is None else base.days
    earlier = [
        Earlier(
            practical_id=row.Practical.id,
            rubric_id=row.Practical.rubric_id,
            done_on=(row.Practical.opened_at or row.Practical.starts_at).astimezone(zone).date(),
            findings=_findings(row.result, safety, reports.get(row.Practical.id, {})),
            set_aside=row.by_somebody_too_close,
        )
        for row in results
    ]
    return Prospect(
        earlier=practical,
        task=task,
        days=days,
        plan=plan(base.rubric_id, rubric_from(task.criteria), earlier, on=starts_at.astimezone(zone).date(), days=days),
        observations={
            (row.Practical.id, code): finding.get("observations", ())
            for row in results
            for code, finding in row.result["rubric"].items()
        },
    )


def reassess(
    session: Session,
    actor: Actor,
    practical_id: str,
    *,
    site_id: str,
    assessor_ids: Sequence[str],
    starts_at: datetime,
    over_limit: str = "",
    now: datetime,
) -> Practical:
    """Plan a practical that marks again what another one missed, and keep what it carries over.

    Raises NotFound, Conflict while the earlier one has no result, Invalid when it missed nothing, and what `schedule`
    refuses.
    """
    prospect = prospect_of(session, actor.body_id, practical_id, starts_at=starts_at)
    if not prospect.plan.missing:
        raise Invalid(N_("Every criterion of this practical was met: there is nothing to assess again."))
    again = schedule(
        session,
        actor.body_id,
        prospect.earlier.application_id,
        prospect.earlier.candidate_id,
        prospect.earlier.task_id,
        site_id,
        assessor_ids,
        starts_at,
        now,
        over_limit=over_limit,
    )
    session.add(
        Reassessment(
            body_id=actor.body_id,
            practical_id=again.id,
            earlier_id=practical_id,
            days=prospect.days,
            to_mark={code: why.value for code, why in prospect.plan.to_mark.items()},
            planned_by=actor.person_id,
            planned_at=now,
        )
    )
    ids = {each.code: each.id for each in prospect.task.criteria}
    session.add_all(
        CarriedMark(
            body_id=actor.body_id,
            practical_id=again.id,
            rubric_criterion_id=ids[code],
            source_id=carried.practical_id,
            done_on=carried.done_on,
            status=carried.finding.status,
            compensated=carried.finding.compensated,
            observations=list(prospect.observations[carried.practical_id, code]),
        )
        for code, carried in prospect.plan.carried.items()
    )
    session.flush()
    return again


def reassessment_of(session: Session, body_id: str, practical_id: str) -> Reassessment | None:
    """Return what was planned of a practical as a re-assessment, or None for a first one."""
    return session.get(Reassessment, (body_id, practical_id))


def set_carry_over_days(session: Session, actor: Actor, scheme_version_id: str, days: int, *, now: datetime) -> None:
    """Set for how many days marks may be carried over; what was in force before stays beside it.

    What is planned already keeps the time it was planned with. Raises Invalid outside 0 to three years.
    """
    if not NOT_ALLOWED <= days <= LONGEST:
        raise Invalid(N_("Expected 0 to %(most)s days, got %(got)s."), most=LONGEST, got=days)
    session.add(
        CarryOverRule(
            body_id=actor.body_id,
            id=new_id(),
            scheme_version_id=scheme_version_id,
            days=days,
            set_by=actor.person_id,
            set_at=now,
        )
    )
    session.flush()


def _base(session: Session, body_id: str, practical_id: str) -> Any:
    """A practical with its scheme version, the body's zone, the newest rubric of its task and the scheme's days."""
    newest_rubric = (
        select(Rubric.id)
        .where(Rubric.body_id == body_id, Rubric.task_id == Practical.task_id, Rubric.state == RubricState.READY)
        .order_by(Rubric.number.desc())
        .limit(1)
        .correlate(Practical)
        .scalar_subquery()
    )
    days = (
        select(CarryOverRule.days)
        .where(CarryOverRule.body_id == body_id, CarryOverRule.scheme_version_id == Task.scheme_version_id)
        .order_by(CarryOverRule.set_at.desc(), CarryOverRule.id.desc())
        .limit(1)
        .correlate(Task)
        .scalar_subquery()
    )
    row = session.execute(
        select(Practical, CertificationBody.zone, newest_rubric.label("rubric_id"), days.label("days"))
        .join(Task, (Task.body_id == Practical.body_id) & (Task.id == Practical.task_id))
        .join(CertificationBody, CertificationBody.id == Practical.body_id)
        .where(Practical.body_id == body_id, Practical.id == practical_id)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such practical."))
    return row


def _results(session: Session, practical: Practical) -> list[Any]:
    """The practicals of the same task and application that have a result, each with its newest one.

    `by_somebody_too_close`: whoever marked it was named as too close since.
    """
    newest = (
        select(func.max(TaskResult.generation))
        .where(TaskResult.body_id == Practical.body_id, TaskResult.practical_id == Practical.id)
        .correlate(Practical)
        .scalar_subquery()
    )
    too_close = (
        select(Sheet.id)
        .join(
            TooClose,
            (TooClose.body_id == Sheet.body_id)
            & (TooClose.application_id == Sheet.application_id)
            & (TooClose.person_id == Sheet.person_id),
        )
        .where(Sheet.body_id == Practical.body_id, Sheet.practical_id == Practical.id, not_taken_back())
        .correlate(Practical)
        .exists()
    )
    return list(
        session.execute(
            select(Practical, TaskResult.result, too_close.label("by_somebody_too_close"))
            .join(
                TaskResult,
                (TaskResult.body_id == Practical.body_id)
                & (TaskResult.practical_id == Practical.id)
                & (TaskResult.generation == newest),
            )
            .where(
                Practical.body_id == practical.body_id,
                Practical.application_id == practical.application_id,
                Practical.task_id == practical.task_id,
            )
        )
    )


def _findings(
    result: Mapping[str, Any], safety: Collection[str], reports: Mapping[str, bool | None]
) -> dict[str, CriterionFinding]:
    """What was really marked; a criterion whose report refuses, or is not in, was not met."""
    found = {}
    for code, said in result["rubric"].items():
        if "carried" in said:
            continue
        status = Status(said["status"])
        if code in reports and status is Status.SUFFICIENT and reports[code] is not True:
            status = Status.NEEDS_MORE_EVIDENCE if reports[code] is None else Status.INSUFFICIENT
        found[code] = CriterionFinding(
            rubric_criterion_id=code,
            status=status,
            safety_critical=code in safety,
            compensated=said["compensated"],
        )
    return found


def _reports(
    session: Session, body_id: str, criteria: Sequence[CriterionContent], practical_ids: Sequence[str]
) -> dict[str, dict[str, bool | None]]:
    """Practical id -> code of each criterion that needs a report -> whether the newest one accepts, None: not in.

    Only the criteria of the newest rubric are looked at: nothing is carried over from another one.
    """
    needed = {criterion.code: ReportKind(criterion.report) for criterion in criteria if criterion.report}
    if not needed:
        return {}
    said: dict[str, dict[ReportKind, bool]] = {practical_id: {} for practical_id in practical_ids}
    for report in session.execute(
        select(TestReport.practical_id, TestReport.kind, TestReport.accepted)
        .where(TestReport.body_id == body_id, TestReport.practical_id.in_(practical_ids))
        .order_by(TestReport.received_at, TestReport.id)
    ):
        said[report.practical_id][report.kind] = report.accepted
    return {
        practical_id: {code: with_reports(True, [kind], reports) for code, kind in needed.items()}
        for practical_id, reports in said.items()
    }
