"""Photos of the work: announced by the device with the digest of the file, sent in pieces, written again plain."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from assessment.database import Base, OfBody, Scoped, belongs_to, choice, holds_duty
from assessment.practicals.tables import ObservationStanding


class PhotoKind(StrEnum):
    """What a photo shows of the weld or of other work."""

    FIT_UP = "fit_up"
    ROOT = "root"
    CAP = "cap"
    OTHER = "other"


class PhotoOutcome(StrEnum):
    """What became of the bytes of a photo once they were all there."""

    KEPT = "kept"
    REFUSED = "refused"


class WorkPhoto(Scoped, Base):
    """A photo that a device announced: of which criterion, taken when, by whom; `digest` of the file as sent.

    `standing`: held where it was announced after its sheet had been submitted, after the practical was closed, or above
    the limit a day.
    """

    __tablename__ = "work_photo"
    __table_args__ = (
        belongs_to("practical"),
        belongs_to("rubric_criterion"),
        *holds_duty("assessor"),
        UniqueConstraint("body_id", "practical_id", "person_id", "client", "seq"),
        Index(None, "body_id", "practical_id", "person_id", "digest"),
        CheckConstraint("size > 0", name="not_empty"),
    )

    practical_id: Mapped[str]
    application_id: Mapped[str]
    person_id: Mapped[str]
    side: Mapped[str] = mapped_column(default="assessor")
    client: Mapped[str]
    seq: Mapped[int]
    rubric_criterion_id: Mapped[str]
    kind: Mapped[PhotoKind] = mapped_column(choice(PhotoKind, "kind"))
    digest: Mapped[str]
    size: Mapped[int]
    device: Mapped[str]
    standing: Mapped[ObservationStanding] = mapped_column(choice(ObservationStanding, "standing"))
    taken_at: Mapped[datetime]
    announced_at: Mapped[datetime]


class PhotoPiece(OfBody, Base):
    """A piece of a photo on its way; `sealed` names it in the store. The rows go when the photo is complete."""

    __tablename__ = "photo_piece"
    __table_args__ = (belongs_to("practical"), CheckConstraint("size > 0", name="not_empty"))

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    size: Mapped[int]
    sealed: Mapped[str]
    received_at: Mapped[datetime]


class PhotoContent(OfBody, Base):
    """What the server made of a photo's bytes: a plain picture, sealed in the store, or a refusal with its reason.

    `digest` is that of the file as sent, `sealed` that of the sealed plain picture.
    """

    __tablename__ = "photo_content"
    __table_args__ = (belongs_to("practical"),)

    practical_id: Mapped[str] = mapped_column(primary_key=True)
    person_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    outcome: Mapped[PhotoOutcome] = mapped_column(choice(PhotoOutcome, "outcome"))
    reason: Mapped[str | None]
    sealed: Mapped[str | None]
    width: Mapped[int | None]
    height: Mapped[int | None]
    completed_at: Mapped[datetime]
