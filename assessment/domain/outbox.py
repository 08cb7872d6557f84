"""What a device sends in batches and may send again: each entry is known by (client, seq), and none is lost.

An entry that was stored is acknowledged again when it comes again. The same key with another content is stored
under a number that the server gives: client `CLIENT~SEQ`, which no device can send, and seq 1, 2, … in the order
of arrival. What the entries hold stands in `exams.events` and `practicals.delivery`.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from assessment.domain.errors import N_, Invalid

MAXIMUM_BODY = 256 * 1024
MAXIMUM_ID = 64

Key = tuple[str, int]

# One shape for client, item and response identifiers; response identifiers are QTI identifiers.
_IDENTIFIER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]*")
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_body(body: bytes) -> Any:
    """Return the JSON value of a body. Raises Invalid above 256 KiB and when it is not JSON."""
    if len(body) > MAXIMUM_BODY:
        raise Invalid(N_("Expected at most %(limit)s bytes, got %(got)s."), limit=MAXIMUM_BODY, got=len(body))
    try:
        return _decode(body)
    except (ValueError, RecursionError) as error:
        raise Invalid(N_("Expected a body of JSON, got something else: %(detail)s."), detail=error) from error


def _decode(body: bytes) -> Any:
    """Read JSON; half of a surrogate pair, which a browser can send, must cost its own entry only."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return json.loads(body, parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


def stored_key(key: Key, known: Mapping[Key, str], digest_under: Callable[[Key], str]) -> Key:
    """Return the key under which this very entry is stored, or under which it would be.

    `known` maps the keys that are taken, those of `second_client` among them, to the digests of what is stored
    there; `digest_under` returns the entry's own digest as it would be under another key.
    """
    if key not in known or known[key] == digest_under(key):
        return key
    number = 1
    while (second := (second_client(key), number)) in known:
        if known[second] == digest_under(second):
            return second
        number += 1
    return second


def second_client(key: Key) -> str:
    """Return the client under which the server keeps what came under a key that was taken."""
    client, seq = key
    return f"{client}~{seq}"


def is_identifier(value: object) -> bool:
    """Whether a value is an identifier: at most 64 letters, digits and `_ . : -`, a letter, digit or `_` first."""
    return isinstance(value, str) and len(value) <= MAXIMUM_ID and _is_identifier(value)


@lru_cache(maxsize=10_000)
def _is_identifier(text: str) -> bool:
    """A device sends the same few names with every answer."""
    return _IDENTIFIER.fullmatch(text) is not None


def is_storable(value: object) -> bool:
    """Whether a value is a text that every database holds.

    NUL is refused by PostgreSQL and aborts a whole batch; a lone surrogate has no UTF-8.
    """
    return isinstance(value, str) and "\0" not in value and (value.isascii() or not _SURROGATE.search(value))
