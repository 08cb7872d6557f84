"""Counting how often a certificate is checked, without slowing the page down.

Counts wait in this process and are written in one go, at most every ten seconds: a single check is written at once, a
crowd of them once in a while. What still waits when a process ends is lost; a count is a hint, not evidence.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from threading import Lock
from wsgiref.types import WSGIEnvironment

from flask import Flask
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from assessment.database import Act, unit_of_work
from assessment.settings import Settings
from assessment.verification.tables_checks import CheckCount

log = logging.getLogger(__name__)

AHEAD = "teruji.ahead"  # in the environment of a request of our own, which is nobody's check
BETWEEN = timedelta(seconds=10)
_COUNTRY = re.compile(r"[A-Z]{2}")
_NOWHERE = frozenset({"XX", "ZZ", "T1"})  # what proxies say where they do not know


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What is counted: one certificate on one day from one country, which is empty where it is not known."""

    body_id: str
    credential_id: str
    day: date
    country: str = ""


class Tally:
    """The counts of a process that are not written yet; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: Counter[Checked] = Counter()
        self._written_at: datetime | None = None

    def add(self, checked: Checked, now: datetime) -> Counter[Checked]:
        """Count one check; returns what is to be written now, which is nothing within ten seconds of the last time."""
        with self._lock:
            self._waiting[checked] += 1
            if self._written_at is not None and timedelta() <= now - self._written_at < BETWEEN:
                return Counter()
            taken, self._waiting = self._waiting, Counter()
            self._written_at = now
            return taken

    def put_back(self, taken: Counter[Checked]) -> None:
        """Keep counts that could not be written for the next time."""
        with self._lock:
            self._waiting.update(taken)


def count(
    app: Flask, tally: Tally, checked: Checked, environ: WSGIEnvironment, now: datetime
) -> Callable[[], None] | None:
    """Count a check by a request, with its country; returns what is to be done once the answer is out, if anything.

    What a browser fetches in advance and a question for the headers alone do not count. A count that cannot be written
    changes no answer: it is kept for the next time.
    """
    if AHEAD in environ or environ["REQUEST_METHOD"] != "GET" or "prefetch" in environ.get("HTTP_SEC_PURPOSE", ""):
        return None
    taken = tally.add(replace(checked, country=_country(environ, app.extensions["settings"])), now)
    return partial(_write, app, tally, taken, now) if taken else None


def _write(app: Flask, tally: Tally, taken: Counter[Checked], now: datetime) -> None:
    act = Act(body_id=None, account_id=None, person_id=None, at=now, name="verification.count")
    try:
        with app.app_context(), unit_of_work(act) as session:
            write_counts(session, taken)
    except SQLAlchemyError:
        log.warning("checks could not be counted; they wait")
        tally.put_back(taken)


def _country(environ: WSGIEnvironment, settings: Settings) -> str:
    """Return the country that a trusted proxy names, empty where the settings name no header or it says nothing."""
    if settings.country_header is None:
        return ""
    said = str(environ.get(f"HTTP_{settings.country_header.upper().replace('-', '_')}", "")).strip().upper()
    return said if _COUNTRY.fullmatch(said) and said not in _NOWHERE else ""


def write_counts(session: Session, counts: Counter[Checked]) -> None:
    """Add counts to those that are stored; one statement each."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for checked, number in sorted(
        counts.items(), key=lambda each: (each[0].credential_id, each[0].day, each[0].country)
    ):
        session.execute(
            insert(CheckCount)
            .values(
                body_id=checked.body_id,
                credential_id=checked.credential_id,
                day=checked.day,
                country=checked.country,
                number=number,
            )
            .on_conflict_do_update(
                index_elements=[CheckCount.body_id, CheckCount.credential_id, CheckCount.day, CheckCount.country],
                set_={"number": CheckCount.number + number},
            )
        )
