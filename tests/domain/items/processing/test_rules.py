"""Rules run from the first to the last: conditions, fragments, exits, tables, areas."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessment.domain.errors import Invalid
from assessment.domain.items.processing.mapping import look_up, map_points, map_values
from assessment.domain.items.shapes import read_area
from assessment.domain.items.variables import (
    AreaMapEntry,
    AreaMapping,
    BaseType,
    Cardinality,
    InterpolationEntry,
    InterpolationTable,
    MapEntry,
    Mapping,
    MatchTable,
    OutcomeDeclaration,
)
from tests.domain.items.processing.written import SCORE, base, number, operator, response, run, variable

FEEDBACK = OutcomeDeclaration(identifier="FEEDBACK", base_type=BaseType.IDENTIFIER, cardinality=Cardinality.MULTIPLE)


def put(outcome: str, value: str) -> str:
    return f'<qti-set-outcome-value identifier="{outcome}">{value}</qti-set-outcome-value>'


def when(test: str, *rules: str) -> str:
    return f"<qti-response-if>{test}{''.join(rules)}</qti-response-if>"


def chosen(letter: str) -> str:
    return operator("match", variable("CHOICE"), base("identifier", letter))


GRADED = (
    "<qti-response-condition>"
    + when(chosen("A"), put("SCORE", number(2)))
    + f"<qti-response-else-if>{chosen('B')}{put('SCORE', number('0.5'))}</qti-response-else-if>"
    + f"<qti-response-else>{put('SCORE', number(-1))}</qti-response-else>"
    + "</qti-response-condition>"
)


@pytest.mark.parametrize(("choice", "expected"), [("A", "2"), ("B", "0.5"), ("C", "-1"), (None, "-1")])
def test_the_first_branch_whose_test_is_true_runs(choice: str | None, expected: str) -> None:
    given = {} if choice is None else {"CHOICE": (choice,)}
    score = run(GRADED, given)["SCORE"]
    assert score is not None
    assert score.number is not None
    assert score.number.value == Fraction(expected)


def test_marks_add_up_over_several_rules() -> None:
    more = put("SCORE", operator("sum", variable("SCORE"), number(1)))
    score = run(GRADED + more + more, {"CHOICE": ("A",)})["SCORE"]
    assert score is not None
    assert score.numbers[0].value == 4


def test_nothing_runs_after_an_exit_even_out_of_a_fragment() -> None:
    inside = operator("response-processing-fragment", "<qti-exit-response/>", put("SCORE", number(9)))
    score = run(put("SCORE", number(1)) + inside + put("SCORE", number(5)))["SCORE"]
    assert score is not None
    assert score.numbers[0].value == 1


def test_containers_of_feedback_grow() -> None:
    rules = put("FEEDBACK", base_multiple("first")) + put(
        "FEEDBACK", operator("multiple", variable("FEEDBACK"), base("identifier", "second"))
    )
    value = run(rules, outcomes=(SCORE, FEEDBACK))["FEEDBACK"]
    assert value is not None
    assert value.atoms == ("first", "second")


def base_multiple(word: str) -> str:
    return operator("multiple", base("identifier", word))


def test_an_integer_goes_into_a_float_and_null_makes_an_outcome_null() -> None:
    assert run(put("SCORE", base("integer", 3)))["SCORE"] is not None
    assert run(put("SCORE", operator("divide", number(1), number(0))))["SCORE"] is None


def test_an_outcome_starts_with_its_default() -> None:
    five = OutcomeDeclaration(identifier="SCORE", base_type=BaseType.INTEGER, default=Fraction(5))
    start = run("<qti-exit-response/>", outcomes=(five,))["SCORE"]
    assert start is not None
    assert start.numbers[0].value == 5


MATCH = MatchTable(entries=((1, Fraction(10)), (2, Fraction(20))), default=Fraction(-1))
STEPS = InterpolationTable(
    entries=(
        InterpolationEntry(source=Fraction(80), target="A"),
        InterpolationEntry(source=Fraction(60), target="B", include_boundary=False),
        InterpolationEntry(source=Fraction(0), target="C"),
    ),
    default="?",
)


@pytest.mark.parametrize(("source", "expected"), [("1", "10"), ("2", "20"), ("3", "-1"), (None, "-1"), ("1.5", "-1")])
def test_a_match_table_is_looked_up(source: str | None, expected: str) -> None:
    assert look_up(MATCH, None if source is None else Fraction(source)) == Fraction(expected)


@pytest.mark.parametrize(("source", "expected"), [("80", "A"), ("79.9", "B"), ("60", "C"), ("60.1", "B"), ("-1", "?")])
def test_an_interpolation_table_takes_the_first_entry_that_fits(source: str, expected: str) -> None:
    assert look_up(STEPS, Fraction(source)) == expected


def test_a_lookup_sets_its_outcome() -> None:
    grade = OutcomeDeclaration(identifier="GRADE", base_type=BaseType.IDENTIFIER, lookup=STEPS)
    rules = f'<qti-lookup-outcome-value identifier="GRADE">{variable("NUMBER")}</qti-lookup-outcome-value>'
    value = run(rules, {"NUMBER": (Decimal(90),)}, outcomes=(SCORE, grade))["GRADE"]
    assert value is not None
    assert value.text == "A"


AREAS = AreaMapping(
    entries=(
        AreaMapEntry(area=read_area("circle", "10,10,5"), value=Fraction(2)),
        AreaMapEntry(area=read_area("rect", "0,0,100,100"), value=Fraction(1)),
    ),
    default_value=Fraction(-1, 2),
    upper_bound=Fraction(5, 2),
)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(10, 10)], "2"),
        ([(10, 10), (11, 11)], "2"),
        ([(10, 10), (50, 50)], "2.5"),
        ([(50, 50), (60, 60)], "1"),
        ([(500, 500)], "-0.5"),
        ([(500, 500), (501, 501), (50, 50)], "0"),
    ],
)
def test_a_region_counts_once_and_a_point_belongs_to_the_first(points: list[tuple[int, int]], expected: str) -> None:
    assert map_points(AREAS, points) == Fraction(expected)


def test_a_mapping_may_not_care_for_capitals() -> None:
    mapping = Mapping(
        entries=(
            MapEntry(key="York", value=Fraction(1), case_sensitive=False),
            MapEntry(key="york", value=Fraction(1, 2)),
        )
    )
    assert map_values(mapping, ("YORK",)) == 1
    assert map_values(mapping, ("york",)) == Fraction(1, 2)
    assert map_values(mapping, ("Leeds",)) == 0


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (put("SCORE", variable("NOTHING")), "NOTHING"),
        (put("NOTHING", number(1)), "NOTHING"),
        (put("SCORE", base("identifier", "A")), "SCORE"),
        (put("SCORE", variable("CHOICES")), "SCORE"),
        (put("SCORE", operator("sum", variable("CHOICE"), number(1))), "qti-sum"),
        (put("SCORE", '<qti-map-response identifier="CHOICE"/>'), "CHOICE"),
        (put("SCORE", '<qti-map-response-point identifier="POINTS"/>'), "POINTS"),
        (put("SCORE", variable("duration")), "time"),
        ('<qti-lookup-outcome-value identifier="SCORE"><qti-null/></qti-lookup-outcome-value>', "SCORE"),
        ("<qti-response-condition>" + when(number(1)) + "</qti-response-condition>", "qti-response-if"),
        (
            "<qti-response-condition>"
            + when(operator("match", variable("CHOICES"), base("identifier", "A")))
            + "</qti-response-condition>",
            "qti-match",
        ),
        (
            "<qti-response-condition>"
            + when(operator("equal", number(1), number(1), tolerance_mode="absolute"))
            + "</qti-response-condition>",
            "tolerance",
        ),
        (put("SCORE", operator("repeat", number(1), number_repeats=100000)), "100000"),
        (put("SCORE", operator("stats-operator", number(1), name="median")), "qti-stats-operator"),
        (put("SCORE", operator("math-operator", number(1), number(2), name="sin")), "qti-math-operator"),
        (put("SCORE", operator("not")), "qti-not"),
        (put("SCORE", "<qti-number-correct/>"), "qti-number-correct"),
        (put("SCORE", '<qti-custom-operator class="org.example.Cas"/>'), "org.example.Cas"),
        (put("SCORE", "<qti-gates/>"), "qti-gates"),
        (put("SCORE", number("NaN")), "qti-base-value"),
        (put("SCORE", base("colour", "red")), "base-type"),
        ("<qti-response-condition/>", "qti-response-if"),
        ("<qti-response-condition><qti-response-else/></qti-response-condition>", "qti-response-else"),
        ("<qti-set-template-value identifier='A'/>", "qti-set-template-value"),
    ],
)
def test_rules_that_cannot_work_are_refused_by_name(rules: str, said: str) -> None:
    with pytest.raises(Invalid) as refusal:
        run(rules)
    assert said in str(refusal.value)


def test_rules_are_bounded_in_depth_and_number() -> None:
    deep = operator("not", "{}")
    for _ in range(70):
        deep = deep.format(operator("not", "{}"))
    with pytest.raises(Invalid, match="deep"):
        run("<qti-response-condition>" + when(deep.format(base("boolean", "true"))) + "</qti-response-condition>")
    with pytest.raises(Invalid, match="4000"):
        run(put("SCORE", number(1)) * 2100)


def test_rules_that_grow_on_purpose_are_stopped() -> None:
    doubled = put("FEEDBACK", operator("multiple", variable("FEEDBACK"), variable("FEEDBACK")))
    with pytest.raises(Invalid):
        run(put("FEEDBACK", base_multiple("x")) + doubled * 40, outcomes=(SCORE, FEEDBACK))
    squared = put("SCORE", operator("product", variable("SCORE"), variable("SCORE")))
    assert run(put("SCORE", number(3)) + squared * 100)["SCORE"] is None


def test_a_response_of_an_unknown_variable_changes_nothing() -> None:
    only = (response("CHOICE", "single identifier"),)
    score = run(GRADED, {"CHOICE": ("A",), "OTHER": ("B",)}, responses=only)["SCORE"]
    assert score is not None
    assert score.numbers[0].value == 2
