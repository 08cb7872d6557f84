"""Writing schemes: a new one from a form or a file, what a draft says, and the cells of its plan."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.database import db, reading
from assessment.domain.case import json_value
from assessment.domain.competency import Method
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.language import text_in
from assessment.schemes.creating import change_draft, prepare_version, store_version
from assessment.schemes.draft import SchemeDraft, draft_from_json
from assessment.schemes.editing import clear_cell, set_cell
from assessment.schemes.inputs import (
    METHODS,
    CellInput,
    SchemeInput,
    UploadInput,
    cell_values,
    draft_of,
    rule_of,
    scheme_values,
)
from assessment.schemes.publishing import plan_of
from assessment.schemes.queries import scheme_facts, scheme_units
from assessment.schemes.tables import SchemeState
from assessment.schemes.views import schemes
from assessment.standards.queries import published_units, texts
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

MOST_UNITS = 500

Page = str | Response | tuple[str, int]

__all__ = ("schemes",)


@schemes.route("/schemes/new", methods=["GET", "POST"])
def new() -> Page:
    form = SchemeInput()
    with reading() as session:
        form.offer_units(published_units(session, me().body_id, language(), limit=MOST_UNITS))
    refusal = ""
    if form.validate_on_submit():
        try:
            return _created(draft_of(form))
        except (Invalid, Conflict) as error:
            refusal = say(error)
    status = 422 if refusal or form.errors else 200
    return render_template("schemes/new.html", form=form, upload=UploadInput(), refusal=refusal, refused=""), status


@schemes.post("/schemes/upload")
def upload() -> Page:
    upload = UploadInput()
    refusal = ""
    if upload.validate_on_submit():
        try:
            return _created(draft_from_json(json_value.load(upload.draft.data.read())))
        except (Invalid, Conflict) as error:
            refusal = say(error)
    form = SchemeInput(formdata=None)
    with reading() as session:
        form.offer_units(published_units(session, me().body_id, language(), limit=MOST_UNITS))
    return render_template("schemes/new.html", form=form, upload=upload, refusal="", refused=refusal), 422


@schemes.route("/schemes/<scheme_version_id>/change", methods=["GET", "POST"])
def change(scheme_version_id: str) -> Page:
    with reading() as session:
        facts = scheme_facts(session, me().body_id, scheme_version_id)
        members = scheme_units(session, me().body_id, scheme_version_id)
        offered = published_units(session, me().body_id, language(), limit=MOST_UNITS)
    _require_draft(facts.state)
    form = SchemeInput(data=scheme_values(facts, members)).offer_units(offered, members)
    refusal = ""
    if form.validate_on_submit():
        try:
            change_draft(db.session(), me().body_id, scheme_version_id, draft_of(form))
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            flash(gettext("The draft was saved."))
            return redirect(url_for("schemes.page", scheme_version_id=scheme_version_id), 303)
    status = 422 if refusal or form.errors else 200
    title = text_in(facts.titles, language()) or facts.code
    return render_template("schemes/change.html", form=form, scheme=facts, title=title, refusal=refusal), status


@schemes.route("/schemes/<scheme_version_id>/plan/<criterion_id>/<method>", methods=["GET", "POST"])
def cell(scheme_version_id: str, criterion_id: str, method: str) -> Page:
    chosen = _method(method)
    with reading() as session:
        facts = scheme_facts(session, me().body_id, scheme_version_id)
        plan = plan_of(session, me().body_id, scheme_version_id)
        said = texts(session, me().body_id, [criterion_id], language())
    _require_draft(facts.state)
    number = next((each.number for unit in plan.units for each in unit.criteria if each.id == criterion_id), None)
    if number is None:
        raise NotFound(N_("There is no such criterion in the units of this scheme."))
    used = {cell.method: cell.rule for cell in plan.cells if cell.criterion_id == criterion_id}
    form = CellInput(data=cell_values(used.get(chosen))).offer_rules(chosen)
    refusal = ""
    if form.validate_on_submit():
        try:
            set_cell(db.session(), me().body_id, scheme_version_id, criterion_id, chosen, rule_of(form))
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            flash(gettext("The plan was changed: %(number)s, %(method)s.", number=number, method=METHODS[chosen]))
            return _to_criterion(scheme_version_id, criterion_id)
    page = render_template(
        "schemes/cell.html",
        form=form,
        scheme=facts,
        title=text_in(facts.titles, language()) or facts.code,
        number=number,
        statement=said.get(criterion_id, ""),
        criterion_id=criterion_id,
        method=chosen.value,
        method_name=METHODS[chosen],
        used=chosen in used,
        refusal=refusal,
    )
    return page, 422 if refusal or form.errors else 200


@schemes.post("/schemes/<scheme_version_id>/plan/<criterion_id>/<method>/clear")
def clear(scheme_version_id: str, criterion_id: str, method: str) -> Response:
    try:
        clear_cell(db.session(), me().body_id, scheme_version_id, criterion_id, _method(method))
    except Conflict as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The method is no longer used for this criterion."))
    return _to_criterion(scheme_version_id, criterion_id)


def _created(draft: SchemeDraft) -> Response:
    with reading() as session:
        prepared = prepare_version(session, me().body_id, draft)
    made = store_version(db.session(), me().body_id, prepared, now())
    flash(gettext("The scheme was kept as a draft. Fill the holes of its plan, then publish it."))
    return redirect(url_for("schemes.page", scheme_version_id=made), 303)


def _method(text: str) -> Method:
    if text not in [method.value for method in Method]:
        raise NotFound(N_("There is no such page."))
    return Method(text)


def _require_draft(state: SchemeState) -> None:
    if state is not SchemeState.DRAFT:
        raise Conflict(
            N_("A version that was published is never edited. Make a new version of the scheme to change it.")
        )


def _to_criterion(scheme_version_id: str, criterion_id: str) -> Response:
    return redirect(url_for("schemes.criterion", scheme_version_id=scheme_version_id, criterion_id=criterion_id), 303)
