"""Response events, format version 1: what a device sends for every answer, and what the server keeps.

The body is `{v: 1, events: [{client, seq, item, response, lang, elapsed}], unsent?, place?}`: how many events stay
on the device after this batch and the number of the question that is open. One without events says only that the
device is there.
Each event is judged by itself: a bad one never costs another its place. `response` maps a response
identifier to its value in QTI's own lexical forms: a string, a list of strings for multiple and ordered
cardinality, or null for no response. `elapsed` counts milliseconds since the page was opened, by the
device's own clock; it is kept for statistics and decides nothing.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from assessment.domain.errors import N_, Invalid
from assessment.domain.items import lexical
from assessment.domain.outbox import MAXIMUM_BODY, MAXIMUM_ID, Key, is_identifier, is_storable, read_body

FORMAT_VERSION = 1

MAXIMUM_EVENTS = 500
MAXIMUM_SEQ = 2**53 - 1
MAXIMUM_ELAPSED = 7 * 24 * 3600 * 1000
MAXIMUM_COUNT = 1_000_000
MAXIMUM_RESPONSES = 64
MAXIMUM_VALUES = 200
MAXIMUM_RESPONSE_BYTES = 16 * 1024

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_FIELDS = frozenset({"client", "seq", "item", "response", "lang", "elapsed"})
_canonical = msgspec.json.Encoder(order="sorted")
_RECEIPT_PREFIX = b"teruji receipt v1\n"

Value = str | tuple[str, ...] | None
_Number = Annotated[int, Meta(ge=0, le=MAXIMUM_SEQ)]
_Milliseconds = Annotated[int, Meta(ge=0, le=MAXIMUM_ELAPSED)]
_Values = Annotated[tuple[str, ...], Meta(max_length=MAXIMUM_VALUES)]
_Response = Annotated[Mapping[str, str | _Values | None], Meta(min_length=1, max_length=MAXIMUM_RESPONSES)]


class Malformed(StrEnum):
    """Why an event could not be read; stable codes on the wire."""

    NOT_AN_OBJECT = "not_an_object"
    MEMBERS = "bad_members"
    CLIENT = "bad_client"
    SEQ = "bad_seq"
    ITEM = "bad_item"
    RESPONSE = "bad_response"
    LANG = "bad_lang"
    ELAPSED = "bad_elapsed"
    TOO_LARGE = "too_large"


class Event(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One response event as the device sent it; (client, seq) is its key within the attempt."""

    client: str
    seq: _Number
    item: str
    response: _Response
    lang: str
    elapsed: _Milliseconds

    @property
    def key(self) -> Key:
        """The event's key within its attempt."""
        return (self.client, self.seq)

    @property
    def answered(self) -> bool:
        """Whether the event holds any response at all."""
        return any(value not in (None, "", ()) for value in self.response.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreadable:
    """An event that was refused by its shape. `client` and `seq` are None where they could not be read."""

    place: int
    client: str | None
    seq: int | None
    reason: Malformed


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """The events of one body in the order they were sent, and those that could not be read.

    `unsent` and `place` are what the device says of itself, None where it does not.
    """

    events: tuple[Event, ...]
    unreadable: tuple[Unreadable, ...]
    unsent: int | None = None
    place: int | None = None


class _Sound(msgspec.Struct, frozen=True, kw_only=True):
    """A body in which nothing is wrong in shape, which is what almost every device sends."""

    v: Literal[1]
    events: Annotated[list[Event], Meta(max_length=MAXIMUM_EVENTS)]
    unsent: int | None = None
    place: int | None = None


_sound = msgspec.json.Decoder(_Sound)


def parse(body: bytes) -> Batch:
    """Read a body.

    Raises Invalid when the body as a whole cannot be read: above 256 KiB, not JSON, another format version,
    no list of events, or more than 500 of them.
    """
    if len(body) <= MAXIMUM_BODY:
        with suppress(msgspec.DecodeError, RecursionError):
            read = _sound.decode(body)
            if all(_wrong(event) is None for event in read.events):
                return Batch(
                    events=tuple(read.events), unreadable=(), unsent=_count(read.unsent), place=_count(read.place)
                )
    return _parse_each(body)


def _parse_each(body: bytes) -> Batch:
    """Read a body in which something is wrong, an event at a time."""
    value = read_body(body)
    if not isinstance(value, dict) or not _is_int(value.get("v")) or value["v"] != FORMAT_VERSION:
        got = value.get("v") if isinstance(value, dict) else type(value).__name__
        raise Invalid(N_("Expected response events of format version 1, got %(got)s."), got=got)
    entries = value.get("events")
    if not isinstance(entries, list) or len(entries) > MAXIMUM_EVENTS:
        raise Invalid(
            N_("Expected a list of at most %(limit)s events, got %(got)s."),
            limit=MAXIMUM_EVENTS,
            got=len(entries) if isinstance(entries, list) else type(entries).__name__,
        )
    events: list[Event] = []
    unreadable: list[Unreadable] = []
    for place, entry in enumerate(entries):
        read = parse_event(entry)
        if isinstance(read, Event):
            events.append(read)
        else:
            fields = entry if isinstance(entry, dict) else {}
            client, seq = fields.get("client"), fields.get("seq")
            unreadable.append(
                Unreadable(
                    place=place,
                    client=client if is_identifier(client) else None,
                    seq=seq if _is_int_between(seq, 0, MAXIMUM_SEQ) else None,
                    reason=read,
                )
            )
    return Batch(
        events=tuple(events),
        unreadable=tuple(unreadable),
        unsent=_count(value.get("unsent")),
        place=_count(value.get("place")),
    )


def parse_event(entry: object) -> Event | Malformed:
    """Return the event, or the first reason why it cannot be one. Never raises."""
    if not isinstance(entry, dict):
        return Malformed.NOT_AN_OBJECT
    if entry.keys() != _FIELDS:
        return Malformed.MEMBERS
    response = entry["response"]
    if isinstance(response, dict):
        response = {name: tuple(given) if isinstance(given, list) else given for name, given in response.items()}
    event = Event(
        client=entry["client"],
        seq=entry["seq"],
        item=entry["item"],
        response=response,
        lang=entry["lang"],
        elapsed=entry["elapsed"],
    )
    return _wrong(event) or event


def _wrong(event: Event) -> Malformed | None:
    """Return what is wrong with an event first, whatever its members are."""
    if not is_identifier(event.client):
        return Malformed.CLIENT
    if not is_identifier(event.item):
        return Malformed.ITEM
    if not _is_int_between(event.seq, 0, MAXIMUM_SEQ):
        return Malformed.SEQ
    if (wrong := _wrong_response(event.response)) is not None:
        return wrong
    if not isinstance(event.lang, str) or len(event.lang) > MAXIMUM_ID or not _is_language(event.lang):
        return Malformed.LANG
    if not _is_int_between(event.elapsed, 0, MAXIMUM_ELAPSED):
        return Malformed.ELAPSED
    return None


def _count(value: object) -> int | None:
    """Return a small number, or None: what a device says of itself is never a reason to refuse its answers."""
    return value if isinstance(value, int) and _is_int_between(value, 0, MAXIMUM_COUNT) else None


def _wrong_response(response: object) -> Malformed | None:
    if not isinstance(response, dict) or not 1 <= len(response) <= MAXIMUM_RESPONSES:
        return Malformed.RESPONSE
    size = 0
    for name, given in response.items():
        if not isinstance(name, str) or not lexical.is_identifier(name):
            return Malformed.RESPONSE
        texts = given if isinstance(given, tuple) else () if given is None else (given,)
        if len(texts) > MAXIMUM_VALUES:
            return Malformed.RESPONSE
        for text in texts:
            if not is_storable(text):
                return Malformed.RESPONSE
            size += len(text) if text.isascii() else len(text.encode())
    return None if size <= MAXIMUM_RESPONSE_BYTES else Malformed.TOO_LARGE


@lru_cache(maxsize=1_000)
def _is_language(text: str) -> bool:
    """Devices send the same few again and again."""
    return _LANGUAGE.fullmatch(text) is not None


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_int_between(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def response_to_json(response: Mapping[str, Value]) -> dict[str, Any]:
    """Return a response as the JSON value that is stored and sent."""
    return {name: list(given) if isinstance(given, tuple) else given for name, given in response.items()}


def stored_response(value: Mapping[str, Any]) -> dict[str, Value]:
    """Read a response that this server has stored, and judged before it did."""
    return {name: tuple(given) if type(given) is list else given for name, given in value.items()}


def response_from_json(value: Mapping[str, Any]) -> dict[str, Value]:
    """Read a stored response. Raises Invalid when it is not one."""
    read = stored_response(value)
    if _wrong_response(read) is not None:
        raise Invalid(N_("Expected a stored response, got %(got)s."), got=value)
    return read


def canonical(event: Event) -> bytes:
    """Return the bytes of an event: compact JSON with sorted members, UTF-8, with `v`.

    Two events with the same key are the same event exactly when these bytes are equal.
    """
    value = {
        "v": FORMAT_VERSION,
        "client": event.client,
        "seq": event.seq,
        "item": event.item,
        "response": event.response,
        "lang": event.lang,
        "elapsed": event.elapsed,
    }
    return _canonical.encode(value)


def digest(event: Event) -> str:
    """Return the SHA-256 of an event's canonical bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical(event)).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What a candidate keeps after submitting.

    `answers`: items with an answer; `events`: accepted events; `digest`: 64 hexadecimal digits over them.
    """

    v: int
    answers: int
    events: int
    digest: str


def receipt(events: Iterable[Event]) -> Receipt:
    """Return the receipt of an attempt's accepted events, given in the order of acceptance.

    The digest is SHA-256 over the prefix "teruji receipt v1" and a line feed, then the SHA-256 of each
    event's canonical bytes, in the order given: the order decides which answer is current, so it is sealed.
    """
    accepted = tuple(events)
    whole = hashlib.sha256(_RECEIPT_PREFIX)
    for event in accepted:
        whole.update(hashlib.sha256(canonical(event)).digest())
    return Receipt(
        v=FORMAT_VERSION,
        answers=sum(event.answered for event in current_answers(accepted).values()),
        events=len(accepted),
        digest=whole.hexdigest(),
    )


def current_answers(events: Iterable[Event]) -> dict[str, Event]:
    """Return item id -> its last accepted event; `events` come in the order of acceptance."""
    return {event.item: event for event in events}
