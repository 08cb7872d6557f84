"""Borderline regression, for the quality manager: asking for it, and the page that an auditor prints."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.domain.psychometrics.standard_setting import LEAST_CANDIDATES
from assessment.practicals.borderline import PAGE, Asked, ask, shown_study, standing_of_borderline, studies
from assessment.practicals.content import task_content
from assessment.practicals.quality import rubrics_in_use
from assessment.practicals.quality_inputs import BorderlineInput
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

borderline = Blueprint("borderline", __name__)
locate("borderline_study_id", standing_of_borderline)

A_YEAR = timedelta(days=365)


@borderline.get("/quality/borderline")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = studies(db.session(), me().body_id, language(), page=page)
    return render_template(
        "practicals/borderlines.html",
        lines=lines,
        page=page,
        pages=-(-total // PAGE),
        address=lambda number: url_for("borderline.index", page=number),
    )


@borderline.route("/quality/borderline/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    with reading() as session:
        rubrics = rubrics_in_use(session, me().body_id, language())
        chosen = request.args.get("rubric", "")
        rubric_id = chosen if chosen in {each.id for each in rubrics} else (rubrics[0].id if rubrics else "")
        criteria = task_content(session, me().body_id, rubric_id, language()).criteria if rubric_id else ()
    today = now().astimezone(ZoneInfo(me().zone)).date()
    form = BorderlineInput(data={"first": today - A_YEAR, "last": today, "borderline": "1"})
    form.criterion.choices = choices({each.id: each.title for each in criteria if each.kind == "judged"})
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            study = ask(db.session(), me(), _asked(rubric_id, form), now=now())
            return redirect(url_for("borderline.page", borderline_study_id=study.id), 303)
        except Refusal as error:
            db.session.rollback()
            status = STATUS[type(error)]
            form.form_errors.append(say(error))
    page = render_template(
        "practicals/borderline_new.html",
        form=form,
        rubrics=[
            (each.id, gettext("%(title)s, version %(number)s", title=each.title, number=each.number))
            for each in rubrics
        ],
        rubric_id=rubric_id,
        least=LEAST_CANDIDATES,
    )
    return page, status


@borderline.get("/quality/borderline/<borderline_study_id>")
def page(borderline_study_id: str) -> str:
    shown = shown_study(db.session(), me().body_id, borderline_study_id, language())
    return render_template("practicals/borderline.html", shown=shown, study=shown.study, line=shown.regression)


def _asked(rubric_id: str, form: BorderlineInput) -> Asked:
    return Asked(
        rubric_id=rubric_id,
        criterion_id=form.criterion.data,
        borderline=int(form.borderline.data),
        first=_midnight(form.first.data or date.min),
        end=min(_midnight((form.last.data or date.min) + timedelta(days=1)), now()),
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(me().zone))
