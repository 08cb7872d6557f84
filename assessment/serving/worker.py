"""The one process that does what nobody waits for: jobs, seals, exams whose time is over, status lists, tidying.

Run as `python -m assessment.serving.worker`. Every duty is a unit of work of its own (or several); one that
fails is logged and comes round again, and keeps no other waiting.
"""

import logging.config
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from flask import Flask
from sqlalchemy import select

from assessment.accounts.forgetting import forget_old_keys, forget_old_sessions
from assessment.accounts.guessing import forget_old_guesses
from assessment.accounts.tables import CertificationBody
from assessment.app import create_app
from assessment.audit.sealing import seal
from assessment.credentials.status_lists import renew_lists
from assessment.database import Act, db, reading, unit_of_work
from assessment.exams.closing import close_in_own_transaction
from assessment.jobs.service import work_once
from assessment.serving.ending import set_when_told
from assessment.serving.parent import end_with_parent
from assessment.settings import Settings
from assessment.web.observing import LOGGING, log_as_json

PAUSE_SECONDS = 0.25
MOST_JOBS_AT_A_TIME = 20

log = structlog.get_logger("teruji.worker")


def now() -> datetime:
    """The moment, in UTC."""
    return datetime.now(UTC)


def work() -> None:
    """Do the jobs that are due, up to 20, so that no other duty waits for long."""
    for _ in range(MOST_JOBS_AT_A_TIME):
        if not work_once(now):
            return


def seal_entries() -> None:
    """Chain every committed audit entry."""
    while True:
        moment = now()
        with unit_of_work(_act("audit.seal", moment)) as session:
            if not seal(session, now=moment):
                return


def close_exams() -> None:
    """End and score every attempt whose time is over."""
    for body_id in bodies():
        close_in_own_transaction(body_id, now())


def sign_lists() -> None:
    """Sign the status lists again that are about to run out."""
    renew_lists(now())


def tidy() -> None:
    """Remove short-lived rows that have done their work."""
    for forget in (forget_old_guesses, forget_old_keys, forget_old_sessions):
        moment = now()
        with unit_of_work(_act("accounts.tidy", moment)) as session:
            forget(session, now=moment)


def bodies() -> list[str]:
    """Return the codes of all certification bodies."""
    with reading() as session:
        return list(session.scalars(select(CertificationBody.id).order_by(CertificationBody.id)))


def _act(name: str, moment: datetime) -> Act:
    return Act(body_id=None, account_id=None, person_id=None, at=moment, name=name)


@dataclass(kw_only=True, slots=True)
class Duty:
    """Something the worker does again and again, `every` so many seconds; `due` is on the monotonic clock."""

    do: Callable[[], None]
    every: float
    due: float = field(default=0.0)


def duties() -> list[Duty]:
    """Return everything the worker is for, each due at once."""
    return [
        Duty(do=work, every=PAUSE_SECONDS),
        Duty(do=seal_entries, every=1),
        Duty(do=close_exams, every=5),
        Duty(do=sign_lists, every=300),
        Duty(do=tidy, every=600),
    ]


def run(app: Flask, stopped: threading.Event) -> None:
    """Do every duty when it is due, until `stopped` is set."""
    todo = duties()
    with app.app_context():
        while not stopped.is_set():
            for duty in todo:
                if time.monotonic() >= duty.due and not stopped.is_set():
                    _do(duty)
            stopped.wait(PAUSE_SECONDS)


def _do(duty: Duty) -> None:
    try:
        duty.do()
    except Exception:
        db.session.rollback()
        log.exception("a duty failed", duty=duty.do.__name__)
    finally:
        db.session.remove()
        duty.due = time.monotonic() + duty.every


def main() -> None:
    """Work until the process is ended."""
    log_as_json()
    logging.config.dictConfig(LOGGING)
    stopped = threading.Event()
    set_when_told(stopped)
    end_with_parent()
    app = create_app(Settings.from_environment())
    with app.app_context():
        db.engine.hide_parameters = True
    run(app, stopped)


if __name__ == "__main__":
    main()
