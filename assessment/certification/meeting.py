"""Decision meetings (rapat pleno): opened with a minutes number, members, presence, cases, closed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import Account, RoleGrant
from assessment.certification.states import application_of
from assessment.certification.tables import Application, Decision, Meeting, MeetingCase, MeetingMember
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.web.actor import Actor

LONGEST_NUMBER = 60


def open_meeting(session: Session, actor: Actor, number: str, *, now: datetime) -> Meeting:
    """Open a meeting under a minutes number that no other meeting of the body has.

    Raises Invalid for an empty or too long number and Conflict for one that is taken.
    """
    folded = " ".join(number.split())
    if not 1 <= len(folded) <= LONGEST_NUMBER:
        raise Invalid(
            N_("A minutes number has 1 to %(most)s characters, got %(got)s."), most=LONGEST_NUMBER, got=len(folded)
        )
    taken = select(Meeting.id).where(Meeting.body_id == actor.body_id, Meeting.number == folded)
    if session.scalar(taken) is not None:
        raise Conflict(N_("There is already a meeting with the minutes number %(number)s."), number=folded)
    meeting = Meeting(
        body_id=actor.body_id, id=new_id(), number=folded, opened_at=now, opened_by=actor.person_id, closed_at=None
    )
    session.add(meeting)
    session.flush()
    return meeting


def invite(
    session: Session, actor: Actor, meeting_id: str, person_id: str, *, outside: bool, now: datetime
) -> MeetingMember:
    """Invite a member; an outside one belongs neither to the body nor to its parent.

    Raises NotAllowed for somebody who does not hold the role of a member of the decision meeting, and Conflict
    when they are invited already or the meeting is closed.
    """
    running(session, actor.body_id, meeting_id)
    if person_id not in deciders(session, actor.body_id, now=now):
        raise NotAllowed(N_("Expected somebody with the role of a member of the decision meeting."))
    if session.get(MeetingMember, (actor.body_id, meeting_id, person_id)) is not None:
        raise Conflict(N_("This person is already invited."))
    member = MeetingMember(
        body_id=actor.body_id, meeting_id=meeting_id, person_id=person_id, outside=outside, present_at=None
    )
    session.add(member)
    session.flush()
    return member


def add_cases(
    session: Session, actor: Actor, meeting_id: str, application_ids: Iterable[str], *, now: datetime
) -> list[MeetingCase]:
    """Put recommended applications before a meeting.

    Raises Conflict for one that is not recommended, that this meeting has already, or that another open
    meeting has before it.
    """
    running(session, actor.body_id, meeting_id)
    cases: list[MeetingCase] = []
    for application_id in application_ids:
        application = application_of(session, actor.body_id, application_id)
        if application.state is not ApplicationState.RECOMMENDED:
            raise Conflict(
                N_("Application %(number)s is not recommended by its assessor now."), number=application.number
            )
        elsewhere = _open_meeting_of(session, application)
        if elsewhere is not None:
            raise Conflict(
                N_("Application %(number)s is already before the meeting %(meeting)s."),
                number=application.number,
                meeting=elsewhere,
            )
        case = MeetingCase(body_id=actor.body_id, meeting_id=meeting_id, application_id=application_id, added_at=now)
        session.add(case)
        session.flush()
        cases.append(case)
    return cases


def mark_present(session: Session, actor: Actor, meeting_id: str, *, now: datetime) -> MeetingMember:
    """The actor says that they are there. Raises NotAllowed for somebody who is not a member."""
    running(session, actor.body_id, meeting_id)
    member = member_of(session, actor, meeting_id)
    if member.present_at is None:
        member.present_at = now
        session.flush()
    return member


def close_meeting(session: Session, actor: Actor, meeting_id: str, *, now: datetime) -> Meeting:
    """Close a meeting; cases without a decision go to a later one."""
    meeting = running(session, actor.body_id, meeting_id)
    meeting.closed_at = now
    session.flush()
    return meeting


def running(session: Session, body_id: str, meeting_id: str) -> Meeting:
    """Return a meeting that is not closed. Raises NotFound or Conflict."""
    meeting = session.get(Meeting, (body_id, meeting_id), with_for_update=True)
    if meeting is None:
        raise NotFound(N_("There is no such meeting."))
    if meeting.closed_at is not None:
        raise Conflict(N_("This meeting is closed."))
    return meeting


def member_of(session: Session, actor: Actor, meeting_id: str) -> MeetingMember:
    """Return the actor's own membership. Raises NotAllowed for somebody who is not a member."""
    member = session.get(MeetingMember, (actor.body_id, meeting_id, actor.person_id))
    if member is None:
        raise NotAllowed(N_("Only members of this meeting may do this."))
    return member


def deciders(session: Session, body_id: str, *, now: datetime) -> set[str]:
    """Return the persons who hold the role of a member of the decision meeting at this moment."""
    return set(
        session.scalars(
            select(Account.person_id)
            .join(RoleGrant, (RoleGrant.body_id == Account.body_id) & (RoleGrant.account_id == Account.id))
            .where(
                Account.body_id == body_id,
                Account.active.is_(True),
                RoleGrant.role == Role.DECIDER,
                RoleGrant.granted_at <= now,
                RoleGrant.ended_at.is_(None) | (RoleGrant.ended_at > now),
            )
        )
    )


def _open_meeting_of(session: Session, application: Application) -> str | None:
    """The number of an open meeting that has the application before it and has not decided it."""
    return session.scalar(
        select(Meeting.number)
        .join(MeetingCase, (MeetingCase.body_id == Meeting.body_id) & (MeetingCase.meeting_id == Meeting.id))
        .join(
            Decision,
            (Decision.body_id == MeetingCase.body_id)
            & (Decision.meeting_id == MeetingCase.meeting_id)
            & (Decision.application_id == MeetingCase.application_id),
            isouter=True,
        )
        .where(
            Meeting.body_id == application.body_id,
            Meeting.closed_at.is_(None),
            MeetingCase.application_id == application.id,
            Decision.id.is_(None),
        )
        .limit(1)
    )
