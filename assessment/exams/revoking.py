"""What ends for a running exam when its candidate's sessions are revoked: the permission to write.

A writer's token needs no session. Raising the attempt's epoch makes every token that is out there an older
writer's: what comes with it is held, and replaces no answer.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.sign_in import when_revoked
from assessment.accounts.tables import Account
from assessment.domain.exams.attempt_states import STARTED
from assessment.exams.tables import Attempt


def raise_epochs(session: Session, body_id: str, account_id: str) -> None:
    """Raise the writer epoch of every started attempt of the account's person."""
    attempts = session.scalars(
        select(Attempt)
        .join(Account, (Account.body_id == Attempt.body_id) & (Account.person_id == Attempt.person_id))
        .where(Account.body_id == body_id, Account.id == account_id, Attempt.state.in_(STARTED))
        .order_by(Attempt.id)
        .with_for_update(of=Attempt)
    )
    for attempt in attempts:
        attempt.epoch += 1
    session.flush()


when_revoked(raise_epochs)
