"""JSON that arrives from strangers, and the one form in which a credential is stored and hashed.

Reading refuses what two readers could understand differently: a member twice, numbers that are not JSON,
half of a surrogate pair. Writing follows the JSON Canonicalization Scheme (RFC 8785) for the values that a
credential holds: text, whole numbers, booleans, lists, objects with ASCII names.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping

import msgspec

from assessment.domain.errors import N_, Invalid

MAX_BYTES = 512 * 1024
MAX_DEPTH = 64  # of lists and objects inside each other; our own documents have under ten

Members = Callable[[list[tuple[str, object]]], dict[str, object]]


def once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return an object's members. Raises ValueError when one stands twice."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


_SORTED = msgspec.json.Encoder(order="sorted")


def read_object(content: bytes) -> dict[str, object]:
    """Parse one JSON object in UTF-8.

    Raises Invalid when it is larger than 512 KiB, not UTF-8, not JSON, nested more than 64 deep, names a member
    twice, holds half of a surrogate pair or a number that is not finite, or is not an object.
    """
    if len(content) > MAX_BYTES:
        raise Invalid(N_("Expected at most %(limit)s KiB, got %(got)s KiB."), limit=512, got=len(content) // 1024)
    try:
        value = read_value(content.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError, ValueError):
        raise Invalid(N_("This is not readable JSON.")) from None
    if not isinstance(value, dict):
        raise Invalid(N_("Expected a JSON object."))
    return value


def read_value(text: str, members: Members = once_each) -> object:
    """Parse any JSON value, as strictly as `read_object`; `members` makes an object of its pairs.

    Raises ValueError, or RecursionError where it is nested deeper than Python reads.
    """
    value: object = json.loads(text, object_pairs_hook=members, parse_constant=_no_constant, parse_float=_finite)
    _check_depth(value)
    if "\\u" in text:
        # Only an escape brings half of a surrogate pair into a text that was UTF-8; writing it out again fails.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def write_object(document: Mapping[str, object]) -> bytes:
    """Write a document in its canonical bytes: members sorted, no white space, UTF-8 (RFC 8785)."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def write_around(document: Mapping[str, object], place: tuple[str, str], text: bytes) -> bytes:
    """Write a document as `write_object` does, but many times as fast, where one part is written already.

    `place`: the member and the member inside it that stands there; `text`: what `write_object` made of that. The rest
    holds texts, whole numbers and truth values alone; not for somebody else's document, whose fractions `write_object`
    writes otherwise.
    """
    outer, inner = place
    around = document[outer]
    if not isinstance(around, dict):
        raise TypeError(f"Expected an object in {outer}.")
    return _SORTED.encode({**document, outer: {**around, inner: msgspec.Raw(text)}})


def digest(document: Mapping[str, object]) -> bytes:
    """Return the SHA-256 (32 bytes) of a document's canonical bytes; layout does not matter."""
    return hashlib.sha256(write_object(document)).digest()


def _check_depth(value: object) -> None:
    """Refuse deep nesting without descending into it: whoever shows or writes the value later would."""
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each if isinstance(each, list) else ())
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise ValueError("too deep")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text[:40])
    return number


def _no_constant(name: str) -> object:
    raise ValueError(name)
