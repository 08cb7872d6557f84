"""Photos of the work over HTTP: announced, sent in pieces, looked at again."""

from typing import Any

from flask import Response, current_app, jsonify, request
from flask_babel import gettext

from assessment.database import db, reading
from assessment.domain.errors import N_, NotFound
from assessment.domain.outbox import read_body
from assessment.domain.practicals.photo import LARGEST_PIECE, Progress, read_announcement, read_offset, require_digest
from assessment.domain.practicals.practical_states import SheetState
from assessment.practicals.marking import criteria_to_mark
from assessment.practicals.photos import AnotherPlace, announce, keep, picture, progress, receive
from assessment.practicals.queries import practical_head
from assessment.practicals.sheets import find_sheet
from assessment.practicals.views import practicals
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.requests import keep_if_refused, now

__all__ = ["practicals"]

REFUSED = {
    "not_a_picture": N_("Expected a photo as JPEG, PNG or WebP; this file is something else. Take the photo again."),
    "too_many_pixels": N_("A photo may have up to 40 megapixels; this one is larger. Take a smaller one."),
}


@practicals.post("/practicals/<practical_id>/photos")
def photos(practical_id: str) -> Response:
    value = read_body(request.get_data())
    with reading() as session:
        criteria = criteria_to_mark(session, me().body_id, practical_id)
    photo = read_announcement(value, {criterion.code for criterion in criteria})
    return _said(announce(db.session(), me(), practical_id, photo, criteria=criteria, now=now()))


@practicals.get("/practicals/<practical_id>/photos/<digest>")
def photo_progress(practical_id: str, digest: str) -> Response:
    return _said(progress(db.session(), me(), practical_id, require_digest(digest)))


@practicals.patch("/practicals/<practical_id>/photos/<digest>")
def photo_piece(practical_id: str, digest: str) -> Response | tuple[Response, int]:
    require_digest(digest)
    offset = read_offset(request.headers.get("Upload-Offset"))
    request.max_content_length = LARGEST_PIECE
    piece = request.get_data()
    try:
        with reading() as session:
            received = receive(session, _storage(), me(), practical_id, digest, offset=offset, piece=piece)
        if isinstance(received, Progress):
            return _refusal(received) if received.refused else _said(received)
        come = keep(db.session(), me(), practical_id, received, now=now())
    except AnotherPlace as error:
        return _said(error.progress), 409
    if received.again:
        keep_if_refused()  # the pieces are gone: the photo starts again
        detail = gettext("The photo's bytes do not have the SHA-256 that was announced. Send it again from the start.")
        return _said(come, reason="digest", detail=detail), 422
    if come.refused is not None:
        keep_if_refused()
        return _refusal(come)
    return _said(come)


@practicals.get("/practicals/<practical_id>/work-photos/<photo_id>")
def work_photo(practical_id: str, photo_id: str) -> Response:
    session = db.session()
    head = practical_head(session, me().body_id, practical_id, me().person_id)
    taken_by, content = picture(session, _storage(), me().body_id, practical_id, photo_id)
    if taken_by != me().person_id:
        sheet = find_sheet(session, me().body_id, practical_id, taken_by)
        done = sheet is not None and sheet.state is SheetState.SUBMITTED
        if not head.sees_others or (head.place is not None and not done):
            raise NotFound(N_("There is no photo."))
    return Response(content, mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _said(come: Progress, **more: Any) -> Response:
    said: dict[str, Any] = {"offset": come.offset, "complete": come.complete, **more}
    if come.refused is not None:
        said |= {"refused": come.refused, "detail": gettext(REFUSED[come.refused])}
    return jsonify(said)


def _refusal(come: Progress) -> tuple[Response, int]:
    return _said(come, reason=come.refused), 422


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
