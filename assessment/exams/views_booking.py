"""Booking codes: the sheet that is printed for a sitting, and the page where a candidate types a code."""

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import ngettext
from flask_login import login_user
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.sign_in import sign_out
from assessment.accounts.views import load_actor
from assessment.database import Act, db, reading, unit_of_work
from assessment.domain.errors import N_, Invalid, NotAllowed
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.exams.booking import Booked, booking_key, sheet
from assessment.exams.booking import enter as use_up
from assessment.exams.booking import make_codes as make
from assessment.exams.inputs import CodeInput
from assessment.exams.views_acts import rooms
from assessment.exams.views_rooms import line_of
from assessment.web.actor import actor, me
from assessment.web.refusals import say
from assessment.web.requests import keep_if_refused, now

BATCH = 20
QUIET_MODULES = 4

__all__ = ("booking", "rooms")

booking = Blueprint("booking", __name__)


@rooms.get("/rooms/<sitting_id>/codes")
def codes(sitting_id: str) -> str:
    line = line_of(db.session(), sitting_id)
    everybody = sheet(db.session(), _key(), me().body_id, sitting_id)
    known = names(db.session(), me().body_id, {each.person_id for each in everybody})
    everybody.sort(key=lambda each: known[each.person_id].text.casefold())
    return render_template(
        "exams/booking_codes.html",
        line=line,
        open=[each for each in everybody if _is_open(each)],
        used=[each for each in everybody if each.used_at is not None],
        without=[each for each in everybody if _may_have(each) and each.code is None],
        with_account=sum(each.has_account for each in everybody if _may_have(each) and each.code is None),
        names=known,
        drawings={each.attempt_id: _drawing(_address(each.code)) for each in everybody if each.code and _is_open(each)},
        address=url_for("booking.enter", _external=False),
        host=current_app.extensions["settings"].host,
    )


@rooms.post("/rooms/<sitting_id>/codes")
def make_codes(sitting_id: str) -> Response:
    """Make codes for those named; where nobody is, for everybody who has neither an account nor a code."""
    with reading() as before:
        line_of(before, sitting_id)
        everybody = sheet(before, _key(), me().body_id, sitting_id)
    named = request.form.getlist("attempt")
    ids = named or [
        each.attempt_id
        for each in everybody
        if _may_have(each) and each.code is None and (not each.has_account or "accounts" in request.form)
    ]
    if not ids:
        raise Invalid(N_("Everybody has an account or a code already."))
    act = Act(
        body_id=me().body_id,
        account_id=me().account_id,
        person_id=me().person_id,
        at=now(),
        name=request.endpoint or "",
    )
    for start in range(0, len(ids), BATCH):
        with unit_of_work(act) as writing:
            make(
                writing,
                _key(),
                me().body_id,
                sitting_id,
                ids[start : start + BATCH],
                made_by=me().person_id,
                now=now(),
            )
    flash(ngettext("%(num)d code is ready to print.", "%(num)d codes are ready to print.", len(ids)))
    return redirect(url_for("rooms.codes", sitting_id=sitting_id), 303)


@booking.route("/enter", methods=["GET", "POST"])
def enter() -> str | Response | tuple[str, int]:
    form = CodeInput()
    refusal = ""
    if form.validate_on_submit():
        keep_if_refused()
        earlier = actor()
        try:
            secret, attempt_id = use_up(
                db.session(),
                _key(),
                form.code.data or "",
                address=request.remote_addr or "",
                device=request.user_agent.string,
                now=now(),
            )
        except NotAllowed as error:
            refusal = say(error)
        else:
            if earlier is not None:
                sign_out(db.session(), earlier.session_secret, now=now())
            somebody = load_actor(secret)
            session.clear()
            if somebody is not None:
                login_user(somebody)
            session["home"] = url_for("exams.start_page", attempt_id=attempt_id)
            return redirect(session["home"], 303)
    elif request.method == "GET":
        form.code.data = request.args.get("code", "")[:20]
    return render_template("exams/booking_enter.html", form=form, refusal=refusal), 422 if refusal else 200


def _key() -> bytes:
    return booking_key(current_app.extensions["settings"].secret)


def _may_have(line: Booked) -> bool:
    """Whether a code would open something: the attempt has not ended."""
    return line.state not in ENDED | {AttemptState.VOIDED}


def _is_open(line: Booked) -> bool:
    return line.code is not None and line.used_at is None and line.expires_at is not None and now() < line.expires_at


def _address(code: str) -> str:
    return f"{current_app.extensions['settings'].base_url}{url_for('booking.enter', code=code)}"


def _drawing(address: str) -> tuple[int, str]:
    """Return a QR code as the size of its square and one SVG path."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_MODULES)
    code.add_data(address)
    code.make(fit=True)
    rows: Sequence[Sequence[bool | None]] = code.get_matrix()
    return len(rows), "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
