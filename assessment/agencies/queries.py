"""Reading agencies for the pages of the office: keys, webhooks, what was delivered. Never an id of a certificate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.orm import Session

from assessment.agencies.tables import (
    Agency,
    AgencyKey,
    AgencyKeyEnd,
    AgencyRequest,
    Outcome,
    Webhook,
    WebhookAttempt,
    WebhookEnd,
    WebhookMessage,
)
from assessment.agencies.webhooks import is_open
from assessment.credentials.told import StatusEvent
from assessment.domain.webhook import DELAYS
from assessment.web.gate import RecordStanding

PAGE = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class AgencyLine:
    """An agency in the list; `keys` and `webhooks` count those that are open."""

    id: str
    name: str
    registered_at: datetime
    keys: int
    webhooks: int


@dataclass(frozen=True, kw_only=True, slots=True)
class KeyLine:
    """A key, how often it asked for statuses, and when last; the end's fields are None while it is open."""

    id: str
    made_by: str
    made_at: datetime
    requests: int
    last_at: datetime | None
    reason: str | None
    ended_by: str | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class WebhookLine:
    """A webhook; `ended_at` is that of the webhook or of its key, whichever came."""

    id: str
    url: str
    made_at: datetime
    reason: str | None
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """A message with its last attempt; `number` is 0 while none was made."""

    id: str
    url: str
    event: StatusEvent
    happened_at: datetime
    number: int
    outcome: Outcome | None
    answer: int | None
    tried_at: datetime | None
    open: bool

    @property
    def given_up(self) -> bool:
        """Whether nothing is tried any more."""
        return self.outcome is not Outcome.TAKEN and (not self.open or self.number > len(DELAYS))


def agencies(session: Session, body_id: str) -> list[AgencyLine]:
    """Return the agencies of a body by name; one statement."""
    keys = (
        select(func.count())
        .select_from(AgencyKey)
        .where(AgencyKey.body_id == Agency.body_id, AgencyKey.agency_id == Agency.id, ~_key_ended())
        .scalar_subquery()
    )
    webhooks = (
        select(func.count())
        .select_from(Webhook)
        .where(Webhook.body_id == Agency.body_id, Webhook.agency_id == Agency.id, is_open())
        .scalar_subquery()
    )
    rows = session.execute(
        select(Agency.id, Agency.name, Agency.registered_at, keys.label("keys"), webhooks.label("webhooks"))
        .where(Agency.body_id == body_id)
        .order_by(func.lower(Agency.name), Agency.id)
    )
    return [AgencyLine(**row._mapping) for row in rows]


def keys_of(session: Session, body_id: str, agency_id: str) -> list[KeyLine]:
    """Return the keys of an agency, the newest first; one statement."""
    asked = (
        select(
            AgencyRequest.agency_key_id,
            func.count().label("requests"),
            func.max(AgencyRequest.asked_at).label("last_at"),
        )
        .where(AgencyRequest.body_id == body_id)
        .group_by(AgencyRequest.agency_key_id)
        .subquery()
    )
    rows = session.execute(
        select(
            AgencyKey.id,
            AgencyKey.made_by,
            AgencyKey.made_at,
            func.coalesce(asked.c.requests, 0).label("requests"),
            asked.c.last_at,
            AgencyKeyEnd.reason,
            AgencyKeyEnd.ended_by,
            AgencyKeyEnd.ended_at,
        )
        .outerjoin(asked, asked.c.agency_key_id == AgencyKey.id)
        .outerjoin(
            AgencyKeyEnd, and_(AgencyKeyEnd.body_id == AgencyKey.body_id, AgencyKeyEnd.agency_key_id == AgencyKey.id)
        )
        .where(AgencyKey.body_id == body_id, AgencyKey.agency_id == agency_id)
        .order_by(AgencyKey.made_at.desc(), AgencyKey.id)
    )
    return [KeyLine(**row._mapping) for row in rows]


def webhooks_at(session: Session, body_id: str, agency_id: str) -> list[WebhookLine]:
    """Return the webhooks of an agency, the newest first; one statement."""
    rows = session.execute(
        select(
            Webhook.id,
            Webhook.url,
            Webhook.made_at,
            func.coalesce(WebhookEnd.reason, AgencyKeyEnd.reason).label("reason"),
            func.coalesce(WebhookEnd.ended_at, AgencyKeyEnd.ended_at).label("ended_at"),
        )
        .outerjoin(WebhookEnd, and_(WebhookEnd.body_id == Webhook.body_id, WebhookEnd.webhook_id == Webhook.id))
        .outerjoin(
            AgencyKeyEnd,
            and_(AgencyKeyEnd.body_id == Webhook.body_id, AgencyKeyEnd.agency_key_id == Webhook.agency_key_id),
        )
        .where(Webhook.body_id == body_id, Webhook.agency_id == agency_id)
        .order_by(Webhook.made_at.desc(), Webhook.id)
    )
    return [WebhookLine(**row._mapping) for row in rows]


def deliveries(session: Session, body_id: str, agency_id: str, page: int) -> tuple[list[Delivery], int]:
    """Return a page of what an agency was told, the newest first, and how many there are; one statement."""
    rows = session.execute(_deliveries(body_id, agency_id).limit(PAGE).offset((page - 1) * PAGE)).all()
    lines = [Delivery(**{name: value for name, value in row._mapping.items() if name != "total"}) for row in rows]
    return lines, rows[0].total if rows else 0


def standing_of_agency(session: Session, body_id: str, agency_id: str) -> RecordStanding | None:
    """Say whether the body has this agency."""
    return None if session.get(Agency, (body_id, agency_id)) is None else RecordStanding()


def _deliveries(body_id: str, agency_id: str) -> Select[*tuple[Any, ...]]:
    last = (
        select(
            WebhookAttempt.webhook_message_id,
            func.max(WebhookAttempt.number).label("number"),
        )
        .where(WebhookAttempt.body_id == body_id)
        .group_by(WebhookAttempt.webhook_message_id)
        .subquery()
    )
    return (
        select(
            WebhookMessage.id,
            Webhook.url,
            WebhookMessage.event,
            WebhookMessage.happened_at,
            func.coalesce(last.c.number, 0).label("number"),
            WebhookAttempt.outcome,
            WebhookAttempt.answer,
            WebhookAttempt.tried_at,
            is_open().label("open"),
            func.count().over().label("total"),
        )
        .join(Webhook, and_(Webhook.body_id == WebhookMessage.body_id, Webhook.id == WebhookMessage.webhook_id))
        .outerjoin(last, last.c.webhook_message_id == WebhookMessage.id)
        .outerjoin(
            WebhookAttempt,
            and_(
                WebhookAttempt.body_id == WebhookMessage.body_id,
                WebhookAttempt.webhook_message_id == WebhookMessage.id,
                WebhookAttempt.number == last.c.number,
            ),
        )
        .where(WebhookMessage.body_id == body_id, Webhook.agency_id == agency_id)
        .order_by(WebhookMessage.happened_at.desc(), WebhookMessage.id)
    )


def _key_ended() -> Any:
    return exists().where(AgencyKeyEnd.body_id == AgencyKey.body_id, AgencyKeyEnd.agency_key_id == AgencyKey.id)
