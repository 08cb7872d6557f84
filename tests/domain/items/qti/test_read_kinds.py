"""Each kind as other systems write it in QTI 3.0, and what real packages get wrong that can be meant one way only."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.item import HumanMarking, ItemKind, MatchCorrect
from assessment.domain.items.qti.evaluate import evaluate
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.variables import AreaMapEntry, BaseType, Cardinality, Scorer
from tests.domain.items.build import MATCH_CORRECT, choice_xml
from tests.domain.items.kinds import picture_bytes

PLAN = picture_bytes(3)
FILES = {"img/plan.png": PLAN, "img/clamp.png": picture_bytes(4)}
IMAGE = '<img src="img/plan.png" alt="A plan" width="400" height="300"/>'


def read(body, declaration, *, cardinality="single", base_type="identifier", processing=None, score=None):
    more = {} if processing is None else {"processing": processing}
    if score is not None:
        more["score"] = score
    xml = choice_xml(body=f"<p>Look.</p>{body}", declaration=declaration, cardinality=cardinality, **more)
    return read_item(xml.replace(b'base-type="identifier">', f'base-type="{base_type}">'.encode()), files=FILES.get)


def correct(*values):
    inside = "".join(f"<qti-value>{value}</qti-value>" for value in values)
    return f"<qti-correct-response>{inside}</qti-correct-response>"


def test_an_order_of_all_or_of_some_choices():
    choices = "".join(f'<qti-simple-choice identifier="{each}">Step {each}</qti-simple-choice>' for each in "ABC")
    body = (
        '<qti-order-interaction response-identifier="RESPONSE" shuffle="true" orientation="horizontal" {}>'
        f"<qti-prompt>Put in order.</qti-prompt>{choices}</qti-order-interaction>"
    )
    whole = read(body.format(""), correct("C", "A", "B"), cardinality="ordered")
    assert whole.item.kind is ItemKind.ORDER
    assert whole.item.responses[0].correct == ("C", "A", "B")
    assert (whole.item.interactions[0].min_choices, whole.item.interactions[0].max_choices) == (0, 0)
    some = read(body.format('min-choices="1" max-choices="2"'), correct("C", "A"), cardinality="ordered")
    assert (some.item.interactions[0].min_choices, some.item.interactions[0].max_choices) == (1, 2)


def test_pairs_have_one_spelling_whichever_way_they_are_written():
    choices = "".join(
        f'<qti-simple-associable-choice identifier="{each}" match-max="1">{each}</qti-simple-associable-choice>'
        for each in "ABCD"
    )
    body = (
        '<qti-associate-interaction response-identifier="RESPONSE" max-associations="2">'
        f"{choices}</qti-associate-interaction>"
    )
    item = read(body, correct("D A", "B C"), cardinality="multiple", base_type="pair").item
    assert item.kind is ItemKind.ASSOCIATE
    assert item.responses[0].correct == ("A D", "B C")


def test_hot_text_is_found_in_its_text():
    body = (
        '<qti-hottext-interaction response-identifier="RESPONSE" max-choices="1">'
        "<qti-prompt>Which is wrong?</qti-prompt>"
        '<p>The <qti-hottext identifier="A">arc <b>length</b></qti-hottext> is '
        '<qti-hottext identifier="B">long</qti-hottext>.</p></qti-hottext-interaction>'
    )
    found = read(body, correct("B"))
    assert found.item.kind is ItemKind.HOT_TEXT
    assert [each.identifier for each in found.item.interactions[0].choices] == ["A", "B"]
    assert found.text.interactions[0].body == (
        '<p>The <span data-hottext="A">arc <b>length</b></span> is <span data-hottext="B">long</span>.</p>'
    )


def test_points_with_their_areas():
    body = (
        '<qti-select-point-interaction response-identifier="RESPONSE" max-choices="1">'
        f"<qti-prompt>Mark it.</qti-prompt>{IMAGE}</qti-select-point-interaction>"
    )
    areas = (
        '<qti-area-mapping default-value="0"><qti-area-map-entry shape="circle" coords="102,113,16" mapped-value="1"/>'
        "</qti-area-mapping>"
    )
    template = MATCH_CORRECT.replace("match_correct", "map_response_point")
    found = read(
        body,
        correct("102 113") + areas,
        base_type="point",
        processing=f'<qti-response-processing template="{template}"/>',
    )
    declared = found.item.responses[0]
    assert found.item.kind is ItemKind.SELECT_POINT
    assert (declared.base_type, declared.correct) == (BaseType.POINT, ("102 113",))
    assert declared.area_mapping.entries == (
        AreaMapEntry(area=Area(kind=ShapeKind.CIRCLE, coords=(102, 113, 16)), value=Fraction(1)),
    )
    assert (found.item.interactions[0].width, found.item.interactions[0].height) == (400, 300)
    assert found.text.interactions[0].picture.alt == "A plan"


def test_objects_on_a_stage_are_one_interaction_each():
    moved = '<object data="img/clamp.png" type="image/png" width="20" height="15">A clamp</object>'
    body = (
        '<qti-position-object-stage><object data="img/plan.png" type="image/png" width="400" height="300">Plan</object>'
        f'<qti-position-object-interaction response-identifier="RESPONSE" max-choices="3" center-point="3 4">{moved}'
        "</qti-position-object-interaction></qti-position-object-stage>"
    )
    found = read(body, correct("10 10", "30 30"), cardinality="multiple", base_type="point")
    interaction, words = found.item.interactions[0], found.text.interactions[0]
    assert found.item.kind is ItemKind.POSITION_OBJECT
    assert (interaction.width, interaction.object_width, interaction.center, interaction.max_choices) == (
        400,
        20,
        (3, 4),
        3,
    )
    assert (words.picture.file, words.object.file, words.object.alt) == ("plan.png", "clamp.png", "A clamp")


def test_pictures_to_put_on_a_picture():
    body = (
        f'<qti-graphic-gap-match-interaction response-identifier="RESPONSE">{IMAGE}'
        '<qti-gap-img identifier="P" match-max="1" object-label="A clamp">'
        '<img src="img/clamp.png" alt=""/></qti-gap-img>'
        '<qti-gap-text identifier="Q" match-max="2">Earth</qti-gap-text>'
        '<qti-associable-hotspot identifier="A" match-max="1" shape="rect" coords="1,1,20,20"/>'
        '<qti-associable-hotspot identifier="B" match-max="1" shape="poly" coords="1,1,20,1,1,20"/>'
        "</qti-graphic-gap-match-interaction>"
    )
    found = read(body, correct("P A", "Q B"), cardinality="multiple", base_type="directedPair")
    assert found.item.kind is ItemKind.GRAPHIC_GAP_MATCH
    assert found.item.interactions[0].max_associations == 0
    assert [each.html for each in found.text.interactions[0].choices] == [
        '<img alt="A clamp" src="file:clamp.png"/>',
        "Earth",
    ]


def test_the_size_of_a_picture_is_taken_from_the_file_where_nothing_says_it():
    body = (
        '<qti-graphic-order-interaction response-identifier="RESPONSE"><img src="img/plan.png" alt="x"/>'
        '<qti-hotspot-choice identifier="A" shape="circle" coords="5,5,2"/>'
        '<qti-hotspot-choice identifier="B" shape="default"/></qti-graphic-order-interaction>'
    )
    item = read(body, correct("B", "A"), cardinality="ordered").item
    assert (item.interactions[0].width, item.interactions[0].height) == (40, 30)
    assert item.interactions[0].hotspots[1].area == Area(kind=ShapeKind.DEFAULT)


def test_a_picture_that_an_interaction_needs_and_that_is_missing_refuses_the_item():
    body = (
        '<qti-hotspot-interaction response-identifier="RESPONSE"><img src="img/none.png" alt="x"/>'
        '<qti-hotspot-choice identifier="A" shape="circle" coords="5,5,2"/></qti-hotspot-interaction>'
    )
    with pytest.raises(Invalid, match=r'"img/none\.png", which qti-hotspot-interaction needs'):
        read(body, correct("A"))


@pytest.mark.parametrize("element", ["extended-text", "upload"])
def test_what_no_rule_scores_a_person_marks(element):
    body = f'<qti-{element}-interaction response-identifier="RESPONSE"/>'
    base_type = "file" if element == "upload" else "string"
    stated = (
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float" normal-maximum="5"'
        ' external-scored="human"/>'
    )
    item = read(body, "", base_type=base_type, processing="", score=stated).item
    assert (item.processing, item.human_marked, item.max_score) == (HumanMarking(), True, 5)
    assert item.outcomes[0].external_scored is Scorer.HUMAN
    unsaid = read(body, "", base_type=base_type, processing="")
    assert unsaid.item.max_score == 1
    assert any("how many marks a person may give" in str(each) and each.lost for each in unsaid.reasons)


def test_a_text_field_stands_in_its_line_with_what_follows():
    body = (
        '<p>The city of <qti-text-entry-interaction response-identifier="RESPONSE" expected-length="12"'
        ' placeholder-text="city" pattern-mask="[A-Z].*"/> is in the north.</p>'
    )
    found = read(body, correct("York"), base_type="string")
    assert found.item.kind is ItemKind.TEXT_ENTRY
    assert found.item.processing == MatchCorrect()
    assert found.item.interactions[0].pattern_mask == "[A-Z].*"
    assert found.text.interactions[0].placeholder == "city"
    assert found.text.stem == (
        '<p>Look.</p><p>The city of <span data-interaction="RESPONSE"></span> is in the north.</p>'
    )


def test_a_slider_of_whole_numbers_has_steps_of_one():
    body = '<qti-slider-interaction response-identifier="RESPONSE" lower-bound="0" upper-bound="10"/>'
    item = read(body, correct("4"), base_type="integer").item
    assert item.interactions[0].step == Decimal(1)
    assert item.responses[0].correct == (Decimal(4),)


def test_one_response_of_single_cardinality_holds_one_choice_whatever_is_said():
    choices = "".join(f'<qti-simple-choice identifier="{each}">{each}</qti-simple-choice>' for each in "AB")
    body = f'<qti-choice-interaction response-identifier="RESPONSE" max-choices="0">{choices}</qti-choice-interaction>'
    found = read(body, correct("B"))
    assert found.item.interactions[0].max_choices == 1
    assert [str(each) for each in found.reasons] == ["The response holds one choice, so max-choices is read as 1."]


def test_where_no_maximum_is_said_the_correct_response_can_be_given():
    lists = "".join(
        "<qti-simple-match-set>"
        + "".join(
            f'<qti-simple-associable-choice identifier="{each}" match-max="2">{each}</qti-simple-associable-choice>'
            for each in names
        )
        + "</qti-simple-match-set>"
        for names in ("AB", "XY")
    )
    body = f'<qti-match-interaction response-identifier="RESPONSE">{lists}</qti-match-interaction>'
    found = read(body, correct("A X", "B Y"), cardinality="multiple", base_type="directedPair")
    assert found.item.interactions[0].max_associations == 0
    assert not any(each.lost for each in found.reasons)


def test_interactions_that_stand_apart_keep_their_places_and_those_at_the_end_need_none():
    essay = '<qti-extended-text-interaction response-identifier="RESPONSE"/>'
    apart = read(f"{essay}<p>Then hand it in.</p>", "", base_type="string", processing="")
    assert apart.text.stem == '<p>Look.</p><div data-interaction="RESPONSE"></div><p>Then hand it in.</p>'
    last = read(essay, "", base_type="string", processing="")
    assert last.text.stem == "<p>Look.</p>"
    assert last.item.responses[0].cardinality is Cardinality.SINGLE


def test_as_many_pairs_may_be_made_as_the_correct_response_has():
    choices = "".join(f'<qti-gap-text identifier="{each}" match-max="1">{each}</qti-gap-text>' for each in "AB")
    body = (
        '<qti-gap-match-interaction response-identifier="RESPONSE" max-associations="1">'
        f'{choices}<p>First <qti-gap identifier="G1"/>, then <qti-gap identifier="G2"/>.</p>'
        "</qti-gap-match-interaction>"
    )
    found = read(body, correct("A G1", "B G2"), cardinality="multiple", base_type="directedPair")
    assert found.item.interactions[0].max_associations == 2
    assert [(reason.lost, str(reason)) for reason in found.reasons if "pairs" in str(reason)] == [
        (True, "The correct response has 2 pairs, but only 1 may be made; now 2 may.")
    ]
    assert evaluate(found.item, {"RESPONSE": ["A G1", "B G2"]}).score == 1


def test_a_question_without_words_is_asked_by_its_title():
    xml = choice_xml(before="").replace(b"What does it say?", b"").replace(b"Unattended Luggage", b"Bags &amp; boxes")
    found = read_item(xml)
    assert found.text.stem == "<p>Bags &amp; boxes</p>"
    assert any("title of the item stands in its place" in str(reason) for reason in found.reasons)
