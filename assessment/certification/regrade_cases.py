"""What a regrade of an exam means for unit results, decisions and certificates, and the list of who is touched.

Nothing is decided, revoked or re-opened by itself: each decided application whose exam changed becomes a case, and
somebody says what was done about it. Exams ask here through `exams.after_regrade`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.certification.after_decision import NamedCertificate, certificates_of
from assessment.certification.grid import Grid, grid_of
from assessment.certification.result_json import result_from_json
from assessment.certification.states import said
from assessment.certification.tables import Application, Decision, RegradeCase, RegradeCaseAnswer, UnitResult
from assessment.domain.certification.evidence import Evidence
from assessment.domain.certification.unit_result import Reason, derive
from assessment.domain.certification.unit_result import UnitResult as DomainResult
from assessment.domain.competency import Method, Unit
from assessment.domain.errors import N_, Conflict, NotAllowed, NotFound
from assessment.domain.exams.result import ExamResult
from assessment.exams.after_regrade import Touched, Turned, UnitFlip, follows_regrade
from assessment.exams.tables_regrade import Regrade
from assessment.web.actor import Actor
from assessment.web.gate import RecordStanding

FORMAT = 1
PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLine:
    """A case with its application, its decision, the regrade behind it, and its answer, if any."""

    case: RegradeCase
    application: Application
    decision: Decision
    reason: str
    answer: RegradeCaseAnswer | None
    certificate: NamedCertificate | None


def foresee(session: Session, body_id: str, turned: Sequence[Turned]) -> dict[str, Touched]:
    """Return what these changes mean, by attempt id; five statements, and one more for each scheme version."""
    ids = {each.application_id for each in turned}
    applications = {
        row.id: row
        for row in session.scalars(select(Application).where(Application.body_id == body_id, Application.id.in_(ids)))
    }
    decisions = _newest_decisions(session, body_id, ids)
    certificates = certificates_of(session, body_id, ids)
    flipping = {each.application_id for each in turned if each.change.flips}
    results = _newest_results(session, body_id, flipping)
    grids: dict[str, Grid] = {}
    found: dict[str, Touched] = {}
    for each in turned:
        application = applications[each.application_id]
        stored = results.get(application.id, {})
        version = application.scheme_version_id
        if stored and version not in grids:
            grids[version] = grid_of(session, body_id, version)
        decision = decisions.get(application.id)
        certificate = certificates.get(application.id)
        found[each.change.attempt_id] = Touched(
            application_id=application.id,
            number=application.number,
            decision_id=decision.id if decision else None,
            outcome=decision.outcome.value if decision else None,
            certificate=certificate.number if certificate else None,
            units=_unit_flips(grids[version], stored, each) if stored else (),
        )
    return found


def open_cases(
    session: Session,
    actor: Actor,
    regrade: Regrade,
    turned: Sequence[Turned],
    touched: Mapping[str, Touched],
    now: datetime,
) -> int:
    """Open a case for each decided application that changed; returns how many.

    Raises Conflict when a decision was recorded since the preview.
    """
    decisions = _newest_decisions(session, actor.body_id, {each.application_id for each in turned})
    cases: list[RegradeCase] = []
    for each in turned:
        seen = touched[each.change.attempt_id]
        decision = decisions.get(each.application_id)
        if (decision.id if decision else None) != seen.decision_id:
            raise Conflict(N_("A decision was recorded meanwhile. Look at the new preview, then decide."))
        if decision is None:
            continue
        cases.append(
            RegradeCase(
                body_id=actor.body_id,
                id=new_id(),
                regrade_id=regrade.id,
                attempt_id=each.change.attempt_id,
                application_id=each.application_id,
                decision_id=decision.id,
                certificate_number=seen.certificate,
                flipped=_flipped(each, seen),
                opened_at=now,
            )
        )
    session.add_all(cases)
    session.flush()
    return len(cases)


def handle_case(session: Session, actor: Actor, regrade_case_id: str, *, note: str, now: datetime) -> RegradeCaseAnswer:
    """Say what was done about a case, or why nothing is; it is then no longer open.

    Raises NotFound, Invalid for a note that says nothing, Conflict when somebody did so already, NotAllowed to the
    candidate of the case.
    """
    case = session.get(RegradeCase, (actor.body_id, regrade_case_id), with_for_update=True)
    if case is None:
        raise NotFound(N_("There is no such case."))
    application = session.get_one(Application, (actor.body_id, case.application_id))
    if application.person_id == actor.person_id:
        raise NotAllowed(N_("Nobody answers a case about themselves."))
    if session.get(RegradeCaseAnswer, (actor.body_id, regrade_case_id)) is not None:
        raise Conflict(N_("This case has its answer."))
    answer = RegradeCaseAnswer(
        body_id=actor.body_id,
        regrade_case_id=regrade_case_id,
        note=said(note),
        handled_by=actor.person_id,
        handled_at=now,
    )
    session.add(answer)
    session.flush()
    return answer


def case_lines(
    session: Session, body_id: str, *, page: int = 1, only_open: bool = False, case_id: str | None = None
) -> tuple[list[CaseLine], int]:
    """Return one page of cases, the open ones first and the oldest of them on top, and how many there are."""
    rows = (
        select(RegradeCase, Application, Decision, Regrade.reason, RegradeCaseAnswer, func.count().over())
        .join(
            Application,
            (Application.body_id == RegradeCase.body_id) & (Application.id == RegradeCase.application_id),
        )
        .join(Decision, (Decision.body_id == RegradeCase.body_id) & (Decision.id == RegradeCase.decision_id))
        .join(Regrade, (Regrade.body_id == RegradeCase.body_id) & (Regrade.id == RegradeCase.regrade_id))
        .join(
            RegradeCaseAnswer,
            (RegradeCaseAnswer.body_id == RegradeCase.body_id) & (RegradeCaseAnswer.regrade_case_id == RegradeCase.id),
            isouter=True,
        )
        .where(RegradeCase.body_id == body_id)
    )
    if only_open:
        rows = rows.where(RegradeCaseAnswer.regrade_case_id.is_(None))
    if case_id is not None:
        rows = rows.where(RegradeCase.id == case_id)
    found = session.execute(
        rows.order_by(RegradeCaseAnswer.regrade_case_id.is_not(None), RegradeCase.opened_at, RegradeCase.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    certificates = certificates_of(session, body_id, {row[1].id for row in found})
    lines = [
        CaseLine(
            case=row[0],
            application=row[1],
            decision=row[2],
            reason=row[3],
            answer=row[4],
            certificate=certificates.get(row[1].id),
        )
        for row in found
    ]
    return lines, found[0][5] if found else 0


def standing_of_case(session: Session, body_id: str, regrade_case_id: str) -> RecordStanding | None:
    """What the gate must know of a case: about whom it is."""
    person_id = session.scalar(
        select(Application.person_id)
        .join(
            RegradeCase,
            (RegradeCase.body_id == Application.body_id) & (RegradeCase.application_id == Application.id),
        )
        .where(RegradeCase.body_id == body_id, RegradeCase.id == regrade_case_id)
    )
    return None if person_id is None else RecordStanding(person_id=person_id)


def _newest_decisions(session: Session, body_id: str, application_ids: Collection[str]) -> dict[str, Decision]:
    rows = session.scalars(
        select(Decision)
        .where(Decision.body_id == body_id, Decision.application_id.in_(application_ids))
        .order_by(Decision.decided_at, Decision.id.desc())
    )
    return {row.application_id: row for row in rows}


def _newest_results(
    session: Session, body_id: str, application_ids: Collection[str]
) -> dict[str, dict[str, DomainResult]]:
    """Application id -> unit id -> the newest stored result."""
    rows = session.scalars(
        select(UnitResult)
        .where(UnitResult.body_id == body_id, UnitResult.application_id.in_(application_ids))
        .order_by(UnitResult.derived_at, UnitResult.id.desc())
    )
    newest: dict[str, dict[str, UnitResult]] = {}
    for row in rows:
        newest.setdefault(row.application_id, {})[row.unit_id] = row
    return {
        application_id: {
            unit_id: result_from_json(unit_id, row.outcome, row.detail)[0] for unit_id, row in by_unit.items()
        }
        for application_id, by_unit in newest.items()
    }


def _unit_flips(grid: Grid, stored: Mapping[str, DomainResult], turned: Turned) -> tuple[UnitFlip, ...]:
    found: list[UnitFlip] = []
    for unit in grid.units:
        before = stored.get(unit.id)
        if before is None:
            continue
        after = _with_new_marks(grid, unit, before, turned)
        if after.outcome is not before.outcome:
            found.append(UnitFlip(unit_id=unit.id, before=before.outcome, after=after.outcome))
    return tuple(found)


def _with_new_marks(grid: Grid, unit: Unit, before: DomainResult, turned: Turned) -> DomainResult:
    """The unit's result if the marks of this exam were the new ones, and confirmed as the old ones were."""
    used = {(cell.criterion_id, cell.method) for cell in grid.cells_of(unit)}
    if any(
        gap.reason is Reason.SAFETY_CRITICAL and (gap.criterion_id, gap.method) not in used for gap in before.missing
    ):
        # A failure outside the plan's cells is not kept as evidence, and no mark in writing makes up for it.
        return before
    pieces: dict[tuple[str, Method, str, str], Evidence] = {}
    for status in before.criteria:
        for cell in status.cells:
            for piece in cell.evidence:
                pieces[piece.criterion_id, piece.method, piece.source.kind, piece.source.id] = piece
    evidence = [
        renewed
        for piece in pieces.values()
        if (renewed := _renewed(piece, turned.change.attempt_id, turned.change.after)) is not None
    ]
    return derive(unit, grid.cells_of(unit), evidence)


def _renewed(piece: Evidence, attempt_id: str, after: ExamResult) -> Evidence | None:
    """A piece of written evidence by the new result of its exam; None where no item is left that measures it."""
    if piece.source.kind != "attempt" or piece.source.id != attempt_id:
        return piece
    measured = after.criteria.get(piece.criterion_id)
    if measured is None or measured.marks.items == 0:
        return None
    return replace(piece, sufficient=measured.sufficient)


def _flipped(turned: Turned, seen: Touched) -> dict[str, Any]:
    change = turned.change
    return {
        "v": FORMAT,
        "marks": [[str(total.score), str(total.maximum)] for total in (change.before.total, change.after.total)],
        "exam": [change.before.passed, change.after.passed],
        "criteria": [
            [flip.criterion_id, flip.before, flip.after] for flip in change.flips if flip.criterion_id is not None
        ],
        "units": [[flip.unit_id, flip.before.value, flip.after.value] for flip in seen.units],
    }


follows_regrade(foresee, open_cases)
