"""Items as JSON: what is written comes back, what is broken is refused, and words change no digest."""

import json

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.item_json import digest, from_json, text_from_json, text_to_json, to_json
from tests.domain.items.build import choice_item, choice_text, mapping, numeric_item, numeric_text

MAPPED = choice_item(
    correct=("A", "B"), multiple=True, max_choices=2, marks=mapping({"A": "1/3", "B": "0.5"}, lower="0")
)
ITEMS = [choice_item(), MAPPED, numeric_item()]


@pytest.mark.parametrize("item", ITEMS)
def test_an_item_comes_back_from_json_text(item):
    assert from_json(json.loads(json.dumps(to_json(item)))) == item


def test_words_come_back_from_json_text():
    item = choice_item()
    text = choice_text(item, "id")
    assert text_from_json(item, json.loads(json.dumps(text_to_json(text)))) == text
    assert text_from_json(numeric_item(), text_to_json(numeric_text())) == numeric_text()


def test_the_digest_is_of_the_structure_and_stays_as_published():
    # Frozen: records point at items by this value.
    assert digest(choice_item()) == digest(from_json(to_json(choice_item())))
    assert digest(choice_item(correct=("A",))) != digest(choice_item(correct=("B",)))
    assert digest(choice_item()) == "a15310404a94cc288cbe9543fc53133c44195626049f3a09a2f631d4d67d738e"


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2},
        {"identifier": 7},
        {"identifier": "two words"},
        {"interactions": []},
        {"interactions": [{"type": "essay", "response": "RESPONSE"}]},
        {"outcomes": []},
        {"max_score": "1e9"},
        {"max_score": 1.0},
        {"processing": {"type": "map_response", "response": "RESPONSE", "outcome": "SCORE"}},
    ],
)
def test_a_changed_shape_is_refused(change):
    with pytest.raises(Invalid):
        from_json(to_json(choice_item()) | change)


def test_words_of_another_item_are_refused():
    with pytest.raises(Invalid, match="Expected words for each choice"):
        text_from_json(choice_item("ABC"), text_to_json(choice_text(choice_item("ABCD"))))
