"""Publishing and retiring a scheme version; what blocks publishing is said in full (rules 3 and 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.competency import Unit
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.domain.plan import Cell, Hole, Instrument, holes
from assessment.schemes.draft import NEEDED_LANGUAGES
from assessment.schemes.editing import require_draft
from assessment.schemes.queries import MemberUnit, SchemeFacts, instruments, plan_cells, scheme_facts, scheme_units
from assessment.schemes.tables import SchemeState, SchemeVersion
from assessment.standards.queries import units


class Shortcoming(StrEnum):
    """What a scheme version lacks beside holes in its plan."""

    NO_TITLE = "no_title"
    NO_UNIT = "no_unit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
    """One shortcoming; `language`: whose title is missing."""

    kind: Shortcoming
    language: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The plan of a version with everything that it is judged by."""

    units: tuple[Unit, ...]
    cells: tuple[Cell, ...]
    instruments: tuple[Instrument, ...]
    holes: tuple[Hole, ...]


def plan_of(
    session: Session, body_id: str, scheme_version_id: str, members: Sequence[MemberUnit] | None = None
) -> Plan:
    """Return a version's plan with its holes; four statements, one less when its units are known already."""
    if members is None:
        members = scheme_units(session, body_id, scheme_version_id)
    known = tuple(units(session, body_id, [member.unit_id for member in members]))
    cells = plan_cells(session, body_id, scheme_version_id)
    registered = instruments(session, body_id, scheme_version_id)
    return Plan(units=known, cells=cells, instruments=registered, holes=holes(known, cells, registered))


def lacks_of(facts: SchemeFacts, plan: Plan) -> tuple[Lack, ...]:
    """Return what a version lacks beside holes."""
    lacks = [
        Lack(kind=Shortcoming.NO_TITLE, language=language)
        for language in NEEDED_LANGUAGES
        if not facts.titles.get(language, "").strip()
    ]
    if not plan.units:
        lacks.append(Lack(kind=Shortcoming.NO_UNIT))
    return tuple(lacks)


def publish(
    session: Session, body_id: str, scheme_version_id: str, now: datetime, *, published_by: str | None = None
) -> None:
    """Publish a draft: from now on nothing in it changes. `published_by`: the person who does it.

    Raises NotFound, and Conflict when the version is no draft, when the plan has a hole, or when a title is
    missing in Indonesian or English.
    """
    version = require_draft(session, body_id, scheme_version_id)
    plan = plan_of(session, body_id, scheme_version_id)
    lacks = lacks_of(scheme_facts(session, body_id, scheme_version_id), plan)
    if plan.holes:
        raise Conflict(
            N_("Expected a plan without holes, got %(count)s; the first: %(first)s."),
            count=len(plan.holes),
            first=_named(plan.units, plan.holes),
        )
    for lack in lacks:
        match lack.kind:
            case Shortcoming.NO_TITLE:
                raise Conflict(N_("Expected a title in the language %(language)s, got none."), language=lack.language)
            case Shortcoming.NO_UNIT:
                raise Conflict(N_("Expected at least one unit of competency, got none."))
    version.state = SchemeState.PUBLISHED
    version.published_at = now
    version.published_by = published_by
    session.flush()


def retire(session: Session, body_id: str, scheme_version_id: str) -> None:
    """Close a published version to new applications; what was done on it keeps it.

    Raises NotFound, and Conflict when the version is not published.
    """
    version = session.scalar(
        select(SchemeVersion)
        .where(SchemeVersion.body_id == body_id, SchemeVersion.id == scheme_version_id)
        .with_for_update()
    )
    if version is None:
        raise NotFound(N_("There is no such scheme version."))
    if version.state is not SchemeState.PUBLISHED:
        raise Conflict(N_("Expected a published version, got one in the state %(state)s."), state=version.state.value)
    version.state = SchemeState.RETIRED
    session.flush()


def _named(known: Sequence[Unit], found: Sequence[Hole]) -> str:
    """Name the first hole: unit/criterion, method, reason."""
    hole = found[0]
    unit = next((unit for unit in known if unit.id == hole.unit_id), None)
    number = next((each.number for each in unit.criteria if each.id == hole.criterion_id), "") if unit else ""
    place = "/".join(part for part in (unit.code if unit else "", number) if part)
    method = f", {hole.method.value}" if hole.method else ""
    return f"{place}{method}, {hole.reason.value}"
