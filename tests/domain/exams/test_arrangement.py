"""The order of items and choices of one attempt."""

from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.exams.arrangement import arrange, from_json, to_json
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    Choice,
    ChoiceInteraction,
    Item,
    MatchCorrect,
    OutcomeDeclaration,
    ResponseDeclaration,
)


def item(name: str, *, shuffle: bool = True) -> Item:
    choices = (*(Choice(identifier=each) for each in "ABCDE"), Choice(identifier="NONE", fixed=True))
    return Item(
        identifier=name,
        interactions=(ChoiceInteraction(response="RESPONSE", choices=choices, shuffle=shuffle),),
        responses=(
            ResponseDeclaration(
                identifier="RESPONSE",
                cardinality=Cardinality.SINGLE,
                base_type=BaseType.IDENTIFIER,
                correct=("A",),
            ),
        ),
        outcomes=(OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT),),
        processing=MatchCorrect(),
        max_score=Fraction(1),
    )


FORM = {f"i{number}": item(f"i{number}") for number in range(20)}


def test_each_attempt_shows_every_item_once_in_its_own_order() -> None:
    orders = [tuple(each.item_id for each in arrange(FORM, seed=bytes([seed]))) for seed in range(5)]
    assert all(sorted(order) == sorted(FORM) for order in orders)
    assert len(set(orders)) == 5


def test_sections_keep_their_order_and_are_shuffled_inside() -> None:
    sections = {name: 1 if number >= 10 else 2 for number, name in enumerate(FORM)}
    arranged = [each.item_id for each in arrange(FORM, seed=b"x", sections=sections)]
    assert [sections[each] for each in arranged] == [1] * 10 + [2] * 10
    assert arranged[:10] != sorted(arranged[:10])


def test_a_fixed_choice_keeps_its_place() -> None:
    assert all(each.choices["RESPONSE"][-1] == "NONE" for each in arrange(FORM, seed=b"x"))


def test_items_with_as_many_choices_are_not_shuffled_alike() -> None:
    assert len({each.choices["RESPONSE"] for each in arrange(FORM, seed=b"x")}) > 10


def test_choices_stay_where_the_item_does_not_shuffle() -> None:
    (arranged,) = arrange({"i": item("i", shuffle=False)}, seed=b"x")
    assert arranged.choices == {"RESPONSE": ("A", "B", "C", "D", "E", "NONE")}


def test_reads_back_what_it_wrote() -> None:
    arranged = arrange(FORM, seed=b"x")
    assert from_json(to_json(arranged)) == arranged


def test_another_version_is_refused() -> None:
    with pytest.raises(Invalid, match="version 1"):
        from_json({"v": 2, "items": []})
