"""The holder's choice of what the public page shows for comparing with the person. The last choice counts."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import sealer
from assessment.accounts.sealing import wrapped_key
from assessment.certification.consents import save_consents
from assessment.certification.tables import Purpose
from assessment.credentials.queries import standing_of_credential
from assessment.credentials.told import DRAW
from assessment.domain.errors import N_, NotAllowed, NotFound
from assessment.jobs.service import ask_for
from assessment.verification.own_photo import PhotoOnRecord
from assessment.verification.shown_photo import write
from assessment.verification.tables import PageChoice, PagePhoto
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


def choose(
    session: Session,
    holder: Actor,
    credential_id: str,
    *,
    birth_date: bool,
    now: datetime,
    photo: PhotoOnRecord | None = None,
) -> None:
    """Record what the page of one's own certificate shows.

    Whoever lets the photo be shown consents to it: the consent of the application says so from then on. It stays when
    the choice is taken back, since it may hold for another certificate; withdrawn, it ends what every page shows.

    Raises NotFound for an unknown certificate, NotAllowed for somebody else's, Invalid under 18.
    """
    standing = standing_of_credential(session, holder.body_id, credential_id)
    if standing is None:
        raise NotFound(N_("There is no such certificate."))
    if standing.person_id != holder.person_id:
        raise NotAllowed(N_("Only the holder chooses what the page of a certificate shows."))
    choice = PageChoice(
        body_id=holder.body_id,
        id=new_id(),
        credential_intent_id=credential_id,
        person_id=holder.person_id,
        birth_date=birth_date,
        chosen_at=now,
    )
    session.add(choice)
    session.flush()
    if photo is not None:
        _show(session, holder, choice.id, photo, now)
    ask_for(session, holder.body_id, DRAW, {"credential": credential_id}, now=now)


def _show(session: Session, holder: Actor, choice_id: str, photo: PhotoOnRecord, now: datetime) -> None:
    agreed = {Purpose.PHOTO_ABROAD: True}
    save_consents(session, holder, photo.application_id, agreed, by_guardian=False, now=now)
    wrapped = wrapped_key(session, holder.body_id, holder.person_id)
    session.add(
        PagePhoto(
            body_id=holder.body_id,
            page_choice_id=choice_id,
            check_in_id=photo.check_in_id,
            sealed=sealer().seal_json(wrapped, holder.person_id, write(photo.photo)),
        )
    )
    session.flush()
