"""What the pages of a meeting show: members, cases with how far each is, and the minutes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import ERASED_NAME, Name, names
from assessment.certification.queries import Head, heads
from assessment.certification.tables import (
    Application,
    Decision,
    Declaration,
    Meeting,
    MeetingCase,
    MeetingMember,
    Recommendation,
    Vote,
)
from assessment.domain.errors import N_, NotFound


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseLine:
    """A case of a meeting: its head, the recommendation, what was declared and voted, and the decision."""

    head: Head
    recommendation: Recommendation | None
    declarations: tuple[Declaration, ...]
    votes: tuple[Vote, ...]
    decision: Decision | None


@dataclass(frozen=True, kw_only=True, slots=True)
class MeetingPage:
    """A meeting with its members and cases."""

    meeting: Meeting
    members: tuple[MeetingMember, ...]
    cases: tuple[CaseLine, ...]
    names: Mapping[str, Name]

    def name(self, person_id: str) -> str:
        """A person's name; an erased or unknown one is a dash."""
        return self.names.get(person_id, ERASED_NAME).text

    def member(self, person_id: str) -> MeetingMember | None:
        """Somebody's membership, or None."""
        return next((each for each in self.members if each.person_id == person_id), None)


def meeting_page(
    session: Session, body_id: str, meeting_id: str, *, language: str, also: frozenset[str] = frozenset()
) -> MeetingPage:
    """Return a meeting with everything said in it; seven statements. `also`: more persons whose names are needed.

    Raises NotFound.
    """
    rows: list[Any] = list(
        session.execute(
            select(Meeting, MeetingMember)
            .join(
                MeetingMember,
                (MeetingMember.body_id == Meeting.body_id) & (MeetingMember.meeting_id == Meeting.id),
                isouter=True,
            )
            .where(Meeting.body_id == body_id, Meeting.id == meeting_id)
        )
    )
    if not rows:
        raise NotFound(N_("There is no such meeting."))
    meeting = rows[0][0]
    members = [member for _, member in rows if member is not None]
    of_meeting = select(MeetingCase.application_id).where(
        MeetingCase.body_id == body_id, MeetingCase.meeting_id == meeting_id
    )
    found = heads(
        session, Application.body_id == body_id, Application.id.in_(of_meeting), language=language, oldest_first=True
    )
    newest = (
        select(
            Recommendation.id,
            func.row_number()
            .over(partition_by=Recommendation.application_id, order_by=(Recommendation.at.desc(), Recommendation.id))
            .label("place"),
        )
        .where(Recommendation.body_id == body_id, Recommendation.application_id.in_(of_meeting))
        .subquery()
    )
    recommendations = {
        row.application_id: row
        for row in session.scalars(
            select(Recommendation)
            .join(newest, newest.c.id == Recommendation.id)
            .where(Recommendation.body_id == body_id, newest.c.place == 1)
        )
    }
    declarations = _by_case(session, Declaration, body_id, meeting_id)
    votes = _by_case(session, Vote, body_id, meeting_id)
    decisions = _by_case(session, Decision, body_id, meeting_id)
    people = {member.person_id for member in members} | {meeting.opened_by} | also
    people |= {row.person_id for row in recommendations.values()}
    named = names(session, body_id, people)
    return MeetingPage(
        meeting=meeting,
        members=tuple(sorted(members, key=lambda each: named.get(each.person_id, ERASED_NAME).text)),
        cases=tuple(
            CaseLine(
                head=head,
                recommendation=recommendations.get(head.application.id),
                declarations=tuple(declarations.get(head.application.id, ())),
                votes=tuple(votes.get(head.application.id, ())),
                decision=next(iter(decisions.get(head.application.id, ())), None),
            )
            for head in found
        ),
        names=named,
    )


def _by_case(session: Session, table: Any, body_id: str, meeting_id: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in session.scalars(
        select(table).where(table.body_id == body_id, table.meeting_id == meeting_id).order_by(table.person_id)
    ):
        found.setdefault(row.application_id, []).append(row)
    return found
