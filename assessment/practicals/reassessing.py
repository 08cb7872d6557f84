"""Planning a partial re-assessment: what was missing is marked again, the rest is carried over with its date.

The plan itself is the domain's (`domain.practicals.reassessment`); here the earlier results are read for it, and what
it says is kept with the new practical, so that a later change of the rule changes nothing that is planned.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
from assessment.practicals.content import rubric_criteria, rubric_from
from assessment.practicals.naming import standing_names
from assessment.practicals.scheduling import newest_rubric, schedule
from assessment.practicals.tables import Practical, PracticalState, RubricCriterion, Task, TaskResult
from assessment.practicals.tables_pieces import TestReport
from assessment.practicals.tables_reassessing import CarriedMark, CarryOverRule, Reassessment
from assessment.practicals.tables_sheets import Sheet
from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What a re-assessment of a practical would be on a day. `observations`: of each practical, by criterion code."""

    earlier: Practical
    scheme_version_id: str
    rubric_id: str
    days: int
    plan: Plan
    observations: Mapping[tuple[str, str], Sequence[int]]


def prospect_of(session: Session, body_id: str, practical_id: str, *, starts_at: datetime) -> Prospect:
    """Return what would be marked again and what carried over; eight statements, nine where a report is needed.

    Raises NotFound, and Conflict while the practical has no result.
    """
    practical = session.get(Practical, (body_id, practical_id))
    if practical is None:
        raise NotFound(N_("There is no such practical."))
    if practical.state is not PracticalState.SUBMITTED:
        raise Conflict(N_("This practical has no result yet: it can be assessed again when it has."))
    rubric_id = newest_rubric(session, body_id, practical.task_id)
    criteria = rubric_criteria(session, body_id, rubric_id)
    scheme_version_id, zone = session.execute(
        select(Task.scheme_version_id, CertificationBody.zone)
        .join(CertificationBody, CertificationBody.id == Task.body_id)
        .where(Task.body_id == body_id, Task.id == practical.task_id)
    ).one()
    days = carry_over_days(session, body_id, scheme_version_id)
    results = _results(session, practical)
    safety = {criterion.code for criterion in criteria if criterion.safety_critical}
    aside = _marked_by_somebody_too_close(session, practical, [row.Practical.id for row in results])
    reports = _reports(session, body_id, [row.Practical for row in results])
    earlier = [
        Earlier(
            practical_id=row.Practical.id,
            rubric_id=row.Practical.rubric_id,
            done_on=_day(row.Practical, zone),
            findings=_findings(row.result, safety, reports.get(row.Practical.id, {})),
            set_aside=row.Practical.id in aside,
        )
        for row in results
    ]
    return Prospect(
        earlier=practical,
        scheme_version_id=scheme_version_id,
        rubric_id=rubric_id,
        days=days,
        plan=plan(
            rubric_id,
            rubric_from(criteria),
            earlier,
            on=starts_at.astimezone(ZoneInfo(zone)).date(),
            days=days,
        ),
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
    ids = {each.code: each.id for each in rubric_criteria(session, actor.body_id, again.rubric_id)}
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


def carry_over_days(session: Session, body_id: str, scheme_version_id: str) -> int:
    """Return for how many days a scheme version lets marks be carried over; 0 where nobody has said so."""
    days = session.scalar(
        select(CarryOverRule.days)
        .where(CarryOverRule.body_id == body_id, CarryOverRule.scheme_version_id == scheme_version_id)
        .order_by(CarryOverRule.set_at.desc(), CarryOverRule.id.desc())
        .limit(1)
    )
    return NOT_ALLOWED if days is None else days


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


def _results(session: Session, practical: Practical) -> list[Any]:
    """The practicals of the same task and application that have a result, each with its newest one."""
    newest = (
        select(func.max(TaskResult.generation))
        .where(TaskResult.body_id == Practical.body_id, TaskResult.practical_id == Practical.id)
        .correlate(Practical)
        .scalar_subquery()
    )
    return list(
        session.execute(
            select(Practical, TaskResult.result)
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


def _day(practical: Practical, zone: str) -> date:
    return (practical.opened_at or practical.starts_at).astimezone(ZoneInfo(zone)).date()


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


def _reports(session: Session, body_id: str, practicals: Sequence[Practical]) -> dict[str, dict[str, bool | None]]:
    """Practical id -> code of each criterion that needs a report -> whether the newest one accepts, None: not in."""
    needed: dict[str, dict[str, ReportKind]] = {}
    for row in session.execute(
        select(RubricCriterion.rubric_id, RubricCriterion.code, RubricCriterion.definition).where(
            RubricCriterion.body_id == body_id, RubricCriterion.rubric_id.in_({each.rubric_id for each in practicals})
        )
    ):
        if "report" in row.definition:
            needed.setdefault(row.rubric_id, {})[row.code] = ReportKind(row.definition["report"])
    if not needed:
        return {}
    said: dict[str, dict[ReportKind, bool]] = {}
    for report in session.execute(
        select(TestReport.practical_id, TestReport.kind, TestReport.accepted)
        .where(TestReport.body_id == body_id, TestReport.practical_id.in_([each.id for each in practicals]))
        .order_by(TestReport.received_at, TestReport.id)
    ):
        said.setdefault(report.practical_id, {})[report.kind] = report.accepted
    return {
        each.id: {
            code: with_reports(True, [kind], said.get(each.id, {}))
            for code, kind in needed.get(each.rubric_id, {}).items()
        }
        for each in practicals
    }


def _marked_by_somebody_too_close(session: Session, practical: Practical, practical_ids: Sequence[str]) -> set[str]:
    """The practicals that somebody marked who was named as too close to the candidate since."""
    close = standing_names(session, practical.body_id, practical.application_id)
    if not close:
        return set()
    return set(
        session.scalars(
            select(Sheet.practical_id).where(
                Sheet.body_id == practical.body_id,
                Sheet.practical_id.in_(practical_ids),
                Sheet.person_id.in_(close),
            )
        )
    )
