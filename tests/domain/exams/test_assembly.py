"""Drawing forms: exact quotas, guaranteed minimums, limits, items kept apart, parallel forms, the nearest there is."""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.exams import assembly
from assessment.domain.exams.form import Aspect, Blueprint, Difficulty, PoolItem, Quota, Range, Shortage

BLUEPRINT = Blueprint(quotas=(Quota(unit_id="u1", items=3), Quota(unit_id="u2", items=2)))


def item(name: str, unit: str, *criteria: str, **fields: object) -> PoolItem:
    return PoolItem(id=name, unit_id=unit, criterion_ids=frozenset(criteria), **fields)  # type: ignore[arg-type]  # what a test overrides


def draw(
    blueprint: Blueprint, pool: Iterable[PoolItem], *, seed: bytes, minimum_per_criterion: Mapping[str, int]
) -> tuple[str, ...]:
    (form,) = assembly.draw(blueprint, pool, seed=seed, minimum_per_criterion=minimum_per_criterion)
    return form


POOL = [
    *(item(f"a{number}", "u1", f"c{number % 3}") for number in range(9)),
    *(item(f"b{number}", "u2", "d0" if number else "d1") for number in range(6)),
]


def test_the_same_seed_gives_the_same_form_whatever_the_order_of_the_pool() -> None:
    form = draw(BLUEPRINT, POOL, seed=b"seed", minimum_per_criterion={"c0": 1})
    assert form == draw(BLUEPRINT, reversed(POOL), seed=b"seed", minimum_per_criterion={"c0": 1})


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
        Shortage(aspect=Aspect.UNIT, key="u2", wanted=2, nearest=1),
        Shortage(aspect=Aspect.CRITERION, key="c0", wanted=4, nearest=3),
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


def test_sections_keep_their_order_on_the_form() -> None:
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=3, section=2), Quota(unit_id="u2", items=2, section=1)))
    form = draw(blueprint, POOL, seed=b"x", minimum_per_criterion={})
    assert [name[0] for name in form] == ["b", "b", "a", "a", "a"]


def test_kinds_and_difficulties_are_kept_inside_their_limits() -> None:
    pool = [
        item(f"i{n}", "u1", kind="order" if n % 4 == 0 else "single_choice", difficulty=list(Difficulty)[n % 3])
        for n in range(24)
    ]
    blueprint = Blueprint(
        quotas=(Quota(unit_id="u1", items=8),),
        kinds={"order": Range(least=3, most=4)},
        difficulty={Difficulty.HARD: Range(least=2, most=2), Difficulty.EASY: Range(most=3)},
    )
    for seed in range(10):
        form = draw(blueprint, pool, seed=bytes([seed]), minimum_per_criterion={})
        drawn = [each for each in pool if each.id in form]
        kinds = Counter(each.kind for each in drawn)
        bands = Counter(each.difficulty for each in drawn)
        assert 3 <= kinds["order"] <= 4
        assert bands[Difficulty.HARD] == 2
        assert bands[Difficulty.EASY] <= 3


@given(st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]), max_size=12))
def test_items_that_must_not_meet_never_do(pairs: set[tuple[int, int]]) -> None:
    pool = [item(f"a{number}", "u1") for number in range(9)]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=3),))
    apart = [frozenset((f"a{one}", f"a{other}")) for one, other in pairs]
    possible = any(
        not any(group <= set(chosen) for group in apart) for chosen in combinations([each.id for each in pool], 3)
    )
    if possible:
        (form,) = assembly.draw(blueprint, pool, seed=b"x", minimum_per_criterion={}, apart=apart)
        assert len(form) == 3
        assert not any(group <= set(form) for group in apart)
    else:
        with pytest.raises(Invalid):
            assembly.draw(blueprint, pool, seed=b"x", minimum_per_criterion={}, apart=apart)


def test_what_was_shown_too_often_is_left_out() -> None:
    pool = [item(f"i{n}", "u1", shown=n * 10) for n in range(6)]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=3),), shown_at_most=30)
    assert set(draw(blueprint, pool, seed=b"x", minimum_per_criterion={})) == {"i0", "i1", "i2"}
    tight = Blueprint(quotas=(Quota(unit_id="u1", items=3),), shown_at_most=20)
    with pytest.raises(Invalid, match="u1: 3 > 2"):
        draw(tight, pool, seed=b"x", minimum_per_criterion={})


def test_parallel_forms_share_no_more_than_allowed_and_are_alike_in_difficulty() -> None:
    pool = [item(f"i{n:02}", "u1", proportion=Fraction(20 + 3 * n, 100)) for n in range(24)]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=8),), forms=3, common_at_most=2)
    forms = assembly.draw(blueprint, pool, seed=b"x", minimum_per_criterion={})
    assert [len(form) for form in forms] == [8, 8, 8]
    assert all(len(set(one) & set(other)) <= 2 for one, other in combinations(forms, 2))
    worth = {each.id: each.proportion or Fraction(0) for each in pool}
    means = [sum(worth[name] for name in form) / 8 for form in forms]
    assert max(means) - min(means) <= Fraction(5, 100)


def test_parallel_forms_that_the_pool_cannot_give_are_refused_with_the_nearest() -> None:
    pool = [item(f"i{n}", "u1") for n in range(5)]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=3),), forms=2)
    with pytest.raises(Invalid, match="u1: 3 > 2"):
        assembly.draw(blueprint, pool, seed=b"x", minimum_per_criterion={})


def test_a_limit_that_must_be_passed_is_named() -> None:
    pool = [item(f"i{n}", "u1", kind="order") for n in range(5)]
    blueprint = Blueprint(quotas=(Quota(unit_id="u1", items=4),), kinds={"order": Range(most=2)})
    with pytest.raises(Invalid) as caught:
        draw(blueprint, pool, seed=b"x", minimum_per_criterion={})
    (shortage,) = caught.value.values["shortages"]  # type: ignore[misc]  # a tuple of Shortages
    assert shortage in (
        Shortage(aspect=Aspect.KIND, key="order", wanted=2, nearest=4),
        Shortage(aspect=Aspect.UNIT, key="u1", wanted=4, nearest=2),
    )


def test_a_large_bank_gives_parallel_forms() -> None:
    criteria = [f"c{number}" for number in range(20)]
    pool = [
        item(
            f"i{n:03}", f"u{n % 4}", criteria[n % 20], criteria[(n * 7 + 3) % 20], proportion=Fraction(n % 60 + 20, 100)
        )
        for n in range(200)
    ]
    blueprint = Blueprint(
        quotas=tuple(Quota(unit_id=f"u{n}", items=10, section=n + 1) for n in range(4)), forms=3, common_at_most=4
    )
    forms = assembly.draw(blueprint, pool, seed=b"x", minimum_per_criterion=dict.fromkeys(criteria, 2))
    assert [len(set(form)) for form in forms] == [40] * 3
    assert all(len(set(one) & set(other)) <= 4 for one, other in combinations(forms, 2))
