"""Photos of the work come in: announced with the digest of the file, then in pieces that go on where they stopped.

A piece is sealed under the candidate's key and kept in the store; the row that names it is written only when it is
there. When the last one has come, the bytes are held against the digest and written again as a plain picture, so that
nothing a camera adds leaves the server; what was announced keeps the digest of the file as sent. All of that happens
before a lock is taken (`receive`), and only the outcome is written under it (`keep`).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, or_, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import sealer
from assessment.accounts.photos import NoPicture, TooManyPixels, plain
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.outbox import Key, second_client, stored_key
from assessment.domain.practicals.delivery import SentPhoto, canonical_photo
from assessment.domain.practicals.photo import LARGEST_PIECE, MOST_PHOTOS, MOST_PIXELS, Progress
from assessment.domain.practicals.practical_states import SheetState
from assessment.jobs.service import ask_for, handle
from assessment.practicals.content import CriterionContent
from assessment.practicals.holding import holding_of
from assessment.practicals.sheets import find_sheet, own_sheet
from assessment.practicals.tables import ObservationStanding, Practical
from assessment.practicals.tables_photos import PhotoContent, PhotoKind, PhotoOutcome, PhotoPiece, WorkPhoto
from assessment.practicals.tables_sheets import Sheet
from assessment.storage import Storage
from assessment.web.actor import Actor

LONGEST_SIDE = 2048
FORGET_PIECES = "forget photo pieces"
NOT_A_PICTURE = "not_a_picture"
TOO_MANY_PIXELS = "too_many_pixels"


class AnotherPlace(Conflict):
    """A piece that does not begin where the last one ended; `progress` says where that is."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(N_("This piece does not begin where the last one ended."))
        self.progress = progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """What `receive` made of a piece, to be written down by `keep`.

    `start` is where the piece begins; `sealed` names it in the store. `content` says what became of the photo, where
    this was its last piece; `again`: its bytes do not have the digest that was announced, so it starts again.
    """

    sheet_id: str
    digest: str
    start: int
    size: int
    sealed: str
    content: dict[str, Any] | None = None
    again: bool = False


def announce(
    session: Session,
    actor: Actor,
    practical_id: str,
    photo: SentPhoto,
    *,
    criteria: Sequence[CriterionContent],
    now: datetime,
) -> Progress:
    """Write down that a photo of the actor's own sheet is on its way; one that is known changes nothing.

    One that is announced late or above the limit a day (`holding`) is kept as held. Raises NotFound for whoever has no
    sheet on this practical, Conflict while the sheet is not open, and when it has too many photos.
    """
    sheet = own_sheet(session, actor, practical_id)
    store_announcement(session, sheet, photo, criteria=criteria, now=now)
    return progress_of(session, sheet, photo.digest)


def store_announcement(
    session: Session, sheet: Sheet, photo: SentPhoto, *, criteria: Sequence[CriterionContent], now: datetime
) -> bool:
    """Write an announced photo down on a locked sheet; returns whether it is new."""
    known = _known(session, sheet, photo, {each.id: each.code for each in criteria})
    key = stored_key(photo.key, known, partial(_digest_under, photo))
    if key in known:
        return False
    if sheet.state is SheetState.ASSIGNED:
        raise Conflict(N_("This sheet is not open yet: check-in first, then the assessor opens it."))
    count = session.scalar(
        select(func.count())
        .select_from(WorkPhoto)
        .where(
            WorkPhoto.body_id == sheet.body_id,
            WorkPhoto.practical_id == sheet.practical_id,
            WorkPhoto.person_id == sheet.person_id,
        )
    )
    if (count or 0) >= MOST_PHOTOS:
        raise Conflict(N_("This sheet has %(most)s photos already."), most=MOST_PHOTOS)
    if (_size_said(session, sheet, photo.digest) or photo.size) != photo.size:
        _drop_pieces(session, sheet, photo.digest, now=now)  # the size that was said before was wrong
    session.add(
        WorkPhoto(
            body_id=sheet.body_id,
            id=new_id(),
            practical_id=sheet.practical_id,
            application_id=sheet.application_id,
            person_id=sheet.person_id,
            client=key[0],
            seq=key[1],
            rubric_criterion_id=next(each.id for each in criteria if each.code == photo.criterion),
            kind=PhotoKind(photo.kind),
            digest=photo.digest,
            size=photo.size,
            device=photo.device,
            standing=holding_of(session, sheet, [photo.taken_at]).standing(photo.taken_at),
            taken_at=photo.taken_at,
            announced_at=now,
        )
    )
    session.flush()
    return True


def progress(session: Session, actor: Actor, practical_id: str, digest: str) -> Progress:
    """Return how far a photo of the actor's own sheet has come. Raises NotFound where none was announced."""
    sheet = find_sheet(session, actor.body_id, practical_id, actor.person_id)
    if sheet is None:
        raise NotFound(N_("There is no such practical."))
    _announced_size(session, sheet, digest)
    return progress_of(session, sheet, digest)


