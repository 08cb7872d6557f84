"""Fields of a form and the response that they make, for every kind and for what people leave half done."""

import pytest

from assessment.domain.items.fields import field_name, response_from_fields
from assessment.domain.items.item import (
    BaseType,
    Cardinality,
    ExtendedTextInteraction,
    Item,
    MatchCorrect,
    OutcomeDeclaration,
    ResponseDeclaration,
    TextEntryInteraction,
)
from tests.factories.item_kinds import samples

SAMPLES = samples()

SENT: dict[str, dict[str, list[str]]] = {
    "single_choice": {"response": ["B"]},
    "multiple_response": {"response": ["A", "C"]},
    "numeric_entry": {"response": [" 2.5 "]},
    "order": {"response.A": ["2"], "response.B": ["3"], "response.C": ["1"], "response.D": ["4"]},
    "associate": {"response.first": ["A", "C"], "response.second": ["B", "D"]},
    "match": {"response.A": ["A X"], "response.B": ["B Y"], "response.C": ["C X"]},
    "gap_match": {"response.G1": ["A G1"], "response.G2": ["B G2"]},
    "inline_choice": {"response": ["B"]},
    "text_entry": {"response": ["argon"]},
    "hot_text": {"response": ["A"]},
    "hotspot": {"response": ["H1"]},
    "graphic_order": {"response.H1": ["2"], "response.H2": ["1"], "response.H3": ["3"]},
    "graphic_associate": {"response.first": ["H2", ""], "response.second": ["H3", ""]},
    "graphic_gap_match": {"response.H1": ["A H1"], "response.H2": ["B H2"], "response.H3": [""]},
    "select_point": {"response.x": ["320"], "response.y": ["200"]},
    "position_object": {"response.x": ["320"], "response.y": ["180"]},
    "slider": {"response": ["110"]},
}


@pytest.mark.parametrize("kind", SENT)
def test_fields_make_the_response(kind: str) -> None:
    assert response_from_fields(SAMPLES[kind].item, SENT[kind]) == {"RESPONSE": SAMPLES[kind].right}


@pytest.mark.parametrize("kind", SAMPLES)
def test_nothing_filled_is_no_response(kind: str) -> None:
    empty = {name: [""] for name in ("response", "response.first", "response.second", "response.A", "response.G1")}
    assert response_from_fields(SAMPLES[kind].item, empty) == {"RESPONSE": None}
    assert response_from_fields(SAMPLES[kind].item, {}) == {"RESPONSE": None}


def test_the_same_place_twice_keeps_the_order_of_the_page() -> None:
    sent = {"response.D": ["1"], "response.B": ["1"], "response.A": ["2"], "response.C": ["x"]}
    assert response_from_fields(SAMPLES["order"].item, sent) == {"RESPONSE": ["D", "B", "A"]}


def test_half_a_pair_and_half_a_point_are_not_there_yet() -> None:
    pairs = {"response.first": ["A", "", "C"], "response.second": ["", "B", "D"]}
    assert response_from_fields(SAMPLES["associate"].item, pairs) == {"RESPONSE": ["C D"]}
    points = {"response.x": ["10"], "response.y": [""]}
    assert response_from_fields(SAMPLES["select_point"].item, points) == {"RESPONSE": None}


def test_a_written_text_keeps_its_lines_with_one_kind_of_end() -> None:
    sent = {"response": ["  satu\r\ndua\r"]}
    assert response_from_fields(SAMPLES["extended_text"].item, sent) == {"RESPONSE": "  satu\ndua\n"}


def test_several_interactions_have_names_of_their_own_and_several_texts_stand_in_lines() -> None:
    item = Item(
        identifier="C",
        interactions=(TextEntryInteraction(response="R1"), ExtendedTextInteraction(response="R2", max_strings=3)),
        responses=tuple(
            ResponseDeclaration(identifier=name, cardinality=Cardinality.ORDERED, base_type=BaseType.STRING)
            for name in ("R1", "R2")
        ),
        outcomes=(OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT),),
        processing=MatchCorrect(response="R1"),
        max_score=SAMPLES["order"].item.max_score,
    )
    sent = {field_name("R1", alone=False): ["satu\r\n\r\n dua "], field_name("R2", alone=False): ["a", " ", "b"]}
    assert response_from_fields(item, sent) == {"R1": ["satu", "dua"], "R2": ["a", "b"]}
