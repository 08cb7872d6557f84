"""Numbers that name nobody: nothing under ten, and nothing that a total gives away."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.reports.disclosure import FEWEST, Figure, shown, total_of


@pytest.mark.parametrize(("count", "value"), [(0, None), (1, None), (9, None), (10, 10), (250, 250)])
def test_a_figure_under_ten_is_not_shown(count: int, value: int | None) -> None:
    assert shown(count) == Figure(value=value)


def test_a_total_with_nothing_hidden_is_itself() -> None:
    assert total_of([12, 30]) == Figure(value=42)


def test_a_total_that_would_give_the_one_hidden_figure_away_says_what_is_at_least_there() -> None:
    assert total_of([12, 3, 30]) == Figure(value=42, at_least=True)


def test_a_small_total_is_hidden_too() -> None:
    assert total_of([2, 3]) == Figure(value=None)
    assert total_of([]) == Figure(value=None)


@given(st.lists(st.integers(0, 40), max_size=12))
def test_no_hidden_figure_is_the_difference_between_a_total_and_what_is_visible(counts: list[int]) -> None:
    total = total_of(counts)
    hidden = [count for count in counts if count < FEWEST]
    if total.value is not None and len(hidden) == 1:
        visible = sum(count for count in counts if count >= FEWEST)
        assert total.at_least or total.value - visible != hidden[0]
        assert total.value == visible or not total.at_least
