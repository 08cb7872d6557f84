"""The evidence of an application as a table: units down the side, methods across, each cell opening down.

Prepared values for the decision page, the assessor's page and the print; no words of the page itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from assessment.certification.result_json import Sum
from assessment.certification.texts import Words
from assessment.domain.certification.evidence import Evidence
from assessment.domain.certification.unit_result import CellResult, CriterionStatus, Reason, UnitResult
from assessment.domain.competency import Method, Outcome

NO_WORDS = Words(text="—")
COLUMNS = (
    Method.WRITTEN,
    Method.OBSERVED,
    Method.PRODUCT,
    Method.ORAL,
    Method.PORTFOLIO,
    Method.THIRD_PARTY,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One item behind a criterion; `attempt_id` and `item` lead to the answer itself."""

    attempt_id: str
    item: str
    number: int
    score: Fraction
    maximum: Fraction

    @property
    def full(self) -> bool:
        """Whether the item has all its marks."""
        return self.score >= self.maximum


@dataclass(frozen=True, kw_only=True, slots=True)
class Mark:
    """One rubric line behind a criterion; `practical_id` and `code` lead to the mark itself.

    `said`: {level}, {answer}, or {value, unit, lower, upper, inside}; None where nothing was marked. `carried_on`: the
    day of an earlier practical, for a mark that is carried over from it.
    """

    practical_id: str
    code: str
    title: str
    status: str
    compensated: bool
    said: Mapping[str, Any] | None
    carried_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Spoken:
    """One oral question with its answer."""

    question: str
    answer: str
    sufficient: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One criterion in a cell. `state`: done, missing, attention (open) or none (no evidence)."""

    criterion_id: str
    number: str
    text: str
    state: str
    reason: Reason | None
    closed_by_oral: bool
    score: Fraction | None
    maximum: Fraction | None
    cut: Fraction | None
    answers: tuple[Answer, ...]
    marks: tuple[Mark, ...]
    spoken: tuple[Spoken, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A unit by one method: how many criteria are proved, of how many; the marks in writing, if any."""

    method: Method
    state: str
    proved: int
    lines: tuple[Line, ...]
    written: Sum | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What is missing of a criterion, or of the unit itself, and the methods any of which would close it."""

    element_id: str
    element: Words | None
    criterion_id: str
    criterion: Words | None
    reason: Reason
    method: Method | None
    closes_with: tuple[Method, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitRow:
    """A unit with its cells in the order of the table's methods; None where the method is not used."""

    unit_id: str
    code: str
    title: str
    outcome: Outcome
    cells: tuple[Cell | None, ...]
    gaps: tuple[Gap, ...]
    proved_by: tuple[Method, ...]

    @property
    def missing(self) -> list[tuple[Words, list[tuple[Words, list[Gap]]]]]:
        """The gaps as a map: element, then criterion, then what is missing of it and how it is closed."""
        elements: dict[str, tuple[Words, dict[str, tuple[Words, list[Gap]]]]] = {}
        for gap in self.gaps:
            if gap.element is None or gap.criterion is None:
                continue
            criteria = elements.setdefault(gap.element_id, (gap.element, {}))[1]
            criteria.setdefault(gap.criterion_id, (gap.criterion, []))[1].append(gap)
        return [(element, list(criteria.values())) for element, criteria in elements.values()]


@dataclass(frozen=True, kw_only=True, slots=True)
class EvidenceTable:
    """The whole table."""

    methods: tuple[Method, ...]
    rows: tuple[UnitRow, ...]


def table_of(results: Mapping[str, UnitResult], sums: Mapping[str, Sum], words: Mapping[str, Words]) -> EvidenceTable:
    """Return the table of these results; `words` by id of unit, element, criterion, rubric line, oral question."""
    used = {method for result in results.values() for method in _methods(result)}
    methods = tuple(method for method in COLUMNS if method in used)
    return EvidenceTable(
        methods=methods,
        rows=tuple(
            UnitRow(
                unit_id=unit_id,
                code=words.get(unit_id, NO_WORDS).more,
                title=words.get(unit_id, NO_WORDS).text,
                outcome=result.outcome,
                cells=tuple(_cell(result, method, sums.get(unit_id), words) for method in methods),
                gaps=tuple(
                    Gap(
                        element_id=gap.element_id or "",
                        element=words.get(gap.element_id, NO_WORDS) if gap.element_id else None,
                        criterion_id=gap.criterion_id or "",
                        criterion=words.get(gap.criterion_id, NO_WORDS) if gap.criterion_id else None,
                        reason=gap.reason,
                        method=gap.method,
                        closes_with=gap.closes_with,
                    )
                    for gap in result.missing
                ),
                proved_by=result.proved_by,
            )
            for unit_id, result in results.items()
        ),
    )


