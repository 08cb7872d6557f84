"""The end of a practical: it is confirmed on the assessor's tablet, closed by whoever watched, and opened again."""

from typing import Any

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.guessing import count_guess
from assessment.accounts.persons import names
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.practicals.practical_states import SheetState
from assessment.domain.roles import Role
from assessment.practicals import closing as closings
from assessment.practicals import confirming
from assessment.practicals.confirming import GUESS, Confirmed
from assessment.practicals.content import task_content
from assessment.practicals.photos import held_picture
from assessment.practicals.queries import PracticalHead, practical_head
from assessment.practicals.tables import PracticalState
from assessment.practicals.tables_ending import CandidateSays, Way
from assessment.practicals.views import practicals
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import keep_if_refused, now

__all__ = ["practicals"]


class NotThem(Invalid):
    """What was typed does not prove who confirms; `who`: under which name the try is counted."""

    def __init__(self, who: str) -> None:
        super().__init__(N_("These two do not fit together. Type them again, or sign in the field."))
        self.who = who


@practicals.route("/practicals/<practical_id>/confirm", methods=["GET", "POST"])
def confirm(practical_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    refusal, status, wrong = "", 200, ""
    if request.method == "POST":
        try:
            confirmed = _of_assessor(practical_id)
            confirming.confirm_sheet(db.session(), me(), practical_id, confirmed, now=now())
        except (Invalid, Conflict, NotAllowed) as error:
            refusal, status, wrong = _refusal(error)
        else:
            return redirect(url_for("practicals.confirm", practical_id=practical_id), 303)
    with reading() as session:
        head = _head(session, practical_id)
        (ended,) = confirming.ended_of(session, me().body_id, practical_id, [me().person_id])
        page = render_template(
            "practicals/confirm.html",
            head=head,
            ended=ended,
            waits=confirming.waits(session, me(), practical_id),
            refusal=refusal,
        )
    _count(wrong)
    return page, status


@practicals.route("/practicals/<practical_id>/confirm/candidate", methods=["GET", "POST"])
def candidate(practical_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    refusal, status, wrong = "", 200, ""
    if request.method == "POST":
        says = next((each for each in CandidateSays if each.value == request.form.get("says")), None)
        try:
            if says is None:
                raise Invalid(N_("Choose whether you agree."))
            with reading() as session:
                head = _head(session, practical_id)
                shown = _shown(session, head)
            confirmed = None if says is CandidateSays.REFUSED else _of_candidate(practical_id, head.candidate_id)
            remark = request.form.get("remark", "")
            confirming.candidate_says(
                db.session(), me(), practical_id, says, confirmed, remark=remark, shown=shown, now=now()
            )
        except (Invalid, Conflict, NotAllowed) as error:
            refusal, status, wrong = _refusal(error)
        else:
            return redirect(url_for("practicals.candidate", practical_id=practical_id), 303)
    with reading() as session:
        head = _head(session, practical_id)
        (ended,) = confirming.ended_of(session, me().body_id, practical_id, [me().person_id])
        page = render_template(
            "practicals/confirm_candidate.html",
            head=head,
            ended=ended,
            shown=_shown(session, head),
            again="again" in request.args,
            typed=request.form,
            refusal=refusal,
        )
    _count(wrong)
    return page, status


@practicals.get("/practicals/<practical_id>/signatures/<digest>")
def signature(practical_id: str, digest: str) -> Response:
    head = practical_head(db.session(), me().body_id, practical_id, me().person_id)
    visible = [sheet.person_id for sheet in head.sheets]
    content = confirming.signature_of(db.session(), _storage(), me().body_id, practical_id, digest, visible)
    response = Response(content, mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@practicals.get("/practicals/<practical_id>/held-photos/<photo_id>")
def held_photo(practical_id: str, photo_id: str) -> Response:
    head = practical_head(db.session(), me().body_id, practical_id, me().person_id)
    if head.place is not None:
        raise NotFound(N_("There is no photo."))
    content = held_picture(db.session(), _storage(), me().body_id, practical_id, photo_id)
    return Response(content, mimetype="image/jpeg", headers={"Cache-Control": "private, no-store"})


@practicals.get("/practicals/<practical_id>/closing")
def closing(practical_id: str) -> str:
    return _closing_page(practical_id)


@practicals.post("/practicals/<practical_id>/close")
def close(practical_id: str) -> WerkzeugResponse | tuple[str, int]:
    try:
        closings.close(db.session(), me(), practical_id, remark=request.form.get("remark", ""), now=now())
    except (Invalid, Conflict) as error:
        return _refused(practical_id, error)
    flash(gettext("The practical is closed."))
    return redirect(url_for("practicals.closing", practical_id=practical_id), 303)


@practicals.post("/practicals/<practical_id>/reopen")
def reopen(practical_id: str) -> WerkzeugResponse | tuple[str, int]:
    try:
        closings.reopen(db.session(), me(), practical_id, reason=request.form.get("reason", ""), now=now())
    except (Invalid, Conflict) as error:
        return _refused(practical_id, error)
    flash(gettext("The practical is open again."))
    return redirect(url_for("practicals.closing", practical_id=practical_id), 303)


def _refused(practical_id: str, error: Invalid | Conflict) -> tuple[str, int]:
    db.session.rollback()
    with reading():
        return _closing_page(practical_id, refusal=say(error)), STATUS[type(error)]


def _closing_page(practical_id: str, *, refusal: str = "") -> str:
    session = db.session()
    head = practical_head(session, me().body_id, practical_id, me().person_id)
    if head.place is not None:
        raise NotFound(N_("There is no such practical."))
    turns = closings.closings_of(session, me().body_id, practical_id)
    people = names(session, me().body_id, {turn.person_id for turn in turns})
    return render_template(
        "practicals/closing.html",
        head=head,
        turns=turns,
        people={person_id: name.text for person_id, name in people.items()},
        begun=head.state is not PracticalState.SCHEDULED,
        may_close=bool(me().roles & {Role.INVIGILATOR, Role.SCHEME_MANAGER}),
        refusal=refusal,
    )


def _of_assessor(practical_id: str) -> Confirmed:
    """Prove who confirms, before a lock is taken: the drawing, or the own name with the password."""
    form = request.form
    with reading() as session:
        if form.get("drawing"):
            return confirming.by_hand(session, _storage(), me().body_id, me().person_id, form["drawing"])
        name, password = form.get("name", ""), form.get("password", "")
        fits = confirming.by_password(session, me(), practical_id, name=name, password=password, now=now())
    return _typed(fits, f"{me().person_id}/{practical_id}")


def _of_candidate(practical_id: str, candidate_id: str) -> Confirmed:
    """Prove who confirms: the drawing, or the candidate's name with the end of the document's number."""
    form = request.form
    with reading() as session:
        if form.get("drawing"):
            return confirming.by_hand(session, _storage(), me().body_id, candidate_id, form["drawing"])
        name, last = form.get("name", ""), form.get("last", "")
        fits = confirming.by_document(session, me().body_id, practical_id, name=name, last=last, now=now())
    return _typed(fits, f"{candidate_id}/{practical_id}")


def _typed(fits: bool, who: str) -> Confirmed:
    if not fits:
        raise NotThem(who)
    return Confirmed(way=Way.TYPED)


def _refusal(error: Invalid | Conflict | NotAllowed) -> tuple[str, int, str]:
    """Return what is said of a refusal, its status, and whose try is counted."""
    if isinstance(error, NotThem):
        return say(error), STATUS[Invalid], error.who
    return say(error), STATUS[type(error)], ""


def _count(who: str) -> None:
    """Count a wrong try, after the page is made: nobody waits for it meanwhile."""
    if who:
        keep_if_refused()
        count_guess(db.session(), GUESS, who, now=now())


def _head(session: Session, practical_id: str) -> PracticalHead:
    """Return the head of a practical whose own sheet was submitted. Raises NotFound without one, Conflict before."""
    head = practical_head(session, me().body_id, practical_id, me().person_id)
    if head.place is None:
        raise NotFound(N_("There is no such practical."))
    own = next(sheet for sheet in head.sheets if sheet.person_id == me().person_id)
    if own.state is not SheetState.SUBMITTED:
        raise Conflict(N_("This sheet is not submitted yet; it is confirmed afterwards."))
    return head


def _shown(session: Session, head: PracticalHead) -> dict[str, Any]:
    """Return the facts of a practical that the candidate is shown: nothing of any mark."""
    task = task_content(session, me().body_id, head.rubric_id, language())
    return {
        "language": language(),
        "task": task.code,
        "title": task.title,
        "site": head.site,
        "opened_at": head.opened_at.isoformat() if head.opened_at else None,
        "submitted_at": head.submitted_at.isoformat() if head.submitted_at else None,
        "photos": confirming.photos_on(session, me().body_id, head.id, me().person_id),
    }


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
