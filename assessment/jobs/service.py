"""Asking for background work, and doing it.

A job is a row in the transaction of the change that asks for it: it exists exactly when the change does. A
worker takes one, runs its handler outside of any transaction (rendering and signing take long), and the
handler writes its outcome in units of work of its own. A handler may run twice and must not mind.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from assessment.database import Act, db, unit_of_work
from assessment.jobs.tables import Job

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5

Handler = Callable[[str, dict[str, Any], datetime], None]
HANDLERS: dict[str, Handler] = {}
APART: set[str] = set()

log = logging.getLogger(__name__)


def handle(kind: str, handler: Handler, *, apart: bool = False) -> None:
    """Name the function that does a kind of work: handler(body_id, payload, now).

    Work that waits for machines of others is done `apart`, so that they keep none of ours waiting.
    """
    HANDLERS[kind] = handler
    if apart:
        APART.add(kind)


def ask_for(
    session: Session,
    body_id: str,
    kind: str,
    payload: dict[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> None:
    """Ask for a piece of work in the running transaction, to be done at once or from `due_at` on."""
    session.add(Job(body_id=body_id, kind=kind, payload=payload, created_at=now, due_at=due_at or now))
    session.flush()


def work_once(clock: Callable[[], datetime], *, apart: bool | None = None) -> bool:
    """Take one due job and do it; returns whether there was one. A failing job is tried again later.

    `apart` asks for a kind that is done apart, or for one that is not; None takes either.
    """
    now = clock()
    with unit_of_work(_worker(now)) as session:
        job = session.scalars(
            select(Job)
            .where(Job.finished_at.is_(None), Job.due_at <= now, *_lane(apart))
            .order_by(Job.due_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return False
        number, kind, body_id, payload, attempts = (
            job.id,
            job.kind,
            job.body_id,
            dict(job.payload),
            job.attempts + 1,
        )
        job.attempts = attempts
        job.due_at = now + LEASE
    failure: str | None = None
    try:
        HANDLERS[kind](body_id, payload, now)
    except Exception as error:
        db.session.rollback()
        log.exception("job %s (%s) failed", number, kind)
        failure = f"{type(error).__name__}: {error}"[:500]
    finished = clock()
    with unit_of_work(_worker(finished)) as session:
        values: dict[str, Any] = {"failure": failure}
        if failure is None or attempts >= MOST_ATTEMPTS:
            values["finished_at"] = finished
        else:
            values["due_at"] = finished + timedelta(seconds=2**attempts)
        session.execute(update(Job).where(Job.id == number).values(**values))
    return True


def work_all(clock: Callable[[], datetime]) -> int:
    """Do every job that is due and return how many there were."""
    done = 0
    while work_once(clock):
        done += 1
    return done


def _lane(apart: bool | None) -> tuple[ColumnElement[bool], ...]:
    if apart is None:
        return ()
    return (Job.kind.in_(APART) if apart else Job.kind.not_in(APART),)


def _worker(now: datetime) -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=now, name="jobs.work")
