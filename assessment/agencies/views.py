"""The office's pages about agencies: who is registered, their keys and webhooks, and what was delivered."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.agencies.inputs import AgencyInput, EndInput
from assessment.agencies.keys import end_key as end_key_of
from assessment.agencies.keys import make_key, register
from assessment.agencies.queries import PAGE, agencies, deliveries, keys_of, standing_of_agency, webhooks_at
from assessment.agencies.tables import Agency, Outcome
from assessment.agencies.webhooks import end, own_webhook
from assessment.credentials.told import StatusEvent
from assessment.database import db
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

agency_office = Blueprint("agencies", __name__)
locate("agency_id", standing_of_agency)

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.OFFICIAL})
EVENTS = {
    StatusEvent.REVOKED: _l("Certificate revoked"),
    StatusEvent.SUSPENDED: _l("Certificate suspended"),
    StatusEvent.REINSTATED: _l("Certificate reinstated"),
    StatusEvent.SUPERSEDED: _l("Certificate superseded"),
    StatusEvent.EXPIRED: _l("Certificate expired"),
}
OUTCOMES = {
    Outcome.TAKEN: _l("taken"),
    Outcome.ANSWERED: _l("refused by the server"),
    Outcome.GONE: _l("wants no messages any more"),
    Outcome.NO_ADDRESS: _l("its name was not found"),
    Outcome.NOT_PUBLIC: _l("leads to a network that is not public"),
    Outcome.NOT_TRUSTED: _l("its certificate is not trusted"),
    Outcome.NO_CONNECTION: _l("no connection"),
    Outcome.TOO_SLOW: _l("no answer in time"),
}

Page = str | Response | tuple[str, int]


@agency_office.get("/agencies")
def index() -> str:
    return render_template("agencies/agencies.html", lines=agencies(db.session(), me().body_id), keeper=_keeps())


@agency_office.route("/agencies/new", methods=["GET", "POST"])
def new() -> Page:
    form, status = AgencyInput(), 422
    if form.validate_on_submit():
        try:
            agency = register(db.session(), me(), form.name.data or "", now=now())
        except Refusal as refusal:
            db.session.rollback()
            form.form_errors.append(say(refusal))
            status = STATUS[type(refusal)]
        else:
            return redirect(url_for(".page", agency_id=agency.id), 303)
    page = render_template("agencies/new.html", form=form)
    return (page, status) if form.is_submitted() else page


@agency_office.get("/agencies/<agency_id>")
def page(agency_id: str) -> str:
    return _page(agency_id)


@agency_office.post("/agencies/<agency_id>/keys")
def new_key(agency_id: str) -> Page:
    try:
        made = make_key(db.session(), me(), agency_id, now=now())
    except Refusal as refusal:
        db.session.rollback()
        flash(say(refusal), "refusal")
        return redirect(url_for(".page", agency_id=agency_id), 303)
    agency = db.session().get_one(Agency, (me().body_id, agency_id))
    # The key is in no address, cookie or table, so this answer is the only place where it is.
    return render_template("agencies/key.html", agency=agency, key=made.text), 201


@agency_office.post("/agencies/<agency_id>/keys/<key_id>/end")
def end_key(agency_id: str, key_id: str) -> Page:
    form = EndInput(prefix=key_id)
    if not form.validate_on_submit():
        return _page(agency_id, sent={key_id: form}), 422
    end_key_of(db.session(), me(), agency_id, key_id, reason=form.reason.data or "", now=now())
    flash(gettext("The key has ended. It opens nothing any more, and its webhooks are told nothing any more."))
    return redirect(url_for(".page", agency_id=agency_id), 303)


@agency_office.post("/agencies/<agency_id>/webhooks/<webhook_id>/end")
def end_webhook(agency_id: str, webhook_id: str) -> Page:
    form = EndInput(prefix=webhook_id)
    if not form.validate_on_submit():
        return _page(agency_id, sent={webhook_id: form}), 422
    session, body_id = db.session(), me().body_id
    own_webhook(session, body_id, agency_id, webhook_id)
    end(session, body_id, webhook_id, reason=(form.reason.data or "").strip(), by=me().person_id, now=now())
    flash(gettext("Nothing is sent to this address any more."))
    return redirect(url_for(".page", agency_id=agency_id), 303)


def _page(agency_id: str, sent: dict[str, EndInput] | None = None) -> str:
    session, body_id = db.session(), me().body_id
    wished = max(1, request.args.get("page", 1, type=int))
    agency = session.get_one(Agency, (body_id, agency_id))
    keys, webhooks = keys_of(session, body_id, agency_id), webhooks_at(session, body_id, agency_id)
    messages, total = deliveries(session, body_id, agency_id, wished)
    people = {agency.registered_by, *(key.made_by for key in keys)} | {key.ended_by for key in keys if key.ended_by}
    open_ids = [key.id for key in keys if key.ended_at is None] + [each.id for each in webhooks if not each.ended_at]
    return render_template(
        "agencies/agency.html",
        agency=agency,
        keys=keys,
        webhooks=webhooks,
        deliveries=messages,
        events=EVENTS,
        outcomes=OUTCOMES,
        names=names(session, body_id, people),
        ends={id_: (sent or {}).get(id_) or EndInput(prefix=id_, formdata=None) for id_ in open_ids if _keeps()},
        keeper=_keeps(),
        page=wished,
        pages=-(-total // PAGE),
        address=lambda other: url_for(".page", agency_id=agency_id, page=other),
    )


def _keeps() -> bool:
    return bool(KEEPERS & me().roles)
