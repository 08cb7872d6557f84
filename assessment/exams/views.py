"""The candidate's exam: start, question, review, submission, receipt; and the doors to a result for staff."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.wrappers import Response as FlaskResponse
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading, writers_take_turns
from assessment.domain.errors import N_, Conflict
from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState
from assessment.domain.roles import Role
from assessment.exams.answering import LATE_RULE
from assessment.exams.attempt_queries import OwnExam, own_exams, title_of
from assessment.exams.devices import device_cookie, device_digest, person_mark, remember, writes_here
from assessment.exams.moving import ELSEWHERE
from assessment.exams.own import own_exam
from assessment.exams.paper import places
from assessment.exams.paper import question as find_question
from assessment.exams.parts import part_of
from assessment.exams.question_page import navigator_lines, question_page
from assessment.exams.runner import secret_of_installation
from assessment.exams.running import Running, running_words, time_left
from assessment.exams.scoring import foresee
from assessment.exams.taking import hand_in, locked_to_end, token_for
from assessment.exams.taking import start as begin
from assessment.exams.tokens import write_token, writer_key
from assessment.exams.views_evidence import answer_detail, attempt_result
from assessment.exams.views_runner import add_runner, form_of, move_page
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import Actor, me
from assessment.web.language import language
from assessment.web.requests import now

exams = Blueprint("exams", __name__)
exams.add_url_rule("/exam-results/<attempt_id>", view_func=attempt_result)
exams.add_url_rule("/exam-results/<attempt_id>/<item>", view_func=answer_detail)
add_runner(exams)

REFUSALS = {
    "does_not_fit": N_("This answer was not saved: write a number in figures, for example 12,5."),
    "late": N_("This answer arrived after the end. It is kept aside and shown to the invigilator."),
    "older_writer": N_("This exam goes on in another place. The answer is kept aside."),
}
REFUSED = N_("This answer was not saved. Choose it again, or call the invigilator.")


@exams.get("/exams")
def index() -> str:
    found = own_exams(db.session(), me().body_id, me().person_id)
    titles = scheme_titles(db.session(), me().body_id, {each.scheme_version_id for each in found}, language())
    return render_template("exams/own.html", exams=found, titles=titles)


@exams.get("/exam/<attempt_id>")
def start_page(attempt_id: str) -> str | Response:
    found = own_exam(attempt_id)
    if found.attempt.state in STARTED:
        return redirect(_where(found) or _question(found), 303)
    if found.attempt.state in ENDED:
        return redirect(url_for("exams.receipt", attempt_id=attempt_id), 303)
    return render_template(
        "exams/start.html",
        exam=found,
        title=title_of(db.session(), found, language()),
        released=found.attempt.state is AttemptState.RELEASED,
        open=found.sitting.starts_at <= now() < found.sitting.closes_at,
        early=now() < found.sitting.starts_at,
        seconds=found.attempt.seconds + found.attempt.extra_seconds,
    )


@exams.post("/exam/<attempt_id>/start")
def start(attempt_id: str) -> Response:
    cookie = device_cookie()
    attempt = begin(db.session(), me().body_id, attempt_id, now=now(), device=device_digest(cookie))
    return remember(redirect(url_for("exams.question", attempt_id=attempt.id, number=1), 303), cookie)


@exams.get("/exam/<attempt_id>/<int:number>")
def question(attempt_id: str, number: int) -> str | Response:
    found = own_exam(attempt_id)
    if elsewhere := _where(found):
        return redirect(elsewhere, 303)
    asked, every = find_question(db.session(), found.attempt, number)
    part = part_of(db.session(), found.attempt, asked, language=language())
    reason = request.args.get("refused", "")
    refusal = gettext(REFUSALS.get(reason, REFUSED)) if reason else ""
    return question_page(asked, part, every, _running(found), refusal=refusal)


@exams.get("/exam/<attempt_id>/review")
def review(attempt_id: str) -> str | Response:
    found = own_exam(attempt_id)
    if elsewhere := _where(found):
        return redirect(elsewhere, 303)
    every = places(db.session(), found.attempt)
    return render_template(
        "exams/review.html",
        places=every,
        navigator=navigator_lines(every),
        empty=[place for place in every if not place.answered],
        flagged=[place for place in every if place.flagged],
        answered=sum(place.answered for place in every),
        **running_words(_running(found)),
    )


@exams.post("/exam/<attempt_id>/submit")
def submit(attempt_id: str) -> Response:
    foreseen = None
    if writers_take_turns(db.engine):
        with reading() as session:
            foreseen = foresee(session, me().body_id, attempt_id)
    attempt = locked_to_end(db.session(), me().body_id, attempt_id)
    if not writes_here(attempt):
        raise Conflict(ELSEWHERE)
    hand_in(db.session(), attempt, now=now(), foreseen=foreseen)
    return redirect(url_for("exams.receipt", attempt_id=attempt.id), 303)


@exams.get("/exam/<attempt_id>/receipt")
def receipt(attempt_id: str) -> str | Response:
    found = own_exam(attempt_id)
    attempt = found.attempt
    if attempt.state in ENDED or attempt.state is AttemptState.VOIDED:
        title = title_of(db.session(), found, language())
        return render_template("exams/receipt.html", exam=found, attempt=attempt, title=title)
    if attempt.state is AttemptState.RUNNING and attempt.deadline is not None and now() >= attempt.deadline:
        return render_template(
            "exams/time_over.html", settled_at=LATE_RULE.settled_at(attempt.deadline), **running_words(_running(found))
        )
    return redirect(_where(found) or _question(found), 303)


@exams.get("/exam/<attempt_id>/move")
def move(attempt_id: str) -> str | Response:
    found = own_exam(attempt_id)
    if found.attempt.state in STARTED and not writes_here(found.attempt):
        return move_page(found)
    return redirect(_where(found) or _question(found), 303)


@exams.get("/exam/<attempt_id>/pause")
def paused(attempt_id: str) -> str | Response:
    found = own_exam(attempt_id)
    if found.attempt.state is AttemptState.PAUSED and writes_here(found.attempt):
        return render_template("exams/paused.html", **running_words(_running(found)))
    return redirect(_where(found) or _question(found), 303)


@exams.get("/exam/<attempt_id>/form")
def form(attempt_id: str) -> FlaskResponse:
    """The whole form without keys, for the device's own use, and what the server knows of the answers."""
    found = own_exam(attempt_id)
    return form_of(found, _state(found))


