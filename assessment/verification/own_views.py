"""The holder's side of the public page: what it shows for comparing with the person."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import DataRequired

from assessment.credentials.queries import certificate_line
from assessment.database import db
from assessment.domain.errors import N_, NotFound
from assessment.verification.own_choice import choose, shows_birth_date
from assessment.web.actor import me
from assessment.web.inputs import Input, choices
from assessment.web.requests import now

own_page = Blueprint("own_page", __name__)

CHOICES = {"neither": _l("The name alone"), "birth_date": _l("The name and the date of birth")}


class ChoiceInput(Input):
    """What the page shows."""

    shown = RadioField(
        _l("What the page shows for comparing with you"),
        choices=choices(CHOICES),
        validators=[DataRequired()],
        description=_l("Whoever opens your certificate's address sees it. You can change it at any time."),
    )


@own_page.route("/certificates/<credential_id>/public-page", methods=["GET", "POST"])
def edit(credential_id: str) -> str | Response | tuple[str, int]:
    session = db.session()
    line = certificate_line(session, me().body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    form = ChoiceInput()
    if form.validate_on_submit():
        choose(session, me(), credential_id, birth_date=form.shown.data == "birth_date", now=now())
        flash(gettext("Saved. The page shows it within a minute."))
        return redirect(url_for(".edit", credential_id=credential_id), 303)
    if not form.is_submitted():
        form.shown.data = "birth_date" if shows_birth_date(session, me().body_id, credential_id) else "neither"
    page = render_template("verification/own.html", line=line, form=form)
    return (page, 422) if form.is_submitted() else page
