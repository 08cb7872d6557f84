"""Where an agency is told of changes, and which certificates it watches.

A webhook is open until it is ended, or the key that it was registered with. Its secret is derived from the
installation's and the webhook's id: it is shown once, and stands in no table.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, exists, func, insert, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.sealing import derive
from assessment.agencies.keys import Caller
from assessment.agencies.tables import Agency, AgencyKeyEnd, Webhook, WebhookEnd, WebhookWatch
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.webhook import is_public, literal, read_receiver

MOST_WEBHOOKS = 5
MOST_WATCHED = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class NewWebhook:
    """A webhook that was registered now, with its secret of 32 bytes."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An open webhook, and how many certificates it watches."""

    id: str
    url: str
    made_at: datetime
    watched: int


def secret_of(secret: bytes, webhook_id: str) -> bytes:
    """Return the secret of a webhook (32 bytes), from the installation's."""
    return derive(secret, f"webhook {webhook_id}")


def register(session: Session, caller: Caller, url: str, *, secret: bytes, inside: bool, now: datetime) -> NewWebhook:
    """Register an https address; `inside` lets it be one of this network.

    Raises Invalid for what is no https address or not a public one, Conflict when the agency has five already.
    """
    host = literal(read_receiver(url).host)
    if host is not None and not inside and not is_public(host):
        raise Invalid(N_("Expected an address of the public internet."))
    session.get_one(Agency, (caller.body_id, caller.agency_id), with_for_update=True)
    count = (
        select(func.count())
        .select_from(Webhook)
        .where(Webhook.body_id == caller.body_id, Webhook.agency_id == caller.agency_id, is_open())
    )
    if (session.scalar(count) or 0) >= MOST_WEBHOOKS:
        raise Conflict(N_("There are %(count)s webhooks already. End one first."), count=MOST_WEBHOOKS)
    webhook = Webhook(
        body_id=caller.body_id,
        id=new_id(),
        agency_id=caller.agency_id,
        agency_key_id=caller.key_id,
        url=url,
        made_at=now,
    )
    session.add(webhook)
    session.flush()
    return NewWebhook(id=webhook.id, secret=secret_of(secret, webhook.id))


def watch(
    session: Session, caller: Caller, webhook_id: str, *, add: Collection[str], remove: Collection[str], now: datetime
) -> int:
    """Begin and cease to watch certificates, whose ids must be known; returns how many are watched then.

    Raises NotFound unless the webhook is open and the agency's own, Conflict when there would be more than 10,000.
    """
    webhook = session.scalar(
        select(Webhook)
        .where(
            Webhook.body_id == caller.body_id,
            Webhook.id == webhook_id,
            Webhook.agency_id == caller.agency_id,
            is_open(),
        )
        .with_for_update()
    )
    if webhook is None:
        raise NotFound(N_("There is no such webhook."))
    last = _last_of(session, caller.body_id, webhook_id)
    before = {credential_id for credential_id, (_number, watched) in last.items() if watched}
    new, gone = set(add) - before, set(remove) & before
    if len(before | new) - len(gone) > MOST_WATCHED:
        raise Conflict(N_("Expected at most %(limit)s certificates to be watched."), limit=MOST_WATCHED)
    rows = [
        {
            "body_id": caller.body_id,
            "webhook_id": webhook_id,
            "credential_id": credential_id,
            "number": last.get(credential_id, (0, False))[0] + 1,
            "watched": credential_id in new,
            "at": now,
        }
        for credential_id in sorted(new | gone)
    ]
    if rows:
        session.execute(insert(WebhookWatch), rows)
    return len((before | new) - gone)


def end(session: Session, body_id: str, webhook_id: str, *, reason: str, by: str | None, now: datetime) -> None:
    """Send nothing to an address any more; one that has ended stays as it is."""
    if session.get(WebhookEnd, (body_id, webhook_id)) is None:
        session.add(WebhookEnd(body_id=body_id, webhook_id=webhook_id, reason=reason, ended_by=by, ended_at=now))
        session.flush()


def own_webhook(session: Session, body_id: str, agency_id: str, webhook_id: str) -> Webhook:
    """Return a webhook of an agency. Raises NotFound."""
    webhook = session.get(Webhook, (body_id, webhook_id))
    if webhook is None or webhook.agency_id != agency_id:
        raise NotFound(N_("There is no such webhook."))
    return webhook


def _last_of(session: Session, body_id: str, webhook_id: str) -> dict[str, tuple[int, bool]]:
    """Return the last number of each certificate of a webhook, and whether it is watched by it; one statement."""
    last = _last_watches().where(WebhookWatch.body_id == body_id, WebhookWatch.webhook_id == webhook_id).subquery()
    rows = session.execute(select(last.c.credential_id, last.c.number, last.c.watched).where(last.c.place == 1))
    return {row.credential_id: (row.number, row.watched) for row in rows}


def watching(session: Session, body_id: str, credential_id: str) -> dict[str, datetime]:
    """Return the open webhooks that watch a certificate, and since when; one statement."""
    last = (
        _last_watches()
        .join(Webhook, and_(Webhook.body_id == WebhookWatch.body_id, Webhook.id == WebhookWatch.webhook_id))
        .where(WebhookWatch.body_id == body_id, WebhookWatch.credential_id == credential_id, is_open())
        .subquery()
    )
    rows = session.execute(select(last.c.webhook_id, last.c.at).where(last.c.place == 1, last.c.watched))
    return {row.webhook_id: row.at for row in rows}


def webhooks_of(session: Session, caller: Caller) -> list[Line]:
    """Return the open webhooks of an agency, the oldest first; one statement."""
    last = _last_watches().where(WebhookWatch.body_id == caller.body_id).subquery()
    rows = session.execute(
        select(Webhook.id, Webhook.url, Webhook.made_at, func.count(last.c.credential_id).label("watched"))
        .outerjoin(last, and_(last.c.webhook_id == Webhook.id, last.c.place == 1, last.c.watched))
        .where(Webhook.body_id == caller.body_id, Webhook.agency_id == caller.agency_id, is_open())
        .group_by(Webhook.id, Webhook.url, Webhook.made_at)
        .order_by(Webhook.made_at, Webhook.id)
    )
    return [Line(id=row.id, url=row.url, made_at=row.made_at, watched=row.watched) for row in rows]


def is_open() -> ColumnElement[bool]:
    """Whether neither the webhook nor the key behind it has ended."""
    return and_(
        ~exists().where(WebhookEnd.body_id == Webhook.body_id, WebhookEnd.webhook_id == Webhook.id),
        ~exists().where(AgencyKeyEnd.body_id == Webhook.body_id, AgencyKeyEnd.agency_key_id == Webhook.agency_key_id),
    )


def _last_watches() -> Select[str, str, int, bool, datetime, int]:
    return select(
        WebhookWatch.webhook_id,
        WebhookWatch.credential_id,
        WebhookWatch.number,
        WebhookWatch.watched,
        WebhookWatch.at,
        func.row_number()
        .over(partition_by=(WebhookWatch.webhook_id, WebhookWatch.credential_id), order_by=WebhookWatch.number.desc())
        .label("place"),
    )
