"""Decisions, releases and issued certificates for tests; what is signed needs a running signer."""

from datetime import datetime

from sqlalchemy.orm import Session

from assessment.accounts.duties import take_side
from assessment.certification.deciding import cast_vote, declare, record_decision
from assessment.certification.tables import Choice
from assessment.credentials.changing_status import answer, propose
from assessment.credentials.releasing import release
from assessment.credentials.tables import StatusPurpose
from assessment.domain.certification.duties import Side
from assessment.domain.roles import Role
from assessment.jobs.service import work_all
from assessment.web.actor import Actor
from tests.factories.accounts import NOW, make_actor
from tests.factories.certification import World, make_meeting, make_recommended


def make_decided(
    session: Session,
    world: World,
    *,
    candidate: Actor | None = None,
    number: str = "2026-03",
    trainer: str | None = None,
    now: datetime = NOW,
) -> str:
    """A decision K of a meeting of everybody who may decide, one of them from outside; returns its id."""
    application_id = make_recommended(session, world, candidate=candidate, now=now)
    if trainer is not None:
        take_side(session, world.body_id, application_id, trainer, Side.TRAINER, now=now)
    meeting_id = make_meeting(session, world, application_id, number=number, outside=1, now=now)
    for decider in world.deciders:
        declare(session, decider, meeting_id, application_id, conflict=False, now=now)
        cast_vote(session, decider, meeting_id, application_id, Choice.COMPETENT, reason="Bukti lengkap.", now=now)
    decision = record_decision(session, world.deciders[0], meeting_id, application_id, reason="Bukti lengkap.", now=now)
    return decision.id


def make_releaser(session: Session, world: World, name: str = "Laras Penerbit") -> Actor:
    """Somebody who took no part and may release."""
    return make_actor(session, world.body_id, Role.RELEASER, name=name)


def make_released(
    session: Session,
    world: World,
    *,
    releaser: Actor | None = None,
    candidate: Actor | None = None,
    number: str = "2026-03",
    now: datetime = NOW,
) -> str:
    """A released decision whose certificate waits to be signed; returns the certificate's id."""
    decision_id = make_decided(session, world, candidate=candidate, number=number, now=now)
    return release(session, releaser or make_releaser(session, world), decision_id, now=now).id


def issue_everything(session: Session, now: datetime = NOW) -> int:
    """Commit what the test made, then do every job that is due; returns how many there were."""
    session.commit()
    author = session.info["act"]
    done = work_all(lambda: now)
    session.expire_all()
    session.info["act"] = author
    return done


def make_issued(
    session: Session,
    world: World,
    *,
    releaser: Actor | None = None,
    candidate: Actor | None = None,
    number: str = "2026-03",
    now: datetime = NOW,
) -> str:
    """An issued certificate; returns its id."""
    credential_id = make_released(session, world, releaser=releaser, candidate=candidate, number=number, now=now)
    issue_everything(session, now)
    return credential_id


def change_status(
    session: Session,
    proposer: Actor,
    confirmer: Actor,
    credential_id: str,
    purpose: StatusPurpose,
    value: bool = True,
    *,
    now: datetime = NOW,
) -> None:
    """A status change that one person proposed and another confirmed."""
    change = propose(session, proposer, credential_id, purpose, value, reason="Alasan contoh.", now=now)
    answer(session, confirmer, change.id, confirmed=True, now=now)
