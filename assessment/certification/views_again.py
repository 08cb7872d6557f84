"""Before a practical begins, for whoever plans: assessing again what was missing, names of somebody too close taken
back, and another assessor for a sheet."""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import AgainInput, CarryOverInput, in_zone
from assessment.certification.placing import reassess_practical
from assessment.certification.views_places import office_head, place_choices, places, places_page
from assessment.database import db
from assessment.domain.errors import N_, Invalid, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.practicals.naming import to_replace, withdraw_name
from assessment.practicals.reassessing import prospect_of, set_carry_over_days
from assessment.practicals.replacing import replace_assessor
from assessment.web.actor import Actor, me
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("places",)

OLDEST = 3


@places.get("/office/applications/<application_id>/practicals/<earlier_id>/again")
def again(application_id: str, earlier_id: str) -> str:
    return _again_page(application_id, earlier_id)


@places.post("/office/applications/<application_id>/practicals/<earlier_id>/again")
def plan_again(application_id: str, earlier_id: str) -> Response | tuple[str, int]:
    form = AgainInput()
    place_choices(form, office_head(application_id))
    if not form.validate_on_submit() or form.starts_at.data is None:
        return drawn_again(_again_page, application_id, earlier_id, form=form)
    try:
        reassess_practical(
            db.session(),
            me(),
            application_id,
            earlier_id,
            site_id=form.site_id.data,
            assessor_ids=[form.assessor_id.data, *(each for each in (form.second_id.data, form.third_id.data) if each)],
            starts_at=in_zone(form.starts_at.data, me().zone),
            over_limit=form.over_limit.data or "",
            now=now(),
        )
    except Refusal as error:
        return drawn_again(_again_page, application_id, earlier_id, form=form, refusal=say(error))
    flash(gettext("Planned. Only what is missing is marked again."))
    return redirect(url_for("places.page", application_id=application_id), 303)


@places.post("/office/applications/<application_id>/practicals/<earlier_id>/carry-over")
def carry_over(application_id: str, earlier_id: str) -> Response:
    form = CarryOverInput()
    head = office_head(application_id)
    if not form.validate_on_submit():
        raise Invalid(N_("Expected a whole number of days from 0 to 1096."))
    set_carry_over_days(db.session(), me(), head.application.scheme_version_id, form.days.data or 0, now=now())
    flash(gettext("This time holds for the whole scheme from now on. What is planned already stays as it is."))
    return redirect(url_for("places.again", application_id=application_id, earlier_id=earlier_id), 303)


@places.post("/office/applications/<application_id>/too-close/<named_id>/withdraw")
def withdraw_close(application_id: str, named_id: str) -> Response | tuple[str, int]:
    office_head(application_id)
    try:
        withdraw_name(db.session(), me(), application_id, named_id, reason=request.form.get("reason", ""), now=now())
    except Refusal as error:
        return drawn_again(places_page, application_id, refusal=say(error))
    flash(gettext("Taken back."))
    return redirect(url_for("places.page", application_id=application_id), 303)


@places.post("/office/applications/<application_id>/sheets/<sheet_id>/replace")
def replace(application_id: str, sheet_id: str) -> Response | tuple[str, int]:
    office_head(application_id)
    try:
        replace_assessor(
            db.session(),
            me(),
            application_id,
            sheet_id,
            request.form.get("person_id", ""),
            reason=request.form.get("reason", ""),
            now=now(),
        )
    except Refusal as error:
        return drawn_again(places_page, application_id, refusal=say(error))
    flash(gettext("Somebody else marks this practical now."))
    return redirect(url_for("places.page", application_id=application_id), 303)


def _again_page(application_id: str, earlier_id: str, *, form: AgainInput | None = None, refusal: str = "") -> str:
    session, body_id = db.session(), me().body_id
    head = office_head(application_id)
    if form is None:
        form = AgainInput(formdata=None)
        place_choices(form, head)
    starts_at = now() if form.starts_at.data is None else in_zone(form.starts_at.data, me().zone)
    prospect = prospect_of(session, body_id, earlier_id, starts_at=starts_at, language=language())
    if prospect.earlier.application_id != application_id:
        raise NotFound(N_("There is no such practical."))
    marked = [each for each in prospect.task.criteria if each.code in prospect.plan.to_mark]
    return render_template(
        "certification/again.html",
        head=head,
        form=form,
        prospect=prospect,
        task=prospect.task,
        day=starts_at.astimezone(ZoneInfo(me().zone)).date(),
        missing=[each for each in marked if each.code in prospect.plan.missing],
        others=[each for each in marked if each.code not in prospect.plan.missing],
        carried=[each for each in prospect.task.criteria if each.code in prospect.plan.carried],
        days=prospect.days,
        days_form=CarryOverInput(formdata=None, data={"days": prospect.days}),
        earlier_id=earlier_id,
        refusal=refusal,
    )


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Practicals that need another assessor before they begin."""
    sheets = to_replace(session, actor.body_id)
    tasks = [
        Task(
            text=gettext("Another assessor is needed before the practical begins"),
            url=url_for("places.page", application_id=sheet.application_id),
            since=sheet.starts_at,
        )
        for sheet in sheets[:OLDEST]
    ]
    if not sheets:
        return []
    return [Pile(title=gettext("Assessors to replace"), count=len(sheets), url=tasks[0].url, oldest=tasks)]


waits_for(Role.SCHEME_MANAGER, what_waits)
