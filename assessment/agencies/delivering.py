"""Delivering messages (job "tell an agency"): signed, tried again by a schedule, each attempt kept.

The job does its work apart from the others, so that a slow receiver keeps nothing else waiting. It may run twice: the
number of the attempt stands in its payload, and an attempt that is on record is not made again. A receiver that gets a
message twice sees it by the message's id.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.agencies.sending import Answer, send
from assessment.agencies.tables import Outcome, Webhook, WebhookAttempt, WebhookMessage
from assessment.agencies.telling import DELIVER
from assessment.agencies.webhooks import end, is_open, secret_of
from assessment.credentials.keys import is_demo
from assessment.database import Act, reading, unit_of_work
from assessment.domain.credentials.proof import write_instant
from assessment.domain.webhook import headers, next_delay, read_receiver, write_body
from assessment.jobs.service import ask_for, handle
from assessment.settings import Settings

GONE = "410 Gone"
# A part of the wait that chance adds, so that what failed together does not come back together.
JITTER = 0.1


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A message that is to be delivered now."""

    webhook_id: str
    url: str
    body: bytes
    inside: bool


def deliver(body_id: str, payload: dict[str, Any], now: datetime) -> None:
    """Do one attempt, keep what became of it, and ask for the next one where it failed."""
    message_id, number = str(payload["message"]), int(payload["number"])
    with reading() as session:
        letter = _letter(session, body_id, message_id, number)
    if letter is None:
        return
    settings: Settings = current_app.extensions["settings"]
    signed = headers(secret_of(settings.secret, letter.webhook_id), message_id, int(now.timestamp()), letter.body)
    answer = send(
        read_receiver(letter.url),
        signed,
        letter.body,
        inside=letter.inside,
        authorities=settings.webhook_authorities,
    )
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="agencies.deliver")
    with unit_of_work(act) as session:
        _keep(session, body_id, message_id, number, letter, answer, now)


def may_be_inside(session: Session, settings: Settings) -> bool:
    """Whether a webhook may lead to this network: where the settings say so, and in the demo."""
    return settings.webhooks_inside or is_demo(session)


def _letter(session: Session, body_id: str, message_id: str, number: int) -> Letter | None:
    row = session.execute(
        select(WebhookMessage, Webhook.url)
        .join(Webhook, (Webhook.body_id == WebhookMessage.body_id) & (Webhook.id == WebhookMessage.webhook_id))
        .where(WebhookMessage.body_id == body_id, WebhookMessage.id == message_id, is_open())
    ).first()
    made = set(
        session.scalars(
            select(WebhookAttempt.number).where(
                WebhookAttempt.body_id == body_id, WebhookAttempt.webhook_message_id == message_id
            )
        )
    )
    if row is None or number in made:
        return None
    message: WebhookMessage = row.WebhookMessage
    data = {"id": message.credential_id, "status": message.status, "since": write_instant(message.since)}
    return Letter(
        webhook_id=message.webhook_id,
        url=row.url,
        body=write_body(f"certificate.{message.event.value}", write_instant(message.happened_at), data),
        inside=may_be_inside(session, current_app.extensions["settings"]),
    )


def _keep(
    session: Session, body_id: str, message_id: str, number: int, letter: Letter, answer: Answer, now: datetime
) -> None:
    session.add(
        WebhookAttempt(
            body_id=body_id,
            webhook_message_id=message_id,
            number=number,
            outcome=answer.outcome,
            answer=answer.status,
            tried_at=now,
        )
    )
    session.flush()
    if answer.outcome is Outcome.TAKEN:
        return
    if answer.outcome is Outcome.GONE:
        end(session, body_id, letter.webhook_id, reason=GONE, by=None, now=now)
        return
    delay = next_delay(number)
    if delay is not None:
        payload = {"message": message_id, "number": number + 1}
        ask_for(session, body_id, DELIVER, payload, now=now, due_at=now + _with_chance(delay))


def _with_chance(delay: timedelta) -> timedelta:
    return delay * (1 + JITTER * secrets.randbelow(1_000) / 1_000)


handle(DELIVER, deliver, apart=True)
