"""One case before a meeting, judged by the domain as it stands at a moment; reads only.

Who may decide and why not, the votes, what the evidence says, and everything that blocks a decision. Deciding,
the decision page and deriving again all ask here, so that none of them can disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CheckIn, Duty
from assessment.certification.case import Case
from assessment.certification.result_json import Sum, result_from_json
from assessment.certification.tables import (
    Application,
    Choice,
    Declaration,
    FollowUp,
    Meeting,
    MeetingMember,
    Recommendation,
    UnitResult,
    Vote,
)
from assessment.domain.certification.clocks import calendar_day
from assessment.domain.certification.decision import (
    Decision,
    Member,
    Standing,
    decide,
    who_may_decide,
)
from assessment.domain.certification.decision import Declaration as DomainDeclaration
from assessment.domain.certification.decision import Vote as DomainVote
from assessment.domain.certification.duties import INVOLVED, Involvement
from assessment.domain.certification.unit_result import SchemeResult, SchemeRule, scheme_result
from assessment.domain.certification.unit_result import UnitResult as DomainResult
from assessment.domain.competency import Outcome
from assessment.exams.tables import ExamResult
from assessment.schemes.tables import SchemeUnit


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a member said on a case: their declaration and their vote, if any."""

    member: Member
    detail: str
    present_at: datetime | None
    choice: Choice | None
    reason: str
    voted_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """A case as it stands. `results` are the newest unit results, by unit id; `result_ids` their rows.

    `stale_votes`: who voted before the recommendation that stands now. `exam_since`: an exam got another result
    after the recommendation, by a regrade for instance, so that it no longer stands.
    """

    decision: Decision
    day: date
    members: tuple[Given, ...]
    results: Mapping[str, DomainResult]
    sums: Mapping[str, Sum]
    result_ids: Mapping[str, str]
    derived: SchemeResult
    recommendation: Recommendation | None
    follow_ups: tuple[FollowUp, ...]
    check_ins: tuple[CheckIn, ...]
    stale_votes: tuple[str, ...]
    exam_since: bool

    def standing_of(self, person_id: str) -> Standing | None:
        """The standing of one person, None for somebody who is not a member."""
        return next((each for each in self.decision.standings if each.member.person_id == person_id), None)


def judge(session: Session, case: Case, *, at: datetime) -> Judged:
    """Return what the domain says of a case at a moment; four statements, however many criteria there are."""
    application, meeting = case.application, case.meeting
    day = calendar_day(at, case.zone)
    rows = newest_results(session, application.body_id, application.id, at=at)
    stored = {row.unit_id: row for row in rows}
    read = {
        unit_id: result_from_json(unit_id, stored[unit_id].outcome, stored[unit_id].detail)
        for unit_id in case.units
        if unit_id in stored
    }
    results = {unit_id: result for unit_id, (result, _) in read.items()}
    derived = scheme_result(
        results,
        SchemeRule(
            core=frozenset(unit_id for unit_id, core in case.units.items() if core),
            electives=frozenset(unit_id for unit_id, core in case.units.items() if not core),
            electives_wanted=case.version.electives_required,
        ),
    )
    recommendation, asked, check_ins, examined_at = _remarks(session, application, at)
    follow_ups = tuple(each for each in asked if each.closed_at is None or each.closed_at > at)
    exam_since = recommendation is not None and examined_at is not None and examined_at > recommendation.at
    # Once more evidence was asked for or came in, the recommendation before it no longer stands.
    stands = (
        recommendation is not None
        and not exam_since
        and not follow_ups
        and not any(each.opened_at > recommendation.at for each in asked)
    )
    members = _members(session, application, meeting, at)
    standings = who_may_decide(
        [given.member for given in members],
        candidate_id=application.person_id,
        involvements=_involvements(session, application, meeting, case.zone, at),
        rule=case.rule,
        today=day,
    )
    decision = decide(
        standings,
        votes={given.member.person_id: DomainVote(given.choice.value) for given in members if given.choice is not None},
        derived=Outcome.NEEDS_MORE_EVIDENCE if follow_ups else derived.outcome,
        recommended=Outcome(recommendation.outcome.value) if recommendation is not None and stands else None,
        minutes_number=meeting.number,
        rule=case.rule,
    )
    return Judged(
        decision=decision,
        day=day,
        members=members,
        results=results,
        sums={unit_id: written for unit_id, (_, written) in read.items() if written is not None},
        result_ids={row.unit_id: row.id for row in rows},
        derived=derived,
        recommendation=recommendation,
        follow_ups=follow_ups,
        check_ins=check_ins,
        stale_votes=tuple(
            given.member.person_id
            for given in members
            if given.voted_at is not None and recommendation is not None and given.voted_at < recommendation.at
        ),
        exam_since=exam_since,
    )


