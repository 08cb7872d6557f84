"""The register of measuring tools for people: the list, one tool with its calibrations, what is done with it."""

from collections.abc import Callable
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.queries import sites_of
from assessment.database import db, reading
from assessment.domain.errors import Conflict, Invalid, Refusal
from assessment.domain.practicals.calibration import Calibration
from assessment.domain.roles import Role
from assessment.practicals.inputs import CalibrationInput, RetirementInput, ToolInput
from assessment.practicals.tool_queries import PAGE, kinds_of_tools, standing_of_tool, tool_of, tools_on
from assessment.practicals.tools import calibrate_tool, register_tool, retire_tool
from assessment.web.actor import me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.refusals import STATUS, say
from assessment.web.requests import now

tools = Blueprint("tools", __name__)
locate("tool_id", standing_of_tool)


@tools.get("/tools")
def index() -> str:
    page = max(1, request.args.get("page", 1, type=int))
    lines, total = tools_on(db.session(), me().body_id, page=page)
    return render_template(
        "practicals/tools.html",
        lines=lines,
        page=page,
        pages=-(-total // PAGE),
        now=now(),
        writes=Role.QUALITY_MANAGER in me().roles,
        address=lambda number: url_for("tools.index", page=number),
    )


@tools.route("/tools/new", methods=["GET", "POST"])
def new() -> str | Response | tuple[str, int]:
    with reading() as session:
        places = {site.id: f"{site.name}, {site.city}" for site in sites_of(session, me().body_id)}
        kinds = kinds_of_tools(session, me().body_id)
    form = ToolInput()
    form.site.choices = choices(places)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            tool = register_tool(
                db.session(),
                me(),
                form.site.data,
                kind=form.kind.data or "",
                serial_number=form.serial_number.data or "",
                calibration=_calibration(form),
                certificate=form.certificate.data or "",
                now=now(),
            )
        except Refusal as error:
            db.session.rollback()
            status = STATUS[type(error)]
            form.form_errors.append(say(error))
        else:
            return redirect(url_for("tools.page", tool_id=tool.id), 303)
    return render_template("practicals/tool_new.html", form=form, kinds=kinds, sites=bool(places)), status


@tools.get("/tools/<tool_id>")
def page(tool_id: str) -> str:
    return _page(tool_id, CalibrationInput(formdata=None), RetirementInput(formdata=None))


@tools.post("/tools/<tool_id>/calibrations")
def calibrate(tool_id: str) -> Response | tuple[str, int]:
    form = CalibrationInput()

    def act() -> None:
        calibrate_tool(
            db.session(), me(), tool_id, _calibration(form), certificate=form.certificate.data or "", now=now()
        )

    return _done(tool_id, form, act, form, RetirementInput(formdata=None))


@tools.post("/tools/<tool_id>/retirement")
def retire(tool_id: str) -> Response | tuple[str, int]:
    form = RetirementInput()

    def act() -> None:
        retire_tool(db.session(), me(), tool_id, reason=form.reason.data or "", now=now())

    return _done(tool_id, form, act, CalibrationInput(formdata=None), form)


def _calibration(form: CalibrationInput) -> Calibration:
    return Calibration(calibrated_on=form.calibrated_on.data or date.min, valid_until=form.valid_until.data or date.min)


def _done(
    tool_id: str,
    sent: CalibrationInput | RetirementInput,
    act: Callable[[], None],
    calibration: CalibrationInput,
    retirement: RetirementInput,
) -> Response | tuple[str, int]:
    if sent.validate_on_submit():
        try:
            act()
        except (Invalid, Conflict) as error:
            db.session.rollback()
            sent.form_errors.append(say(error))
        else:
            flash(gettext("It is written down."))
            return redirect(url_for("tools.page", tool_id=tool_id), 303)
    with reading():
        return _page(tool_id, calibration, retirement), 422


def _page(tool_id: str, calibration: CalibrationInput, retirement: RetirementInput) -> str:
    tool = tool_of(db.session(), me().body_id, tool_id)
    return render_template(
        "practicals/tool.html",
        tool=tool,
        doubt=tool.doubt(now()),
        today=now().astimezone(ZoneInfo(me().zone)).date(),
        calibration=calibration,
        retirement=retirement,
        writes=Role.QUALITY_MANAGER in me().roles and not tool.retired,
    )
