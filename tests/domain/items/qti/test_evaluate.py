"""The line of `teruji qti score` for one file, in the shape that DESIGN.md freezes."""

import json

import pytest

from assessment.domain.items.qti.evaluate import Given, correct_responses, evaluate_file
from assessment.domain.items.qti.read import read_item
from tests.domain.items.build import choice_xml, equal_xml, water_xml

NOTHING = (
    '<qti-response-processing><qti-set-outcome-value identifier="SCORE"><qti-variable identifier="SCORE"/>'
    "</qti-set-outcome-value></qti-response-processing>"
)


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
        (b"<x/>", Given.BLANK, "Expected an item of QTI"),
        (choice_xml(), {"RESPONSE": "Nope"}, '"Nope" is not one of the choices'),
        (choice_xml(), {"OTHER": "ChoiceA"}, "Expected a response to RESPONSE"),
        (water_xml(), {"RESPONSE": "H"}, "Expected a list of answers"),
        (choice_xml(declaration="", processing=NOTHING), Given.CORRECT, "declares no correct response"),
    ],
)
def test_a_refusal_is_a_reason_in_the_line(xml, given, reason):
    line = evaluate_file("f.xml", xml, given)
    assert reason in line["refused"]
    assert line["outcomes"] == {}


def test_correct_responses_are_lexical_forms():
    assert correct_responses(read_item(water_xml()).item) == {"RESPONSE": ["H", "O"]}
    assert correct_responses(read_item(equal_xml(correct="37.50")).item) == {"RESPONSE": "37.5"}


def test_without_a_declared_response_the_mapping_says_what_is_best():
    declaration = (
        '<qti-mapping default-value="-1"><qti-map-entry map-key="H" mapped-value="1"/>'
        '<qti-map-entry map-key="O" mapped-value="0.5"/></qti-mapping>'
    )
    item = read_item(water_xml(declaration=declaration)).item
    assert correct_responses(item) == {"RESPONSE": ["H", "O"]}
    line = evaluate_file("w.xml", water_xml(declaration=declaration), Given.CORRECT)
    assert (line["outcomes"], line["max_score"]) == ({"SCORE": 1.5}, 1.5)


def test_without_any_declaration_the_rules_say_what_they_look_for():
    rules = (
        "<qti-response-processing><qti-response-condition><qti-response-if><qti-match>"
        '<qti-variable identifier="RESPONSE"/><qti-base-value base-type="identifier">ChoiceB</qti-base-value>'
        '</qti-match><qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">3</qti-base-value>'
        "</qti-set-outcome-value></qti-response-if></qti-response-condition></qti-response-processing>"
    )
    line = evaluate_file("c.xml", choice_xml(declaration="", processing=rules), Given.CORRECT)
    assert (line["outcomes"], line["max_score"]) == ({"SCORE": 3}, 3)


def test_an_item_without_rules_is_marked_by_its_key_and_that_is_said():
    read = read_item(choice_xml(processing=""))
    assert any("no response processing" in str(reason) for reason in read.reasons if reason.lost)
    line = evaluate_file("c.xml", choice_xml(processing=""), Given.CORRECT)
    assert (line["outcomes"], line["max_score"]) == ({"SCORE": 1}, 1)


def test_every_kind_of_outcome_has_its_form():
    more = (
        '<qti-outcome-declaration identifier="F" cardinality="ordered" base-type="identifier"><qti-default-value>'
        "<qti-value>a</qti-value><qti-value>b</qti-value></qti-default-value></qti-outcome-declaration>"
        '<qti-outcome-declaration identifier="N" cardinality="single" base-type="string"/>'
    )
    line = evaluate_file("c.xml", choice_xml(head=more), Given.BLANK)
    assert line["outcomes"] == {"F": ["a", "b"], "N": None, "SCORE": 0}


def test_a_file_of_qti_2_is_scored():
    xml = b"""<assessmentItem xmlns="http://www.imsglobal.org/xsd/imsqti_v2p2" identifier="old" title="Old"
adaptive="false" timeDependent="false"><responseDeclaration identifier="RESPONSE" cardinality="single"
baseType="identifier"><correctResponse><value>A</value></correctResponse></responseDeclaration>
<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/><itemBody><choiceInteraction
responseIdentifier="RESPONSE" shuffle="false" maxChoices="1"><prompt>?</prompt><simpleChoice identifier="A">a
</simpleChoice><simpleChoice identifier="B">b</simpleChoice></choiceInteraction></itemBody><responseProcessing
template="http://www.imsglobal.org/question/qti_v2p2/rptemplates/match_correct"/></assessmentItem>"""
    assert evaluate_file("old.xml", xml, Given.CORRECT)["outcomes"] == {"SCORE": 1}
    assert evaluate_file("old.xml", xml, Given.BLANK)["outcomes"] == {"SCORE": 0}


@pytest.mark.parametrize(("template", "score"), [("CC2_match", 1), ("CC2_match_basic", 4)])
def test_the_templates_of_common_cartridge_are_known(template: str, score: int) -> None:
    most = (
        '<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float"><qti-default-value>'
        "<qti-value>4</qti-value></qti-default-value></qti-outcome-declaration>"
    )
    address = f"https://www.imsglobal.org/question/qti_v3p0/rptemplates/{template}.xml"
    xml = choice_xml(head=most, processing=f'<qti-response-processing template="{address}"/>')
    assert evaluate_file("c.xml", xml, Given.CORRECT)["outcomes"]["SCORE"] == score
    assert evaluate_file("c.xml", xml, Given.BLANK)["outcomes"]["SCORE"] == 0
