"""From what exam, practical and oral questions recorded to the results of the units (rules 3 to 5).

Everything here only reads, except `record_results`. `until` looks at the records as they stood at a moment,
so that a result can be derived again from what it was derived from: all of them are append-only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Boolean, Text, and_, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.awaited_reports import after_reports
from assessment.certification.grid import Grid, grid_of
from assessment.certification.marks import Marked, marks_of
from assessment.certification.result_json import FORMAT, Sum, result_to_json
from assessment.certification.tables import Application, EvidenceConfirmation
from assessment.certification.tables import UnitResult as UnitResultRow
from assessment.certification.written import Written, answers_of, exams_of
from assessment.domain.certification.evidence import Evidence, Source, from_exam
from assessment.domain.certification.unit_result import SchemeResult, UnitResult, derive, scheme_result
from assessment.domain.competency import Method
from assessment.domain.errors import N_, Conflict
from assessment.domain.plan import ItemsCut
from assessment.exams.tables import ExamResult as ExamResultRow
from assessment.practicals.tables import OralAnswer, TaskResult
from assessment.practicals.tables_pieces import TestReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Gathered:
    """All evidence of an application that counts now, against the grid of its scheme version.

    `confirmed_at`: (unit id, method) -> when the assessor last found that evidence valid, authentic, current
    and sufficient. `evidence_at`: (unit id, method) -> when the newest evidence came in. `sums`: unit id -> its
    written marks.
    """

    grid: Grid
    evidence: tuple[Evidence, ...]
    evidence_at: Mapping[tuple[str, Method], datetime]
    confirmed_at: Mapping[tuple[str, Method], datetime]
    sums: Mapping[str, Sum]

    def unconfirmed(self) -> list[tuple[str, Method]]:
        """The unit and method pairs whose evidence waits for the assessor's confirmation, in printed order."""
        return [
            (unit.id, method)
            for unit in self.grid.units
            for method in Method
            if (unit.id, method) in self.evidence_at and not self.is_confirmed(unit.id, method)
        ]

    def is_confirmed(self, unit_id: str, method: Method) -> bool:
        """Whether the confirmation is not older than the evidence."""
        place = (unit_id, method)
        return place in self.confirmed_at and self.confirmed_at[place] >= self.evidence_at[place]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ahead:
    """What was gathered before a lock, and when the newest record in it came in."""

    gathered: Gathered
    newest: datetime | None


def gather(session: Session, application: Application, *, until: datetime | None = None) -> Gathered:
    """Return the evidence of an application; six statements and one for reports, however much there is."""
    body_id, application_id = application.body_id, application.id
    grid = grid_of(session, body_id, application.scheme_version_id, until=until)
    unit_of = grid.unit_of
    pieces: list[tuple[Evidence, datetime]] = []
    exams = exams_of(session, body_id, application_id, until=until)
    answers = answers_of(session, body_id, exams)
    pieces += _written(grid, exams, answers)
    practicals = marks_of(session, body_id, application_id, until=until)
    for marked in after_reports(session, body_id, practicals, until=until):
        pieces += [(piece, marked.at) for piece in _observed(marked, unit_of)]
    oral, confirmed_at = _said_by_assessors(session, body_id, application_id, until)
    pieces += oral
    pieces = [(piece, at) for piece, at in pieces if piece.criterion_id in unit_of]
    evidence_at: dict[tuple[str, Method], datetime] = {}
    for piece, at in pieces:
        place = (unit_of[piece.criterion_id], piece.method)
        evidence_at[place] = max(at, evidence_at.get(place, at))
    gathered = Gathered(
        grid=grid,
        evidence=(),
        evidence_at=evidence_at,
        confirmed_at=confirmed_at,
        sums=_sums(grid, exams),
    )
    return replace(
        gathered,
        evidence=tuple(
            replace(piece, confirmed=gathered.is_confirmed(unit_of[piece.criterion_id], piece.method))
            for piece, _at in pieces
        ),
    )


def gather_ahead(session: Session, application: Application) -> Ahead:
    """Gather before a lock is taken, so that nobody else waits for it."""
    newest = newest_evidence(session, application)
    return Ahead(gathered=gather(session, application), newest=newest)


def current(session: Session, application: Application, ahead: Ahead | None, *, now: datetime) -> Gathered:
    """Return what was gathered ahead if it still holds, or gather now.

    Raises Conflict when evidence or a confirmation came in since.
    """
    if ahead is None:
        return gather(session, application, until=now)
    if newest_evidence(session, application) != ahead.newest:
        raise Conflict(N_("New evidence came in meanwhile. Look at it and send this once more."))
    return ahead.gathered


def newest_evidence(session: Session, application: Application) -> datetime | None:
    """Return when the last evidence or confirmation of an application came in; one statement."""
    body_id, application_id = application.body_id, application.id
    moments = union_all(
        *(
            select(func.max(moment).label("at")).where(table.body_id == body_id, table.application_id == application_id)
            for table, moment in (
                (ExamResultRow, ExamResultRow.derived_at),
                (TaskResult, TaskResult.derived_at),
                (TestReport, TestReport.received_at),
                (OralAnswer, OralAnswer.asked_at),
                (EvidenceConfirmation, EvidenceConfirmation.at),
            )
        )
    ).subquery()
    found: datetime | None = session.scalar(select(func.max(moments.c.at)))
    return found


