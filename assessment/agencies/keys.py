"""Agencies and their keys: registered, made, ended, recognised.

A key is 240 random bits. It is shown once, to whoever made it, and only its digest is kept.
"""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.agencies.tables import Agency, AgencyKey, AgencyKeyEnd
from assessment.certification.states import said
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.web.actor import Actor

PREFIX = "teruji_"
MOST_KEYS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """The agency behind a key."""

    body_id: str
    agency_id: str
    key_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NewKey:
    """A key that was made now; its text is in no table."""

    id: str
    text: str = field(repr=False)


def register(session: Session, actor: Actor, name: str, *, now: datetime) -> Agency:
    """Register an agency. Raises Invalid without a name, Conflict where the body has one of this name."""
    name = " ".join(name.split())
    if not name:
        raise Invalid(N_("Expected a name."))
    taken = select(Agency.id).where(Agency.body_id == actor.body_id, func.lower(Agency.name) == name.lower())
    if session.scalar(taken) is not None:
        raise Conflict(N_("An agency of this name is registered."))
    agency = Agency(body_id=actor.body_id, id=new_id(), name=name, registered_by=actor.person_id, registered_at=now)
    session.add(agency)
    session.flush()
    return agency


def make_key(session: Session, actor: Actor, agency_id: str, *, now: datetime) -> NewKey:
    """Make a key for an agency. Raises NotFound, and Conflict when it has five that open something."""
    agency = session.get(Agency, (actor.body_id, agency_id), with_for_update=True)
    if agency is None:
        raise NotFound(N_("There is no such agency."))
    open_keys = (
        select(func.count())
        .select_from(AgencyKey)
        .where(AgencyKey.body_id == actor.body_id, AgencyKey.agency_id == agency_id, ~_ended())
    )
    if (session.scalar(open_keys) or 0) >= MOST_KEYS:
        raise Conflict(N_("There are %(count)s keys already. End one that is not needed any more."), count=MOST_KEYS)
    made = NewKey(id=new_id(), text=PREFIX + new_id() + new_id() + new_id())
    session.add(
        AgencyKey(
            body_id=actor.body_id,
            id=made.id,
            agency_id=agency_id,
            digest=_digest(made.text),
            made_by=actor.person_id,
            made_at=now,
        )
    )
    session.flush()
    return made


def end_key(session: Session, actor: Actor, agency_id: str, key_id: str, *, reason: str, now: datetime) -> None:
    """End a key; one that has ended stays as it is. Raises NotFound, and Invalid for a reason that says nothing."""
    key = session.get(AgencyKey, (actor.body_id, key_id), with_for_update=True)
    if key is None or key.agency_id != agency_id:
        raise NotFound(N_("There is no such key."))
    reason = said(reason)
    if session.get(AgencyKeyEnd, (actor.body_id, key_id)) is None:
        session.add(
            AgencyKeyEnd(
                body_id=actor.body_id, agency_key_id=key_id, reason=reason, ended_by=actor.person_id, ended_at=now
            )
        )
        session.flush()


def caller_of(session: Session, text: str) -> Caller | None:
    """Return the agency behind a key that has not ended, None for any other text; one look-up by digest."""
    row = session.execute(
        select(AgencyKey.body_id, AgencyKey.agency_id, AgencyKey.id).where(AgencyKey.digest == _digest(text), ~_ended())
    ).first()
    return None if row is None else Caller(body_id=row.body_id, agency_id=row.agency_id, key_id=row.id)


def _ended() -> ColumnElement[bool]:
    return exists().where(AgencyKeyEnd.body_id == AgencyKey.body_id, AgencyKeyEnd.agency_key_id == AgencyKey.id)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
