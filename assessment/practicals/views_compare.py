"""After all sheets are in: the marks beside each other, marking again, a third assessor, and marks that came late."""

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.practical_states import MOST_SHEETS, PracticalState
from assessment.domain.roles import Role
from assessment.practicals.authority import day_at
from assessment.practicals.closing import closings_of
from assessment.practicals.content import task_content
from assessment.practicals.exported import LARGEST, keep_photo, open_file, receive_photo, take_in, taken_in
from assessment.practicals.held_marks import decide_held, held_marks, held_photos
from assessment.practicals.island import secret_of_installation
from assessment.practicals.piece_queries import task_on_piece
from assessment.practicals.queries import PracticalHead, practical_head, registered_assessors
from assessment.practicals.record import Record, record_of
from assessment.practicals.remarking import Again, ask_again, asked_of, call_third, mark_again
from assessment.practicals.tables_sheets import SheetFile
from assessment.practicals.views import practicals
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

__all__ = ["practicals"]

ENDED = (PracticalState.APART, PracticalState.REMARKING, PracticalState.THIRD, PracticalState.SUBMITTED)


@practicals.get("/practicals/<practical_id>/compare")
def compare(practical_id: str) -> str:
    return _page(practical_id)


@practicals.post("/practicals/<practical_id>/compare/again")
def ask(practical_id: str) -> str | Response | tuple[str, int]:
    try:
        ask_again(db.session(), me(), practical_id, reason=request.form.get("reason", ""), now=now())
    except (Invalid, Conflict) as error:
        return _again(practical_id, error)
    flash(gettext("The assessors are asked to mark these criteria again."))
    return redirect(url_for("practicals.compare", practical_id=practical_id), 303)


@practicals.post("/practicals/<practical_id>/third")
def third(practical_id: str) -> str | Response | tuple[str, int]:
    form = request.form
    try:
        call_third(
            db.session(), me(), practical_id, form.get("person_id", ""), reason=form.get("reason", ""), now=now()
        )
    except (Invalid, Conflict, NotAllowed) as error:
        return _again(practical_id, error)
    flash(gettext("The third assessor has a sheet now."))
    return redirect(url_for("practicals.compare", practical_id=practical_id), 303)


@practicals.route("/practicals/<practical_id>/mark-again", methods=["GET", "POST"])
def remark(practical_id: str) -> str | Response | tuple[str, int]:
    refusal, status = "", 200
    if request.method == "POST":
        try:
            mark_again(db.session(), me(), practical_id, _marks(), now=now())
        except Invalid as error:
            refusal, status = say(error), STATUS[type(error)]
        else:
            flash(gettext("Your new marks are on the server."))
            return redirect(url_for("practicals.compare", practical_id=practical_id), 303)
    with reading() as session:
        asked = asked_of(session, me(), practical_id)
        if asked is None:
            return redirect(url_for("practicals.compare", practical_id=practical_id), 303)
        head = _head(practical_id)
        shown = record_of(session, me().body_id, head, language(), me().person_id)
        rows = [row for row in shown.rows if row.criterion.code in asked.criteria]
        page = render_template(
            "practicals/remark.html",
            head=head,
            shown=shown,
            rows=rows,
            asked=asked,
            typed=request.form,
            refusal=refusal,
        )
    return page, status


@practicals.route("/practicals/<practical_id>/held", methods=["GET", "POST"])
def held(practical_id: str) -> str | Response | tuple[str, int]:
    refusal, status = "", 200
    if request.method == "POST":
        numbers = [int(each) for each in request.form.getlist("number") if each.isdigit() and len(each) < 18]
        taken = request.form.get("decision") == "take"
        reason = request.form.get("reason", "")
        try:
            decide_held(
                db.session(),
                me(),
                practical_id,
                numbers,
                taken=taken,
                reason=reason,
                now=now(),
                photos=request.form.getlist("photo"),
            )
        except (Invalid, Conflict) as error:
            refusal, status = say(error), STATUS[type(error)]
        else:
            flash(gettext("The decision is written down."))
            return redirect(url_for("practicals.held", practical_id=practical_id), 303)
    with reading() as session:
        head = _head(practical_id)
        if head.place is not None:
            raise NotFound(N_("There is no such practical."))
        task = task_on_piece(task_content(session, me().body_id, head.rubric_id, language()), head.piece)
        turns = closings_of(session, me().body_id, practical_id)
        marks = held_marks(session, me().body_id, head, task.criteria, turns)
        photos = held_photos(session, me().body_id, head, task.criteria, turns)
        page = render_template(
            "practicals/held.html", head=head, task=task, marks=marks, photos=photos, refusal=refusal
        )
    return page, status


