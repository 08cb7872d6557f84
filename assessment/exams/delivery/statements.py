"""The SQL of the answer path, for both databases: written by hand, because each of it serves a whole group.

What is sent comes in as one JSON document with an object for each event, so that the number of statements does
not grow with the number of events. How an event stands is decided inside the statement that inserts it, from the
attempt as it is at that moment: `domain.exams.late_rule` in SQL, held together with it by a test.

On PostgreSQL a statement locks the attempts of its events until the end of the transaction, so that no submission
or closing comes between the judgement and the commit; one that somebody else has locked is left out and told
apart (`busy`), so that one candidate's submission keeps nobody else waiting. SQLite has one writer at a time.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Connection

from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState
from assessment.domain.exams.events import FORMAT_VERSION
from assessment.domain.exams.late_rule import RULE, Disposition, LateRule, Phase, Verdict, Writer
from assessment.exams.tables import Standing

# The members of a sent object, with their types in PostgreSQL.
EVENTS = {
    "body": "text",
    "attempt": "text",
    "person": "text",
    "epoch": "integer",
    "at": "timestamptz",
    "graced": "timestamptz",  # `at` less the grace: held against the deadline itself
    "windowed": "timestamptz",  # `at` less the late window
    "client": "text",
    "seq": "bigint",
    "item": "text",
    "response": "text",
    "lang": "text",
    "elapsed": "integer",
    "digest": "text",
}
FLAGS = {"body": "text", "attempt": "text", "person": "text", "item": "text", "flagged": "boolean"}
SIGHTINGS = {
    "body": "text",
    "attempt": "text",
    "person": "text",
    "epoch": "integer",
    "at": "timestamptz",
    "unsent": "integer",
    "place": "integer",
    "client": "text",
}

# By what the database calls them: looked up for every event.
_STATES: Mapping[str, AttemptState] = {state.value: state for state in AttemptState}
_STANDINGS: Mapping[str, Standing] = {standing.value: standing for standing in Standing}
_VERDICTS: Mapping[tuple[str, str], Verdict] = {
    (phase.value, writer.value): RULE[phase, writer] for phase, writer in RULE
}

Row = Mapping[str, Any]
Place = tuple[str, str, str, int]  # body, attempt, client, seq: where an event is stored


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the database says of one sent object.

    `state` is None where there is no such attempt of this person, and where somebody else has it locked (`busy`).
    `standing` is how its event is stored, None where it is not: the object has none, it is refused, or its key is taken
    by another.
    """

    busy: bool = False
    state: AttemptState | None = None
    deadline: datetime | None = None
    verdict: Verdict | None = None
    standing: Standing | None = None


