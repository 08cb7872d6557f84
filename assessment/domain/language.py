"""Which languages there are, and which one a text is shown in when the reader's is missing; nothing is translated.

Titles, statements and items are rows by language: a code of BCP 47, for example "id" or "en-GB".
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

# The languages of the pages, each by its own name.
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

# What a text is shown in where the reader's language is missing.
FALLBACK = ("id", "en")

T = TypeVar("T")


def nearest(available: Iterable[str], wished: str) -> str | None:
    """Return the wished language, else Indonesian, else English, else the first there is; None without any.

    A regional form (en-GB) stands for its language.
    """
    found = sorted(available)
    for code in (wished, *FALLBACK):
        for candidate in (code, *(each for each in found if each.partition("-")[0] == code)):
            if candidate in found:
                return candidate
    return found[0] if found else None


def in_language(said: Mapping[str, T], wished: str) -> T | None:
    """Return what is said in the wished language or the nearest there is; None where nothing is.

    An empty text says nothing.
    """
    spoken = {code: value for code, value in said.items() if value}
    code = nearest(spoken, wished)
    return None if code is None else spoken[code]


def text_in(said: Mapping[str, str], wished: str) -> str:
    """Return a text as `in_language` does, empty where nothing is said."""
    return in_language(said, wished) or ""
