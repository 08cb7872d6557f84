"""Observations as they are stored, read back for calculations and for pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.practicals.delivery import Sent
from assessment.domain.practicals.measurement import Reading, judge
from assessment.domain.practicals.observation import (
    Answered,
    Level,
    Measurement,
    ObservedValue,
    parse,
    to_json,
)
from assessment.domain.practicals.rubric import Marking, Measured
from assessment.practicals.content import CriterionContent
from assessment.practicals.tables import Observation


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredObservation:
    """One observation in its place: `number` is the order in which observations were taken."""

    number: int
    person_id: str
    sent: Sent
    digest: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownMark:
    """A mark in parts that a page puts into words (macro `mark_words`).

    Exactly one of `level` (with its `descriptor`), `reading` and `answer` is there. `field` and `raw` are how
    the sheet's form sends the same mark again.
    """

    field: str
    raw: str
    note: str
    observed_at: datetime
    received_at: datetime
    level: int | None = None
    descriptor: str = ""
    reading: Reading | None = None
    confirmed: bool = True
    answer: str = ""


def observations_of(
    session: Session, body_id: str, practical_id: str, criteria: Sequence[CriterionContent]
) -> list[StoredObservation]:
    """Return all observations of a practical, the oldest first; one statement.

    Raises Invalid when a stored mark is none: somebody changed it in the database.
    """
    by_id = {criterion.id: criterion for criterion in criteria}
    rows = session.execute(
        select(
            Observation.number,
            Observation.person_id,
            Observation.client,
            Observation.seq,
            Observation.rubric_criterion_id,
            Observation.mark,
            Observation.note,
            Observation.observed_at,
            Observation.received_at,
            Observation.digest,
        )
        .where(Observation.body_id == body_id, Observation.practical_id == practical_id)
        .order_by(Observation.number)
    )
    return [
        StoredObservation(
            number=row.number,
            person_id=row.person_id,
            sent=Sent(
                client=row.client,
                seq=row.seq,
                criterion=by_id[row.rubric_criterion_id].code,
                value=parse(row.mark, by_id[row.rubric_criterion_id].marking),
                note=row.note,
                observed_at=row.observed_at,
            ),
            digest=row.digest,
            received_at=row.received_at,
        )
        for row in rows
        if row.rubric_criterion_id in by_id
    ]


def shown_mark(
    value: ObservedValue,
    marking: Marking,
    levels: Sequence[str],
    *,
    note: str,
    observed_at: datetime,
    received_at: datetime,
) -> ShownMark:
    """Return a mark in parts; `levels` are the descriptors in the reader's language."""
    parts: dict[str, Any] = {}
    raw = to_json(value)
    match value:
        case Level(level=level):
            parts = {"level": level, "descriptor": levels[level] if level < len(levels) else ""}
        case Measurement(value=measured):
            if isinstance(marking, Measured):
                parts = {"reading": judge(measured, marking.limits), "confirmed": marking.confirmed}
        case Answered(answer=answer):
            parts = {"answer": answer.value}
    field = next(name for name in raw if name != "v")
    return ShownMark(
        field=field,
        raw=str(raw[field]),
        note=note,
        observed_at=observed_at,
        received_at=received_at,
        **parts,
    )
