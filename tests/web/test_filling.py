"""Pages that are drawn once: every place says what it is told, escaped, and nothing that is told is a place."""

from collections.abc import Iterator

import pytest
from flask import g, url_for

from assessment.web.filling import MOST_DRAWN, drawn_once, filled, place
from assessment.web.pages import inline_css, inline_js, policy
from tests.fixtures.sites import Site


@pytest.fixture(autouse=True)
def _page(site: Site) -> Iterator[None]:
    with site.app.test_request_context("/"):
        yield


def test_places_say_what_they_are_told_and_escape_it() -> None:
    drawn = drawn_once(lambda: f'<p title="{place("word")}">{place("number")}</p>', object())
    assert filled(drawn, {"word": '"><b>', "number": 7}) == '<p title="&#34;&gt;&lt;b&gt;">7</p>'
    assert filled(drawn, {"word": place("number"), "number": "~~word~~"}) == '<p title="~~number~~">~~word~~</p>'


def test_a_place_may_stand_in_an_address() -> None:
    drawn = drawn_once(lambda: url_for("exams.start_page", attempt_id=place("attempt"), size=place("size")), object())
    assert filled(drawn, {"attempt": "abc", "size": 2}) == "/exam/abc?size=2"


def test_a_place_that_is_told_nothing_is_an_error() -> None:
    drawn = drawn_once(lambda: place("missing"), object())
    with pytest.raises(KeyError, match="missing"):
        filled(drawn, {})


def test_a_page_is_drawn_once_for_each_key_and_again_when_too_many_are_kept() -> None:
    times: list[int] = []
    own = object()  # what other tests have drawn stays

    def draw(key: int) -> str:
        times.append(key)
        return str(key)

    def page(key: int) -> str:
        return filled(drawn_once(lambda: draw(key), own, key), {})

    assert [page(key) for key in (1, 2, 1, 2)] == ["1", "2", "1", "2"]
    assert times == [1, 2]
    for key in range(3, MOST_DRAWN + 4):
        page(key)
    assert page(1) == "1"
    assert times.count(1) == 2


def test_hashes_go_into_the_policy_of_each_response_that_shows_the_page() -> None:
    inline_js("js/exam/answers.js")
    before = policy()
    drawn = drawn_once(lambda: inline_css("css/tokens.css"), object())
    assert policy() == before
    filled(drawn, {})
    (style,) = drawn.style_hashes
    assert f"style-src 'self' 'sha256-{style}'" in policy()
    assert before.partition("; style-src")[0] in policy()
    g.pop("style_hashes")
    filled(drawn, {})
    assert style in policy()
