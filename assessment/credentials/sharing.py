"""Links by which a holder shows a certificate or a part of it: made, looked through, ended, followed.

A link's id is 160 random bits and says nothing of the certificate. What was made or ended stays on record; an ended
link never shows anything again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.credentials.tables import Credential, CredentialLink, CredentialLinkEnd, Shown
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.web.actor import Actor

MOST_LINKS = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link that shows something."""

    id: str
    shows: Shown
    made_at: datetime


def make_link(session: Session, actor: Actor, credential_id: str, shows: Shown, *, now: datetime) -> str:
    """Make a link to the actor's own certificate and return its id.

    Raises NotFound unless it is issued and the actor's own, Conflict when 20 links to it show something already.
    """
    credential = session.get(Credential, (actor.body_id, credential_id))
    if credential is None or credential.person_id != actor.person_id:
        raise NotFound(N_("There is no such certificate."))
    if len(links_of(session, actor.body_id, credential_id)) >= MOST_LINKS:
        raise Conflict(
            N_("There are %(count)s links already. End one that you do not need any more."), count=MOST_LINKS
        )
    link_id = new_id() + new_id()
    session.add(
        CredentialLink(
            body_id=actor.body_id,
            id=link_id,
            credential_id=credential_id,
            person_id=actor.person_id,
            shows=shows,
            made_at=now,
        )
    )
    session.flush()
    return link_id


def end_link(session: Session, actor: Actor, credential_id: str, link_id: str, *, now: datetime) -> None:
    """End a link of the actor's own certificate; one that has ended stays as it is. Raises NotFound."""
    link = session.get(CredentialLink, (actor.body_id, link_id))
    if link is None or (link.credential_id, link.person_id) != (credential_id, actor.person_id):
        raise NotFound(N_("There is no such link."))
    if session.get(CredentialLinkEnd, (actor.body_id, link_id)) is None:
        session.add(
            CredentialLinkEnd(body_id=actor.body_id, credential_link_id=link_id, ended_by=actor.person_id, ended_at=now)
        )
        session.flush()


def links_of(session: Session, body_id: str, credential_id: str) -> list[Link]:
    """Return the links to a certificate that show something, the newest first; one statement."""
    rows = session.scalars(
        _open()
        .where(CredentialLink.body_id == body_id, CredentialLink.credential_id == credential_id)
        .order_by(CredentialLink.made_at.desc(), CredentialLink.id)
    )
    return [Link(id=row.id, shows=row.shows, made_at=row.made_at) for row in rows]


def follow(session: Session, link_id: str) -> tuple[str, Shown] | None:
    """Return the public id of the certificate behind a link and what it shows; None when it ended or never was."""
    row = session.scalar(_open().where(CredentialLink.id == link_id))
    return None if row is None else (row.credential_id, row.shows)


def _open() -> Select[Any]:
    ended = exists().where(
        CredentialLinkEnd.body_id == CredentialLink.body_id, CredentialLinkEnd.credential_link_id == CredentialLink.id
    )
    return select(CredentialLink).where(~ended)
