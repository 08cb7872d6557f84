"""Files in an exam: those of its items, and those that a candidate hands in."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, redirect, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.database import db, reading
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.domain.exams.arrangement import item_order
from assessment.domain.exams.events import Batch, Malformed, parse_event
from assessment.domain.items.fields import field_name, response_from_fields
from assessment.exams.answering import take_events
from assessment.exams.content import items_of
from assessment.exams.files import file_of_attempt, file_of_form
from assessment.exams.tables import Attempt
from assessment.exams.tokens import WriterToken, read_token, writer_key
from assessment.exams.uploads import HandedIn, Kept, keep_upload, note_upload, upload_of
from assessment.item_bank.files import lasting_file
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.refusals import wants_json
from assessment.web.requests import now

exam_files = Blueprint("exam_files", __name__)


@exam_files.get("/exam/<attempt_id>/files/<digest>")
def item_file(attempt_id: str, digest: str) -> Response:
    return lasting_file(*file_of_attempt(db.session(), _storage(), me().body_id, attempt_id, digest))


@exam_files.get("/exam-forms/<form_id>/files/<digest>")
def form_file(form_id: str, digest: str) -> Response:
    return lasting_file(*file_of_form(db.session(), _storage(), me().body_id, form_id, digest))


@exam_files.get("/exam-results/<attempt_id>/uploads/<digest>")
def uploaded(attempt_id: str, digest: str) -> Response:
    """A file that was handed in, for those who may open the answer; it is downloaded, never shown by us."""
    media_type, content = upload_of(db.session(), _storage(), me().body_id, attempt_id, digest)
    response = lasting_file(media_type, content)
    if not media_type.startswith("image/"):
        response.headers["Content-Disposition"] = "attachment"
    response.headers["Cache-Control"] = "private, no-store"
    return response


@exam_files.post("/exam/<attempt_id>/uploads")
def upload(attempt_id: str) -> Response | WerkzeugResponse:
    """Take a file in. Without JavaScript the rest of the question's form comes with it and is saved as well."""
    name = request.form.get("response") or request.form.get("upload", "")
    file = _handed_in(name)
    token = read_token(writer_key(current_app.extensions["settings"].secret), request.form.get("token", ""))
    if token.attempt_id != attempt_id:
        raise NotFound(N_("There is no such attempt."))
    with reading() as session:
        kept = keep_upload(session, token, _storage(), request.form.get("item", ""), name, file, now=now())
    note_upload(db.session(), token, kept, now=now())
    if wants_json():
        response = jsonify(
            value=str(kept.value), digest=kept.value.digest, media_type=kept.value.media_type, bytes=kept.size
        )
        response.status_code = 201
        return response
    return redirect(_save(token, request.form["item"], name, kept), 303)


@exam_files.record
def _needs_no_cookie(state: BlueprintSetupState) -> None:
    """The writer's token proves that the request came from a page of ours; there is no cookie to be abused."""
    state.app.extensions["csrf"].exempt(upload)


def _handed_in(name: str) -> HandedIn:
    """Read the file of the request and let go of whatever it was kept in."""
    sent = request.files.get("file") or request.files.get(f"file.{name}")
    file = HandedIn(content=sent.read() if sent else b"", media_type=sent.mimetype if sent else "")
    for each in request.files.values():
        each.close()
    return file


def _save(token: WriterToken, item_id: str, response: str, kept: Kept) -> str:
    """Store the answer of the form with the file in it, and return where the candidate goes on."""
    session = db.session()
    item = items_of(session, token.body_id, [item_id])[item_id]
    fields: dict[str, list[str]] = request.form.to_dict(flat=False)
    fields[field_name(response, alone=len(item.interactions) == 1)] = [str(kept.value)]
    entry: dict[str, Any] = {
        "client": request.form.get("client"),
        "seq": int(seq) if (seq := request.form.get("seq", "")).isascii() and seq.isdigit() and len(seq) < 16 else None,
        "item": item_id,
        "response": response_from_fields(item, fields),
        "lang": request.form.get("lang", ""),
        "elapsed": 0,
    }
    event = parse_event(entry)
    if isinstance(event, Malformed):
        raise Invalid(N_("Expected an answer that this page can send, got %(reason)s."), reason=event.value)
    reply = take_events(session, token, Batch(events=(event,), unreadable=()), now=now())
    layout = session.get_one(Attempt, (token.body_id, token.attempt_id)).layout
    number = item_order(layout).index(item_id) + 1
    return url_for("exams.question", attempt_id=token.attempt_id, number=number, refused=reply.reason)


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
