"""Lexical forms of QTI responses, and what is refused before it becomes an answer."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.item import BaseType
from assessment.domain.items.response import Response, read_response
from tests.domain.items.build import choice_item, numeric_item

SINGLE = choice_item()
MULTIPLE = choice_item(correct=("A", "B"), multiple=True, max_choices=2)
NUMBER = numeric_item()
WHOLE = numeric_item("3", base_type=BaseType.INTEGER)


def lexical(item, response):
    if response is None:
        return None
    texts = [str(value) for value in response.values]
    return texts if item is MULTIPLE else texts[0]


@pytest.mark.parametrize("item", [SINGLE, MULTIPLE, NUMBER])
@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_given_is_no_response(item, value):
    assert read_response(item, value) is None


def test_white_space_alone_is_no_response():
    assert read_response(NUMBER, "  \n") is None


def test_a_multiple_response_is_a_set_without_order():
    assert read_response(MULTIPLE, ["B", "A"]) == read_response(MULTIPLE, ["A", "B"])


@pytest.mark.parametrize(
    ("typed", "read"),
    [("12.5", "12.5"), ("12,5", "12.5"), (" 12.50 ", "12.50"), ("-3", "-3"), ("+.5", "0.5"), ("1e3", "1E+3")],
)
def test_a_number_keeps_every_digit_and_may_have_a_decimal_comma(typed, read):
    response = read_response(NUMBER, typed)
    assert response is not None
    assert str(response.values[0]) == read


@pytest.mark.parametrize(
    "typed",
    [
        "abc",
        "12 mm",
        "1.500,25",
        "1,2,3",
        "٣",
        "１２",
        "NaN",
        "inf",
        "1e999",
        "--1",
        "1_000",
        "0x10",
        "½",
        "1" * 41,
        "−3",
    ],
)
def test_what_is_not_a_plain_number_is_refused(typed):
    with pytest.raises(Invalid):
        read_response(NUMBER, typed)


def test_a_whole_number_is_asked_for_where_the_item_wants_one():
    assert read_response(WHOLE, "3,0") == Response(identifier="RESPONSE", values=(Decimal(3),))
    with pytest.raises(Invalid, match='Expected a whole number, got "3,5"'):
        read_response(WHOLE, "3,5")


@pytest.mark.parametrize(
    ("item", "value", "message"),
    [
        (SINGLE, "E", '"E" is not one of the choices'),
        (SINGLE, ["A"], "Expected one answer as text"),
        (SINGLE, 7, "Expected one answer as text"),
        (SINGLE, True, "Expected one answer as text"),
        (MULTIPLE, "A", "Expected a list of answers"),
        (MULTIPLE, {"A": 1}, "Expected a list of answers"),
        (MULTIPLE, ["A", 1], "Expected a list of answers"),
        (MULTIPLE, ["A", ""], "is empty"),
        (MULTIPLE, ["A", "B", "C"], "Choose at most 2; 3 are chosen"),
        (MULTIPLE, ["A"] * 201, "Expected at most 200 answers"),
        (NUMBER, "1" * 5000, "Expected at most 4096 characters"),
        (NUMBER, "1\0", "cannot be typed"),
        (NUMBER, "1\ud8002", "cannot be typed"),
        (NUMBER, 1.5, "Expected one answer as text"),
    ],
)
def test_other_shapes_are_refused_with_what_was_expected(item, value, message):
    with pytest.raises(Invalid, match=message):
        read_response(item, value)


def test_an_unknown_variable_is_refused_by_name():
    with pytest.raises(Invalid, match='Expected a response to RESPONSE, got one to "R2"'):
        read_response(SINGLE, "A", identifier="R2")


@given(st.text() | st.lists(st.text(), max_size=3) | st.integers() | st.booleans() | st.floats())
def test_any_input_is_read_or_refused(value):
    for item in (SINGLE, MULTIPLE, NUMBER, WHOLE):
        # Anything but a refusal would come out of here.
        with contextlib.suppress(Invalid):
            response = read_response(item, value)
            assert read_response(item, lexical(item, response)) == response


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_a_decimal_comes_back_from_its_lexical_form(number):
    response = Response(identifier="RESPONSE", values=(number,))
    assert read_response(NUMBER, lexical(NUMBER, response)) == response
