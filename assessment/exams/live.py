"""The live room: everybody on a sitting's roster as the server knows them at this moment.

Three statements whatever the number of candidates, no names and no item content, so that a page that asks every few
seconds costs little. `tag_of` is a digest of everything that the room shows, never of a highest number: a slower
transaction that commits later changes it too.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.tables import CheckIn, Occasion
from assessment.domain.exams.attempt_states import AttemptState
from assessment.domain.exams.room import Alert, Observed, Show, alerts, belongs, is_connected, rank
from assessment.exams.held import counts, is_undecided
from assessment.exams.moving import open_requests
from assessment.exams.tables import Attempt, AttemptPresence, FormItem, ResponseEvent, RosterEntry, Sitting


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """One candidate of the room. `attempt_id` is None before the attempt is prepared.

    `answered` of `items` questions have an answer; `place` is the question that is open and `unsent` what the
    device still holds, both as it said itself; `connected` within the last 45 seconds.
    """

    application_id: str
    person_id: str
    attempt_id: str | None
    observed: Observed
    paused_at: datetime | None
    seconds: int
    extra_seconds: int
    answered: int
    items: int
    place: int | None
    exception: str | None
    connected: bool
    alerts: tuple[Alert, ...]
    rank: tuple[int, int]

    @property
    def state(self) -> AttemptState | None:
        """Where the attempt stands."""
        return self.observed.state


def watch(session: Session, sitting: Sitting, *, now: datetime) -> list[Watched]:
    """Return everybody on the roster, in no particular order; three statements."""
    events = _events(session, sitting)
    moving = {asked.attempt_id for asked in open_requests(session, sitting.body_id, sitting.id)}
    items = (
        select(FormItem.body_id, FormItem.form_id, func.count().label("questions"))
        .where(FormItem.body_id == sitting.body_id)
        .group_by(FormItem.body_id, FormItem.form_id)
        .subquery()
    )
    rows = session.execute(
        select(
            RosterEntry.application_id,
            RosterEntry.person_id,
            RosterEntry.extra_seconds.label("promised"),
            Attempt.id,
            Attempt.state,
            Attempt.started_at,
            Attempt.deadline,
            Attempt.paused_at,
            Attempt.seconds,
            Attempt.extra_seconds,
            Attempt.epoch,
            AttemptPresence.seen_at,
            AttemptPresence.unsent,
            AttemptPresence.place,
            AttemptPresence.epoch.label("writer"),
            CheckIn.exception,
            items.c.questions,
        )
        .join(
            Attempt,
            (Attempt.body_id == RosterEntry.body_id)
            & (Attempt.sitting_id == RosterEntry.sitting_id)
            & (Attempt.application_id == RosterEntry.application_id),
            isouter=True,
        )
        .join(
            AttemptPresence,
            (AttemptPresence.body_id == Attempt.body_id) & (AttemptPresence.attempt_id == Attempt.id),
            isouter=True,
        )
        .join(
            CheckIn,
            (CheckIn.body_id == Attempt.body_id)
            & (CheckIn.record_id == Attempt.id)
            & (CheckIn.occasion == Occasion.EXAM),
            isouter=True,
        )
        .join(items, (items.c.body_id == Attempt.body_id) & (items.c.form_id == Attempt.form_id), isouter=True)
        .where(RosterEntry.body_id == sitting.body_id, RosterEntry.sitting_id == sitting.id)
    )
    watched = []
    for row in rows:
        sent = events.get(row.id, _Sent())
        observed = Observed(
            state=row.state,
            started_at=row.started_at,
            deadline=row.deadline,
            seen_at=max((each for each in (row.seen_at, sent.last_at) if each is not None), default=None),
            unsent=row.unsent or 0,
            held=sent.undecided,
            asks_to_move=row.id in moving,
            epoch=row.epoch or 0,
            writer_epoch=row.writer,
        )
        found = alerts(observed, now=now, opens_at=sitting.starts_at, closes_at=sitting.closes_at)
        watched.append(
            Watched(
                application_id=row.application_id,
                person_id=row.person_id,
                attempt_id=row.id,
                observed=observed,
                paused_at=row.paused_at,
                seconds=row.seconds or 0,
                extra_seconds=row.extra_seconds if row.id else row.promised,
                answered=sent.answered,
                items=row.questions or 0,
                place=row.place,
                exception=row.exception,
                connected=is_connected(observed, now=now),
                alerts=found,
                rank=rank(observed, found, now=now),
            )
        )
    return watched


def shown(everybody: Iterable[Watched], show: Show) -> list[Watched]:
    """Return those who belong to a list, in the order of their rank."""
    return sorted((each for each in everybody if belongs(show, each.observed, each.alerts)), key=lambda each: each.rank)


def count_by(everybody: Collection[Watched]) -> dict[Show, int]:
    """Return how many belong to each list."""
    return {show: sum(belongs(show, each.observed, each.alerts) for each in everybody) for show in Show}


def tag_of(everybody: Iterable[Watched], *further: object) -> str:
    """Return a digest of everything that is shown of the room; `further`: what else the page depends on.

    When somebody was seen last is shown only for who is missed, so that a heartbeat alone changes nothing.
    """
    seen = []
    for each in everybody:
        observed = each.observed
        missed = observed.seen_at if Alert.NOT_SEEN in each.alerts else None
        seen.append(
            (
                each.application_id,
                each.attempt_id,
                observed.state,
                observed.deadline,
                each.paused_at,
                each.extra_seconds,
                each.answered,
                each.place,
                observed.unsent,
                observed.held,
                each.exception,
                each.connected,
                each.alerts,
                missed,
            )
        )
    return sha256(repr((sorted(seen, key=lambda each: each[0]), further)).encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Sent:
    answered: int = 0
    undecided: int = 0
    last_at: datetime | None = None


def _events(session: Session, sitting: Sitting) -> Mapping[str, _Sent]:
    rows = session.execute(
        select(
            ResponseEvent.attempt_id,
            func.count(func.distinct(ResponseEvent.item)).filter(counts()).label("answered"),
            func.count().filter(is_undecided()).label("undecided"),
            func.max(ResponseEvent.received_at).label("last_at"),
        )
        .join(Attempt, (Attempt.body_id == ResponseEvent.body_id) & (Attempt.id == ResponseEvent.attempt_id))
        .where(ResponseEvent.body_id == sitting.body_id, Attempt.sitting_id == sitting.id)
        .group_by(ResponseEvent.attempt_id)
    )
    return {row.attempt_id: _Sent(answered=row.answered, undecided=row.undecided, last_at=row.last_at) for row in rows}


def names_shown(alerted: Sequence[Watched], names: Mapping[str, str], most: int) -> tuple[list[str], int]:
    """Return the first names of these candidates, in their order, and how many more there are."""
    known = sorted(names[each.person_id] for each in alerted)
    return known[:most], max(0, len(known) - most)
