"""Drawing a form: exact quotas, guaranteed minimums, the same form for the same seed."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.exams.form import Blueprint, PoolItem, Quota, Shortage, coverage, draw
from assessment.domain.plan import Coverage, Kind

BLUEPRINT = Blueprint(quotas=(Quota(unit_id="u1", items=3), Quota(unit_id="u2", items=2)))


def item(name: str, unit: str, *criteria: str) -> PoolItem:
    return PoolItem(id=name, unit_id=unit, criterion_ids=frozenset(criteria))


POOL = [
    *(item(f"a{number}", "u1", f"c{number % 3}") for number in range(9)),
    *(item(f"b{number}", "u2", "d0" if number else "d1") for number in range(6)),
]


def test_the_same_seed_gives_the_same_form_whatever_the_order_of_the_pool() -> None:
    form = draw(BLUEPRINT, POOL, seed=b"seed", minimum_per_criterion={"c0": 1})
    assert form == draw(BLUEPRINT, reversed(POOL), seed=b"seed", minimum_per_criterion={"c0": 1})


def test_a_form_stays_the_same_for_ever() -> None:
    form = draw(BLUEPRINT, POOL, seed=b"2026", minimum_per_criterion={"c0": 1, "c1": 1, "c2": 1, "d1": 1})
    assert form == ("a0", "a8", "a1", "b2", "b0")


def test_another_seed_gives_another_form() -> None:
    forms = {draw(BLUEPRINT, POOL, seed=bytes([seed]), minimum_per_criterion={}) for seed in range(20)}
    assert len(forms) > 15


@given(st.binary(min_size=1, max_size=16))
def test_quotas_and_minimums_hold(seed: bytes) -> None:
    wanted = {"c0": 1, "c1": 1, "c2": 1, "d1": 1}
    form = draw(BLUEPRINT, POOL, seed=seed, minimum_per_criterion=wanted)
    drawn = [each for each in POOL if each.id in form]
    assert len(form) == len(set(form)) == BLUEPRINT.length
    assert Counter(each.unit_id for each in drawn) == {"u1": 3, "u2": 2}
    measured = Counter(criterion for each in drawn for criterion in each.criterion_ids)
    assert all(measured[criterion] >= number for criterion, number in wanted.items())


@st.composite
def solvable(draw_: st.DrawFn) -> tuple[list[PoolItem], set[str], dict[str, int]]:
    """A pool with a hidden form in it, and minimums that the hidden form meets."""
    criteria = [f"c{number}" for number in range(6)]
    pool = [
        item(f"i{number}", "u1", *draw_(st.sets(st.sampled_from(criteria), min_size=1, max_size=3)))
        for number in range(draw_(st.integers(4, 24)))
    ]
    hidden = set(draw_(st.sets(st.sampled_from([each.id for each in pool]), min_size=1, max_size=8)))
    reached = Counter(c for each in pool if each.id in hidden for c in each.criterion_ids)
    return pool, hidden, dict(reached)


@given(solvable(), st.binary(min_size=1, max_size=4))
def test_a_form_that_the_pool_can_give_is_found(
    given_: tuple[list[PoolItem], set[str], dict[str, int]], seed: bytes
) -> None:
    pool, hidden, wanted = given_
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=len(hidden)),))
    form = draw(blueprint, pool, seed=seed, minimum_per_criterion=wanted)
    measured = Counter(c for each in pool if each.id in form for c in each.criterion_ids)
    assert len(form) == len(hidden)
    assert all(measured[criterion] >= number for criterion, number in wanted.items())


def test_the_greedy_choice_is_taken_back_where_it_leads_nowhere() -> None:
    # The item that measures most (1, 2, 3, 4) belongs to no form of two items that measures all six.
    pool = [
        item("greedy", "u1", "1", "2", "3", "4"),
        item("left", "u1", "1", "2", "5"),
        item("right", "u1", "3", "4", "6"),
    ]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=2),))
    form = draw(blueprint, pool, seed=b"x", minimum_per_criterion=dict.fromkeys("123456", 1))
    assert set(form) == {"left", "right"}


def test_a_small_pool_is_refused_naming_unit_and_criterion() -> None:
    with pytest.raises(Invalid) as caught:
        draw(BLUEPRINT, POOL[:10], seed=b"x", minimum_per_criterion={"c0": 4, "c1": 1})
    assert caught.value.values["shortages"] == (
        Shortage(unit_id="u2", criterion_id=None, wanted=2, nearest=1),
        Shortage(unit_id=None, criterion_id="c0", wanted=4, nearest=3),
    )
    assert "u2: 2 > 1; c0: 4 > 3" in str(caught.value)


def test_minimums_that_do_not_fit_the_quota_are_refused_with_the_nearest() -> None:
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=2),))
    with pytest.raises(Invalid) as caught:
        draw(blueprint, POOL, seed=b"x", minimum_per_criterion={"c0": 1, "c1": 1, "c2": 1})
    (shortage,) = caught.value.values["shortages"]  # type: ignore[misc]  # a tuple of shortages
    assert (shortage.wanted, shortage.nearest) == (1, 0)


def test_an_item_that_stands_twice_is_refused() -> None:
    with pytest.raises(Invalid, match="once in the pool"):
        draw(BLUEPRINT, [*POOL, POOL[0]], seed=b"x", minimum_per_criterion={})


@pytest.mark.parametrize("quotas", [(), (Quota(unit_id="u1", items=0),), (Quota(unit_id="u1", items=1),) * 2])
def test_a_bad_blueprint_is_refused(quotas: tuple[Quota, ...]) -> None:
    with pytest.raises(Invalid):
        Blueprint(quotas=quotas)


def test_coverage_counts_items_per_criterion() -> None:
    assert coverage([item("a", "u1", "c1", "c2"), item("b", "u1", "c1")]) == (
        Coverage(criterion_id="c1", method=Method.WRITTEN, kind=Kind.ITEMS, items=2),
        Coverage(criterion_id="c2", method=Method.WRITTEN, kind=Kind.ITEMS, items=1),
    )
