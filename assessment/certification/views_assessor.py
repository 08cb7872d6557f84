"""The assessor's page of an application: confirm evidence, ask orally, ask for more, recommend."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.tables import Duty
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification import assessing
from assessment.certification.assessor_page import AssessorPage, assessor_page
from assessment.certification.drawing import drawn_again
from assessment.certification.evidence import Ahead, gather_ahead
from assessment.certification.inputs import ConfirmInput, FollowUpInput, OralInput, RecommendationInput, yes
from assessment.certification.queries import head_of, heads, works_on_the_case
from assessment.certification.tables import Application, Choice
from assessment.certification.texts import Words
from assessment.certification.wording import METHODS, REASONS, STATES
from assessment.database import db, reading
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Method
from assessment.domain.errors import N_, Invalid, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.practicals.tables import TaskResult
from assessment.web.actor import Actor, me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

evidence = Blueprint("evidence", __name__)

SHORTENED = 90


@evidence.get("/evidence")
def index() -> str:
    own = heads(db.session(), *_assigned(me()), language=language(), oldest_first=True)
    own.sort(key=lambda head: head.application.state not in assessing.IN_WORK)
    return render_template("certification/evidence_list.html", heads=own, states=STATES)


@evidence.get("/evidence/<application_id>")
def page(application_id: str) -> str:
    return _page(application_id)


@evidence.post("/evidence/<application_id>/confirmations")
def confirm(application_id: str) -> str | Response | tuple[str, int]:
    form = ConfirmInput()
    return _act(
        application_id,
        form,
        lambda: assessing.confirm(
            db.session(),
            me(),
            application_id,
            form.unit_id.data or "",
            _method(form.method.data),
            valid=bool(form.valid.data),
            authentic=bool(form.authentic.data),
            current=bool(form.current.data),
            sufficient=bool(form.sufficient.data),
            now=now(),
        ),
        gettext("Saved."),
        anchor="confirm",
    )


@evidence.post("/evidence/<application_id>/confirmations/all")
def confirm_all(application_id: str) -> str | Response | tuple[str, int]:
    if request.form.get("looked") != "yes":
        return drawn_again(_page, application_id, refusal=gettext("Say first that you have looked at every piece."))
    ahead = _ahead(application_id)
    return _act(
        application_id,
        None,
        lambda: assessing.confirm_everything(db.session(), me(), application_id, now=now(), ahead=ahead),
        gettext("Saved."),
        anchor="confirm",
    )


@evidence.post("/evidence/<application_id>/oral")
def ask_orally(application_id: str) -> str | Response | tuple[str, int]:
    form = OralInput()
    form.criterion_id.validate_choice = False
    return _act(
        application_id,
        form,
        lambda: assessing.ask_orally(
            db.session(),
            me(),
            application_id,
            form.criterion_id.data or "",
            question=form.question.data or "",
            answer=form.answer.data or "",
            sufficient=yes(form.sufficient),
            now=now(),
        ),
        gettext("The oral question is recorded. Confirm it as evidence below."),
        anchor="confirm",
    )


@evidence.post("/evidence/<application_id>/follow-ups")
def open_follow_up(application_id: str) -> str | Response | tuple[str, int]:
    form = FollowUpInput()
    form.criterion_id.validate_choice = False
    return _act(
        application_id,
        form,
        lambda: assessing.open_follow_up(
            db.session(),
            me(),
            application_id,
            form.criterion_id.data or "",
            reason=form.reason.data or "",
            due_on=form.due_on.data or now().date(),
            now=now(),
        ),
        gettext("Recorded. It blocks the decision until you close it."),
    )


@evidence.post("/evidence/<application_id>/follow-ups/close")
def close_follow_up(application_id: str) -> str | Response | tuple[str, int]:
    follow_up_id = request.form.get("follow_up_id", "")
    return _act(
        application_id,
        None,
        lambda: assessing.close_follow_up(db.session(), me(), application_id, follow_up_id, now=now()),
        gettext("Closed."),
    )


@evidence.post("/evidence/<application_id>/recommendation")
def recommend(application_id: str) -> str | Response | tuple[str, int]:
    form = RecommendationInput()
    ahead = _ahead(application_id)
    return _act(
        application_id,
        form,
        lambda: assessing.recommend(
            db.session(),
            me(),
            application_id,
            Choice(form.outcome.data),
            note=form.note.data or "",
            now=now(),
            ahead=ahead,
        ),
        gettext("Recommended. The case can now come before a decision meeting."),
    )


def _ahead(application_id: str) -> Ahead | None:
    """The evidence, gathered before the lock is taken."""
    with reading() as session:
        application = session.get(Application, (me().body_id, application_id))
        return None if application is None else gather_ahead(session, application)


def _method(text: str | None) -> Method:
    if text not in list(Method):
        raise Invalid(N_("Expected a method of the plan, got %(got)s."), got=text)
    return Method(text)


def _act(
    application_id: str, form: Any, does: Callable[[], object], done: str, *, anchor: str | None = None
) -> str | Response | tuple[str, int]:
    if form is not None and not form.validate_on_submit():
        return drawn_again(_page, application_id, form=form)
    try:
        does()
    except Refusal as error:
        return drawn_again(_page, application_id, form=form, refusal=say(error))
    flash(done)
    return redirect(url_for("evidence.page", application_id=application_id, _anchor=anchor), 303)


def _page(application_id: str, *, form: Any = None, refusal: str = "") -> str:
    head = head_of(db.session(), me().body_id, application_id, language())
    if head is None:
        raise NotFound(N_("There is no such application."))
    shown = assessor_page(db.session(), head, language=language())

    def own(kind: type[Any]) -> Any:
        return form if isinstance(form, kind) else kind(formdata=None)

    oral, follow_up = own(OralInput), own(FollowUpInput)
    oral.criterion_id.choices = _criteria(shown.askable)
    follow_up.criterion_id.choices = _criteria(shown.criteria)
    return render_template(
        "certification/evidence.html",
        shown=shown,
        head=head,
        state=STATES[head.application.state],
        may_work=_may_work(shown),
        oral=oral,
        follow_up=follow_up,
        recommendation=own(RecommendationInput),
        confirmation=ConfirmInput(formdata=None),
        refusal=refusal,
        method_names=METHODS,
        reasons=REASONS,
    )


def _may_work(shown: AssessorPage) -> bool:
    return Role.ASSESSOR in me().roles and shown.head.application.state in assessing.IN_WORK


def _criteria(found: Iterable[tuple[str, Words]]) -> list[Any]:
    return choices({id_: _short(f"{words.more} {words.text}") for id_, words in found})


def _short(text: str) -> str:
    return text if len(text) <= SHORTENED else text[: SHORTENED - 1].rstrip() + "…"


def _assigned(actor: Actor) -> list[Any]:
    """The applications on whose assessor's side the actor stands."""
    mine = select(Duty.application_id).where(
        Duty.body_id == actor.body_id,
        Duty.person_id == actor.person_id,
        Duty.side == Side.ASSESSOR,
        works_on_the_case(),
    )
    return [Application.body_id == actor.body_id, Application.id.in_(mine)]


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Applications whose practical is submitted and that wait for confirmation and recommendation."""
    submitted = select(TaskResult.application_id).where(TaskResult.body_id == actor.body_id)
    own = heads(
        session,
        *_assigned(actor),
        Application.state.in_(list(assessing.IN_WORK)),
        Application.id.in_(submitted) | (Application.state == ApplicationState.IN_ASSESSMENT),
        language=language(),
        oldest_first=True,
    )
    return [
        Pile(
            title=gettext("Evidence to confirm and recommend on"),
            count=len(own),
            url=url_for("evidence.index"),
            oldest=[
                Task(
                    text=f"{head.application.number} · {head.name.text}",
                    url=url_for("evidence.page", application_id=head.application.id),
                    since=head.application.created_at,
                )
                for head in own[:3]
            ],
        )
    ]


waits_for(Role.ASSESSOR, what_waits)
