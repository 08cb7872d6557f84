"""On the page of an item: which others must not meet it on one form."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.database import db
from assessment.domain.errors import Conflict, Invalid, NotFound
from assessment.item_bank.apart import hold_apart, let_meet
from assessment.item_bank.views import item_bank
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now

LONGEST = 200


@item_bank.post("/items/<item_id>/apart")
def keep_apart(item_id: str) -> Response:
    other = request.form.get("other", "")[:LONGEST]
    try:
        hold_apart(db.session(), me(), item_id, other, now=now())
    except (Invalid, Conflict, NotFound) as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The two items will not meet on a form that is drawn from now on."))
    return redirect(url_for("item_bank.item", item_id=item_id, _anchor="apart"), 303)


@item_bank.post("/items/<item_id>/apart/end")
def end_apart(item_id: str) -> Response:
    try:
        let_meet(db.session(), me(), item_id, request.form.get("other", "")[:LONGEST], now=now())
    except NotFound as refusal:
        flash(say(refusal), "refusal")
    else:
        flash(gettext("The two items may meet on a form again."))
    return redirect(url_for("item_bank.item", item_id=item_id, _anchor="apart"), 303)
