"""Decision meetings: open, invite, be present, put cases before it, minutes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from assessment.accounts.waiting import Pile, Task, waits_for
from assessment.certification import meeting as meeting_service
from assessment.certification.drawing import drawn_again
from assessment.certification.inputs import CasesInput, MeetingInput, MemberInput
from assessment.certification.meeting_page import meeting_page
from assessment.certification.queries import PAGE, heads, standing_of_meeting
from assessment.certification.queries import meetings as find_meetings
from assessment.certification.tables import (
    Application,
    Decision,
    Declaration,
    Meeting,
    MeetingCase,
    MeetingMember,
    Vote,
)
from assessment.database import db, reading
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.errors import Refusal
from assessment.domain.roles import Role
from assessment.web.actor import Actor, me
from assessment.web.gate import locate
from assessment.web.inputs import choices
from assessment.web.language import language
from assessment.web.refusals import say
from assessment.web.requests import now

meetings = Blueprint("meetings", __name__)
locate("meeting_id", standing_of_meeting)


@meetings.route("/meetings", methods=["GET", "POST"])
def index() -> str | Response | tuple[str, int]:
    form = MeetingInput()
    refusal = ""
    if _manages() and form.validate_on_submit():
        try:
            opened = meeting_service.open_meeting(db.session(), me(), form.number.data or "", now=now())
        except Refusal as error:
            refusal = say(error)
        else:
            return redirect(url_for("meetings.page", meeting_id=opened.id), 303)
    page = max(1, request.args.get("page", 1, type=int))
    everything = _manages() or Role.QUALITY_MANAGER in me().roles
    with reading() as session:
        lines, total = find_meetings(session, me().body_id, member_id=None if everything else me().person_id, page=page)
        shown = render_template(
            "certification/meetings.html",
            lines=lines,
            form=form,
            manages=_manages(),
            refusal=refusal,
            page=page,
            pages=-(-total // PAGE),
            page_url=lambda number: url_for("meetings.index", page=number),
        )
    return shown, 422 if form.errors or refusal else 200


@meetings.get("/meetings/<meeting_id>")
def page(meeting_id: str) -> str:
    return _page(meeting_id)


@meetings.post("/meetings/<meeting_id>/members")
def invite(meeting_id: str) -> str | Response | tuple[str, int]:
    form = MemberInput()
    form.person_id.validate_choice = False
    return _act(
        meeting_id,
        form,
        lambda: meeting_service.invite(
            db.session(), me(), meeting_id, form.person_id.data or "", outside=bool(form.outside.data), now=now()
        ),
        gettext("Invited."),
    )


@meetings.post("/meetings/<meeting_id>/cases")
def add_cases(meeting_id: str) -> str | Response | tuple[str, int]:
    form = CasesInput()
    form.application_ids.validate_choice = False
    return _act(
        meeting_id,
        form,
        lambda: meeting_service.add_cases(db.session(), me(), meeting_id, form.application_ids.data or [], now=now()),
        gettext("The cases are before the meeting."),
    )


@meetings.post("/meetings/<meeting_id>/presence")
def be_present(meeting_id: str) -> str | Response | tuple[str, int]:
    return _act(
        meeting_id,
        None,
        lambda: meeting_service.mark_present(db.session(), me(), meeting_id, now=now()),
        gettext("You are marked as present."),
    )


@meetings.post("/meetings/<meeting_id>/close")
def close(meeting_id: str) -> str | Response | tuple[str, int]:
    return _act(
        meeting_id,
        None,
        lambda: meeting_service.close_meeting(db.session(), me(), meeting_id, now=now()),
        gettext("The meeting is closed."),
    )


@meetings.get("/meetings/<meeting_id>/minutes")
def minutes(meeting_id: str) -> str:
    shown = meeting_page(db.session(), me().body_id, meeting_id, language=language())
    return render_template("certification/minutes.html", shown=shown, printed_at=now())


def _manages() -> bool:
    return Role.SCHEME_MANAGER in me().roles


def _act(meeting_id: str, form: Any, does: Callable[[], object], done: str) -> str | Response | tuple[str, int]:
    if form is not None and not form.validate_on_submit():
        return drawn_again(_page, meeting_id, refusal=gettext("Choose from the list first."))
    try:
        does()
    except Refusal as error:
        return drawn_again(_page, meeting_id, refusal=say(error))
    flash(done)
    return redirect(url_for("meetings.page", meeting_id=meeting_id), 303)


def _page(meeting_id: str, *, refusal: str = "") -> str:
    session = db.session()
    waiting, invitable = [], frozenset[str]()
    if _manages():
        invitable = frozenset(meeting_service.deciders(session, me().body_id, now=now()))
        waiting = heads(
            session,
            Application.body_id == me().body_id,
            Application.state == ApplicationState.RECOMMENDED,
            Application.id.not_in(_before_an_open_meeting(me().body_id)),
            language=language(),
            oldest_first=True,
        )
    shown = meeting_page(session, me().body_id, meeting_id, language=language(), also=invitable)
    member = MemberInput(formdata=None)
    uninvited = [(shown.name(id_), id_) for id_ in invitable if shown.member(id_) is None]
    member.person_id.choices = choices({id_: name for name, id_ in sorted(uninvited)})
    return render_template(
        "certification/meeting.html",
        shown=shown,
        member=member,
        waiting=waiting,
        manages=_manages(),
        mine=shown.member(me().person_id),
        refusal=refusal,
    )


def _before_an_open_meeting(body_id: str) -> Any:
    """The applications that an open meeting has before it and has not decided."""
    return (
        select(MeetingCase.application_id)
        .join(Meeting, (Meeting.body_id == MeetingCase.body_id) & (Meeting.id == MeetingCase.meeting_id))
        .join(
            Decision,
            (Decision.body_id == MeetingCase.body_id)
            & (Decision.meeting_id == MeetingCase.meeting_id)
            & (Decision.application_id == MeetingCase.application_id),
            isouter=True,
        )
        .where(MeetingCase.body_id == body_id, Meeting.closed_at.is_(None), Decision.id.is_(None))
    )


def what_waits(session: Session, actor: Actor, moment: datetime) -> list[Pile]:
    """Cases of open meetings on which the member has neither voted nor declared a conflict."""
    rows = session.execute(
        select(Application.number, MeetingCase.application_id, MeetingCase.meeting_id, MeetingCase.added_at)
        .join(
            MeetingMember,
            (MeetingMember.body_id == MeetingCase.body_id) & (MeetingMember.meeting_id == MeetingCase.meeting_id),
        )
        .join(Meeting, (Meeting.body_id == MeetingCase.body_id) & (Meeting.id == MeetingCase.meeting_id))
        .join(
            Application,
            (Application.body_id == MeetingCase.body_id) & (Application.id == MeetingCase.application_id),
        )
        .join(
            Vote,
            (Vote.body_id == MeetingCase.body_id)
            & (Vote.meeting_id == MeetingCase.meeting_id)
            & (Vote.application_id == MeetingCase.application_id)
            & (Vote.person_id == actor.person_id),
            isouter=True,
        )
        .join(
            Declaration,
            (Declaration.body_id == MeetingCase.body_id)
            & (Declaration.meeting_id == MeetingCase.meeting_id)
            & (Declaration.application_id == MeetingCase.application_id)
            & (Declaration.person_id == actor.person_id)
            & Declaration.conflict.is_(True),
            isouter=True,
        )
        .where(
            MeetingCase.body_id == actor.body_id,
            MeetingMember.person_id == actor.person_id,
            Meeting.closed_at.is_(None),
            Application.state == ApplicationState.RECOMMENDED,
            Vote.person_id.is_(None),
            Declaration.person_id.is_(None),
        )
        .order_by(MeetingCase.added_at, MeetingCase.application_id)
        .limit(PAGE)
    ).all()
    return [
        Pile(
            title=ngettext("Case to vote on", "Cases to vote on", len(rows)),
            count=len(rows),
            url=url_for("meetings.index"),
            oldest=[
                Task(
                    text=row.number,
                    url=url_for("decisions.page", meeting_id=row.meeting_id, application_id=row.application_id),
                    since=row.added_at,
                )
                for row in rows[:3]
            ],
        )
    ]


waits_for(Role.DECIDER, what_waits)
