"""Every kind as values: JSON and back, what a browser sees, orders, and answers that are read or refused."""

import contextlib
import json
from dataclasses import asdict, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.completeness import missing
from assessment.domain.items.interactions import (
    AssociableChoice,
    AssociableHotspot,
    AssociateInteraction,
    Choice,
    ExtendedTextInteraction,
    Gap,
    GapMatchInteraction,
    GraphicGapMatchInteraction,
    GraphicOrderInteraction,
    Hotspot,
    HotspotInteraction,
    HotTextInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    OrderInteraction,
    PositionObjectInteraction,
    SelectPointInteraction,
    SliderInteraction,
    TextEntryInteraction,
    UploadInteraction,
)
from assessment.domain.items.item import HumanMarking, Item, ItemKind
from assessment.domain.items.item_json import from_json, text_from_json, text_to_json, to_json
from assessment.domain.items.lexical import read_point, record_fields
from assessment.domain.items.response import Response, read_response
from assessment.domain.items.shapes import Area, ShapeKind
from assessment.domain.items.variables import BaseType, Cardinality, OutcomeDeclaration, ResponseDeclaration
from assessment.domain.items.view import candidate_view, order_choices
from tests.domain.items.kinds import EVERY_PART, PARTS, composite_items, items_of

EVERY = pytest.mark.parametrize("part", EVERY_PART, ids=lambda part: part.__name__.removesuffix("_part"))


@EVERY
@settings(max_examples=10)
@given(st.data())
def test_an_item_of_every_kind_comes_back_from_json_text(part, data):
    item, text = data.draw(items_of([part]))
    stored = json.loads(json.dumps(to_json(item)))
    assert from_json(stored) == item
    assert text_from_json(item, json.loads(json.dumps(text_to_json(text)))) == text


@settings(max_examples=20)
@given(composite_items)
def test_a_composite_item_comes_back_from_json_text(made):
    item, text = made
    assert from_json(json.loads(json.dumps(to_json(item)))) == item
    assert text_from_json(item, json.loads(json.dumps(text_to_json(text)))) == text


@EVERY
@settings(max_examples=10)
@given(st.data())
def test_a_member_that_is_missing_or_unknown_is_refused(part, data):
    item, _ = data.draw(items_of([part]))
    for name in to_json(item)["interactions"][0]:
        broken = to_json(item)
        del broken["interactions"][0][name]
        with pytest.raises(Invalid):
            from_json(broken)
    unknown = to_json(item)
    unknown["interactions"][0]["answer"] = "A"
    with pytest.raises(Invalid):
        from_json(unknown)


KEY = "KEYKEYKEY"


@EVERY
@settings(max_examples=10)
@given(st.data())
def test_no_view_of_any_kind_holds_feedback_rubric_title_or_key(part, data):
    item, text = data.draw(items_of([part]))
    text = replace(
        text,
        title=KEY,
        rubric=f"<p>{KEY}</p>",
        feedback=tuple(replace(each, html=f"<p>{KEY}</p>") for each in text.feedback),
    )
    feedback = tuple(replace(each, outcome="FEEDBACK", identifier=KEY) for each in item.feedback)
    view = candidate_view(replace(item, feedback=feedback), text)
    shown = json.dumps(asdict(view), default=str)
    assert KEY not in shown
    assert "data-feedback" not in shown
    for secret in ("correct", "mapping", "processing", "score"):
        assert f'"{secret}"' not in shown


@settings(max_examples=20)
@given(composite_items, st.binary(max_size=16))
def test_orders_of_every_shuffling_interaction_are_permutations(made, seed):
    item, text = made
    orders = order_choices(item, seed)
    view = candidate_view(item, text, orders)
    again = candidate_view(item, text)
    assert orders == order_choices(item, seed)
    for shown, authored in zip(view.interactions, again.interactions, strict=True):
        assert sorted(map(str, shown_ids(shown))) == sorted(map(str, shown_ids(authored)))
        if shown.response in orders:
            assert tuple(shown_ids(shown)) == orders[shown.response]


def shown_ids(view):
    lists = [getattr(view, name) for name in ("choices", "sources", "targets") if hasattr(view, name)]
    return [getattr(each, "identifier", each) for one in lists for each in one]


