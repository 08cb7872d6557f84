"""The holder's side of the public page: what it shows for comparing with the person."""

from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import RadioField
from wtforms.validators import DataRequired

from assessment.accounts.persons import birth_date_of, name_of
from assessment.credentials.queries import Line, certificate_line
from assessment.database import db, reading
from assessment.domain.errors import N_, NotFound
from assessment.verification.own_choice import choose, shows_birth_date
from assessment.verification.own_photo import PhotoOnRecord, photo_on_record
from assessment.verification.page import Language, PhotoPage
from assessment.verification.present_photo import present_photo
from assessment.verification.queries_photo import shows_photo
from assessment.web.actor import me
from assessment.web.formatting import clock, day, moment
from assessment.web.inputs import Input, choices
from assessment.web.language import language
from assessment.web.requests import now

own_page = Blueprint("own_page", __name__)

# What is shown by (date of birth, photo).
SHOWN = {"neither": (False, False), "birth_date": (True, False), "photo": (False, True), "both": (True, True)}
CHOICES = {
    "neither": _l("The name alone"),
    "birth_date": _l("The name and the date of birth"),
    "photo": _l("The name and the photo"),
    "both": _l("The name, the date of birth and the photo"),
}


class ChoiceInput(Input):
    """What the page shows."""

    shown = RadioField(
        _l("What the page shows for comparing with you"),
        validators=[DataRequired()],
        description=_l("Whoever opens your certificate's address sees it. You can change it at any time."),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What a reader would see of one choice: its words, the lines, and the photo beside them."""

    key: str
    title: object
    lines: tuple[tuple[str, str], ...]
    photo: PhotoPage | None


@own_page.route("/certificates/<credential_id>/public-page", methods=["GET", "POST"])
def edit(credential_id: str) -> str | Response | tuple[str, int]:
    form = ChoiceInput()
    with reading() as session:
        line = certificate_line(session, me().body_id, credential_id, now=now())
        if line is None:
            raise NotFound(N_("There is no such certificate."))
        found = photo_on_record(session, current_app.extensions["storage"], line.body_id, line.id)
        offered = found if isinstance(found, PhotoOnRecord) else None
        previews = _previews(session, line, offered)
        form.shown.choices = choices({each.key: each.title for each in previews})
        if not form.validate_on_submit():
            if not form.is_submitted():
                form.shown.data = _chosen(session, line)
            page = render_template(
                "verification/own.html", line=line, form=form, previews=previews, no_photo=None if offered else found
            )
            return (page, 422) if form.is_submitted() else page
    birth_date, photo = SHOWN[form.shown.data]
    choose(db.session(), me(), credential_id, birth_date=birth_date, photo=offered if photo else None, now=now())
    flash(gettext("Saved. The page shows it within a minute."))
    return redirect(url_for(".edit", credential_id=credential_id), 303)


def _chosen(session: Session, line: Line) -> str:
    standing = (shows_birth_date(session, line.body_id, line.id), shows_photo(session, line.body_id, line.id))
    return next(key for key, shown in SHOWN.items() if shown == standing)


def _previews(session: Session, line: Line, offered: PhotoOnRecord | None) -> list[Preview]:
    """Every choice that there is, as a reader would see it."""
    holder = Language(code=language(), say=gettext, day=day, moment=moment, clock=clock)
    name = name_of(session, line.body_id, line.person_id).text
    named = (gettext("Name"), name)
    born = (gettext("Date of birth"), day(birth_date_of(session, line.body_id, line.person_id)))
    photo = None if offered is None else present_photo(offered.photo, name=name, language=holder)
    return [
        Preview(
            key=key,
            title=CHOICES[key],
            lines=(named, born) if with_birth_date else (named,),
            photo=photo if with_photo else None,
        )
        for key, (with_birth_date, with_photo) in SHOWN.items()
        if photo is not None or not with_photo
    ]
