"""Selects for the pages of certification: standings for the gate, one application's head, lists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, Name, open_name
from assessment.accounts.tables import Account, CheckIn, Duty, PersonKey, PersonName, RoleGrant
from assessment.certification.tables import (
    Appeal,
    AppealAnswer,
    Application,
    ApplicationStep,
    Decision,
    Meeting,
    MeetingCase,
    MeetingMember,
)
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.duties import Side
from assessment.domain.language import text_in
from assessment.domain.roles import Role
from assessment.exams.marks import marks_answers_only
from assessment.practicals.tables_sheets import Sheet
from assessment.schemes.tables import Scheme, SchemeText, SchemeVersion
from assessment.web.gate import RecordStanding

PAGE = 50
MOST_PEOPLE = 500

ROLE_OF_SIDE = {
    Side.ASSESSOR: Role.ASSESSOR,
    Side.DECIDER: Role.DECIDER,
    Side.INVIGILATOR: Role.INVIGILATOR,
    Side.RELEASER: Role.RELEASER,
}


def standing_of_application(session: Session, body_id: str, application_id: str) -> RecordStanding | None:
    """Return whose application it is, who has a duty on it, and who is a member of a meeting that has it."""
    rows: list[Any] = list(
        session.execute(
            union_all(
                select(literal("candidate").label("as"), Application.person_id).where(
                    Application.body_id == body_id, Application.id == application_id
                ),
                select(Duty.side, Duty.person_id).where(
                    Duty.body_id == body_id, Duty.application_id == application_id, works_on_the_case()
                ),
                select(literal("member"), MeetingMember.person_id)
                .join(
                    MeetingCase,
                    (MeetingCase.body_id == MeetingMember.body_id)
                    & (MeetingCase.meeting_id == MeetingMember.meeting_id),
                )
                .where(MeetingMember.body_id == body_id, MeetingCase.application_id == application_id),
            )
        )
    )
    owner = next((person_id for kind, person_id in rows if kind == "candidate"), None)
    if owner is None:
        return None
    assigned = {
        (ROLE_OF_SIDE[Side(kind)], person_id)
        for kind, person_id in rows
        if kind != "member" and Side(kind) in ROLE_OF_SIDE
    }
    assigned |= {(Role.DECIDER, person_id) for kind, person_id in rows if kind == "member"}
    return RecordStanding(person_id=owner, assigned=frozenset(assigned))


def works_on_the_case() -> ColumnElement[bool]:
    """Return the condition on a duty that its person works on the application itself.

    Who only marks answers, blind to whose they are, does not.
    """
    examines = (
        select(Sheet.id)
        .where(
            Sheet.body_id == Duty.body_id,
            Sheet.application_id == Duty.application_id,
            Sheet.person_id == Duty.person_id,
        )
        .correlate(Duty)
        .exists()
    )
    return or_(~marks_answers_only(), examines)


def standing_of_meeting(session: Session, body_id: str, meeting_id: str) -> RecordStanding | None:
    """Return the members of a meeting."""
    rows = session.execute(
        select(Meeting.id, MeetingMember.person_id)
        .join(
            MeetingMember,
            (MeetingMember.body_id == Meeting.body_id) & (MeetingMember.meeting_id == Meeting.id),
            isouter=True,
        )
        .where(Meeting.body_id == body_id, Meeting.id == meeting_id)
    ).all()
    if not rows:
        return None
    return RecordStanding(
        assigned=frozenset((Role.DECIDER, row.person_id) for row in rows if row.person_id is not None)
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """An application with its scheme in the reader's language and its candidate's name."""

    application: Application
    scheme_code: str
    version: int
    title: str
    sample: bool
    name: Name


def head_of(session: Session, body_id: str, application_id: str, language: str) -> Head | None:
    """Return the head of an application's page, in one statement."""
    found = heads(session, Application.body_id == body_id, Application.id == application_id, language=language)
    return found[0] if found else None


def heads(
    session: Session, *conditions: ColumnElement[bool], language: str, page: int = 1, oldest_first: bool = False
) -> list[Head]:
    """Return one page of applications with their scheme and their candidate's newest name; one statement."""
    moment = Application.created_at
    wanted = (
        select(Application.body_id, Application.id)
        .where(*conditions)
        .order_by(moment if oldest_first else moment.desc(), Application.number.desc(), Application.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
        .subquery()
    )
    newest = (
        select(PersonName.sealed)
        .where(PersonName.body_id == Application.body_id, PersonName.person_id == Application.person_id)
        .order_by(PersonName.recorded_at.desc(), PersonName.id)
        .limit(1)
        .correlate(Application)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Application,
            Scheme.code,
            SchemeVersion.number,
            SchemeVersion.sample,
            SchemeText.language,
            SchemeText.title,
            PersonKey.wrapped,
            newest.label("sealed"),
        )
        .join(wanted, (wanted.c.body_id == Application.body_id) & (wanted.c.id == Application.id))
        .join(
            SchemeVersion,
            (SchemeVersion.body_id == Application.body_id) & (SchemeVersion.id == Application.scheme_version_id),
        )
        .join(Scheme, (Scheme.body_id == SchemeVersion.body_id) & (Scheme.id == SchemeVersion.scheme_id))
        .join(
            SchemeText,
            (SchemeText.body_id == SchemeVersion.body_id) & (SchemeText.scheme_version_id == SchemeVersion.id),
            isouter=True,
        )
        .join(
            PersonKey,
            (PersonKey.body_id == Application.body_id) & (PersonKey.person_id == Application.person_id),
            isouter=True,
        )
        .order_by(moment if oldest_first else moment.desc(), Application.number.desc(), Application.id)
    ).all()
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        own = titles.setdefault(row.Application.id, {})
        if row.language is not None:
            own[row.language] = row.title
    found: dict[str, Head] = {}
    for row in rows:
        application = row.Application
        if application.id in found:
            continue
        found[application.id] = Head(
            application=application,
            scheme_code=row.code,
            version=row.number,
            title=text_in(titles[application.id], language) or row.code,
            sample=row.sample,
            name=open_name(row.wrapped, application.person_id, row.sealed) if row.sealed else ERASED_NAME,
        )
    return list(found.values())