def test_both_lists_of_a_match_are_shuffled_each_in_itself():
    choices = tuple(AssociableChoice(identifier=each, fixed=each in "Bx") for each in "ABCD")
    targets = tuple(AssociableChoice(identifier=each) for each in "wxyz")
    item = one(MatchInteraction(response="RESPONSE", sources=choices, targets=targets, shuffle=True), pair())
    orders = {order_choices(item, bytes([seed]))["RESPONSE"] for seed in range(100)}
    assert all(set(order[:4]) == set("ABCD") and order[1] == "B" for order in orders)
    assert len({order[4:] for order in orders}) > 10


def test_every_kind_has_its_name():
    assert set(PARTS) | {ItemKind.MULTIPLE_RESPONSE, ItemKind.NUMERIC_ENTRY, ItemKind.COMPOSITE} == set(ItemKind)


def declared(cardinality, base_type):
    return ResponseDeclaration(identifier="RESPONSE", cardinality=cardinality, base_type=base_type)


def pair():
    return declared(Cardinality.MULTIPLE, BaseType.DIRECTED_PAIR)


def one(interaction, response):
    return Item(
        identifier="I",
        interactions=(interaction,),
        responses=(response,),
        outcomes=(OutcomeDeclaration(identifier="SCORE", base_type=BaseType.FLOAT, normal_maximum=Fraction(1)),),
        processing=HumanMarking(),
        max_score=Fraction(1),
    )


def associable(names, **more):
    return tuple(AssociableChoice(identifier=each, **more) for each in names)


SPOT = Area(kind=ShapeKind.CIRCLE, coords=(10, 10, 5))
CHOICES = tuple(Choice(identifier=each) for each in "ABC")
SPOTS = tuple(Hotspot(identifier=each, area=SPOT) for each in "ABC")
PAIR_SPOTS = tuple(AssociableHotspot(identifier=each, area=SPOT) for each in "ABC")
IDENTIFIER = declared(Cardinality.SINGLE, BaseType.IDENTIFIER)
IDENTIFIERS = declared(Cardinality.MULTIPLE, BaseType.IDENTIFIER)
ORDERED = declared(Cardinality.ORDERED, BaseType.IDENTIFIER)
POINTS = declared(Cardinality.MULTIPLE, BaseType.POINT)
TEXT = declared(Cardinality.SINGLE, BaseType.STRING)
TEXTS = declared(Cardinality.ORDERED, BaseType.STRING)
FILE = f"{'ab' * 32} image/png answer.png"

ORDER = one(OrderInteraction(response="RESPONSE", choices=CHOICES), ORDERED)
ASSOCIATE = one(
    AssociateInteraction(response="RESPONSE", choices=associable("ABC"), max_associations=2),
    declared(Cardinality.MULTIPLE, BaseType.PAIR),
)
MATCH = one(
    MatchInteraction(
        response="RESPONSE", sources=associable("AB"), targets=associable("AX", match_max=0), max_associations=0
    ),
    pair(),
)
GAPS = one(
    GapMatchInteraction(
        response="RESPONSE",
        choices=associable("AB", match_max=2),
        gaps=(Gap(identifier="G1", required=True), Gap(identifier="G2", match_group=("B",))),
    ),
    pair(),
)
INLINE = one(InlineChoiceInteraction(response="RESPONSE", choices=CHOICES, required=True), IDENTIFIER)
TYPED = one(TextEntryInteraction(response="RESPONSE"), TEXT)
TYPED_FLOAT = one(TextEntryInteraction(response="RESPONSE"), declared(Cardinality.SINGLE, BaseType.FLOAT))
HEX = one(TextEntryInteraction(response="RESPONSE", base=16), declared(Cardinality.SINGLE, BaseType.INTEGER))
RECORD = one(TextEntryInteraction(response="RESPONSE"), declared(Cardinality.RECORD, BaseType.STRING))
ESSAY = one(ExtendedTextInteraction(response="RESPONSE"), TEXT)
NOTES = one(ExtendedTextInteraction(response="RESPONSE", max_strings=2, min_strings=1), TEXTS)
HOT = one(HotTextInteraction(response="RESPONSE", choices=CHOICES, max_choices=2, min_choices=2), IDENTIFIERS)
HOTSPOT = one(HotspotInteraction(response="RESPONSE", hotspots=SPOTS, width=40, height=30), IDENTIFIER)
SPOT_ORDER = one(
    GraphicOrderInteraction(response="RESPONSE", hotspots=SPOTS, width=40, height=30, max_choices=2, min_choices=2),
    ORDERED,
)
SPOT_GAPS = one(
    GraphicGapMatchInteraction(response="RESPONSE", choices=associable("PQ"), hotspots=PAIR_SPOTS, width=40, height=30),
    pair(),
)
POINT = one(SelectPointInteraction(response="RESPONSE", width=40, height=30, max_choices=2), POINTS)
PLACED = one(
    PositionObjectInteraction(response="RESPONSE", width=40, height=30, object_width=5, object_height=5, min_choices=1),
    declared(Cardinality.SINGLE, BaseType.POINT),
)
SLIDER = one(
    SliderInteraction(response="RESPONSE", lower_bound=Decimal(-10), upper_bound=Decimal(20), step=Decimal("2.5")),
    declared(Cardinality.SINGLE, BaseType.FLOAT),
)
UPLOAD = one(
    UploadInteraction(response="RESPONSE", media_types=("image/*", "application/pdf")),
    declared(Cardinality.SINGLE, BaseType.FILE),
)
ALL = [ORDER, ASSOCIATE, MATCH, GAPS, INLINE, TYPED, TYPED_FLOAT, HEX, RECORD, ESSAY, NOTES, HOT, HOTSPOT]
ALL += [SPOT_ORDER, SPOT_GAPS, POINT, PLACED, SLIDER, UPLOAD]


