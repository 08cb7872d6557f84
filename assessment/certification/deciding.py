"""The meeting decides: declarations, votes, the decision, or the wish for more evidence (rule 11)."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.ids import new_id
from assessment.certification.assessing import add_follow_up
from assessment.certification.case import Case, case_of
from assessment.certification.judging import Judged, judge
from assessment.certification.logged import log_decision
from assessment.certification.meeting import member_of, running
from assessment.certification.states import application_of, move, said
from assessment.certification.tables import Choice, Decision, DecisionUnit, Declaration, FollowUp, Vote
from assessment.domain.certification.application_states import ApplicationEvent, ApplicationState
from assessment.domain.certification.decision import Bar, Standing
from assessment.domain.certification.duties import Side
from assessment.domain.competency import Outcome
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed
from assessment.web.actor import Actor

LONGEST_TEXT = 2_000

WHY_NOT = {
    Bar.ABSENT: N_("You are not marked as present at this meeting."),
    Bar.CONFLICT_DECLARED: N_("You declared a conflict of interest on this case."),
    Bar.OTHER_SIDE: N_("You stand on another side of this application."),
    Bar.INVOLVED: N_("You trained, assessed or invigilated this candidate within the look-back period."),
}


def declare(
    session: Session,
    actor: Actor,
    meeting_id: str,
    application_id: str,
    *,
    conflict: bool,
    detail: str = "",
    now: datetime,
) -> Declaration:
    """Declare a conflict of interest on a case, or none; once, because what was declared stays.

    Raises Conflict when the member declared before or the case is decided, Invalid for a conflict without words.
    """
    _open_case(session, actor, meeting_id, application_id)
    member_of(session, actor, meeting_id)
    if session.get(Declaration, (actor.body_id, meeting_id, application_id, actor.person_id)) is not None:
        raise Conflict(N_("You have declared on this case already."))
    declaration = Declaration(
        body_id=actor.body_id,
        meeting_id=meeting_id,
        application_id=application_id,
        person_id=actor.person_id,
        conflict=conflict,
        detail=said(detail) if conflict else detail.strip()[:LONGEST_TEXT],
        at=now,
    )
    session.add(declaration)
    session.flush()
    return declaration


def cast_vote(
    session: Session,
    actor: Actor,
    meeting_id: str,
    application_id: str,
    choice: Choice,
    *,
    reason: str = "",
    now: datetime,
) -> Vote:
    """Vote K or BK on a case; this puts the member on the deciders' side of the application.

    Raises NotAllowed, saying why, for a member who may not decide; Conflict before the declaration, for a second
    vote, or when the case is not open to a decision; Invalid for BK without a reason.
    """
    case = _open_case(session, actor, meeting_id, application_id)
    member_of(session, actor, meeting_id)
    judged = judge(session, case, at=now)
    standing = judged.standing_of(actor.person_id)
    require_right(standing)
    if session.get(Declaration, (actor.body_id, meeting_id, application_id, actor.person_id)) is None:
        raise Conflict(N_("Declare first whether you have a conflict of interest on this case."))
    if case.application.state is not ApplicationState.RECOMMENDED:
        raise Conflict(N_("This case has no recommendation to vote on."))
    if session.get(Vote, (actor.body_id, meeting_id, application_id, actor.person_id)) is not None:
        raise Conflict(N_("You have voted on this case already; a vote stays."))
    text = said(reason) if choice is Choice.NOT_YET_COMPETENT else reason.strip()[:LONGEST_TEXT]
    take_side(session, actor.body_id, application_id, actor.person_id, Side.DECIDER, now=now)
    vote = Vote(
        body_id=actor.body_id,
        meeting_id=meeting_id,
        application_id=application_id,
        person_id=actor.person_id,
        choice=choice,
        reason=text,
        at=now,
    )
    session.add(vote)
    session.flush()
    return vote


def record_decision(
    session: Session, actor: Actor, meeting_id: str, application_id: str, *, reason: str, now: datetime
) -> Decision:
    """Record what the meeting decided, by a member who voted; the outcome follows from the votes alone.

    The date is the calendar date in the body's zone. Raises Conflict naming everything that blocks, NotAllowed
    for somebody who did not vote.
    """
    case = _open_case(session, actor, meeting_id, application_id)
    member_of(session, actor, meeting_id)
    judged = judge(session, case, at=now)
    require_right(judged.standing_of(actor.person_id))
    if not any(given.member.person_id == actor.person_id and given.choice for given in judged.members):
        raise NotAllowed(N_("The decision is recorded by a member who voted."))
    require_decided(case, judged)
    outcome = Choice(str(judged.decision.outcome))
    votes = [given.choice for given in judged.members if given.choice is not None]
    decision = Decision(
        body_id=actor.body_id,
        id=new_id(),
        meeting_id=meeting_id,
        application_id=application_id,
        person_id=actor.person_id,
        outcome=outcome,
        reason=said(reason),
        votes_for=votes.count(Choice.COMPETENT),
        votes_against=votes.count(Choice.NOT_YET_COMPETENT),
        decided_on=judged.day,
        decided_at=now,
    )
    session.add(decision)
    session.flush()
    session.add_all(
        DecisionUnit(body_id=actor.body_id, decision_id=decision.id, unit_id=unit_id, unit_result_id=result_id)
        for unit_id, result_id in judged.result_ids.items()
    )
    log_decision(session, decision, judged.result_ids, now=now)
    event = ApplicationEvent.DECIDE_COMPETENT if outcome is Choice.COMPETENT else ApplicationEvent.DECIDE_NOT_YET
    move(session, actor, case.application, event, reason=decision.reason, now=now)
    return decision


def ask_for_more(
    session: Session,
    actor: Actor,
    meeting_id: str,
    application_id: str,
    criterion_id: str,
    *,
    reason: str,
    due_on: date,
    now: datetime,
) -> FollowUp:
    """The meeting wants more evidence on a criterion: the case goes back to its assessor until a day.

    It comes back with a new recommendation, before a later meeting where votes were cast in this one. Raises
    NotAllowed for a member who may not decide.
    """
    case = _open_case(session, actor, meeting_id, application_id)
    member_of(session, actor, meeting_id)
    require_right(judge(session, case, at=now).standing_of(actor.person_id))
    follow_up = add_follow_up(session, actor, case.application, criterion_id, reason=reason, due_on=due_on, now=now)
    move(session, actor, case.application, ApplicationEvent.ASK_MORE_EVIDENCE, reason=follow_up.reason, now=now)
    return follow_up


def require_right(standing: Standing | None) -> None:
    """Raise NotAllowed with the first reason why a person may not decide on a case."""
    if standing is None:
        raise NotAllowed(N_("Only members of this meeting may do this."))
    if not standing.may_decide:
        raise NotAllowed(WHY_NOT[standing.bars[0]])


def require_decided(case: Case, judged: Judged) -> None:
    """Raise Conflict naming everything that blocks the decision."""
    blocks = [block.reason.value for block in judged.decision.blocked]
    if case.application.state is not ApplicationState.RECOMMENDED:
        raise Conflict(N_("This case has no recommendation to decide on."))
    if blocks:
        raise Conflict(N_("The meeting cannot decide yet: %(blocks)s."), blocks=", ".join(blocks))
    if judged.stale_votes:
        raise Conflict(
            N_("Votes were cast before the recommendation that stands now; put the case before a later meeting.")
        )
    if judged.decision.outcome not in (Outcome.COMPETENT, Outcome.NOT_YET_COMPETENT):
        raise Invalid(N_("Expected K or BK."))


def _open_case(session: Session, actor: Actor, meeting_id: str, application_id: str) -> Case:
    """Return a case that a running meeting has not decided, its application locked."""
    running(session, actor.body_id, meeting_id)
    application_of(session, actor.body_id, application_id)
    case = case_of(session, actor.body_id, meeting_id, application_id)
    if case.decided is not None:
        raise Conflict(N_("This case is decided."))
    if case.application.person_id == actor.person_id:
        raise NotAllowed(WHY_NOT[Bar.OTHER_SIDE])
    return case