def ids_in(results: Iterable[UnitResult]) -> tuple[set[str], set[str], set[str]]:
    """Return the ids whose words a table needs: competencies, rubric criteria, oral answers."""
    competencies: set[str] = set()
    rubric: set[str] = set()
    oral: set[str] = set()
    for result in results:
        competencies.add(result.unit_id)
        competencies |= {gap.element_id for gap in result.missing if gap.element_id}
        for status in result.criteria:
            competencies.add(status.criterion_id)
            for piece in _pieces(status):
                rubric |= {mark["criterion"] for mark in piece.detail.get("marks", ()) if mark["criterion"]}
                if piece.source.kind == "oral_answer":
                    oral.add(piece.source.id)
    return competencies, rubric, oral


def _pieces(status: CriterionStatus) -> Iterable[Evidence]:
    return (piece for cell in status.cells for piece in cell.evidence)


def _methods(result: UnitResult) -> set[Method]:
    return {cell.method for status in result.criteria for cell in status.cells} | {
        piece.method for status in result.criteria for piece in _pieces(status)
    }


def _cell(result: UnitResult, method: Method, written: Sum | None, words: Mapping[str, Words]) -> Cell | None:
    lines: list[Line] = []
    for status in result.criteria:
        cell = next((each for each in status.cells if each.method is method), None)
        pieces = tuple({piece.source.id: piece for piece in _pieces(status) if piece.method is method}.values())
        if cell is None and not pieces:
            continue
        reason = next(
            (gap.reason for gap in result.missing if gap.criterion_id == status.criterion_id and gap.method is method),
            None,
        )
        lines.append(_line(status.criterion_id, cell, pieces, reason, words))
    if not lines:
        return None
    states = [line.state for line in lines]
    state = next((each for each in ("missing", "attention", "none") if each in states), "done")
    return Cell(
        method=method,
        state=state,
        proved=states.count("done"),
        lines=tuple(lines),
        written=written if method is Method.WRITTEN else None,
    )


def _line(
    criterion_id: str,
    cell: CellResult | None,
    pieces: tuple[Evidence, ...],
    reason: Reason | None,
    words: Mapping[str, Words],
) -> Line:
    own = words.get(criterion_id, NO_WORDS)
    marks = next((piece.detail for piece in pieces if "score" in piece.detail), None)
    return Line(
        criterion_id=criterion_id,
        number=own.more,
        text=own.text,
        state=_state(cell, pieces, reason),
        reason=reason,
        closed_by_oral=cell is not None and cell.closed_by_oral,
        score=None if marks is None else Fraction(marks["score"]),
        maximum=None if marks is None else Fraction(marks["maximum"]),
        cut=None if marks is None else Fraction(marks["cut"]) * Fraction(marks["maximum"]),
        answers=tuple(
            Answer(
                attempt_id=piece.source.id,
                item=answer["item"],
                number=answer["number"],
                score=Fraction(answer["score"]),
                maximum=Fraction(answer["maximum"]),
            )
            for piece in pieces
            for answer in piece.detail.get("answers", ())
        ),
        marks=tuple(
            Mark(
                practical_id=mark["carried"]["practical"] if "carried" in mark else piece.source.id,
                code=mark["code"],
                title=words.get(mark["criterion"], NO_WORDS).text if mark["criterion"] else mark["code"],
                status=mark["status"],
                compensated=mark["compensated"],
                said=mark["mark"],
                carried_on=date.fromisoformat(mark["carried"]["on"]) if "carried" in mark else None,
            )
            for piece in pieces
            for mark in piece.detail.get("marks", ())
        ),
        spoken=tuple(
            Spoken(
                question=words.get(piece.source.id, NO_WORDS).text,
                answer=words.get(piece.source.id, NO_WORDS).more,
                sufficient=piece.sufficient is True,
            )
            for piece in pieces
            if piece.source.kind == "oral_answer"
        ),
    )


def _state(cell: CellResult | None, pieces: tuple[Evidence, ...], reason: Reason | None) -> str:
    if cell is None:
        # Evidence by a method that the plan does not use for this criterion, such as an oral question.
        if any(piece.sufficient is False for piece in pieces):
            return "missing"
        return "done" if all(piece.sufficient and piece.confirmed for piece in pieces) else "attention"
    if reason is Reason.NO_EVIDENCE:
        return "none"
    return {True: "done", False: "missing", None: "attention"}[cell.sufficient]