def progress_of(session: Session, sheet: Sheet, digest: str) -> Progress:
    """Return how far the bytes of a photo have come; two statements."""
    content = session.get(PhotoContent, (sheet.body_id, sheet.practical_id, sheet.person_id, digest))
    if content is not None:
        size = _announced_size(session, sheet, digest)
        return Progress(offset=size, complete=content.outcome is PhotoOutcome.KEPT, refused=content.reason)
    return Progress(offset=sum(piece.size for piece in _pieces(session, sheet, digest)), complete=False)


def receive(
    session: Session, storage: Storage, actor: Actor, practical_id: str, digest: str, *, offset: int, piece: bytes
) -> Received | Progress:
    """Put a piece into the store and, when it is the last one, make the plain picture; writes nothing down.

    Returns the progress where the photo is complete already. Raises NotFound where none was announced, AnotherPlace for
    a piece that does not begin where the last one ended, and Invalid for an empty piece or more than was announced.
    """
    sheet = find_sheet(session, actor.body_id, practical_id, actor.person_id)
    if sheet is None:
        raise NotFound(N_("There is no such practical."))
    return receive_on(session, storage, sheet, digest, offset=offset, piece=piece)


def receive_on(
    session: Session,
    storage: Storage,
    sheet: Sheet,
    digest: str,
    *,
    offset: int,
    piece: bytes,
    whole: int | None = None,
) -> Received | Progress:
    """Do what `receive` does, for a sheet; `whole`: the size of a photo that comes whole, out of a file."""
    size = _announced_size(session, sheet, digest) if whole is None else whole
    here = progress_of(session, sheet, digest)
    if here.complete or here.refused is not None:
        return here
    if here.offset != offset:
        raise AnotherPlace(here)
    if not piece or (len(piece) > LARGEST_PIECE and whole is None):
        raise Invalid(N_("Expected a piece of 1 to %(most)s bytes, got %(got)s."), most=LARGEST_PIECE, got=len(piece))
    if offset + len(piece) > size:
        raise Invalid(
            N_("This photo was announced with %(size)s bytes; more have come: %(got)s."),
            size=size,
            got=offset + len(piece),
        )
    candidate_id, wrapped = _key_of(session, sheet)
    received = Received(
        sheet_id=sheet.id,
        digest=digest,
        start=offset,
        size=len(piece),
        sealed=storage.put(sealer().seal(wrapped, candidate_id, piece)),
    )
    if offset + len(piece) < size:
        return received
    earlier = [
        sealer().open(wrapped, candidate_id, storage.get(each.sealed)) for each in _pieces(session, sheet, digest)
    ]
    file = b"".join([*earlier, piece])
    if hashlib.sha256(file).hexdigest() != digest:
        return replace(received, again=True)
    try:
        picture = plain(file, longest=LONGEST_SIDE, most_pixels=MOST_PIXELS)
    except NoPicture:
        return replace(received, content={"outcome": PhotoOutcome.REFUSED, "reason": NOT_A_PICTURE})
    except TooManyPixels:
        return replace(received, content={"outcome": PhotoOutcome.REFUSED, "reason": TOO_MANY_PIXELS})
    return replace(
        received,
        content={
            "outcome": PhotoOutcome.KEPT,
            "sealed": storage.put(sealer().seal(wrapped, candidate_id, picture.content)),
            "width": picture.width,
            "height": picture.height,
        },
    )


def keep(session: Session, actor: Actor, practical_id: str, received: Received, *, now: datetime) -> Progress:
    """Write down what `receive` made of a piece.

    Raises AnotherPlace when another piece came in the meantime.
    """
    return keep_on(session, own_sheet(session, actor, practical_id), received, now=now)


def keep_on(session: Session, sheet: Sheet, received: Received, *, now: datetime) -> Progress:
    """Do what `keep` does, for a sheet that is locked."""
    here = progress_of(session, sheet, received.digest)
    if here.complete or here.refused is not None:
        return here
    if here.offset != received.start:
        raise AnotherPlace(here)
    key = (sheet.body_id, sheet.practical_id, sheet.person_id, received.digest)
    end = received.start + received.size
    if not received.again and received.content is None:
        session.add(
            PhotoPiece(
                body_id=key[0],
                practical_id=key[1],
                person_id=key[2],
                digest=key[3],
                start=received.start,
                size=received.size,
                sealed=received.sealed,
                received_at=now,
            )
        )
        session.flush()
        return Progress(offset=end, complete=False)
    _drop_pieces(session, sheet, received.digest, received.sealed, now=now)
    if received.content is None:
        return Progress(offset=0, complete=False)
    content = PhotoContent(
        body_id=key[0],
        practical_id=key[1],
        person_id=key[2],
        digest=key[3],
        completed_at=now,
        **received.content,
    )
    session.add(content)
    session.flush()
    return Progress(offset=end, complete=content.outcome is PhotoOutcome.KEPT, refused=content.reason)


