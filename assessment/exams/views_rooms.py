"""The invigilator's room: who is here, check-in with document and photo, release, extra time, voiding."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import (
    Blueprint,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import (
    Response as FlaskResponse,
)
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.check_in import Comparison, check_in_of, photo_of
from assessment.accounts.inputs import CheckInInput
from assessment.accounts.persons import documents_of, name_of, names
from assessment.accounts.photos import plain_photo
from assessment.accounts.sealing import Erased
from assessment.accounts.tables import Occasion
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.exams.attempt_states import ATTEMPT, ENDED, AttemptEvent, AttemptState
from assessment.domain.roles import Role
from assessment.exams.attempt_queries import OwnExam, Seat, extra_times, own_exams, seats, void_reason
from assessment.exams.closing import settled
from assessment.exams.inputs import GiveTimeInput
from assessment.exams.invigilating import check_in as record
from assessment.exams.invigilating import give_time
from assessment.exams.invigilating import release as let_start
from assessment.exams.invigilating import void as void_attempt
from assessment.exams.queries import SittingLine, sitting_line, sittings_on
from assessment.exams.standing import standing_of_attempt
from assessment.exams.tables import Attempt
from assessment.schemes.queries import scheme_titles
from assessment.storage import Storage
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

rooms = Blueprint("rooms", __name__)
locate("attempt_id", standing_of_attempt)

KINDS = {
    AttemptState.PREPARED: "quiet",
    AttemptState.CHECKED_IN: "info",
    AttemptState.RELEASED: "info",
    AttemptState.RUNNING: "waiting",
    AttemptState.SUBMITTED: "done",
    AttemptState.EXPIRED: "ended",
    AttemptState.VOIDED: "refusal",
}


@rooms.get("/rooms")
def index() -> str:
    return render_template("exams/rooms.html", lines=_today(db.session(), me(), now()), today=now())


@rooms.get("/rooms/<sitting_id>")
def page(sitting_id: str) -> str:
    return render_template("exams/room.html", **_room(db.session(), sitting_id, GiveTimeInput()))


@rooms.post("/rooms/<sitting_id>/extra-time")
def extra_time(sitting_id: str) -> Response | tuple[str, int]:
    form = GiveTimeInput()
    chosen = request.form.getlist("attempt")[:5_000]
    refusal = ""
    if form.validate_on_submit():
        try:
            given = give_time(
                db.session(),
                me().body_id,
                sitting_id,
                chosen,
                minutes=form.minutes.data or 0,
                reason=form.reason.data or "",
                given_by=me().person_id,
                now=now(),
            )
        except (Invalid, Conflict, NotAllowed) as error:
            refusal = say(error)
        else:
            flash(ngettext("%(num)d candidate has more time.", "%(num)d candidates have more time.", len(given)))
            return redirect(url_for("rooms.page", sitting_id=sitting_id), 303)
    with reading() as session:
        context = _room(session, sitting_id, form)
        page = render_template("exams/room.html", **context | {"refusal": refusal, "chosen": set(chosen)})
    return page, 422


@rooms.get("/rooms/attempts/<attempt_id>")
def seat(attempt_id: str) -> str:
    return _seat(db.session(), attempt_id)


@rooms.post("/rooms/attempts/<attempt_id>/check-in")
def check_in(attempt_id: str) -> Response | tuple[str, int]:
    form = CheckInInput()
    with reading() as session:
        found = _exam(session, attempt_id)
        documents = documents_of(session, me().body_id, found.attempt.person_id)
        form.document_id.choices = choices({each.id: each.kind for each in documents})
    refusal = ""
    if form.validate_on_submit():
        try:
            photo = plain_photo(form.photo.data.read() if form.photo.data else b"")
            comparison = Comparison(document_id=form.document_id.data, photo=photo, exception=form.exception.data or "")
            record(db.session(), me(), _storage(), attempt_id, comparison, now=now())
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            flash(gettext("The candidate is checked in."))
            return redirect(url_for("rooms.seat", attempt_id=attempt_id), 303)
    with reading() as session:
        return _seat(session, attempt_id, form=form, refusal=refusal), 422


@rooms.post("/rooms/attempts/<attempt_id>/release")
def release(attempt_id: str) -> Response:
    attempt = let_start(db.session(), me(), attempt_id, now=now())
    flash(gettext("The candidate can start now."))
    return redirect(url_for("rooms.page", sitting_id=attempt.sitting_id), 303)


@rooms.post("/rooms/attempts/<attempt_id>/void")
def void(attempt_id: str) -> Response:
    attempt = void_attempt(db.session(), me(), attempt_id, reason=request.form.get("reason", ""))
    flash(gettext("The attempt is void. Everything that was recorded stays."), "attention")
    return redirect(url_for("rooms.seat", attempt_id=attempt.id), 303)


@rooms.get("/rooms/attempts/<attempt_id>/photo")
def photo(attempt_id: str) -> FlaskResponse:
    session, body_id = db.session(), me().body_id
    attempt = session.get(Attempt, (body_id, attempt_id))
    entry = check_in_of(session, body_id, Occasion.EXAM, attempt_id)
    if attempt is None or entry is None:
        raise NotFound(N_("There is no photo yet."))
    try:
        content = photo_of(session, _storage(), entry, attempt.person_id)
    except Erased as erased:
        raise NotFound(N_("This person's data was erased.")) from erased
    return FlaskResponse(content, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _seat(session: Session, attempt_id: str, *, form: CheckInInput | None = None, refusal: str = "") -> str:
    body_id = me().body_id
    found = _exam(session, attempt_id)
    attempt = found.attempt
    documents = documents_of(session, body_id, attempt.person_id)
    form = form or CheckInInput()
    form.document_id.choices = choices({each.id: each.kind for each in documents})
    return render_template(
        "exams/seat.html",
        exam=found,
        attempt=attempt,
        name=name_of(session, body_id, attempt.person_id),
        documents=documents,
        today=now().astimezone(ZoneInfo(me().zone)).date(),
        entry=check_in_of(session, body_id, Occasion.EXAM, attempt_id),
        given=extra_times(session, body_id, attempt_id),
        void_reason=void_reason(session, attempt),
        title=scheme_titles(session, body_id, [found.scheme_version_id], language()).get(found.scheme_version_id, ""),
        kind=KINDS[attempt.state],
        can_check_in=ATTEMPT.allows(attempt.state, AttemptEvent.CHECK_IN),
        can_release=ATTEMPT.allows(attempt.state, AttemptEvent.RELEASE),
        can_void=ATTEMPT.allows(attempt.state, AttemptEvent.VOID),
        form=form,
        refusal=refusal,
    )


def _exam(session: Session, attempt_id: str) -> OwnExam:
    attempt = session.get(Attempt, (me().body_id, attempt_id))
    found = own_exams(session, me().body_id, attempt.person_id, attempt_id=attempt_id) if attempt else []
    if not found:
        raise NotFound(N_("There is no such attempt."))
    return found[0]


def _room(session: Session, sitting_id: str, form: GiveTimeInput) -> dict[str, object]:
    body_id = me().body_id
    line = sitting_line(session, body_id, sitting_id)
    if line is None:
        raise NotFound(N_("There is no such sitting."))
    everybody = seats(session, body_id, sitting_id)
    known = names(session, body_id, {each.entry.person_id for each in everybody})
    everybody.sort(key=lambda each: known[each.entry.person_id].text.casefold())
    counts: dict[AttemptState, int] = {}
    for each in everybody:
        if each.attempt is not None:
            counts[each.attempt.state] = counts.get(each.attempt.state, 0) + 1
    return {
        "form": form,
        "line": line,
        "title": scheme_titles(session, body_id, [line.scheme_version_id], language()).get(line.scheme_version_id, ""),
        "seats": everybody,
        "names": known,
        "kinds": KINDS,
        "over": {each.attempt.id for each in everybody if each.attempt and _time_over(each)},
        "open_to_time": {
            each.attempt.id
            for each in everybody
            if each.attempt and each.attempt.state not in ENDED | {AttemptState.VOIDED}
        },
        "counts": [(state, counts[state]) for state in AttemptState if state in counts],
        "chosen": set(),
        "refusal": "",
    }


def _time_over(each: Seat) -> bool:
    return each.attempt is not None and settled(each.attempt, now=now())


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage


def _today(session: Session, actor: Actor, moment: datetime) -> list[SittingLine]:
    return sittings_on(
        session,
        actor.body_id,
        day=moment.astimezone(ZoneInfo(actor.zone)).date(),
        zone=actor.zone,
        site_ids=actor.sites.get(Role.INVIGILATOR),
    )


def _waiting(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    lines = _today(session, actor, moment)
    return [
        Pile(
            title=gettext("Sittings today"),
            count=len(lines),
            url=url_for("rooms.index"),
            oldest=[
                Task(
                    text=f"{line.sitting.code} · {line.site_name}",
                    url=url_for("rooms.page", sitting_id=line.sitting.id),
                    since=line.sitting.starts_at,
                )
                for line in lines[:3]
            ],
        )
    ]


waits_for(Role.INVIGILATOR, _waiting)
