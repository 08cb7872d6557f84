"""Stored values held against what their facts give: what each feature says when it derives a record again."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_SHOWN = 200
BEFORE = 20


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
    """Return a mismatch with both values as texts; of long ones the part from where they begin to differ."""
    one, other = str(expected), str(found)
    start = 0
    if max(len(one), len(other)) > MOST_SHOWN:
        same = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        start = max(0, same - BEFORE)
    end = start + MOST_SHOWN
    return Mismatch(record=record, kind=kind, expected=one[start:end], found=other[start:end])


def differs(record: str, kind: str, expected: object, found: object) -> Iterator[Mismatch]:
    """Yield a mismatch where the two values are not equal."""
    if expected != found:
        yield mismatch(record, kind, expected, found)
