"""Scores against the worked examples of the QTI 3.0 specification, and the properties that hold for all."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.best import best_score
from assessment.domain.items.item import BaseType, NumericComparison, ToleranceMode
from assessment.domain.items.qti.read import read_item
from assessment.domain.items.response import Response, read_response
from assessment.domain.items.scoring import map_values, score
from tests.domain.items.build import choice_item, mapping, numeric_item, water_xml

ABSOLUTE, RELATIVE = ToleranceMode.ABSOLUTE, ToleranceMode.RELATIVE


def marks(item, value):
    return score(item, read_response(item, value)).score


def test_match_correct_gives_one_for_the_correct_choice_and_zero_for_others_and_blank():
    item = choice_item(correct=("B",))
    assert [marks(item, each) for each in ("B", "A", None)] == [1, 0, 0]


def test_match_correct_of_a_multiple_response_needs_exactly_the_correct_choices_in_any_order():
    item = choice_item(correct=("A", "C"), multiple=True, max_choices=0)
    answers = (["C", "A"], ["A"], ["A", "B", "C"], [], None)
    assert [marks(item, each) for each in answers] == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (["H", "O"], 2),
        (["H"], 1),
        (["H", "O", "Cl"], 1),
        (["H", "O", "He"], 0),
        (["He", "C", "N", "Cl"], 0),
        (["H", "H", "O"], 2),
        ([], 0),
        (None, 0),
    ],
)
def test_composition_of_water_scores_as_its_mapping_says(chosen, expected):
    # QTI 3.0, example choice_multiple: default -2, bounds 0 and 2.
    item = read_item(water_xml()).item
    assert marks(item, chosen) == expected


def test_map_response_counts_a_value_once():
    # QTI 3.0, MapResponse: with {A,B,C,D} -> {0,1,0.5,0}, C is 0.5, {C,B} is 1.5, and so is {B,B,C}.
    table = mapping({"A": "0", "B": "1", "C": "0.5", "D": "0"})
    assert map_values(table, ("C",)) == Fraction(1, 2)
    assert map_values(table, ("C", "B")) == map_values(table, ("B", "B", "C")) == Fraction(3, 2)


def test_without_a_lower_bound_a_wrong_choice_costs_marks():
    item = choice_item(marks=mapping({"A": "-0.5", "B": "1"}))
    assert marks(item, "A") == Fraction(-1, 2)


def test_a_blank_response_is_worth_zero_even_above_a_lower_bound():
    item = choice_item(marks=mapping({"B": "2"}, lower="1"), max_score="2")
    assert (marks(item, None), marks(item, "A")) == (0, 1)


def test_bounds_hold_a_single_value_too():
    item = choice_item(marks=mapping({"A": "-3", "B": "5"}, lower="-1", upper="2"), max_score="2")
    assert (marks(item, "A"), marks(item, "B")) == (-1, 2)


def test_thirds_stay_exact():
    item = choice_item(
        "ABC",
        correct=("A", "B", "C"),
        multiple=True,
        max_choices=0,
        marks=mapping({"A": "1/3", "B": "1/3", "C": "1/3"}),
    )
    assert (marks(item, ["A", "B"]), marks(item, ["A", "B", "C"])) == (Fraction(2, 3), 1)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [("0.4", 1), ("0,40", 1), (".41", 1), ("0.39", 1), ("0.3899", 0), ("0.4101", 0), ("4e-1", 1), (None, 0)],
)
def test_an_absolute_tolerance_includes_its_ends_exactly(typed, expected):
    comparison = NumericComparison(mode=ABSOLUTE, lower_tolerance=Fraction("0.01"), upper_tolerance=Fraction("0.01"))
    assert marks(numeric_item("0.4", comparison=comparison), typed) == expected


def test_an_excluded_end_does_not_count():
    # Reference first: the range is [100 - 0.5, 100 + 1], its lower end left out.
    comparison = NumericComparison(
        mode=ABSOLUTE,
        lower_tolerance=Fraction("0.5"),
        upper_tolerance=Fraction(1),
        include_lower=False,
        response_first=False,
    )
    item = numeric_item("100", comparison=comparison)
    assert [marks(item, each) for each in ("99.5", "99.51", "101", "101.01")] == [0, 1, 1, 0]


def test_the_range_is_built_around_the_first_expression():
    # QTI 3.0, Equal: y in [x - t0, x + t1]. With the response first, x is the response.
    tolerances = {"mode": ABSOLUTE, "lower_tolerance": Fraction(0), "upper_tolerance": Fraction(2)}
    response_first = numeric_item("10", comparison=NumericComparison(**tolerances, response_first=True))
    reference_first = numeric_item("10", comparison=NumericComparison(**tolerances, response_first=False))
    assert (marks(response_first, "8"), marks(response_first, "12")) == (1, 0)
    assert (marks(reference_first, "8"), marks(reference_first, "12")) == (0, 1)


def test_a_relative_tolerance_is_in_percent_of_the_first_expression():
    comparison = NumericComparison(
        mode=RELATIVE, lower_tolerance=Fraction(5), upper_tolerance=Fraction(10), response_first=False
    )
    item = numeric_item("200", comparison=comparison)
    assert [marks(item, each) for each in ("190", "189.99", "220", "220.01")] == [1, 0, 1, 0]


def test_numbers_map_by_value_not_by_spelling():
    item = numeric_item("25.4")
    assert marks(item, "25.400") == 1
    whole = numeric_item("10", base_type=BaseType.INTEGER)
    assert marks(whole, "10,0") == 1


def test_outcomes_hold_declared_defaults_and_the_score():
    item = read_item(
        water_xml(
            score='<qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>'
            '<qti-outcome-declaration identifier="MAXSCORE" cardinality="single" base-type="float">'
            "<qti-default-value><qti-value>2</qti-value></qti-default-value></qti-outcome-declaration>"
            '<qti-outcome-declaration identifier="HINT" cardinality="single" base-type="identifier"/>'
        )
    ).item
    result = score(item, read_response(item, ["H"]))
    assert result.outcomes == {"SCORE": 1, "MAXSCORE": 2, "HINT": None}
    assert (result.score, result.max_score, result.answered) == (1, 2, True)
    assert score(item).answered is False


def test_a_response_to_another_variable_is_refused():
    with pytest.raises(Invalid, match="Expected one response to RESPONSE"):
        score(choice_item(), Response(identifier="OTHER", values=("A",)))


@pytest.mark.parametrize(
    ("max_choices", "upper", "expected"),
    [(0, None, "2"), (1, None, "1"), (2, None, "1.75"), (0, "1.5", "1.5")],
)
def test_the_best_score_respects_the_number_of_choices_and_the_bounds(max_choices, upper, expected):
    item = choice_item(
        correct=(),
        multiple=True,
        max_choices=max_choices,
        marks=mapping({"A": "1", "B": "0.75", "C": "0.25", "D": "-1"}, upper=upper),
    )
    assert best_score(item) == Fraction(expected)


values = st.fractions(min_value=-3, max_value=3, max_denominator=12)


@given(
    worth=st.lists(values, min_size=4, max_size=4),
    default=values,
    bounds=st.tuples(st.none() | values, st.none() | values),
    max_choices=st.integers(0, 4),
    chosen=st.sets(st.sampled_from("ABCDE")),
)
def test_no_response_scores_more_than_the_best(worth, default, bounds, max_choices, chosen):
    lower, upper = bounds
    if lower is not None and upper is not None and lower > upper:
        lower, upper = upper, lower
    table = mapping(
        {key: str(value) for key, value in zip("ABCD", worth, strict=True)},
        default=str(default),
        lower=None if lower is None else str(lower),
        upper=None if upper is None else str(upper),
    )
    item = choice_item("ABCDE", correct=(), multiple=True, max_choices=max_choices, marks=table)
    if max_choices and len(chosen) > max_choices:
        chosen = set(sorted(chosen)[:max_choices])
    got = marks(item, sorted(chosen))
    assert got <= best_score(item)
    if chosen and lower is not None:
        assert got >= lower


@given(
    reference=st.decimals(min_value=-1000, max_value=1000, places=4),
    tolerance=st.decimals(min_value=0, max_value=10, places=4),
    answer=st.decimals(min_value=-1000, max_value=1000, places=4),
)
def test_a_symmetric_absolute_tolerance_is_a_distance(reference, tolerance, answer):
    comparison = NumericComparison(
        mode=ABSOLUTE,
        lower_tolerance=Fraction(tolerance),
        upper_tolerance=Fraction(tolerance),
        reference=Decimal(reference),
    )
    close = abs(Fraction(reference) - Fraction(answer)) <= Fraction(tolerance)
    assert marks(numeric_item("0", comparison=comparison), format(answer, "f")) == close
