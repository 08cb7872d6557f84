"""Taking response events in: each is judged by itself, stored once, and never dropped in silence.

An event is known by (attempt, client, seq); what comes under a key that is taken is placed by `domain.outbox`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session

from assessment.domain.errors import N_, Invalid, NotAllowed, NotFound, Refusal
from assessment.domain.exams.attempt_states import ENDED, AttemptState
from assessment.domain.exams.events import FORMAT_VERSION, Batch, Event, digest, response_to_json
from assessment.domain.exams.late_rule import Disposition, LateRule, judge
from assessment.domain.items.item import Item
from assessment.domain.items.response import read_response
from assessment.domain.outbox import Key, second_client, stored_key
from assessment.exams.content import items_of
from assessment.exams.tables import Attempt, AttemptFlag, ResponseEvent, Standing
from assessment.exams.tokens import WriterToken

LATE_RULE = LateRule()


class Unfit(StrEnum):
    """Why an event that could be read does not belong here; stable codes on the wire."""

    UNKNOWN_ITEM = "unknown_item"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refused:
    """An event that was not stored. `said` tells what the candidate can do about it, where that is known."""

    client: str | None
    seq: int | None
    reason: str
    said: Refusal | None = None


@dataclass(kw_only=True, slots=True)
class Reply:
    """What the server did with a batch; the device forgets what is acknowledged or held."""

    now: datetime
    deadline: datetime | None
    state: AttemptState
    acknowledged: list[tuple[str, int]] = field(default_factory=list)
    held: list[tuple[str, int]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def take_events(session: Session, token: WriterToken, batch: Batch, *, now: datetime) -> Reply:
    """Judge and store the events of a batch, in their order; `now` is when they arrived.

    Raises NotFound when the token's attempt is not there, and NotAllowed when the token has expired and no
    extra time has moved the attempt's end.
    """
    attempt = writable_attempt(session, token, now=now)
    reply = Reply(now=now, deadline=attempt.deadline, state=attempt.state)
    reply.refused += [Refused(client=each.client, seq=each.seq, reason=each.reason.value) for each in batch.unreadable]
    known = _known_keys(session, attempt, batch.events)
    layout = {entry["item"] for entry in attempt.layout["items"]}
    items = items_of(session, attempt.body_id, {event.item for event in batch.events} & layout)
    rows: list[dict[str, Any]] = []
    for event in batch.events:
        standing = _stand(attempt, token, event, items, known, now=now)
        if isinstance(standing, Refused):
            reply.refused.append(standing)
            continue
        stored = _place(event, known)
        if stored is not None:
            known[stored.key] = (digest(stored), standing)
            rows.append(_row(attempt, token, stored, standing, now))
        (reply.acknowledged if standing is Standing.ACCEPTED else reply.held).append(event.key)
    if rows:
        session.execute(insert(ResponseEvent), rows)
    return reply


def writable_attempt(session: Session, token: WriterToken, *, now: datetime) -> Attempt:
    """Return the token's attempt, locked until the end of the transaction.

    Raises NotFound or NotAllowed as `take_events` does.
    """
    attempt = session.scalar(
        select(Attempt)
        .where(
            Attempt.body_id == token.body_id,
            Attempt.id == token.attempt_id,
            Attempt.person_id == token.person_id,
        )
        .with_for_update()
    )
    if attempt is None:
        raise NotFound(N_("There is no such attempt."))
    moved = attempt.deadline is not None and now <= LATE_RULE.token_expires_at(attempt.deadline)
    if now > token.expires_at and not moved:
        raise NotAllowed(N_("The time in which answers are taken is over."))
    return attempt


def set_flag(session: Session, attempt: Attempt, item: str, *, flagged: bool) -> None:
    """Keep the candidate's note to come back to an item. Raises NotFound for an item of another form."""
    if item not in {entry["item"] for entry in attempt.layout["items"]}:
        raise NotFound(N_("There is no such question."))
    note = session.get(AttemptFlag, (attempt.body_id, attempt.id, item))
    if note is None:
        session.add(AttemptFlag(body_id=attempt.body_id, attempt_id=attempt.id, item=item, flagged=flagged))
    else:
        note.flagged = flagged
    session.flush()


