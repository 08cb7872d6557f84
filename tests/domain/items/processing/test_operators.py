"""What operators give, and NULL exactly as QTI 3.0 says (Information Model, Expressions)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from tests.domain.items.processing.written import (
    FALSE,
    NULL,
    TRUE,
    base,
    number,
    numbers,
    operator,
    result,
    run,
    truth,
    variable,
)

TRUTHS = {"t": TRUE, "f": FALSE, "n": NULL}
SAID = {"t": True, "f": False, "n": None}


def choices(letters: str, container: str = "multiple") -> str:
    return operator(container, *(base("identifier", each) for each in letters))


@pytest.mark.parametrize(
    ("operands", "both", "either"),
    [
        ("tt", "t", "t"),
        ("tf", "f", "t"),
        ("ff", "f", "f"),
        ("tn", "n", "t"),
        ("fn", "f", "n"),
        ("nn", "n", "n"),
        ("n", "n", "n"),
    ],
)
def test_and_and_or_are_decided_by_one_operand_or_stay_null(operands: str, both: str, either: str) -> None:
    written = [TRUTHS[each] for each in operands]
    assert truth(operator("and", *written)) is SAID[both]
    assert truth(operator("or", *written)) is SAID[either]


def test_not_turns_truth_round_and_keeps_null() -> None:
    assert [truth(operator("not", TRUTHS[each])) for each in "tfn"] == [False, True, None]


@pytest.mark.parametrize(
    ("operands", "least", "most", "expected"),
    [
        ("ttf", 1, 2, "t"),
        ("ttt", 1, 2, "f"),
        ("fff", 1, 2, "f"),
        ("tfn", 1, 2, "t"),
        ("ttn", 1, 2, "n"),
        ("ffn", 1, 2, "n"),
        ("ttn", 3, 3, "n"),
        ("tfn", 3, 3, "f"),
    ],
)
def test_any_n_is_null_only_where_the_null_ones_decide(operands: str, least: int, most: int, expected: str) -> None:
    written = operator("any-n", *(TRUTHS[each] for each in operands), min=least, max=most)
    assert truth(written) is SAID[expected]


def test_nothing_an_empty_text_and_an_empty_container_are_null() -> None:
    assert truth(operator("is-null", variable("CHOICE"))) is True
    assert truth(operator("is-null", variable("CHOICE")), CHOICE=("A",)) is False
    assert truth(operator("is-null", base("string", ""))) is True
    assert truth(operator("is-null", operator("multiple", NULL))) is True
    assert truth(operator("is-null", operator("delete", base("identifier", "A"), choices("AA")))) is True


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (choices("AB"), choices("BA"), True),
        (choices("AAB"), choices("AB"), False),
        (choices("AB", "ordered"), choices("BA", "ordered"), False),
        (choices("AB", "ordered"), choices("AB", "ordered"), True),
        (base("pair", "A B"), base("pair", "B A"), True),
        (base("directedPair", "A B"), base("directedPair", "B A"), False),
        (base("point", "1 2"), base("point", "1 2"), True),
        (base("integer", "2"), base("float", "2.0"), True),
        (base("identifier", "A"), base("string", "A"), True),
        (base("boolean", "1"), base("boolean", "true"), True),
        (NULL, NULL, None),
        (base("identifier", "A"), NULL, None),
    ],
)
def test_match_compares_values_of_one_kind(first: str, second: str, expected: bool | None) -> None:
    assert truth(operator("match", first, second)) is expected


def test_the_declared_correct_response_is_matched() -> None:
    written = operator("match", variable("CHOICES"), '<qti-correct identifier="CHOICES"/>')
    assert truth(written, CHOICES=("A", "B")) is True
    assert truth(written, CHOICES=("A",)) is False
    assert truth(written) is None


def test_containers_are_built_without_the_null_ones() -> None:
    assert result(operator("multiple", base("identifier", "B"), NULL, choices("A")), "multiple identifier") == (
        "B",
        "A",
    )
    assert result(operator("ordered", NULL), "ordered identifier") is None
    assert result(operator("multiple"), "multiple identifier") is None
    assert result(operator("container-size", choices("AAB")), "single integer") == 3
    assert result(operator("container-size", NULL), "single integer") == 0


@pytest.mark.parametrize(
    ("whole", "part", "expected"),
    [
        (choices("ABC"), choices("CA"), True),
        (choices("AABC"), choices("AA"), True),
        (choices("ABC"), choices("AA"), False),
        (choices("ABC", "ordered"), choices("BC", "ordered"), True),
        (choices("ABC", "ordered"), choices("AC", "ordered"), False),
        (NULL, choices("A"), None),
    ],
)
def test_contains_counts_in_a_set_and_follows_an_order(whole: str, part: str, expected: bool | None) -> None:
    assert truth(operator("contains", whole, part)) is expected


def test_members_are_found_deleted_and_taken_by_place() -> None:
    assert truth(operator("member", base("identifier", "B"), variable("CHOICES")), CHOICES=("A", "B")) is True
    assert truth(operator("member", base("identifier", "B"), variable("CHOICES"))) is None
    deleted = operator("delete", base("identifier", "A"), choices("ABA", "ordered"))
    assert result(deleted, "ordered identifier") == ("B",)
    order = ("C", "A", "B")
    assert result(operator("index", variable("ORDER"), n=1), "single identifier", ORDER=order) == "C"
    assert result(operator("index", variable("ORDER"), n=4), "single identifier", ORDER=order) is None
    assert result(operator("index", variable("ORDER"), n="{WHOLE}"), "single identifier", ORDER=order) is None
    third = operator("index", variable("ORDER"), n="{WHOLE}")
    assert result(third, "single identifier", ORDER=order, WHOLE=(Decimal(3),)) == "B"


def test_texts_are_compared() -> None:
    text = variable("TEXT")
    same = operator("string-match", text, base("string", "Jakarta"), case_sensitive="false")
    assert truth(same, TEXT=("JAKARTA",)) is True
    assert (
        truth(operator("string-match", text, base("string", "Jakarta"), case_sensitive="true"), TEXT=("JAKARTA",))
        is False
    )
    holds = operator("string-match", text, base("string", "kart"), case_sensitive="true", substring="true")
    assert truth(holds, TEXT=("Jakarta",)) is True
    assert truth(operator("substring", base("string", "kart"), text), TEXT=("Jakarta",)) is True
    assert truth(operator("substring", base("string", "KART"), text), TEXT=("Jakarta",)) is False
    assert truth(operator("substring", base("string", "KART"), text, case_sensitive="false"), TEXT=("Jakarta",)) is True
    assert truth(operator("substring", base("string", "kart"), text)) is None
    assert truth(operator("pattern-match", text, pattern="[A-Z][a-z]+"), TEXT=("Jakarta",)) is True
    assert truth(operator("pattern-match", text, pattern="[A-Z]"), TEXT=("Jakarta",)) is False


@pytest.mark.parametrize(
    ("mode", "tolerance", "answer", "expected"),
    [
        ("exact", "", "2.50", True),
        ("exact", "", "2.51", False),
        ("absolute", "0.1", "2.6", True),
        ("absolute", "0.1 0.2", "2.3", True),
        ("absolute", "0.1 0.2", "2.61", False),
        ("relative", "10", "2.75", True),
        ("relative", "10", "2.76", False),
    ],
)
def test_numbers_are_equal_within_a_tolerance(mode: str, tolerance: str, answer: str, expected: bool) -> None:
    attributes = {"tolerance_mode": mode, **({"tolerance": tolerance} if tolerance else {})}
    reference = variable("NUMBER") if tolerance == "0.1 0.2" else '<qti-correct identifier="NUMBER"/>'
    other = '<qti-correct identifier="NUMBER"/>' if tolerance == "0.1 0.2" else variable("NUMBER")
    written = operator("equal", reference, other, **attributes)
    assert truth(written, NUMBER=(Decimal(answer),)) is expected
    assert truth(written) is None


def test_the_ends_of_a_tolerance_can_be_left_out() -> None:
    attributes = {"tolerance_mode": "absolute", "tolerance": "1", "include_upper_bound": "false"}
    assert truth(operator("equal", number(5), number(6), **attributes)) is False
    assert truth(operator("equal", number(5), number(4), **attributes)) is True


@pytest.mark.parametrize(
    ("mode", "figures", "first", "second", "expected"),
    [
        ("significantFigures", 3, "3.175", "3.183", True),
        ("significantFigures", 3, "3.175", "3.1749", False),
        ("decimalPlaces", 2, "1.68572", "1.69", True),
        ("decimalPlaces", 2, "1.68572", "1.68432", False),
        ("significantFigures", 0, "1", "1", None),
    ],
)
def test_numbers_are_equal_once_rounded(mode: str, figures: int, first: str, second: str, expected: bool) -> None:
    written = operator("equal-rounded", number(first), number(second), rounding_mode=mode, figures=figures)
    assert truth(written) is expected


def test_numbers_are_held_against_each_other() -> None:
    said = {
        "lt": [True, False, False],
        "lte": [True, True, False],
        "gt": [False, False, True],
        "gte": [False, True, True],
    }
    for name, expected in said.items():
        assert [truth(operator(name, number(each), number(2))) for each in (1, 2, 3)] == expected
        assert truth(operator(name, NULL, number(2))) is None
    assert truth(operator("duration-lt", base("duration", 5), base("duration", 6))) is True
    assert truth(operator("duration-gte", base("duration", 5), base("duration", 6))) is False


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (operator("sum", numbers("0.1 0.2")), Fraction("0.3")),
        (operator("product", numbers("0.1 3")), Fraction("0.3")),
        (operator("subtract", numbers("1 0.9")), Fraction("0.1")),
        (operator("divide", numbers("1 3")), Fraction(1, 3)),
        (operator("divide", numbers("1 0")), None),
        (operator("power", numbers("2 10")), Fraction(1024)),
        (operator("power", numbers("2 -1")), Fraction(1, 2)),
        (operator("power", numbers("9 0.5")), Fraction(3)),
        (operator("power", numbers("0 -1")), None),
        (operator("power", numbers("-8 0.5")), None),
        (operator("power", numbers("10 1000000000")), None),
        (operator("integer-divide", numbers("-7 2")), Fraction(-4)),
        (operator("integer-modulus", numbers("-7 2")), Fraction(1)),
        (operator("integer-divide", numbers("7 0")), None),
        (operator("round", number("6.5")), Fraction(7)),
        (operator("round", number("-6.5")), Fraction(-6)),
        (operator("truncate", number("-6.8")), Fraction(-6)),
        (operator("integer-to-float", base("integer", 3)), Fraction(3)),
        (operator("min", numbers("3 1 2")), Fraction(1)),
        (operator("max", numbers("3 1 2")), Fraction(3)),
        (operator("gcd", base("integer", 12), base("integer", 18)), Fraction(6)),
        (operator("lcm", base("integer", 4), base("integer", 6)), Fraction(12)),
        (operator("sum", number(1), NULL), None),
        (operator("max", number(1), NULL), None),
        (operator("round-to", number("1234.5"), rounding_mode="significantFigures", figures=2), Fraction(1200)),
        (operator("round-to", number("0.012345"), rounding_mode="significantFigures", figures=3), Fraction("0.0123")),
        (operator("round-to", number("2.345"), rounding_mode="decimalPlaces", figures=2), Fraction("2.35")),
        (operator("math-operator", number("-2.5"), name="abs"), Fraction("2.5")),
        (operator("math-operator", number("-2.5"), name="signum"), Fraction(-1)),
        (operator("math-operator", number("-2.5"), name="floor"), Fraction(-3)),
        (operator("math-operator", number("1000"), name="log"), Fraction(3)),
        (operator("math-operator", number("-1"), name="ln"), None),
        (operator("math-operator", number("2"), name="asin"), None),
        (operator("stats-operator", operator("multiple", numbers("1 2 3 4")), name="mean"), Fraction("2.5")),
        (operator("stats-operator", operator("multiple", numbers("2 4")), name="popSD"), Fraction(1)),
        (operator("stats-operator", operator("multiple", numbers("1 2 3 4")), name="sampleVariance"), Fraction(5, 3)),
        (operator("stats-operator", operator("multiple", numbers("5")), name="sampleVariance"), None),
        (operator("stats-operator", NULL, name="mean"), None),
    ],
)
def test_arithmetic_is_exact(written: str, expected: Fraction | None) -> None:
    assert result(written) == expected


def test_sums_go_over_containers() -> None:
    assert result(operator("sum", variable("NUMBERS")), NUMBERS=(Decimal("0.1"), Decimal("0.2"))) == Fraction("0.3")
    assert result(operator("sum", variable("NUMBERS"))) is None


def test_what_no_fraction_is_has_34_digits_and_is_marked() -> None:
    root = operator("power", numbers("2 0.5"))
    score = run(f'<qti-set-outcome-value identifier="SCORE">{root}</qti-set-outcome-value>')["SCORE"]
    assert score is not None
    assert score.number is not None
    # The square root of 2, OEIS A002193.
    assert score.number.value == Fraction("1.414213562373095048801688724209698")
    assert not score.number.exact


def test_repeat_makes_an_ordered_container() -> None:
    written = operator("repeat", base("identifier", "A"), NULL, base("identifier", "B"), number_repeats=2)
    assert result(written, "ordered identifier") == ("A", "B", "A", "B")
    none = operator("repeat", base("identifier", "A"), number_repeats=0)
    assert result(none, "ordered identifier") is None


@pytest.mark.parametrize(
    ("shape", "coords", "expected"),
    [
        ("circle", "10,10,5", True),
        ("circle", "10,10,4", False),
        ("rect", "0,0,13,14", True),
        ("ellipse", "10,10,4,5", False),
        ("poly", "0,0,20,0,20,20,0,20", True),
        ("default", "", True),
    ],
)
def test_a_point_lies_inside_an_area(shape: str, coords: str, expected: bool) -> None:
    written = operator("inside", variable("POINTS"), shape=shape, coords=coords)
    assert truth(written, POINTS=("13 14", "900 900") if shape != "default" else ("1 1",)) is expected
    assert truth(written) is None


def test_the_fields_of_a_typed_number_can_be_read() -> None:
    given = ("12.50",)
    for field, kind, expected in (
        ("stringValue", "single string", "12.50"),
        ("floatValue", "single float", Fraction("12.5")),
        ("ndp", "single integer", 2),
        ("nsf", "single integer", 4),
        ("integerValue", "single integer", None),
    ):
        written = operator("field-value", variable("TYPED"), field_identifier=field)
        assert result(written, kind, TYPED=given) == expected


def test_random_numbers_depend_on_the_seed_and_on_nothing_else() -> None:
    written = '<qti-random-integer min="10" max="1000" step="10"/>'
    first = [result(written, "single integer", seed=bytes([each])) for each in range(30)]
    assert first == [result(written, "single integer", seed=bytes([each])) for each in range(30)]
    assert len(set(first)) > 15
    assert all(isinstance(each, Fraction) and 10 <= each <= 1000 and each % 10 == 0 for each in first)
    drawn = {result(operator("random", choices("ABC")), "single identifier", seed=bytes([each])) for each in range(50)}
    assert drawn == {"A", "B", "C"}
    wide = result('<qti-random-float min="1" max="2"/>', seed=b"x")
    assert isinstance(wide, Fraction)
    assert 1 <= wide <= 2
    assert result('<qti-random-integer min="5" max="1"/>', "single integer") is None


def test_defaults_and_built_in_variables_are_there() -> None:
    assert result('<qti-default identifier="WHOLE"/>', "single integer") == 7
    assert result('<qti-default identifier="SCORE"/>') is None
    assert result(variable("numAttempts"), "single integer") == 1
    assert result(variable("completionStatus"), "single identifier") == "unknown"
    assert result('<qti-math-constant name="pi"/>') == Fraction("3.141592653589793238462643383279503")
