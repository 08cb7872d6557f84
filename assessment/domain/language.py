"""Which languages there are, and which one a text is shown in when the reader's is missing; nothing is translated.

Titles, statements and items are rows by language: a code of BCP 47, for example "id" or "en-GB".
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

# The languages of the pages, each by its own name.
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}

# The languages of the pages that check a certificate, which a reader anywhere may open (BCP 47).
PUBLIC_LANGUAGES = {
    **LANGUAGES,
    "ja": "日本語",
    "ko": "한국어",
    "zh-Hans": "简体中文",
    "zh-Hant": "繁體中文",
    "de": "Deutsch",
    "ar": "العربية",
    "ms": "Bahasa Melayu",
}

RIGHT_TO_LEFT = frozenset({"ar"})

# Where Chinese is written in the traditional script, when a browser names the place only.
_TRADITIONAL = frozenset({"tw", "hk", "mo"})

# What a text is shown in where the reader's language is missing.
FALLBACK = ("id", "en")

T = TypeVar("T")


def chosen_language(accepted: Iterable[str], offered: Iterable[str]) -> str | None:
    """Return the first offered language that a reader accepts; None when there is none.

    `accepted` are the language tags of a browser, the dearest first. A regional form (de-AT) stands for its
    language; Chinese is told apart by its script, or by its place (zh-TW).
    """
    known = set(offered)
    return next((code for code in map(_language_of, accepted) if code in known), None)


def _language_of(tag: str) -> str:
    code, *rest = tag.lower().replace("_", "-").split("-")
    if code == "zh":
        return "zh-Hant" if "hant" in rest or ("hans" not in rest and _TRADITIONAL & set(rest)) else "zh-Hans"
    return {"in": "id"}.get(code, code)  # "in" is what old Android says for Indonesian


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