def _listed(values: Sequence[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


def _cases(disposition: Disposition) -> str:
    return _listed([f"{phase} {writer}" for (phase, writer), found in RULE.items() if found.disposition is disposition])


_BEFORE = [AttemptState.PREPARED, AttemptState.CHECKED_IN, AttemptState.RELEASED]

# Where the attempt stands (late_rule.phase), and whose event it is (late_rule.judge).
_PHASE = f"""CASE
    WHEN a.state = '{AttemptState.VOIDED}' THEN '{Phase.VOIDED}'
    WHEN a.deadline IS NULL OR a.state IN ({_listed(_BEFORE)}) THEN '{Phase.NOT_STARTED}'
    WHEN a.state = '{AttemptState.PAUSED}'
      THEN CASE WHEN {{sent}}graced <= a.paused_at THEN '{Phase.OPEN}' ELSE '{Phase.PAUSED}' END
    WHEN {{sent}}windowed > a.deadline THEN '{Phase.OVER}'
    WHEN a.state = '{AttemptState.SUBMITTED}' THEN '{Phase.SUBMITTED}'
    WHEN {{sent}}graced <= a.deadline THEN '{Phase.OPEN}'
    ELSE '{Phase.LATE}' END"""
_WRITER = f"""CASE WHEN {{sent}}epoch = a.epoch THEN '{Writer.CURRENT}'
    WHEN {{sent}}epoch < a.epoch THEN '{Writer.OLDER}' ELSE '{Writer.UNKNOWN}' END"""
_JUDGED = f"a.state AS state, a.deadline AS deadline, {_PHASE} AS phase, {_WRITER} AS writer"
# What arrived in time but waited while the attempt was closed and its receipt written is held.
_STANDING = f"""CASE
    WHEN phase || ' ' || writer IN ({_cases(Disposition.ACCEPTED)})
      THEN CASE WHEN state IN ({_listed(sorted(ENDED))}) THEN 'held' ELSE 'accepted' END
    WHEN phase || ' ' || writer IN ({_cases(Disposition.HELD)}) THEN 'held' END AS standing"""
_INTO = (
    "INSERT INTO response_event (v, body_id, attempt_id, client, seq, item, response, lang, elapsed, standing, epoch, "
    "digest, received_at)"
)
_WRITABLE = f"a.state IN ({_listed(sorted(STARTED))})"
_FLAG = (
    "INSERT INTO attempt_flag (body_id, attempt_id, item, flagged) SELECT sent.body, sent.attempt, sent.item, "
    "sent.flagged FROM {source} AS sent CROSS JOIN attempt AS a "
    "WHERE a.body_id = sent.body AND a.id = sent.attempt AND a.person_id = sent.person "
    f"AND {_WRITABLE} ON CONFLICT (body_id, attempt_id, item) DO UPDATE SET flagged = excluded.flagged"
)
# A device from which another one took over does not speak for the attempt any more.
_SEEN = (
    "INSERT INTO attempt_presence AS known (body_id, attempt_id, seen_at, unsent, place, client, epoch) "
    "SELECT sent.body, sent.attempt, sent.at, sent.unsent, sent.place, sent.client, sent.epoch "
    "FROM {source} AS sent CROSS JOIN attempt AS a "
    "WHERE a.body_id = sent.body AND a.id = sent.attempt AND a.person_id = sent.person AND a.deadline IS NOT NULL "
    "AND sent.epoch <= a.epoch ON CONFLICT (body_id, attempt_id) DO UPDATE SET seen_at = excluded.seen_at, "
    "unsent = COALESCE(excluded.unsent, known.unsent), place = COALESCE(excluded.place, known.place), "
    "client = COALESCE(excluded.client, known.client), epoch = excluded.epoch "
    "WHERE excluded.epoch >= known.epoch "
    "AND ({age} >= 5 OR excluded.epoch > known.epoch)"
)
# What is stored under a sent key, and under the numbers that the server gave to others of the same key.
_KNOWN = (
    "SELECT e.body_id, e.attempt_id, e.client, e.seq, e.digest, e.standing FROM {source} AS sent "
    "CROSS JOIN response_event AS e WHERE e.body_id = sent.body AND e.attempt_id = sent.attempt "
    "AND e.client = sent.client AND e.seq = sent.seq "
    "UNION SELECT e.body_id, e.attempt_id, e.client, e.seq, e.digest, e.standing FROM {source} AS sent "
    "CROSS JOIN response_event AS e WHERE e.body_id = sent.body AND e.attempt_id = sent.attempt "
    "AND e.client = sent.client || '~' || sent.seq"
)


class Statements(ABC):
    """The statements of one kind of database; `zone` ends an instant as it is sent to it."""

    zone: str
    STORE: str
    KNOWN: str
    FLAG: str
    SEEN: str

    @abstractmethod
    def store(self, connection: Connection, rows: Sequence[Row]) -> list[Judged]:
        """Judge every row, in their order, and store those that count or are held.

        SQLite raises IntegrityError where the key of one is taken, PostgreSQL stores the others.
        """

    def known(self, connection: Connection, rows: Sequence[Row]) -> dict[Place, tuple[str, str]]:
        """Lock the attempts of these rows; return what is stored under their keys: digest and standing."""
        document = encode(rows)
        return {
            (row.body_id, row.attempt_id, row.client, row.seq): (row.digest, row.standing)
            for row in connection.exec_driver_sql(self.KNOWN, (document, document))
        }

    def flag(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Keep the notes to come back to an item; one row for each item of an attempt."""
        connection.exec_driver_sql(self.FLAG, (encode(rows),))

    def see(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Keep when attempts were last heard of; one row for each attempt."""
        connection.exec_driver_sql(self.SEEN, (encode(rows),))

    def instant(self, moment: datetime) -> str:
        """Return an instant as the database compares it."""
        return f"{_second(int(moment.timestamp()))}.{moment.microsecond:06d}{self.zone}"

    def instants(self, moment: datetime, rule: LateRule) -> tuple[str, str, str]:
        """Return an instant, and what it is less the grace and less the late window, which are whole seconds."""
        second, part = int(moment.timestamp()), f".{moment.microsecond:06d}{self.zone}"
        return (
            _second(second) + part,
            _second(second - int(rule.grace.total_seconds())) + part,
            _second(second - int(rule.window.total_seconds())) + part,
        )


@lru_cache(maxsize=10_000)
def _second(since_1970: int) -> str:
    """Return a second as text; every event names three moments, and many events the same seconds."""
    return datetime.fromtimestamp(since_1970, UTC).isoformat(" ")[:19]


def encode(value: object) -> str:
    """Return a value as the JSON that a statement reads or stores."""
    return msgspec.json.encode(value).decode()


def _recordset(members: Mapping[str, str]) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in members.items())
    return (
        f"(SELECT * FROM ROWS FROM (json_to_recordset(%s::json) AS ({columns})) "
        f"WITH ORDINALITY AS given({', '.join(members)}, number))"
    )


_LOCKED = (
    "SELECT state, deadline, paused_at, epoch FROM attempt "
    "WHERE body_id = sent.body AND id = sent.attempt AND person_id = sent.person FOR NO KEY UPDATE SKIP LOCKED"
)


class PostgreSQL(Statements):
    """The statements of PostgreSQL; what does not change while a submission holds it is never waited for."""

    zone = "+00:00"
    STORE = f"""WITH sent AS {_recordset(EVENTS)},
judged AS (
  SELECT *, {_STANDING} FROM (
    SELECT sent.*, {_JUDGED.format(sent="sent.")} FROM sent CROSS JOIN LATERAL ({_LOCKED}) AS a
  ) AS phased
),
stored AS (
  {_INTO} SELECT {FORMAT_VERSION}, body, attempt, client, seq, item, response::jsonb, lang, elapsed, standing, epoch,
    digest, at FROM judged WHERE client IS NOT NULL AND standing IS NOT NULL ORDER BY number
  ON CONFLICT (body_id, attempt_id, client, seq) DO NOTHING
  RETURNING body_id, attempt_id, client, seq, digest, standing
)
SELECT judged.state, judged.deadline, judged.phase, judged.writer, stored.digest AS stored, stored.standing,
  CASE WHEN judged.number IS NULL THEN EXISTS (
    SELECT FROM attempt AS a WHERE a.body_id = sent.body AND a.id = sent.attempt AND a.person_id = sent.person
  ) ELSE FALSE END AS busy
FROM sent LEFT JOIN judged ON judged.number = sent.number
LEFT JOIN stored ON stored.body_id = sent.body AND stored.attempt_id = sent.attempt
  AND stored.client = sent.client AND stored.seq = sent.seq
ORDER BY sent.number"""
    LOCK = f"SELECT FROM {_recordset(EVENTS)} AS sent CROSS JOIN LATERAL ({_LOCKED}) AS a"
    KNOWN = _KNOWN.format(source=_recordset(EVENTS))
    FLAG = _FLAG.format(source=_recordset(FLAGS))
    SEEN = _SEEN.format(source=_recordset(SIGHTINGS), age="EXTRACT(EPOCH FROM excluded.seen_at - known.seen_at)")

    def store(self, connection: Connection, rows: Sequence[Row]) -> list[Judged]:
        """Judge and store in one statement."""
        return [
            Judged(
                busy=row.busy,
                state=_STATES[row.state] if row.state else None,
                deadline=row.deadline.astimezone(UTC) if row.deadline else None,
                verdict=_VERDICTS[row.phase, row.writer] if row.phase else None,
                standing=_STANDINGS[row.standing] if row.stored and row.stored == sent["digest"] else None,
            )
            for row, sent in zip(connection.exec_driver_sql(self.STORE, (encode(rows),)), rows, strict=True)
        ]

    def known(self, connection: Connection, rows: Sequence[Row]) -> dict[Place, tuple[str, str]]:
        """Lock first: what is stored of an attempt does not change until the end of the transaction."""
        connection.exec_driver_sql(self.LOCK, (encode(rows),))
        return super().known(connection, rows)


def _objects(members: Iterable[str]) -> str:
    columns = ", ".join(f"value ->> '{name}' AS {name}" for name in members)
    return f"(SELECT key AS number, {columns} FROM json_each(?))"


@lru_cache(maxsize=10_000)
def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=UTC)


# SQLite takes 32,766 parameters.
MOST_ROWS = 1024
# Parts of up to so many rows are filled up by these steps, larger ones to a power of two.
MOST_IN_STEPS = 64
STEP = 4
Given = tuple[Any, ...]
_in_order = itemgetter(*EVENTS)
_WIDTH = len(EVENTS) + 1


def _filled_up(rows: Sequence[Row], first: int) -> Given:
    given: list[Any] = []
    for number, row in enumerate(rows, first):
        given.append(number)
        given += _in_order(row)
    count = -(-len(rows) // STEP) * STEP if len(rows) <= MOST_IN_STEPS else 1 << (len(rows) - 1).bit_length()
    return (*given, *[None] * (_WIDTH * (count - len(rows))))


def _over(given: Given, statement: str) -> str:
    """Return a statement that reads so many parameters as rows, where it says `{sent}`."""
    return _with_rows(statement, len(given) // _WIDTH)


@cache
def _with_rows(statement: str, count: int) -> str:
    row = f"({', '.join('?' * _WIDTH)})"
    return statement.format(sent=f"WITH sent (number, {', '.join(EVENTS)}) AS (VALUES {', '.join([row] * count)})")


class SQLite(Statements):
    """The statements of SQLite: the insertion, which judges for itself, then a look at what came of it.

    Each returns at most one row and reads its parameters as a table, so that it is one step for the driver: between
    two steps every other thread of the process may take its turn with the interpreter, and meanwhile nobody else
    could write. The insertion alone changes something, and all or nothing: without a transaction around it, it is one
    itself, from the lock to the commit in a single step. What is told of it may then be read when others write again.
    """

    zone = ""
    # The order of a CROSS JOIN is kept by SQLite: for each sent object its attempt by key.
    _OF_SENT = "FROM sent CROSS JOIN attempt AS a"
    _MATCHED = "WHERE a.body_id = sent.body AND a.id = sent.attempt AND a.person_id = sent.person"
    _INSERT = (
        f"{_INTO} {{sent}} SELECT {FORMAT_VERSION}, body, attempt, client, seq, item, response, lang, elapsed, "
        f"standing, epoch, digest, at FROM (SELECT *, {_STANDING} FROM "
        f"(SELECT sent.*, {_JUDGED.format(sent='sent.')} {_OF_SENT} {_MATCHED} AND sent.client IS NOT NULL)) "
        "WHERE standing IS NOT NULL ORDER BY number"
    )
    _LOOK = (
        "{sent} SELECT json_group_array(json_array(number, state, deadline, phase, writer, digest, standing)) FROM "
        f"(SELECT sent.number AS number, {_JUDGED.format(sent='sent.')}, e.digest AS digest, e.standing AS standing "
        f"{_OF_SENT} LEFT JOIN response_event AS e ON e.body_id = sent.body AND e.attempt_id = sent.attempt "
        f"AND e.client = sent.client AND e.seq = sent.seq {_MATCHED})"
    )
    KNOWN = _KNOWN.format(source=_objects(EVENTS))
    FLAG = _FLAG.format(source=_objects(FLAGS))
    SEEN = _SEEN.format(
        source=_objects(SIGHTINGS), age="ROUND((julianday(excluded.seen_at) - julianday(known.seen_at)) * 86400, 3)"
    )

    def given(self, rows: Sequence[Row]) -> list[Given]:
        """Return these rows as parameters, so many at a time as a statement takes.

        Rows without a body, which belong to no attempt, fill each part up to a number that others have too, so that
        the database prepares few statements.
        """
        return [_filled_up(rows[start : start + MOST_ROWS], start) for start in range(0, len(rows), MOST_ROWS)]

    def inserting(self, given: Given) -> tuple[str, Given]:
        """Return the statement that stores what counts or is held of this, and its parameters."""
        return _over(given, self._INSERT), given

    def looking(self, given: Given) -> tuple[str, Given]:
        """Return the statement that tells what came of this, as one document, and its parameters."""
        return _over(given, self._LOOK), given

    def store(self, connection: Connection, rows: Sequence[Row]) -> list[Judged]:
        """Store, then look what came of it."""
        given = self.given(rows)
        for part in given:
            connection.exec_driver_sql(*self.inserting(part))
        return self.judged(rows, [self.look(connection, part) for part in given])

    def look(self, connection: Connection, given: Given) -> str:
        """Return how these rows stand by now, and how each is stored, as a document for `judged`."""
        return str(connection.exec_driver_sql(*self.looking(given)).scalar_one())

    def judged(self, rows: Sequence[Row], documents: Iterable[str]) -> list[Judged]:
        """Read what was seen of these rows."""
        found = [Judged()] * len(rows)
        for document in documents:
            for number, state, deadline, phase, writer, stored, standing in msgspec.json.decode(document):
                found[number] = Judged(
                    state=_STATES[state],
                    deadline=_moment(deadline) if deadline else None,
                    verdict=_VERDICTS[phase, writer],
                    standing=_STANDINGS[standing] if stored and stored == rows[number]["digest"] else None,
                )
        return found


STATEMENTS: Mapping[str, Statements] = {"postgresql": PostgreSQL(), "sqlite": SQLite()}
