"""The last resort in the room: a file of unsent answers, saved by a candidate's device, is looked at and taken in."""

from dataclasses import dataclass

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import Name, name_of
from assessment.database import db, reading
from assessment.domain.errors import N_, Invalid, NotFound
from assessment.exams.exported import Inside, look_inside, take_in, taken_in
from assessment.exams.runner import secret_of_installation
from assessment.exams.sealed import LARGEST, Opened, open_box
from assessment.exams.tables_devices import ExportedFile
from assessment.exams.views_rooms import line_of, rooms
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A file that could be opened: its digest in the store, what is inside, whose, and what became of it before."""

    digest: str
    inside: Inside
    name: Name
    before: ExportedFile | None


@rooms.route("/rooms/<sitting_id>/take-in", methods=["GET", "POST"], endpoint="take_in")
def take_file_in(sitting_id: str) -> str | Response | tuple[str, int]:
    digest = request.form.get("digest", "")
    if digest:
        return _take(sitting_id, digest)
    found, refusal = None, ""
    with reading() as session:
        line = line_of(session, sitting_id)
        if request.method == "POST":
            try:
                found = _look(session, sitting_id, _uploaded())
            except Invalid as error:
                refusal = say(error)
        page = render_template("exams/take_in.html", line=line, found=found, refusal=refusal)
    return page, 422 if refusal else 200


def _uploaded() -> bytes:
    content = b""
    for file in request.files.getlist("file")[:1]:
        content = file.read(LARGEST + 1)
        file.close()
    if not content:
        raise Invalid(N_("Choose the file that the candidate's device has saved."))
    return content


def _look(session: Session, sitting_id: str, content: bytes) -> Found:
    opened = open_box(secret_of_installation(), content)
    inside = look_inside(session, me().body_id, sitting_id, opened, now=now())
    digest = _storage().put(content)
    return Found(
        digest=digest,
        inside=inside,
        name=name_of(session, me().body_id, inside.attempt.person_id),
        before=taken_in(session, me().body_id, digest),
    )


def _take(sitting_id: str, digest: str) -> Response:
    content = _storage().get(digest)
    try:
        opened: Opened = open_box(secret_of_installation(), content)
    except Invalid as error:
        raise NotFound(N_("There is no such file.")) from error
    taken = take_in(db.session(), me(), sitting_id, opened, digest=digest, size=len(content), now=now())
    flash(
        gettext(
            "The file was taken in: %(accepted)s answers count, %(held)s are kept aside, %(refused)s came too late.",
            accepted=taken.accepted,
            held=taken.held,
            refused=taken.refused,
        )
    )
    return redirect(url_for("rooms.seat", attempt_id=taken.attempt_id), 303)


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
