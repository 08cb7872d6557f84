"""Taking response events in: each is judged by itself, stored once, and never dropped in silence.

An event is known by (attempt, client, seq); what comes under a key that is taken is placed by `domain.outbox`. What
can be said of an event without the attempt's state (whether its item is on the form, whether the response can be
read) is said before any transaction; the rest is `delivery.storing`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Invalid, NotAllowed, NotFound, Refusal
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.events import Batch, Event, Value
from assessment.domain.exams.late_rule import LateRule
from assessment.domain.items.item import Item
from assessment.domain.items.response import read_response
from assessment.exams.content import items_of
from assessment.exams.delivery.storing import Fate, Sent, Taken, store_carefully
from assessment.exams.tables import Attempt, Standing
from assessment.exams.tokens import WriterToken

LATE_RULE = LateRule()
MOST_REMEMBERED = 50_000
LONGEST_REMEMBERED = 32

# Responses that were read and found to fit: item version, response variable, value.
Fitting = set[tuple[str, str, Value]]


class Unfit(StrEnum):
    """Why an event that could be read does not belong here; stable codes on the wire."""

    UNKNOWN_ITEM = "unknown_item"
    DOES_NOT_FIT = "does_not_fit"
    NOT_STORABLE = "not_storable"


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was not stored. `said` tells what the candidate can do about it, where that is known."""

    client: str | None
    seq: int | None
    reason: str
    said: Refusal | None = None


class Reply(msgspec.Struct, kw_only=True):
    """What the server did with a batch; the device forgets what is acknowledged or held.

    `reason` says why the last event that was held or refused was.
    """

    now: datetime
    deadline: datetime | None
    state: AttemptState
    acknowledged: list[tuple[str, int]] = []
    held: list[tuple[str, int]] = []
    refused: list[Refused] = []
    reason: str | None = None


class Sorted(msgspec.Struct, frozen=True, kw_only=True):
    """The events of a batch that fit the attempt's items, and those that are refused without a look at its state."""

    events: tuple[Event, ...]
    refused: tuple[Refused, ...]


def take_events(session: Session, token: WriterToken, batch: Batch, *, now: datetime) -> Reply:
    """Judge and store the events of a batch, in their order; `now` is when they arrived.

    Raises NotFound when the token's attempt is not there, and NotAllowed when the token has expired and no
    extra time has moved the attempt's end.
    """
    layout = session.scalar(
        select(Attempt.layout)
        .where(
            Attempt.body_id == token.body_id,
            Attempt.id == token.attempt_id,
            Attempt.person_id == token.person_id,
        )
        .with_for_update()
    )
    if layout is None:
        raise NotFound(N_("There is no such attempt."))
    known = {entry["item"] for entry in layout["items"]}
    found = sort(batch, items_of(session, token.body_id, {event.item for event in batch.events} & known))
    session.flush()
    sent = Sent(token=token, at=now, rule=LATE_RULE, events=found.events)
    return reply_to(sent, store_carefully(session.connection(), [sent])[0], found.refused)


def sort(batch: Batch, items: Mapping[str, Item], fitting: Fitting | None = None) -> Sorted:
    """Tell the events that fit from the others; `items`: those of the attempt that the batch names, by version id.

    `fitting` remembers what was found to fit, for as long as the versions' ids mean the same items.
    """
    refused = [Refused(client=each.client, seq=each.seq, reason=each.reason.value) for each in batch.unreadable]
    events = []
    for event in batch.events:
        unfit = _unfit(event, items.get(event.item), fitting)
        if unfit is None:
            events.append(event)
        else:
            refused.append(unfit)
    return Sorted(events=tuple(events), refused=tuple(refused))


def _unfit(event: Event, item: Item | None, fitting: Fitting | None) -> Refused | None:
    if item is None:
        return Refused(client=event.client, seq=event.seq, reason=Unfit.UNKNOWN_ITEM.value)
    try:
        for name, given in event.response.items():
            if fitting is not None and (event.item, name, given) in fitting:
                continue
            read_response(item, list(given) if isinstance(given, tuple) else given, identifier=name)
            if fitting is not None and isinstance(given, str) and len(given) <= LONGEST_REMEMBERED:
                if len(fitting) >= MOST_REMEMBERED:
                    fitting.clear()
                fitting.add((event.item, name, given))
    except Invalid as refusal:
        return Refused(client=event.client, seq=event.seq, reason=Unfit.DOES_NOT_FIT.value, said=refusal)
    return None


def reply_to(sent: Sent, taken: Taken, refused: Sequence[Refused] = ()) -> Reply:
    """Return what a device is told.

    Raises NotFound when the token's attempt is not there, and NotAllowed when the token has expired.
    """
    if taken.state is None:
        raise NotFound(N_("There is no such attempt."))
    if taken.expired:
        raise NotAllowed(N_("The time in which answers are taken is over."))
    reply = Reply(now=sent.at, deadline=taken.deadline, state=taken.state, refused=list(refused))
    for event, fate in zip(sent.events, taken.fates, strict=True):
        match fate.standing:
            case Standing.ACCEPTED:
                reply.acknowledged.append(event.key)
            case Standing.HELD:
                reply.held.append(event.key)
            case None:
                reply.refused.append(Refused(client=event.client, seq=event.seq, reason=_reason(fate)))
    if reply.held or reply.refused:
        reasons = [each.reason.value for each in taken.fates if each.reason is not None]
        reply.reason = next(iter(reversed(reasons or [each.reason for each in reply.refused])), None)
    return reply


def _reason(fate: Fate) -> str:
    return fate.reason.value if fate.reason is not None else Unfit.NOT_STORABLE.value
