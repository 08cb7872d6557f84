"""The item-writing rules that are computed: what each finds, and that a good item is left in peace."""

from dataclasses import replace

import pytest

from assessment.domain.items.authoring.building import build
from assessment.domain.items.authoring.draft import FORMS, Draft
from assessment.domain.items.authoring.rules import review
from tests.domain.items.authoring.build import both, filled, with_row, with_words


def codes(draft: Draft, language: str = "en") -> list[str]:
    return [finding.code for finding in review(draft, build(draft)) if finding.language in ("", language)]


@pytest.mark.parametrize("kind", sorted(FORMS))
def test_a_good_item_is_left_in_peace(kind: str) -> None:
    assert codes(filled(kind)) == []


def test_the_longest_option_gives_the_key_away() -> None:
    draft = with_row(filled("single_choice"), "B", words=both("a long and careful answer with every condition named"))
    assert codes(draft) == ["longest"]
    assert codes(with_row(draft, "A", words=both("a long and careful answer with another condition here"))) == []


@pytest.mark.parametrize("words", ["All of the above", "None of these", "Both of these", "A and B"])
def test_all_of_the_above_in_english(words: str) -> None:
    draft = with_row(filled("single_choice"), "D", words={"id": "sesuatu", "en": words})
    assert "all_of_above" in codes(draft)


@pytest.mark.parametrize("words", ["Semua jawaban benar", "Semua di atas", "Tidak ada yang benar"])
def test_all_of_the_above_in_indonesian(words: str) -> None:
    draft = with_row(filled("single_choice"), "D", words={"id": words, "en": "something"})
    assert "all_of_above" in codes(draft, "id")


def test_a_negative_question_needs_emphasis() -> None:
    draft = with_words(filled("single_choice"), "stem", en="Which electrode is not dry?", id="Mana yang **bukan** itu?")
    assert codes(draft) == ["negative"]
    assert codes(draft, "id") == []
    assert codes(with_words(draft, "stem", en="Which electrode is **not** dry?")) == []
    assert codes(with_words(draft, "stem", en="The arc is not stable. What do you do?")) == []


def test_options_that_overlap_or_say_the_same() -> None:
    draft = with_row(with_row(filled("single_choice"), "A", words=both("1-3")), "B", words=both("3 - 5"))
    ranges = {"A": "1-3 mm", "B": "3–5 mm"}
    for identifier, text in ranges.items():
        draft = with_row(draft, identifier, words={"id": text, "en": text})
    assert codes(draft) == ["overlap"]
    same = with_row(with_row(draft, "A", words=both("Same")), "B", words=both("same"))
    (finding,) = (each for each in review(same, build(same)) if each.language == "en")
    assert (finding.code, finding.must) == ("same", True)


def test_a_language_that_is_missing_is_a_hint_and_a_criterion_a_must() -> None:
    draft = filled("single_choice")
    words = {name: {"id": said["id"], "en": ""} for name, said in draft.words.items()}
    rows = tuple(replace(row, words={"id": row.words["id"]}) for row in draft.rows)
    alone = replace(draft, words=words, rows=rows, criteria=())
    found = {finding.code: finding.must for finding in review(alone, build(alone))}
    assert found == {"criteria": True, "language": False}


def test_numbers_and_units_differ_between_the_languages() -> None:
    draft = with_words(
        filled("numeric_entry"), "stem", id="Tebal 0,5 mm dan 1.000 kg?", en="0.5 mm thick and 1,000 kg?"
    )
    assert codes(draft) == []
    assert codes(with_words(draft, "stem", en="0.6 mm thick and 1,000 kg?")) == ["numbers"]
    assert codes(with_words(draft, "unit", en="cm")) == ["unit"]


def test_two_options_are_few() -> None:
    draft = filled("single_choice")
    assert codes(replace(draft, rows=draft.rows[:2])) == ["few"]
