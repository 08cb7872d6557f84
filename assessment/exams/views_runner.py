"""What a candidate's device asks for: the service worker, the whole form, moving here, sealed answers to hand over."""

import msgspec
from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.database import db
from assessment.domain.errors import N_, Conflict
from assessment.domain.exams.attempt_states import STARTED
from assessment.exams.answering import LATE_RULE
from assessment.exams.attempt_queries import OwnExam
from assessment.exams.devices import device_cookie, device_digest, person_mark, remember, this_device, writes_here
from assessment.exams.exported import settle
from assessment.exams.moving import ELSEWHERE, ask_to_move, open_request
from assessment.exams.moving import stay as know_again
from assessment.exams.runner import answers_of, secret_of_installation, whole_form
from assessment.exams.running import this_page_in
from assessment.exams.sealed import LARGEST, open_box
from assessment.exams.tokens import read_token, writer_key
from assessment.web.actor import me
from assessment.web.pages import worker_script
from assessment.web.requests import now


def worker() -> Response:
    """The service worker, from an address whose scope is `/exam/`."""
    return worker_script("js/exam_worker.js")


def form_of(found: OwnExam, state: dict[str, object]) -> Response:
    """Answer with the whole form for the device's cache, and beside it what must not be kept there."""
    attempt = found.attempt
    if attempt.deadline is None or attempt.state not in STARTED:
        raise Conflict(N_("This exam is not running."))
    if not writes_here(attempt):
        raise Conflict(ELSEWHERE)
    form = whole_form(
        db.session(), found, secret=secret_of_installation(), until=LATE_RULE.token_expires_at(attempt.deadline)
    )
    told = {"form": form, "state": state | answers_of(db.session(), attempt)}
    return _unkept(Response(msgspec.json.encode(told), mimetype="application/json"))


def move_page(found: OwnExam) -> str:
    """The page of a device that does not write: what it may do, and whether it has asked."""
    device = this_device()
    asked = open_request(db.session(), me().body_id, found.attempt.id, device) if device else None
    return render_template(
        "exams/move.html", asked=asked, attempt_id=found.attempt.id, switch_language_url=this_page_in
    )


def ask(attempt_id: str) -> WerkzeugResponse:
    """Ask to go on on this device."""
    cookie = device_cookie()
    ask_to_move(db.session(), me().body_id, attempt_id, device_digest(cookie), now=now())
    return remember(redirect(url_for("exams.move", attempt_id=attempt_id), 303), cookie)


def stay(attempt_id: str) -> Response:
    """Give the writing device a new cookie for one that it has lost; its token shows that it is the one."""
    token = read_token(writer_key(secret_of_installation()), request.headers.get("Teruji-Attempt", ""))
    if (token.body_id, token.attempt_id) != (me().body_id, attempt_id):
        raise Conflict(ELSEWHERE)
    cookie = device_cookie()
    know_again(db.session(), token, device=device_digest(cookie))
    answer = _unkept(jsonify(here=True))
    remember(answer, cookie)
    return answer


def boxes() -> Response:
    """Take sealed answers in that another person left on this device; the box itself is the authority."""
    request.max_content_length = LARGEST
    settled = settle(db.session(), open_box(secret_of_installation(), request.get_data(cache=False)), now=now())
    return _unkept(jsonify(accepted=settled.accepted, held=settled.held, refused=settled.refused))


def add_runner(exams: Blueprint) -> None:
    """Add the routes that need no exam of one's own to be looked up."""
    exams.add_url_rule("/exam/worker.js", view_func=worker)
    exams.add_url_rule("/exam/<attempt_id>/ask", view_func=ask, methods=["POST"])
    exams.add_url_rule("/exam/<attempt_id>/stay", view_func=stay, methods=["POST"])
    exams.add_url_rule("/exam/boxes", view_func=boxes, methods=["POST"])
    exams.record(_tell_app)


def _tell_app(state: BlueprintSetupState) -> None:
    """What shows a token needs no proof against forgery; every page of a candidate tells the device whose it is."""
    state.app.extensions["csrf"].exempt(boxes)
    state.app.extensions["csrf"].exempt(stay)
    state.app.jinja_env.globals.update(person_mark=person_mark)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
