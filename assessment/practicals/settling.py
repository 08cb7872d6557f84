"""When all sheets of a practical are in: the marks are compared, and the result follows or the assessors are asked.

The result points to the observations that it was derived from, so that it can be opened down to each of them and is
found again by `fsck` even after a held mark was taken later, which makes another generation of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.certification.evidence import Evidence, Source, from_task
from assessment.domain.practicals import aggregation
from assessment.domain.practicals.observation import Observation as Marked
from assessment.domain.practicals.observation import ObservedValue
from assessment.domain.practicals.practical_states import (
    PRACTICAL,
    PracticalEvent,
    PracticalState,
    SheetState,
)
from assessment.domain.practicals.reassessment import combined, to_mark_of
from assessment.domain.practicals.rubric import Rubric
from assessment.domain.practicals.spread import Spread, SpreadRule, apart, spread
from assessment.practicals.carrying import NOTHING_CARRIED, Carried, CarriedOver, carried_of, reassessed_by
from assessment.practicals.content import CriterionContent, rubric_criteria, rubric_from
from assessment.practicals.observations import StoredObservation, in_force, observations_of
from assessment.practicals.piece_queries import criteria_on_piece, newest_piece
from assessment.practicals.sheets import rule_of, sheets_of
from assessment.practicals.tables import Observation, Practical, TaskResult
from assessment.practicals.tables_pieces import TestPiece
from assessment.practicals.tables_reassessing import Reassessment
from assessment.practicals.tables_sheets import ObservationDecision, Remark, Sheet, SheetSeal

FORMAT_VERSION = 2
OF_ONE_ASSESSOR = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """The marks of all sheets beside each other, and what follows from them.

    `in_force`: for each sheet in its place, criterion code -> the observation that counts. `carried`: what is not on
    the sheets because it is carried over.
    """

    in_force: tuple[Mapping[str, StoredObservation], ...]
    carried: Carried
    spreads: tuple[Spread, ...]
    result: aggregation.TaskResult
    evidence: tuple[Evidence, ...]

    @property
    def apart(self) -> tuple[str, ...]:
        """The criteria whose marks pass the rule."""
        return apart(self.spreads)


def compare(
    practical_id: str,
    criteria: Sequence[CriterionContent],
    persons: Sequence[str],
    stored: Sequence[StoredObservation],
    *,
    levels: int = 1,
    as_they_came: bool = False,
    carried: Carried = NOTHING_CARRIED,
) -> Compared:
    """Compare the marks of these assessors and derive what they say together, with what is carried over."""
    forces: list[Mapping[str, StoredObservation]] = []
    for person_id in persons:
        own = [each for each in stored if each.person_id == person_id]
        forces.append({each.sent.criterion: each for each in in_force(own, as_they_came=as_they_came)})
    plain = rubric_from(criteria)
    whole = Rubric(criteria=plain.criteria, assessors=max(1, len(persons)))
    rubric = to_mark_of(whole, carried)
    marks: list[Mapping[str, ObservedValue]] = [
        {code: each.sent.value for code, each in force.items()} for force in forces
    ]
    result = aggregation.task_result(
        rubric,
        [
            Marked(assessor_id=person_id, rubric_criterion_id=code, value=value)
            for person_id, own_marks in zip(persons, marks, strict=True)
            for code, value in own_marks.items()
        ],
    )
    result = combined(whole, result, {code: each.counting for code, each in carried.items()}) if carried else result
    return Compared(
        in_force=tuple(forces),
        carried=carried,
        spreads=spread(rubric, marks, SpreadRule(levels=levels)),
        result=result,
        evidence=from_task(whole, result, source=Source(kind="task", id=practical_id), confirmed=False),
    )


def compare_practical(session: Session, practical: Practical) -> Compared:
    """Compare what the sheets of a practical say now; five statements."""
    piece = newest_piece(session, practical.body_id, practical.id)
    criteria = criteria_on_piece(rubric_criteria(session, practical.body_id, practical.rubric_id), piece)
    persons = [sheet.person_id for sheet in sheets_of(session, practical.body_id, practical.id)]
    stored = observations_of(session, practical.body_id, practical.id, criteria)
    _assessors, levels = rule_of(session, practical.body_id, practical.rubric_id)
    carried = carried_of(session, practical.body_id, practical.id)
    return compare(practical.id, criteria, persons, stored, levels=levels, carried=carried)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What was compared before a lock was taken, and what it was compared from."""

    compared: Compared
    seen: tuple[int, int, int]


