"""Drafts of schemes on units that a test made, and instruments that fill their plans."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from assessment.domain.competency import Method
from assessment.domain.plan import Cell, Coverage, SufficiencyRule, Yes, kind_of
from assessment.schemes.draft import DraftCell, SchemeDraft
from assessment.schemes.instruments import register_instrument
from assessment.schemes.tables import InstrumentKind, SchemeKind
from tests.factories.accounts import NOW

CODE = "C.25LAS01.029.1"
DRAFT = SchemeDraft(
    code="CONTOH-LAS",
    kind=SchemeKind.OCCUPATION,
    titles={"id": "Contoh: juru las", "en": "Sample: welder"},
    summaries={"id": "Ringkasan"},
    core_units=(CODE,),
    scope=(("process", "SMAW (111)"),),
    prerequisites=({"id": "Lulus SD", "en": "Primary school"}, {"id": "Sehat", "en": "Healthy"}),
    validity_months=36,
    quorum=3,
    sample=True,
)


def a_draft(*numbers: str, rule: SufficiencyRule | None = None, **changes: Any) -> SchemeDraft:
    """A draft that observes the criteria with these numbers."""
    cells = tuple(DraftCell(path=f"{CODE}/{number}", method=Method.OBSERVED, rule=rule or Yes()) for number in numbers)
    return replace(DRAFT, cells=cells, **changes)


def fill(session: Session, body_id: str, scheme_version_id: str, cells: Iterable[Cell], *, record: str = "r") -> None:
    """Register a rubric that yields what these cells ask for."""
    register_instrument(
        session,
        body_id,
        scheme_version_id,
        InstrumentKind.RUBRIC,
        record,
        [
            Coverage(criterion_id=cell.criterion_id, method=cell.method, kind=kind_of(cell.rule), items=9, level=3)
            for cell in cells
        ],
        NOW,
    )
