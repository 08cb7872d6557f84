"""Regrades: proposals and the ledger, a preview of every change before anything is stored, a second person."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.database import db, reading
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.domain.exams.regrade import Remedy
from assessment.domain.roles import Role
from assessment.exams.content import Described, describe
from assessment.exams.foreseeing import Preview, Proposal, check_proposal, preview, proposal_of
from assessment.exams.regrade_inputs import REMEDIES, AnswerInput, ProposeInput, RemedyInput
from assessment.exams.regrade_queries import (
    PAGE,
    FormItemLine,
    RegradeHead,
    items_to_regrade,
    ledger,
    regradable_forms,
    standing_of_regrade,
)
from assessment.exams.regrade_queries import regrades as find_regrades
from assessment.exams.regrading import confirm, propose, turn_down
from assessment.exams.tables import Form
from assessment.exams.tables_regrade import Regrade
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

regrades = Blueprint("regrades", __name__)
locate("regrade_id", standing_of_regrade)

OLDEST = 3


@regrades.get("/regrades")
def index() -> str:
    session, page = db.session(), _page_number()
    heads, total = find_regrades(session, me().body_id, page=page)
    return render_template(
        "exams/regrades.html",
        heads=heads,
        remedies=REMEDIES,
        names=names(session, me().body_id, {head.regrade.proposed_by for head in heads}),
        forms=regradable_forms(session, me().body_id) if Role.QUALITY_MANAGER in me().roles else [],
        page=page,
        pages=-(-total // PAGE),
        address=lambda number: url_for("regrades.index", page=number),
    )


@regrades.get("/regrades/of/<form_id>")
def choose(form_id: str) -> str:
    items = items_to_regrade(db.session(), me().body_id, form_id, language=language())
    return render_template("exams/regrade_items.html", form=_form(form_id), items=items)


@regrades.get("/regrades/of/<form_id>/<item>")
def new(form_id: str, item: str) -> str:
    line = _item(form_id, item)
    asked = _remedy_input(line, request.args)
    send = ProposeInput(formdata=None)
    found, refusal = None, ""
    if "remedy" in request.args and asked.validate():
        try:
            found = _look(form_id, item, asked.remedy.data, asked.by.data)
        except Refusal as error:
            refusal = say(error)
    return _new_page(form_id, line, asked, send, found, refusal)


@regrades.post("/regrades/of/<form_id>/<item>")
def send(form_id: str, item: str) -> str | Response | tuple[str, int]:
    form = ProposeInput()
    status, found = 422, None
    try:
        with reading():
            found = _look(form_id, item, form.remedy.data, form.by.data)
        if form.validate_on_submit():
            made = propose(
                db.session(),
                me(),
                found.proposal,
                reason=form.reason.data or "",
                seen=form.seen.data or "",
                foreseen=found,
                now=now(),
            )
            flash(gettext("Proposed. A second person looks at the same preview; until then nothing changes."))
            return redirect(url_for("regrades.page", regrade_id=made.id), 303)
    except Refusal as error:
        db.session.rollback()
        status = STATUS[type(error)]
        form.form_errors.append(say(error))
    line = _item(form_id, item)
    asked = _remedy_input(line, MultiDict({"remedy": form.remedy.data or "", "by": form.by.data or ""}))
    return _new_page(form_id, line, asked, form, found, ""), status


@regrades.get("/regrades/<regrade_id>")
def page(regrade_id: str) -> str:
    return _page(regrade_id, AnswerInput(formdata=None))


@regrades.post("/regrades/<regrade_id>/answer")
def answer(regrade_id: str) -> str | Response | tuple[str, int]:
    form = AnswerInput()
    if not form.validate_on_submit():
        return _page(regrade_id, form), 422
    try:
        said = _answer(regrade_id, form)
    except Refusal as error:
        db.session.rollback()
        form.form_errors.append(say(error))
        return _page(regrade_id, form), STATUS[type(error)]
    flash(said)
    return redirect(url_for("regrades.page", regrade_id=regrade_id), 303)


def _answer(regrade_id: str, form: AnswerInput) -> str:
    """Carry the answer out; what a confirmation changes is worked out before the write lock is taken."""
    reason = form.reason.data or ""
    if form.answer.data != "confirm":
        turn_down(db.session(), me(), regrade_id, reason=reason, now=now())
        return str(gettext("Turned down. Nothing changes."))
    with reading() as session:
        regrade = session.get(Regrade, (me().body_id, regrade_id))
        if regrade is None:
            raise NotFound(N_("There is no such regrade."))
        found = preview(session, me().body_id, proposal_of(regrade))
    confirm(db.session(), me(), regrade_id, reason=reason, seen=form.seen.data or "", foreseen=found, now=now())
    text = ngettext(
        "Confirmed. %(num)s attempt has new marks.", "Confirmed. %(num)s attempts have new marks.", len(found.turned)
    )
    return str(text)


def _page(regrade_id: str, form: AnswerInput) -> str:
    session, body_id, page = db.session(), me().body_id, _page_number()
    heads, _total = find_regrades(session, body_id, regrade_id=regrade_id)
    if not heads:
        raise NotFound(N_("There is no such regrade."))
    head = heads[0]
    people = {head.regrade.proposed_by} | ({head.answer.confirmed_by} if head.answer else set())
    found = preview(session, body_id, proposal_of(head.regrade)) if head.answer is None else None
    form.seen.data = found.digest if found else ""
    lines, total = ledger(session, body_id, regrade_id, page=page) if found is None else ([], 0)
    return render_template(
        "exams/regrade.html",
        head=head,
        remedies=REMEDIES,
        form=form if head.answer is None and head.regrade.proposed_by != me().person_id else None,
        lines=lines,
        lines_total=total,
        lines_pages=-(-total // PAGE),
        **_shown(found, page, people | {line.person_id for line in lines}),
        address=lambda number: url_for("regrades.page", regrade_id=regrade_id, page=number),
    )


def _new_page(
    form_id: str, line: FormItemLine, asked: RemedyInput, send: ProposeInput, found: Preview | None, refusal: str
) -> str:
    remedy, by = asked.remedy.data or "", asked.by.data or ""
    send.remedy.data, send.by.data, send.seen.data = remedy, by, found.digest if found else ""
    return render_template(
        "exams/regrade_new.html",
        form=_form(form_id),
        item=line,
        asked=asked,
        send=send,
        refusal=refusal,
        **_shown(found, _page_number(), set()),
        address=lambda number: url_for(
            "regrades.new", form_id=form_id, item=line.version_id, remedy=remedy, by=by or None, page=number
        ),
    )


def _shown(found: Preview | None, page: int, people: set[str]) -> Mapping[str, Any]:
    """What the pages show of a preview: one page of its changes, with names and the words of what turned over."""
    session, body_id = db.session(), me().body_id
    turned = found.turned[(page - 1) * PAGE : page * PAGE] if found else ()
    ids = {flip.criterion_id for each in turned for flip in each.change.flips if flip.criterion_id}
    if found:
        for each in turned:
            touched = found.touched.get(each.change.attempt_id)
            ids |= {unit.unit_id for unit in touched.units} if touched else set()
    words: dict[str, Described] = describe(session, body_id, ids, language()) if ids else {}
    return {
        "found": found,
        "turned": turned,
        "page": page,
        "pages": -(-len(found.turned) // PAGE) if found else 0,
        "names": names(session, body_id, people | {each.person_id for each in turned}),
        "words": words,
    }


def _look(form_id: str, item: str, remedy: str | None, by: str | None) -> Preview:
    """Return what a remedy for an item would change. Raises a refusal for one that cannot be carried out."""
    kinds = {each.value: each for each in Remedy if each is not Remedy.LATE_ANSWER}
    if remedy not in kinds:
        raise NotFound(N_("There is no such remedy."))
    wanted = Proposal(
        form_id=form_id,
        item_version_id=item,
        remedy=kinds[remedy],
        by_version_id=by or None if kinds[remedy] is Remedy.NEW_KEY else None,
    )
    check_proposal(db.session(), me().body_id, wanted)
    return preview(db.session(), me().body_id, wanted)


def _remedy_input(line: FormItemLine, sent: MultiDict[str, str]) -> RemedyInput:
    asked = RemedyInput(formdata=sent if "remedy" in sent else None)
    asked.by.choices = choices(
        {version_id: gettext("Version %(number)s", number=number) for version_id, number in line.newer}
    )
    return asked


def _form(form_id: str) -> Form:
    form = db.session().get(Form, (me().body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    return form


def _item(form_id: str, item: str) -> FormItemLine:
    lines = items_to_regrade(db.session(), me().body_id, form_id, language=language())
    line = next((each for each in lines if each.version_id == item), None)
    if line is None:
        raise NotFound(N_("There is no such item on this form."))
    return line


def _page_number() -> int:
    return max(1, request.args.get("page", 1, type=int))


def what_waits(session: Session, actor: Actor, _moment: datetime) -> Sequence[Pile]:
    """Regrades that somebody else proposed and nobody has answered."""
    heads, total = find_regrades(session, actor.body_id, only_open=True, not_by=actor.person_id)
    return [
        Pile(
            title=gettext("Regrades for a second person"),
            count=total,
            url=url_for("regrades.index"),
            oldest=[_task(head) for head in reversed(heads[-OLDEST:])],
        )
    ]


def _task(head: RegradeHead) -> Task:
    return Task(
        text=gettext(
            "Form %(form)s, item %(number)s: %(remedy)s",
            form=head.form_code,
            number=head.position,
            remedy=REMEDIES[head.regrade.remedy],
        ),
        url=url_for("regrades.page", regrade_id=head.regrade.id),
        since=head.regrade.proposed_at,
    )


waits_for(Role.QUALITY_MANAGER, what_waits)
waits_for(Role.SCHEME_MANAGER, what_waits)