def picture(session: Session, storage: Storage, body_id: str, practical_id: str, photo_id: str) -> tuple[str, bytes]:
    """Return (person who took it, JPEG) of a photo of the work. Raises NotFound, also when its key was destroyed."""
    photo = session.get(WorkPhoto, (body_id, photo_id))
    if photo is None or photo.practical_id != practical_id:
        raise NotFound(N_("There is no photo."))
    content = session.get(PhotoContent, (body_id, practical_id, photo.person_id, photo.digest))
    sheet = find_sheet(session, body_id, practical_id, photo.person_id)
    if content is None or content.sealed is None or sheet is None:
        raise NotFound(N_("There is no photo."))
    candidate_id, wrapped = _key_of(session, sheet)
    try:
        return photo.person_id, sealer().open(wrapped, candidate_id, storage.get(content.sealed))
    except Erased as error:
        raise NotFound(N_("There is no photo.")) from error


def held_picture(session: Session, storage: Storage, body_id: str, practical_id: str, photo_id: str) -> bytes:
    """Return a held photo of the work as JPEG, for who decides on it. Raises NotFound for one that is not held."""
    photo = session.get(WorkPhoto, (body_id, photo_id))
    if photo is None or photo.standing is not ObservationStanding.HELD:
        raise NotFound(N_("There is no photo."))
    _person, content = picture(session, storage, body_id, practical_id, photo_id)
    return content


def _forget(_body_id: str, payload: dict[str, Any], _now: datetime) -> None:
    """Remove the pieces of a photo that is whole, or that starts again."""
    storage: Storage = current_app.extensions["storage"]
    for digest in payload["digests"]:
        storage.forget(digest)


handle(FORGET_PIECES, _forget)


def _drop_pieces(session: Session, sheet: Sheet, digest: str, *more: str, now: datetime) -> None:
    """Delete the rows of a photo's pieces, and ask for their files to go.

    The files go after this is committed, so that a commit that fails loses no piece that was acknowledged.
    """
    pieces = [*(piece.sealed for piece in _pieces(session, sheet, digest)), *more]
    session.execute(
        delete(PhotoPiece).where(
            PhotoPiece.body_id == sheet.body_id,
            PhotoPiece.practical_id == sheet.practical_id,
            PhotoPiece.person_id == sheet.person_id,
            PhotoPiece.digest == digest,
        )
    )
    if pieces:
        ask_for(session, sheet.body_id, FORGET_PIECES, {"v": 1, "digests": pieces}, now=now)


def _pieces(session: Session, sheet: Sheet, digest: str) -> Sequence[PhotoPiece]:
    return session.scalars(
        select(PhotoPiece)
        .where(
            PhotoPiece.body_id == sheet.body_id,
            PhotoPiece.practical_id == sheet.practical_id,
            PhotoPiece.person_id == sheet.person_id,
            PhotoPiece.digest == digest,
        )
        .order_by(PhotoPiece.start)
    ).all()


def _announced_size(session: Session, sheet: Sheet, digest: str) -> int:
    size = _size_said(session, sheet, digest)
    if size is None:
        raise NotFound(N_("No photo with this digest was announced."))
    return size


def _size_said(session: Session, sheet: Sheet, digest: str) -> int | None:
    """Return the size that the newest announcement of a digest says, or None."""
    return session.scalar(
        select(WorkPhoto.size)
        .where(
            WorkPhoto.body_id == sheet.body_id,
            WorkPhoto.practical_id == sheet.practical_id,
            WorkPhoto.person_id == sheet.person_id,
            WorkPhoto.digest == digest,
        )
        .order_by(WorkPhoto.announced_at.desc(), WorkPhoto.client.desc(), WorkPhoto.seq.desc())
        .limit(1)
    )


def _key_of(session: Session, sheet: Sheet) -> tuple[str, bytes | None]:
    """Return (candidate, their wrapped key): pictures of the work are sealed under it, so that erasing erases them."""
    candidate_id = session.scalar(
        select(Practical.candidate_id).where(Practical.body_id == sheet.body_id, Practical.id == sheet.practical_id)
    )
    assert candidate_id is not None  # the sheet refers to it
    return candidate_id, wrapped_key(session, sheet.body_id, candidate_id)


def _known(session: Session, sheet: Sheet, photo: SentPhoto, codes: dict[str, str]) -> dict[Key, str]:
    rows = session.scalars(
        select(WorkPhoto).where(
            WorkPhoto.body_id == sheet.body_id,
            WorkPhoto.practical_id == sheet.practical_id,
            WorkPhoto.person_id == sheet.person_id,
            or_(
                (WorkPhoto.client == photo.client) & (WorkPhoto.seq == photo.seq),
                WorkPhoto.client == second_client(photo.key),
            ),
        )
    )
    return {
        (row.client, row.seq): _digest(
            SentPhoto(
                client=row.client,
                seq=row.seq,
                criterion=codes[row.rubric_criterion_id],
                kind=row.kind.value,
                digest=row.digest,
                size=row.size,
                taken_at=row.taken_at,
            )
        )
        for row in rows
    }


def _digest(photo: SentPhoto) -> str:
    return hashlib.sha256(canonical_photo(photo)).hexdigest()


def _digest_under(photo: SentPhoto, key: Key) -> str:
    return _digest(replace(photo, client=key[0], seq=key[1]))
