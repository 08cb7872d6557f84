"""The plain writing of authors: what it makes, and that every clean fragment can be opened again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.domain.items.authoring.markup import (
    alternatives,
    picture_names,
    to_html,
    to_line,
    to_source,
    visible,
)
from assessment.domain.items.qti.fragment import clean_fragment


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("One\ntwo\n\nthree", "<p>One<br/>two</p><p>three</p>"),
        ("**bold** m^2^ H~2~O", "<p><strong>bold</strong> m<sup>2</sup> H<sub>2</sub>O</p>"),
        ("- a\n- b\n\n1. c\n2. d", "<ul><li>a</li><li>b</li></ul><ol><li>c</li><li>d</li></ol>"),
        ("Look:\n- a", "<p>Look:</p><ul><li>a</li></ul>"),
        ("< 5 mm & > 3 mm", "<p>&lt; 5 mm &amp; &gt; 3 mm</p>"),
        (r"\*\*no\*\* 2 \^ 3", "<p>**no** 2 ^ 3</p>"),
        ("~5 to ~6 and 3 ^ 4", "<p>~5 to ~6 and 3 ^ 4</p>"),
        ("", ""),
    ],
)
def test_the_plain_writing(source: str, html: str) -> None:
    assert to_html(source) == html


def test_a_short_text_stands_inside_a_line() -> None:
    assert to_line("mm^2^") == "mm<sup>2</sup>"
    assert to_line("one\n\ntwo") == "<p>one</p><p>two</p>"


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "**<script>alert(1)</script>**",
        '<svg onload="alert(1)"></svg>',
    ],
)
def test_nothing_acts(hostile: str) -> None:
    for html in (to_html(hostile), to_line(hostile)):
        assert "<script" not in html
        assert "<svg" not in html
        assert "onerror=" not in html.replace("&lt;", "")
        assert "onclick" not in html
        assert "javascript" not in html


@pytest.mark.parametrize(
    "html",
    [
        "<p>One<br/>two</p><ul><li>a <strong>b</strong></li></ul>",
        "<p>1. not a list</p>",
        "<p>- not a list<br/>2. nor this</p>",
        "<p>a*b ** c ~ d ^ e</p>",
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        "<p>an <em>emphasis</em></p>",
        "plain words",
        "an <em>emphasis</em> in a line",
        "a<p>b</p>c",
    ],
)
def test_every_fragment_is_opened_and_comes_back(html: str) -> None:
    clean = clean_fragment(html)
    for line in (False, True):
        written = to_source(clean, line=line)
        assert (to_line if line else to_html)(written) == clean


@given(st.text(alphabet="ab*^~!-<>&[]\\1. \n", max_size=30))
def test_what_is_written_comes_back_the_same(source: str) -> None:
    html = to_html(source)
    assert to_html(to_source(html)) == html
    line = to_line(source)
    assert to_line(to_source(line, line=True)) == line


def test_a_picture_stands_with_its_words() -> None:
    html = to_html("Look: ![weld.png]", {"weld.png": 'A "bad" weld'})
    assert 'src="file:weld.png"' in html
    assert alternatives(html) == {"weld.png": 'A "bad" weld'}
    assert picture_names(to_source(html)) == ["weld.png"]


def test_an_unknown_picture_stays_as_it_was_typed() -> None:
    assert to_html("![nothing.png]") == "<p>![nothing.png]</p>"


def test_visible_words_have_no_markup() -> None:
    assert visible("<p>a &lt; b</p><ul><li>c</li></ul>") == "a < b c"