def _remarks(
    session: Session, application: Application, at: datetime
) -> tuple[Recommendation | None, list[FollowUp], tuple[CheckIn, ...], datetime | None]:
    """The newest recommendation, all follow-ups and check-ins, and when an exam got its last result; one statement.

    There are few of each, so that their product is small.
    """
    examined_at = (
        select(func.max(ExamResult.derived_at))
        .where(
            ExamResult.body_id == Application.body_id,
            ExamResult.application_id == Application.id,
            ExamResult.derived_at <= at,
        )
        .correlate(Application)
        .scalar_subquery()
    )
    rows: list[Any] = list(
        session.execute(
            select(Recommendation, FollowUp, CheckIn, examined_at)
            .select_from(Application)
            .join(
                Recommendation,
                (Recommendation.body_id == Application.body_id)
                & (Recommendation.application_id == Application.id)
                & (Recommendation.at <= at),
                isouter=True,
            )
            .join(
                FollowUp,
                (FollowUp.body_id == Application.body_id)
                & (FollowUp.application_id == Application.id)
                & (FollowUp.opened_at <= at),
                isouter=True,
            )
            .join(
                CheckIn,
                (CheckIn.body_id == Application.body_id)
                & (CheckIn.application_id == Application.id)
                & (CheckIn.at <= at),
                isouter=True,
            )
            .where(Application.body_id == application.body_id, Application.id == application.id)
        )
    )
    recommendations = {row[0].id: row[0] for row in rows if row[0] is not None}
    follow_ups = {row[1].id: row[1] for row in rows if row[1] is not None}
    check_ins = {row[2].id: row[2] for row in rows if row[2] is not None}
    return (
        max(recommendations.values(), key=lambda each: (each.at, each.id), default=None),
        sorted(follow_ups.values(), key=lambda each: (each.due_on, each.id)),
        tuple(sorted(check_ins.values(), key=lambda each: (each.at, each.id))),
        rows[0][3] if rows else None,
    )


def newest_results(session: Session, body_id: str, application_id: str, *, at: datetime) -> list[UnitResult]:
    """Return the newest stored result of each unit of an application at a moment, in the scheme's order."""
    place = (
        func.row_number()
        .over(partition_by=UnitResult.unit_id, order_by=(UnitResult.derived_at.desc(), UnitResult.id))
        .label("place")
    )
    ranked = (
        select(UnitResult.id, place)
        .where(
            UnitResult.body_id == body_id,
            UnitResult.application_id == application_id,
            UnitResult.derived_at <= at,
        )
        .subquery()
    )
    return list(
        session.scalars(
            select(UnitResult)
            .join(ranked, ranked.c.id == UnitResult.id)
            .join(
                Application,
                (Application.body_id == UnitResult.body_id) & (Application.id == UnitResult.application_id),
            )
            .join(
                SchemeUnit,
                (SchemeUnit.body_id == UnitResult.body_id)
                & (SchemeUnit.scheme_version_id == Application.scheme_version_id)
                & (SchemeUnit.unit_id == UnitResult.unit_id),
            )
            .where(UnitResult.body_id == body_id, ranked.c.place == 1)
            .order_by(SchemeUnit.position, UnitResult.unit_id)
        )
    )


def _members(session: Session, application: Application, meeting: Meeting, at: datetime) -> tuple[Given, ...]:
    rows: list[Any] = list(
        session.execute(
            select(MeetingMember, Declaration, Vote, Duty.side)
            .join(
                Declaration,
                (Declaration.body_id == MeetingMember.body_id)
                & (Declaration.meeting_id == MeetingMember.meeting_id)
                & (Declaration.person_id == MeetingMember.person_id)
                & (Declaration.application_id == application.id)
                & (Declaration.at <= at),
                isouter=True,
            )
            .join(
                Vote,
                (Vote.body_id == MeetingMember.body_id)
                & (Vote.meeting_id == MeetingMember.meeting_id)
                & (Vote.person_id == MeetingMember.person_id)
                & (Vote.application_id == application.id)
                & (Vote.at <= at),
                isouter=True,
            )
            .join(
                Duty,
                (Duty.body_id == MeetingMember.body_id)
                & (Duty.person_id == MeetingMember.person_id)
                & (Duty.application_id == application.id)
                & (Duty.assigned_at <= at),
                isouter=True,
            )
            .where(MeetingMember.body_id == application.body_id, MeetingMember.meeting_id == meeting.id)
            .order_by(MeetingMember.person_id)
        )
    )
    found: list[Given] = []
    for member, declaration, vote, side in rows:
        said = DomainDeclaration.NOT_GIVEN
        if declaration is not None:
            said = DomainDeclaration.CONFLICT if declaration.conflict else DomainDeclaration.NO_CONFLICT
        found.append(
            Given(
                member=Member(
                    person_id=member.person_id,
                    present=member.present_at is not None and member.present_at <= at,
                    declaration=said,
                    outside=member.outside,
                    held=side,
                ),
                detail=declaration.detail if declaration is not None else "",
                present_at=member.present_at,
                choice=vote.choice if vote is not None else None,
                reason=vote.reason if vote is not None else "",
                voted_at=vote.at if vote is not None else None,
            )
        )
    return tuple(found)


def _involvements(
    session: Session, application: Application, meeting: Meeting, zone: ZoneInfo, at: datetime
) -> list[Involvement]:
    """What the members did for this candidate in any application of this body, until then."""
    rows = session.execute(
        select(Duty.person_id, Duty.side, Duty.assigned_at)
        .join(Application, (Application.body_id == Duty.body_id) & (Application.id == Duty.application_id))
        .join(
            MeetingMember,
            (MeetingMember.body_id == Duty.body_id)
            & (MeetingMember.person_id == Duty.person_id)
            & (MeetingMember.meeting_id == meeting.id),
        )
        .where(
            Duty.body_id == application.body_id,
            Application.person_id == application.person_id,
            Duty.side.in_(INVOLVED),
            Duty.assigned_at <= at,
        )
    )
    return [
        Involvement(
            person_id=row.person_id,
            candidate_id=application.person_id,
            side=row.side,
            on=calendar_day(row.assigned_at, zone),
        )
        for row in rows
    ]
