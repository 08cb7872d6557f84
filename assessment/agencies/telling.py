"""Putting messages on their way: a row for each webhook that watches, with its job, in the transaction of the change.

That a certificate has run out is nobody's act: the worker looks for it.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.agencies.statuses import statuses_of
from assessment.agencies.tables import WebhookMessage, WebhookWatch
from assessment.agencies.webhooks import watching
from assessment.credentials.tables import Credential, CredentialIntent
from assessment.credentials.told import StatusEvent, listens, tell
from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.verdict import Verdict
from assessment.jobs.service import ask_for

DELIVER = "tell an agency"
# A worker that was away longer than this tells nobody of what ran out before.
LOOKED_BACK = timedelta(days=30)


def queue(session: Session, body_id: str, credential_id: str, event: StatusEvent, now: datetime) -> None:
    """Write what each agency that watches a certificate is told of an event, and ask for its delivery.

    The certificate is locked first: whoever begins to watch it at this moment either is told, or reads the new status.
    """
    session.get(Credential, (body_id, credential_id), with_for_update=True)
    webhooks = watching(session, body_id, credential_id)
    status = statuses_of(session, body_id, [credential_id], now=now).get(credential_id) if webhooks else None
    if status is None:
        return
    happened_at = status.since if event is StatusEvent.EXPIRED else now
    told = set(
        session.scalars(
            select(WebhookMessage.webhook_id).where(
                WebhookMessage.body_id == body_id,
                WebhookMessage.credential_id == credential_id,
                WebhookMessage.event == event,
                WebhookMessage.happened_at == happened_at,
            )
        )
    )
    for webhook_id, since in sorted(webhooks.items()):
        if webhook_id in told or since > happened_at:
            continue
        message = WebhookMessage(
            body_id=body_id,
            id=new_id(),
            webhook_id=webhook_id,
            credential_id=credential_id,
            event=event,
            status=status.verdict.value,
            since=status.since,
            happened_at=happened_at,
        )
        session.add(message)
        session.flush()
        ask_for(session, body_id, DELIVER, {"message": message.id, "number": 1}, now=now)


def tell_expiries(now: datetime) -> int:
    """Tell of every watched certificate that ran out and was not told of; returns how many there were.

    Opens transactions of its own.
    """
    with reading() as session:
        due = _run_out(session, now)
    for body_id, credential_id in due:
        act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="agencies.tell_expiries")
        with unit_of_work(act) as session:
            tell(session, body_id, credential_id, StatusEvent.EXPIRED, now=now)
    return len(due)


def _run_out(session: Session, now: datetime) -> list[tuple[str, str]]:
    rows = session.execute(
        select(CredentialIntent.body_id, CredentialIntent.id, CredentialIntent.expires_at)
        .join(
            WebhookWatch,
            and_(WebhookWatch.body_id == CredentialIntent.body_id, WebhookWatch.credential_id == CredentialIntent.id),
        )
        .outerjoin(
            WebhookMessage,
            and_(
                WebhookMessage.body_id == WebhookWatch.body_id,
                WebhookMessage.webhook_id == WebhookWatch.webhook_id,
                WebhookMessage.credential_id == WebhookWatch.credential_id,
                WebhookMessage.event == StatusEvent.EXPIRED,
            ),
        )
        .where(
            CredentialIntent.expires_at > now - LOOKED_BACK,
            CredentialIntent.expires_at <= now,
            WebhookMessage.id.is_(None),
        )
        .distinct()
        .order_by(CredentialIntent.body_id, CredentialIntent.id)
    ).all()
    found: list[tuple[str, str]] = []
    for body_id, credential_id, expires_at in rows:
        status = statuses_of(session, body_id, [credential_id], now=now).get(credential_id)
        if status is not None and status.verdict is Verdict.EXPIRED:
            watched = watching(session, body_id, credential_id)
            if any(since <= expires_at for since in watched.values()):
                found.append((body_id, credential_id))
    return found


listens(queue)
