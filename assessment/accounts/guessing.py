"""A limit on guessing, kept in the database so that every process counts together.

Keys are digests: the table tells nobody who tried what.
"""

from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from assessment.accounts.tables import GuessCount

WINDOW = timedelta(minutes=15)


def count_guess(session: Session, what: str, who: str, *, now: datetime) -> int:
    """Count one try of `what` by `who` and return how many there were within the window of 15 minutes."""
    key, start = _window(what, who, now)
    insert = (postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert)(GuessCount)
    count = session.scalar(
        insert.values(key=key, window_start=start, count=1)
        .on_conflict_do_update(index_elements=[GuessCount.key], set_={"count": GuessCount.count + 1})
        .returning(GuessCount.count)
    )
    return count or 1


def guesses(session: Session, what: str, who: str, *, now: datetime) -> int:
    """Return how many tries of `what` by `who` are counted in the running window."""
    key, _ = _window(what, who, now)
    return session.scalar(select(GuessCount.count).where(GuessCount.key == key)) or 0


def forget_old_guesses(session: Session, *, now: datetime) -> None:
    """Remove the counts of windows that are over."""
    session.execute(delete(GuessCount).where(GuessCount.window_start < now - 2 * WINDOW))


def _window(what: str, who: str, now: datetime) -> tuple[str, datetime]:
    start = datetime.fromtimestamp(now.timestamp() // WINDOW.total_seconds() * WINDOW.total_seconds(), now.tzinfo)
    return sha256(f"{what}\0{who}\0{start.isoformat()}".encode()).hexdigest(), start
