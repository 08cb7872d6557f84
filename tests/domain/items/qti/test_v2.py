"""QTI 2.0, 2.1 and 2.2: read by the reader of 3.0 under new names, and written back under the old ones."""

import pytest
from lxml import etree

from assessment.domain.items.interactions import (
    ExtendedTextInteraction,
    GapMatchInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    SliderInteraction,
)
from assessment.domain.items.item import HumanMarking, ItemKind, MapResponse, MatchCorrect
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.qti.v2 import HTML, v2_name, v3_name
from assessment.domain.items.qti.write import QtiVersion, write_item
from assessment.domain.items.variables import Cardinality
from tests.domain.items.build import choice_item, choice_text
from tests.domain.items.kinds import picture_bytes

NAMESPACES = [
    "http://www.imsglobal.org/xsd/imsqti_v2p0",
    "http://www.imsglobal.org/xsd/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imsqti_v2p2",
    "http://www.imsglobal.org/xsd/apip/apipv1p0/qtiitem/imsqti_v2p1",
    "http://www.imsglobal.org/xsd/imsqti_v2p1.xsd",
    "",
]


def item_xml(body, declarations, *, namespace=NAMESPACES[1], template="match_correct", tail=""):
    processing = (
        f'<responseProcessing template="http://www.imsglobal.org/question/qti_v2p1/rptemplates/{template}"/>'
        if template
        else ""
    )
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return (
        f'<assessmentItem{xmlns} identifier="old" title="Old" adaptive="false" timeDependent="false" xml:lang="en">'
        f'{declarations}<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float"/>'
        f"<itemBody>{body}</itemBody>{processing}{tail}</assessmentItem>"
    ).encode()


def declared(cardinality, base_type, *correct, mapping=""):
    values = "".join(f"<value>{each}</value>" for each in correct)
    inside = f"<correctResponse>{values}</correctResponse>" if correct else ""
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}" baseType="{base_type}">'
        f"{inside}{mapping}</responseDeclaration>"
    )


CHOICE = (
    "<p>Which gas shields a MAG weld?</p>"
    '<choiceInteraction responseIdentifier="RESPONSE" shuffle="true" maxChoices="1">'
    '<prompt>Choose one.</prompt><simpleChoice identifier="A" fixed="true">Argon with CO<sub>2</sub></simpleChoice>'
    '<simpleChoice identifier="B">Oxygen</simpleChoice></choiceInteraction>'
)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_each_namespace_of_2_x_is_read(namespace):
    read = read_item(item_xml(CHOICE, declared("single", "identifier", "A"), namespace=namespace))
    assert read.item.kind is ItemKind.SINGLE_CHOICE
    assert read.item.interactions[0].shuffle
    assert read.item.interactions[0].choices[0].fixed
    assert read.item.processing == MatchCorrect()
    assert read.text.interactions[0].choices[0].html == "Argon with CO<sub>2</sub>"
    assert read.reasons == ()


def test_an_item_is_the_same_from_2_1_and_3_0():
    item = choice_item()
    text = choice_text(item)
    old, new = (read_item(write_item(item, text, version)) for version in (QtiVersion.V2_1, QtiVersion.V3_0))
    assert (old.item, old.text) == (new.item, new.text) == (item, text)


def test_what_is_written_as_2_1_has_its_names_and_no_others():
    item = choice_item()
    root = etree.fromstring(write_item(item, choice_text(item), QtiVersion.V2_1))
    names = {etree.QName(element).localname for element in root.iter()}
    assert {etree.QName(element).namespace for element in root.iter()} == {NAMESPACES[1]}
    assert {"assessmentItem", "choiceInteraction", "simpleChoice", "itemBody", "p"} <= names
    assert not any("-" in name for name in names)
    assert root.find(".//{*}responseProcessing").get("template") == (
        "http://www.imsglobal.org/question/qti_v2p1/rptemplates/match_correct"
    )


def test_a_match_with_a_mapping_is_read():
    body = (
        '<matchInteraction responseIdentifier="RESPONSE" shuffle="false" maxAssociations="2"><prompt>Pair.</prompt>'
        '<simpleMatchSet><simpleAssociableChoice identifier="V" matchMax="1">Volt</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="A" matchMax="1">Ampere</simpleAssociableChoice></simpleMatchSet>'
        '<simpleMatchSet><simpleAssociableChoice identifier="U" matchMax="4">Voltage</simpleAssociableChoice>'
        '<simpleAssociableChoice identifier="I" matchMax="4" matchMin="1">Current</simpleAssociableChoice>'
        "</simpleMatchSet></matchInteraction>"
    )
    mapping = (
        '<mapping defaultValue="0" lowerBound="0"><mapEntry mapKey="V U" mappedValue="1"/>'
        '<mapEntry mapKey="A I" mappedValue="0.5"/></mapping>'
    )
    item = read_item(
        item_xml(body, declared("multiple", "directedPair", "V U", "A I", mapping=mapping), template="map_response")
    ).item
    interaction = item.interactions[0]
    assert isinstance(interaction, MatchInteraction)
    assert [each.identifier for each in interaction.sources] == ["V", "A"]
    assert interaction.targets[1].match_min == 1
    assert item.processing == MapResponse()
    assert item.max_score == 1.5


