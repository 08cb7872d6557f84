"""Who is proposed for a practical: obstacles, the day's limit, and the balance over time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.practicals.assignment import AssessorFacts, Obstacle, propose

DAY = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
FREE = AssessorFacts(
    person_id="a", other_side=False, too_close=False, registered=True, busy=False, recent=0, same_day=0, last=None
)


def order(*assessors: AssessorFacts, limit: int | None = None) -> list[str]:
    return [each.facts.person_id for each in propose(assessors, limit=limit)]


@pytest.mark.parametrize(
    ("members", "obstacle"),
    [
        ({}, None),
        ({"other_side": True, "too_close": True}, Obstacle.OTHER_SIDE),
        ({"too_close": True, "busy": True}, Obstacle.TOO_CLOSE),
        ({"registered": False}, Obstacle.NOT_REGISTERED),
        ({"busy": True}, Obstacle.BUSY),
    ],
)
def test_what_keeps_somebody_from_being_assigned(members: dict[str, bool], obstacle: Obstacle | None) -> None:
    (proposal,) = propose([replace(FREE, **members)], limit=None)  # type: ignore[arg-type]  # members of the facts
    assert proposal.obstacle is obstacle


def test_whoever_had_fewest_practicals_lately_comes_first() -> None:
    often, seldom = replace(FREE, person_id="a", recent=5), replace(FREE, person_id="b", recent=2)
    assert order(often, seldom) == ["b", "a"]


def test_among_equals_whose_last_one_is_longest_ago() -> None:
    early = replace(FREE, person_id="b", recent=1, last=DAY - timedelta(days=9))
    late = replace(FREE, person_id="a", recent=1, last=DAY)
    assert order(late, early) == ["b", "a"]


def test_the_limit_is_reached_with_as_many_practicals_and_puts_behind() -> None:
    full, other = replace(FREE, person_id="a", same_day=3), replace(FREE, person_id="b", recent=9)
    assert [(each.facts.person_id, each.over_limit) for each in propose([full, other], limit=3)] == [
        ("b", False),
        ("a", True),
    ]
    assert not propose([full], limit=4)[0].over_limit
    assert not propose([full], limit=None)[0].over_limit


facts = st.builds(
    AssessorFacts,
    person_id=st.uuids().map(str),
    other_side=st.booleans(),
    too_close=st.booleans(),
    registered=st.booleans(),
    busy=st.booleans(),
    recent=st.integers(0, 3),
    same_day=st.integers(0, 3),
    last=st.none() | st.integers(0, 9).map(lambda days: DAY - timedelta(days=days)),
)


@given(st.lists(facts, max_size=8, unique_by=lambda each: each.person_id), st.randoms())
def test_the_order_knows_nothing_of_how_they_came(assessors: list[AssessorFacts], chance: object) -> None:
    shuffled = list(assessors)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    found = propose(assessors, limit=2)
    assert propose(shuffled, limit=2) == found
    free = [each.obstacle is None for each in found]
    assert free == sorted(free, reverse=True)
