"""How it was proved: the lines of the assessors' sheets with what each ended in, and the evidence that is bound.

Where several assessors marked one line, the lowest mark is told. Evidence is bound only where the holder agrees that
photos of the work are kept (rule 16); the files stay with the body.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.certification.consents import consents_of
from assessment.certification.grid import grid_of
from assessment.certification.tables import Purpose
from assessment.credentials.certificate import Certificate
from assessment.credentials.offering import unit_address
from assessment.domain.credentials.achievement import (
    AlignedCode,
    EvidencePiece,
    Level,
    PracticalCriterion,
    PracticalResult,
)
from assessment.domain.language import in_language, text_in
from assessment.domain.practicals.marking_json import from_json
from assessment.domain.practicals.rubric import Checked, Judged, Marking, Measured
from assessment.practicals.tables import ObservationStanding, RubricAlignment, RubricCriterion, RubricCriterionText
from assessment.practicals.tables_photos import PhotoContent, PhotoKind, PhotoOutcome, WorkPhoto
from assessment.standards.queries import all_texts
from assessment.standards.tables import Competency, Standard

JUDGED = ("Below the standard", "Meets the standard", "Exceeds the standard in parts", "Excellent")
ANSWERED = (Level(code="no", name="No", description=""), Level(code="yes", name="Yes", description=""))
MEASURED = (
    Level(code="outside", name="Outside the limits", description=""),
    Level(code="inside", name="Inside the limits", description=""),
)
PHOTOS = {
    PhotoKind.FIT_UP: "Photo of the fit-up",
    PhotoKind.ROOT: "Photo of the root",
    PhotoKind.CAP: "Photo of the cap",
    PhotoKind.OTHER: "Photo of the work",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The lines by which somebody was assessed, and what each ended in."""

    criteria: tuple[PracticalCriterion, ...]
    results: tuple[PracticalResult, ...]


def sheet_of(session: Session, certificate: Certificate) -> Sheet:
    """Return the lines of the sheets behind a certificate with their results; at most six statements."""
    taken: dict[str, list[Mapping[str, Any]]] = {}
    for mark in certificate.marks:
        if mark.said not in taken.setdefault(mark.rubric_criterion_id, []):
            taken[mark.rubric_criterion_id].append(mark.said)
    if not taken:
        return Sheet(criteria=(), results=())
    texts: dict[str, dict[str, RubricCriterionText]] = {}
    for text in session.scalars(
        select(RubricCriterionText).where(
            RubricCriterionText.body_id == certificate.body_id, RubricCriterionText.rubric_criterion_id.in_(taken)
        )
    ):
        texts.setdefault(text.rubric_criterion_id, {})[text.language] = text
    codes = _codes(session, certificate, taken)
    criteria: list[PracticalCriterion] = []
    results: list[PracticalResult] = []
    for row in session.scalars(
        select(RubricCriterion)
        .where(RubricCriterion.body_id == certificate.body_id, RubricCriterion.id.in_(taken))
        .order_by(RubricCriterion.rubric_id, RubricCriterion.position)
    ):
        marking = from_json(row.definition)
        found = _lowest(marking, taken[row.id])
        if found is None:
            continue
        words = in_language(texts.get(row.id, {}), "en")
        criteria.append(
            PracticalCriterion(
                rubric=row.rubric_id,
                code=row.code,
                name=words.title if words else row.code,
                levels=_levels(marking, words.content.get("levels", ()) if words else ()),
                required_level=_required(marking),
                codes=codes.get(row.id, ()),
            )
        )
        results.append(PracticalResult(rubric=row.rubric_id, code=row.code, level=found[0], value=found[1]))
    return Sheet(criteria=tuple(criteria), results=tuple(results))


