"""The holder's choice of what the public page shows for comparing with the person. The last choice counts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.credentials.queries import standing_of_credential
from assessment.domain.errors import N_, NotAllowed, NotFound
from assessment.verification.tables import PageChoice
from assessment.web.actor import Actor


def shows_birth_date(session: Session, body_id: str, credential_id: str) -> bool:
    """Say whether the page of a certificate shows the date of birth; it does not until the holder says so."""
    return bool(
        session.scalar(
            select(PageChoice.birth_date)
            .where(PageChoice.body_id == body_id, PageChoice.credential_intent_id == credential_id)
            .order_by(PageChoice.chosen_at.desc(), PageChoice.id.desc())
            .limit(1)
        )
    )


def choose(session: Session, holder: Actor, credential_id: str, *, birth_date: bool, now: datetime) -> None:
    """Record what the page of one's own certificate shows.

    Raises NotFound for an unknown certificate, NotAllowed for somebody else's.
    """
    standing = standing_of_credential(session, holder.body_id, credential_id)
    if standing is None:
        raise NotFound(N_("There is no such certificate."))
    if standing.person_id != holder.person_id:
        raise NotAllowed(N_("Only the holder chooses what the page of a certificate shows."))
    session.add(
        PageChoice(
            body_id=holder.body_id,
            id=new_id(),
            credential_intent_id=credential_id,
            person_id=holder.person_id,
            birth_date=birth_date,
            chosen_at=now,
        )
    )
    session.flush()
