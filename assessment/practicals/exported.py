"""A file of unsent marks and photos, sealed by a tablet that does not come back online, is taken in.

Inside the sealed box (`accounts.sealed_box`) is `{v: 1, token, device, events, photos}`: the token of `tokens`, events
in the shapes of `/observations`, and photos as they are announced, each with its bytes as base64 in `bytes`. What is
inside is judged like anything that a device sends; the file stays in the store, sealed as it came.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.accounts.sealed_box import content_of
from assessment.domain.certification.duties import Side
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.delivery import Batch, SentPhoto, parse_value_of, read
from assessment.domain.practicals.photo import read_announcement
from assessment.domain.practicals.practical_states import SheetState
from assessment.domain.roles import Role
from assessment.practicals.content import CriterionContent
from assessment.practicals.marking import criteria_to_mark, store
from assessment.practicals.photos import AnotherPlace, Received, keep_on, progress_of, receive_on, store_announcement
from assessment.practicals.tables import Observation, Practical
from assessment.practicals.tables_photos import WorkPhoto
from assessment.practicals.tables_sheets import Sheet, SheetFile
from assessment.practicals.tokens import SheetToken, read_token
from assessment.storage import Storage
from assessment.web.actor import Actor

LARGEST = 128 * 1024 * 1024
MOST_EVENTS = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What was in a box: whose sheet, its observations, and photos with their bytes. `broken`: photos unreadable."""

    token: SheetToken
    device: str
    batch: Batch
    photos: tuple[tuple[SentPhoto, bytes], ...]
    broken: int
    criteria: Sequence[CriterionContent]


def open_file(session: Session, actor: Actor, secret: bytes, box: bytes) -> Opened:
    """Open a file that a tablet saved. Reads only.

    Raises Invalid for what is no box of this server or holds no marks, NotFound for another body's practical or, for an
    invigilator, one at a site that is not theirs.
    """
    content = content_of(secret, box, largest=LARGEST)
    refusal = Invalid(N_("This file holds no marks that can be read."))
    try:
        value: Any = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise refusal from error
    if not isinstance(value, dict) or not isinstance(value.get("photos", []), list):
        raise refusal
    token = read_token(secret, value.get("token"))
    practical = session.get(Practical, (actor.body_id, token.practical_id))
    if token.body_id != actor.body_id or practical is None:
        raise NotFound(N_("This file belongs to no practical of this body."))
    if Role.SCHEME_MANAGER not in actor.roles and not actor.holds(Role.INVIGILATOR, practical.site_id):
        raise NotFound(N_("This file belongs to no practical of this body."))
    body = parse_value_of(value, most=MOST_EVENTS)
    criteria = criteria_to_mark(session, actor.body_id, token.practical_id)
    photos = []
    broken = 0
    for entry in value.get("photos", []):
        try:
            fields = {name: given for name, given in entry.items() if name != "bytes"}
            photo = read_announcement(fields, {each.code for each in criteria}, device=body.device)
            photos.append((photo, base64.b64decode(entry["bytes"], validate=True)))
        except (Invalid, AttributeError, KeyError, TypeError, binascii.Error, ValueError):
            broken += 1
    return Opened(
        token=token,
        device=body.device,
        batch=read(body.entries, {each.code: each.marking for each in criteria}, device=body.device),
        photos=tuple(photos),
        broken=broken,
        criteria=criteria,
    )


def taken_in(session: Session, body_id: str, digest: str) -> SheetFile | None:
    """Return the record of a file that was taken in, or None."""
    return session.scalar(select(SheetFile).where(SheetFile.body_id == body_id, SheetFile.digest == digest))


