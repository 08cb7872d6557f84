"""What the pages of an application need: its prerequisites with claims and checks, its elements with answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from assessment.certification.tables import Application, PrerequisiteCheck, PrerequisiteClaim, SelfAssessment
from assessment.domain.language import text_in
from assessment.schemes.tables import Prerequisite, PrerequisiteText, SchemeUnit
from assessment.standards.tables import Competency, CompetencyKind, CompetencyText


@dataclass(frozen=True, kw_only=True, slots=True)
class Required:
    """One prerequisite: what it says, what the candidate says, and who saw the proof."""

    id: str
    statement: str
    claim: str
    accepted: bool | None
    note: str
    checked_by: str | None
    checked_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ElementSaid:
    """One element: its words, and what the candidate says of it; `able` None before they said anything."""

    id: str
    text: str
    able: bool | None
    evidence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class UnitSaid:
    """One unit with its elements."""

    code: str
    title: str
    elements: tuple[ElementSaid, ...]


def required_of(session: Session, application: Application, language: str) -> list[Required]:
    """Return the prerequisites of an application in order; one statement."""
    rows: list[Any] = list(
        session.execute(
            select(Prerequisite, PrerequisiteText, PrerequisiteClaim.statement.label("claim"), PrerequisiteCheck)
            .join(
                PrerequisiteText,
                (PrerequisiteText.body_id == Prerequisite.body_id)
                & (PrerequisiteText.prerequisite_id == Prerequisite.id),
                isouter=True,
            )
            .join(
                PrerequisiteClaim,
                (PrerequisiteClaim.body_id == Prerequisite.body_id)
                & (PrerequisiteClaim.prerequisite_id == Prerequisite.id)
                & (PrerequisiteClaim.application_id == application.id),
                isouter=True,
            )
            .join(
                PrerequisiteCheck,
                (PrerequisiteCheck.body_id == Prerequisite.body_id)
                & (PrerequisiteCheck.prerequisite_id == Prerequisite.id)
                & (PrerequisiteCheck.application_id == application.id),
                isouter=True,
            )
            .where(
                Prerequisite.body_id == application.body_id,
                Prerequisite.scheme_version_id == application.scheme_version_id,
            )
            .order_by(Prerequisite.position, PrerequisiteCheck.checked_at, PrerequisiteCheck.id)
        )
    )
    texts: dict[str, dict[str, str]] = {}
    claims: dict[str, str] = {}
    checks: dict[str, PrerequisiteCheck | None] = {}
    for prerequisite, text, claim, check in rows:
        own = texts.setdefault(prerequisite.id, {})
        if text is not None:
            own[text.language] = text.statement
        claims[prerequisite.id] = claim or ""
        checks[prerequisite.id] = check or checks.get(prerequisite.id)
    found = []
    for id_, own in texts.items():
        last = checks[id_]
        found.append(
            Required(
                id=id_,
                statement=text_in(own, language) or "—",
                claim=claims[id_],
                accepted=None if last is None else last.accepted,
                note="" if last is None else last.note,
                checked_by=None if last is None else last.checked_by,
                checked_at=None if last is None else last.checked_at,
            )
        )
    return found


def said_of_elements(session: Session, application: Application, language: str) -> list[UnitSaid]:
    """Return the units of an application's scheme with their elements and the self-assessment; one statement."""
    unit, unit_text = aliased(Competency), aliased(CompetencyText)
    element, element_text = aliased(Competency), aliased(CompetencyText)
    rows: Sequence[Any] = session.execute(
        select(
            unit.id.label("unit_id"),
            unit.code.label("unit_code"),
            unit_text.language.label("unit_language"),
            unit_text.statement.label("unit_title"),
            element.id.label("element_id"),
            element.code.label("element_code"),
            element_text.language.label("element_language"),
            element_text.statement.label("element_text"),
            SelfAssessment.able,
            SelfAssessment.evidence,
        )
        .select_from(SchemeUnit)
        .join(unit, (unit.body_id == SchemeUnit.body_id) & (unit.id == SchemeUnit.unit_id))
        .join(unit_text, (unit_text.body_id == unit.body_id) & (unit_text.competency_id == unit.id), isouter=True)
        .join(
            element,
            (element.body_id == unit.body_id)
            & (element.parent_id == unit.id)
            & (element.kind == CompetencyKind.ELEMENT),
        )
        .join(
            element_text,
            (element_text.body_id == element.body_id) & (element_text.competency_id == element.id),
            isouter=True,
        )
        .join(
            SelfAssessment,
            (SelfAssessment.body_id == element.body_id)
            & (SelfAssessment.element_id == element.id)
            & (SelfAssessment.application_id == application.id),
            isouter=True,
        )
        .where(
            SchemeUnit.body_id == application.body_id,
            SchemeUnit.scheme_version_id == application.scheme_version_id,
        )
        .order_by(SchemeUnit.position, element.position)
    ).all()
    titles: dict[str, dict[str, str]] = {}
    texts: dict[str, dict[str, str]] = {}
    for row in rows:
        titles.setdefault(row.unit_id, {})[row.unit_language or ""] = row.unit_title or row.unit_code
        texts.setdefault(row.element_id, {})[row.element_language or ""] = row.element_text or row.element_code
    units: dict[str, tuple[str, dict[str, ElementSaid]]] = {}
    for row in rows:
        own = units.setdefault(row.unit_id, (row.unit_code, {}))[1]
        own.setdefault(
            row.element_id,
            ElementSaid(
                id=row.element_id,
                text=f"{row.element_code}  {text_in(texts[row.element_id], language)}".strip(),
                able=row.able,
                evidence=row.evidence or "",
            ),
        )
    return [
        UnitSaid(code=code, title=text_in(titles[unit_id], language), elements=tuple(elements.values()))
        for unit_id, (code, elements) in units.items()
    ]
