"""Drafts into items and back: every kind that can be written, and what is said about what is missing."""

from dataclasses import replace
from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.authoring.building import build
from assessment.domain.items.authoring.draft import (
    FORMS,
    check_size,
    draft_from_json,
    draft_to_json,
    new_draft,
)
from assessment.domain.items.authoring.opening import open_item
from assessment.domain.items.best import best_score
from assessment.domain.items.check import check_item, check_text
from assessment.domain.items.item import Item, OrderInteraction
from assessment.domain.items.item_json import from_json, text_from_json, text_to_json, to_json
from assessment.domain.items.qti.package import read_package
from assessment.domain.items.qti.write import PackagedItem, write_package
from assessment.domain.items.scoring import score
from assessment.domain.items.view import candidate_view
from tests.domain.items.authoring.build import drawing, filled, with_row, with_words
from tests.domain.items.build import choice_item, choice_text, mapping, numeric_item, numeric_text

KINDS = sorted(FORMS)


def messages(made_of: object) -> list[str]:
    return [finding.message % finding.values for finding in build(made_of).faults]  # type: ignore[arg-type]  # a draft by another name


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_draft_is_an_item_of_its_kind(kind: str) -> None:
    made = build(filled(kind))
    assert made.faults == ()
    assert made.whole is not None
    assert made.item.kind.value == kind
    check_item(made.item)
    for text in made.texts:
        check_text(made.item, text)
        candidate_view(made.item, text)
    assert [text.language for text in made.texts] == ["id", "en"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_item_is_stored_and_opened_as_the_draft_that_gives_it_back(kind: str) -> None:
    made = build(filled(kind))
    item = from_json(to_json(made.item))
    texts = [text_from_json(item, text_to_json(text)) for text in made.texts]
    again = build(open_item(item, texts, ["criterion"]))
    assert again.faults == ()
    assert again.item == made.item
    assert again.texts == made.texts


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "extended_text"])
def test_the_correct_answer_earns_the_most_and_a_blank_nothing(kind: str) -> None:
    item = build(filled(kind)).item
    assert best_score(item) == item.max_score > 0
    assert score(item).score == 0


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_draft_says_what_is_missing_and_fails_nowhere(kind: str) -> None:
    made = build(new_draft(kind, drawing()))
    assert made.whole is None
    assert made.faults


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_is_the_same_after_it_was_stored(kind: str) -> None:
    draft = filled(kind)
    assert draft_from_json(draft_to_json(draft)) == draft


@pytest.mark.parametrize("kind", ["multiple_response", "match", "gap_match"])
def test_each_part_can_earn_marks(kind: str) -> None:
    draft = filled(kind)
    draft = replace(draft, settings={**draft.settings, "scoring": "each"})
    if kind == "multiple_response":
        draft = with_row(with_row(draft, "A", marks="0.5", correct=True), "B", marks="1,5")
    made = build(draft)
    assert made.faults == ()
    expected = {"multiple_response": Fraction(2), "match": Fraction(3), "gap_match": Fraction(2)}[kind]
    assert made.item.max_score == expected == best_score(made.item)


def test_the_order_of_steps_is_not_in_their_identifiers() -> None:
    """Rule 21: a browser gets the identifiers, so the order of the key must not be theirs."""
    item = build(filled("order")).item
    interaction = item.interactions[0]
    assert isinstance(interaction, OrderInteraction)
    shown = [choice.identifier for choice in interaction.choices]
    assert shown == sorted(shown)
    assert list(item.responses[0].correct) != shown
    assert interaction.shuffle


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"correct": "0,4"}, "0.4"),
        ({"correct": "−3"}, "-3"),
        ({"correct": "1e2"}, "100"),
    ],
)
def test_a_number_is_read_as_people_write_it(said: dict[str, str], expected: str) -> None:
    draft = filled("numeric_entry")
    made = build(replace(draft, settings={**draft.settings, **said}))
    assert str(made.item.responses[0].correct[0]) == expected


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"correct": "half"}, "Expected the correct number, got half."),
        ({"correct": ""}, "Expected the correct number, got –."),
        ({"marks": "0"}, "Expected marks above 0 and up to 100, got 0."),
        ({"marks": "many"}, "Expected marks above 0 and up to 100, got many."),
        ({"tolerance": "absolute", "below": "-1"}, "Expected a tolerance as a number of 0 or more, got -1."),
        ({"width": "wide"}, "Expected a whole number from 1 to 40, got wide."),
    ],
)
def test_what_cannot_be_read_is_said(settings: dict[str, str], message: str) -> None:
    draft = filled("numeric_entry")
    assert messages(replace(draft, settings={**draft.settings, **settings})) == [message]


