"""Sessions of people without an account: each is good for the one record that the person came for.

Who may come, and with what proof, is for the feature that has the record; the gate keeps the session to it.
"""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from assessment.accounts.persons import open_name
from assessment.accounts.sign_in import LIFETIME, digest
from assessment.accounts.tables import CertificationBody, PersonKey, PersonName, SignInSession
from assessment.domain.roles import Role
from assessment.web.actor import Actor

LOCALE = "id"


def admit(session: Session, body_id: str, person_id: str, record_id: str, *, device: str, now: datetime) -> str:
    """Return the secret of a new session of a person without an account, good for one record alone."""
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            secret_digest=digest(secret),
            body_id=body_id,
            account_id=None,
            person_id=person_id,
            bound_to=record_id,
            started_at=now,
            expires_at=now + LIFETIME,
            device=device[:200],
        )
    )
    session.flush()
    return secret


def revoke_admissions(session: Session, body_id: str, record_id: str, *, now: datetime) -> None:
    """Revoke the sessions that are bound to a record."""
    session.execute(
        update(SignInSession)
        .where(
            SignInSession.body_id == body_id,
            SignInSession.bound_to == record_id,
            SignInSession.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def find_admitted(session: Session, secret: str, *, now: datetime) -> Actor | None:
    """Return the candidate without an account for whom a session's secret stands; one statement."""
    newest_name = (
        select(PersonName.sealed)
        .where(PersonName.body_id == SignInSession.body_id, PersonName.person_id == SignInSession.person_id)
        .order_by(PersonName.recorded_at.desc(), PersonName.id)
        .limit(1)
        .scalar_subquery()
    )
    row = session.execute(
        select(
            SignInSession.body_id,
            SignInSession.person_id,
            SignInSession.bound_to,
            CertificationBody.name,
            CertificationBody.zone,
            PersonKey.wrapped,
            newest_name.label("sealed_name"),
        )
        .join(CertificationBody, CertificationBody.id == SignInSession.body_id)
        .join(
            PersonKey, (PersonKey.body_id == SignInSession.body_id) & (PersonKey.person_id == SignInSession.person_id)
        )
        .where(
            SignInSession.secret_digest == digest(secret),
            SignInSession.account_id.is_(None),
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
    ).first()
    if row is None or row.person_id is None:
        return None
    return Actor(
        session_secret=secret,
        body_id=row.body_id,
        body_name=row.name,
        zone=row.zone,
        account_id=None,
        person_id=row.person_id,
        name=open_name(row.wrapped, row.person_id, row.sealed_name).text,
        locale=LOCALE,
        sites={Role.CANDIDATE: None},
        bound_to=row.bound_to,
    )