def test_gaps_inline_choices_and_text_stand_in_their_lines():
    gaps = (
        '<gapMatchInteraction responseIdentifier="RESPONSE" shuffle="false"><gapText identifier="W" matchMax="1">weld'
        '</gapText><gapText identifier="C" matchMax="1">cut</gapText><blockquote><p>First '
        '<gap identifier="G1" required="true"/>, then <gap identifier="G2"/>.</p></blockquote></gapMatchInteraction>'
    )
    read = read_item(item_xml(gaps, declared("multiple", "directedPair", "C G1", "W G2")))
    assert isinstance(read.item.interactions[0], GapMatchInteraction)
    assert [(each.identifier, each.required) for each in read.item.interactions[0].gaps] == [
        ("G1", True),
        ("G2", False),
    ]
    assert read.text.interactions[0].body == (
        '<blockquote><p>First <span data-gap="G1"></span>, then <span data-gap="G2"></span>.</p></blockquote>'
    )
    inline = (
        '<p>The arc is <inlineChoiceInteraction responseIdentifier="RESPONSE" shuffle="true" required="true">'
        '<inlineChoice identifier="S">short</inlineChoice><inlineChoice identifier="L">long</inlineChoice>'
        "</inlineChoiceInteraction> here.</p>"
    )
    read = read_item(item_xml(inline, declared("single", "identifier", "S")))
    assert isinstance(read.item.interactions[0], InlineChoiceInteraction)
    assert read.item.interactions[0].required
    assert read.text.stem == '<p>The arc is <span data-interaction="RESPONSE"></span> here.</p>'


def test_a_picture_with_spots_is_read_with_its_file():
    body = (
        '<hotspotInteraction responseIdentifier="RESPONSE" maxChoices="0"><prompt>Mark the pores.</prompt>'
        '<object data="img/seam.png" type="image/png" width="40" height="30">A seam</object>'
        '<hotspotChoice identifier="P" shape="circle" coords="10, 10, 4" hotspotLabel="left"/>'
        '<hotspotChoice identifier="Q" shape="rect" coords="20,10,30,20"/></hotspotInteraction>'
    )
    data = picture_bytes(40)
    read = read_item(item_xml(body, declared("multiple", "identifier", "P")), files={"img/seam.png": data}.get)
    words = read.text.interactions[0]
    assert (words.picture.file, words.picture.alt, words.labels) == ("seam.png", "A seam", ("left", ""))
    assert read.item.interactions[0].hotspots[0].area.coords == (10, 10, 4)
    assert list(read.contents.values()) == [data]
    assert read.reasons == ()


def test_a_slider_and_a_composite_are_read():
    slider = (
        '<sliderInteraction responseIdentifier="RESPONSE" lowerBound="0" upperBound="100" step="5" reverse="true"/>'
    )
    item = read_item(item_xml(f"<p>How hot?</p>{slider}", declared("single", "integer", "50"))).item
    assert isinstance(item.interactions[0], SliderInteraction)
    assert (item.interactions[0].step, item.interactions[0].reverse) == (5, True)
    second = '<responseDeclaration identifier="WHY" cardinality="single" baseType="string"/>'
    essay = '<extendedTextInteraction responseIdentifier="WHY" expectedLines="4" format="preFormatted"/>'
    outcome = '<outcomeDeclaration identifier="MARKS" cardinality="single" baseType="float" normalMaximum="4"'
    read = read_item(
        item_xml(
            CHOICE + essay,
            declared("single", "identifier", "A") + second + outcome + ' externalScored="human"/>',
            template="",
        )
    )
    assert read.item.kind is ItemKind.COMPOSITE
    assert read.item.processing == HumanMarking(outcome="MARKS")
    assert (read.item.human_marked, read.item.max_score) == (True, 4)
    assert isinstance(read.item.interactions[1], ExtendedTextInteraction)
    assert read.item.responses[1].cardinality is Cardinality.SINGLE


def test_feedback_is_kept_apart_from_the_question():
    body = CHOICE.replace(
        "Oxygen", 'Oxygen<feedbackInline outcomeIdentifier="FB" identifier="B" showHide="show"> burns</feedbackInline>'
    )
    tail = (
        '<modalFeedback outcomeIdentifier="FB" identifier="A" showHide="show" title="Right">Well done.</modalFeedback>'
    )
    outcome = '<outcomeDeclaration identifier="FB" cardinality="single" baseType="identifier"/>'
    read = read_item(item_xml(body, declared("single", "identifier", "A") + outcome, tail=tail))
    assert [(each.place.value, each.identifier) for each in read.item.feedback] == [("inline", "B"), ("modal", "A")]
    assert [(each.html, each.title) for each in read.text.feedback] == [("burns", ""), ("Well done.", "Right")]
    assert read.text.interactions[0].choices[1].html == 'Oxygen<span data-feedback="F1"></span>'
    assert not any(reason.lost for reason in read.reasons)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("choiceInteraction", "qti-choice-interaction"),
        ("hottext", "qti-hottext"),
        ("responseElseIf", "qti-response-else-if"),
        ("durationGTE", "qti-duration-gte"),
        ("durationLT", "qti-duration-lt"),
        ("anyN", "qti-any-n"),
        ("mapResponsePoint", "qti-map-response-point"),
        ("lte", "qti-lte"),
        ("integerToFloat", "qti-integer-to-float"),
    ],
)
def test_names_are_the_same_there_and_back(old, new):
    assert v3_name(old) == new
    assert v2_name(new) == old
    assert old not in HTML