def test_a_missing_key_a_missing_option_and_two_keys_are_said() -> None:
    draft = filled("single_choice")
    assert messages(with_row(draft, "B", correct=False)) == ["Nothing is marked as correct yet."]
    assert messages(with_row(draft, "A", correct=True)) == ["A single choice has one correct option; 2 are marked."]
    assert messages(with_row(draft, "C", words={"id": "ada", "en": ""})) == ['"C" has no words in this language.']


def test_gaps_stand_in_every_language() -> None:
    draft = with_words(filled("gap_match"), "body", en="only [[1]]")
    assert "Every gap must stand once in the text of each language; here stand 1." in messages(draft)


def test_one_language_alone_makes_one_text() -> None:
    draft = filled("single_choice")
    words = {name: {"id": said["id"], "en": ""} for name, said in draft.words.items()}
    rows = tuple(replace(row, words={"id": row.words["id"]}) for row in draft.rows)
    made = build(replace(draft, words=words, rows=rows))
    assert made.faults == ()
    assert [text.language for text in made.texts] == ["id"]


def test_the_field_stands_where_the_blank_was_written() -> None:
    made = build(with_words(filled("text_entry"), "stem", en="The process ___ is manual."))
    (english,) = (text for text in made.texts if text.language == "en")
    assert english.stem == '<p>The process <span data-interaction="RESPONSE"></span> is manual.</p>'


@pytest.mark.parametrize(
    "item",
    [
        choice_item(),
        choice_item(shuffle=True, fixed="D"),
        choice_item(
            multiple=True, correct=("A", "C"), max_choices=0, marks=mapping({"A": "1", "C": "1"}), max_score="2"
        ),
    ],
)
def test_an_imported_choice_is_opened_without_loss(item: Item) -> None:
    texts = [choice_text(item, "id"), choice_text(item, "en")]
    again = build(open_item(item, texts, []))
    assert (again.item, list(again.texts)) == (item, texts)


def test_an_imported_number_is_opened_without_loss() -> None:
    item = numeric_item()
    again = build(open_item(item, [numeric_text("en")], []))
    assert (again.item, list(again.texts)) == (item, [numeric_text("en")])


def test_words_in_another_language_stay_with_the_item() -> None:
    item = choice_item()
    draft = open_item(item, [choice_text(item, "en"), choice_text(item, "ja")], [])
    assert [text.language for text in build(draft).texts] == ["en"]


def test_what_the_form_cannot_hold_is_refused() -> None:
    two = choice_item()
    default = mapping({"A": "1"}, default="-1")
    item = choice_item(multiple=True, correct=("A",), max_choices=0, marks=default)
    with pytest.raises(Invalid):
        open_item(item, [choice_text(item)], [])
    with pytest.raises(Invalid):
        open_item(replace(two, interactions=two.interactions * 2), [], [])


def test_a_draft_has_its_limits() -> None:
    with pytest.raises(Invalid):
        check_size(with_words(filled("order"), "stem", en="x" * 20_001))
    with pytest.raises(Invalid):
        new_draft("hotspot", drawing())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_here_goes_out_as_qti_and_comes_back_the_same(kind: str) -> None:
    made = build(filled(kind))
    (back,) = read_package(write_package([PackagedItem(item=made.item, texts=made.texts)])).items
    assert back.item == made.item
    assert sorted(back.texts, key=lambda text: text.language) == sorted(made.texts, key=lambda text: text.language)
