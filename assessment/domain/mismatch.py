"""Stored values held against what their facts give: what each feature says when it derives a record again."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_SHOWN = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Mismatch:
    """One stored value that does not follow from its facts.

    `record`: table and key; `kind`: which value of it; `expected`: what the facts give; `found`: what is stored.
    """

    record: str
    kind: str
    expected: str
    found: str


def mismatch(record: str, kind: str, expected: object, found: object) -> Mismatch:
    """Return a mismatch with both values as texts; long values are cut."""
    return Mismatch(record=record, kind=kind, expected=str(expected)[:MOST_SHOWN], found=str(found)[:MOST_SHOWN])


def differs(record: str, kind: str, expected: object, found: object) -> Iterator[Mismatch]:
    """Yield a mismatch where the two values are not equal."""
    if expected != found:
        yield mismatch(record, kind, expected, found)
