"""The holder chooses what a link shows, and ends it."""

from flask import flash, redirect, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.credentials.inputs import LinkInput
from assessment.credentials.sharing import end_link as end
from assessment.credentials.sharing import make_link
from assessment.credentials.tables import Shown
from assessment.credentials.views import certificates
from assessment.credentials.views import page as certificate_page
from assessment.database import db
from assessment.domain.errors import Refusal
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now


@certificates.post("/certificates/<credential_id>/links")
def share(credential_id: str) -> Response | tuple[str, int]:
    form = LinkInput()
    if not form.validate_on_submit():
        return certificate_page(credential_id), 422
    try:
        make_link(db.session(), me(), credential_id, Shown(form.shows.data), now=now())
    except Refusal as refusal:
        db.session.rollback()
        flash(say(refusal), "error")
    else:
        flash(gettext("The link is ready. Whoever has it sees what you chose, until you end it."))
    return redirect(url_for("certificates.page", credential_id=credential_id, _anchor="links"), 303)


@certificates.post("/certificates/<credential_id>/links/<link_id>/end")
def end_link(credential_id: str, link_id: str) -> Response:
    end(db.session(), me(), credential_id, link_id, now=now())
    flash(gettext("The link has ended. It shows nothing any more."))
    return redirect(url_for("certificates.page", credential_id=credential_id, _anchor="links"), 303)
