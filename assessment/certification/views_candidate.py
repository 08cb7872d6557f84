"""A candidate's applications: follow the way, agree, read the result, appeal, withdraw."""

from datetime import datetime

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification import applying
from assessment.certification.after_decision import links_for
from assessment.certification.appealing import appeal as file_appeal
from assessment.certification.appealing import appeal_until, last_decision, was_appealed
from assessment.certification.appointments import appointments
from assessment.certification.authority import today_in
from assessment.certification.evidence_table import ids_in, table_of
from assessment.certification.feedback import feedback_of, has_feedback
from assessment.certification.inputs import (
    AppealInput,
    yes,
)
from assessment.certification.judging import newest_results
from assessment.certification.queries import Head, heads, steps_of
from assessment.certification.result_json import result_from_json
from assessment.certification.tables import Application, Choice, Decision
from assessment.certification.texts import words_of
from assessment.certification.views_applying import applications, own_head
from assessment.certification.way import way
from assessment.certification.wording import CLOSES, EVENTS, REASONS, STATES
from assessment.database import db, reading
from assessment.domain.certification.application_states import APPLICATION, ApplicationEvent, ApplicationState
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("applications",)


@applications.get("/applications")
def index() -> str:
    own = heads(
        db.session(),
        Application.body_id == me().body_id,
        Application.person_id == me().person_id,
        language=language(),
    )
    places = appointments(db.session(), me().body_id, [head.application.id for head in own])
    ways = {
        head.application.id: way(
            head.application.state, [place for place in places if place.application_id == head.application.id]
        )
        for head in own
    }
    return render_template("certification/own.html", heads=own, ways=ways, states=STATES)


@applications.get("/applications/<application_id>")
def page(application_id: str) -> str | Response:
    head = own_head(application_id, draft=False)
    application = head.application
    places = appointments(db.session(), me().body_id, [application_id])
    decision = last_decision(db.session(), application)
    return render_template(
        "certification/application.html",
        head=head,
        ways=way(application.state, places),
        places=places,
        history=steps_of(db.session(), me().body_id, application_id),
        events=EVENTS,
        state=STATES[application.state],
        may_withdraw=APPLICATION.allows(application.state, ApplicationEvent.WITHDRAW),
        decision=decision,
        links=links_for(db.session(), application) if decision else [],
    )


@applications.route("/applications/<application_id>/agreement", methods=["GET", "POST"])
def agreement(application_id: str) -> str | Response | tuple[str, int]:
    if request.method == "POST" and request.form.get("agreed") == "yes":
        applying.agree(db.session(), me(), application_id, now=now())
        return redirect(url_for("applications.page", application_id=application_id), 303)
    missing = request.method == "POST"
    with reading():
        head = own_head(application_id, draft=False)
        page = render_template("certification/agreement.html", head=head, missing=missing)
    return page, 422 if missing else 200


@applications.post("/applications/<application_id>/withdraw")
def withdraw(application_id: str) -> Response:
    applying.withdraw(db.session(), me(), application_id, reason=request.form.get("reason", ""), now=now())
    return redirect(url_for("applications.page", application_id=application_id), 303)


@applications.get("/applications/<application_id>/result")
def result(application_id: str) -> str:
    head = own_head(application_id, draft=False)
    decision = decided(head)
    rows = newest_results(db.session(), me().body_id, application_id, at=decision.decided_at)
    read = {row.unit_id: result_from_json(row.unit_id, row.outcome, row.detail) for row in rows}
    results = {unit_id: value for unit_id, (value, _) in read.items()}
    competencies, _, _ = ids_in(results.values())
    words = words_of(db.session(), me().body_id, language(), competencies=competencies)
    return render_template(
        "certification/result.html",
        head=head,
        decision=decision,
        competent=decision.outcome is Choice.COMPETENT,
        table=table_of(results, {}, words),
        links=links_for(db.session(), head.application),
        until=appeal_until(decision),
        may_appeal=_may_appeal(head, decision),
        reasons=REASONS,
        closes=CLOSES,
        state=STATES[head.application.state],
        has_feedback=has_feedback(db.session(), me().body_id, application_id),
    )


@applications.get("/applications/<application_id>/feedback")
def feedback(application_id: str) -> str:
    head = own_head(application_id, draft=False)
    decision = decided(head)
    wanted = request.args.get("practical", "")
    told = feedback_of(db.session(), me().body_id, application_id, language(), until=decision.decided_at, wanted=wanted)
    return render_template("certification/feedback.html", head=head, decision=decision, told=told)


@applications.route("/applications/<application_id>/appeal", methods=["GET", "POST"])
def appeal(application_id: str) -> str | Response | tuple[str, int]:
    form = AppealInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            file_appeal(
                db.session(),
                me(),
                application_id,
                grounds=form.grounds.data or "",
                process_explained=yes(form.process_explained),
                discussed_with_assessor=yes(form.discussed_with_assessor),
                wants_help=yes(form.wants_help),
                now=now(),
            )
        except (Conflict, Invalid) as error:
            refusal = say(error)
        else:
            return redirect(url_for("applications.page", application_id=application_id), 303)
    with reading():
        head = own_head(application_id, draft=False)
        page = render_template(
            "certification/appeal.html",
            head=head,
            form=form,
            refusal=refusal,
            until=appeal_until(decided(head)),
        )
    return page, 422 if form.errors or refusal else 200


def decided(head: Head) -> Decision:
    """The last decision on an application. Raises NotFound before there is one."""
    found = last_decision(db.session(), head.application)
    if found is None:
        raise NotFound(N_("There is no result yet."))
    return found


def _may_appeal(head: Head, decision: Decision) -> bool:
    in_time = today_in(db.session(), me().body_id, now()) <= appeal_until(decision)
    open_to_it = APPLICATION.allows(head.application.state, ApplicationEvent.APPEAL)
    return in_time and open_to_it and not was_appealed(db.session(), decision)


WAITING = {
    ApplicationState.DRAFT: N_("Finish your application %(number)s"),
    ApplicationState.ACCEPTED: N_("Read and agree to the assessment of %(number)s"),
    ApplicationState.DECIDED_NOT_YET: N_("Read the result of %(number)s"),
    ApplicationState.DECIDED_COMPETENT: N_("Read the result of %(number)s"),
}


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Applications that the candidate must take a step on."""
    own = heads(
        session,
        Application.body_id == actor.body_id,
        Application.person_id == actor.person_id,
        Application.state.in_(list(WAITING)),
        language=language(),
        oldest_first=True,
    )
    tasks = [
        Task(
            text=gettext(WAITING[head.application.state], number=head.application.number) + f" · {head.title}",
            url=url_for("applications.page", application_id=head.application.id),
            since=head.application.created_at,
        )
        for head in own
    ]
    return [
        Pile(
            title=gettext("Applications that wait for you"),
            count=len(tasks),
            url=url_for("applications.index"),
            oldest=tasks[:3],
        )
    ]


waits_for(Role.CANDIDATE, what_waits)
