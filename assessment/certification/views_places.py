"""The places of an application: on the roster of an exam, at a practical with its assessor."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.certification.appointments import appointments
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import (
    CLOSENESS,
    AgainInput,
    DayLimitInput,
    PracticalPlaceInput,
    RosterPlaceInput,
    TooCloseInput,
    WhoCanInput,
    in_zone,
)
from assessment.certification.office_page import coming_sittings, sites_of, tasks_for
from assessment.certification.placing import put_on_roster, schedule_practical
from assessment.certification.queries import Head, head_of, people_with
from assessment.certification.wording import STATES
from assessment.database import db
from assessment.domain.certification.application_states import ApplicationState as S
from assessment.domain.errors import N_, Invalid, NotFound, Refusal
from assessment.domain.practicals.assignment import Proposal
from assessment.domain.roles import Role
from assessment.practicals.assigning import (
    Wanted,
    limit_of,
    minutes_of,
    proposals,
    set_limit,
)
from assessment.practicals.naming import name_too_close, names_on, to_replace
from assessment.practicals.tables_assigning import Closeness, NamedBy
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

places = Blueprint("places", __name__)


@places.get("/office/applications/<application_id>/places")
def page(application_id: str) -> str:
    return places_page(application_id)


@places.post("/office/applications/<application_id>/places/exam")
def exam(application_id: str) -> str | Response | tuple[str, int]:
    form = RosterPlaceInput()
    head = office_head(application_id)
    coming = coming_sittings(db.session(), head.application, now=now())
    form.sitting_id.choices = choices({sitting.id: sitting.code for sitting, _ in coming})
    if not form.validate_on_submit():
        return drawn_again(places_page, application_id, exam_form=form)
    try:
        put_on_roster(
            db.session(),
            me(),
            application_id,
            form.sitting_id.data,
            extra_seconds=60 * (form.extra_minutes.data or 0),
            late_reason=form.late_reason.data or "",
            now=now(),
        )
    except Refusal as error:
        return drawn_again(places_page, application_id, exam_form=form, refusal=say(error))
    flash(gettext("The candidate is on the roster."))
    return redirect(url_for("places.page", application_id=application_id), 303)


@places.post("/office/applications/<application_id>/places/practical")
def practical(application_id: str) -> str | Response | tuple[str, int]:
    form = PracticalPlaceInput()
    head = office_head(application_id)
    _choices(form, head)
    if not form.validate_on_submit() or form.starts_at.data is None:
        return drawn_again(places_page, application_id, practical_form=form)
    try:
        schedule_practical(
            db.session(),
            me(),
            application_id,
            task_id=form.task_id.data,
            site_id=form.site_id.data,
            assessor_ids=[form.assessor_id.data, *(each for each in (form.second_id.data, form.third_id.data) if each)],
            starts_at=in_zone(form.starts_at.data, me().zone),
            over_limit=form.over_limit.data or "",
            now=now(),
        )
    except Refusal as error:
        return drawn_again(places_page, application_id, practical_form=form, refusal=say(error))
    flash(gettext("The practical is scheduled."))
    return redirect(url_for("places.page", application_id=application_id), 303)


@places.post("/office/applications/<application_id>/too-close")
def too_close(application_id: str) -> str | Response | tuple[str, int]:
    form = TooCloseInput()
    head = office_head(application_id)
    _people(form, head)
    if not form.validate_on_submit():
        return drawn_again(places_page, application_id, close_form=form)
    try:
        name_too_close(
            db.session(),
            me(),
            application_id,
            form.person_id.data,
            named_by=NamedBy(form.named_by.data),
            closeness=Closeness(form.closeness.data),
            reason=form.too_close_reason.data or "",
            now=now(),
        )
    except Refusal as error:
        return drawn_again(places_page, application_id, close_form=form, refusal=say(error))
    flash(gettext("Kept. This person cannot be assigned to this candidate."))
    return redirect(url_for("places.page", application_id=application_id), 303)


@places.get("/office/applications/<application_id>/assessors")
def assessors(application_id: str) -> str:
    session, body_id = db.session(), me().body_id
    head = office_head(application_id)
    tomorrow = now().astimezone(ZoneInfo(me().zone)).replace(hour=9, minute=0) + timedelta(days=1)
    asked = "starts_at" in request.args
    form = WhoCanInput(request.args if asked else None, data={"starts_at": tomorrow})
    form.task_id.choices = choices(dict(tasks_for(session, head.application, language())))
    limit = limit_of(session, body_id, head.application.scheme_version_id)
    found: list[Proposal] = []
    if form.task_id.choices and (not asked or form.validate()):
        task_id = form.task_id.data if asked else form.task_id.choices[0].value
        wanted = Wanted(
            application_id=application_id,
            scheme_version_id=head.application.scheme_version_id,
            starts_at=in_zone((form.starts_at.data or tomorrow).replace(tzinfo=None), me().zone),
            minutes=minutes_of(session, body_id, task_id),
            zone=me().zone,
        )
        people = people_with(session, body_id, [Role.ASSESSOR], now=now()) - {head.application.person_id}
        found = proposals(session, body_id, wanted, people, limit=limit)
    return render_template(
        "certification/assessors.html",
        head=head,
        form=form,
        limit=limit,
        limit_form=DayLimitInput(formdata=None, data={"practicals": limit or 4}),
        proposals=found,
        names=names(session, body_id, {each.facts.person_id for each in found}),
    )


@places.post("/office/applications/<application_id>/day-limit")
def limit(application_id: str) -> Response:
    form = DayLimitInput()
    head = office_head(application_id)
    if not form.validate_on_submit():
        raise Invalid(N_("Expected a whole number of practicals a day from 1 to 50."))
    set_limit(db.session(), me(), head.application.scheme_version_id, form.practicals.data or 0, now=now())
    flash(gettext("The limit holds for the whole scheme from now on."))
    return redirect(url_for("places.assessors", application_id=application_id), 303)


def office_head(application_id: str) -> Head:
    """Return the head of an application of the office. Raises NotFound."""
    head = head_of(db.session(), me().body_id, application_id, language())
    if head is None:
        raise NotFound(N_("There is no such application."))
    return head


def _choices(form: PracticalPlaceInput, head: Head) -> None:
    form.task_id.choices = choices(dict(tasks_for(db.session(), head.application, language())))
    place_choices(form, head)


def place_choices(form: AgainInput, head: Head) -> None:
    """Fill in where and by whom a practical of an application may be marked; three statements."""
    session, body_id = db.session(), me().body_id
    assessors = people_with(session, body_id, [Role.ASSESSOR], now=now()) - {head.application.person_id}
    named = names(session, body_id, assessors)
    form.site_id.choices = choices(dict(sites_of(session, body_id)))
    listed = {id_: text for text, id_ in sorted((name.text, id_) for id_, name in named.items())}
    form.assessor_id.choices = choices(listed)
    form.second_id.choices = form.third_id.choices = choices({"": gettext("Nobody"), **listed})


def _people(form: TooCloseInput, head: Head) -> None:
    session, body_id = db.session(), me().body_id
    staff = people_with(session, body_id, [Role.ASSESSOR], now=now()) - {head.application.person_id}
    named = names(session, body_id, staff)
    form.person_id.choices = choices(
        {id_: text for text, id_ in sorted((name.text, id_) for id_, name in named.items())}
    )


def places_page(
    application_id: str,
    *,
    close_form: TooCloseInput | None = None,
    exam_form: RosterPlaceInput | None = None,
    practical_form: PracticalPlaceInput | None = None,
    refusal: str = "",
) -> str:
    """Draw the page of an application's places; its forms are drawn again with what was typed."""
    head = office_head(application_id)
    session = db.session()
    exam_form = exam_form or RosterPlaceInput(formdata=None)
    sittings = coming_sittings(session, head.application, now=now())
    exam_form.sitting_id.choices = choices({sitting.id: f"{sitting.code} · {site}" for sitting, site in sittings})
    if practical_form is None:
        practical_form = PracticalPlaceInput(formdata=None)
        _choices(practical_form, head)
    if close_form is None:
        # The same people as may be chosen to mark: read once.
        close_form = TooCloseInput(formdata=None)
        close_form.person_id.choices = practical_form.assessor_id.choices
    taken = appointments(session, me().body_id, [application_id])
    # Whoever was named is not told by whom: not even where they run the office themselves.
    close = [each for each in names_on(session, me().body_id, application_id) if each.person_id != me().person_id]
    replaced = to_replace(session, me().body_id, application_id)
    people = {person for place in taken for person in place.assessors}
    people |= {each.person_id for each in close} | {each.person_id for each in replaced}
    named = names(session, me().body_id, people)
    return render_template(
        "certification/places.html",
        head=head,
        state=STATES[head.application.state],
        taken=taken,
        names=named,
        exam=exam_form,
        practical=practical_form,
        close=close,
        closeness=CLOSENESS,
        to_replace=replaced,
        close_form=close_form,
        sittings=sittings,
        open=head.application.state in (S.AGREED, S.REASSESSMENT, S.RECOGNITION, S.SCHEDULED, S.IN_ASSESSMENT),
        refusal=refusal,
    )
