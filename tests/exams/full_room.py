"""A room with many candidates, in the states that an invigilator meets, written straight into the tables."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from assessment.accounts.ids import new_id
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.events import Event, digest
from assessment.exams.tables import Attempt, AttemptPresence, ResponseEvent, Standing
from tests.exams.room import BODY, Room

FIRST = ("Ahmad", "Bunga", "Citra", "Dewi", "Eko", "Fitri", "Gilang", "Hana", "Indra", "Joko", "Kartika", "Lestari")
LAST = ("Contoh", "Misal", "Andai", "Umpama", "Teladan", "Rekaan", "Kiasan", "Permisalan")


def invented_names(count: int) -> list[str]:
    """So many different invented names."""
    return [f"{FIRST[n % len(FIRST)]} {LAST[n // len(FIRST) % len(LAST)]} {n:03d}" for n in range(count)]


def begin(
    room: Room,
    attempt_ids: Sequence[str],
    *,
    started_at: datetime,
    state: AttemptState = AttemptState.RUNNING,
    seen_at: datetime | None = None,
    answered: int = 0,
    unsent: int = 0,
    place: int | None = None,
) -> None:
    """Put attempts where they would be after their start at a moment; nothing here is how people get there."""
    deadline = started_at + timedelta(minutes=60)
    values: dict[str, Any] = {"state": state, "started_at": started_at, "deadline": deadline}
    if state is AttemptState.PAUSED:
        values["paused_at"] = started_at + timedelta(minutes=10)
    if state is AttemptState.SUBMITTED:
        values |= {"submitted_at": started_at + timedelta(minutes=20), "answers": answered, "receipt": "0" * 64}
    with room.writing() as session:
        session.execute(update(Attempt).where(Attempt.body_id == BODY, Attempt.id.in_(attempt_ids)).values(**values))
        if seen_at is not None:
            session.execute(
                insert(AttemptPresence),
                [
                    {
                        "body_id": BODY,
                        "attempt_id": each,
                        "seen_at": seen_at,
                        "unsent": unsent,
                        "place": place,
                        "client": "c1",
                        "epoch": 1,
                    }
                    for each in attempt_ids
                ],
            )
    for each in attempt_ids:
        write_events(room, each, [(item, "B") for item in range(answered)], at=started_at + timedelta(minutes=1))


def write_events(
    room: Room,
    attempt_id: str,
    answers: Sequence[tuple[int, str | list[str]]],
    *,
    at: datetime,
    standing: Standing = Standing.ACCEPTED,
    epoch: int = 1,
) -> list[int]:
    """Store events as the answer path would have, all at one moment; returns their numbers."""
    client = new_id()
    rows = []
    for seq, (item, value) in enumerate(answers, start=1):
        event = Event(
            client=client,
            seq=seq,
            item=room.exam.items[item],
            response={"RESPONSE": tuple(value) if isinstance(value, list) else value},
            lang="id",
            elapsed=61_000,
        )
        rows.append(
            {
                "v": 1,
                "body_id": BODY,
                "attempt_id": attempt_id,
                "client": client,
                "seq": seq,
                "item": event.item,
                "response": {"RESPONSE": value},
                "lang": "id",
                "elapsed": event.elapsed,
                "standing": standing,
                "epoch": epoch,
                "digest": digest(event),
                "received_at": at,
            }
        )
    with room.writing() as session:
        if rows:
            session.execute(insert(ResponseEvent), rows)
        return list(
            session.scalars(
                ResponseEvent.__table__.select()
                .with_only_columns(ResponseEvent.number)
                .where(ResponseEvent.client == client)
                .order_by(ResponseEvent.number)
            )
        )
