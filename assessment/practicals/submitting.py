"""Submitting a sheet: what is missing, the receipt, and the result that follows from the observations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.certification.evidence import Evidence, Source, from_task
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.practicals import aggregation
from assessment.domain.practicals.delivery import Receipt, receipt
from assessment.domain.practicals.observation import Observation as Marked
from assessment.practicals.authority import day_at, require_registered_assessor
from assessment.practicals.content import CriterionContent, rubric_from
from assessment.practicals.marking import criteria_to_mark
from assessment.practicals.observations import StoredObservation, observations_of
from assessment.practicals.opening import own
from assessment.practicals.tables import Observation, Practical, PracticalState, TaskResult
from assessment.web.actor import Actor

FORMAT_VERSION = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Derived:
    """What the observations of a practical say now.

    `missing`: codes of rubric criteria without a mark; `last_number`: the newest observation seen, 0 for none.
    """

    result: aggregation.TaskResult
    evidence: tuple[Evidence, ...]
    receipt: Receipt
    missing: tuple[str, ...]
    last_number: int


def derive(
    practical_id: str, person_id: str, criteria: Sequence[CriterionContent], stored: Sequence[StoredObservation]
) -> Derived:
    """Calculate result, evidence, receipt and what is missing; reads nothing."""
    rubric = rubric_from(criteria)
    marked = [
        Marked(assessor_id=each.person_id, rubric_criterion_id=each.sent.criterion, value=each.sent.value)
        for each in stored
    ]
    result = aggregation.task_result(rubric, marked)
    return Derived(
        result=result,
        evidence=from_task(rubric, result, source=Source(kind="task", id=practical_id), confirmed=False),
        receipt=receipt(each.sent for each in stored),
        missing=aggregation.missing(rubric, marked, assessor_id=person_id),
        last_number=stored[-1].number if stored else 0,
    )


def derive_practical(session: Session, body_id: str, practical_id: str, person_id: str) -> Derived:
    """Calculate what a practical says now; three statements, before the lock is taken. Raises NotFound."""
    criteria = criteria_to_mark(session, body_id, practical_id)
    return derive(practical_id, person_id, criteria, observations_of(session, body_id, practical_id, criteria))


def submit(
    session: Session, actor: Actor, practical_id: str, *, now: datetime, derived: Derived | None = None
) -> Practical:
    """Close a sheet, give its receipt and keep the result; nothing can be marked on it any more.

    `derived` may be calculated before the lock is taken. Raises NotFound for another assessor's practical,
    NotAllowed outside the assessor's registration, Invalid naming the criteria that have no mark, and Conflict
    when the sheet is not open or marks arrived in the meantime.
    """
    practical = own(session, actor, practical_id)
    if practical.state is PracticalState.SUBMITTED:
        raise Conflict(N_("This sheet was submitted; its marks stay as they are."))
    if practical.state is not PracticalState.OPEN:
        raise Conflict(N_("This sheet is not open yet: check-in first, then the assessor opens it."))
    require_registered_assessor(session, actor.body_id, actor.person_id, day_at(session, actor.body_id, now))
    if derived is None:
        derived = derive_practical(session, actor.body_id, practical_id, actor.person_id)
    elif derived.last_number != _last_number(session, practical):
        raise Conflict(N_("New marks arrived in the meantime. Look at the sheet again and submit once more."))
    if derived.missing:
        raise Invalid(
            N_("Expected a mark for every criterion, got none for %(missing)s."),
            missing=", ".join(derived.missing),
        )
    practical.state = PracticalState.SUBMITTED
    practical.submitted_at = now
    practical.marks = derived.receipt.marks
    practical.receipt = derived.receipt.digest
    session.add(
        TaskResult(
            body_id=practical.body_id,
            practical_id=practical.id,
            application_id=practical.application_id,
            result=result_to_json(derived),
            derived_at=now,
        )
    )
    session.flush()
    return practical


def result_to_json(derived: Derived) -> dict[str, Any]:
    """Return the result as it is stored, format version 1.

    `rubric`: rubric criterion -> status and whether its group carries it; `criteria`: one entry for each
    performance criterion and method with `sufficient` true, false, or null for needs more evidence.
    """
    return {
        "v": FORMAT_VERSION,
        "status": derived.result.status.value,
        "failed_safety": list(derived.result.failed_safety),
        "rubric": {
            code: {"status": finding.status.value, "compensated": finding.compensated}
            for code, finding in derived.result.findings.items()
        },
        "criteria": [
            {
                "criterion": piece.criterion_id,
                "method": piece.method.value,
                "sufficient": piece.sufficient,
                "safety_critical": piece.safety_critical,
                "rubric": dict(piece.detail),
            }
            for piece in sorted(derived.evidence, key=lambda piece: (piece.criterion_id, piece.method.value))
        ],
    }


def _last_number(session: Session, practical: Practical) -> int:
    return (
        session.scalar(
            select(func.max(Observation.number)).where(
                Observation.body_id == practical.body_id, Observation.practical_id == practical.id
            )
        )
        or 0
    )