@pytest.mark.parametrize(
    ("item", "value", "values"),
    [
        (ORDER, ["C", "A", "B"], ("C", "A", "B")),
        (ASSOCIATE, ["B A"], ("A B",)),
        (MATCH, ["B X", "A A"], ("A A", "B X")),
        (GAPS, ["B G2", "B G1"], ("B G1", "B G2")),
        (INLINE, "B", ("B",)),
        (TYPED, "  York ", ("York",)),
        (TYPED_FLOAT, "2,50", (Decimal("2.50"),)),
        (HEX, "fF", (Decimal(255),)),
        (RECORD, "1.20", ("1.20",)),
        (ESSAY, "  First.\r\n\tSecond.\n", ("  First.\n\tSecond.\n",)),
        (NOTES, ["b", "a"], ("b", "a")),
        (HOT, ["B", "A"], ("A", "B")),
        (HOTSPOT, "C", ("C",)),
        (SPOT_ORDER, ["C", "A"], ("C", "A")),
        (SPOT_GAPS, ["P C", "Q A"], ("P C", "Q A")),
        (POINT, ["40 0", "3.9 30"], ("3 30", "40 0")),
        (PLACED, "0 0", ("0 0",)),
        (SLIDER, "-7.5", (Decimal("-7.5"),)),
        (UPLOAD, FILE, (FILE,)),
    ],
)
def test_an_answer_of_every_kind_is_read(item, value, values):
    assert read_response(item, value) == Response(identifier="RESPONSE", values=values)


