"""Marking by people: what waits, one answer with its rubric, and the rubrics and rule of a form."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound, Refusal
from assessment.domain.exams.marking import MarkingRule, rubric_from_lines
from assessment.domain.items.exact import read_exact
from assessment.domain.items.item import ItemFile
from assessment.domain.items.view import candidate_view
from assessment.domain.roles import Role
from assessment.exams.content import items_of, texts_of
from assessment.exams.files import file_of_attempt
from assessment.exams.marking import Work, give_mark, set_rule, work_on, write_rubric
from assessment.exams.marking_inputs import MarkingRuleInput, rubric_input
from assessment.exams.marking_queries import blind_number, next_answer, queues
from assessment.exams.marks import rubrics_of
from assessment.exams.showing import safe_html
from assessment.exams.tables import Form
from assessment.exams.uploads import upload_of
from assessment.item_bank.files import lasting_file
from assessment.item_bank.showing import shown
from assessment.web.actor import Actor, me
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

marking = Blueprint("marking", __name__)

OLDEST = 3


@marking.get("/marking")
def index() -> str:
    return render_template("exams/marking.html", queues=queues(db.session(), me().body_id, me().person_id))


@marking.get("/marking/<attempt_id>/<item>")
def answer(attempt_id: str, item: str) -> str:
    return _page(work_on(db.session(), me(), attempt_id, item), {}, "", "")


@marking.post("/marking/<attempt_id>/<item>")
def mark(attempt_id: str, item: str) -> AnyResponse | tuple[str, int]:
    sent = {name[len("points-") :]: value for name, value in request.form.items() if name.startswith("points-")}
    comment = request.form.get("comment", "")
    with reading() as session:
        work = work_on(session, me(), attempt_id, item)
    try:
        given = {criterion: _points(value) for criterion, value in sent.items()}
        settles = request.form.get("settles") == "yes"
        give_mark(db.session(), me(), attempt_id, item, given, comment=comment, settles=settles, now=now())
    except Conflict:
        raise
    except Refusal as error:
        db.session.rollback()
        return _page(work, sent, comment, say(error)), STATUS[type(error)]
    flash(gettext("The mark is kept. Here is the next answer."))
    return redirect(url_for("marking.next_one", form_id=work.form_id, item=item), 303)


@marking.get("/marking/next/<form_id>/<item>")
def next_one(form_id: str, item: str) -> AnyResponse:
    """Go on to the next answer to this item, or to what else waits."""
    attempt_id = next_answer(db.session(), me().body_id, me().person_id, form_id, item)
    if attempt_id is None:
        return redirect(url_for("marking.index"), 303)
    return redirect(url_for("marking.answer", attempt_id=attempt_id, item=item), 303)


@marking.get("/marking/<attempt_id>/<item>/files/<digest>")
def file(attempt_id: str, item: str, digest: str) -> Response:
    """A picture of the question, or a file that was handed in with this answer; for who may mark it now."""
    work = work_on(db.session(), me(), attempt_id, item)
    handed_in = {part.split(" ")[0] for value in work.response.values() for part in _parts(value)}
    storage = current_app.extensions["storage"]
    read = upload_of if digest in handed_in else file_of_attempt
    response = lasting_file(*read(db.session(), storage, me().body_id, attempt_id, digest))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@marking.route("/exam-forms/<form_id>/rubrics/<item>", methods=["GET", "POST"])
def rubric(form_id: str, item: str) -> str | AnyResponse | tuple[str, int]:
    session, body_id = db.session(), me().body_id
    with reading():
        form = session.get(Form, (body_id, form_id))
        items = items_of(session, body_id, [item])
        if form is None or item not in items:
            raise NotFound(N_("There is no such item on this form."))
        stored = rubrics_of(session, body_id, [item]).get(item)
        text = texts_of(session, body_id, items, language()).get(item)
        code, maximum = form.code, items[item].max_score
    fields = rubric_input(stored[1] if stored else None)
    if fields.validate_on_submit():
        lines = [(each.form.title.data or "", each.form.levels.data or "") for each in fields.criteria]
        try:
            write_rubric(session, me(), item, rubric_from_lines(lines), now=now())
        except Refusal as error:
            session.rollback()
            fields.form_errors.append(say(error))
        else:
            flash(gettext("The rubric is kept."))
            return redirect(url_for("exam_forms.page", form_id=form_id), 303)
    page = render_template(
        "exams/rubric_edit.html",
        form_id=form_id,
        code=code,
        fields=fields,
        maximum=maximum,
        identifier=items[item].identifier,
        stem=safe_html(candidate_view(items[item], text).stem) if text else "",
        guidance=safe_html(text.rubric) if text else "",
    )
    return page, 422 if fields.is_submitted() else 200


@marking.post("/exam-forms/<form_id>/marking-rule")
def rule(form_id: str) -> AnyResponse:
    form = MarkingRuleInput()
    if not form.validate_on_submit():
        raise Invalid(N_("Expected 0 points or more and a share from 0 to 100 %."))
    wanted = MarkingRule(points=Fraction(form.points.data or 0), share=Fraction(form.share.data or 0) / 100)
    set_rule(db.session(), me(), form_id, wanted)
    flash(gettext("Saved."))
    return redirect(url_for("exam_forms.page", form_id=form_id), 303)


def _page(work: Work, sent: Mapping[str, str], comment: str, refusal: str) -> str:
    text = texts_of(db.session(), me().body_id, {work.item_version_id: work.item}, work.language)[work.item_version_id]

    def address(file: ItemFile) -> str:
        return file_url(file.digest)

    def file_url(digest: str) -> str:
        return url_for("marking.file", attempt_id=work.attempt_id, item=work.item_version_id, digest=digest)

    return render_template(
        "exams/marking_answer.html",
        work=work,
        number=blind_number(work.attempt_id),
        question=shown(candidate_view(work.item, text, work.choices), work.response, address=address),
        guidance=safe_html(text.rubric),
        earlier=[_earlier(each.points, each.total, each.comment) for each in work.earlier],
        sent=sent,
        comment=comment,
        refusal=refusal,
        file_url=file_url,
    )


def _earlier(points: Mapping[str, str], total: Fraction, comment: str) -> dict[str, Any]:
    return {"points": {name: read_exact(value) for name, value in points.items()}, "total": total, "comment": comment}


def _parts(value: object) -> Sequence[str]:
    return value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()


def _points(value: str) -> Fraction:
    try:
        return read_exact(value)
    except ValueError as error:
        raise Invalid(N_("Expected the points of a level, got %(got)s."), got=value[:40]) from error


def what_waits(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    """Answers that this person can mark."""
    mine = [queue for queue in queues(session, actor.body_id, actor.person_id) if queue.mine]
    return [
        Pile(
            title=gettext("Answers to mark"),
            count=sum(queue.mine for queue in mine),
            url=url_for("marking.index"),
            oldest=[
                Task(
                    text=gettext("Form %(form)s, item %(number)s", form=queue.form_code, number=queue.position),
                    url=url_for("marking.next_one", form_id=queue.form_id, item=queue.item_version_id),
                    since=queue.since,
                )
                for queue in mine[:OLDEST]
            ],
        )
    ]


waits_for(Role.ASSESSOR, what_waits)
