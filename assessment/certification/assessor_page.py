"""What the assessor sees of an application: the evidence as it is now, what waits for confirmation, what is open."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.evidence import Gathered, gather, overall, unit_results
from assessment.certification.evidence_table import EvidenceTable, ids_in, table_of
from assessment.certification.queries import Head
from assessment.certification.tables import Application, FollowUp, Recommendation
from assessment.certification.texts import Words, words_of
from assessment.domain.certification.unit_result import SchemeResult
from assessment.domain.competency import Method
from assessment.exams.remarks import Remark, remarks_on


@dataclass(frozen=True, kw_only=True, slots=True)
class ToConfirm:
    """Evidence of one unit by one method: whether it is confirmed, and since when it is there."""

    unit_id: str
    unit: Words
    method: Method
    since: datetime
    confirmed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Open:
    """A follow-up that is not closed."""

    id: str
    criterion: Words
    reason: str
    due_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessorPage:
    """The page's values. `askable`: (criterion id, its words) that an oral question can close."""

    head: Head
    table: EvidenceTable
    overall: SchemeResult
    to_confirm: tuple[ToConfirm, ...]
    follow_ups: tuple[Open, ...]
    askable: tuple[tuple[str, Words], ...]
    criteria: tuple[tuple[str, Words], ...]
    recommendation: Recommendation | None
    exam_remarks: tuple[Remark, ...]

    @property
    def unconfirmed(self) -> int:
        """How much evidence waits for confirmation."""
        return sum(not each.confirmed for each in self.to_confirm)


def assessor_page(session: Session, head: Head, *, language: str) -> AssessorPage:
    """Return the evidence page of an application; nine statements, however much evidence there is."""
    application = head.application
    gathered = gather(session, application)
    results = unit_results(gathered)
    rows: list[Any] = list(
        session.execute(
            select(FollowUp, Recommendation)
            .select_from(Application)
            .join(
                FollowUp,
                (FollowUp.body_id == Application.body_id)
                & (FollowUp.application_id == Application.id)
                & FollowUp.closed_at.is_(None),
                isouter=True,
            )
            .join(
                Recommendation,
                (Recommendation.body_id == Application.body_id) & (Recommendation.application_id == Application.id),
                isouter=True,
            )
            .where(Application.body_id == application.body_id, Application.id == application.id)
        )
    )
    follow_ups = {row[0].id: row[0] for row in rows if row[0] is not None}
    recommendations = {row[1].id: row[1] for row in rows if row[1] is not None}
    competencies, rubric, oral = ids_in(results.values())
    words = words_of(
        session,
        application.body_id,
        language,
        competencies=competencies | {each.criterion_id for each in follow_ups.values()},
        rubric_criteria=rubric,
        oral_answers=oral,
    )
    criteria = tuple((criterion.id, words[criterion.id]) for unit in gathered.grid.units for criterion in unit.criteria)
    return AssessorPage(
        head=head,
        table=table_of(results, gathered.sums, words),
        overall=overall(gathered, results),
        to_confirm=_to_confirm(gathered, words),
        follow_ups=tuple(
            Open(id=each.id, criterion=words[each.criterion_id], reason=each.reason, due_on=each.due_on)
            for each in sorted(follow_ups.values(), key=lambda each: (each.due_on, each.id))
        ),
        askable=tuple(pair for pair in criteria if pair[0] in _askable(gathered)),
        criteria=criteria,
        recommendation=max(recommendations.values(), key=lambda each: each.at, default=None),
        exam_remarks=tuple(remarks_on(session, application.body_id, application.id)),
    )


def _to_confirm(gathered: Gathered, words: dict[str, Words]) -> tuple[ToConfirm, ...]:
    return tuple(
        ToConfirm(
            unit_id=unit.id,
            unit=words[unit.id],
            method=method,
            since=gathered.evidence_at[unit.id, method],
            confirmed=gathered.is_confirmed(unit.id, method),
        )
        for unit in gathered.grid.units
        for method in Method
        if (unit.id, method) in gathered.evidence_at
    )


def _askable(gathered: Gathered) -> set[str]:
    """Criteria whose written evidence does not suffice, or whose plan wants an oral question."""
    missed = {
        piece.criterion_id
        for piece in gathered.evidence
        if piece.method is Method.WRITTEN and piece.sufficient is not True
    }
    return missed | {cell.criterion_id for cell in gathered.grid.cells if cell.method is Method.ORAL}
