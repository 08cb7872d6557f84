"""The performance criteria of a scheme as a rubric's author chooses among them, and what the plan asks of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from assessment.domain.competency import Method, Unit
from assessment.domain.plan import Cell
from assessment.domain.practicals.task_document import METHODS, CriterionDocument
from assessment.schemes.queries import plan_cells, scheme_units
from assessment.standards.queries import texts, units

WORKSHOP = frozenset(Method(method) for method in METHODS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Offered:
    """A performance criterion that can be chosen: its path "UNIT CODE/1.1" and what it says."""

    path: str
    number: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferedUnit:
    """A unit of the scheme with its criteria in printed order."""

    code: str
    text: str
    criteria: tuple[Offered, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitWeight:
    """What a rubric gives to one unit, against what the plan asks of it.

    `weight` of the rubric's criteria that prove something of the unit, `share` of all weight in per cent; `planned`
    criteria have a cell for observation, product or oral questions, `proved` of them by this rubric; `missing` are the
    printed numbers of the others.
    """

    code: str
    weight: Decimal
    share: int
    planned: int
    proved: int
    missing: tuple[str, ...]


def paths_of_scheme(session: Session, body_id: str, scheme_version_id: str) -> dict[str, str]:
    """Return "UNIT CODE/1.1" -> id of each performance criterion of a scheme version; two statements."""
    return _paths(_units(session, body_id, scheme_version_id))


def offered(session: Session, body_id: str, scheme_version_id: str, language: str) -> tuple[OfferedUnit, ...]:
    """Return the units of a scheme version with all that a rubric may prove; three statements."""
    found = _units(session, body_id, scheme_version_id)
    said = texts(
        session, body_id, [each for unit in found for each in (unit.id, *(one.id for one in unit.criteria))], language
    )
    return tuple(
        OfferedUnit(
            code=unit.code,
            text=said.get(unit.id, ""),
            criteria=tuple(
                Offered(
                    path=f"{unit.code}/{criterion.number}", number=criterion.number, text=said.get(criterion.id, "")
                )
                for criterion in unit.criteria
            ),
        )
        for unit in found
    )


def weights(
    session: Session, body_id: str, scheme_version_id: str, criteria: Iterable[CriterionDocument]
) -> tuple[UnitWeight, ...]:
    """Return what a rubric gives to each unit of its scheme, against the plan; three statements."""
    found = _units(session, body_id, scheme_version_id)
    return weigh(found, plan_cells(session, body_id, scheme_version_id), tuple(criteria))


def weigh(
    found: Iterable[Unit], cells: Iterable[Cell], criteria: Iterable[CriterionDocument]
) -> tuple[UnitWeight, ...]:
    """Return the weights of each unit; a criterion that proves something of several units weighs in each of them."""
    marked = list(criteria)
    total = sum((each.weight for each in marked), Decimal(0))
    wanted = {(cell.criterion_id, cell.method) for cell in cells if cell.method in WORKSHOP}
    proved = {(path, each.method) for each in marked for path in each.proves}
    lines = []
    for unit in found:
        paths = {f"{unit.code}/{criterion.number}" for criterion in unit.criteria}
        weight = sum((each.weight for each in marked if paths.intersection(each.proves)), Decimal(0))
        asked = [
            (criterion.number, all((f"{unit.code}/{criterion.number}", method) in proved for method in methods))
            for criterion in unit.criteria
            if (methods := [method for method in WORKSHOP if (criterion.id, method) in wanted])
        ]
        lines.append(
            UnitWeight(
                code=unit.code,
                weight=weight,
                share=round(weight * 100 / total) if total else 0,
                planned=len(asked),
                proved=sum(done for _, done in asked),
                missing=tuple(number for number, done in asked if not done),
            )
        )
    return tuple(lines)


def _units(session: Session, body_id: str, scheme_version_id: str) -> list[Unit]:
    members = scheme_units(session, body_id, scheme_version_id)
    return units(session, body_id, [member.unit_id for member in members])


def _paths(found: Iterable[Unit]) -> dict[str, str]:
    paths: dict[str, str] = {}
    for unit in found:
        for criterion in unit.criteria:
            paths.setdefault(f"{unit.code}/{criterion.number}", criterion.id)
    return paths