@practicals.route("/practicals/take-in", methods=["GET", "POST"], endpoint="take_in")
def take_file_in() -> str | Response | tuple[str, int]:
    refusal, status = "", 200
    before: SheetFile | None = None
    if request.method == "POST":
        request.max_content_length = LARGEST + 1024 * 1024
        try:
            digest = _take(_uploaded())
        except (Invalid, Conflict, NotFound) as error:
            db.session.rollback()
            refusal, status = say(error), STATUS[type(error)]
        else:
            return redirect(url_for("practicals.take_in", file=digest), 303)
    elif "file" in request.args:
        before = taken_in(db.session(), me().body_id, request.args["file"])
    return render_template("practicals/take_in.html", file=before, refusal=refusal), status


def _take(content: bytes) -> str:
    """Take a file in and return its digest in the store."""
    with reading() as session:
        opened = open_file(session, me(), secret_of_installation(), content)
        received = [receive_photo(session, _storage(), opened, place) for place in range(len(opened.photos))]
        digest = _storage().put(content)
    take_in(db.session(), me(), opened, digest=digest, size=len(content), now=now())
    for each in received:
        if each is not None:
            keep_photo(db.session(), opened, each, now=now())
    return digest


def _uploaded() -> bytes:
    content = b""
    for file in request.files.getlist("file")[:1]:
        content = file.read(LARGEST + 1)
        file.close()
    if not content:
        raise Invalid(N_("Choose the file that the tablet has saved."))
    return content


def _marks() -> dict[str, Again]:
    """Return the new marks of the form: fields level-CODE, value-CODE or answer-CODE, and reason-CODE."""
    found = {}
    for name in request.form:
        kind, _dash, code = name.partition("-")
        if kind == "reason":
            found[code] = Again(mark=_mark(code), reason=request.form[name])
    return found


def _mark(code: str) -> dict[str, Any]:
    form = request.form
    if form.get(f"answer-{code}"):
        return {"answer": form[f"answer-{code}"]}
    level = form.get(f"level-{code}", "")
    if level:
        return {"level": int(level) if level.isdecimal() and len(level) == 1 else level}
    value = form.get(f"value-{code}", "")
    return {"value": value} if value else {}


def _head(practical_id: str) -> PracticalHead:
    return practical_head(db.session(), me().body_id, practical_id, me().person_id)


def _again(practical_id: str, error: Invalid | Conflict | NotAllowed) -> tuple[str, int]:
    db.session.rollback()
    return _page(practical_id, refusal=say(error)), STATUS[type(error)]


def _page(practical_id: str, *, refusal: str = "") -> str:
    with reading() as session:
        head = _head(practical_id)
        shown: Record | None = None
        asked, people = None, {}
        if head.sees_others and head.state in ENDED:
            shown = record_of(session, me().body_id, head, language(), me().person_id, submitted_only=True)
            asked = asked_of(session, me(), practical_id) if head.place is not None else None
            if Role.SCHEME_MANAGER in me().roles and head.state is PracticalState.APART:
                day = day_at(session, me().body_id, now())
                people = {
                    person: name
                    for person, name in registered_assessors(session, me().body_id, day).items()
                    if person not in head.assessors
                }
        return render_template(
            "practicals/compare.html",
            head=head,
            shown=shown,
            asked=asked,
            people=people if len(head.assessors) < MOST_SHEETS else {},
            may_ask=head.place is not None or Role.SCHEME_MANAGER in me().roles,
            refusal=refusal,
        )


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
