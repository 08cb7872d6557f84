"""The decision meeting: who votes, what blocks, what was decided."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assessment.domain.certification.decision import (
    Bar,
    Block,
    Decision,
    Declaration,
    Majority,
    MeetingRule,
    Member,
    Vote,
    decide,
    who_may_decide,
)
from assessment.domain.certification.duties import Involvement, Side
from assessment.domain.competency import Outcome

TODAY = date(2026, 3, 14)
RULE = MeetingRule(quorum=2, majority=Majority.SIMPLE, look_back_days=730, outside_members=0)
K, BK = Vote.COMPETENT, Vote.NOT_YET_COMPETENT


def member(name: str, **fields: Any) -> Member:
    whole: dict[str, Any] = {"present": True, "declaration": Declaration.NO_CONFLICT}
    return Member(person_id=name, **(whole | fields))


def bars(found: Member, *involvements: Involvement) -> tuple[Bar, ...]:
    (standing,) = who_may_decide([found], candidate_id="c1", involvements=involvements, rule=RULE, today=TODAY)
    return standing.bars


def meeting(*members: Member, votes: dict[str, Vote], rule: MeetingRule = RULE, **fields: Any) -> Decision:
    whole: dict[str, Any] = {
        "derived": Outcome.COMPETENT,
        "recommended": Outcome.COMPETENT,
        "minutes_number": "RP-7/2026",
    }
    standings = who_may_decide(members, candidate_id="c1", involvements=[], rule=rule, today=TODAY)
    return decide(standings, votes=votes, rule=rule, **(whole | fields))


def blocks(decision: Decision) -> list[Block]:
    assert decision.outcome is None
    return [block.reason for block in decision.blocked]


THREE = (member("a"), member("b"), member("c"))


def test_a_member_without_a_bar_votes() -> None:
    assert bars(member("a")) == ()
    assert bars(member("a", held=Side.DECIDER)) == ()


def test_every_bar_is_named() -> None:
    trained = Involvement(person_id="a", candidate_id="c1", side=Side.TRAINER, on=TODAY)
    barred = member("a", present=False, declaration=Declaration.CONFLICT, held=Side.ASSESSOR)
    assert bars(barred, trained) == (
        Bar.ABSENT,
        Bar.CONFLICT_DECLARED,
        Bar.OTHER_SIDE,
        Bar.INVOLVED,
    )


def test_the_candidate_never_votes() -> None:
    assert bars(member("c1")) == (Bar.INVOLVED,)


def test_a_majority_decides() -> None:
    found = meeting(*THREE, votes={"a": K, "b": K, "c": BK})
    assert (found.outcome, found.blocked) == (Outcome.COMPETENT, ())
    assert found.tally == {K: 2, BK: 1, Vote.ABSTAIN: 0}


@pytest.mark.parametrize(
    ("majority", "expected"),
    [
        (Majority.SIMPLE, Outcome.COMPETENT),
        (Majority.TWO_THIRDS, Outcome.COMPETENT),
        (Majority.UNANIMOUS, None),
    ],
)
def test_the_scheme_says_which_majority(majority: Majority, expected: Outcome | None) -> None:
    rule = replace(RULE, majority=majority)
    assert meeting(*THREE, votes={"a": K, "b": K, "c": BK}, rule=rule).outcome is expected


def test_a_tie_decides_nothing() -> None:
    assert blocks(meeting(*THREE[:2], votes={"a": K, "b": BK})) == [Block.NO_MAJORITY]


def test_abstaining_counts_against_any_majority() -> None:
    assert blocks(meeting(*THREE, votes={"a": K, "b": Vote.ABSTAIN, "c": Vote.ABSTAIN})) == [Block.NO_MAJORITY]


def test_every_member_who_may_vote_must_vote() -> None:
    found = meeting(*THREE, votes={"a": K, "b": K})
    assert blocks(found) == [Block.VOTE_MISSING]
    assert found.blocked[0].persons == ("c",)


def test_a_member_with_a_conflict_does_not_count_for_the_quorum() -> None:
    conflicted = (THREE[0], *(replace(each, declaration=Declaration.CONFLICT) for each in THREE[1:]))
    found = meeting(*conflicted, votes={"a": K})
    assert blocks(found) == [Block.QUORUM_NOT_MET]
    assert (found.blocked[0].wanted, found.blocked[0].found) == (2, 1)


def test_a_vote_without_the_right_to_vote_blocks() -> None:
    found = meeting(*THREE, member("d", held=Side.ASSESSOR), votes=dict.fromkeys("abcd", K))
    assert blocks(found) == [Block.NO_RIGHT_TO_VOTE]
    assert found.blocked[0].persons == ("d",)


def test_everybody_present_declares_first() -> None:
    silent = replace(THREE[2], declaration=Declaration.NOT_GIVEN)
    assert blocks(meeting(*THREE[:2], silent, votes=dict.fromkeys("abc", K))) == [Block.DECLARATION_MISSING]


def test_one_roof_needs_a_member_from_outside() -> None:
    rule = replace(RULE, outside_members=1)
    votes = dict.fromkeys("abc", K)
    assert blocks(meeting(*THREE, votes=votes, rule=rule)) == [Block.TOO_FEW_OUTSIDE_MEMBERS]
    outside = replace(THREE[2], outside=True)
    assert meeting(*THREE[:2], outside, votes=votes, rule=rule).outcome is Outcome.COMPETENT


def test_an_outside_member_who_may_not_vote_does_not_help() -> None:
    rule = replace(RULE, outside_members=1)
    barred = member("d", outside=True, declaration=Declaration.CONFLICT)
    found = meeting(*THREE, barred, votes=dict.fromkeys("abc", K), rule=rule)
    assert blocks(found) == [Block.TOO_FEW_OUTSIDE_MEMBERS]


def test_a_meeting_never_finds_competent_against_the_evidence() -> None:
    votes = dict.fromkeys("abc", K)
    derived = Outcome.NOT_YET_COMPETENT
    assert blocks(meeting(*THREE, votes=votes, derived=derived)) == [Block.NOT_PROVED]


def test_a_meeting_may_find_not_yet_competent_in_spite_of_the_evidence() -> None:
    assert meeting(*THREE, votes=dict.fromkeys("abc", BK)).outcome is Outcome.NOT_YET_COMPETENT


@pytest.mark.parametrize("field", ["derived", "recommended"])
def test_open_evidence_blocks_any_decision(field: str) -> None:
    found = meeting(*THREE, votes=dict.fromkeys("abc", BK), **{field: Outcome.NEEDS_MORE_EVIDENCE})
    assert blocks(found) == [Block.NEEDS_MORE_EVIDENCE]


def test_everything_that_blocks_is_named_at_once() -> None:
    found = meeting(votes={"x": K}, recommended=None, minutes_number=" ")
    assert blocks(found) == [
        Block.NO_RECOMMENDATION,
        Block.NO_MINUTES_NUMBER,
        Block.QUORUM_NOT_MET,
        Block.NO_RIGHT_TO_VOTE,
    ]


def test_a_quorum_of_none_still_needs_somebody() -> None:
    assert blocks(meeting(votes={}, rule=replace(RULE, quorum=0))) == [Block.QUORUM_NOT_MET]
