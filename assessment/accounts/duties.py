"""Duties: the one side on which a person stands in an application (rule 10).

The database holds the rule; this module turns its refusal into a sentence.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.tables import Duty
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict


def take_side(
    session: Session, body_id: str, application_id: str, person_id: str, side: Side, *, now: datetime
) -> None:
    """Put a person on a side of an application, or find them there already.

    Raises Conflict when the person already stands on another side.
    """
    held = session.get(Duty, (body_id, application_id, person_id))
    if held is None:
        session.add(
            Duty(
                body_id=body_id,
                application_id=application_id,
                person_id=person_id,
                side=side,
                assigned_at=now,
            )
        )
        session.flush()
    elif held.side is not side:
        raise Conflict(
            N_("One person stands on one side of an application: expected %(wanted)s, already %(held)s."),
            wanted=side.value,
            held=held.side.value,
        )


def sides_of(session: Session, body_id: str, application_id: str) -> Mapping[str, Side]:
    """Return who stands on which side of an application, by person."""
    rows = session.execute(
        select(Duty.person_id, Duty.side).where(Duty.body_id == body_id, Duty.application_id == application_id)
    )
    return {person_id: side for person_id, side in rows}
