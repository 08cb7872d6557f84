"""The holder's page of links by which employers confirm that the skill is in use."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.credentials.keys import origin
from assessment.credentials.queries import certificate_line
from assessment.database import db
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.verification.own_confirmations import (
    end_confirmation_link,
    make_confirmation_link,
    open_links,
    statements_of,
)
from assessment.verification.own_views import own_page
from assessment.web.actor import me
from assessment.web.inputs import Input
from assessment.web.refusals import say
from assessment.web.requests import now


@own_page.get("/certificates/<credential_id>/confirmations")
def confirmations(credential_id: str) -> str:
    session = db.session()
    line = certificate_line(session, me().body_id, credential_id, now=now())
    if line is None:
        raise NotFound(N_("There is no such certificate."))
    address = origin(session)
    return render_template(
        "verification/own_confirmations.html",
        line=line,
        links=[
            (link, f"{address}/c/{link.id}") for link in open_links(session, me().body_id, credential_id, now=now())
        ],
        statements=statements_of(session, me().body_id, credential_id),
        form=Input(),
    )


@own_page.post("/certificates/<credential_id>/confirmations")
def make_confirmation(credential_id: str) -> Response:
    try:
        make_confirmation_link(db.session(), me(), credential_id, now=now())
    except NotFound:
        raise
    except Refusal as refusal:
        db.session.rollback()
        flash(say(refusal), "error")
    else:
        flash(gettext("The link is ready. Send it to the person who is responsible for your work."))
    return redirect(url_for(".confirmations", credential_id=credential_id), 303)


@own_page.post("/certificates/<credential_id>/confirmations/<confirmation_id>/end")
def end_confirmation(credential_id: str, confirmation_id: str) -> Response:
    try:
        end_confirmation_link(db.session(), me(), credential_id, confirmation_id, now=now())
    except NotFound:
        raise
    except Refusal as refusal:
        db.session.rollback()
        flash(say(refusal), "error")
    else:
        flash(gettext("The link has ended. It shows nothing any more."))
    return redirect(url_for(".confirmations", credential_id=credential_id), 303)
