"""The photo that a holder may show beside the name: the one that was taken when somebody compared them with a document.

It is made small here, before anything is written, and shown first to the holder alone.
"""

from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from assessment.accounts.persons import birth_date_of, sealer
from assessment.accounts.photos import small_photo
from assessment.accounts.sealing import Erased
from assessment.certification.consents import ADULT, age_on
from assessment.domain.certification.clocks import calendar_day
from assessment.domain.errors import NotFound
from assessment.storage import Storage
from assessment.verification.queries_photo import photo_taken
from assessment.verification.shown_photo import ShownPhoto


class NoPhoto(StrEnum):
    """Why there is no photo to show."""

    NONE_ON_RECORD = "none_on_record"
    UNDER_AGE = "under_age"


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoOnRecord:
    """A photo that could be shown: where it was taken, for which application, and as a reader would see it."""

    check_in_id: str
    application_id: str
    photo: ShownPhoto


def photo_on_record(session: Session, storage: Storage, body_id: str, credential_id: str) -> PhotoOnRecord | NoPhoto:
    """Return the photo that the page of a certificate could show, or why there is none.

    None is shown that was taken of somebody under 18 (rule 16), so none of somebody who still is.
    """
    taken = photo_taken(session, body_id, credential_id)
    if taken is None:
        return NoPhoto.NONE_ON_RECORD
    day = calendar_day(taken.at, ZoneInfo(taken.zone))
    try:
        if age_on(birth_date_of(session, body_id, taken.person_id), day) < ADULT:
            return NoPhoto.UNDER_AGE
        small = small_photo(sealer().open(taken.wrapped, taken.person_id, storage.get(taken.photo_digest)))
    except (Erased, NotFound):
        return NoPhoto.NONE_ON_RECORD
    shown = ShownPhoto(image=small.content, width=small.width, height=small.height, taken_on=day)
    return PhotoOnRecord(check_in_id=taken.check_in_id, application_id=taken.application_id, photo=shown)
