"""Storing what devices sent, a group at a time, in the transaction that the caller opened and commits.

The quick way is one statement, and almost always enough. Where something came again under a key that is taken, or
a page without JavaScript sent it, the group is done anew the careful way: first what is known is read, then each
event gets its key by `domain.outbox`, in the order of arrival. What is stored is the same by either way.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.events import Event, digest, response_from_json
from assessment.domain.exams.late_rule import Disposition, LateRule, Reason
from assessment.domain.outbox import Key, second_client, stored_key
from assessment.exams.delivery.statements import (
    EVENTS,
    MOST_ROWS,
    STATEMENTS,
    Given,
    Judged,
    Row,
    SQLite,
    Statements,
    encode,
)
from assessment.exams.tables import ResponseEvent, Standing
from assessment.exams.tokens import WriterToken


class Flag(msgspec.Struct, frozen=True, kw_only=True):
    """The candidate's note to come back to an item, set or taken away."""

    item: str
    flagged: bool


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says of itself: events that stay on it, the question that is open, its name."""

    unsent: int | None
    place: int | None
    client: str | None


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What one request brings in; `at` is when it arrived.

    `page`: it comes from a page without JavaScript. Such a page may be old and sent anew, so that what it says
    counts unless it is what the server has already. `rows`: what the statement is given of it, where that was written
    beforehand.
    """

    token: WriterToken
    at: datetime
    rule: LateRule
    events: tuple[Event, ...] = ()
    page: bool = False
    flag: Flag | None = None
    sighting: Sighting | None = None
    rows: tuple[Row, ...] = ()

    @property
    def attempt(self) -> tuple[str, str]:
        """Body and attempt."""
        return (self.token.body_id, self.token.attempt_id)


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an event: how it stands, or None where it was refused; why, unless it was accepted."""

    standing: Standing | None
    reason: Reason | None = None


_ACCEPTED = Fate(standing=Standing.ACCEPTED)
_BARE = dict.fromkeys(EVENTS)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one request; `fates` in the order of its events.

    `state` is None where the token's attempt is not there. `expired`: the token has, and nothing has moved the
    attempt's end since. `busy`: somebody else holds the attempt at this moment; nothing was stored, and it should
    be tried again.
    """

    state: AttemptState | None = None
    deadline: datetime | None = None
    fates: tuple[Fate, ...] = ()
    expired: bool = False
    busy: bool = False


# What is known of a key: the digest stored there, and the fate of its event or the number of the row that tells it.
_Known = dict[Key, tuple[str, Fate | int]]


def store_quickly(connection: Connection, group: Sequence[Sent]) -> list[Taken] | None:
    """Store a group in one statement; None when it must be rolled back and done the careful way."""
    if not is_quick(group):
        return None
    statements = STATEMENTS[connection.dialect.name]
    try:
        found = told(group, statements.store(connection, rows_of(statements, group)))
    except IntegrityError:
        return None
    if found is not None:
        note(connection, statements, group, found)
    return found


@dataclass(frozen=True, slots=True)
class Inserted:
    """A group that was stored in one statement that is its own transaction; what became of it is still to be told."""

    statements: SQLite
    group: Sequence[Sent]
    rows: Sequence[Row]
    given: Given

    def look(self, connection: sqlite3.Connection) -> str:
        """Ask the database what became of it; nobody who writes needs to wait for that."""
        (document,) = connection.execute(*self.statements.looking(self.given)).fetchone()
        return str(document)

    def told(self, document: str) -> list[Taken] | None:
        """Read what was seen; None where anything of the group was not stored after all."""
        return told(self.group, self.statements.judged(self.rows, [document]))


def insert_alone(connection: sqlite3.Connection, statements: SQLite, group: Sequence[Sent]) -> Inserted | None:
    """Store a group in one statement without a transaction around it; None, with nothing stored, where that cannot do.

    That is where more is to be kept than events, and where a key is taken. Raises sqlite3.Error.
    """
    if not is_quick(group) or any(sent.flag or sent.sighting for sent in group):
        return None
    rows = rows_of(statements, group)
    if len(rows) > MOST_ROWS:
        return None
    (given,) = statements.given(rows)
    try:
        connection.execute(*statements.inserting(given))
    except sqlite3.IntegrityError:
        return None
    return Inserted(statements, group, rows, given)


