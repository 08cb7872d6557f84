"""The result of a unit as its row stores it, format version 1, and reading it back for a page.

Ids and marks only: no text of a person and no translation stands in it (rules 16 and 18).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assessment.domain.certification.evidence import Evidence, Source
from assessment.domain.certification.unit_result import CellResult, CriterionStatus, Missing, Reason, UnitResult
from assessment.domain.competency import Method, Outcome
from assessment.domain.errors import N_, Invalid

FORMAT = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """The written marks of a unit in one exam; `cut` in marks, where all its criteria share one."""

    attempt_id: str
    items: int
    score: Fraction
    maximum: Fraction
    cut: Fraction | None


def result_to_json(result: UnitResult, written: Sum | None) -> dict[str, Any]:
    """Return what a unit's result rests on: criteria, their cells, the evidence in each, and what is missing."""
    return {
        "v": FORMAT,
        "proved_by": [method.value for method in result.proved_by],
        "written": None if written is None else _sum_to_json(written),
        "criteria": [
            {
                "criterion": status.criterion_id,
                "outcome": status.outcome.value,
                "proved_by": [method.value for method in status.proved_by],
                "cells": [_cell_to_json(cell) for cell in status.cells],
            }
            for status in result.criteria
        ],
        "missing": [
            {
                "element": gap.element_id,
                "criterion": gap.criterion_id,
                "reason": gap.reason.value,
                "method": None if gap.method is None else gap.method.value,
                "closes_with": [method.value for method in gap.closes_with],
            }
            for gap in result.missing
        ],
    }


def result_from_json(unit_id: str, outcome: Outcome, value: Mapping[str, Any]) -> tuple[UnitResult, Sum | None]:
    """Read a result that `result_to_json` wrote. Raises Invalid for another format version."""
    if value.get("v") != FORMAT:
        raise Invalid(N_("Expected a unit result of format version 1, got %(got)s."), got=value.get("v"))
    written = value["written"]
    result = UnitResult(
        unit_id=unit_id,
        outcome=outcome,
        criteria=tuple(
            CriterionStatus(
                criterion_id=entry["criterion"],
                outcome=Outcome(entry["outcome"]),
                cells=tuple(_cell_from_json(entry["criterion"], cell) for cell in entry["cells"]),
                proved_by=tuple(Method(method) for method in entry["proved_by"]),
            )
            for entry in value["criteria"]
        ),
        missing=tuple(
            Missing(
                unit_id=unit_id,
                element_id=entry["element"],
                criterion_id=entry["criterion"],
                reason=Reason(entry["reason"]),
                method=None if entry["method"] is None else Method(entry["method"]),
                closes_with=tuple(Method(method) for method in entry["closes_with"]),
            )
            for entry in value["missing"]
        ),
    )
    return result, None if written is None else _sum_from_json(written)


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenMark:
    """A mark in a unit's evidence: the rubric criterion it stands on and what was marked (`Mark.said`)."""

    practical_id: str
    rubric_criterion_id: str
    code: str
    said: Mapping[str, Any]


def marks_in(result: UnitResult) -> Iterator[TakenMark]:
    """Yield the marks in a unit's evidence; one that proves several criteria comes once for each."""
    for status in result.criteria:
        for cell in status.cells:
            for piece in cell.evidence:
                for mark in piece.detail.get("marks", ()):
                    if mark["criterion"] and mark["mark"]:
                        yield TakenMark(
                            practical_id=piece.source.id,
                            rubric_criterion_id=mark["criterion"],
                            code=mark["code"],
                            said=mark["mark"],
                        )


def levels_in(result: UnitResult) -> Iterator[int]:
    """Yield the judged levels 0..3 in a unit's evidence, each mark once; a scale of its own has no word for it."""
    seen: set[tuple[str, str]] = set()
    for status in result.criteria:
        for cell in status.cells:
            for piece in cell.evidence:
                for mark in piece.detail.get("marks", ()):
                    place = (piece.source.id, mark["code"])
                    said = mark["mark"] or {}
                    level = None if "highest" in said else said.get("level")
                    if level is not None and place not in seen:
                        seen.add(place)
                        yield level


def _cell_to_json(cell: CellResult) -> dict[str, Any]:
    return {
        "method": cell.method.value,
        "sufficient": cell.sufficient,
        "closed_by_oral": cell.closed_by_oral,
        "evidence": [
            {
                "method": piece.method.value,
                "source": {"kind": piece.source.kind, "id": piece.source.id},
                "sufficient": piece.sufficient,
                "confirmed": piece.confirmed,
                "safety_critical": piece.safety_critical,
                "detail": dict(piece.detail),
            }
            for piece in cell.evidence
        ],
    }


def _cell_from_json(criterion_id: str, value: Mapping[str, Any]) -> CellResult:
    return CellResult(
        criterion_id=criterion_id,
        method=Method(value["method"]),
        sufficient=value["sufficient"],
        closed_by_oral=value["closed_by_oral"],
        evidence=tuple(
            Evidence(
                criterion_id=criterion_id,
                method=Method(piece["method"]),
                source=Source(kind=piece["source"]["kind"], id=piece["source"]["id"]),
                sufficient=piece["sufficient"],
                confirmed=piece["confirmed"],
                safety_critical=piece["safety_critical"],
                detail=piece["detail"],
            )
            for piece in value["evidence"]
        ),
    )


def _sum_to_json(written: Sum) -> dict[str, Any]:
    return {
        "attempt": written.attempt_id,
        "items": written.items,
        "score": str(written.score),
        "maximum": str(written.maximum),
        "cut": None if written.cut is None else str(written.cut),
    }


def _sum_from_json(value: Mapping[str, Any]) -> Sum:
    return Sum(
        attempt_id=value["attempt"],
        items=value["items"],
        score=Fraction(value["score"]),
        maximum=Fraction(value["maximum"]),
        cut=None if value["cut"] is None else Fraction(value["cut"]),
    )
