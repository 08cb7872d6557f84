"""Which language stands in for a missing one."""

import pytest

from assessment.domain.language import in_language, nearest, text_in


@pytest.mark.parametrize(
    ("available", "wished", "expected"),
    [
        (["en", "id"], "en", "en"),
        (["en", "id"], "ja", "id"),
        (["en-GB", "ja"], "en", "en-GB"),
        (["en-GB", "ja"], "id", "en-GB"),
        (["ja"], "id", "ja"),
        ([], "id", None),
    ],
)
def test_the_nearest_language(available: list[str], wished: str, expected: str | None) -> None:
    assert nearest(available, wished) == expected


def test_an_empty_text_says_nothing() -> None:
    assert text_in({"en": "", "id": "Las"}, "en") == "Las"


def test_nothing_said_is_an_empty_text() -> None:
    assert in_language({}, "en") is None
    assert text_in({"en": ""}, "en") == ""
