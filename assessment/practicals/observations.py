"""Observations as they are stored, read back for calculations and for pages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.domain.practicals.delivery import Sent, in_order
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
from assessment.practicals.tables import Observation, ObservationStanding
from assessment.practicals.tables_sheets import ObservationDecision


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredObservation:
    """One observation: `number` is the order in which observations came in, `round` the marking it belongs to.

    `held`: it came when its sheet was submitted; `taken`: what the second person said last, None for nothing yet.
    """

    number: int
    person_id: str
    sent: Sent
    digest: str
    received_at: datetime
    round: int = 1
    held: bool = False
    taken: bool | None = None

    @property
    def counts(self) -> bool:
        """Whether it counts: it came in time, or a second person took it."""
        return not self.held or self.taken is True


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
    session: Session,
    body_id: str,
    practical_id: str,
    criteria: Sequence[CriterionContent],
    *,
    person_id: str | None = None,
    until: datetime | None = None,
    also: Collection[int] = (),
) -> list[StoredObservation]:
    """Return the observations of a practical in the order of arrival, of one assessor where one is named.

    `until`: as they stood then, without later observations and later decisions on held ones. `also`: the numbers of
    observations of other practicals that are carried over into this one.

    One statement. Raises Invalid when a stored mark is none: somebody changed it in the database.
    """
    by_id = {criterion.id: criterion for criterion in criteria}
    decided = select(ObservationDecision.taken).where(ObservationDecision.number == Observation.number)
    if until is not None:
        decided = decided.where(ObservationDecision.decided_at <= until)
    last = decided.order_by(ObservationDecision.turn.desc()).limit(1).correlate(Observation).scalar_subquery()
    mine = Observation.practical_id == practical_id
    if person_id is not None:
        mine &= Observation.person_id == person_id
    wanted = select(Observation, last.label("taken")).where(
        Observation.body_id == body_id, mine | Observation.number.in_(also) if also else mine
    )
    if until is not None:
        wanted = wanted.where(Observation.received_at <= until)
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
                reason=row.reason,
                device=row.device,
                tool=row.tool_id or "",
            ),
            digest=row.digest,
            received_at=row.received_at,
            round=row.round,
            held=row.standing is ObservationStanding.HELD,
            taken=taken,
        )
        for row, taken in session.execute(wanted.order_by(Observation.number))
        if row.rubric_criterion_id in by_id
    ]


def in_force(stored: Sequence[StoredObservation], *, as_they_came: bool = False) -> list[StoredObservation]:
    """Return the observations of one assessor that count, in the order in which they count.

    A later round counts over an earlier one. `as_they_came`: what was sealed by a receipt of version 1 counts in the
    order of its arrival.
    """
    counted = [each for each in stored if each.counts]
    if as_they_came:
        return counted
    by_key = {each.sent.key: each for each in counted}
    rounds = sorted({each.round for each in counted})
    return [
        by_key[sent.key]
        for number in rounds
        for sent in in_order(each.sent for each in counted if each.round == number)
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
        case Measurement(value=measured, length=length):
            if isinstance(marking, Measured):
                parts = {"reading": judge(measured, marking.limits, length), "confirmed": marking.confirmed}
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