def look_ahead(
    session: Session,
    body_id: str,
    practical_id: str,
    criteria: Sequence[CriterionContent],
    *,
    submitting: str,
) -> Ahead | None:
    """Compare before a lock is taken, where all sheets but the one of `submitting` are in; else return None.

    `criteria` have the limits for the recorded piece.
    """
    sheets = sheets_of(session, body_id, practical_id)
    if any(sheet.state is not SheetState.SUBMITTED and sheet.person_id != submitting for sheet in sheets):
        return None
    stored = observations_of(session, body_id, practical_id, criteria)
    seen = _seen(session, body_id, practical_id)
    if seen[0] != (stored[-1].number if stored else 0):
        return None
    row = session.execute(
        select(Practical.rubric_id, Reassessment.practical_id.is_not(None).label("again"))
        .join(
            Reassessment,
            (Reassessment.body_id == Practical.body_id) & (Reassessment.practical_id == Practical.id),
            isouter=True,
        )
        .where(Practical.body_id == body_id, Practical.id == practical_id)
    ).one()
    if row.again:
        return None  # it rests on the results of other practicals too
    _assessors, levels = rule_of(session, body_id, row.rubric_id)
    persons = [sheet.person_id for sheet in sheets]
    return Ahead(compared=compare(practical_id, criteria, persons, stored, levels=levels), seen=seen)


def _seen(session: Session, body_id: str, practical_id: str) -> tuple[int, int, int]:
    """Return the newest observation of a practical, how many decisions on held ones, how many entries of its piece."""
    newest = (
        select(func.max(Observation.number))
        .where(Observation.body_id == body_id, Observation.practical_id == practical_id)
        .scalar_subquery()
    )
    decisions = (
        select(func.count())
        .select_from(ObservationDecision)
        .where(ObservationDecision.body_id == body_id, ObservationDecision.practical_id == practical_id)
        .scalar_subquery()
    )
    pieces = (
        select(func.count())
        .select_from(TestPiece)
        .where(TestPiece.body_id == body_id, TestPiece.practical_id == practical_id)
        .scalar_subquery()
    )
    row = session.execute(select(newest, decisions, pieces)).one()
    return row[0] or 0, row[1], row[2]


def settle(session: Session, practical: Practical, *, now: datetime, ahead: Ahead | None = None) -> None:
    """Move a locked practical on as far as its sheets allow: result, marks apart, or nothing while one is missing."""
    sheets = sheets_of(session, practical.body_id, practical.id)
    if any(sheet.state is not SheetState.SUBMITTED for sheet in sheets):
        return
    if practical.state is PracticalState.REMARKING and not _all_marked_again(session, practical, sheets):
        return
    if ahead is not None and ahead.seen == _seen(session, practical.body_id, practical.id):
        compared = ahead.compared
    else:
        compared = compare_practical(session, practical)
    if practical.state is PracticalState.SUBMITTED:
        _keep(session, practical, compared, now=now)
        _settle_what_rests_on(session, practical, now=now)
        return
    # The third assessor's marks settle what two could not agree on.
    differ = compared.apart and practical.state is not PracticalState.THIRD
    event = PracticalEvent.DIFFER if differ else PracticalEvent.AGREE
    if not PRACTICAL.allows(practical.state, event):
        return
    practical.state = PRACTICAL.after(practical.state, event)
    if practical.state is PracticalState.SUBMITTED:
        practical.submitted_at = now
        _keep(session, practical, compared, now=now)
    session.flush()


