"""Who is told, in the transaction of the change itself, that the status of a certificate is another one.

A higher feature names a function here, as this one does not know those who listen.
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

DRAW = "draw pages"  # the job that is asked for when a certificate is there; {"credential": id}


class StatusEvent(StrEnum):
    """What changed the status of a certificate."""

    REVOKED = "revoked"
    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


Listener = Callable[[Session, str, str, StatusEvent, datetime], None]

_listeners: list[Listener] = []


def listens(listener: Listener) -> None:
    """Name a function that is told of each change: listener(session, body_id, credential_id, event, now)."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(session: Session, body_id: str, credential_id: str, event: StatusEvent, *, now: datetime) -> None:
    """Tell everybody who listens; what they write is part of the running transaction."""
    for listener in _listeners:
        listener(session, body_id, credential_id, event, now)
