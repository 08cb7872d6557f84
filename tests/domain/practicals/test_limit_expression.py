"""Limits by expression: exact, of one small grammar, and refused with the place where they end to make sense."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.practicals.limit_expression import DEEPEST, LONGEST, NAMES, parse_limit

PIECE = {"t": Decimal(10), "s": Decimal("8.5"), "a": Decimal("4.2"), "b": Decimal(12)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", "0.5"),
        ("min(0.05*t, 0.5)", "0.5"),
        ("min(0.05*t, 0.6)", "0.5"),
        ("1 + 0.25*b", "4"),
        ("1+0.1*b - 0.2", "2"),
        ("2 - 1 - 1", "0"),
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("max(a, s, min(t, b))", "10"),
        ("0.2*s", "1.7"),
        ("0.15 * a", "0.63"),
        ("  t  ", "10"),
        ("0.1*0.1*0.1", "0.001"),
        ("t*t", "100"),
    ],
)
def test_a_limit_is_calculated_exactly(text: str, value: str) -> None:
    assert parse_limit(text).value(PIECE) == Decimal(value)
    assert "E" not in str(parse_limit(text).value(PIECE))


def test_a_limit_says_which_dimensions_it_needs() -> None:
    assert parse_limit("min(0.3*a, 3) + 0*t").names == {"a", "t"}
    assert parse_limit("0.5").names == frozenset()
    with pytest.raises(Invalid, match=r"Expected the dimensions of 0\.3\*a, got none for a\."):
        parse_limit("0.3*a").value({"t": Decimal(3)})


@pytest.mark.parametrize("size", ["0", "-1", "NaN", "Infinity"])
def test_a_dimension_is_above_zero(size: str) -> None:
    with pytest.raises(Invalid, match="Expected t to be above zero"):
        parse_limit("0.1*t").value({"t": Decimal(size)})


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 1),
        ("min(1", 6),
        ("min()", 5),
        ("min 1, 2", 4),
        ("0.1t", 4),
        ("0.1*", 5),
        ("1 2", 2),
        ("t/2", 2),
        ("x", 1),
        ("tt", 1),
        ("-1", 1),
        ("1e3", 2),
        ("0x10", 2),
        ("1..2", 1),
        ("0,5", 2),
        ("0.1234567", 1),
        ("12345678901", 1),
        ("__import__('os')", 1),
        ("t**2", 3),
        ("٣", 1),
        ("min(1, 2))", 10),
        ("t;", 2),
    ],
)
def test_anything_else_is_refused_with_its_place(text: str, place: int) -> None:
    with pytest.raises(Invalid) as refused:
        parse_limit(text)
    assert refused.value.values["place"] == place


def test_a_hostile_limit_ends_soon() -> None:
    for text in ("(" * (DEEPEST + 1) + "1" + ")" * (DEEPEST + 1), "min(" * 40 + "1" + ")" * 40, "1+" * LONGEST + "1"):
        with pytest.raises(Invalid):
            parse_limit(text)
    with pytest.raises(Invalid, match="at most six decimals"):
        parse_limit("*".join(["999999999"] * 19)).value({})
    with pytest.raises(Invalid, match="at most six decimals"):
        parse_limit("0.000001*0.1").value({})


_NUMBERS = st.decimals(min_value=0, max_value=99, places=2).map(lambda number: f"{number:f}")
_TEXTS = st.recursive(
    st.one_of(_NUMBERS, st.sampled_from(NAMES)),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"),
        st.tuples(st.sampled_from(("min", "max")), inner, inner).map(lambda p: f"{p[0]}({p[1]}, {p[2]})"),
    ),
    max_leaves=4,
)


@given(_TEXTS)
def test_the_grammar_agrees_with_python_on_what_it_takes(text: str) -> None:
    """An independent reading: Python's own, with exact decimals for the numbers."""
    try:
        found = parse_limit(text).value(PIECE)
    except Invalid:
        return
    quoted = re.sub(r"[0-9]+(\.[0-9]+)?", lambda number: f"Decimal('{number[0]}')", text)
    assert found == eval(quoted, {"Decimal": Decimal, "min": min, "max": max, **PIECE})
