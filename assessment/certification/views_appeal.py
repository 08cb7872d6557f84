"""Appeals for the quality manager: the list, one appeal with its decision, the answer."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification.appealing import answer_appeal, appeal_of
from assessment.certification.evidence_table import ids_in, table_of
from assessment.certification.inputs import AppealAnswerInput, yes
from assessment.certification.judging import newest_results
from assessment.certification.office_page import sides_of
from assessment.certification.queries import PAGE, head_of
from assessment.certification.queries import appeals as find_appeals
from assessment.certification.result_json import result_from_json
from assessment.certification.tables import Decision
from assessment.certification.texts import words_of
from assessment.certification.wording import METHODS, REASONS, SIDES, STATES
from assessment.database import db, reading
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

appeals = Blueprint("appeals", __name__)


@appeals.get("/appeals")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = find_appeals(db.session(), me().body_id, page=page)
    named = names(db.session(), me().body_id, {line.application.person_id for line in lines})
    return render_template(
        "certification/appeals.html",
        lines=lines,
        names=named,
        page=page,
        pages=-(-total // PAGE),
        page_url=lambda number: url_for("appeals.index", page=number),
    )


@appeals.route("/appeals/<application_id>", methods=["GET", "POST"])
def page(application_id: str) -> str | Response | tuple[str, int]:
    form = AppealAnswerInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            answer_appeal(
                db.session(),
                me(),
                application_id,
                upheld=yes(form.upheld),
                reason=form.reason.data or "",
                now=now(),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            flash(gettext("The answer is recorded. The candidate reads it."))
            return redirect(url_for("appeals.page", application_id=application_id), 303)
    with reading():
        shown = _page(application_id, form, refusal)
    return shown, 422 if refusal or form.errors else 200


def _page(application_id: str, form: AppealAnswerInput, refusal: str) -> str:
    session, body_id = db.session(), me().body_id
    head = head_of(session, body_id, application_id, language())
    if head is None:
        raise NotFound(N_("There is no such application."))
    filed, answer = appeal_of(session, body_id, application_id)
    decision = session.get(Decision, (body_id, filed.decision_id))
    if decision is None:
        raise NotFound(N_("There is no such appeal."))
    rows = newest_results(session, body_id, application_id, at=decision.decided_at)
    read = {row.unit_id: result_from_json(row.unit_id, row.outcome, row.detail) for row in rows}
    results = {unit_id: value for unit_id, (value, _) in read.items()}
    competencies, rubric, oral = ids_in(results.values())
    words = words_of(session, body_id, language(), competencies=competencies, rubric_criteria=rubric, oral_answers=oral)
    sides = sides_of(session, head.application)
    named = names(session, body_id, {side.person_id for side in sides} | ({answer.answered_by} if answer else set()))
    return render_template(
        "certification/appeal_answer.html",
        head=head,
        filed=filed,
        answer=answer,
        decision=decision,
        form=form,
        refusal=refusal,
        table=table_of(results, {unit_id: total for unit_id, (_, total) in read.items() if total}, words),
        sides=sides,
        side_names=SIDES,
        names=named,
        took_part=next((side.side for side in sides if side.person_id == me().person_id), None),
        state=STATES[head.application.state],
        method_names=METHODS,
        reasons=REASONS,
    )


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Appeals without an answer."""
    lines = [line for line in find_appeals(session, actor.body_id)[0] if line.answer is None]
    return [
        Pile(
            title=gettext("Appeals to answer"),
            count=len(lines),
            url=url_for("appeals.index"),
            oldest=[
                Task(
                    text=line.application.number,
                    url=url_for("appeals.page", application_id=line.application.id),
                    since=line.appeal.filed_at,
                )
                for line in lines[:3]
            ],
        )
    ]


waits_for(Role.QUALITY_MANAGER, what_waits)