@exams.get("/exam/<attempt_id>/token")
def token(attempt_id: str) -> FlaskResponse:
    """A fresh token, the proof for the form's posts and the server's clock, for a page that stayed open."""
    found = own_exam(attempt_id)
    if not writes_here(found.attempt):
        raise Conflict(ELSEWHERE)
    response = jsonify(csrf=generate_csrf(), **_state(found))
    response.headers["Cache-Control"] = "no-store"
    return response


def _where(found: OwnExam) -> str | None:
    """Where a candidate belongs who cannot answer now and here; None when they can."""
    attempt = found.attempt
    if attempt.state in STARTED and not writes_here(attempt):
        return url_for("exams.move", attempt_id=attempt.id)
    if attempt.state is AttemptState.PAUSED:
        return url_for("exams.paused", attempt_id=attempt.id)
    if attempt.state is AttemptState.RUNNING and attempt.deadline is not None and now() < attempt.deadline:
        return None
    ended = attempt.state in ENDED or attempt.state in (AttemptState.VOIDED, AttemptState.RUNNING)
    return url_for("exams.receipt" if ended else "exams.start_page", attempt_id=attempt.id)


def _question(found: OwnExam) -> str:
    return url_for("exams.question", attempt_id=found.attempt.id, number=1)


def _token(found: OwnExam) -> str:
    token = token_for(found.attempt)
    return write_token(writer_key(secret_of_installation()), token) if token else ""


def _state(found: OwnExam) -> dict[str, object]:
    """What a device is told of its exam in JSON."""
    attempt = found.attempt
    return {
        "token": _token(found),
        "now": now().isoformat(),
        "deadline": attempt.deadline.isoformat() if attempt.deadline else None,
        "until": LATE_RULE.token_expires_at(attempt.deadline).isoformat() if attempt.deadline else None,
        "state": attempt.state.value,
    }


def _running(found: OwnExam) -> Running:
    deadline = found.attempt.deadline
    return Running(
        attempt_id=found.attempt.id,
        mark=person_mark(me().person_id),
        token=_token(found),
        time=time_left(now(), deadline) if deadline else None,
    )


def _waiting(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    coming = [
        each
        for each in own_exams(session, actor.body_id, actor.person_id)
        if each.attempt.state is AttemptState.RUNNING
        or (each.attempt.state not in ENDED | {AttemptState.VOIDED} and each.sitting.closes_at > moment)
    ]
    titles = scheme_titles(session, actor.body_id, {each.scheme_version_id for each in coming}, language())
    return [
        Pile(
            title=gettext("Your exams"),
            count=len(coming),
            url=url_for("exams.index"),
            oldest=_tasks(coming, titles),
        )
    ]


def _tasks(coming: Sequence[OwnExam], titles: dict[str, str]) -> list[Task]:
    return [
        Task(
            text=f"{titles.get(each.scheme_version_id, each.sitting.code)} · {each.site_name}",
            url=url_for("exams.start_page", attempt_id=each.attempt.id),
            since=each.sitting.starts_at,
        )
        for each in coming[:3]
    ]


waits_for(Role.CANDIDATE, _waiting)
