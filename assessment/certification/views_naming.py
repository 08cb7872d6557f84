"""A candidate's page for an assessor who is too close: who is planned, a search by name or number, names taken back."""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from assessment.accounts.persons import names
from assessment.accounts.registrations import day_at
from assessment.certification.closeness import OPEN_TO_NAMES, name_by_candidate
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import OWN_CLOSENESS, NameInput
from assessment.certification.views_applying import own_head
from assessment.certification.views_candidate import applications
from assessment.database import Act, db, reading, unit_of_work
from assessment.domain.errors import Refusal
from assessment.practicals.naming import count_search, find_assessors, names_on, planned_assessors, withdraw_name
from assessment.practicals.tables_assigning import Closeness, NamedBy
from assessment.web.actor import me
from assessment.web.refusals import say
from assessment.web.requests import now

__all__ = ("applications",)


@applications.get("/applications/<application_id>/too-close")
def too_close(application_id: str) -> str:
    return _naming_page(application_id)


@applications.post("/applications/<application_id>/too-close/search")
def find_assessor(application_id: str) -> str | tuple[str, int]:
    searched = request.form.get("searched", "")
    try:
        _count()
        with reading() as session:
            found = find_assessors(session, me(), searched, day=day_at(session, me().body_id, now()))
            return _naming_page(application_id, searched=searched, found=found)
    except Refusal as error:
        return drawn_again(_naming_page, application_id, searched=searched, refusal=say(error))


def _count() -> None:
    """Count a search in a transaction of its own, so that it counts whatever the answer is."""
    somebody = me()
    act = Act(
        body_id=somebody.body_id,
        account_id=somebody.account_id,
        person_id=somebody.person_id,
        at=now(),
        name=request.endpoint or "",
    )
    with unit_of_work(act) as session:
        count_search(session, somebody, now=now())


@applications.post("/applications/<application_id>/too-close")
def name_assessor(application_id: str) -> Response | tuple[str, int]:
    form = NameInput()
    own_head(application_id, draft=False)
    if not form.validate_on_submit():
        return drawn_again(_naming_page, application_id, form=form)
    try:
        name_by_candidate(
            db.session(),
            me(),
            application_id,
            form.person_id.data or "",
            closeness=Closeness(form.closeness.data),
            reason=form.words.data or "",
            now=now(),
        )
    except Refusal as error:
        return drawn_again(_naming_page, application_id, form=form, refusal=say(error))
    flash(gettext("Kept. This person does not mark your practical. They are not told who said so."))
    return redirect(url_for("applications.too_close", application_id=application_id), 303)


@applications.post("/applications/<application_id>/too-close/<named_id>/withdraw")
def withdraw_name_of(application_id: str, named_id: str) -> Response | tuple[str, int]:
    own_head(application_id, draft=False)
    try:
        withdraw_name(
            db.session(),
            me(),
            application_id,
            named_id,
            reason=request.form.get("reason", ""),
            only_by=NamedBy.CANDIDATE,
            now=now(),
        )
    except Refusal as error:
        return drawn_again(_naming_page, application_id, refusal=say(error))
    flash(gettext("Taken back. The office can give your practical to this person again."))
    return redirect(url_for("applications.too_close", application_id=application_id), 303)


def _naming_page(
    application_id: str,
    *,
    form: NameInput | None = None,
    searched: str = "",
    found: Mapping[str, str] | None = None,
    refusal: str = "",
) -> str:
    session, body_id = db.session(), me().body_id
    head = own_head(application_id, draft=False)
    own = [each for each in names_on(session, body_id, application_id) if each.named_by is NamedBy.CANDIDATE]
    standing = {each.person_id for each in own if each.stands}
    planned = planned_assessors(session, body_id, application_id)
    asked = (form.person_id.data or "") if form is not None else ""
    named = names(session, body_id, {*planned, *(each.person_id for each in own)})
    return render_template(
        "certification/too_close.html",
        head=head,
        form=form or NameInput(formdata=None),
        kinds=OWN_CLOSENESS,
        asked=asked,
        own=own,
        planned=[person_id for person_id in planned if person_id not in standing],
        found={person_id: name for person_id, name in (found or {}).items() if person_id not in standing},
        searched=searched,
        nobody=found is not None and not found,
        names=named,
        open=head.application.state in OPEN_TO_NAMES,
        refusal=refusal,
    )
