"""The assessor's sheet: opening it, marking on it, submitting it. Which sheet is meant follows from who asks."""

from typing import Any

from flask import Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.ids import new_id
from assessment.database import db, reading
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.practicals.delivery import Body, Refused, Unfit, parse
from assessment.practicals.carrying import NOTHING_CARRIED, carried_of
from assessment.practicals.content import task_content
from assessment.practicals.island import island, permission, variables_of
from assessment.practicals.marking import criteria_to_mark, record_observations
from assessment.practicals.opening import open_sheet
from assessment.practicals.queries import PracticalHead, practical_head
from assessment.practicals.sheet import Sheet, sheet_of
from assessment.practicals.sheet_tools import tool_choices
from assessment.practicals.submitting import derive_sheet, submit
from assessment.practicals.tables import PracticalState
from assessment.practicals.views import decimal_sign, practicals
from assessment.web.actor import me
from assessment.web.language import language
from assessment.web.refusals import STATUS, say, wants_json
from assessment.web.requests import now

__all__ = ["practicals"]

TOOL = "tool-"
"""How the names of the choices of tools begin in the page's address."""

REASONS = {
    Unfit.NOT_OPEN: N_("This sheet is not open yet: check-in first, then the assessor opens it."),
    Unfit.NOTE: N_("A note has up to 2000 characters and no invisible ones."),
    Unfit.REASON: N_("A reason has up to 500 characters and no invisible ones."),
    Unfit.TOOL: N_("This measuring tool is not in the register. Reload the sheet and choose another one."),
    Unfit.CRITERION: N_("This criterion is not on this sheet."),
}


@practicals.get("/practicals/<practical_id>/sheet")
def sheet(practical_id: str) -> str | WerkzeugResponse:
    session = db.session()
    head = _head(session, practical_id)
    if head.state in (PracticalState.SCHEDULED, PracticalState.CHECKED_IN):
        carried = carried_of(session, me().body_id, practical_id) if head.again else NOTHING_CARRIED
        content = task_content(session, me().body_id, head.rubric_id, language()).without(carried)
        return render_template("practicals/start.html", head=head, task=content, carried=len(carried))
    if head.state is not PracticalState.OPEN:
        return redirect(url_for("practicals.finish", practical_id=practical_id), 303)
    shown = sheet_of(session, me().body_id, head, language(), me().person_id)
    stamp = shown.piece.stamp if shown.piece else None
    wished = {name.removeprefix(TOOL): value for name, value in request.args.items() if name.startswith(TOOL)}
    choices = tool_choices(
        session, me().body_id, head.site_id, shown.task.criteria, shown.counting, wished=wished, now=now()
    )
    return render_template(
        "practicals/sheet.html",
        sheet=shown,
        head=head,
        island=island(shown, me(), choices, stamp=stamp, now=now()),
        choices=choices,
        tool_of={code: choice for choice in choices for code in choice.criteria},
        asked_tools={f"{TOOL}{choice.key}": choice.chosen for choice in choices if choice.chosen},
        variables=variables_of(shown),
        stamp=stamp,
        client=f"page.{new_id()}",
        server_now=now(),
        separator=decimal_sign(),
    )


@practicals.get("/practicals/<practical_id>/renew")
def renew(practical_id: str) -> Response:
    return jsonify(v=1, **permission(_head(db.session(), practical_id), me(), now=now()))


@practicals.post("/practicals/<practical_id>/open", endpoint="open")
def start(practical_id: str) -> WerkzeugResponse:
    open_sheet(db.session(), me(), practical_id, now=now())
    return redirect(url_for("practicals.sheet", practical_id=practical_id), 303)


@practicals.post("/practicals/<practical_id>/observations")
def observations(practical_id: str) -> Response | WerkzeugResponse:
    body = parse(request.get_data()) if request.is_json else Body(device="", entries=(_entry_of_form(),))
    with reading() as session:
        criteria = criteria_to_mark(session, me().body_id, practical_id)
    reply = record_observations(
        db.session(), me(), practical_id, body.entries, criteria=criteria, now=now(), device=body.device
    )
    if not request.is_json:
        for refused in reply.refused:
            flash(_sentence(refused), "refusal")
        if reply.held:
            flash(gettext("This sheet was submitted: the mark is kept aside until a second person decides on it."))
        anchor = request.form.get("criterion", "")
        known = anchor if anchor in {criterion.code for criterion in criteria} else None
        # What was chosen on a page without script goes along from mark to mark.
        chosen: dict[str, Any] = {name: value for name, value in request.args.items() if name.startswith(TOOL)}
        return redirect(url_for("practicals.sheet", practical_id=practical_id, _anchor=known, **chosen), 303)
    return jsonify(
        now=reply.now.isoformat(),
        state=reply.state.value,
        acknowledged=[list(key) for key in reply.acknowledged],
        held=[list(key) for key in reply.held],
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
def finish(practical_id: str) -> str | Response | WerkzeugResponse | tuple[str, int]:
    refusal, status = "", 200
    if request.method == "POST":
        with reading() as session:
            derived = derive_sheet(session, me().body_id, practical_id, me().person_id)
        try:
            sealed = submit(db.session(), me(), practical_id, now=now(), derived=derived)
        except (Invalid, Conflict) as error:
            if wants_json():
                raise
            refusal, status = say(error), STATUS[type(error)]
        else:
            if wants_json():
                return jsonify(
                    now=now().isoformat(),
                    state=sealed.state.value,
                    receipt={
                        "v": derived.receipt.v,
                        "marks": derived.receipt.marks,
                        "observations": derived.receipt.observations,
                        "photos": derived.receipt.photos,
                        "hash": derived.receipt.digest,
                    },
                )
            return redirect(url_for("practicals.finish", practical_id=practical_id), 303)
    with reading() as session:
        shown = _own(session, practical_id)
    page = render_template("practicals/finish.html", sheet=shown, head=shown.head, refusal=refusal)
    return page, status


def _head(session: Session, practical_id: str) -> PracticalHead:
    """Return the head of a practical on which the actor has a sheet. Raises NotFound."""
    head = practical_head(session, me().body_id, practical_id, me().person_id)
    if head.place is None:
        raise NotFound(N_("There is no such practical."))
    return head


def _own(session: Session, practical_id: str) -> Sheet:
    head = _head(session, practical_id)
    return sheet_of(session, me().body_id, head, language(), me().person_id)


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
        mark |= {"length": form["length"]} if form.get("length", "").strip() else {}
    return {
        "client": form.get("client", ""),
        "seq": form.get("seq", -1, type=int),
        "criterion": form.get("criterion", ""),
        "mark": mark,
        "note": form.get("note", "").replace("\r\n", "\n"),
        "reason": form.get("reason", "").replace("\r\n", "\n"),
        "observed_at": now().isoformat(),
        "tool": form.get("tool", ""),
    }


def _sentence(refused: Refused) -> str:
    if refused.said is not None:
        return say(refused.said)
    unread = N_("This mark could not be read. Reload the sheet and mark again.")
    return str(gettext(REASONS.get(refused.reason, unread)))
