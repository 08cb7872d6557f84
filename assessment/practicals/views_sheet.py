"""The assessor's sheet: opening it, marking on it, submitting it."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.ids import new_id
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid
from assessment.domain.practicals.delivery import Refused, Unfit, parse
from assessment.practicals.content import task_content
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.opening import open_sheet
from assessment.practicals.queries import practical_head
from assessment.practicals.sheet import sheet_of
from assessment.practicals.submitting import derive_practical, submit
from assessment.practicals.tables import PracticalState
from assessment.practicals.views import decimal_sign, practicals
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

__all__ = ["practicals"]

REASONS = {
    Unfit.SUBMITTED: N_("This sheet was submitted; its marks stay as they are."),
    Unfit.NOT_OPEN: N_("This sheet is not open yet: check-in first, then the assessor opens it."),
    Unfit.NOTE: N_("A note has up to 2000 characters and no invisible ones."),
    Unfit.CRITERION: N_("This criterion is not on this sheet."),
}


@practicals.get("/practicals/<practical_id>/sheet")
def sheet(practical_id: str) -> str | WerkzeugResponse:
    session = db.session()
    head = practical_head(session, me().body_id, practical_id)
    if head.state is PracticalState.SUBMITTED:
        return redirect(url_for("practicals.finish", practical_id=practical_id), 303)
    if head.state is not PracticalState.OPEN:
        content = task_content(session, me().body_id, head.rubric_id, language())
        return render_template("practicals/start.html", head=head, task=content)
    shown = sheet_of(session, me().body_id, head, language())
    return render_template(
        "practicals/sheet.html",
        sheet=shown,
        head=head,
        client=f"page.{new_id()}",
        server_now=now(),
        separator=decimal_sign(),
    )


@practicals.post("/practicals/<practical_id>/open", endpoint="open")
def start(practical_id: str) -> WerkzeugResponse:
    open_sheet(db.session(), me(), practical_id, now=now())
    return redirect(url_for("practicals.sheet", practical_id=practical_id), 303)


@practicals.post("/practicals/<practical_id>/observations")
def observations(practical_id: str) -> Response | WerkzeugResponse:
    entries = parse(request.get_data()) if request.is_json else [_entry_of_form()]
    with reading() as session:
        criteria = criteria_to_mark(session, me().body_id, practical_id)
    reply = record_observations(db.session(), me(), practical_id, entries, criteria=criteria, now=now())
    if not request.is_json:
        for refused in reply.refused:
            flash(_sentence(refused), "refusal")
        anchor = request.form.get("criterion", "")
        known = anchor if anchor in {criterion.code for criterion in criteria} else None
        return redirect(url_for("practicals.sheet", practical_id=practical_id, _anchor=known), 303)
    return jsonify(
        now=reply.now.isoformat(),
        acknowledged=[list(key) for key in reply.acknowledged],
        refused=[
            {
                "client": refused.client,
                "seq": refused.seq,
                "reason": refused.reason.value,
                "detail": _sentence(refused),
            }
            for refused in reply.refused
        ],
    )


@practicals.route("/practicals/<practical_id>/finish", methods=["GET", "POST"])
def finish(practical_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    refusal, status = "", 200
    if request.method == "POST":
        with reading() as session:
            derived = derive_practical(session, me().body_id, practical_id, me().person_id)
        try:
            submit(db.session(), me(), practical_id, now=now(), derived=derived)
        except (Invalid, Conflict) as error:
            refusal, status = say(error), STATUS[type(error)]
        else:
            return redirect(url_for("practicals.finish", practical_id=practical_id), 303)
    with reading() as session:
        shown = sheet_of(session, me().body_id, practical_head(session, me().body_id, practical_id), language())
    page = render_template("practicals/finish.html", sheet=shown, head=shown.head, refusal=refusal)
    return page, status


def _entry_of_form() -> dict[str, Any]:
    """Return the one observation of a form without script; its button or its field is the mark."""
    form = request.form
    mark: dict[str, Any] = {}
    if "level" in form:
        mark = {"level": int(form["level"]) if form["level"] in ("0", "1", "2", "3") else form["level"]}
    elif "answer" in form:
        mark = {"answer": form["answer"]}
    elif "value" in form or "typed" in form:
        mark = {"value": form.get("value", form.get("typed", ""))}
    return {
        "client": form.get("client", ""),
        "seq": form.get("seq", -1, type=int),
        "criterion": form.get("criterion", ""),
        "mark": mark,
        "note": form.get("note", "").replace("\r\n", "\n"),
        "observed_at": now().isoformat(),
    }


def _sentence(refused: Refused) -> str:
    if refused.said is not None:
        return say(refused.said)
    unread = N_("This mark could not be read. Reload the sheet and mark again.")
    return str(gettext(REASONS.get(refused.reason, unread)))
