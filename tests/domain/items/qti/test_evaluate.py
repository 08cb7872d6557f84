"""The line of `teruji qti score` for one file, in the shape that DESIGN.md freezes."""

import json

import pytest

from assessment.domain.items.qti.evaluate import Given, correct_responses, evaluate_file
from assessment.domain.items.qti.read import read_item
from tests.domain.items.build import choice_xml, equal_xml, water_xml


def test_the_correct_response_gives_full_marks_and_blank_gives_none():
    for xml, full in ((choice_xml(), 1), (water_xml(), 2), (equal_xml(), 1)):
        correct, blank = (evaluate_file("f.xml", xml, each) for each in (Given.CORRECT, Given.BLANK))
        assert (correct["outcomes"], correct["max_score"], correct["refused"]) == ({"SCORE": full}, full, None)
        assert blank["outcomes"] == {"SCORE": 0}


def test_given_responses_are_scored_and_the_line_is_json():
    line = evaluate_file("items/w.xml", water_xml(), {"RESPONSE": ["H", "O", "Cl"]})
    assert json.loads(json.dumps(line)) == {
        "file": "items/w.xml",
        "identifier": "choice-multiple",
        "outcomes": {"SCORE": 1},
        "max_score": 2,
        "refused": None,
    }


def test_a_finite_decimal_is_a_number():
    declaration = (
        '<qti-mapping><qti-map-entry map-key="H" mapped-value="0.1"/>'
        '<qti-map-entry map-key="O" mapped-value="0.2"/></qti-mapping>'
    )
    line = evaluate_file("w.xml", water_xml(declaration=declaration), {"RESPONSE": ["H", "O"]})
    assert json.dumps(line["outcomes"]) == '{"SCORE": 0.3}'


@pytest.mark.parametrize(
    ("xml", "given", "reason"),
    [
        (b"<x/>", Given.BLANK, "Expected qti-assessment-item"),
        (choice_xml(), {"RESPONSE": "Nope"}, '"Nope" is not one of the choices'),
        (choice_xml(), {"OTHER": "ChoiceA"}, "Expected a response to RESPONSE"),
        (water_xml(), {"RESPONSE": "H"}, "Expected a list of answers"),
        (
            water_xml(declaration='<qti-mapping><qti-map-entry map-key="H" mapped-value="1"/></qti-mapping>'),
            Given.CORRECT,
            "declares no correct response",
        ),
    ],
)
def test_a_refusal_is_a_reason_in_the_line(xml, given, reason):
    line = evaluate_file("f.xml", xml, given)
    assert reason in line["refused"]
    assert line["outcomes"] == {}


def test_correct_responses_are_lexical_forms():
    assert correct_responses(read_item(water_xml()).item) == {"RESPONSE": ["H", "O"]}
    assert correct_responses(read_item(equal_xml(correct="37.50")).item) == {"RESPONSE": "37.5"}
