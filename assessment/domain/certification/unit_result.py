"""From evidence to the result of a unit and of a scheme (rules 3, 4 and 5).

A unit is K only when every criterion is proved in every used cell of the plan; BK and "needs more evidence"
name each criterion that is missing and what would close it. Nothing is averaged across criteria.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessment.domain.certification.evidence import Evidence
from assessment.domain.competency import Method, Outcome, Unit
from assessment.domain.plan import Cell


class Reason(StrEnum):
    """Why a criterion, or a unit as a whole, is not proved."""

    UNIT_NOT_COMPLETE = "unit_not_complete"
    UNIT_WITHOUT_CRITERIA = "unit_without_criteria"
    NO_CELL = "no_cell"
    NO_EVIDENCE = "no_evidence"
    NEEDS_MORE_EVIDENCE = "needs_more_evidence"
    NOT_CONFIRMED = "not_confirmed"
    INSUFFICIENT = "insufficient"
    SAFETY_CRITICAL = "safety_critical"


# Reasons that are a finding against the candidate; all others leave the matter open.
FAILED = frozenset({Reason.INSUFFICIENT, Reason.SAFETY_CRITICAL})


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """One thing that is not proved. `closes_with`: the methods, any one of which would close it."""

    unit_id: str
    element_id: str | None
    criterion_id: str | None
    reason: Reason
    method: Method | None
    closes_with: tuple[Method, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CellResult:
    """One used cell of the grid. `sufficient`: True, False or None (open). `closed_by_oral`: a written gap
    that an oral question closed. `evidence`: what was looked at, for opening the cell.
    """

    criterion_id: str
    method: Method
    sufficient: bool | None
    closed_by_oral: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CriterionStatus:
    """One criterion over its used cells; `proved_by`: the methods of the evidence that proves it."""

    criterion_id: str
    outcome: Outcome
    cells: tuple[CellResult, ...]
    proved_by: tuple[Method, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitResult:
    """The result of a unit with its map of what is missing, both in printed order."""

    unit_id: str
    outcome: Outcome
    criteria: tuple[CriterionStatus, ...]
    missing: tuple[Missing, ...]

    @property
    def proved_by(self) -> tuple[Method, ...]:
        """The methods by which the unit was proved, in the order of Method."""
        used = {method for criterion in self.criteria for method in criterion.proved_by}
        return tuple(method for method in Method if method in used)


def derive(unit: Unit, cells: Iterable[Cell], evidence: Iterable[Evidence]) -> UnitResult:
    """Return the result of a unit.

    `evidence` holds what stands now: of repeated attempts and of observations only the last; what concerns
    other units is ignored. Where several sources fill one cell, all must suffice. A written cell with
    evidence that does not suffice is closed by sufficient oral evidence of the same criterion. Evidence that
    the assessor has not confirmed leaves its cell open. A failed safety-critical criterion makes the unit BK
    at once; otherwise anything open makes it "needs more evidence", and only then a failure makes it BK.
    """
    cells_of: dict[str, list[Cell]] = {}
    for cell in cells:
        cells_of.setdefault(cell.criterion_id, []).append(cell)
    evidence_of: dict[str, list[Evidence]] = {}
    for piece in evidence:
        evidence_of.setdefault(piece.criterion_id, []).append(piece)

    missing: list[Missing] = []
    if not unit.complete:
        missing.append(_whole(unit, Reason.UNIT_NOT_COMPLETE))
    if not unit.criteria:
        missing.append(_whole(unit, Reason.UNIT_WITHOUT_CRITERIA))
    statuses: list[CriterionStatus] = []
    for element in unit.elements:
        for criterion in element.criteria:
            results, reasons = _criterion(cells_of.get(criterion.id, []), evidence_of.get(criterion.id, []))
            statuses.append(
                CriterionStatus(
                    criterion_id=criterion.id,
                    outcome=_outcome(reason for reason, _ in reasons),
                    cells=results,
                    proved_by=_proved_by(results),
                )
            )
            missing += [
                Missing(
                    unit_id=unit.id,
                    element_id=element.id,
                    criterion_id=criterion.id,
                    reason=reason,
                    method=method,
                    closes_with=_closes_with(reason, method),
                )
                for reason, method in reasons
            ]
    return UnitResult(
        unit_id=unit.id,
        outcome=_outcome(gap.reason for gap in missing),
        criteria=tuple(statuses),
        missing=tuple(missing),
    )


def _whole(unit: Unit, reason: Reason) -> Missing:
    return Missing(unit_id=unit.id, element_id=None, criterion_id=None, reason=reason, method=None, closes_with=())


def _outcome(reasons: Iterable[Reason]) -> Outcome:
    found = set(reasons)
    if not found:
        return Outcome.COMPETENT
    if Reason.SAFETY_CRITICAL in found or found <= FAILED:
        return Outcome.NOT_YET_COMPETENT
    return Outcome.NEEDS_MORE_EVIDENCE


def _criterion(
    cells: list[Cell], evidence: list[Evidence]
) -> tuple[tuple[CellResult, ...], list[tuple[Reason, Method | None]]]:
    reasons: list[tuple[Reason, Method | None]] = []
    if not cells:
        reasons.append((Reason.NO_CELL, None))
    results: list[CellResult] = []
    used = {cell.method for cell in cells}
    for cell in cells:
        pieces = [piece for piece in evidence if piece.method is cell.method]
        reason = _reason(pieces)
        oral: list[Evidence] = []
        if cell.method is Method.WRITTEN and pieces and reason not in (None, Reason.SAFETY_CRITICAL):
            oral = [piece for piece in evidence if piece.method is Method.ORAL]
        closed = bool(oral) and _reason(oral) is None
        if reason is not None and not closed:
            reasons.append((reason, cell.method))
        results.append(
            CellResult(
                criterion_id=cell.criterion_id,
                method=cell.method,
                sufficient=_sufficient(None if closed else reason),
                closed_by_oral=closed,
                evidence=tuple(pieces + oral),
            )
        )
    # A safety-critical failure counts even where the plan does not use its cell.
    reasons += [
        (Reason.SAFETY_CRITICAL, piece.method)
        for piece in evidence
        if piece.safety_critical and piece.sufficient is False and piece.method not in used
    ]
    return tuple(results), reasons


def _reason(pieces: list[Evidence]) -> Reason | None:
    """Return why these pieces together do not suffice, the most severe reason first."""
    if any(piece.safety_critical and piece.sufficient is False for piece in pieces):
        return Reason.SAFETY_CRITICAL
    if not pieces:
        return Reason.NO_EVIDENCE
    if not all(piece.confirmed for piece in pieces):
        return Reason.NOT_CONFIRMED
    if any(piece.sufficient is False for piece in pieces):
        return Reason.INSUFFICIENT
    if any(piece.sufficient is None for piece in pieces):
        return Reason.NEEDS_MORE_EVIDENCE
    return None


def _sufficient(reason: Reason | None) -> bool | None:
    if reason is None:
        return True
    return False if reason in FAILED else None


def _closes_with(reason: Reason, method: Method | None) -> tuple[Method, ...]:
    if method is None:
        return ()
    if method is Method.WRITTEN and reason in (Reason.INSUFFICIENT, Reason.NEEDS_MORE_EVIDENCE):
        return (Method.WRITTEN, Method.ORAL)
    return (method,)


def _proved_by(results: Iterable[CellResult]) -> tuple[Method, ...]:
    used: set[Method] = set()
    for result in results:
        if result.sufficient:
            used.add(Method.ORAL if result.closed_by_oral else result.method)
    return tuple(method for method in Method if method in used)


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemeRule:
    """The units of a scheme: all `core` ones, and at least `electives_wanted` of the `electives`."""

    core: frozenset[str]
    electives: frozenset[str] = frozenset()
    electives_wanted: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class SchemeResult:
    """The result over all units. `competent` holds the units that a certificate would name."""

    outcome: Outcome
    competent: frozenset[str]
    missing: tuple[Missing, ...]


def scheme_result(results: Mapping[str, UnitResult], rule: SchemeRule) -> SchemeResult:
    """Return the result over a scheme's units; `results` by unit id, electives only where they were chosen.

    K: every core unit and enough electives are K. A failed safety-critical criterion makes it BK at once.
    Otherwise what is open and could still bring K leaves it open; an application without units never is K,
    and electives beyond the wanted number do not hold it up.
    """
    chosen = rule.electives & results.keys()

    def outcome_of(unit_id: str) -> Outcome:
        return results[unit_id].outcome if unit_id in results else Outcome.NEEDS_MORE_EVIDENCE

    core = {outcome_of(unit_id) for unit_id in rule.core}
    competent = frozenset(unit_id for unit_id in rule.core | chosen if outcome_of(unit_id) is Outcome.COMPETENT)
    reachable = sum(outcome_of(unit_id) is not Outcome.NOT_YET_COMPETENT for unit_id in chosen)
    electives_done = len(competent & chosen) >= rule.electives_wanted
    still_open = (
        Outcome.NEEDS_MORE_EVIDENCE in core
        or len(chosen) < rule.electives_wanted
        or (not electives_done and reachable >= rule.electives_wanted)
        or not rule.core | chosen
    )
    wanted = rule.core if electives_done else rule.core | chosen
    missing = tuple(gap for unit_id in results if unit_id in wanted for gap in results[unit_id].missing)
    if competent and core <= {Outcome.COMPETENT} and electives_done:
        outcome = Outcome.COMPETENT
    elif still_open and not any(gap.reason is Reason.SAFETY_CRITICAL for gap in missing):
        outcome = Outcome.NEEDS_MORE_EVIDENCE
    else:
        outcome = Outcome.NOT_YET_COMPETENT
    return SchemeResult(outcome=outcome, competent=competent, missing=missing)
