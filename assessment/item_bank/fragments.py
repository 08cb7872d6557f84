"""The HTML of an item as a page may hold it: cleaned once more, with the addresses of the item's files."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from assessment.domain.items.qti.fragment import clean_fragment
from assessment.item_bank.shown import ShownOption

MOST_CLEANED = 8192

RIGHT_TO_LEFT = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})

_FILE = re.compile(r'\b(src|href|poster)="file:([^"<>]+)"')
_NO_SOURCE = re.compile(r'<img(?![^>]*\bsrc=")(?:[^>]*?\balt="([^"]*)")?[^>]*>')
_PLAYER = re.compile(r"<(audio|video)(?: controls(?:=\"[^\"]*\")?)?(?=[ >])")


def direction_of(language: str) -> str:
    """Return "rtl" for a language that is written from right to left, else "ltr"."""
    return "rtl" if language.partition("-")[0].lower() in RIGHT_TO_LEFT else "ltr"


def safe_html(fragment: str, files: Mapping[str, str] | None = None) -> Markup:
    """Return an item's HTML with nothing in it that acts; `files` are the addresses of its files by name."""
    return markup_of(_cleaned(fragment), files or {})


# A room shows the same items again and again, each time in another order.
_cleaned = lru_cache(maxsize=MOST_CLEANED)(clean_fragment)


def markup_of(clean: str, files: Mapping[str, str]) -> Markup:
    """Return a fragment that is clean already, with the addresses of its files and controls for what plays.

    A picture whose file is unknown is what it shows in words.
    """

    def place(found: re.Match[str]) -> str:
        return f'{found[1]}="{escape(files[found[2]])}"' if found[2] in files else ""

    return Markup(_PLAYER.sub(r'<\1 controls preload="metadata"', _NO_SOURCE.sub(r"\1", _FILE.sub(place, clean))))


def options_of(
    choices: Iterable[tuple[str, str]], values: tuple[str, ...], files: Mapping[str, str]
) -> tuple[ShownOption, ...]:
    """Return options from identifiers and words, those among `values` chosen."""
    return tuple(
        ShownOption(value=identifier, html=safe_html(html, files), chosen=identifier in values)
        for identifier, html in choices
    )
