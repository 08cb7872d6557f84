"""The decision page: one case with all its evidence, who may decide, and the decision itself."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as WerkzeugResponse

from assessment.accounts.check_in import photo_of
from assessment.accounts.sealing import Erased
from assessment.certification import deciding
from assessment.certification.blocking import blockers
from assessment.certification.consents import photo_allowed
from assessment.certification.decision_page import DecisionPage, decision_page
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import DeclarationInput, FollowUpInput, ReasonInput, VoteInput, yes
from assessment.certification.queries import newest_check_in
from assessment.certification.tables import Application, Choice
from assessment.certification.wording import BARS, METHODS, REASONS, SIDES, STATES
from assessment.database import db
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.web.actor import me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

SHORTENED = 90

decisions = Blueprint("decisions", __name__)


@decisions.get("/meetings/<meeting_id>/cases/<application_id>")
def page(meeting_id: str, application_id: str) -> str:
    return _page(meeting_id, application_id)


@decisions.post("/meetings/<meeting_id>/cases/<application_id>/declaration")
def declare(meeting_id: str, application_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    form = DeclarationInput()
    return _act(
        meeting_id,
        application_id,
        form,
        lambda: deciding.declare(
            db.session(),
            me(),
            meeting_id,
            application_id,
            conflict=yes(form.conflict),
            detail=form.detail.data or "",
            now=now(),
        ),
        gettext("Your declaration is recorded."),
    )


@decisions.post("/meetings/<meeting_id>/cases/<application_id>/vote")
def vote(meeting_id: str, application_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    form = VoteInput()
    return _act(
        meeting_id,
        application_id,
        form,
        lambda: deciding.cast_vote(
            db.session(),
            me(),
            meeting_id,
            application_id,
            Choice(form.choice.data),
            reason=form.reason.data or "",
            now=now(),
        ),
        gettext("Your vote is recorded."),
    )


@decisions.post("/meetings/<meeting_id>/cases/<application_id>/decision")
def decide(meeting_id: str, application_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    form = ReasonInput()
    return _act(
        meeting_id,
        application_id,
        form,
        lambda: deciding.record_decision(
            db.session(), me(), meeting_id, application_id, reason=form.reason.data or "", now=now()
        ),
        gettext("The decision is recorded."),
    )


@decisions.post("/meetings/<meeting_id>/cases/<application_id>/more-evidence")
def ask_for_more(meeting_id: str, application_id: str) -> str | WerkzeugResponse | tuple[str, int]:
    form = FollowUpInput()
    form.criterion_id.validate_choice = False
    return _act(
        meeting_id,
        application_id,
        form,
        lambda: deciding.ask_for_more(
            db.session(),
            me(),
            meeting_id,
            application_id,
            form.criterion_id.data or "",
            reason=form.reason.data or "",
            due_on=form.due_on.data or now().date(),
            now=now(),
        ),
        gettext("The case goes back to its assessor."),
    )


@decisions.get("/meetings/<meeting_id>/cases/<application_id>/photo")
def photo(meeting_id: str, application_id: str) -> Response:
    session = db.session()
    application = session.get(Application, (me().body_id, application_id))
    entry = newest_check_in(session, me().body_id, application_id)
    if application is None or entry is None:
        raise NotFound(N_("There is no photo."))
    try:
        if not photo_allowed(session, application, now=now()):
            raise NotFound(N_("There is no photo."))
        content = photo_of(session, current_app.extensions["storage"], entry, application.person_id)
    except Erased as error:
        raise NotFound(N_("There is no photo.")) from error
    return Response(content, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def _act(
    meeting_id: str, application_id: str, form: Any, does: Callable[[], object], done: str
) -> str | WerkzeugResponse | tuple[str, int]:
    if not form.validate_on_submit():
        return drawn_again(_page, meeting_id, application_id, form=form)
    try:
        does()
    except Refusal as error:
        return drawn_again(_page, meeting_id, application_id, form=form, refusal=say(error))
    flash(done)
    return redirect(url_for("decisions.page", meeting_id=meeting_id, application_id=application_id), 303)


def _page(meeting_id: str, application_id: str, *, form: Any = None, refusal: str = "") -> str:
    shown = decision_page(db.session(), me().body_id, meeting_id, application_id, language=language(), now=now())

    def own(kind: type[Any]) -> Any:
        return form if isinstance(form, kind) else kind(formdata=None)

    follow_up = own(FollowUpInput)
    follow_up.criterion_id.choices = choices(
        {
            status.criterion_id: shown.criteria.get(status.criterion_id, "—")[:SHORTENED]
            for result in shown.judged.results.values()
            for status in result.criteria
        }
    )
    mine = next((voter for voter in shown.voters if voter.standing.member.person_id == me().person_id), None)
    return render_template(
        "certification/decision.html",
        shown=shown,
        mine=mine,
        open=shown.case.decided is None and shown.case.meeting.closed_at is None,
        blocks=blockers(shown, me().person_id),
        sees_answers=bool(me().roles & {Role.DECIDER, Role.QUALITY_MANAGER}),
        declaration=own(DeclarationInput),
        vote_form=own(VoteInput),
        decision_form=own(ReasonInput),
        follow_up=follow_up,
        refusal=refusal,
        state=STATES[shown.case.application.state],
        method_names=METHODS,
        reasons=REASONS,
        bars=BARS,
        side_names=SIDES,
        title=_title(shown),
    )


def _title(shown: DecisionPage) -> str:
    return f"{shown.name(shown.case.application.person_id)} · {shown.title}"
