"""An employer states by a holder's link that the skill is in use: followed by anybody, used once.

Following changes nothing, so that a preview of the link by a mail program does not use it up.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import sealer
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.credentials.told import DRAW
from assessment.domain.certification.confirmation import check_period
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.jobs.service import ask_for
from assessment.verification.tables import ConfirmationLink, ConfirmationLinkEnd, EmployerStatement

LONGEST = 80


class Use(Enum):
    """Where a link stands."""

    OPEN = "open"
    USED = "used"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A link with its certificate, and where it stands."""

    body_id: str
    link_id: str
    credential_id: str
    person_id: str
    use: Use


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What an employer states: who says so, for whom, and the days from when until when."""

    name: str
    function: str
    company: str
    first_day: date
    last_day: date


def follow_confirmation(session: Session, link_id: str, *, now: datetime) -> Followed | None:
    """Return the link of an id and where it stands; None when there never was one; one statement."""
    row = session.execute(
        select(
            ConfirmationLink,
            exists()
            .where(
                EmployerStatement.body_id == ConfirmationLink.body_id,
                EmployerStatement.confirmation_link_id == ConfirmationLink.id,
            )
            .label("used"),
            exists()
            .where(
                ConfirmationLinkEnd.body_id == ConfirmationLink.body_id,
                ConfirmationLinkEnd.confirmation_link_id == ConfirmationLink.id,
            )
            .label("ended"),
        ).where(ConfirmationLink.id == link_id)
    ).first()
    if row is None:
        return None
    link = row[0]
    over = row.ended or link.expires_at <= now
    return Followed(
        body_id=link.body_id,
        link_id=link.id,
        credential_id=link.credential_id,
        person_id=link.person_id,
        use=Use.USED if row.used else Use.ENDED if over else Use.OPEN,
    )


def state(session: Session, link_id: str, statement: Statement, *, begins: date, today: date, now: datetime) -> None:
    """Record what an employer states, which uses the link up.

    `begins`: the first day of the certificate; `today` in the issuer's zone. Raises NotFound for no link, Conflict for
    one that was used or has ended, and where the holder's data was erased; Invalid for a period that cannot be.
    """
    followed = follow_confirmation(session, link_id, now=now)
    if followed is None:
        raise NotFound(N_("There is no such link."))
    if followed.use is not Use.OPEN:
        raise Conflict(N_("This link does not work any more."))
    check_period(statement.first_day, statement.last_day, begins=begins, today=today)
    wrapped = wrapped_key(session, followed.body_id, followed.person_id)
    if wrapped is None:
        raise Conflict(N_("This link does not work any more."))
    said = {"v": 1, "name": statement.name, "function": statement.function, "company": statement.company}
    session.add(
        EmployerStatement(
            body_id=followed.body_id,
            confirmation_link_id=link_id,
            credential_id=followed.credential_id,
            sealed=sealer().seal(wrapped, followed.person_id, json.dumps(said).encode()),
            first_day=statement.first_day,
            last_day=statement.last_day,
            stated_at=now,
        )
    )
    try:
        session.flush()
    except IntegrityError as error:  # somebody else was quicker by a moment
        raise Conflict(N_("This link does not work any more.")) from error
    ask_for(session, followed.body_id, DRAW, {"credential": followed.credential_id}, now=now)


def read_statement(row: EmployerStatement, wrapped: bytes | None, person_id: str) -> Statement | None:
    """Return what stands in a record; None once the holder's data was erased."""
    try:
        said = json.loads(sealer().open(wrapped, person_id, row.sealed))
    except Erased:
        return None
    return Statement(
        name=said["name"],
        function=said["function"],
        company=said["company"],
        first_day=row.first_day,
        last_day=row.last_day,
    )
