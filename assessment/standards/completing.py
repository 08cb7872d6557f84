"""Marking a unit's criteria complete, or not, against its source (rule 3): append-only, by a named person."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.standards.queries import units
from assessment.standards.tables import Competency, CompetencyKind, Completeness, Standard, StandardState
from assessment.web.actor import Actor

LONGEST_SOURCE = 500
LONGEST_NOTE = 2_000


def mark_complete(
    session: Session, actor: Actor, unit_id: str, complete: bool, source: str, note: str, now: datetime
) -> Completeness:
    """Keep that the actor compared a unit's criteria with its source and found them whole, or not.

    `source`: what they were compared with, in words. Raises NotFound when there is no such unit, Invalid
    without a source, and when a unit without criteria is called complete.
    """
    _require_unit(session, actor.body_id, unit_id)
    source, note = source.strip(), note.strip()
    if not 0 < len(source) <= LONGEST_SOURCE:
        raise Invalid(
            N_("Expected the source in 1 to %(limit)s characters, got %(got)s characters."),
            limit=LONGEST_SOURCE,
            got=len(source),
        )
    if len(note) > LONGEST_NOTE:
        raise Invalid(
            N_("Expected a note of at most %(limit)s characters, got %(got)s characters."),
            limit=LONGEST_NOTE,
            got=len(note),
        )
    if complete and not any(unit.criteria for unit in units(session, actor.body_id, [unit_id])):
        raise Invalid(N_("A unit without criteria cannot be complete: expected at least one criterion, got none."))
    mark = Completeness(
        body_id=actor.body_id,
        id=new_id(),
        competency_id=unit_id,
        complete=complete,
        source=source,
        note=note,
        marked_by=actor.person_id,
        marked_at=now,
    )
    session.add(mark)
    session.flush()
    return mark


def _require_unit(session: Session, body_id: str, unit_id: str) -> None:
    kind = session.scalar(
        select(Competency.kind)
        .join(Standard, (Standard.body_id == Competency.body_id) & (Standard.id == Competency.standard_id))
        .where(
            Competency.body_id == body_id,
            Competency.id == unit_id,
            Standard.state != StandardState.STAGING,
        )
    )
    if kind is not CompetencyKind.UNIT:
        raise NotFound(N_("There is no such unit."))
