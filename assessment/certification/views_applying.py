"""Applying, one page a step: scheme, prerequisites, training and needs, self-assessment, consents, submit."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.certification import applying
from assessment.certification.application_form import required_of, said_of_elements
from assessment.certification.applying import Part, Said, parts_missing
from assessment.certification.authority import today_in
from assessment.certification.consents import consents_of, is_minor, save_consents
from assessment.certification.inputs import (
    ProgrammeInput,
    claims_input,
    consents_input,
    self_assessment_input,
    yes,
)
from assessment.certification.queries import Head, head_of, standing_of_application
from assessment.certification.tables import Application, Purpose
from assessment.certification.wording import PARTS
from assessment.database import db, reading
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.schemes.queries import published_schemes
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

applications = Blueprint("applications", __name__)
locate("application_id", standing_of_application)

ENDPOINTS = {
    Part.PREREQUISITES: "applications.prerequisites",
    Part.PROGRAMME: "applications.programme",
    Part.SELF_ASSESSMENT: "applications.self_assessment",
    Part.CONSENTS: "applications.consents",
}
FOLLOWING = {
    Part.PREREQUISITES: "applications.programme",
    Part.PROGRAMME: "applications.self_assessment",
    Part.SELF_ASSESSMENT: "applications.consents",
    Part.CONSENTS: "applications.check",
}


@applications.route("/applications/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    refusal = ""
    if request.method == "POST":
        try:
            made = applying.apply(db.session(), me(), request.form.get("scheme", ""), now=now())
        except (Conflict, NotFound) as error:
            refusal = say(error)
        else:
            return redirect(url_for("applications.prerequisites", application_id=made.id), 303)
    with reading() as session:
        schemes = published_schemes(session, me().body_id, today_in(session, me().body_id, now()))
        page = render_template("certification/apply_scheme.html", schemes=schemes, refusal=refusal, spoken=language())
    return page, 422 if refusal else 200


@applications.route("/applications/<application_id>/prerequisites", methods=["GET", "POST"])
def prerequisites(application_id: str) -> str | Response | tuple[str, int]:
    with reading() as session:
        head = own_head(application_id)
        required = required_of(session, head.application, language())
        form, fields = claims_input([(each.id, each.statement) for each in required])
        if not form.validate_on_submit():
            if not form.is_submitted():
                for each in required:
                    fields[each.id].data = each.claim
            return step_page("apply_prerequisites", Part.PREREQUISITES, head, form, fields=list(fields.values()))
    claims = {id_: field.data or "" for id_, field in fields.items()}
    applying.save_claims(db.session(), me(), application_id, claims)
    return onward(Part.PREREQUISITES, application_id)


@applications.route("/applications/<application_id>/programme", methods=["GET", "POST"])
def programme(application_id: str) -> str | Response | tuple[str, int]:
    with reading():
        head = own_head(application_id)
        form = ProgrammeInput(obj=head.application)
        if not form.validate_on_submit():
            return step_page("apply_programme", Part.PROGRAMME, head, form)
    applying.save_programme(
        db.session(),
        me(),
        application_id,
        programme=form.programme.data or "",
        payer=form.payer.data or "",
        adjustment=form.adjustment.data or "",
    )
    return onward(Part.PROGRAMME, application_id)


@applications.route("/applications/<application_id>/self-assessment", methods=["GET", "POST"])
def self_assessment(application_id: str) -> str | Response | tuple[str, int]:
    with reading() as session:
        head = own_head(application_id)
        units = said_of_elements(session, head.application, language())
        elements = [element for unit in units for element in unit.elements]
        form, fields = self_assessment_input([(element.id, element.text) for element in elements])
        if not form.validate_on_submit():
            if not form.is_submitted():
                for element in elements:
                    able, what = fields[element.id]
                    able.data = None if element.able is None else ("yes" if element.able else "no")
                    what.data = element.evidence
            return step_page("apply_self_assessment", Part.SELF_ASSESSMENT, head, form, units=units, fields=fields)
    said_of = {id_: Said(able=yes(able), evidence=what.data or "") for id_, (able, what) in fields.items()}
    applying.save_self_assessment(db.session(), me(), application_id, said_of)
    return onward(Part.SELF_ASSESSMENT, application_id)


@applications.route("/applications/<application_id>/consents", methods=["GET", "POST"])
def consents(application_id: str) -> str | Response | tuple[str, int]:
    with reading() as session:
        head = own_head(application_id, draft=False)
        draft = head.application.state is ApplicationState.DRAFT
        minor = is_minor(session, head.application, now=now())
        purposes = [purpose for purpose in Purpose if not (minor and purpose is Purpose.PHOTO_ABROAD)]
        form, fields = consents_input(purposes, minor=minor)
        if not form.validate_on_submit():
            if not form.is_submitted():
                for purpose, consent in consents_of(session, me().body_id, application_id).items():
                    if purpose in fields:
                        fields[purpose].data = "yes" if consent.given else "no"
            return step_page("apply_consents", Part.CONSENTS, head, form, fields=fields, minor=minor, refusal="")
    given = {Purpose.PHOTO_ABROAD: False} | {purpose: yes(field) for purpose, field in fields.items()}
    by_guardian = minor and bool(form["by_guardian"].data)
    try:
        save_consents(db.session(), me(), application_id, given, by_guardian=by_guardian, now=now())
    except Invalid as error:
        with reading():
            head = own_head(application_id, draft=False)
            return step_page(
                "apply_consents", Part.CONSENTS, head, form, fields=fields, minor=minor, refusal=say(error)
            )
    place = FOLLOWING[Part.CONSENTS] if draft else "applications.page"
    return redirect(url_for(place, application_id=application_id), 303)


@applications.route("/applications/<application_id>/submit", methods=["GET", "POST"])
def check(application_id: str) -> str | Response | tuple[str, int]:
    refusal = ""
    if request.method == "POST":
        try:
            applying.submit(db.session(), me(), application_id, now=now())
        except (Conflict, Invalid) as error:
            refusal = say(error) if isinstance(error, Conflict) else gettext("Some steps are not whole yet.")
        else:
            return redirect(url_for("applications.page", application_id=application_id), 303)
    with reading() as session:
        head = own_head(application_id)
        shown = steps(None, head.application)
        page = render_template(
            "certification/apply_check.html",
            head=head,
            steps=shown,
            missing=[{"text": step["label"], "href": step["href"]} for step in shown if step["state"] == "todo"],
            required=required_of(session, head.application, language()),
            units=said_of_elements(session, head.application, language()),
            refusal=refusal,
        )
    return page, 422 if refusal else 200


def own_head(application_id: str, *, draft: bool = True) -> Head:
    """The head of the candidate's application; `draft` refuses one that was handed in. Raises NotFound, Conflict."""
    head = head_of(db.session(), me().body_id, application_id, language())
    if head is None or head.application.person_id != me().person_id:
        raise NotFound(N_("There is no such application."))
    if draft and head.application.state is not ApplicationState.DRAFT:
        raise Conflict(N_("This application was submitted; it can no longer be changed here."))
    return head


def onward(part: Part, application_id: str) -> Response:
    """To the step after this one."""
    return redirect(url_for(FOLLOWING[part], application_id=application_id), 303)


def steps(part: Part | None, application: Application) -> list[dict[str, str]]:
    """The steps of the application: which are whole, and which is open now; None is the last look."""
    missing = parts_missing(db.session(), application, now=now())
    found = [
        {
            "label": str(PARTS[each]),
            "state": "current" if each is part else ("todo" if each in missing else "done"),
            "href": url_for(ENDPOINTS[each], application_id=application.id),
        }
        for each in Part
    ]
    last = {"label": gettext("Check and submit"), "state": "current" if part is None else "todo"}
    return [*found, last | {"href": url_for("applications.check", application_id=application.id)}]


def step_page(template: str, part: Part, head: Head, form: object, **values: object) -> tuple[str, int]:
    """One step of the application; 422 where something was not accepted."""
    refused = bool(getattr(form, "errors", None)) or bool(values.get("refusal"))
    page = render_template(
        f"certification/{template}.html",
        head=head,
        form=form,
        steps=steps(part, head.application),
        **values,
    )
    return page, 422 if refused else 200
