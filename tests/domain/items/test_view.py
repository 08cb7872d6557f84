"""What a browser may see: no key in it, the choices in the attempt's order."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.item import ItemKind
from assessment.domain.items.view import NumericEntryView, candidate_view, order_choices
from tests.domain.items.build import choice_item, choice_text, mapping, numeric_item, numeric_text


def test_the_view_of_a_choice_holds_no_key_mapping_or_title():
    item = choice_item(marks=mapping({"B": "0.75"}), max_score="0.75")
    shown = str(asdict(candidate_view(item, choice_text(item))))
    for secret in ("correct", "mapping", "0.75", "score", "Undercut"):
        assert secret not in shown


def test_the_view_of_a_number_holds_no_answer_and_no_tolerance():
    shown = candidate_view(numeric_item("0.4"), numeric_text())
    assert shown.interactions == (
        NumericEntryView(response="RESPONSE", before="Depth:", unit="mm", whole=False, expected_length=6),
    )
    assert shown.kind is ItemKind.NUMERIC_ENTRY


def test_choices_stand_in_the_given_order():
    item = choice_item()
    view = candidate_view(item, choice_text(item), {"RESPONSE": "DBCA"})
    assert [each.identifier for each in view.interactions[0].choices] == list("DBCA")


@pytest.mark.parametrize("order", ["ABC", "ABCE", "AABCD"])
def test_an_order_that_is_no_permutation_is_refused(order):
    item = choice_item()
    with pytest.raises(Invalid, match="Expected an order of the choices"):
        candidate_view(item, choice_text(item), {"RESPONSE": order})


@given(st.binary(max_size=32))
def test_a_seeded_order_is_a_permutation_that_keeps_fixed_choices(seed):
    item = choice_item("ABCDE", shuffle=True, fixed="CE")
    order = order_choices(item, seed)["RESPONSE"]
    assert sorted(order) == list("ABCDE")
    assert (order[2], order[4]) == ("C", "E")
    assert order == order_choices(item, seed)["RESPONSE"]


def test_without_shuffle_the_authored_order_stands():
    assert order_choices(choice_item(), b"seed") == {"RESPONSE": ("A", "B", "C", "D")}


def test_seeds_reach_every_order():
    item = choice_item("ABC", shuffle=True)
    orders = {order_choices(item, bytes([seed]))["RESPONSE"] for seed in range(200)}
    assert len(orders) == 6