@pytest.mark.parametrize(
    ("item", "value", "message"),
    [
        (ORDER, ["A", "A"], "stands there twice"),
        (ORDER, ["A", "D"], '"D" is not one of the choices'),
        (ORDER, "A", "Expected a list"),
        (ASSOCIATE, ["A D"], "is not a pair of choices"),
        (ASSOCIATE, ["A"], "is not a pair of choices"),
        (ASSOCIATE, ["A B", "A C"], '"A" can be used 1 times; it is used 2 times'),
        (ASSOCIATE, ["A A"], '"A" can be used 1 times; it is used 2 times'),
        (MATCH, ["X A"], "is not a pair of choices"),
        (MATCH, ["A X", "A A"], '"A" can be used 1 times'),
        (GAPS, ["A G1", "B G1"], '"G1" can be used 1 times'),
        (GAPS, ["A G2"], "does not allow"),
        (INLINE, "D", "is not one of the choices"),
        (TYPED, "two\nlines", "cannot be typed"),
        (TYPED_FLOAT, "2 mm", "Expected a number in figures"),
        (HEX, "0g", "Expected a whole number in base 16"),
        (ESSAY, "x" * 12_001, "at most 12000 characters"),
        (ESSAY, "a\x00b", "cannot be typed"),
        (NOTES, ["a", "b", "c"], "Choose at most 2; 3 are chosen"),
        (HOT, ["A", "B", "C"], "Choose at most 2; 3 are chosen"),
        (SPOT_ORDER, ["A", "B", "C"], "Choose at most 2; 3 are chosen"),
        (SPOT_GAPS, ["P A", "Q A"], '"A" can be used 1 times'),
        (POINT, ["41 0"], "Expected a point of the picture"),
        (POINT, ["-1 0"], "Expected a point of the picture"),
        (POINT, ["1"], "Expected a point of the picture"),
        (POINT, ["1 1", "2 2", "3 3"], "Choose at most 2; 3 are chosen"),
        (SLIDER, "21", "Expected a number from -10 to 20"),
        (SLIDER, "1", "Expected a number from -10 to 20"),
        (UPLOAD, "answer.png", "Expected a file that was handed in"),
        (UPLOAD, f"{'ab' * 32} text/html answer.html", "Expected a file of the kind image"),
        (UPLOAD, f"{'ab' * 32} image/png ../answer.png", "Expected a file that was handed in"),
    ],
)
def test_an_answer_that_the_question_does_not_allow_is_refused(item, value, message):
    with pytest.raises(Invalid, match=message):
        read_response(item, value)


tokens = st.sampled_from(["A", "B", "C", "X", "G1", "A B", "B A", "A X", "B G1", "P A", "3 4", "40 30", "2.5", FILE])


@settings(max_examples=60)
@given(tokens | st.text(max_size=12) | st.lists(tokens | st.text(max_size=8), max_size=4) | st.integers())
def test_any_input_to_any_kind_is_read_or_refused_and_reads_the_same_again(value):
    for item in ALL:
        with contextlib.suppress(Invalid):
            response = read_response(item, value)
            if response is not None:
                texts = [str(each) for each in response.values]
                if item is HEX:
                    texts = [f"{int(each):x}" for each in response.values]
                single = item.responses[0].cardinality in (Cardinality.SINGLE, Cardinality.RECORD)
                assert read_response(item, texts[0] if single else texts) == response


@pytest.mark.parametrize(
    ("item", "value", "message"),
    [
        (HOT, ["A"], "Choose at least 2; 1 are chosen"),
        (HOT, None, "Choose at least 2; 0 are chosen"),
        (ORDER, ["A", "B"], "Choose at least 3; 2 are chosen"),
        (ORDER, None, None),
        (SPOT_ORDER, ["A"], "Choose at least 2; 1 are chosen"),
        (GAPS, ["B G2"], '"G1" is to be used at least 1 times; it is used 0 times'),
        (GAPS, ["A G1"], None),
        (INLINE, None, "Choose at least 1"),
        (NOTES, None, "Choose at least 1"),
        (PLACED, None, "Choose at least 1"),
        (TYPED, None, None),
        (MATCH, None, None),
    ],
)
def test_what_is_missing_is_said(item, value, message):
    found = missing(item, {"RESPONSE": read_response(item, value)})
    assert ("RESPONSE" in found) == (message is not None)
    assert message is None or message in str(found["RESPONSE"])


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ("12.50", {"floatValue": "12.5", "leftDigits": "2", "rightDigits": "2", "ndp": "2", "nsf": "4"}),
        (
            "300",
            {"floatValue": "300", "integerValue": "300", "leftDigits": "3", "rightDigits": "0", "ndp": "0", "nsf": "1"},
        ),
        (
            "1.50e1",
            {"floatValue": "15", "leftDigits": "1", "rightDigits": "2", "ndp": "1", "nsf": "3", "exponent": "1"},
        ),
        ("0,05", {"floatValue": "0.05", "leftDigits": "1", "rightDigits": "2", "ndp": "2", "nsf": "1"}),
        ("seven", {}),
    ],
)
def test_a_typed_number_makes_a_record(typed, fields):
    found = {name: str(value) for name, (_, value) in record_fields(typed).items()}
    assert found == {"stringValue": typed, **fields}


def test_a_point_is_two_numbers():
    assert read_point("12 -3") == (12, -3)
    assert read_point("12,3") is None
    assert read_point("1000000 1") is None
