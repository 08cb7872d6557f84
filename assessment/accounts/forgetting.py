"""Short-lived rows that have done their work: one-time keys and sessions that are over."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_
from sqlalchemy.orm import Session

from assessment.accounts.tables import OneTimeKey, SignInSession

KEYS_LAST = timedelta(days=7)
SESSIONS_LAST = timedelta(days=1)


def forget_old_keys(session: Session, *, now: datetime) -> None:
    """Remove one-time keys after a week: no page stays open longer and is then sent again."""
    session.execute(delete(OneTimeKey).where(OneTimeKey.used_at < now - KEYS_LAST))


def forget_old_sessions(session: Session, *, now: datetime) -> None:
    """Remove sessions a day after they ended or were revoked."""
    over = now - SESSIONS_LAST
    session.execute(delete(SignInSession).where(or_(SignInSession.expires_at < over, SignInSession.revoked_at < over)))
