"""Check-in: somebody in the room compares the candidate with the document and takes a photo (rule 14)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.persons import documents_of, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import CheckIn, Occasion
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed
from assessment.storage import Storage
from assessment.web.actor import Actor

PhotoRule = Callable[[Session, str, str, datetime], bool]

_photo_rules: list[PhotoRule] = []


def photo_needs(allows: PhotoRule) -> None:
    """Name a rule that every photo needs: allows(session, body_id, application_id, now).

    The feature that keeps the consents names it; this one does not know them.
    """
    if allows not in _photo_rules:
        _photo_rules.append(allows)


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What the invigilator found: the document seen, the plain photo, and what did not fit, if anything."""

    document_id: str
    photo: bytes
    exception: str = ""


def record_check_in(
    session: Session,
    actor: Actor,
    storage: Storage,
    *,
    occasion: Occasion,
    record_id: str,
    application_id: str,
    candidate_id: str,
    comparison: Comparison,
    now: datetime,
) -> CheckIn:
    """Record that the candidate of an attempt or a practical was compared with a document and photographed.

    `comparison.photo` comes from `plain_photo`. Raises Conflict when it was done before, NotAllowed when a
    consent to the photo is missing (rule 16), Invalid when the document is not the candidate's.
    """
    if not all(allows(session, actor.body_id, application_id, now) for allows in _photo_rules):
        raise NotAllowed(
            N_("The candidate is under 18. A guardian agrees to the photo first, in the candidate's application.")
        )
    if check_in_of(session, actor.body_id, occasion, record_id) is not None:
        raise Conflict(N_("This candidate is already checked in."))
    if comparison.document_id not in {document.id for document in documents_of(session, actor.body_id, candidate_id)}:
        raise Invalid(N_("Choose one of the candidate's own documents."))
    take_side(session, actor.body_id, application_id, actor.person_id, Side.INVIGILATOR, now=now)
    wrapped = wrapped_key(session, actor.body_id, candidate_id)
    entry = CheckIn(
        body_id=actor.body_id,
        id=new_id(),
        application_id=application_id,
        occasion=occasion,
        record_id=record_id,
        person_id=actor.person_id,
        document_id=comparison.document_id,
        photo_digest=storage.put(sealer().seal(wrapped, candidate_id, comparison.photo)),
        exception=comparison.exception.strip() or None,
        at=now,
    )
    session.add(entry)
    session.flush()
    return entry


def check_in_of(session: Session, body_id: str, occasion: Occasion, record_id: str) -> CheckIn | None:
    """Return the check-in of an attempt or a practical, or None."""
    return session.scalar(
        select(CheckIn).where(CheckIn.body_id == body_id, CheckIn.occasion == occasion, CheckIn.record_id == record_id)
    )


def photo_of(session: Session, storage: Storage, entry: CheckIn, candidate_id: str) -> bytes:
    """Return the photo taken at a check-in. Raises Erased when the person's key was destroyed."""
    wrapped = wrapped_key(session, entry.body_id, candidate_id)
    return sealer().open(wrapped, candidate_id, storage.get(entry.photo_digest))