def _stand(
    attempt: Attempt,
    token: WriterToken,
    event: Event,
    items: Mapping[str, Item],
    known: Mapping[Key, tuple[str, Standing]],
    *,
    now: datetime,
) -> Standing | Refused:
    """Say how an event stands: as it did before, or by the published rule."""
    held = known.get(_key(event, known))
    if held is not None:
        return held[1]
    refused = _unfit(event, items)
    if refused is not None:
        return refused
    verdict = judge(
        attempt.state,
        received_at=now,
        deadline_at=attempt.deadline,
        event_epoch=token.epoch,
        attempt_epoch=attempt.epoch,
        rule=LATE_RULE,
    )
    match verdict.disposition:
        case Disposition.REFUSED:
            reason = verdict.reason.value if verdict.reason else Disposition.REFUSED.value
            return Refused(client=event.client, seq=event.seq, reason=reason)
        case Disposition.HELD:
            return Standing.HELD
        case Disposition.ACCEPTED:
            # It arrived in time but waited for the lock while the attempt was closed and its receipt written.
            return Standing.HELD if attempt.state in ENDED else Standing.ACCEPTED


def _unfit(event: Event, items: Mapping[str, Item]) -> Refused | None:
    item = items.get(event.item)
    if item is None:
        return Refused(client=event.client, seq=event.seq, reason=Unfit.UNKNOWN_ITEM.value)
    try:
        for name, given in event.response.items():
            read_response(item, list(given) if isinstance(given, tuple) else given, identifier=name)
    except Invalid as refusal:
        return Refused(client=event.client, seq=event.seq, reason=Unfit.DOES_NOT_FIT.value, said=refusal)
    return None


def _known_keys(session: Session, attempt: Attempt, events: Sequence[Event]) -> dict[Key, tuple[str, Standing]]:
    """Return what is stored under the keys of these events: (client, seq) -> digest and standing."""
    if not events:
        return {}
    asked = {event.client: set[int]() for event in events}
    for event in events:
        asked[event.client].add(event.seq)
    conflicts = {second_client(event.key) for event in events}
    rows = session.execute(
        select(ResponseEvent.client, ResponseEvent.seq, ResponseEvent.digest, ResponseEvent.standing).where(
            ResponseEvent.body_id == attempt.body_id,
            ResponseEvent.attempt_id == attempt.id,
            or_(
                ResponseEvent.client.in_(conflicts),
                *(
                    (ResponseEvent.client == client) & ResponseEvent.seq.in_(numbers)
                    for client, numbers in asked.items()
                ),
            ),
        )
    )
    return {(row.client, row.seq): (row.digest, row.standing) for row in rows}


def _key(event: Event, known: Mapping[Key, tuple[str, Standing]]) -> Key:
    digests = {key: digest_ for key, (digest_, _standing) in known.items()}
    return stored_key(event.key, digests, lambda key: digest(_under(event, key)))


def _under(event: Event, key: Key) -> Event:
    return replace(event, client=key[0], seq=key[1])


def _place(event: Event, known: Mapping[Key, tuple[str, Standing]]) -> Event | None:
    """Return the event as it is to be stored, or None when it is stored already."""
    key = _key(event, known)
    return None if key in known else _under(event, key)


def _row(attempt: Attempt, token: WriterToken, event: Event, standing: Standing, now: datetime) -> dict[str, Any]:
    return {
        "v": FORMAT_VERSION,
        "body_id": attempt.body_id,
        "attempt_id": attempt.id,
        "client": event.client,
        "seq": event.seq,
        "item": event.item,
        "response": response_to_json(event.response),
        "lang": event.lang,
        "elapsed": event.elapsed,
        "standing": standing,
        "epoch": token.epoch,
        "digest": digest(event),
        "received_at": now,
    }