def unit_results(gathered: Gathered) -> dict[str, UnitResult]:
    """Return the result of each unit, by unit id in the scheme's order."""
    return {unit.id: derive(unit, gathered.grid.cells_of(unit), gathered.evidence) for unit in gathered.grid.units}


def overall(gathered: Gathered, results: Mapping[str, UnitResult]) -> SchemeResult:
    """Return the result over the scheme's units."""
    return scheme_result(results, gathered.grid.rule)


def record_results(
    session: Session,
    application: Application,
    gathered: Gathered,
    results: Mapping[str, UnitResult],
    *,
    now: datetime,
) -> dict[str, UnitResultRow]:
    """Add the result of each unit as a new row; earlier results stay."""
    rows = {
        unit_id: UnitResultRow(
            body_id=application.body_id,
            id=new_id(),
            application_id=application.id,
            unit_id=unit_id,
            v=FORMAT,
            outcome=result.outcome,
            detail=result_to_json(result, gathered.sums.get(unit_id)),
            derived_at=now,
        )
        for unit_id, result in results.items()
    }
    session.add_all(rows.values())
    session.flush()
    return rows


def _written(
    grid: Grid, exams: Iterable[Written], answers: Mapping[tuple[str, str], list[dict[str, Any]]]
) -> list[tuple[Evidence, datetime]]:
    """The newest exam that measured a criterion counts for it."""
    found: dict[str, tuple[Evidence, datetime]] = {}
    for exam in exams:
        source = Source(kind="attempt", id=exam.attempt_id)
        for piece in from_exam(exam.result, cells=grid.cells, source=source, confirmed=False):
            detail = {**piece.detail, "answers": answers.get((exam.attempt_id, piece.criterion_id), [])}
            found.setdefault(piece.criterion_id, (replace(piece, detail=detail), exam.at))
    return list(found.values())


def _observed(marked: Marked, unit_of: Mapping[str, str]) -> list[Evidence]:
    return [piece for piece in marked.evidence if piece.criterion_id in unit_of]


def _said_by_assessors(
    session: Session, body_id: str, application_id: str, until: datetime | None
) -> tuple[list[tuple[Evidence, datetime]], dict[tuple[str, Method], datetime]]:
    """The newest oral question on each criterion, and when each unit and method was confirmed last, if it holds.

    One statement: both are few, and both are what assessors said beside exam and practical.
    """
    asked = select(
        literal("oral").label("kind"),
        OralAnswer.id,
        OralAnswer.criterion_id.label("place"),
        literal(Method.ORAL.value).label("method"),
        OralAnswer.sufficient.label("yes"),
        OralAnswer.asked_at.label("at"),
    ).where(OralAnswer.body_id == body_id, OralAnswer.application_id == application_id)
    confirmed = select(
        literal("confirmation"),
        EvidenceConfirmation.id,
        EvidenceConfirmation.unit_id,
        type_coerce(EvidenceConfirmation.method, Text),
        type_coerce(
            and_(
                EvidenceConfirmation.valid,
                EvidenceConfirmation.authentic,
                EvidenceConfirmation.current,
                EvidenceConfirmation.sufficient,
            ),
            Boolean,
        ),
        EvidenceConfirmation.at,
    ).where(EvidenceConfirmation.body_id == body_id, EvidenceConfirmation.application_id == application_id)
    if until is not None:
        asked = asked.where(OralAnswer.asked_at <= until)
        confirmed = confirmed.where(EvidenceConfirmation.at <= until)
    both = union_all(asked, confirmed).subquery()
    oral: dict[str, tuple[Evidence, datetime]] = {}
    newest: dict[tuple[str, Method], datetime | None] = {}
    for row in session.execute(select(both).order_by(both.c.at, both.c.id)):
        if row.kind == "confirmation":
            newest[(row.place, Method(row.method))] = row.at if row.yes else None
            continue
        piece = Evidence(
            criterion_id=row.place,
            method=Method.ORAL,
            source=Source(kind="oral_answer", id=row.id),
            sufficient=bool(row.yes),
            confirmed=False,
        )
        oral[row.place] = (piece, row.at)
    return list(oral.values()), {place: at for place, at in newest.items() if at is not None}


def _sums(grid: Grid, exams: Iterable[Written]) -> dict[str, Sum]:
    """Unit id -> its marks in the newest exam that measured it.

    The cut is told where all written cells of the unit share one: criteria decide, the sum only sums up.
    """
    unit_of = grid.unit_of
    cuts: dict[str, set[Fraction]] = {}
    for cell in grid.cells:
        if cell.method is Method.WRITTEN and isinstance(cell.rule, ItemsCut) and cell.criterion_id in unit_of:
            cuts.setdefault(unit_of[cell.criterion_id], set()).add(cell.rule.cut)
    found: dict[str, Sum] = {}
    for exam in exams:
        for unit_id, marks in exam.result.units.items():
            if marks.items:
                shared = cuts.get(unit_id, set())
                found.setdefault(
                    unit_id,
                    Sum(
                        attempt_id=exam.attempt_id,
                        items=marks.items,
                        score=marks.score,
                        maximum=marks.maximum,
                        cut=next(iter(shared)) * marks.maximum if len(shared) == 1 else None,
                    ),
                )
    return found