def is_quick(group: Sequence[Sent]) -> bool:
    """Whether the quick way may do: what a page without JavaScript sends needs a look first."""
    return not any(sent.page and sent.events for sent in group)


def rows_of(statements: Statements, group: Sequence[Sent]) -> list[Row]:
    """Return what a statement is given of a group."""
    return [row for sent in group for row in sent.rows or _rows(statements, sent, *sent.events)]


def told(group: Sequence[Sent], judged: Sequence[Judged]) -> list[Taken] | None:
    """Return what became of a group that was stored the quick way; None where anything of it was not stored."""
    found = []
    place = 0
    for sent in group:
        head, count = judged[place], len(sent.events)
        fates: tuple[Fate, ...] = ()
        expired = _expired(sent, head)
        if count and head.state is not None and not expired:
            mine = judged[place : place + count]
            if any(map(_lost, mine)):
                return None
            fates = tuple(map(_fate, mine))
        found.append(Taken(state=head.state, deadline=head.deadline, fates=fates, expired=expired, busy=head.busy))
        place += count or 1
    return found


def store_carefully(connection: Connection, group: Sequence[Sent]) -> list[Taken]:
    """Store a group after a look at what is stored already."""
    statements = STATEMENTS[connection.dialect.name]
    known = _known(statements, connection, group)
    rows: list[Row] = []
    heads: list[int] = []
    outcomes: list[list[Fate | int]] = []
    for sent in group:
        heads.append(len(rows))
        outcomes.append(
            [_place(connection, statements, sent, event, known[sent.attempt], rows) for event in sent.events]
        )
        if heads[-1] == len(rows):
            rows += _rows(statements, sent)
    judged = statements.store(connection, rows)
    found = []
    for sent, place, outcome in zip(group, heads, outcomes, strict=True):
        head = judged[place]
        if any(isinstance(each, int) and _lost(judged[each]) for each in outcome):
            head = Judged(busy=True)
        fates = (each if isinstance(each, Fate) else _fate(judged[each]) for each in outcome)
        expired = _expired(sent, head)
        said = tuple(_explained(each, head) for each in fates) if head.state is not None and not expired else ()
        found.append(Taken(state=head.state, deadline=head.deadline, fates=said, expired=expired, busy=head.busy))
    note(connection, statements, group, found)
    return found


def _place(
    connection: Connection, statements: Statements, sent: Sent, event: Event, known: _Known, rows: list[Row]
) -> Fate | int:
    """Give an event its key: its fate where it is stored already, else the number of the row that was added."""
    key, told = _again(connection, sent, event, known) if sent.page else _key(event, known)
    if told is None:
        placed = replace(event, client=key[0], seq=key[1])
        rows += _rows(statements, sent, placed)
        told = len(rows) - 1
        known[key] = (digest(placed), told)
    return told


def _key(event: Event, known: _Known) -> tuple[Key, Fate | int | None]:
    digests = {key: stored for key, (stored, _told) in known.items()}
    key = stored_key(event.key, digests, lambda other: digest(replace(event, client=other[0], seq=other[1])))
    return key, known[key][1] if key in known else None


def _again(connection: Connection, sent: Sent, event: Event, known: _Known) -> tuple[Key, Fate | int | None]:
    """Place what a page without JavaScript sent: it counts unless it says what the server has already.

    Such a page keeps its key when somebody goes back to it and sends it anew, so that an answer which was given,
    changed and given again is one more event.
    """
    current = _current(connection, sent, event.item)
    if current == event.response if current is not None else not event.answered:
        return event.key, _ACCEPTED
    key, number, last = event.key, 0, None
    while key in known:
        last = key
        number += 1
        key = (second_client(event.key), number)
    if last is not None:
        stored, told = known[last]
        waits = isinstance(told, int) or told.standing is Standing.HELD
        if waits and stored == digest(replace(event, client=last[0], seq=last[1])):
            return last, told  # the very same once more: a button pressed twice
    return key, None


