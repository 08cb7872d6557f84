"""The office: applications by state, one application's file, its places in exam and practical."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.persons import documents_of, names
from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification import appealing, receiving
from assessment.certification.application_form import required_of, said_of_elements
from assessment.certification.consents import consents_of
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import (
    CheckInput,
    DocumentInput,
    PersonInput,
    yes,
)
from assessment.certification.office_page import sides_of
from assessment.certification.queries import (
    PAGE,
    Head,
    count_by_state,
    head_of,
    heads,
    people_with,
    steps_of,
)
from assessment.certification.tables import Application
from assessment.certification.wording import EVENTS, PURPOSE_NAMES, SIDES, STATES
from assessment.database import db
from assessment.domain.certification.application_states import APPLICATION, ApplicationEvent
from assessment.domain.certification.application_states import ApplicationState as S
from assessment.domain.errors import N_, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.schemes.tables import Scheme, SchemeVersion
from assessment.web.actor import Actor, me
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

office = Blueprint("office", __name__)

# The piles of the office, each with the states that lie in it.
PILES: dict[str, tuple[str, tuple[S, ...]]] = {
    "check": (N_("To check"), (S.SUBMITTED,)),
    "agree": (N_("Waiting for agreement"), (S.ACCEPTED,)),
    "place": (N_("To schedule"), (S.AGREED, S.REASSESSMENT, S.RECOGNITION)),
    "assess": (N_("In assessment"), (S.SCHEDULED, S.IN_ASSESSMENT, S.ASSESSED)),
    "meet": (N_("To the meeting"), (S.RECOMMENDED,)),
    "decided": (N_("Decided"), (S.DECIDED_COMPETENT, S.DECIDED_NOT_YET, S.APPEALED)),
    "certified": (N_("Certified"), (S.CERTIFIED, S.SURVEILLANCE_DUE, S.SUSPENDED)),
    "over": (N_("Over"), (S.REJECTED, S.WITHDRAWN, S.REVOKED, S.EXPIRED, S.CLOSED)),
}
OFFICE_EVENTS = frozenset(
    {
        ApplicationEvent.ACCEPT,
        ApplicationEvent.REJECT,
        ApplicationEvent.RETURN,
        ApplicationEvent.REASSESS,
        ApplicationEvent.CLOSE,
    }
)
STAFF = frozenset(Role) - {Role.CANDIDATE, Role.OFFICIAL}


@office.get("/office/applications")
def index() -> str:
    body_id = me().body_id
    wanted = request.args.get("pile", "")
    text = request.args.get("q", "").strip()[:60]
    page = max(1, request.args.get("page", 1, type=int))
    counts = count_by_state(db.session(), body_id)
    conditions: list[ColumnElement[bool]] = [Application.body_id == body_id]
    if text:
        schemes = Scheme.__table__.join(
            SchemeVersion.__table__,
            (SchemeVersion.body_id == Scheme.body_id) & (SchemeVersion.scheme_id == Scheme.id),
        )
        like = f"%{text}%"
        versions = (
            db.select(SchemeVersion.id).select_from(schemes).where(Scheme.body_id == body_id, Scheme.code.ilike(like))
        )
        conditions.append(or_(Application.number.ilike(like), Application.scheme_version_id.in_(versions)))
    elif wanted in PILES:
        conditions.append(Application.state.in_(PILES[wanted][1]))
    else:
        conditions.append(Application.state != S.DRAFT)
    total = db.session.scalar(db.select(func.count()).select_from(Application).where(*conditions)) or 0
    found = heads(db.session(), *conditions, language=language(), page=page, oldest_first=wanted in ("check", "place"))
    return render_template(
        "certification/office.html",
        heads=found,
        states=STATES,
        piles=[
            (key, gettext(title), sum(counts.get(state, 0) for state in states))
            for key, (title, states) in PILES.items()
        ],
        wanted="" if text else wanted,
        text=text,
        page=page,
        pages=-(-total // PAGE),
        page_url=lambda number: url_for("office.index", pile=wanted or None, q=text or None, page=number),
    )


@office.get("/office/applications/<application_id>")
def file(application_id: str) -> str:
    return _file(application_id)


@office.post("/office/applications/<application_id>/prerequisites")
def check_prerequisite(application_id: str) -> str | Response | tuple[str, int]:
    form = CheckInput()
    return _act(
        application_id,
        form,
        lambda: receiving.check_prerequisite(
            db.session(),
            me(),
            application_id,
            form.prerequisite_id.data or "",
            accepted=yes(form.accepted),
            note=form.note.data or "",
            now=now(),
        ),
        gettext("Saved."),
    )


@office.post("/office/applications/<application_id>/documents")
def see_document(application_id: str) -> str | Response | tuple[str, int]:
    form = DocumentInput()
    return _act(
        application_id,
        form,
        lambda: receiving.see_document(
            db.session(),
            me(),
            application_id,
            kind=form.kind.data,
            number=form.number.data or "",
            valid_until=form.valid_until.data,
            now=now(),
        ),
        gettext("The document is recorded as seen by you."),
    )


@office.post("/office/applications/<application_id>/accept")
def accept(application_id: str) -> str | Response | tuple[str, int]:
    return _act(
        application_id,
        None,
        lambda: receiving.accept(db.session(), me(), application_id, now=now()),
        gettext("Accepted. The candidate now reads and agrees to the assessment."),
    )


@office.post("/office/applications/<application_id>/reject")
def reject(application_id: str) -> str | Response | tuple[str, int]:
    return _with_reason(application_id, receiving.reject)


@office.post("/office/applications/<application_id>/send-back")
def send_back(application_id: str) -> str | Response | tuple[str, int]:
    return _with_reason(application_id, receiving.send_back)


@office.post("/office/applications/<application_id>/reassess")
def reassess(application_id: str) -> str | Response | tuple[str, int]:
    return _with_reason(application_id, appealing.reassess)


@office.post("/office/applications/<application_id>/close")
def close(application_id: str) -> str | Response | tuple[str, int]:
    return _with_reason(application_id, appealing.close)


@office.post("/office/applications/<application_id>/trainers")
def register_trainer(application_id: str) -> str | Response | tuple[str, int]:
    person_id = request.form.get("person_id", "")
    return _act(
        application_id,
        None,
        lambda: receiving.register_trainer(db.session(), me(), application_id, person_id, now=now()),
        gettext("Recorded. This person can no longer assess or decide here."),
    )


def _head(application_id: str) -> Head:
    head = head_of(db.session(), me().body_id, application_id, language())
    if head is None:
        raise NotFound(N_("There is no such application."))
    return head


def _with_reason(application_id: str, does: Callable[..., Application]) -> str | Response | tuple[str, int]:
    reason = request.form.get("reason", "")
    return _act(
        application_id,
        None,
        lambda: does(db.session(), me(), application_id, reason=reason, now=now()),
        gettext("Saved. The candidate reads your reason."),
    )


def _act(application_id: str, form: Any, does: Callable[[], object], done: str) -> str | Response | tuple[str, int]:
    """Do one thing to an application and come back to its file, or show the file with what was refused."""
    if form is not None and not form.validate_on_submit():
        return drawn_again(
            _file, application_id, refusal=gettext("Something does not fit yet. Look at what you typed.")
        )
    try:
        does()
    except Refusal as error:
        return drawn_again(_file, application_id, refusal=say(error))
    flash(done)
    return redirect(url_for("office.file", application_id=application_id), 303)


def _file(application_id: str, *, refusal: str = "") -> str:
    head = _head(application_id)
    application = head.application
    session = db.session()
    required = required_of(session, application, language())
    sides = sides_of(session, application)
    history = steps_of(session, me().body_id, application_id)
    staff = people_with(session, me().body_id, STAFF, now=now()) - {side.person_id for side in sides}
    people = {side.person_id for side in sides} | {step.person_id for step in history if step.person_id} | staff
    people |= {each.checked_by for each in required if each.checked_by}
    named = names(session, me().body_id, people)
    trainer = PersonInput(formdata=None)
    trainer.person_id.choices = choices({id_: text for text, id_ in sorted((named[id_].text, id_) for id_ in staff)})
    events = set(APPLICATION.events(application.state))
    return render_template(
        "certification/file.html",
        head=head,
        state=STATES[application.state],
        required=required,
        units=said_of_elements(session, application, language()),
        documents=documents_of(session, me().body_id, application.person_id),
        consents=consents_of(session, me().body_id, application_id),
        purposes=PURPOSE_NAMES,
        sides=sides,
        side_names=SIDES,
        history=history,
        event_names=EVENTS,
        names=named,
        events=events,
        acts=bool(events & OFFICE_EVENTS),
        document=DocumentInput(formdata=None),
        trainer=trainer,
        may_place=application.state in (S.AGREED, S.REASSESSMENT, S.RECOGNITION, S.SCHEDULED, S.IN_ASSESSMENT),
        may_train=application.state in receiving.TRAINER_MATTERS,
        own=application.person_id == me().person_id,
        refusal=refusal,
    )


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Applications that the office must take a step on."""
    counts = count_by_state(session, actor.body_id)
    wanted = [S.SUBMITTED, S.AGREED, S.REASSESSMENT, S.RECOMMENDED]
    oldest = heads(
        session,
        Application.body_id == actor.body_id,
        Application.state.in_(wanted),
        language=language(),
        oldest_first=True,
    )
    titles = {
        "check": gettext("Applications to check"),
        "place": gettext("Candidates to schedule"),
        "meet": gettext("Cases for a decision meeting"),
    }
    piles = []
    for key, title in titles.items():
        states = PILES[key][1]
        address = url_for("meetings.index") if key == "meet" else url_for("office.index", pile=key)
        piles.append(
            Pile(
                title=title,
                count=sum(counts.get(state, 0) for state in states),
                url=address,
                oldest=[
                    Task(
                        text=f"{head.application.number} · {head.name.text}",
                        url=url_for("office.file", application_id=head.application.id),
                        since=head.application.created_at,
                    )
                    for head in oldest
                    if head.application.state in states
                ][:3],
            )
        )
    return piles


waits_for(Role.SCHEME_MANAGER, what_waits)