def evidence_of(session: Session, certificate: Certificate) -> tuple[EvidencePiece, ...]:
    """Return the photos of the work that are kept, where the holder agrees; two statements."""
    consent = consents_of(session, certificate.body_id, certificate.application_id).get(Purpose.EVIDENCE)
    if consent is None or not consent.given:
        return ()
    rows = session.execute(
        select(WorkPhoto.kind, WorkPhoto.digest)
        .join(
            PhotoContent,
            (PhotoContent.body_id == WorkPhoto.body_id)
            & (PhotoContent.practical_id == WorkPhoto.practical_id)
            & (PhotoContent.person_id == WorkPhoto.person_id)
            & (PhotoContent.digest == WorkPhoto.digest),
        )
        .where(
            WorkPhoto.body_id == certificate.body_id,
            WorkPhoto.application_id == certificate.application_id,
            WorkPhoto.standing == ObservationStanding.ACCEPTED,
            PhotoContent.outcome == PhotoOutcome.KEPT,
        )
        .order_by(WorkPhoto.digest, WorkPhoto.kind)
        .distinct()
    )
    return tuple(EvidencePiece(name=PHOTOS[row.kind], genre="photo", sha256=bytes.fromhex(row.digest)) for row in rows)


def _codes(
    session: Session, certificate: Certificate, rubric_criteria: Iterable[str]
) -> dict[str, tuple[AlignedCode, ...]]:
    """Return rubric criterion id -> the performance criteria that it gives evidence of, as printed: unit and number."""
    grid = grid_of(session, certificate.body_id, certificate.scheme_version_id)
    numbers = {criterion.id: (unit.code, criterion.number) for unit in grid.units for criterion in unit.criteria}
    said = all_texts(session, certificate.body_id, list(numbers))
    rows = session.execute(
        select(RubricAlignment.rubric_criterion_id, RubricAlignment.criterion_id, Standard.title)
        .join(
            Competency,
            (Competency.body_id == RubricAlignment.body_id) & (Competency.id == RubricAlignment.criterion_id),
        )
        .join(Standard, (Standard.body_id == Competency.body_id) & (Standard.id == Competency.standard_id))
        .where(
            RubricAlignment.body_id == certificate.body_id,
            RubricAlignment.rubric_criterion_id.in_(list(rubric_criteria)),
        )
        .order_by(RubricAlignment.rubric_criterion_id, RubricAlignment.criterion_id)
    )
    found: dict[str, dict[AlignedCode, None]] = {}
    for row in rows:
        if row.criterion_id in numbers:
            unit, number = numbers[row.criterion_id]
            code = AlignedCode(
                code=f"{unit} {number}",
                name=text_in(said.get(row.criterion_id, {}), "id") or number,
                framework=row.title,
                url=unit_address(certificate.address, unit),
            )
            found.setdefault(row.rubric_criterion_id, {})[code] = None
    return {criterion: tuple(codes) for criterion, codes in found.items()}


def _levels(marking: Marking, descriptors: Iterable[str]) -> tuple[Level, ...]:
    match marking:
        case Judged(highest=highest):
            texts = [*descriptors, *[""] * (highest + 1)]
            return tuple(
                Level(
                    code=str(place),
                    name=f"Level {place}" if marking.own_scale else JUDGED[place],
                    description=texts[place],
                )
                for place in range(highest + 1)
            )
        case Measured():
            return MEASURED
        case Checked():
            return ANSWERED
        case _:
            assert_never(marking)


def _required(marking: Marking) -> str | None:
    match marking:
        case Judged(minimum=minimum):
            return str(minimum)
        case Measured(confirmed=confirmed):
            return "inside" if confirmed else None
        case Checked():
            return "yes"
        case _:
            assert_never(marking)


def _lowest(marking: Marking, marks: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return the lowest level that was marked and what was measured; None where no mark says a level."""
    order = [level.code for level in _levels(marking, ())]
    found = [(order.index(level), value) for level, value in map(_marked, marks) if level in order]
    if not found:
        return None
    place, value = min(found, key=lambda each: each[0])
    return order[place], value


def _marked(mark: Mapping[str, Any]) -> tuple[str, str]:
    """Read one mark (`TakenMark.said`): its level and, of a measurement, the value with its unit."""
    if "level" in mark:
        return str(mark["level"]), ""
    if "value" in mark and mark.get("inside") is not None:
        return "inside" if mark["inside"] else "outside", f"{mark['value']} {mark.get('unit', '')}".strip()
    return str(mark.get("answer", "")), ""
