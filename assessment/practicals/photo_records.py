"""Photos of the work as records: what was announced, and what became of the bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.domain.practicals.delivery import SentPhoto
from assessment.practicals.content import CriterionContent
from assessment.practicals.tables import ObservationStanding
from assessment.practicals.tables_ending import PhotoDecision
from assessment.practicals.tables_photos import PhotoContent, PhotoKind, PhotoOutcome, WorkPhoto
from assessment.practicals.tables_sheets import Sheet


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownPhoto:
    """A photo of the work as a page shows it. `outcome` None: its bytes are still on their way.

    `taken`: what the second person said last of a held photo, None for nothing yet.
    """

    id: str
    person_id: str
    criterion: str
    kind: PhotoKind
    digest: str
    device: str
    held: bool
    taken_at: datetime
    announced_at: datetime
    outcome: PhotoOutcome | None
    reason: str | None
    width: int | None
    height: int | None
    taken: bool | None = None

    @property
    def kept(self) -> bool:
        """Whether there is a picture to look at."""
        return self.outcome is PhotoOutcome.KEPT


def photos_sent(
    session: Session, body_id: str, practical_id: str, person_id: str, criteria: Sequence[CriterionContent]
) -> list[SentPhoto]:
    """Return what one assessor announced before submitting; one statement."""
    codes = {criterion.id: criterion.code for criterion in criteria}
    rows = session.scalars(
        select(WorkPhoto)
        .where(
            WorkPhoto.body_id == body_id,
            WorkPhoto.practical_id == practical_id,
            WorkPhoto.person_id == person_id,
            WorkPhoto.standing == ObservationStanding.ACCEPTED,
        )
        .order_by(WorkPhoto.client, WorkPhoto.seq)
    )
    return [
        SentPhoto(
            client=row.client,
            seq=row.seq,
            criterion=codes[row.rubric_criterion_id],
            kind=row.kind.value,
            digest=row.digest,
            size=row.size,
            taken_at=row.taken_at,
            device=row.device,
        )
        for row in rows
        if row.rubric_criterion_id in codes
    ]


def count_photos(session: Session, sheet: Sheet) -> int:
    """Return how many photos were announced on a sheet before it was submitted."""
    return (
        session.scalar(
            select(func.count())
            .select_from(WorkPhoto)
            .where(
                WorkPhoto.body_id == sheet.body_id,
                WorkPhoto.practical_id == sheet.practical_id,
                WorkPhoto.person_id == sheet.person_id,
                WorkPhoto.standing == ObservationStanding.ACCEPTED,
            )
        )
        or 0
    )


def photos_of(
    session: Session,
    body_id: str,
    practical_id: str,
    criteria: Sequence[CriterionContent],
    *,
    person_id: str | None = None,
) -> list[ShownPhoto]:
    """Return the photos of a practical, of one assessor where one is named, in the order they were taken."""
    codes = {criterion.id: criterion.code for criterion in criteria}
    last = (
        select(PhotoDecision.taken)
        .where(PhotoDecision.body_id == WorkPhoto.body_id, PhotoDecision.photo_id == WorkPhoto.id)
        .order_by(PhotoDecision.turn.desc())
        .limit(1)
        .correlate(WorkPhoto)
        .scalar_subquery()
    )
    wanted = (
        select(WorkPhoto, PhotoContent, last)
        .join(
            PhotoContent,
            (PhotoContent.body_id == WorkPhoto.body_id)
            & (PhotoContent.practical_id == WorkPhoto.practical_id)
            & (PhotoContent.person_id == WorkPhoto.person_id)
            & (PhotoContent.digest == WorkPhoto.digest),
            isouter=True,
        )
        .where(WorkPhoto.body_id == body_id, WorkPhoto.practical_id == practical_id)
    )
    if person_id is not None:
        wanted = wanted.where(WorkPhoto.person_id == person_id)
    return [
        ShownPhoto(
            id=row.id,
            person_id=row.person_id,
            criterion=codes[row.rubric_criterion_id],
            kind=row.kind,
            digest=row.digest,
            device=row.device,
            held=row.standing is ObservationStanding.HELD,
            taken_at=row.taken_at,
            announced_at=row.announced_at,
            outcome=None if content is None else content.outcome,
            reason=None if content is None else content.reason,
            width=None if content is None else content.width,
            height=None if content is None else content.height,
            taken=taken,
        )
        for row, content, taken in session.execute(wanted.order_by(WorkPhoto.taken_at, WorkPhoto.client, WorkPhoto.seq))
        if row.rubric_criterion_id in codes
    ]
