"""Unsent answers in a sealed box (`accounts.sealed_box`): on a shared PC, and in a file for the invigilator.

Inside is `{v: 1, token, events}` in the shapes of `/answers`: the writer's token says whose the answers are and
proves that this server let them be written. What is inside is judged like anything else that arrives.
"""

import json
from dataclasses import dataclass
from typing import Any

from assessment.accounts.sealed_box import content_of
from assessment.domain.errors import N_, Invalid, NotAllowed
from assessment.domain.exams.events import FORMAT_VERSION, MAXIMUM_EVENTS, Batch, parse
from assessment.exams.tokens import WriterToken, read_token, writer_key

LARGEST = 4 * 1024 * 1024
MOST_EVENTS = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What was in a box: whose answers, by the token, and the events in their order, in batches."""

    token: WriterToken
    batches: tuple[Batch, ...]

    @property
    def count(self) -> int:
        """How many events there are, with those that could not be read."""
        return sum(len(each.events) + len(each.unreadable) for each in self.batches)


def open_box(secret: bytes, box: bytes) -> Opened:
    """Open a box of answers.

    Raises Invalid, with what is wrong with it, for what is no box of this server, and for one that holds no answers
    of this server's attempts.
    """
    return _read(secret, content_of(secret, box, largest=LARGEST))


def _read(secret: bytes, content: bytes) -> Opened:
    refusal = Invalid(N_("This file holds no answers that can be read."))
    try:
        value: Any = json.loads(content)
        if not isinstance(value, dict) or value.get("v") != FORMAT_VERSION or not isinstance(value.get("token"), str):
            raise refusal
        events = value.get("events")
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise refusal
        return Opened(token=read_token(writer_key(secret), value["token"]), batches=tuple(_batches(events)))
    except (ValueError, RecursionError, NotAllowed) as error:
        raise refusal from error


def _batches(events: list[Any]) -> list[Batch]:
    """Read the events as bodies of `/answers`, each as large as one may be."""
    found: list[Batch] = []
    for start in range(0, len(events), MAXIMUM_EVENTS // 10):
        part = events[start : start + MAXIMUM_EVENTS // 10]
        try:
            found.append(parse(json.dumps({"v": FORMAT_VERSION, "events": part}).encode()))
        except Invalid:
            found += [parse(json.dumps({"v": FORMAT_VERSION, "events": [_small(each)]}).encode()) for each in part]
    return found


def _small(event: Any) -> Any:
    """An event as it is, or nothing where it alone is more than a body may hold."""
    return event if len(json.dumps(event)) < LARGEST // 32 else None