def _settle_what_rests_on(session: Session, practical: Practical, *, now: datetime) -> None:
    """A result that changes changes those of the re-assessments that carry marks over from it."""
    for practical_id in reassessed_by(session, practical.body_id, practical.id):
        again = session.get(Practical, (practical.body_id, practical_id), with_for_update=True)
        if again is not None and again.state is PracticalState.SUBMITTED:
            settle(session, again, now=now)


def current_round(session: Session, practical: Practical) -> int:
    """Return the round of marking that was asked for last; 1 while nobody was asked to mark again."""
    return (
        session.scalar(
            select(func.max(Remark.round)).where(
                Remark.body_id == practical.body_id, Remark.practical_id == practical.id
            )
        )
        or 1
    )


def _all_marked_again(session: Session, practical: Practical, sheets: Sequence[Sheet]) -> bool:
    sealed = session.scalar(
        select(func.count())
        .select_from(SheetSeal)
        .where(
            SheetSeal.body_id == practical.body_id,
            SheetSeal.sheet_id.in_([sheet.id for sheet in sheets]),
            SheetSeal.round == current_round(session, practical),
        )
    )
    return sealed == len(sheets)


def _keep(session: Session, practical: Practical, compared: Compared, *, now: datetime) -> None:
    """Add the result, unless the newest one says the same already."""
    newest = newest_result(session, practical.body_id, practical.id)
    result = result_to_json(compared)
    if newest is not None and newest.result == result:
        return
    session.add(
        TaskResult(
            body_id=practical.body_id,
            practical_id=practical.id,
            generation=0 if newest is None else newest.generation + 1,
            application_id=practical.application_id,
            v=FORMAT_VERSION,
            result=result,
            derived_at=now,
        )
    )
    session.flush()


def newest_result(session: Session, body_id: str, practical_id: str) -> TaskResult | None:
    """Return the newest result of a practical, or None."""
    return session.scalar(
        select(TaskResult)
        .where(TaskResult.body_id == body_id, TaskResult.practical_id == practical_id)
        .order_by(TaskResult.generation.desc())
        .limit(1)
    )


def result_to_json(compared: Compared, *, version: int = FORMAT_VERSION) -> dict[str, Any]:
    """Return the result as it is stored.

    `rubric`: rubric criterion -> status, whether its group carries it, and (from version 2 on) the numbers of the
    observations that count, in the places of their assessors; where it is carried over, the earlier practical and its
    day, and whether it stands; `criteria`: one entry for each performance criterion
    and method with `sufficient` true, false, or null for needs more evidence.
    """
    rubric: dict[str, dict[str, Any]] = {}
    for code, finding in compared.result.findings.items():
        rubric[code] = {"status": finding.status.value, "compensated": finding.compensated}
        if version > OF_ONE_ASSESSOR:
            rubric[code]["observations"] = [force[code].number for force in compared.in_force if code in force]
        if code in compared.carried:
            rubric[code] |= _carried_json(compared.carried[code])
    return {
        "v": version,
        "status": compared.result.status.value,
        "failed_safety": list(compared.result.failed_safety),
        "rubric": rubric,
        "criteria": [
            {
                "criterion": piece.criterion_id,
                "method": piece.method.value,
                "sufficient": piece.sufficient,
                "safety_critical": piece.safety_critical,
                "rubric": dict(piece.detail),
            }
            for piece in sorted(compared.evidence, key=lambda piece: (piece.criterion_id, piece.method.value))
        ],
    }


def _carried_json(carried: CarriedOver) -> dict[str, Any]:
    return {
        "observations": list(carried.observations) if carried.stands else [],
        "carried": {
            "practical": carried.source_id,
            "on": carried.done_on.isoformat(),
            "stands": carried.stands,
        },
    }
