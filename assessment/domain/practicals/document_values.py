"""The values in a task document, each read with its path: what was expected and what was found is said.

Every function raises Invalid, with `path` among its values, when the value is another one.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from assessment.domain.errors import N_, Invalid
from assessment.domain.practicals.measurement import parse_value

LONGEST_TEXT = 8_000
MOST_ENTRIES = 200

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")

Texts = Mapping[str, str]


def object_at(
    value: object, path: str, members: frozenset[str], *, optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return an object that has these members and no others."""
    fields = mapping_at(value, path)
    missing = sorted(members - optional - fields.keys())
    if missing:
        raise Invalid(
            N_("%(path)s: expected the member %(missing)s, got %(got)s."),
            path=path or "task",
            missing=", ".join(missing),
            got=", ".join(sorted(map(str, fields))) or "none",
        )
    unknown = sorted(str(name) for name in fields if name not in members)
    if unknown:
        raise Invalid(
            N_("%(path)s: expected only the members %(expected)s, got %(got)s too."),
            path=path or "task",
            expected=", ".join(sorted(members)),
            got=", ".join(unknown),
        )
    return fields


def mapping_at(value: object, path: str) -> Mapping[str, Any]:
    """Return an object, whatever its members."""
    if not isinstance(value, Mapping):
        raise Invalid(N_("%(path)s: expected an object, got %(got)s."), path=path or "task", got=shown(value))
    return value


def entries_at(value: object, path: str) -> Iterable[tuple[int, object]]:
    """Return the entries of a list with their places."""
    if not isinstance(value, list) or not 0 < len(value) <= MOST_ENTRIES:
        raise Invalid(
            N_("%(path)s: expected a list of 1 to %(most)s entries, got %(got)s."),
            path=path,
            most=MOST_ENTRIES,
            got=len(value) if isinstance(value, list) else shown(value),
        )
    return enumerate(value)


def texts_at(value: object, path: str, languages: frozenset[str] | None) -> Texts:
    """Return a text in each of the languages; None: in those that are given."""
    given = mapping_at(value, path)
    wanted = languages if languages is not None else frozenset(given)
    if not wanted or given.keys() != wanted or not all(_LANGUAGE.fullmatch(str(name)) for name in wanted):
        raise Invalid(
            N_("%(path)s: expected a text in each of %(languages)s, got %(got)s."),
            path=path,
            languages=", ".join(sorted(languages or {"id", "en"})),
            got=", ".join(sorted(map(str, given))) or "none",
        )
    return {name: text_at(given[name], f"{path}.{name}") for name in sorted(given)}


def text_at(value: object, path: str) -> str:
    """Return a text without the space around it."""
    if (
        not isinstance(value, str)
        or not value.strip()
        or len(value) > LONGEST_TEXT
        or "\0" in value
        or re.search("[\ud800-\udfff]", value)
    ):
        raise Invalid(
            N_("%(path)s: expected a text of 1 to %(most)s characters, got %(got)s."),
            path=path,
            most=LONGEST_TEXT,
            got=shown(value),
        )
    return value.strip()


def code_at(value: object, path: str) -> str:
    """Return a code: letters, digits, points and hyphens."""
    if not isinstance(value, str) or not _CODE.fullmatch(value):
        raise Invalid(
            N_("%(path)s: expected a code of up to 40 letters, digits, points and hyphens, got %(got)s."),
            path=path,
            got=shown(value),
        )
    return value


def one_of_at(value: object, path: str, choices: tuple[str, ...]) -> str:
    """Return one of the choices."""
    if not isinstance(value, str) or value not in choices:
        raise Invalid(
            N_("%(path)s: expected one of %(choices)s, got %(got)s."),
            path=path,
            choices=", ".join(choices) or "none",
            got=shown(value),
        )
    return value


def whole_at(value: object, path: str, low: int, high: int) -> int:
    """Return a whole number in a range."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Invalid(
            N_("%(path)s: expected a whole number from %(low)s to %(high)s, got %(got)s."),
            path=path,
            low=low,
            high=high,
            got=shown(value),
        )
    return value


def decimal_at(value: object, path: str, most: Decimal) -> Decimal:
    """Return a number as text, above zero and at most `most`."""
    try:
        found = parse_value(value if isinstance(value, str) else "")
    except Invalid:
        found = Decimal(0)
    if not 0 < found <= most:
        raise Invalid(
            N_('%(path)s: expected a number as text above 0 and up to %(most)s, such as "0.5", got %(got)s.'),
            path=path,
            most=most,
            got=shown(value),
        )
    return found


def truth_at(value: object, path: str) -> bool:
    """Return true or false."""
    if not isinstance(value, bool):
        raise Invalid(N_("%(path)s: expected true or false, got %(got)s."), path=path, got=shown(value))
    return value


def each_once(codes: list[str], path: str) -> None:
    """Refuse a code that stands twice."""
    for code in codes:
        if codes.count(code) > 1:
            raise Invalid(N_("%(path)s: expected each code once, got %(got)s twice."), path=path, got=code)


def shown(value: object) -> str:
    """Return what was found, short enough for a sentence."""
    text = repr(value)
    return text if len(text) <= 80 else text[:79] + "…"
