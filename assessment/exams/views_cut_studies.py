"""Standard setting: naming a panel, each judge's estimates, the page for an auditor, and the cut put into force."""

from collections.abc import Sequence
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import ERASED_NAME, names
from assessment.accounts.waiting import Finder, Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, NotFound, Refusal
from assessment.domain.psychometrics.standard_setting import LEAST_JUDGES
from assessment.domain.roles import Role
from assessment.exams import cut_studies
from assessment.exams.cut_study_inputs import RatingInput, RoundInput, StudyInput, rating_input
from assessment.exams.cut_study_queries import (
    PAGE,
    shown_study,
    spread_before,
    standing_of_study,
    studies,
    to_rate,
)
from assessment.exams.paper import form_views
from assessment.exams.showing import shown_on_form
from assessment.exams.tables import Form
from assessment.exams.tables_cut_studies import JUDGE_ROLES
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

studies_of_cuts = Blueprint("cut_studies", __name__)
locate("cut_study_id", standing_of_study)

OLDEST = 3


@studies_of_cuts.get("/cut-studies")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = studies(db.session(), me().body_id, page=page)
    return render_template(
        "exams/cut_studies.html",
        lines=lines,
        page=page,
        pages=-(-total // PAGE),
        address=lambda number: url_for("cut_studies.index", page=number),
    )


@studies_of_cuts.route("/exam-forms/<form_id>/cut-study", methods=["GET", "POST"])
def new(form_id: str) -> str | Response | tuple[str, int]:
    form = StudyInput()
    with reading() as session:
        code = _form(session, form_id).code
        known = dict.fromkeys(person for person, _ in cut_studies.eligible_judges(session, me().body_id, now()))
        people = names(session, me().body_id, known)
    labels = {person: people.get(person, ERASED_NAME).text for person in known}
    form.judges.choices = choices(dict(sorted(labels.items(), key=lambda pair: str(pair[1]))))
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            study = cut_studies.begin(
                db.session(),
                me(),
                form_id,
                judges=form.judges.data or [],
                candidate=form.candidate.data or "",
                now=now(),
            )
            return redirect(url_for("cut_studies.page", cut_study_id=study.id), 303)
        except Refusal as error:
            db.session.rollback()
            status = STATUS[type(error)]
            form.form_errors.append(say(error))
    page = render_template("exams/cut_study_new.html", form=form, form_id=form_id, code=code, least=LEAST_JUDGES)
    return page, status


@studies_of_cuts.get("/cut-studies/<cut_study_id>")
def page(cut_study_id: str) -> str:
    return _page(cut_study_id, RoundInput(formdata=None))


@studies_of_cuts.post("/cut-studies/<cut_study_id>/round")
def next_round(cut_study_id: str) -> str | Response | tuple[str, int]:
    form = RoundInput()
    if not form.validate_on_submit():
        return _page(cut_study_id, form), 422
    cut_studies.open_next_round(db.session(), me(), cut_study_id, discussed=form.discussed.data or "", now=now())
    return redirect(url_for("cut_studies.page", cut_study_id=cut_study_id), 303)


@studies_of_cuts.post("/cut-studies/<cut_study_id>/close")
def close(cut_study_id: str) -> Response:
    cut_studies.close(db.session(), me(), cut_study_id, now=now())
    return redirect(url_for("cut_studies.page", cut_study_id=cut_study_id), 303)


@studies_of_cuts.post("/cut-studies/<cut_study_id>/use")
def use(cut_study_id: str) -> Response:
    form = cut_studies.use(db.session(), me(), cut_study_id, now=now())
    flash(gettext("The cut is in force on this form."))
    return redirect(url_for("exam_forms.page", form_id=form.id), 303)


@studies_of_cuts.route("/cut-studies/<cut_study_id>/estimates", methods=["GET", "POST"])
def rate(cut_study_id: str) -> str | Response | tuple[str, int]:
    body_id = me().body_id
    with reading() as session:
        standing = cut_studies.standing_of(session, body_id, cut_study_id)
        study_form, number, round_is = standing.study.form_id, standing.round, standing.rounds[-1].discussed
        candidate, closed = standing.study.candidate, standing.outcome is not None
        worth = cut_studies.worth_of(session, body_id, study_form)
        spread = spread_before(standing, worth)
        own = standing.ratings.get(number, {}).get(me().person_id)
        earlier = standing.ratings.get(number - 1, {}).get(me().person_id, {})
        whole = standing.whole
        code = _form(session, study_form).code
        views = form_views(session, body_id, list(worth), language=language())
    given = own or earlier
    form, fields = rating_input(list(worth), gettext("Right answers out of 100"), [given.get(item) for item in worth])
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            try:
                _keep(cut_study_id, form, dict(zip(worth, (each.data for each in fields), strict=True)))
                return redirect(url_for("accounts.today"), 303)
            except Refusal as error:
                db.session.rollback()
                status = STATUS[type(error)]
                form.form_errors.append(say(error))
    else:
        form.round.data = str(number)
    page = render_template(
        "exams/cut_study_rate.html",
        form=form,
        code=code,
        number=number,
        discussed=round_is,
        candidate=candidate,
        over=closed or (whole and own is not None),
        handed_in=own is not None,
        questions=[
            (shown_on_form(view, form_id=study_form), each, spread.get(item), earlier.get(item))
            for view, each, item in zip(views, fields, worth, strict=True)
        ],
    )
    return page, status


def _keep(cut_study_id: str, form: RatingInput, estimates: dict[str, int]) -> None:
    number = form.round.data or ""
    if not number.isascii() or not number.isdigit():
        raise Conflict(N_("This round is over. Look at the study again."))
    cut_studies.rate(db.session(), me(), cut_study_id, round_number=int(number[:3]), estimates=estimates, now=now())
    flash(gettext("Your estimates are kept."))


def _page(cut_study_id: str, form: RoundInput) -> str:
    session = db.session()
    study = shown_study(session, me().body_id, cut_study_id)
    standing = study.standing
    return render_template(
        "exams/cut_study.html",
        study=study,
        standing=standing,
        last=next((each for each in reversed(study.rounds) if each.said is not None), None),
        form=form,
        more_rounds=standing.round < cut_studies.MOST_ROUNDS,
        used=cut_studies.is_used(session, me().body_id, study.form.id),
        in_force=standing.outcome is not None
        and study.form.cut_method == cut_studies.METHOD
        and study.form.cut == standing.outcome.cut
        and not study.form.provisional,
        may_use=Role.SCHEME_MANAGER in me().roles,
    )


def _form(session: Session, form_id: str) -> Form:
    form = session.get(Form, (me().body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    return form


def what_waits(role: Role) -> Finder:
    """Return what finds the rounds that a judge has not handed in; said once, under the first of a judge's roles."""

    def find(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
        if role is not next(each for each in JUDGE_ROLES if each in actor.roles):
            return []
        waiting = to_rate(session, actor.body_id, actor.person_id)
        if not waiting:
            return []
        tasks = [
            Task(
                text=gettext("Form %(code)s", code=code),
                url=url_for("cut_studies.rate", cut_study_id=study_id),
                since=since,
            )
            for study_id, code, since in waiting[:OLDEST]
        ]
        return [Pile(title=gettext("Items to estimate"), count=len(waiting), url=tasks[0].url, oldest=tasks)]

    return find


for _role in JUDGE_ROLES:
    waits_for(_role, what_waits(_role))
