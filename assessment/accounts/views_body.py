"""The certification body: its licences, sites and assessors, with the days from which and until which they hold."""

from zoneinfo import ZoneInfo

from flask import redirect, render_template, url_for
from flask_babel import gettext

from assessment.accounts.administration import renew_verification
from assessment.accounts.founding import license_body, register_assessor, verify_site
from assessment.accounts.inputs import SITE_KINDS, LicenceInput, RegistrationInput, SiteInput, VerificationInput
from assessment.accounts.persons import name_of, names
from assessment.accounts.queries import licences_of, registrations, sites_of
from assessment.accounts.tables import CertificationBody, SiteKind
from assessment.accounts.views_accounts import administration
from assessment.accounts.views_admin import Page, form_page, required
from assessment.database import db, reading
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.refusals import say
from assessment.web.requests import now

EVERY_SCHEME = "*"

__all__ = ("administration",)


@administration.get("/body")
def body() -> str:
    session, actor = db.session(), me()
    assessors = registrations(session, actor.body_id)
    return render_template(
        "accounts/body.html",
        body=session.get_one(CertificationBody, actor.body_id),
        licences=licences_of(session, actor.body_id),
        sites=sites_of(session, actor.body_id),
        kinds=SITE_KINDS,
        assessors=assessors,
        names=names(session, actor.body_id, [line.person_id for line in assessors]),
        today=now().astimezone(ZoneInfo(actor.zone)).date(),
        administrator=Role.ADMINISTRATOR in actor.roles,
    )


@administration.route("/body/licence", methods=["GET", "POST"])
def licence() -> Page:
    form = LicenceInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            license_body(
                db.session(),
                me().body_id,
                number=form.number.data or "",
                authority=form.authority.data or "",
                authority_number=(form.authority_number.data or "").strip() or None,
                scheme_codes=[code.strip() for code in (form.schemes.data or "").split(",") if code.strip()]
                or [EVERY_SCHEME],
                valid_from=required(form.valid_from.data),
                valid_until=required(form.valid_until.data),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.body"), 303)
    up = gettext("Certification body")
    return form_page(form, refusal, gettext("Enter a licence"), url_for("administration.body"), up=up)


@administration.route("/body/site", methods=["GET", "POST"])
def site() -> Page:
    form = SiteInput()
    refusal = ""
    if form.validate_on_submit():
        try:
            verify_site(
                db.session(),
                me().body_id,
                name=form.name.data or "",
                city=form.city.data or "",
                kind=SiteKind(form.kind.data),
                verified_from=required(form.verified_from.data),
                verified_until=required(form.verified_until.data),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.body"), 303)
    up = gettext("Certification body")
    return form_page(form, refusal, gettext("Add a site"), url_for("administration.body"), up=up)


@administration.route("/body/verification", methods=["GET", "POST"])
def verification() -> Page:
    with reading() as session:
        places = {site.id: f"{site.name}, {site.city}" for site in sites_of(session, me().body_id)}
    form = VerificationInput()
    form.site.choices = choices(places)
    refusal = ""
    if form.validate_on_submit():
        try:
            renew_verification(
                db.session(),
                me(),
                form.site.data,
                verified_from=required(form.verified_from.data),
                verified_until=required(form.verified_until.data),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("administration.body"), 303)
    up = gettext("Certification body")
    return form_page(form, refusal, gettext("Enter a verification"), url_for("administration.body"), up=up)


@administration.route("/persons/<person_id>/registration", methods=["GET", "POST"])
def registration(person_id: str) -> Page:
    with reading() as session:
        known = name_of(session, me().body_id, person_id)
    form = RegistrationInput()
    refusal = ""
    back = url_for("administration.person", person_id=person_id)
    if form.validate_on_submit():
        try:
            register_assessor(
                db.session(),
                me().body_id,
                person_id,
                number=form.number.data or "",
                valid_from=required(form.valid_from.data),
                valid_until=required(form.valid_until.data),
            )
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(back, 303)
    return form_page(form, refusal, gettext("Enter an assessor's registration"), back, over=known.text)
