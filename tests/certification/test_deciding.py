"""The meeting decides: quorum, majority, ties, outside members, look-back, what blocks."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.accounts.tables import Party
from assessment.certification.assessing import close_follow_up, recommend
from assessment.certification.case import case_of
from assessment.certification.deciding import ask_for_more, cast_vote, declare, record_decision
from assessment.certification.judging import judge
from assessment.certification.meeting import add_cases, close_meeting, mark_present, open_meeting
from assessment.certification.tables import Application, Choice, Decision, DecisionUnit, Vote
from assessment.domain.certification.application_states import ApplicationState
from assessment.domain.certification.decision import Bar, Block
from assessment.domain.certification.duties import Side
from assessment.domain.errors import Conflict, Invalid, NotAllowed
from assessment.web.actor import Actor
from tests.factories.accounts import NOW
from tests.factories.certification import (
    World,
    make_case,
    make_meeting,
    make_not_yet,
    make_recommended,
    make_world,
)


def declare_and_vote(session: Session, world: World, meeting_id: str, application_id: str, *choices: Choice) -> None:
    for decider, choice in zip(world.deciders, choices, strict=False):
        declare(session, decider, meeting_id, application_id, conflict=False, now=NOW)
        cast_vote(session, decider, meeting_id, application_id, choice, reason="alasan suara", now=NOW)


def blocks(session: Session, world: World, meeting_id: str, application_id: str) -> set[Block]:
    case = case_of(session, world.body_id, meeting_id, application_id)
    return {block.reason for block in judge(session, case, at=NOW).decision.blocked}


K, BK = Choice.COMPETENT, Choice.NOT_YET_COMPETENT


def test_a_meeting_finds_a_candidate_competent(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K, K)
    decision = record_decision(session, world.deciders[0], meeting_id, application_id, reason="Bukti lengkap.", now=NOW)
    assert (decision.outcome, decision.votes_for, decision.votes_against) == (K, 3, 0)
    assert decision.decided_on == date(2026, 3, 12)
    application = session.get_one(Application, (world.body_id, application_id))
    assert application.state is ApplicationState.DECIDED_COMPETENT
    units = session.scalars(select(DecisionUnit).where(DecisionUnit.decision_id == decision.id)).all()
    assert [unit.unit_id for unit in units] == [world.scheme.units[0].unit_id]


def test_the_date_of_a_decision_is_the_bodys_calendar_date(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    late = NOW.replace(hour=18)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=late)
        cast_vote(session, decider, meeting_id, application_id, K, now=late)
    decision = record_decision(session, world.deciders[0], meeting_id, application_id, reason="Cukup.", now=late)
    assert decision.decided_on == date(2026, 3, 13)


def test_a_meeting_below_its_quorum_decides_nothing(session: Session) -> None:
    world = make_world(session, deciders=2)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K)
    assert blocks(session, world, meeting_id, application_id) == {Block.QUORUM_NOT_MET}
    with pytest.raises(Conflict, match="quorum_not_met"):
        record_decision(session, world.deciders[0], meeting_id, application_id, reason="Cukup.", now=NOW)


def test_a_tie_is_no_decision(session: Session) -> None:
    world = make_world(session, deciders=4)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K, BK, BK)
    assert blocks(session, world, meeting_id, application_id) == {Block.NO_MAJORITY}


def test_everybody_who_may_vote_must_have_voted(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K)
    assert blocks(session, world, meeting_id, application_id) == {Block.VOTE_MISSING, Block.DECLARATION_MISSING}


@pytest.mark.parametrize(("outside", "blocked"), [(0, {Block.TOO_FEW_OUTSIDE_MEMBERS}), (1, set())])
def test_a_body_that_trains_its_own_needs_a_member_from_outside(
    session: Session, outside: int, blocked: set[Block]
) -> None:
    world = make_world(session, party=Party.P1)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id, outside=outside)
    declare_and_vote(session, world, meeting_id, application_id, K, K, K)
    assert blocks(session, world, meeting_id, application_id) == blocked


def test_nobody_is_found_competent_against_the_evidence(session: Session) -> None:
    world = make_world(session)
    application_id = make_not_yet(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K, K)
    assert blocks(session, world, meeting_id, application_id) == {Block.NOT_PROVED}


def test_a_conflict_of_interest_takes_the_vote(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare(session, world.deciders[0], meeting_id, application_id, conflict=True, detail="Saudara", now=NOW)
    with pytest.raises(NotAllowed, match="conflict of interest"):
        cast_vote(session, world.deciders[0], meeting_id, application_id, K, now=NOW)


def test_a_conflict_says_in_words_what_it_is(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    with pytest.raises(Invalid):
        declare(session, world.deciders[0], meeting_id, application_id, conflict=True, detail="", now=NOW)


def test_a_vote_needs_a_declaration_first(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    with pytest.raises(Conflict, match="Declare first"):
        cast_vote(session, world.deciders[0], meeting_id, application_id, K, now=NOW)


def test_a_vote_for_bk_says_why(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare(session, world.deciders[0], meeting_id, application_id, conflict=False, now=NOW)
    with pytest.raises(Invalid):
        cast_vote(session, world.deciders[0], meeting_id, application_id, BK, reason=" ", now=NOW)


def test_a_vote_stays(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K)
    with pytest.raises(Conflict, match="already"):
        cast_vote(session, world.deciders[0], meeting_id, application_id, BK, reason="berubah", now=NOW)


def test_somebody_who_is_not_a_member_does_not_vote(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    with pytest.raises(NotAllowed):
        declare(session, world.quality, meeting_id, application_id, conflict=False, now=NOW)
    with pytest.raises(NotAllowed):
        mark_present(session, world.quality, meeting_id, now=NOW)


@pytest.mark.parametrize("side", [Side.TRAINER, Side.ASSESSOR, Side.INVIGILATOR])
@pytest.mark.parametrize(("days", "may"), [(100, False), (900, True)])
def test_who_helped_the_candidate_before_does_not_vote_within_the_look_back(
    session: Session, side: Side, days: int, may: bool
) -> None:
    world = make_world(session)
    earlier = make_case(session, world, state=ApplicationState.CLOSED)
    helper = world.deciders[0]
    take_side(session, world.body_id, earlier, helper.person_id, side, now=NOW - timedelta(days=days))
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare(session, helper, meeting_id, application_id, conflict=False, now=NOW)
    case = case_of(session, world.body_id, meeting_id, application_id)
    standing = judge(session, case, at=NOW).standing_of(helper.person_id)
    assert standing is not None
    assert standing.bars == (() if may else (Bar.INVOLVED,))
    if may:
        assert cast_vote(session, helper, meeting_id, application_id, K, now=NOW)
    else:
        with pytest.raises(NotAllowed, match="look-back"):
            cast_vote(session, helper, meeting_id, application_id, K, now=NOW)


@pytest.mark.parametrize("side", [Side.CANDIDATE, Side.TRAINER, Side.ASSESSOR, Side.INVIGILATOR, Side.RELEASER])
def test_the_database_refuses_a_vote_from_another_side(session: Session, side: Side) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    helper = world.deciders[0]
    take_side(session, world.body_id, application_id, helper.person_id, side, now=NOW)
    session.add(a_vote(helper, meeting_id, application_id))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()
    session.rollback()


@pytest.mark.parametrize("side", ["assessor", "decider"])
def test_the_database_refuses_a_vote_without_the_deciders_side(session: Session, side: str) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    vote = a_vote(world.deciders[0], meeting_id, application_id)
    vote.side = side
    session.add(vote)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.flush()
    session.rollback()


def a_vote(actor: Actor, meeting_id: str, application_id: str) -> Vote:
    return Vote(
        body_id=actor.body_id,
        meeting_id=meeting_id,
        application_id=application_id,
        person_id=actor.person_id,
        choice=K,
        reason="",
        at=NOW,
    )


def test_more_evidence_blocks_the_decision_and_sends_the_case_back(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    follow_up = ask_for_more(
        session,
        world.deciders[0],
        meeting_id,
        application_id,
        world.criteria[0],
        reason="Foto las kurang jelas.",
        due_on=date(2026, 3, 20),
        now=NOW,
    )
    application = session.get_one(Application, (world.body_id, application_id))
    assert application.state is ApplicationState.IN_ASSESSMENT
    assert {Block.NEEDS_MORE_EVIDENCE, Block.NO_RECOMMENDATION} <= blocks(session, world, meeting_id, application_id)
    with pytest.raises(Conflict, match="no recommendation"):
        cast_vote_of_first(session, world, meeting_id, application_id)
    with pytest.raises(Conflict, match="follow-up"):
        recommend(session, world.assessor, application_id, K, note="", now=NOW)
    later = NOW + timedelta(hours=1)
    close_follow_up(session, world.assessor, application_id, follow_up.id, now=later)
    recommend(session, world.assessor, application_id, K, note="", now=later)
    case = case_of(session, world.body_id, meeting_id, application_id)
    assert Block.NO_RECOMMENDATION not in {block.reason for block in judge(session, case, at=later).decision.blocked}


def cast_vote_of_first(session: Session, world: World, meeting_id: str, application_id: str) -> None:
    declare(session, world.deciders[0], meeting_id, application_id, conflict=False, now=NOW)
    cast_vote(session, world.deciders[0], meeting_id, application_id, K, now=NOW)


def test_votes_from_before_a_new_recommendation_do_not_decide(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K)
    declare(session, world.deciders[2], meeting_id, application_id, conflict=False, now=NOW)
    follow_up = ask_for_more(
        session,
        world.deciders[2],
        meeting_id,
        application_id,
        world.criteria[0],
        reason="Perlu bukti lagi.",
        due_on=date(2026, 3, 20),
        now=NOW,
    )
    later = NOW + timedelta(hours=1)
    close_follow_up(session, world.assessor, application_id, follow_up.id, now=later)
    recommend(session, world.assessor, application_id, K, note="", now=later)
    cast_vote(session, world.deciders[2], meeting_id, application_id, K, now=later)
    with pytest.raises(Conflict, match="later meeting"):
        record_decision(session, world.deciders[2], meeting_id, application_id, reason="Cukup.", now=later)


def test_a_decided_case_is_closed_to_votes_and_a_second_decision(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    declare_and_vote(session, world, meeting_id, application_id, K, K, K)
    record_decision(session, world.deciders[0], meeting_id, application_id, reason="Cukup.", now=NOW)
    with pytest.raises(Conflict, match="decided"):
        record_decision(session, world.deciders[1], meeting_id, application_id, reason="Lagi.", now=NOW)
    assert len(session.scalars(select(Decision)).all()) == 1


def test_a_minutes_number_is_used_once_in_a_body(session: Session) -> None:
    world = make_world(session)
    open_meeting(session, world.manager, "2026-03", now=NOW)
    with pytest.raises(Conflict, match="2026-03"):
        open_meeting(session, world.manager, " 2026-03 ", now=NOW)


def test_only_recommended_cases_come_before_a_meeting_and_only_one(session: Session) -> None:
    world = make_world(session)
    meeting_id = make_meeting(session, world)
    with pytest.raises(Conflict, match="not recommended"):
        add_cases(session, world.manager, meeting_id, [make_case(session, world)], now=NOW)
    application_id = make_recommended(session, world)
    add_cases(session, world.manager, meeting_id, [application_id], now=NOW)
    other = open_meeting(session, world.manager, "2026-04", now=NOW)
    with pytest.raises(Conflict, match="2026-03"):
        add_cases(session, world.manager, other.id, [application_id], now=NOW)


def test_a_closed_meeting_takes_nothing_more(session: Session) -> None:
    world = make_world(session)
    application_id = make_recommended(session, world)
    meeting_id = make_meeting(session, world, application_id)
    close_meeting(session, world.manager, meeting_id, now=NOW)
    with pytest.raises(Conflict, match="closed"):
        declare(session, world.deciders[0], meeting_id, application_id, conflict=False, now=NOW)
