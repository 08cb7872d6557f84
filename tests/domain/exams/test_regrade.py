"""Remedies and flips: what a regrade makes of marks, and what turns over."""

from dataclasses import replace
from fractions import Fraction

import pytest

from assessment.domain.competency import Method
from assessment.domain.errors import Invalid
from assessment.domain.exams.form import Cut
from assessment.domain.exams.regrade import (
    Change,
    FlipKind,
    ItemMarks,
    Remedy,
    check_same_answers,
    flips,
    preview_digest,
    remedied,
)
from assessment.domain.exams.result import ExamResult, ItemScore, exam_result, not_reached
from assessment.domain.plan import Cell, ItemsCut
from tests.domain.items.build import choice_item

HALF = Fraction(1, 2)
OWN = ItemMarks(score=Fraction(0), maximum=Fraction(2))
CELLS = (Cell(criterion_id="k1", method=Method.WRITTEN, rule=ItemsCut(minimum_items=2, cut=HALF)),)


def result(*marks: tuple[int, bool]) -> ExamResult:
    """The result of items worth one mark each: (score, counts)."""
    return exam_result(
        [
            ItemScore(
                item_id=f"i{place}",
                unit_id="u1",
                criterion_ids=frozenset({"k1"}),
                score=Fraction(score),
                maximum=Fraction(1),
                counts=counts,
            )
            for place, (score, counts) in enumerate(marks)
        ],
        cells=CELLS,
        cut=Cut(fraction=HALF, method="agreed"),
    )


def test_the_three_classical_remedies() -> None:
    by_new_key = ItemMarks(score=Fraction(1), maximum=Fraction(1))
    assert remedied(Remedy.NEW_KEY, OWN, by_new_key=by_new_key) == by_new_key
    assert remedied(Remedy.FULL_MARKS, OWN) == ItemMarks(score=Fraction(2), maximum=Fraction(2))
    assert remedied(Remedy.TAKE_OUT, OWN) == replace(OWN, counts=False)
    assert remedied(Remedy.LATE_ANSWER, OWN) == OWN


def test_a_new_key_needs_the_marks_by_it() -> None:
    with pytest.raises(Invalid):
        remedied(Remedy.NEW_KEY, OWN)


def test_an_item_taken_out_counts_nowhere() -> None:
    found = result((1, True), (0, True), (1, False))
    assert (found.total.items, found.total.score, found.total.maximum) == (2, 1, 2)
    assert found.units["u1"].items == 2
    assert found.criteria["k1"].marks.items == 2


def test_flips_name_the_cut_and_each_criterion() -> None:
    before, after = result((1, True), (0, True)), result((0, True), (0, True))
    assert [(flip.kind, flip.criterion_id, flip.before, flip.after) for flip in flips(before, after)] == [
        (FlipKind.EXAM, None, True, False),
        (FlipKind.CRITERION, "k1", True, False),
    ]
    assert flips(before, before) == ()


def test_too_few_items_are_a_flip_of_their_own() -> None:
    before, after = result((1, True), (1, True)), result((1, True), (1, False))
    assert [(flip.before, flip.after) for flip in flips(before, after)] == [(True, None)]


def test_the_digest_names_everything_that_is_shown() -> None:
    before, after = result((0, True), (0, True)), result((1, True), (0, True))
    change = Change(
        attempt_id="a1",
        item_before=OWN,
        item_after=replace(OWN, score=Fraction(1)),
        before=before,
        after=after,
    )
    same = preview_digest([change], further={"a1": "K"})
    assert same == preview_digest([change], further={"a1": "K"})
    others = [
        preview_digest([replace(change, attempt_id="a2")], further={"a1": "K"}),
        preview_digest([replace(change, item_after=OWN)], further={"a1": "K"}),
        preview_digest([replace(change, after=before)], further={"a1": "K"}),
        preview_digest([change], further={"a1": "BK"}),
        preview_digest([], further={"a1": "K"}),
    ]
    assert same not in others
    assert len(set(others)) == len(others)


def test_a_corrected_version_may_change_the_key_alone() -> None:
    used = choice_item(correct=("A",))
    check_same_answers(used, choice_item(correct=("B",)))
    interaction = used.interactions[0]
    fewer = replace(interaction, choices=interaction.choices[:-1])  # type: ignore[union-attr, call-arg]  # it is a choice
    with pytest.raises(Invalid):
        check_same_answers(used, replace(used, interactions=(fewer,)))


@pytest.mark.parametrize(
    ("answered", "shown", "missed"),
    [
        ((), (), {"a", "b", "c", "d"}),
        (("b",), (), {"c", "d"}),
        (("b",), ("c",), {"d"}),
        (("d",), (), set()),
        ((), ("d",), set()),
    ],
)
def test_not_reached_is_what_comes_after_the_last_trace(
    answered: tuple[str, ...], shown: tuple[str, ...], missed: set[str]
) -> None:
    assert not_reached(("a", "b", "c", "d"), answered=answered, shown=shown) == missed
