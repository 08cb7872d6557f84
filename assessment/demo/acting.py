"""Somebody does one thing at a moment of the demo."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from assessment.database import Act, unit_of_work
from assessment.web.actor import Actor


@contextmanager
def acting(actor: Actor, now: datetime, name: str) -> Iterator[Session]:
    """Let somebody do one thing at a moment: a unit of work of their own."""
    act = Act(
        body_id=actor.body_id, account_id=actor.account_id, person_id=actor.person_id, at=now, name=f"demo.{name}"
    )
    with unit_of_work(act) as session:
        yield session
