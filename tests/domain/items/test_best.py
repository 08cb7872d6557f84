"""The best response and the best score: exact where they can be proved, else what the item states."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.best import best_response, best_score, correct_values
from assessment.domain.items.best_mapped import best_mapped, best_points
from assessment.domain.items.interactions import (
    AssociableChoice,
    Gap,
    GapMatchInteraction,
    Interaction,
    SelectPointInteraction,
    TextEntryInteraction,
)
from assessment.domain.items.item import Item, MapResponse
from assessment.domain.items.processing.rules import RuleProcessing
from assessment.domain.items.shapes import read_area
from assessment.domain.items.variables import (
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    MapEntry,
    Mapping,
    OutcomeDeclaration,
    ResponseDeclaration,
)
from tests.domain.items.build import SCORE, choice_item
from tests.domain.items.processing.test_rules import GRADED, put, when
from tests.domain.items.processing.written import base, number, operator, read, variable


def with_rules(item: Item, rules: str) -> Item:
    return replace(item, processing=read(rules), max_score=Fraction(0))


def one(interaction: Interaction, declaration: ResponseDeclaration, rules: str | None = None) -> Item:
    return Item(
        identifier="I",
        interactions=(interaction,),
        responses=(declaration,),
        outcomes=(SCORE,),
        processing=MapResponse() if rules is None else read(rules),
        max_score=Fraction(0),
    )


def gaps(entries: dict[str, str], *, most: int = 0, uses: int = 1) -> Item:
    """Words A to D for gaps G1 to G3."""
    return one(
        GapMatchInteraction(
            response="RESPONSE",
            choices=tuple(AssociableChoice(identifier=each, match_max=uses) for each in "ABCD"),
            gaps=tuple(Gap(identifier=f"G{n}") for n in (1, 2, 3)),
            max_associations=most,
        ),
        ResponseDeclaration(
            identifier="RESPONSE",
            cardinality=Cardinality.MULTIPLE,
            base_type=BaseType.DIRECTED_PAIR,
            mapping=Mapping(entries=tuple(MapEntry(key=key, value=Fraction(entries[key])) for key in sorted(entries))),
        ),
    )


def test_pairs_that_exclude_each_other_are_chosen_for_their_sum() -> None:
    # Taking the dearest first would give 3 + 0: B is worth most in G1, but A fits nowhere else.
    item = gaps({"B G1": "3", "A G1": "2", "B G2": "2"})
    assert best_score(item) == 4
    assert best_response(item).responses == {"RESPONSE": ("A G1", "B G2")}
    assert best_score(gaps({"B G1": "3", "A G1": "2", "B G2": "2"}, most=1)) == 3
    assert best_score(gaps({"A G1": "1", "A G2": "1", "A G3": "1"}, uses=2)) == 2
    assert best_score(gaps({"A G1": "-1"})) == 0


@settings(max_examples=40)
@given(
    st.dictionaries(
        st.sampled_from([f"{word} G{n}" for word in "ABCD" for n in (1, 2, 3)]), st.integers(-2, 5), min_size=1
    )
)
def test_no_placing_of_words_is_worth_more_than_the_best(worth: dict[str, int]) -> None:
    found = best_score(gaps({key: str(value) for key, value in worth.items()}))
    words = [*"ABCD", None]
    tried = [
        sum(worth.get(f"{word} G{n}", 0) for n, word in enumerate(placed, 1) if word)
        for placed in ((a, b, c) for a in words for b in words for c in words)
        if len([each for each in placed if each]) == len({each for each in placed if each})
    ]
    assert found == max(0, *tried)


def test_a_small_item_is_tried_out_whole() -> None:
    item = replace(with_rules(choice_item(), GRADED.replace("CHOICE", "RESPONSE")), max_score=Fraction(0))
    assert best_response(item).exact
    assert best_score(item) == 2
    assert best_response(item).responses == {"RESPONSE": ("A",)}


TEXT = ResponseDeclaration(identifier="RESPONSE", cardinality=Cardinality.SINGLE, base_type=BaseType.STRING)
ENTRY = TextEntryInteraction(response="RESPONSE")


def looked_for(word: str, marks: object) -> str:
    test = operator("string-match", variable("RESPONSE"), base("string", word), case_sensitive="false")
    return f"<qti-response-condition>{when(test, put('SCORE', number(marks)))}</qti-response-condition>"


def test_a_text_that_rules_look_for_reaches_what_they_can_give() -> None:
    item = one(ENTRY, TEXT, looked_for("argon", 2))
    assert best_response(item).exact
    assert best_score(item) == 2
    assert best_response(item).responses == {"RESPONSE": ("argon",)}


def test_what_cannot_be_proved_must_be_stated() -> None:
    added = operator("sum", variable("SCORE"), number(1))
    rules = "".join(looked_for(word, 1).replace(number(1), added) for word in ("argon", "helium"))
    item = one(ENTRY, TEXT, rules)
    assert not best_response(item).exact
    with pytest.raises(Invalid, match="normal-maximum"):
        best_score(item)
    stated = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT, normal_maximum=Fraction(1))
    assert best_score(replace(item, outcomes=(stated,))) == 1
    low = replace(stated, normal_maximum=Fraction(1, 2))
    assert best_score(replace(item, outcomes=(low,))) == 1


def test_numbers_are_found_from_either_side_of_a_limit() -> None:
    entry = TextEntryInteraction(response="RESPONSE")
    declared = ResponseDeclaration(identifier="RESPONSE", cardinality=Cardinality.SINGLE, base_type=BaseType.FLOAT)
    test = operator("gt", variable("RESPONSE"), number(40))
    item = one(
        entry, declared, f"<qti-response-condition>{when(test, put('SCORE', number(1)))}</qti-response-condition>"
    )
    assert best_score(item) == 1
    assert best_response(item).responses == {"RESPONSE": (Decimal(41),)}


def points(cardinality: Cardinality, *, default: int = 0) -> tuple[Item, ResponseDeclaration]:
    declared = ResponseDeclaration(
        identifier="RESPONSE",
        cardinality=cardinality,
        base_type=BaseType.POINT,
        area_mapping=AreaMapping(
            entries=(
                AreaMapEntry(area=read_area("circle", "20,20,5"), value=Fraction(1)),
                AreaMapEntry(area=read_area("rect", "40,40,60,60"), value=Fraction(3)),
                AreaMapEntry(area=read_area("rect", "70,70,80,80"), value=Fraction(-1)),
            ),
            default_value=Fraction(default),
        ),
    )
    interaction = SelectPointInteraction(response="RESPONSE", width=100, height=100)
    rules = put("SCORE", '<qti-map-response-point identifier="RESPONSE"/>')
    return one(interaction, declared, rules), declared


def test_points_are_the_middles_of_the_best_areas() -> None:
    item, declared = points(Cardinality.MULTIPLE)
    assert correct_values(item, declared) == ("20 20", "50 50")
    assert best_score(item) == 4
    single, declared = points(Cardinality.SINGLE)
    assert correct_values(single, declared) == ("50 50",)
    assert best_score(single) == 3


def test_points_anywhere_that_are_worth_something_have_no_best() -> None:
    item, declared = points(Cardinality.MULTIPLE, default=1)
    assert best_points(item, declared)[1] is False
    with pytest.raises(Invalid):
        best_score(item)


def test_a_mapping_of_a_text_takes_its_dearest_word() -> None:
    declared = replace(
        TEXT,
        mapping=Mapping(entries=(MapEntry(key="ar", value=Fraction(1, 2)), MapEntry(key="argon", value=Fraction(2)))),
    )
    assert best_mapped(one(ENTRY, declared), declared) == (("argon",), True)


def test_what_rules_give_is_known_from_their_branches() -> None:
    item = one(ENTRY, TEXT, GRADED.replace("CHOICE", "RESPONSE"))
    assert isinstance(item.processing, RuleProcessing)
    # Two points for A is reached, because A is a constant of the rules and a text can be A.
    assert best_score(item) == 2