def take_in(session: Session, actor: Actor, opened: Opened, *, digest: str, size: int, now: datetime) -> SheetFile:
    """Take a file's marks and announced photos in and record it; the photos' bytes follow with `keep_photo`.

    Raises Conflict when it was taken in before, for the assessor of the sheet, and for whoever stands on another side
    of the application.
    """
    if taken_in(session, actor.body_id, digest) is not None:
        raise Conflict(N_("This file was taken in before."))
    sheet = sheet_locked(session, opened.token)
    if sheet.person_id == actor.person_id:
        raise Conflict(N_("Somebody else takes the file in, not the assessor who marked."))
    take_side(session, actor.body_id, sheet.application_id, actor.person_id, Side.INVIGILATOR, now=now)
    known = _known(session, sheet, opened)
    accepted = held = 0
    refused = len(opened.batch.refused) + opened.broken
    try:
        reply = store(session, sheet, opened.batch, criteria=opened.criteria, now=now)
    except NotAllowed:
        refused += len(opened.batch.sent)
    else:
        accepted, held, refused = len(reply.acknowledged), len(reply.held), len(reply.refused) + opened.broken
    for photo, _content in opened.photos:
        if sheet.state is SheetState.ASSIGNED:
            refused += 1
        else:
            store_announcement(session, sheet, photo, criteria=opened.criteria, now=now)
    record = SheetFile(
        body_id=actor.body_id,
        id=new_id(),
        practical_id=sheet.practical_id,
        application_id=sheet.application_id,
        person_id=actor.person_id,
        assessor_id=sheet.person_id,
        device=opened.device,
        digest=digest,
        size=size,
        observations=len(opened.batch.sent) + len(opened.batch.refused),
        photos=len(opened.photos) + opened.broken,
        known=known,
        accepted=accepted,
        held=held,
        refused=refused,
        taken_in_at=now,
    )
    session.add(record)
    session.flush()
    return record


def receive_photo(session: Session, storage: Storage, opened: Opened, place: int) -> Received | None:
    """Put the rest of a photo of a file into the store; None where nothing of it is missing or it cannot be kept."""
    photo, content = opened.photos[place]
    sheet = session.scalar(
        select(Sheet).where(
            Sheet.body_id == opened.token.body_id,
            Sheet.practical_id == opened.token.practical_id,
            Sheet.person_id == opened.token.person_id,
        )
    )
    if sheet is None or sheet.state is SheetState.ASSIGNED:
        return None
    try:
        here = progress_of(session, sheet, photo.digest)
        found = receive_on(
            session, storage, sheet, photo.digest, offset=here.offset, piece=content[here.offset :], whole=photo.size
        )
    except (Invalid, NotFound, AnotherPlace):
        return None
    return found if isinstance(found, Received) else None


def keep_photo(session: Session, opened: Opened, received: Received, *, now: datetime) -> None:
    """Write down what became of a photo of a file; one that moved on meanwhile is left as it is."""
    try:
        keep_on(session, sheet_locked(session, opened.token), received, now=now)
    except AnotherPlace:
        return


def sheet_locked(session: Session, token: SheetToken) -> Sheet:
    """Return the sheet that a token names, locked. Raises NotFound."""
    sheet = session.scalar(
        select(Sheet)
        .where(
            Sheet.body_id == token.body_id,
            Sheet.practical_id == token.practical_id,
            Sheet.person_id == token.person_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if sheet is None:
        raise NotFound(N_("This file belongs to no practical of this body."))
    return sheet


def _known(session: Session, sheet: Sheet, opened: Opened) -> int:
    """How many of the marks and photos the server has already, by their keys."""
    marks = {sent.key for sent in opened.batch.sent}
    photos = {photo.key for photo, _content in opened.photos}
    count = 0
    for table, keys in ((Observation, marks), (WorkPhoto, photos)):
        if keys:
            rows = session.execute(
                select(table.client, table.seq).where(
                    table.body_id == sheet.body_id,
                    table.practical_id == sheet.practical_id,
                    table.person_id == sheet.person_id,
                    table.client.in_({client for client, _seq in keys}),
                )
            )
            count += len(keys & {(row.client, row.seq) for row in rows})
    return count
