"""One seat in the room: check-in with document and photo, release, another device, held answers, voiding."""

from zoneinfo import ZoneInfo

from flask import Response as FlaskResponse
from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.check_in import Comparison, check_in_of, photo_of
from assessment.accounts.inputs import CheckInInput
from assessment.accounts.persons import ERASED_NAME, documents_of, names
from assessment.accounts.photos import plain_photo
from assessment.accounts.sealing import Erased
from assessment.accounts.tables import Occasion
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.attempt_states import ATTEMPT, ENDED, STARTED, AttemptEvent, AttemptState
from assessment.exams.attempt_queries import OwnExam, extra_times, own_exams, void_reason
from assessment.exams.exceptions import exceptions_of, people_in
from assessment.exams.held_answers import HeldAnswer, decide, held_answers
from assessment.exams.inputs import HeldInput
from assessment.exams.invigilating import check_in as record
from assessment.exams.invigilating import release as let_start
from assessment.exams.invigilating import void as void_attempt
from assessment.exams.late_words import late_table
from assessment.exams.moving import let_move as let_go_on
from assessment.exams.moving import open_requests
from assessment.exams.tables import Attempt, AttemptPresence
from assessment.exams.tables_devices import MoveRequest
from assessment.exams.views_rooms import KINDS, rooms
from assessment.schemes.queries import scheme_titles
from assessment.storage import Storage
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("rooms",)


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


@rooms.post("/rooms/attempts/<attempt_id>/let-move")
def let_move(attempt_id: str) -> Response:
    attempt = let_go_on(db.session(), me(), attempt_id, reason=request.form.get("reason", ""), now=now())
    flash(gettext("The exam goes on on the other device."))
    return redirect(url_for("rooms.page", sitting_id=attempt.sitting_id), 303)


@rooms.post("/rooms/attempts/<attempt_id>/void")
def void(attempt_id: str) -> Response:
    attempt = void_attempt(db.session(), me(), attempt_id, reason=request.form.get("reason", ""), now=now())
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


@rooms.get("/rooms/attempts/<attempt_id>/held")
def held(attempt_id: str) -> str:
    return _held(db.session(), attempt_id, HeldInput())


@rooms.post("/rooms/attempts/<attempt_id>/held")
def decide_held(attempt_id: str) -> Response | tuple[str, int]:
    form = HeldInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            made = decide(
                db.session(),
                me(),
                attempt_id,
                _numbers(db.session(), attempt_id),
                counts=form.counts.data == "yes",
                reason=form.reason.data or "",
                now=now(),
            )
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            flash(ngettext("%(num)d answer is decided.", "%(num)d answers are decided.", len(made)))
            return redirect(url_for("rooms.held", attempt_id=attempt_id), 303)
    with reading() as session:
        return _held(session, attempt_id, form, refusal=refusal), 422


def _numbers(session: Session, attempt_id: str) -> list[int]:
    """The chosen answers; where none is ticked and all are meant, everything that nobody has decided yet."""
    if request.form.get("whom") == "all":
        attempt = session.get_one(Attempt, (me().body_id, attempt_id))
        return [each.number for each in held_answers(session, attempt) if each.decided is None]
    ticked = request.form.getlist("number")
    return [int(each) for each in ticked if each.isascii() and each.isdigit() and len(each) <= 18]


def _held(session: Session, attempt_id: str, form: HeldInput, *, refusal: str = "") -> str:
    found = _exam(session, attempt_id)
    answers = held_answers(session, found.attempt)
    deciders = {decision.person_id for each in answers for decision in each.decisions}
    return render_template(
        "exams/held.html",
        exam=found,
        attempt=found.attempt,
        answers=answers,
        said={each.number: _said_of(each) for each in answers},
        open=sum(each.decided is None for each in answers),
        ended=found.attempt.state in ENDED,
        void=found.attempt.state is AttemptState.VOIDED,
        names=names(session, me().body_id, {found.attempt.person_id, *deciders}),
        late_table=late_table(),
        form=form,
        ticked=set(request.form.getlist("number")),
        refusal=refusal,
    )


def _said_of(answer: HeldAnswer) -> dict[str, str]:
    """What was answered, before and then, in words that hold no key: options by their place on the candidate's page."""
    return {
        name: "; ".join(filter(None, (_values(answer, key, value) for key, value in (response or {}).items())))
        for name, response in (
            ("before", answer.before),
            ("this", answer.response),
            ("current", answer.current),
        )
    }


def _values(answer: HeldAnswer, key: str, value: object) -> str:
    places = {choice: place for place, choice in enumerate(answer.choices.get(key, ()), start=1)}
    given = [] if value is None else [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]  # a value of several is a sequence
    return ", ".join(
        gettext("option %(place)s", place=places[each]) if each in places else str(each)[:200] for each in given if each
    )


def _seat(session: Session, attempt_id: str, *, form: CheckInInput | None = None, refusal: str = "") -> str:
    body_id = me().body_id
    found = _exam(session, attempt_id)
    attempt = found.attempt
    can = {event.value: ATTEMPT.allows(attempt.state, event) for event in AttemptEvent}
    documents = documents_of(session, body_id, attempt.person_id) if can[AttemptEvent.CHECK_IN] else []
    form = form or CheckInInput()
    form.document_id.choices = choices({each.id: each.kind for each in documents})
    happened = exceptions_of(session, body_id, [attempt_id])
    known = names(session, body_id, {attempt.person_id, *people_in(happened)})
    return render_template(
        "exams/seat.html",
        exam=found,
        attempt=attempt,
        name=known.get(attempt.person_id, ERASED_NAME),
        documents=documents,
        today=now().astimezone(ZoneInfo(me().zone)).date(),
        entry=check_in_of(session, body_id, Occasion.EXAM, attempt_id),
        given=extra_times(session, body_id, attempt_id),
        happened=happened,
        names=known,
        presence=session.get(AttemptPresence, (body_id, attempt_id)),
        asked=_asked(session, found),
        void_reason=void_reason(session, attempt),
        title=scheme_titles(session, body_id, [found.scheme_version_id], language()).get(found.scheme_version_id, ""),
        kind=KINDS[attempt.state],
        can=can,
        open_to_time=attempt.state not in ENDED | {AttemptState.VOIDED},
        form=form,
        refusal=refusal,
    )


def _asked(session: Session, found: OwnExam) -> MoveRequest | None:
    """The open request of this attempt to go on on another device."""
    if found.attempt.state not in STARTED:
        return None
    asked = open_requests(session, me().body_id, found.sitting.id)
    return next((each for each in asked if each.attempt_id == found.attempt.id), None)


def _exam(session: Session, attempt_id: str) -> OwnExam:
    found = own_exams(session, me().body_id, None, attempt_id=attempt_id)
    if not found:
        raise NotFound(N_("There is no such attempt."))
    return found[0]


def _storage() -> Storage:
    storage: Storage = current_app.extensions["storage"]
    return storage
