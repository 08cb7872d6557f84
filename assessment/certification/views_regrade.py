"""The decisions that a regrade touched: the list, and what somebody did about each."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification.inputs import CaseInput
from assessment.certification.regrade_cases import PAGE, case_lines, handle_case, standing_of_case
from assessment.certification.texts import words_of
from assessment.database import db
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

regrade_cases = Blueprint("regrade_cases", __name__)
locate("regrade_case_id", standing_of_case)

OFFICE = frozenset({Role.RELEASER, Role.QUALITY_MANAGER})
OLDEST = 3


@regrade_cases.get("/regrade-cases")
def index() -> str:
    return _page(None, "")


@regrade_cases.post("/regrade-cases/<regrade_case_id>")
def handle(regrade_case_id: str) -> str | Response | tuple[str, int]:
    form = CaseInput(prefix=regrade_case_id)
    if not form.validate_on_submit():
        return _page(form, regrade_case_id), 422
    try:
        handle_case(db.session(), me(), regrade_case_id, note=form.note.data or "", now=now())
    except Refusal as error:
        db.session.rollback()
        form.form_errors.append(say(error))
        return _page(form, regrade_case_id), STATUS[type(error)]
    flash(gettext("Kept. The case is handled."))
    return redirect(url_for("regrade_cases.index"), 303)


def _page(sent: CaseInput | None, sent_id: str) -> str:
    session, body_id = db.session(), me().body_id
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = case_lines(session, body_id, page=page)
    ids = {entry[0] for line in lines for kind in ("criteria", "units") for entry in line.case.flipped[kind]}
    people = {line.application.person_id for line in lines}
    people |= {line.answer.handled_by for line in lines if line.answer is not None}
    return render_template(
        "certification/regrade_cases.html",
        lines=lines,
        names=names(session, body_id, people),
        words=words_of(session, body_id, language(), competencies=ids),
        totals={
            line.case.id: [[Fraction(each) for each in marks] for marks in line.case.flipped["marks"]] for line in lines
        },
        forms={
            line.case.id: sent if sent is not None and line.case.id == sent_id else CaseInput(prefix=line.case.id)
            for line in lines
        },
        may_open=bool(OFFICE & me().roles),
        page=page,
        pages=-(-total // PAGE),
        address=lambda number: url_for("regrade_cases.index", page=number),
    )


def what_waits(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    """Cases that nobody has handled."""
    lines, total = case_lines(session, actor.body_id, only_open=True)
    return [
        Pile(
            title=gettext("Decisions that a regrade touched"),
            count=total,
            url=url_for("regrade_cases.index"),
            oldest=[
                Task(
                    text=" · ".join(
                        each for each in (line.application.number, line.case.certificate_number) if each is not None
                    ),
                    url=url_for("regrade_cases.index") + f"#case-{line.case.id}",
                    since=line.case.opened_at,
                )
                for line in lines[:OLDEST]
            ],
        )
    ]


waits_for(Role.RELEASER, what_waits)
waits_for(Role.QUALITY_MANAGER, what_waits)
