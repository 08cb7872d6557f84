"""Files that a candidate hands in: checked, sealed under the candidate's key, known by the digest of their bytes.

The answer is an ordinary response event that names the file (`lexical.FileValue`); the file comes first, and comes
again without harm. A device without a network knows the digest beforehand and sends the file when it can.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.sealing import Erased, wrapped_key
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.arrangement import item_order
from assessment.domain.items.item import UploadInteraction
from assessment.domain.items.lexical import FileValue
from assessment.exams.answering import LATE_RULE
from assessment.exams.content import items_of
from assessment.exams.tables import Attempt
from assessment.exams.tables_uploads import AttemptUpload
from assessment.exams.tokens import WriterToken
from assessment.item_bank.showing import LARGEST_UPLOAD, UPLOADS
from assessment.storage import Storage

MOST_FILES = 100
"""Files of one attempt: a candidate changes one's mind, a machine fills a disk."""

ENDINGS = {
    "application/pdf": "pdf",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/webm": "weba",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "text/csv": "csv",
    "text/plain": "txt",
    "video/mp4": "mp4",
    "video/webm": "webm",
}

_ZIP = (b"PK\x03\x04",)
_STARTS = {
    "application/pdf": (b"%PDF-",),
    "application/vnd.oasis.opendocument.spreadsheet": _ZIP,
    "application/vnd.oasis.opendocument.text": _ZIP,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _ZIP,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _ZIP,
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/webp": (b"RIFF",),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class HandedIn:
    """A file as it came: its bytes, and the media type that the browser says it has."""

    content: bytes
    media_type: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A file that lies sealed in the store and waits for its row."""

    value: FileValue
    sealed: str
    size: int


def keep_upload(
    session: Session,
    token: WriterToken,
    storage: Storage,
    item_id: str,
    response: str,
    file: HandedIn,
    *,
    now: datetime,
) -> Kept:
    """Check a file and put it sealed into the store; nothing is written to the database.

    Raises NotFound for an attempt, item or interaction that is not there, NotAllowed when the time in which
    answers are taken is over, Invalid for an empty or large file and for a kind that is not accepted, Conflict
    when the attempt has too many files.
    """
    attempt = session.scalar(
        select(Attempt).where(
            Attempt.body_id == token.body_id, Attempt.id == token.attempt_id, Attempt.person_id == token.person_id
        )
    )
    if attempt is None:
        raise NotFound(N_("There is no such attempt."))
    if attempt.deadline is None or now > LATE_RULE.token_expires_at(attempt.deadline):
        raise NotAllowed(N_("The time in which answers are taken is over."))
    _check_kind(_asked(session, attempt, item_id, response), file)
    digest = hashlib.sha256(file.content).hexdigest()
    value = FileValue(digest=digest, media_type=file.media_type, name=name_of_upload(file.media_type))
    known = session.get(AttemptUpload, (token.body_id, attempt.id, digest))
    if known is not None:
        return Kept(value=value, sealed=known.sealed, size=known.size)
    count = session.scalar(
        select(func.count())
        .select_from(AttemptUpload)
        .where(AttemptUpload.body_id == token.body_id, AttemptUpload.attempt_id == attempt.id)
    )
    if (count or 0) >= MOST_FILES:
        raise Conflict(N_("This exam has %(most)s files already. Call the invigilator."), most=MOST_FILES)
    sealer = current_app.extensions["sealer"]
    wrapped = wrapped_key(session, token.body_id, token.person_id)
    sealed = storage.put(sealer.seal(wrapped, token.person_id, file.content))
    return Kept(value=value, sealed=sealed, size=len(file.content))


def note_upload(session: Session, token: WriterToken, kept: Kept, *, now: datetime) -> None:
    """Write down that a kept file belongs to the attempt; one that is known changes nothing."""
    if session.get(AttemptUpload, (token.body_id, token.attempt_id, kept.value.digest)) is not None:
        return
    session.add(
        AttemptUpload(
            body_id=token.body_id,
            attempt_id=token.attempt_id,
            digest=kept.value.digest,
            sealed=kept.sealed,
            media_type=kept.value.media_type,
            size=kept.size,
            received_at=now,
        )
    )
    session.flush()


def upload_of(session: Session, storage: Storage, body_id: str, attempt_id: str, digest: str) -> tuple[str, bytes]:
    """Return media type and bytes of a file of an attempt. Raises NotFound, also when its key was destroyed."""
    found = session.get(AttemptUpload, (body_id, attempt_id, digest))
    attempt = session.get(Attempt, (body_id, attempt_id))
    if found is None or attempt is None:
        raise NotFound(N_("There is no such file."))
    wrapped = wrapped_key(session, body_id, attempt.person_id)
    try:
        content: bytes = current_app.extensions["sealer"].open(wrapped, attempt.person_id, storage.get(found.sealed))
    except Erased as erased:
        raise NotFound(N_("There is no such file.")) from erased
    return found.media_type, content


def name_of_upload(media_type: str) -> str:
    """Return the name that a file of this kind bears for us; the one on the device may name a person."""
    return f"answer.{ENDINGS.get(media_type, 'bin')}"


def _asked(session: Session, attempt: Attempt, item_id: str, response: str) -> UploadInteraction:
    if item_id in item_order(attempt.layout):
        item = items_of(session, attempt.body_id, [item_id]).get(item_id)
        interaction = item.find_interaction(response) if item is not None else None
        if isinstance(interaction, UploadInteraction):
            return interaction
    raise NotFound(N_("There is no such question."))


def _check_kind(asked: UploadInteraction, file: HandedIn) -> None:
    if not file.content:
        raise Invalid(N_("Expected a file with something in it."))
    if len(file.content) > LARGEST_UPLOAD:
        raise Invalid(
            N_("A file may have up to %(most)s MB; this one has %(got)s MB."),
            most=LARGEST_UPLOAD // 1_048_576,
            got=-(-len(file.content) // 1_048_576),
        )
    accepted = asked.media_types or UPLOADS
    family = file.media_type.partition("/")[0] + "/*"
    starts = _STARTS.get(file.media_type, (b"",))
    if not {file.media_type, family, "*/*"} & set(accepted) or not file.content.startswith(starts):
        raise Invalid(
            N_("Expected a file of one of the kinds %(accepted)s, got %(got)s."),
            accepted=", ".join(accepted),
            got=file.media_type[:80] or "?",
        )
