"""Who may be put on a roster: applications belong to a higher feature, which says so here.

Certification names two functions once: one that finds applications ready to be examined, and its own use
case that puts one on a roster (it calls `sittings.register` and moves the application on).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.web.actor import Actor


@dataclass(frozen=True, kw_only=True, slots=True)
class Registrable:
    """An application that may be put on a roster; `number` is the one people know it by."""

    application_id: str
    person_id: str
    number: str
    adjustment: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """Who is put on which roster, with what extra time, and why if the roster is closed."""

    sitting_id: str
    application_id: str
    extra_seconds: int
    late_reason: str


Finder = Callable[[Session, str, str], Sequence[Registrable]]
Registrar = Callable[[Session, Actor, Registration, datetime], None]

_source: list[tuple[Finder, Registrar]] = []


def candidates_come_from(find: Finder, put_on_roster: Registrar) -> None:
    """Name where candidates come from.

    `find(session, body_id, scheme_version_id)` returns those ready for an exam of this scheme version;
    `put_on_roster(session, actor, registration, now)` registers one.
    """
    _source[:] = [(find, put_on_roster)]


def candidate_source() -> tuple[Finder, Registrar] | None:
    """Return where candidates come from, or None where no feature has said so."""
    return _source[0] if _source else None
