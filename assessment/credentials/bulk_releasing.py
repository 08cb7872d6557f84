"""Releasing a whole graduation: one person marks many decisions, a job releases them batch by batch.

Each release keeps every rule of a single one and is a unit of its own: what is refused keeps its reason and stops
nobody else. A batch is one transaction, so a crash loses at most the batch under way; the next run goes on with the
lines that have no answer yet. Each release asks for the signing job of its certificate.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.acting import find_actor_of_account
from assessment.accounts.ids import new_id
from assessment.certification.tables import Decision
from assessment.credentials.releasing import release
from assessment.credentials.tables import BulkRelease, BulkReleaseLine
from assessment.database import Act, reading, unit_of_work
from assessment.domain.errors import N_, Invalid, NotAllowed, NotFound, Refusal
from assessment.domain.roles import Role
from assessment.jobs.service import ask_for, handle
from assessment.web.actor import Actor, own_account

RELEASE_MANY = "release_many"
MOST_DECISIONS = 500
BATCH = 20


def ask_to_release(session: Session, actor: Actor, decision_ids: Sequence[str], *, now: datetime) -> BulkRelease:
    """Keep that somebody wants these decisions released, in this order, and ask for the job that does it.

    Raises Invalid for none or more than 500, NotFound when one is not a decision of this body.
    """
    wanted = list(dict.fromkeys(decision_ids))
    if not 1 <= len(wanted) <= MOST_DECISIONS:
        raise Invalid(N_("Mark from 1 to %(most)s decisions, not %(got)s."), most=MOST_DECISIONS, got=len(wanted))
    known = session.scalar(
        select(func.count()).select_from(Decision).where(Decision.body_id == actor.body_id, Decision.id.in_(wanted))
    )
    if known != len(wanted):
        raise NotFound(N_("There is no such decision."))
    bulk = BulkRelease(body_id=actor.body_id, id=new_id(), account_id=own_account(actor), asked_at=now)
    session.add(bulk)
    session.flush()
    session.add_all(
        BulkReleaseLine(body_id=actor.body_id, bulk_release_id=bulk.id, position=position, decision_id=decision_id)
        for position, decision_id in enumerate(wanted)
    )
    ask_for(session, actor.body_id, RELEASE_MANY, {"bulk_release": bulk.id}, now=now)
    return bulk


def release_many(body_id: str, payload: dict[str, Any], now: datetime) -> None:
    """Do the job "release_many": release what has no answer yet, and do nothing where everything has one."""
    with reading() as session:
        bulk = session.get(BulkRelease, (body_id, payload["bulk_release"]))
        if bulk is None:
            raise NotFound(N_("There is no such page."))
        bulk_id, account_id = bulk.id, bulk.account_id
    while _release_some(body_id, bulk_id, account_id, now):
        pass


def _release_some(body_id: str, bulk_id: str, account_id: str, now: datetime) -> bool:
    """Release the next batch in one transaction; returns whether there was one."""
    with reading() as session:
        actor = find_actor_of_account(session, body_id, account_id, now=now)
    person_id = None if actor is None else actor.person_id
    act = Act(body_id=body_id, account_id=account_id, person_id=person_id, at=now, name="bulk_releases.release")
    with unit_of_work(act) as session:
        lines = session.scalars(
            select(BulkReleaseLine)
            .where(
                BulkReleaseLine.body_id == body_id,
                BulkReleaseLine.bulk_release_id == bulk_id,
                BulkReleaseLine.answered_at.is_(None),
            )
            .order_by(BulkReleaseLine.position)
            .limit(BATCH)
            .with_for_update()
        ).all()
        for line in lines:
            refusal = _release_one(session, actor, line.decision_id, now)
            line.answered_at = now
            if refusal is not None:
                line.message, line.values = refusal.message, {key: str(it) for key, it in refusal.values.items()}
        return bool(lines)


def _release_one(session: Session, actor: Actor | None, decision_id: str, now: datetime) -> Refusal | None:
    """Release one decision, or leave nothing of it and return why not."""
    if actor is None or not actor.holds(Role.RELEASER):
        return NotAllowed(N_("Who asked for it is no longer a releaser."))
    try:
        with session.begin_nested():
            release(session, actor, decision_id, now=now)
    except Refusal as refusal:
        return refusal
    return None


handle(RELEASE_MANY, release_many)
