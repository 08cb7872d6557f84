"""What changed between two versions, in words and facts."""

from dataclasses import replace
from fractions import Fraction

from assessment.domain.items.authoring.difference import (
    Sort,
    compare_drafts,
    compare_structures,
    compare_texts,
    compare_words,
)
from assessment.domain.items.item import ChoiceText, ChoiceWords
from assessment.domain.items.item_json import text_to_json, to_json
from tests.domain.items.authoring.build import filled, with_row, with_words
from tests.domain.items.build import choice_item, choice_text, mapping


def test_words_are_compared_one_by_one() -> None:
    pieces = compare_words("The plate is 8 mm thick.", "The plate is 10 mm thick.")
    assert [(piece.sort, piece.text) for piece in pieces] == [
        (Sort.KEPT, "The plate is "),
        (Sort.DELETED, "8"),
        (Sort.INSERTED, "10"),
        (Sort.KEPT, " mm thick."),
    ]


def test_equal_versions_have_no_difference() -> None:
    item = choice_item()
    words = text_to_json(choice_text(item))
    assert compare_texts(words, words) == []
    assert compare_structures(to_json(item), to_json(item)) == []


def test_a_changed_option_is_named_by_its_identifier() -> None:
    item = choice_item()
    old = choice_text(item)
    said = old.interactions[0]
    assert isinstance(said, ChoiceText)
    choices = tuple(
        ChoiceWords(identifier=each.identifier, html="<strong>New</strong> words") if each.identifier == "C" else each
        for each in said.choices
    )
    new = replace(old, interactions=(replace(said, choices=choices),))
    (changed,) = compare_texts(text_to_json(old), text_to_json(new))
    assert (changed.place, changed.where) == ("html", "C")
    assert "**New**" in "".join(piece.text for piece in changed.pieces if piece.sort is Sort.INSERTED)


def test_a_new_language_is_inserted_whole() -> None:
    changed = compare_texts(None, text_to_json(choice_text(choice_item())))
    assert {piece.sort for one in changed for piece in one.pieces} == {Sort.INSERTED}
    assert ("title", "") in {(one.place, one.where) for one in changed}


def test_a_changed_key_mapping_and_maximum_are_facts() -> None:
    old = choice_item(correct=("B",))
    new = replace(choice_item(correct=("C",)), max_score=Fraction(2))
    found = {fact.place: (fact.old, fact.new) for fact in compare_structures(to_json(old), to_json(new))}
    assert found == {"correct": ("B", "C"), "max_score": ("1", "2")}
    marked = choice_item(multiple=True, correct=("A",), max_choices=0, marks=mapping({"A": "1"}))
    more = choice_item(multiple=True, correct=("A",), max_choices=0, marks=mapping({"A": "0.5"}))
    (fact,) = compare_structures(to_json(marked), to_json(more))
    assert (fact.place, fact.old, fact.new) == ("mapping", "A = 1", "A = 0.5")


def test_no_change_of_structure_is_silent() -> None:
    plain, shuffled = choice_item(), choice_item(shuffle=True, fixed="D")
    places = {(fact.place, fact.where) for fact in compare_structures(to_json(plain), to_json(shuffled))}
    assert places == {("shuffle", ""), ("fixed", "D")}


def test_two_states_of_a_draft() -> None:
    old = filled("single_choice")
    new = with_words(with_row(old, "B", correct=False), "stem", en="another question")
    texts, facts = compare_drafts(old, new)
    assert [(language, one.place) for language, one in texts] == [("en", "stem")]
    assert [(fact.place, fact.where, fact.old, fact.new) for fact in facts] == [("correct", "B", "✓", "")]