def _current(connection: Connection, sent: Sent, item: str) -> Mapping[str, Any] | None:
    found = connection.scalar(
        select(ResponseEvent.response)
        .where(
            ResponseEvent.body_id == sent.token.body_id,
            ResponseEvent.attempt_id == sent.token.attempt_id,
            ResponseEvent.item == item,
            ResponseEvent.standing == Standing.ACCEPTED,
        )
        .order_by(ResponseEvent.number.desc())
        .limit(1)
    )
    return None if found is None else response_from_json(found)


def _known(statements: Statements, connection: Connection, group: Sequence[Sent]) -> dict[tuple[str, str], _Known]:
    known: dict[tuple[str, str], _Known] = {sent.attempt: {} for sent in group}
    rows = rows_of(statements, group)
    for (body_id, attempt_id, client, seq), (stored, standing) in statements.known(connection, rows).items():
        known[body_id, attempt_id][client, seq] = (stored, Fate(standing=Standing(standing)))
    return known


def _lost(judged: Judged) -> bool:
    """Whether what should have been stored was not: its key is taken, or its attempt was not locked."""
    if judged.standing is not None or judged.state is None:
        return False
    return judged.verdict is None or judged.verdict.disposition is not Disposition.REFUSED


def _fate(judged: Judged) -> Fate:
    if judged.standing is Standing.ACCEPTED:
        return _ACCEPTED
    verdict = judged.verdict
    if judged.standing is None:
        return Fate(standing=None, reason=verdict.reason if verdict else None)
    # Held though it arrived in time: it waited while the attempt was closed and its receipt written.
    held = verdict is not None and verdict.disposition is Disposition.HELD
    return Fate(standing=Standing.HELD, reason=verdict.reason if verdict and held else Reason.LATE)


def _explained(fate: Fate, head: Judged) -> Fate:
    """Say of an event that was held before why it would be held now; the first reason is not stored."""
    if fate.standing is Standing.HELD and fate.reason is None and head.verdict is not None:
        return replace(fate, reason=head.verdict.reason)
    return fate


def _expired(sent: Sent, head: Judged) -> bool:
    if head.state is None or sent.at <= sent.token.expires_at or head.state is AttemptState.PAUSED:
        return False
    return head.deadline is None or sent.at > sent.rule.token_expires_at(head.deadline)


def event_rows(
    statements: Statements, *, token: WriterToken, at: datetime, rule: LateRule, events: Sequence[Event] = ()
) -> tuple[Row, ...]:
    """Return what a statement is given of a request that arrived at a moment: a row for each event, or a bare one."""
    arrived, graced, windowed = statements.instants(at, rule)
    bare = {
        "body": token.body_id,
        "attempt": token.attempt_id,
        "person": token.person_id,
        "epoch": token.epoch,
        "at": arrived,
        "graced": graced,
        "windowed": windowed,
    }
    return tuple(
        {
            **bare,
            "client": event.client,
            "seq": event.seq,
            "item": event.item,
            "response": encode(event.response),
            "lang": event.lang,
            "elapsed": event.elapsed,
            "digest": digest(event),
        }
        for event in events
    ) or (_BARE | bare,)


def _rows(statements: Statements, sent: Sent, *events: Event) -> tuple[Row, ...]:
    return event_rows(statements, token=sent.token, at=sent.at, rule=sent.rule, events=events)


def note(connection: Connection, statements: Statements, group: Sequence[Sent], found: Sequence[Taken]) -> None:
    """Keep flags and sightings; the last one of each attempt, where it was not left out."""
    flags: dict[tuple[str, ...], Row] = {}
    sightings: dict[tuple[str, ...], Row] = {}
    for sent, taken in zip(group, found, strict=True):
        if taken.busy or taken.state is None or taken.expired:
            continue
        whose = {"body": sent.token.body_id, "attempt": sent.token.attempt_id, "person": sent.token.person_id}
        if sent.flag is not None:
            flags[(*sent.attempt, sent.flag.item)] = {**whose, "item": sent.flag.item, "flagged": sent.flag.flagged}
        if sent.sighting is not None:
            sightings[sent.attempt] = {
                **whose,
                "epoch": sent.token.epoch,
                "at": statements.instant(sent.at),
                "unsent": sent.sighting.unsent,
                "place": sent.sighting.place,
                "client": sent.sighting.client,
            }
    if flags:
        statements.flag(connection, list(flags.values()))
    if sightings:
        statements.see(connection, list(sightings.values()))
