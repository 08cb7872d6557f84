"""Exam forms for the scheme manager: list, draw, look at, read through without keys."""

from fractions import Fraction

from flask import Blueprint as Views
from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Field

from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.exams.form import Blueprint, Cut, Difficulty, Quota, Range
from assessment.domain.psychometrics.agreement import LEAST_CASES
from assessment.exams.content import describe
from assessment.exams.forms import NewForm, draw_items, store_forms
from assessment.exams.inputs import CUT_METHODS, BlueprintFields, FormInput, form_input
from assessment.exams.marking_inputs import rule_input
from assessment.exams.marking_queries import marked_items
from assessment.exams.paper import form_views
from assessment.exams.pool import supply
from assessment.exams.queries import PAGE, form_items, forms, scheme_versions_for_forms
from assessment.exams.showing import shown_on_form
from assessment.exams.standing import standing_of_form
from assessment.exams.tables import Form
from assessment.item_bank.inputs import KINDS
from assessment.item_bank.searching import unreviewed_versions
from assessment.schemes.queries import scheme_titles
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

exam_forms = Views("exam_forms", __name__)
locate("form_id", standing_of_form)

BANDS = {
    Difficulty.EASY: N_("Easy: three in four or more answer it rightly"),
    Difficulty.MEDIUM: N_("Medium"),
    Difficulty.HARD: N_("Hard: fewer than two in five answer it rightly"),
}


@exam_forms.get("/exam-forms")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, count = forms(db.session(), me().body_id, page=page)
    versions = scheme_versions_for_forms(db.session(), me().body_id)
    titles = scheme_titles(db.session(), me().body_id, (version.id for version, _ in versions), language())
    return render_template(
        "exams/forms.html",
        lines=lines,
        page=page,
        pages=-(-count // PAGE),
        pages_url=lambda number: url_for("exam_forms.index", page=number),
        versions=[(version, code, titles.get(version.id, code)) for version, code in versions],
    )


@exam_forms.route("/exam-forms/new/<scheme_version_id>", methods=["GET", "POST"])
def new(scheme_version_id: str) -> str | Response | tuple[str, int]:
    with reading() as session:
        found = supply(session, me().body_id, scheme_version_id)
        units = found.units
        named = describe(session, me().body_id, (unit.unit_id for unit in units), language())
        title = scheme_titles(session, me().body_id, [scheme_version_id], language()).get(scheme_version_id, "")
    form, fields = form_input(
        [(unit.unit_id, named[unit.unit_id].code) for unit in units], [(kind, str(KINDS[kind])) for kind in found.kinds]
    )
    refusal = ""
    if form.validate_on_submit():
        try:
            with reading() as session:
                drawn = draw_items(session, me().body_id, scheme_version_id, _wanted(form, fields))
            made = store_forms(db.session(), me().body_id, drawn, now=now(), created_by=me().person_id)
        except (Invalid, Conflict) as error:
            refusal = say(error)
        else:
            one = url_for("exam_forms.page", form_id=made[0].id)
            return redirect(one if len(made) == 1 else url_for("exam_forms.index"), 303)
    status = 422 if refusal or form.errors else 200
    page = render_template(
        "exams/form_new.html",
        form=form,
        units=[(unit, named[unit.unit_id], *fields.units[unit.unit_id]) for unit in units],
        kinds=[(KINDS[kind], *limits) for kind, limits in fields.kinds.items()],
        more=request.method == "POST",
        bands=[(BANDS[band], *limits) for band, limits in fields.difficulty.items()],
        title=title,
        refusal=refusal,
    )
    return page, status


@exam_forms.get("/exam-forms/<form_id>")
def page(form_id: str) -> str:
    session, body_id = db.session(), me().body_id
    form = session.get(Form, (body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    items = form_items(session, body_id, form_id)
    criteria = {criterion for _, measured in items for criterion in measured}
    named = describe(session, body_id, {item.unit_id for item, _ in items} | criteria, language())
    units: dict[str, int] = {}
    times = dict.fromkeys((id_ for id_ in named if id_ in criteria), 0)
    for item, measured in items:
        units[item.unit_id] = units.get(item.unit_id, 0) + 1
        for criterion in measured:
            times[criterion] += 1
    return render_template(
        "exams/form.html",
        form=form,
        title=scheme_titles(session, body_id, [form.scheme_version_id], language()).get(form.scheme_version_id, ""),
        units=[(named[unit], count) for unit, count in units.items()],
        criteria=[(named[criterion], count) for criterion, count in times.items()],
        length=len(items),
        unreviewed=unreviewed_versions(session, body_id, [item.item_version_id for item, _ in items]),
        method=str(CUT_METHODS.get(form.cut_method, form.cut_method)),
        marked=marked_items(session, body_id, form_id),
        least_cases=LEAST_CASES,
        rule=rule_input(form),
    )


@exam_forms.get("/exam-forms/<form_id>/preview")
def preview(form_id: str) -> str:
    session, body_id = db.session(), me().body_id
    form = session.get(Form, (body_id, form_id))
    if form is None:
        raise NotFound(N_("There is no such form."))
    versions = [item.item_version_id for item, _ in form_items(session, body_id, form_id)]
    views = form_views(session, body_id, versions, language=language())
    return render_template(
        "exams/preview.html", form=form, questions=[shown_on_form(view, form_id=form_id) for view in views]
    )


def _wanted(form: FormInput, fields: BlueprintFields) -> NewForm:
    """Read the input as a form to be drawn. Raises Invalid for a final cut without judges and date."""
    final = not form.provisional.data
    if final and not (form.cut_judges.data and form.cut_on.data):
        raise Invalid(N_("A cut that is not provisional names the number of judges and the date."))
    return NewForm(
        code=form.code.data or "",
        minutes=form.minutes.data or 0,
        blueprint=Blueprint(
            quotas=tuple(
                Quota(unit_id=unit_id, items=items.data, section=section.data)
                for unit_id, (items, section) in fields.units.items()
                if items.data
            ),
            kinds={kind: wanted for kind, limits in fields.kinds.items() if (wanted := _range(limits))},
            difficulty={band: wanted for band, limits in fields.difficulty.items() if (wanted := _range(limits))},
            shown_at_most=form.shown_at_most.data,
            forms=form.forms.data or 1,
            common_at_most=form.common_at_most.data or 0,
        ),
        cut=Cut(
            fraction=Fraction(form.cut.data or 0) / 100,
            method=form.cut_method.data,
            judges=(form.cut_judges.data or 0) if final else 0,
            set_on=form.cut_on.data if final else None,
        ),
    )


def _range(limits: tuple[Field, Field]) -> Range | None:
    least, most = (field.data for field in limits)
    return None if least is None and most is None else Range(least=least or 0, most=most)
