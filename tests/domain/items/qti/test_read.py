"""QTI 3.0 item files: the forms that are read, the forms that are refused, what is left out and said."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.item import (
    ItemKind,
    MapResponse,
    MatchCorrect,
    NumericComparison,
    NumericEntryText,
    ToleranceMode,
)
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.view import candidate_view
from tests.domain.items.build import choice_xml, equal_xml, water_xml

SET = (
    '<qti-set-outcome-value identifier="SCORE"><qti-base-value base-type="float">{}</qti-base-value>'
    "</qti-set-outcome-value>"
)
VARIABLE = '<qti-variable identifier="RESPONSE"/>'
CORRECT = '<qti-correct identifier="RESPONSE"/>'
MAPPED = '<qti-set-outcome-value identifier="SCORE"><qti-map-response identifier="RESPONSE"/></qti-set-outcome-value>'


def rules(text):
    return f"<qti-response-processing>{text}</qti-response-processing>"


def condition(*branches):
    return rules(f"<qti-response-condition>{''.join(branches)}</qti-response-condition>")


def sentences(read):
    return [str(reason) for reason in read.reasons]


def test_a_single_choice_is_read_whole():
    read = read_item(choice_xml())
    assert read.item.kind is ItemKind.SINGLE_CHOICE
    assert read.item.responses[0].correct == ("ChoiceA",)
    assert read.item.processing == MatchCorrect()
    assert read.item.max_score == 1
    assert (read.text.language, read.text.title) == ("en", "Unattended Luggage")
    assert read.text.stem == "<p>Look at the text in the picture.</p>"
    words = read.text.interactions[0]
    assert words.prompt == "What does it say?"
    assert words.choices[1].html == "Do not let someone else look after it."
    assert read.reasons == ()


def test_a_multiple_response_is_read_with_its_mapping():
    item = read_item(water_xml()).item
    declared = item.responses[0].mapping
    assert item.kind is ItemKind.MULTIPLE_RESPONSE
    assert (declared.lower_bound, declared.upper_bound, declared.default_value) == (0, 2, -2)
    assert {entry.key: entry.value for entry in declared.entries} == {"Cl": -1, "H": 1, "O": 1}
    assert (item.processing, item.max_score) == (MapResponse(), 2)
    assert item.interactions[0].shuffle
    assert item.interactions[0].max_choices == 0


def test_a_numeric_entry_is_read_with_the_words_around_its_field():
    read = read_item(equal_xml())
    assert read.item.kind is ItemKind.NUMERIC_ENTRY
    assert read.item.processing == NumericComparison(
        mode=ToleranceMode.ABSOLUTE, lower_tolerance=Fraction(1, 2), upper_tolerance=Fraction(1, 2)
    )
    assert read.item.responses[0].correct == (Decimal("37.5"),)
    assert read.text.stem == "<p>How long is it?</p>"
    assert read.text.interactions == (NumericEntryText(response="RESPONSE", before="Answer:", unit="mm"),)
    assert read.reasons == ()


@pytest.mark.parametrize(
    "address",
    [
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}",
        "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{}.xml",
        "http://www.imsglobal.org/question/qtiv3p0/rptemplates/{}",
        "https://www.imsglobal.org/question/qti_v3p0/rptemplates/{}.xml",
    ],
)
def test_standard_templates_are_known_by_each_of_their_addresses(address):
    for name, expected in (("match_correct", MatchCorrect()), ("map_response", MapResponse())):
        template = f'<qti-response-processing template="{address.format(name)}"/>'
        assert read_item(water_xml(processing=template)).item.processing == expected


@pytest.mark.parametrize(
    "branches",
    [
        (
            f"<qti-response-if><qti-match>{VARIABLE}{CORRECT}</qti-match>{SET.format(1)}</qti-response-if>",
            f"<qti-response-else>{SET.format(0)}</qti-response-else>",
        ),
        (f"<qti-response-if><qti-match>{CORRECT}{VARIABLE}</qti-match>{SET.format('1.0')}</qti-response-if>",),
        (
            f"<qti-response-if><qti-is-null>{VARIABLE}</qti-is-null>{SET.format(0)}</qti-response-if>",
            f"<qti-response-else-if><qti-match>{VARIABLE}{CORRECT}</qti-match>{SET.format(1)}</qti-response-else-if>",
            f"<qti-response-else>{SET.format(0)}</qti-response-else>",
        ),
        (
            f"<qti-response-if><qti-match>{VARIABLE}{CORRECT}</qti-match>"
            '<qti-set-outcome-value identifier="SCORE"><qti-sum><qti-variable identifier="SCORE"/>'
            '<qti-base-value base-type="float">1</qti-base-value></qti-sum></qti-set-outcome-value>'
            "</qti-response-if>",
        ),
    ],
)
def test_inline_rules_that_say_match_correct_are_match_correct(branches):
    assert read_item(choice_xml(processing=condition(*branches))).item.processing == MatchCorrect()


def test_inline_points_other_than_one_are_kept():
    branches = f"<qti-response-if><qti-match>{VARIABLE}{CORRECT}</qti-match>{SET.format('2.5')}</qti-response-if>"
    item = read_item(choice_xml(processing=condition(branches))).item
    assert item.processing == MatchCorrect(points=Fraction(5, 2))
    assert item.max_score == Fraction(5, 2)


def test_the_inline_form_of_map_response_is_map_response():
    inline = condition(
        f"<qti-response-if><qti-is-null>{VARIABLE}</qti-is-null>{SET.format('0.0')}</qti-response-if>",
        f"<qti-response-else>{MAPPED}</qti-response-else>",
    )
    assert read_item(water_xml(processing=inline)).item.processing == MapResponse()
    assert read_item(water_xml(processing=rules(MAPPED))).item.processing == MapResponse()


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (f'<qti-equal tolerance-mode="exact">{VARIABLE}{CORRECT}</qti-equal>', NumericComparison()),
        (f"<qti-equal>{CORRECT}{VARIABLE}</qti-equal>", NumericComparison(response_first=False)),
        (
            '<qti-equal tolerance-mode="relative" tolerance="5 10" include-upper-bound="false">'
            f"{CORRECT}{VARIABLE}</qti-equal>",
            NumericComparison(
                mode=ToleranceMode.RELATIVE,
                lower_tolerance=Fraction(5),
                upper_tolerance=Fraction(10),
                include_upper=False,
                response_first=False,
            ),
        ),
        (
            '<qti-equal tolerance-mode="absolute" tolerance="0.1">'
            f'{VARIABLE}<qti-base-value base-type="float">37.50</qti-base-value></qti-equal>',
            NumericComparison(
                mode=ToleranceMode.ABSOLUTE,
                lower_tolerance=Fraction(1, 10),
                upper_tolerance=Fraction(1, 10),
                reference=Decimal("37.5"),
            ),
        ),
    ],
)
def test_comparisons_of_numbers_are_read_in_every_mode(test, expected):
    assert read_item(equal_xml(test)).item.processing == expected


def test_a_relative_tolerance_that_nothing_can_meet_is_refused():
    test = f'<qti-equal tolerance-mode="relative" tolerance="5">{CORRECT}{VARIABLE}</qti-equal>'
    with pytest.raises(Invalid, match="can never be met"):
        read_item(equal_xml(test, correct="-10"))


@pytest.mark.parametrize(
    ("processing", "element"),
    [
        (
            condition(f"<qti-response-if><qti-gt>{VARIABLE}{CORRECT}</qti-gt>{SET.format(1)}</qti-response-if>"),
            "qti-gt",
        ),
        (condition("<qti-response-if/>"), "qti-response-if"),
        ('<qti-response-processing template="https://example.org/own.xml"/>', "https://example.org/own.xml"),
    ],
)
def test_response_processing_that_is_not_understood_is_refused_by_name(processing, element):
    with pytest.raises(Invalid, match=element):
        read_item(water_xml(processing=processing))


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (choice_xml(root='adaptive2="x"').replace(b'adaptive="false"', b'adaptive="true"'), "Adaptive"),
        (choice_xml(head="<qti-template-declaration identifier='T'/>"), "qti-template-declaration"),
        (choice_xml(head="<qti-template-processing/>"), "qti-template-processing"),
        (choice_xml(body="<p><qti-template-inline identifier='a'/></p>"), "Template items are not supported"),
        (choice_xml(body="<qti-order-interaction response-identifier='RESPONSE'/>"), "Expected 1 to 100 choices"),
        (choice_xml(body="<qti-custom-interaction response-identifier='RESPONSE'/>"), "a program of its own"),
        (choice_xml(body="<qti-portable-custom-interaction response-identifier='RESPONSE'/>"), "a program of its own"),
        (choice_xml(body="<qti-drawing-interaction response-identifier='RESPONSE'/>"), "Drawing interactions"),
        (choice_xml(body="<p>No question</p>"), "Expected an interaction, found none"),
        (choice_xml(choices="", declaration=""), "Expected 1 to 100 choices, got 0"),
        (choice_xml(interaction='max-choices="2"'), "Cardinality single allows one choice"),
        (choice_xml(interaction='max-choices="-1"'), "a whole number in max-choices"),
        (choice_xml(interaction='shuffle="maybe"'), "true or false in shuffle"),
        (
            choice_xml(declaration="<qti-correct-response><qti-value>X</qti-value></qti-correct-response>"),
            '"X" is not a choice of this item',
        ),
        (choice_xml(declaration=""), "declares none"),
        (choice_xml(cardinality="several"), "Expected one of single, multiple"),
        (choice_xml(language="not a tag"), "Expected a language tag"),
        (choice_xml(identifier="two words"), "Expected an identifier without spaces"),
        (equal_xml(base_type="string"), "qti-equal"),
        (equal_xml(correct="many"), 'Expected a number in qti-value of qti-value, got "many"'),
        (
            water_xml(
                declaration='<qti-mapping><qti-map-entry map-key="H" mapped-value="1"/>'
                '<qti-map-entry map-key="H" mapped-value="2"/></qti-mapping>'
            ),
            "each map key once",
        ),
        (
            water_xml(
                declaration='<qti-mapping lower-bound="2" upper-bound="1">'
                '<qti-map-entry map-key="H" mapped-value="1"/></qti-mapping>'
            ),
            "lower bound above",
        ),
    ],
)
def test_what_cannot_be_read_faithfully_is_refused(xml, message):
    with pytest.raises(Invalid, match=message):
        read_item(xml)


@pytest.mark.parametrize("root", ["<questestinterop/>", "<assessmentItem xmlns='https://example.org/other'/>", "<x/>"])
def test_another_kind_of_document_is_refused_with_what_was_expected(root):
    with pytest.raises(Invalid, match=r"Expected an item of QTI 2\.0 to 3\.0, got"):
        read_item(root.encode())


def test_two_interactions_of_one_response_are_refused():
    one = "<qti-extended-text-interaction response-identifier='RESPONSE'/>"
    with pytest.raises(Invalid, match="used twice"):
        read_item(choice_xml(body=f"<p>Write.</p>{one}{one}").replace(b'"identifier">', b'"string">'))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"before": "<p>Look <img src='a.png' alt='at the sign'/>.</p>"}, 'The file "a.png" is not at hand'),
        ({"before": "<p>Look <img src='https://example.org/a.png' alt='x'/>.</p>"}, "The file"),
        ({"before": "<p>You have <qti-printed-variable identifier='SCORE'/>.</p>"}, 'The value of "SCORE"'),
        (
            {"head": "<qti-assessment-stimulus-ref identifier='S' href='s.xml'/>"},
            'The text "s.xml", which the item refers to, is not at hand.',
        ),
        ({"before": "<p>Look at <a href='https://example.org/'>this</a>.</p>"}, "The element a was left out; its"),
        ({"before": "<p style='color:red'>Look.</p>"}, "The attribute style of p was left out."),
        ({"before": "<p onclick='steal()'>Look.</p>"}, "The attribute onclick of p was left out."),
        ({"before": "<p>Look.<script>steal()</script></p>"}, "The element script was left out with what is in it."),
        (
            {"before": "<p>Look.</p><qti-rubric-block view='tutor proctor'>The key is A</qti-rubric-block>"},
            "What is written for tutor, proctor was left out.",
        ),
        ({"head": "<qti-stylesheet href='a.css' type='text/css'/>"}, "The element qti-stylesheet was left out"),
        ({"interaction": 'max-choices="1" autosubmit="yes"'}, "The attribute autosubmit of qti-choice-interaction"),
    ],
)
def test_what_is_left_out_is_said(changes, reason):
    read = read_item(choice_xml(**changes))
    assert any(each.startswith(reason) for each in sentences(read))
    assert any(each.lost for each in read.reasons)


def test_a_rubric_for_scorers_is_kept_apart_and_never_reaches_a_browser():
    rubric = "<qti-rubric-block view='scorer'><qti-content-body><p>The key</p></qti-content-body></qti-rubric-block>"
    read = read_item(choice_xml(before=f"<p>Look.</p>{rubric}"))
    assert read.text.rubric == "<p>The key</p>"
    assert "The key" not in str(candidate_view(read.item, read.text))
    assert not any(reason.lost for reason in read.reasons)


def test_a_rubric_for_candidates_is_part_of_the_question():
    read = read_item(choice_xml(before="<p>Look.</p><qti-rubric-block view='candidate'>Choose.</qti-rubric-block>"))
    assert read.text.stem == "<p>Look.</p><div>Choose.</div>"


def test_what_stands_after_the_answer_stays_there():
    read = read_item(choice_xml(after="<p>Source: the airport.</p>"))
    assert read.text.stem == (
        '<p>Look at the text in the picture.</p><div data-interaction="RESPONSE"></div><p>Source: the airport.</p>'
    )
    assert read.reasons == ()


def test_style_classes_and_names_for_programs_are_passed_over_in_silence():
    interaction = 'max-choices="1" class="qti-labels-none" data-max-selections-message="Too many"'
    read = read_item(choice_xml(before="<p class='a' id='b' data-c='d'>Look.</p>", interaction=interaction))
    assert read.reasons == ()


def test_a_response_that_nothing_sets_is_left_out_and_said():
    head = '<qti-response-declaration identifier="PLAYED" cardinality="single" base-type="integer"/>'
    medium = (
        '<qti-media-interaction response-identifier="PLAYED" autostart="false">'
        '<audio src="a.mp3"/></qti-media-interaction>'
    )
    read = read_item(choice_xml(head=head, before=f"<p>Listen.</p>{medium}"))
    assert 'src="file:a.mp3"' in read.text.stem
    assert [each.identifier for each in read.item.responses] == ["RESPONSE"]
    assert 'The response "PLAYED", which no interaction sets, was left out.' in sentences(read)
    assert "How often a sound or film was played is not counted." in sentences(read)


def test_a_feedback_block_around_the_question_is_refused():
    body = (
        "<qti-feedback-block identifier='f' outcome-identifier='F' show-hide='show'>"
        "<qti-choice-interaction response-identifier='RESPONSE'/></qti-feedback-block>"
    )
    with pytest.raises(Invalid, match="qti-feedback-block"):
        read_item(choice_xml(body=body))


def test_a_choice_whose_picture_is_not_in_the_package_is_refused():
    choices = "<qti-simple-choice identifier='ChoiceA'><img src='a.png' alt=''/></qti-simple-choice>"
    with pytest.raises(Invalid, match='No text is left of the choice "ChoiceA"'):
        read_item(choice_xml(choices=choices), files={}.get)


def test_a_file_without_a_language_is_noted_but_whole():
    read = read_item(choice_xml(language=None))
    assert read.text.language == "und"
    assert not any(each.lost for each in read.reasons)
    assert read_item(choice_xml(language=None), language="id").text.language == "id"


@pytest.mark.parametrize(("declared", "expected", "lost"), [("2", 2, False), ("0.5", 1, True), ("1", 1, None)])
def test_a_stated_maximum_is_held_against_the_best_score(declared, expected, lost):
    score = (
        '<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"'
        f' normal-maximum="{declared}"/>'
    )
    read = read_item(choice_xml(score=score))
    assert read.item.max_score == expected
    assert [each.lost for each in read.reasons] == ([] if lost is None else [lost])


def test_a_number_field_inside_a_table_stays_where_it_stands():
    line = '<table><tr><td><b>Gap <qti-text-entry-interaction response-identifier="RESPONSE"/></b> mm</td></tr></table>'
    read = read_item(equal_xml(line=line))
    assert read.item.kind is ItemKind.TEXT_ENTRY
    assert read.text.stem == (
        "<p>How long is it?</p><table><tbody><tr><td><b>Gap "
        '<span data-interaction="RESPONSE"></span></b> mm</td></tr></tbody></table>'
    )
    assert read.reasons == ()


def test_the_order_of_correct_values_and_entries_does_not_matter():
    turned = water_xml().replace(
        b"<qti-value>H</qti-value><qti-value>O</qti-value>", b"<qti-value>O</qti-value><qti-value>H</qti-value>"
    )
    assert read_item(turned).item == read_item(water_xml()).item


@pytest.mark.parametrize(
    "body",
    [
        "<iframe><p><qti-text-entry-interaction response-identifier='RESPONSE'/></p></iframe>",
        "<qti-own-block><qti-choice-interaction response-identifier='RESPONSE'/></qti-own-block>",
        "<qti-choice-interaction response-identifier='RESPONSE'><qti-prompt>"
        "<qti-text-entry-interaction response-identifier='R2'/></qti-prompt></qti-choice-interaction>",
        "<qti-rubric-block view='scorer'><qti-choice-interaction response-identifier='RESPONSE'/></qti-rubric-block>",
    ],
)
def test_a_question_is_never_left_out_with_what_it_stands_in(body):
    with pytest.raises(Invalid, match="is not supported"):
        read_item(choice_xml(body=f"<p>Look.</p>{body}"))
