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
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any

import msgspec
from sqlalchemy import Connection

from assessment.domain.exams.attempt_states import ENDED, STARTED, AttemptState
from assessment.domain.exams.events import FORMAT_VERSION
from assessment.domain.exams.late_rule import RULE, Disposition, Phase, Verdict, Writer

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
_VERDICTS: Mapping[tuple[str, str], Verdict] = {
    (phase.value, writer.value): RULE[phase, writer] for phase, writer in RULE
}

Row = Mapping[str, Any]
Place = tuple[str, str, str, int]  # body, attempt, client, seq: where an event is stored


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """What the database says of one sent object.

    `state` is None where there is no such attempt of this person, and where somebody else has it locked (`busy`).
    `stored` is the digest of the event that this very statement stored under the object's key, if it did.
    """

    busy: bool = False
    state: AttemptState | None = None
    deadline: datetime | None = None
    verdict: Verdict | None = None
    stored: str | None = None


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
_ONCE = "ON CONFLICT (body_id, attempt_id, client, seq) DO NOTHING"
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
        """Judge every row, in their order, and store those that count or are held."""

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
        if moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
        return f"{moment.isoformat(' ', 'microseconds')[:26]}{self.zone}"


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
  {_ONCE} RETURNING body_id, attempt_id, client, seq, digest
)
SELECT judged.state, judged.deadline, judged.phase, judged.writer, stored.digest AS stored,
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
                stored=row.stored,
            )
            for row in connection.exec_driver_sql(self.STORE, (encode(rows),))
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


@cache
def _values(members: tuple[str, ...], count: int) -> str:
    """Return the clause that reads so many rows of parameters as `sent`."""
    row = f"({', '.join('?' * len(members))})"
    return f"WITH sent ({', '.join(members)}) AS (VALUES {', '.join([row] * count)})"


def _over(rows: Sequence[Row], members: tuple[str, ...], statement: str) -> tuple[str, tuple[Any, ...]]:
    """Return a statement over rows, which reads them where it says `{sent}`, and its parameters.

    Rows without a body, which belong to no attempt, fill it up to the next power of two, so that the database
    prepares few statements.
    """
    count = 1 << (len(rows) - 1).bit_length()
    given = [row[name] for row in rows for name in members]
    empty = [None] * (len(members) * (count - len(rows)))
    return statement.format(sent=_values(members, count)), (*given, *empty)


class SQLite(Statements):
    """The statements of SQLite: a look at the attempts, then the insertion, which judges for itself.

    Nothing comes between the two, since there is one writer at a time. Each returns at most one row and reads its
    parameters as a table, so that it is one step for the driver: between two steps every other thread of the
    process may take its turn with the interpreter, and meanwhile nobody else could write.
    """

    zone = ""
    _ASKED = ("body", "attempt", "person", "epoch", "graced", "windowed")
    # The order of a CROSS JOIN is kept by SQLite: for each sent object its attempt by key.
    _OF_SENT = (
        "FROM sent CROSS JOIN attempt AS a WHERE a.body_id = sent.body AND a.id = sent.attempt "
        "AND a.person_id = sent.person"
    )
    _JUDGE = (
        "{sent} SELECT json_group_array(json_array(number, state, deadline, phase, writer)) FROM "
        f"(SELECT sent.number AS number, {_JUDGED.format(sent='sent.')} {_OF_SENT})"
    )
    _INSERT = (
        f"{_INTO} {{sent}} SELECT {FORMAT_VERSION}, body, attempt, client, seq, item, response, lang, elapsed, "
        f"standing, epoch, digest, at FROM (SELECT *, {_STANDING} FROM "
        f"(SELECT sent.*, {_JUDGED.format(sent='sent.')} {_OF_SENT})) WHERE standing IS NOT NULL {_ONCE}"
    )
    KNOWN = _KNOWN.format(source=_objects(EVENTS))
    FLAG = _FLAG.format(source=_objects(FLAGS))
    SEEN = _SEEN.format(
        source=_objects(SIGHTINGS), age="ROUND((julianday(excluded.seen_at) - julianday(known.seen_at)) * 86400, 3)"
    )

    def judging(self, rows: Sequence[Row]) -> tuple[str, tuple[Any, ...]]:
        """Return the statement that judges these rows, and its parameters."""
        numbered = [{**row, "number": number} for number, row in enumerate(rows)]
        return _over(numbered, ("number", *self._ASKED), self._JUDGE)

    def storing(self, rows: Sequence[Row]) -> tuple[str, tuple[Any, ...]]:
        """Return the statement that stores those of these rows that count or are held, and its parameters."""
        return _over(rows, tuple(EVENTS), self._INSERT)

    def store(self, connection: Connection, rows: Sequence[Row]) -> list[Judged]:
        """Judge and store, so many rows at a time as a statement takes parameters for."""
        parts = (rows[start : start + MOST_ROWS] for start in range(0, len(rows), MOST_ROWS))
        return [judged for part in parts for judged in self._store(connection, part)]

    def _store(self, connection: Connection, rows: Sequence[Row]) -> list[Judged]:
        """Judge and store; where fewer rows were stored than judged fit, none is said to be."""
        (document,) = connection.exec_driver_sql(*self.judging(rows)).one()
        verdicts: list[tuple[AttemptState, str | None, Verdict] | None] = [None] * len(rows)
        for number, state, deadline, phase, writer in msgspec.json.decode(document):
            verdicts[number] = (_STATES[state], deadline, _VERDICTS[phase, writer])
        wanted = [
            row
            for row, judged in zip(rows, verdicts, strict=True)
            if judged is not None and row["client"] is not None and judged[2].disposition is not Disposition.REFUSED
        ]
        whole = bool(wanted) and connection.exec_driver_sql(*self.storing(wanted)).rowcount == len(wanted)
        return [
            Judged()
            if judged is None
            else Judged(
                state=judged[0],
                deadline=_moment(judged[1]) if judged[1] else None,
                verdict=judged[2],
                stored=row["digest"] if whole and judged[2].disposition is not Disposition.REFUSED else None,
            )
            for row, judged in zip(rows, verdicts, strict=True)
        ]


STATEMENTS: Mapping[str, Statements] = {"postgresql": PostgreSQL(), "sqlite": SQLite()}
