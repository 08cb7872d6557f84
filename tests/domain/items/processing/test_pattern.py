"""Patterns of XML Schema, in time that no pattern and no text can make long."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.errors import Invalid
from assessment.domain.items.processing.pattern import read_pattern


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("[0-9]+(\\.[0-9]+)?", ["1", "12.5"], ["", "1.", ".5", "12,5"]),
        ("\\d{3}-\\d{4}", ["555-1234"], ["5551234", "555-12345"]),
        ("[a-z-[aeiou]]+", ["xyz"], ["xay", ""]),
        ("[^0-9]*", ["", "abc"], ["a1"]),
        ("\\p{Lu}\\p{Ll}*", ["Übung", "A"], ["übung", "AB"]),
        ("\\P{Lu}+", ["abc"], ["aBc"]),
        ("^yes|no$", ["yes", "no"], ["yesno", ""]),
        ("a{2,3}", ["aa", "aaa"], ["a", "aaaa"]),
        ("(?:ab)*", ["", "abab"], ["aba"]),
        (".", ["x", "é"], ["\n", ""]),
        ("\\s*\\i\\c*\\s*", [" name-1 "], ["1name"]),
        ("[\\-+]?\\w+", ["-a1", "+b"], ["--a"]),
        ("", [""], ["a"]),
    ],
)
def test_a_pattern_covers_the_whole_text(pattern: str, fits: list[str], does_not: list[str]) -> None:
    read = read_pattern(pattern)
    assert [text for text in fits if not read.matches(text)] == []
    assert [text for text in does_not if read.matches(text)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "[",
        "[]",
        "a{2",
        "a{3,2}",
        "*a",
        "(?=a)",
        "(?<n>a)",
        "\\1",
        "\\b",
        "\\p{IsGreek}",
        "[z-a]",
        "a{999}",
        "{NAME}",
    ],
)
def test_what_is_not_of_xml_schema_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid):
        read_pattern(pattern)


@pytest.mark.parametrize(
    "pattern", ["a" * 501, "(" * 30 + ")" * 30, "((a{200}){200}){200}", "((((){200}){200}){200}){200}", "[" * 60]
)
def test_a_pattern_that_is_too_large_is_refused(pattern: str) -> None:
    with pytest.raises(Invalid):
        read_pattern(pattern)


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|a)*b", "(a|aa)+b", "([ab]*a[ab]{100})*c"])
def test_bombs_of_backtracking_engines_end(pattern: str) -> None:
    # The number of steps is that of the text; a backtracking engine would not end in the age of the universe.
    assert not read_pattern(pattern).matches("a" * 4096)


@given(
    st.text(alphabet="ab|()*?+", max_size=12).filter(lambda text: "**" not in text), st.text(alphabet="ab", max_size=8)
)
def test_it_agrees_with_the_engine_of_python_where_both_read_a_pattern(pattern: str, text: str) -> None:
    try:
        read = read_pattern(pattern)
        other = re.compile(pattern)
    except (Invalid, re.error):
        return
    if re.search(r"[*?+][*?+]|\(\?", pattern):
        return
    assert read.matches(text) is (other.fullmatch(text) is not None)
