"""A view turned into what a template draws: addresses of files, direction, rows, and nothing that acts."""

from dataclasses import replace

import pytest

from assessment.domain.items.item import ItemFile
from assessment.domain.items.view import (
    AssociateView,
    CandidateView,
    ChoiceView,
    ExtendedTextView,
    GraphicGapMatchView,
    candidate_view,
)
from assessment.item_bank.fragments import direction_of, safe_html
from assessment.item_bank.keys import key_parts
from assessment.item_bank.showing import shown
from assessment.item_bank.shown import (
    ShownChoices,
    ShownGapMatch,
    ShownInlineChoice,
    ShownPairs,
    ShownQuestion,
    ShownWriting,
)
from tests.factories.item_kinds import samples

SAMPLES = samples()


def address(file: ItemFile) -> str:
    return f"/files/{file.name}?a&b"


def view_of(kind: str, language: str = "id") -> CandidateView:
    return candidate_view(SAMPLES[kind].item, SAMPLES[kind].write(language))


def question_of(kind: str, answer: str | list[str] | None = None) -> ShownQuestion:
    given = tuple(answer) if isinstance(answer, list) else answer
    return shown(view_of(kind), {"RESPONSE": given}, address=address)


def test_files_get_their_address_and_unknown_pictures_say_what_they_show() -> None:
    html = safe_html('<p><img src="file:a.png" alt="A"/><img src="file:b.png" alt="B"/></p>', {"b.png": "/b?x&y"})
    assert html == '<p>A<img src="/b?x&amp;y" alt="B"/></p>'


def test_what_plays_has_controls_and_never_plays_by_itself() -> None:
    html = safe_html('<p><audio src="file:a.mp3" autoplay="autoplay"></audio></p>', {"a.mp3": "/a"})
    assert " controls" in html
    assert "autoplay" not in html


@pytest.mark.parametrize(
    "bad", ["<script>x()</script>", '<img src="x" onerror="x()">', '<a href="javascript:x()">x</a>']
)
def test_html_that_got_in_by_another_way_cannot_act(bad: str) -> None:
    view = view_of("single_choice")
    [choices] = view.interactions
    assert isinstance(choices, ChoiceView)
    worse = replace(choices, choices=tuple(replace(each, html=bad) for each in choices.choices))
    question = shown(replace(view, stem=bad, interactions=(worse,)), address=address)
    [drawn] = question.after
    assert isinstance(drawn, ShownChoices)
    for html in (*question.stem, *(option.html for option in drawn.options)):
        assert "script" not in str(html)
        assert "onerror" not in str(html)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fa-IR", "rtl"), ("id", "ltr"), ("en-GB", "ltr")])
def test_direction_follows_the_language_of_the_words(language: str, direction: str) -> None:
    assert direction_of(language) == direction
    assert shown(replace(view_of("order"), language=language), address=address).direction == direction


def test_inline_interaction_stands_in_its_place_and_not_after_the_stem() -> None:
    question = question_of("inline_choice", "B")
    assert [isinstance(piece, ShownInlineChoice) for piece in question.stem] == [False, True, False]
    assert question.after == ()
    assert question.stem[0].endswith("pelat berdiri ")


@pytest.mark.parametrize("kind", SAMPLES)
def test_scripts_and_styles_are_asked_for_only_where_they_are_needed(kind: str) -> None:
    question = question_of(kind)
    plain = kind in ("single_choice", "multiple_response", "numeric_entry")
    assert question.needs_style is not plain
    pictures = kind in ("hotspot", "graphic_order", "graphic_associate", "graphic_gap_match")
    assert ("spots" in question.modules) is pictures
    if kind == "single_choice":
        assert question.modules == ()


def test_without_a_limit_there_is_always_one_more_row() -> None:
    view = view_of("associate")
    [pairs] = view.interactions
    assert isinstance(pairs, AssociateView)
    free = replace(view, interactions=(replace(pairs, max_associations=0),))
    for answer in ((), ("A B",), ("A B", "C D", "A E")):
        [drawn] = shown(free, {"RESPONSE": answer}, address=address).after
        assert isinstance(drawn, ShownPairs)
        assert len(drawn.rows) > len(answer)
        assert drawn.rows[: len(answer)] == tuple(tuple(each.split()) for each in answer)


def test_an_area_that_takes_several_options_has_a_field_for_each() -> None:
    view = view_of("graphic_gap_match")
    [gaps] = view.interactions
    assert isinstance(gaps, GraphicGapMatchView)
    wide = replace(gaps, hotspots=tuple(replace(each, match_max=0) for each in gaps.hotspots))
    [drawn] = shown(replace(view, interactions=(wide,)), {"RESPONSE": ("A H1", "B H1")}, address=address).after
    assert isinstance(drawn, ShownGapMatch)
    assert drawn.gaps[0].slots == ("A H1", "B H1")


def test_match_groups_leave_out_what_may_not_be_paired() -> None:
    view = view_of("graphic_gap_match")
    [gaps] = view.interactions
    assert isinstance(gaps, GraphicGapMatchView)
    first = replace(gaps.choices[0], match_group=("H2",))
    narrow = replace(gaps, choices=(first, *gaps.choices[1:]))
    [drawn] = shown(replace(view, interactions=(narrow,)), address=address).after
    assert isinstance(drawn, ShownGapMatch)
    assert [[option.value for option in gap.options] for gap in drawn.gaps[:2]] == [["B H1"], ["A H2", "B H2"]]


def test_several_texts_have_room_for_one_more() -> None:
    view = view_of("extended_text")
    [text] = view.interactions
    assert isinstance(text, ExtendedTextView)
    several = replace(view, interactions=(replace(text, multiple=True, max_strings=0),))
    [drawn] = shown(several, {"RESPONSE": ("a", "b")}, address=address).after
    assert isinstance(drawn, ShownWriting)
    assert drawn.texts == ("a", "b", "")


@pytest.mark.parametrize("kind", [kind for kind, sample in SAMPLES.items() if sample.right is not None])
def test_key_says_what_is_right_and_what_was_answered(kind: str) -> None:
    sample = SAMPLES[kind]
    assert sample.right is not None
    assert sample.wrong is not None
    right = sample.right if isinstance(sample.right, list) else [sample.right]
    wrong = sample.wrong if isinstance(sample.wrong, list) else [sample.wrong]
    [part] = key_parts(sample.item, sample.write("id"), {"RESPONSE": tuple(wrong)})
    assert {line.value for line in part.lines if line.right} == set(right)
    assert {line.value for line in part.lines if line.given} == set(wrong)
    if part.ordered:
        places = {line.value: (line.place, line.given_place) for line in part.lines}
        assert places == {value: (right.index(value) + 1, wrong.index(value) + 1) for value in right}
    assert all(str(line.words) for line in part.lines)


def test_a_pair_that_was_made_the_other_way_round_is_the_right_one() -> None:
    sample = SAMPLES["associate"]
    [part] = key_parts(sample.item, sample.write("id"), {"RESPONSE": ("B A",)})
    assert [line.value for line in part.lines if line.given and line.right] == ["A B"]
    assert "SMAW ↔ Elektroda terbungkus" in [str(line.words) for line in part.lines]


def test_what_people_mark_has_no_right_answer_but_what_was_written() -> None:
    sample = SAMPLES["extended_text"]
    [part] = key_parts(sample.item, sample.write("id"), {"RESPONSE": "Panaskan\n<b>pelat</b>"})
    assert part.lines == ()
    assert part.written == ("Panaskan\n<b>pelat</b>",)
