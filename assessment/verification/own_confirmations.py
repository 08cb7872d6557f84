"""The holder's links for employers: made, looked through, ended; each is used once at most.

A link's id is 160 random bits and says nothing of the certificate. It ends after thirty days by itself.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import PersonKey
from assessment.credentials.tables import Credential
from assessment.domain.errors import N_, Conflict, NotFound
from assessment.verification.confirming import Statement, read_statement
from assessment.verification.tables import ConfirmationLink, ConfirmationLinkEnd, EmployerStatement
from assessment.web.actor import Actor

LIFETIME = timedelta(days=30)
MOST_LINKS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenLink:
    """A link by which an employer can state something still."""

    id: str
    made_at: datetime
    expires_at: datetime


def make_confirmation_link(session: Session, holder: Actor, credential_id: str, *, now: datetime) -> str:
    """Make a link to the holder's own certificate and return its id.

    Raises NotFound unless the certificate is issued and the holder's own, Conflict when five links are open already.
    """
    credential = session.get(Credential, (holder.body_id, credential_id))
    if credential is None or credential.person_id != holder.person_id:
        raise NotFound(N_("There is no such certificate."))
    if len(open_links(session, holder.body_id, credential_id, now=now)) >= MOST_LINKS:
        raise Conflict(
            N_("There are %(count)s links already. End one that you do not need any more."), count=MOST_LINKS
        )
    link_id = new_id() + new_id()
    session.add(
        ConfirmationLink(
            body_id=holder.body_id,
            id=link_id,
            credential_id=credential_id,
            person_id=holder.person_id,
            made_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    return link_id


def end_confirmation_link(session: Session, holder: Actor, credential_id: str, link_id: str, *, now: datetime) -> None:
    """End a link of the holder's own certificate; one that has ended stays as it is.

    Raises NotFound, Conflict when it was used: what was stated stays.
    """
    link = session.get(ConfirmationLink, (holder.body_id, link_id))
    if link is None or (link.credential_id, link.person_id) != (credential_id, holder.person_id):
        raise NotFound(N_("There is no such link."))
    if session.get(EmployerStatement, (holder.body_id, link_id)) is not None:
        raise Conflict(N_("This link was used already; what was stated stays."))
    if session.get(ConfirmationLinkEnd, (holder.body_id, link_id)) is None:
        session.add(
            ConfirmationLinkEnd(
                body_id=holder.body_id, confirmation_link_id=link_id, ended_by=holder.person_id, ended_at=now
            )
        )
        session.flush()


def open_links(session: Session, body_id: str, credential_id: str, *, now: datetime) -> list[OpenLink]:
    """Return the links that can be used still, the newest first; one statement."""
    rows = session.scalars(
        select(ConfirmationLink)
        .where(
            ConfirmationLink.body_id == body_id,
            ConfirmationLink.credential_id == credential_id,
            ConfirmationLink.expires_at > now,
            ~exists().where(
                ConfirmationLinkEnd.body_id == ConfirmationLink.body_id,
                ConfirmationLinkEnd.confirmation_link_id == ConfirmationLink.id,
            ),
            ~exists().where(
                EmployerStatement.body_id == ConfirmationLink.body_id,
                EmployerStatement.confirmation_link_id == ConfirmationLink.id,
            ),
        )
        .order_by(ConfirmationLink.made_at.desc(), ConfirmationLink.id)
    )
    return [OpenLink(id=row.id, made_at=row.made_at, expires_at=row.expires_at) for row in rows]


def statements_of(session: Session, body_id: str, credential_id: str) -> list[tuple[Statement, datetime]]:
    """Return what employers stated about a certificate's holder and when, the newest first; one statement."""
    rows = session.execute(
        select(EmployerStatement, Credential.person_id, PersonKey.wrapped)
        .join(
            Credential,
            (Credential.body_id == EmployerStatement.body_id) & (Credential.id == EmployerStatement.credential_id),
        )
        .join(
            PersonKey,
            (PersonKey.body_id == Credential.body_id) & (PersonKey.person_id == Credential.person_id),
        )
        .where(EmployerStatement.body_id == body_id, EmployerStatement.credential_id == credential_id)
        .order_by(EmployerStatement.stated_at.desc(), EmployerStatement.confirmation_link_id)
    )
    read = ((read_statement(row, wrapped, person_id), row.stated_at) for row, person_id, wrapped in rows)
    return [(statement, at) for statement, at in read if statement is not None]
