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
from flask import Flask, current_app
from sqlalchemy import select

from assessment.accounts.forgetting import forget_old_keys, forget_old_sessions
from assessment.accounts.guessing import forget_old_guesses
from assessment.accounts.tables import CertificationBody
from assessment.agencies.telling import tell_expiries
from assessment.app import create_app
from assessment.audit.sealing import seal
from assessment.credentials.cosigning import ask_witnesses
from assessment.credentials.log_files import CHECKPOINT
from assessment.credentials.log_heads import integrate, log_key, remember
from assessment.credentials.status_lists import renew_lists
from assessment.database import Act, db, reading, unit_of_work
from assessment.domain.log.checkpoint import trusted_head
from assessment.exams.closing import close_in_own_transaction
from assessment.jobs.service import work_once
from assessment.serving.ending import set_when_told
from assessment.serving.parent import end_with_parent
from assessment.settings import Settings
from assessment.verification.drawing_ahead import draw_what_changed
from assessment.verification.published import log_key_in, site_of
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
        if not work_once(now, apart=False):
            return


def work_apart() -> None:
    """Do the jobs that wait for machines of others, one after the other."""
    while work_once(now, apart=True):
        pass


def look_for_expiries() -> None:
    """Tell agencies which of the certificates that they watch have run out."""
    tell_expiries(now())


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


def log_leaves() -> None:
    """Give the facts that wait their places in the transparency log, and sign its head."""
    integrate(now())


def look_at_published() -> None:
    """Remember the head of the public files, wherever they lie: a database that is older is found out by it."""
    settings: Settings = current_app.extensions["settings"]
    if settings.log_published is None:
        return
    fetch = site_of(settings.log_published)
    with reading() as session:
        key = log_key(session) or log_key_in(fetch("issuers.json"))
    content = fetch(CHECKPOINT)
    if key is not None and content is not None:
        trusted_head(content, key)
        remember(content.decode(), key)


def have_heads_cosigned() -> None:
    """Have the witnesses that the settings name cosign the log's newest head; one that does not is asked again."""
    settings: Settings = current_app.extensions["settings"]
    for name, refusal in ask_witnesses(settings.witnesses, now()).items():
        log.warning("a witness did not cosign", witness=name, reason=str(refusal))


def drawing_of_pages() -> Callable[[], None]:
    """Return what goes round all certificates, and draws the pages that stand no more."""
    place = ""

    def draw_pages() -> None:
        nonlocal place
        place = draw_what_changed(place, now())

    return draw_pages


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
    """Something the worker does again and again, `every` so many seconds; `due` is on the monotonic clock.

    What does not only read the database waits while that stands behind the published log.
    """

    do: Callable[[], None]
    every: float
    reads_only: bool = False
    due: float = field(default=0.0)


def duties() -> list[Duty]:
    """Return everything the worker is for, each due at once."""
    return [
        Duty(do=look_at_published, every=60, reads_only=True),
        Duty(do=work, every=PAUSE_SECONDS),
        Duty(do=seal_entries, every=1),
        Duty(do=log_leaves, every=1),
        Duty(do=close_exams, every=5),
        Duty(do=sign_lists, every=300),
        Duty(do=look_for_expiries, every=300),
        Duty(do=drawing_of_pages(), every=10),
        Duty(do=tidy, every=600),
    ]


def duties_apart() -> list[Duty]:
    """Return what a thread of its own is for, because it waits for others."""
    return [Duty(do=work_apart, every=PAUSE_SECONDS), Duty(do=have_heads_cosigned, every=60)]


def run(app: Flask, stopped: threading.Event, todo: list[Duty] | None = None) -> None:
    """Do every duty when it is due, until `stopped` is set; without a list, all that the worker is for."""
    todo = duties() if todo is None else todo
    read_only: Callable[[], bool] = app.extensions["read_only"]
    with app.app_context():
        while not stopped.is_set():
            for duty in todo:
                if time.monotonic() < duty.due or stopped.is_set():
                    continue
                if duty.reads_only or not read_only():
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
    # What it does may be cut off anywhere and is done again; the end of the process does not wait for it.
    threading.Thread(target=run, args=(app, stopped, duties_apart()), name="apart", daemon=True).start()
    run(app, stopped)


if __name__ == "__main__":
    main()