def count_by_state(session: Session, body_id: str) -> Mapping[ApplicationState, int]:
    """Return how many applications of a body are in each state."""
    rows = session.execute(
        select(Application.state, func.count()).where(Application.body_id == body_id).group_by(Application.state)
    )
    return {state: count for state, count in rows}


def steps_of(session: Session, body_id: str, application_id: str) -> list[ApplicationStep]:
    """Return what happened to an application, the newest first."""
    return list(
        session.scalars(
            select(ApplicationStep)
            .where(ApplicationStep.body_id == body_id, ApplicationStep.application_id == application_id)
            .order_by(ApplicationStep.number.desc())
        )
    )


def people_with(session: Session, body_id: str, roles: Collection[Role], *, now: datetime) -> set[str]:
    """Return the persons who hold one of these roles at this moment."""
    return set(
        session.scalars(
            select(Account.person_id)
            .distinct()
            .join(RoleGrant, (RoleGrant.body_id == Account.body_id) & (RoleGrant.account_id == Account.id))
            .where(
                Account.body_id == body_id,
                Account.active.is_(True),
                RoleGrant.role.in_(roles),
                RoleGrant.granted_at <= now,
                RoleGrant.ended_at.is_(None) | (RoleGrant.ended_at > now),
            )
            .limit(MOST_PEOPLE)
        )
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingLine:
    """A meeting in a list: how many members, cases and decisions it has."""

    meeting: Meeting
    members: int
    cases: int
    decided: int


def meetings(
    session: Session, body_id: str, *, member_id: str | None = None, page: int = 1
) -> tuple[list[MeetingLine], int]:
    """Return one page of meetings, the newest first, and how many there are; one statement."""

    def count(table: Any) -> Any:
        return (
            select(func.count())
            .select_from(table)
            .where(table.body_id == Meeting.body_id, table.meeting_id == Meeting.id)
            .correlate(Meeting)
            .scalar_subquery()
        )

    statement = select(Meeting, count(MeetingMember), count(MeetingCase), count(Decision), func.count().over()).where(
        Meeting.body_id == body_id
    )
    if member_id is not None:
        mine = select(MeetingMember.meeting_id).where(
            MeetingMember.body_id == body_id, MeetingMember.person_id == member_id
        )
        statement = statement.where(Meeting.id.in_(mine))
    rows = session.execute(
        statement.order_by(Meeting.opened_at.desc(), Meeting.id).limit(PAGE).offset((max(page, 1) - 1) * PAGE)
    ).all()
    lines = [MeetingLine(meeting=row[0], members=row[1], cases=row[2], decided=row[3]) for row in rows]
    return lines, rows[0][4] if rows else 0


@dataclass(frozen=True, kw_only=True, slots=True)
class AppealLine:
    """An appeal with its application's number and its answer, if it has one."""

    appeal: Appeal
    answer: AppealAnswer | None
    application: Application


def appeals(session: Session, body_id: str, *, page: int = 1) -> tuple[list[AppealLine], int]:
    """Return one page of appeals, those without an answer first, the oldest of them on top; one statement."""
    rows = session.execute(
        select(Appeal, AppealAnswer, Application, func.count().over())
        .join(
            AppealAnswer,
            (AppealAnswer.body_id == Appeal.body_id) & (AppealAnswer.appeal_id == Appeal.id),
            isouter=True,
        )
        .join(Application, (Application.body_id == Appeal.body_id) & (Application.id == Appeal.application_id))
        .where(Appeal.body_id == body_id)
        .order_by(AppealAnswer.appeal_id.is_not(None), Appeal.filed_at, Appeal.id)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    lines = [AppealLine(appeal=row[0], answer=row[1], application=row[2]) for row in rows]
    return lines, rows[0][3] if rows else 0


def newest_check_in(session: Session, body_id: str, application_id: str) -> CheckIn | None:
    """Return the last check-in of an application, or None."""
    return session.scalar(
        select(CheckIn)
        .where(CheckIn.body_id == body_id, CheckIn.application_id == application_id)
        .order_by(CheckIn.at.desc(), CheckIn.id)
        .limit(1)
    )
