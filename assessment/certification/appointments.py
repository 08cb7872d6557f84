"""When and where an application is examined: places on rosters and practicals."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Text, cast, literal, null, select, type_coerce, union_all
from sqlalchemy.orm import Session

from assessment.accounts.tables import Site
from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState
from assessment.exams.tables import Attempt, RosterEntry, Sitting
from assessment.practicals.tables import Practical, PracticalState
from assessment.practicals.tables_sheets import Sheet

_DONE = frozenset({*ENDED, PracticalState.SUBMITTED})
_STARTED = _DONE | STARTED | {PracticalState.OPEN, PracticalState.APART, PracticalState.REMARKING, PracticalState.THIRD}


@dataclass(frozen=True, kw_only=True, slots=True)
class Appointment:
    """A place in an exam or at a practical. `record_id`: the attempt (None before it is prepared) or practical.

    `assessors`: who marks the practical, in their places.
    """

    application_id: str
    kind: str
    record_id: str | None
    at: datetime
    site_name: str
    site_city: str
    code: str
    assessors: tuple[str, ...]
    started: bool
    done: bool


def appointments(session: Session, body_id: str, application_ids: Collection[str]) -> list[Appointment]:
    """Return when and where these applications are examined, the earliest first; one statement.

    Voided attempts are left out.
    """
    exams = (
        select(
            RosterEntry.application_id,
            literal("exam").label("kind"),
            Attempt.id.label("record_id"),
            Sitting.starts_at.label("at"),
            Site.name,
            Site.city,
            Sitting.code,
            cast(null(), Text).label("person_id"),
            type_coerce(Attempt.state, Text).label("state"),
            cast(null(), Integer).label("place"),
        )
        .join(Sitting, (Sitting.body_id == RosterEntry.body_id) & (Sitting.id == RosterEntry.sitting_id))
        .join(Site, (Site.body_id == Sitting.body_id) & (Site.id == Sitting.site_id))
        .join(
            Attempt,
            (Attempt.body_id == RosterEntry.body_id)
            & (Attempt.sitting_id == RosterEntry.sitting_id)
            & (Attempt.application_id == RosterEntry.application_id),
            isouter=True,
        )
        .where(RosterEntry.body_id == body_id, RosterEntry.application_id.in_(application_ids))
    )
    practicals = (
        select(
            Practical.application_id,
            literal("practical"),
            Practical.id,
            Practical.starts_at,
            Site.name,
            Site.city,
            literal(""),
            Sheet.person_id,
            type_coerce(Practical.state, Text),
            Sheet.place,
        )
        .join(Site, (Site.body_id == Practical.body_id) & (Site.id == Practical.site_id))
        .join(Sheet, (Sheet.body_id == Practical.body_id) & (Sheet.practical_id == Practical.id), isouter=True)
        .where(Practical.body_id == body_id, Practical.application_id.in_(application_ids))
    )
    found: dict[tuple[str, str, str], Appointment] = {}
    rows = session.execute(union_all(exams, practicals)).all()
    for row in sorted(rows, key=lambda row: (row[3], row[9] or 0)):
        if row[8] == AttemptState.VOIDED:
            continue
        # A practical comes once for each of its sheets; a place on a roster has no record before it is prepared.
        key = (row[1], row[0], row[2] or row[6])
        earlier = found.get(key)
        found[key] = Appointment(
            application_id=row[0],
            kind=row[1],
            record_id=row[2],
            at=row[3],
            site_name=row[4],
            site_city=row[5],
            code=row[6],
            assessors=(*(earlier.assessors if earlier else ()), *((row[7],) if row[7] else ())),
            started=row[8] in _STARTED,
            done=row[8] in _DONE,
        )
    return list(found.values())
