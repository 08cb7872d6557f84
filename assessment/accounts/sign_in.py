"""Sign-in: argon2 passwords, server-side sessions that can be revoked, and who is behind a cookie."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from assessment.accounts.guessing import count_guess, guesses
from assessment.accounts.persons import open_name
from assessment.accounts.tables import (
    Account,
    CertificationBody,
    PersonKey,
    PersonName,
    RoleGrant,
    SignInSession,
)
from assessment.database import select_columns
from assessment.domain.errors import N_, Invalid, NotAllowed
from assessment.domain.roles import Role
from assessment.web.actor import Actor

MOST_TRIES = 10
LIFETIME = timedelta(hours=12)
SHORTEST_PASSWORD = 10

hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_NOBODY = hasher.hash(secrets.token_hex())
_when_revoked: list[Callable[[Session, str, str], None]] = []


def hash_password(password: str) -> str:
    """Hash a password with argon2id (19 MiB, t=2, p=1). Raises Invalid when it is too short."""
    if not SHORTEST_PASSWORD <= len(password) <= 200:
        raise Invalid(
            N_("A password has %(least)s to 200 characters; this one has %(got)s."),
            least=SHORTEST_PASSWORD,
            got=len(password),
        )
    return hasher.hash(password)


@dataclass(frozen=True, kw_only=True, slots=True)
class Knock:
    """Somebody gave a login and a password; whether they fit was found out before any transaction began."""

    login: str
    address: str
    body_id: str | None
    account_id: str | None


def knock(session: Session, *, login: str, password: str, address: str, now: datetime) -> Knock:
    """Compare a password with the one of a login; reads only, because argon2 takes as long as it must.

    An unknown login costs the same time as a wrong password. Beyond the limit nothing is compared.
    """
    login = login.strip().lower()
    if guesses(session, "login", login, now=now) >= MOST_TRIES:
        return Knock(login=login, address=address, body_id=None, account_id=None)
    row = session.execute(
        select(Account.body_id, Account.id, Account.password_hash).where(Account.login == login, Account.active)
    ).first()
    fits = password_fits(row.password_hash if row else _NOBODY, password) and row is not None
    return Knock(
        login=login,
        address=address,
        body_id=row.body_id if row and fits else None,
        account_id=row.id if row and fits else None,
    )


def sign_in(session: Session, found: Knock, *, device: str, now: datetime) -> str:
    """Return the secret of a new server-side session.

    Raises NotAllowed when login and password do not fit, or after too many tries of this login or from this
    address within 15 minutes; the sentence is the same for an unknown login and a wrong password.
    """
    tries = max(
        count_guess(session, "login", found.login, now=now),
        count_guess(session, "address", found.address, now=now) // 5,
    )
    if tries > MOST_TRIES:
        raise NotAllowed(N_("Too many tries. Wait a quarter of an hour and try again."))
    if found.body_id is None or found.account_id is None:
        raise NotAllowed(N_("This name and password do not fit together."))
    secret = secrets.token_urlsafe(32)
    session.add(
        SignInSession(
            secret_digest=digest(secret),
            body_id=found.body_id,
            account_id=found.account_id,
            started_at=now,
            expires_at=now + LIFETIME,
            device=device[:200],
        )
    )
    session.flush()
    return secret


def password_fits(hashed: str, password: str) -> bool:
    """Say whether a password is the hashed one; takes tens of milliseconds, so never under the write lock."""
    try:
        return hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def sign_out(session: Session, secret: str, *, now: datetime) -> None:
    """Revoke a session; a copy of its cookie is worth nothing from now on."""
    session.execute(update(SignInSession).where(SignInSession.secret_digest == digest(secret)).values(revoked_at=now))


def when_revoked(act: Callable[[Session, str, str], None]) -> None:
    """Name what else ends when sessions are revoked: act(session, body_id, account_id), in the same transaction."""
    _when_revoked.append(act)


def revoke_sessions(session: Session, body_id: str, account_id: str, *, now: datetime, but: str | None = None) -> None:
    """Revoke every session of an account, or all but the one with this secret.

    What higher features gave out under these sessions ends with them (`when_revoked`).
    """
    revoked = session.execute(
        update(SignInSession)
        .where(
            SignInSession.body_id == body_id,
            SignInSession.account_id == account_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.secret_digest != (digest(but) if but else ""),
        )
        .values(revoked_at=now)
        .returning(SignInSession.secret_digest)
    ).all()
    if but is None or revoked:
        for act in _when_revoked:
            act(session, body_id, account_id)


_NOW = bindparam("now", type_=SignInSession.expires_at.type)
_NEWEST_NAME = (
    select(PersonName.sealed)
    .where(PersonName.body_id == Account.body_id, PersonName.person_id == Account.person_id)
    .order_by(PersonName.recorded_at.desc(), PersonName.id)
    .limit(1)
    .scalar_subquery()
)
# Every request of somebody who is signed in runs it, so it is put together once.
_ACTOR = (
    select(
        Account.body_id,
        Account.id,
        Account.person_id,
        Account.locale,
        CertificationBody.name,
        CertificationBody.zone,
        PersonKey.wrapped,
        _NEWEST_NAME.label("sealed_name"),
        RoleGrant.role,
        RoleGrant.site_id,
    )
    .join(SignInSession, (SignInSession.body_id == Account.body_id) & (SignInSession.account_id == Account.id))
    .join(CertificationBody, CertificationBody.id == Account.body_id)
    .join(PersonKey, (PersonKey.body_id == Account.body_id) & (PersonKey.person_id == Account.person_id))
    .join(
        RoleGrant,
        (RoleGrant.body_id == Account.body_id)
        & (RoleGrant.account_id == Account.id)
        & (RoleGrant.granted_at <= _NOW)
        & (func.coalesce(RoleGrant.ended_at, bindparam("long_after", type_=SignInSession.expires_at.type)) > _NOW),
        isouter=True,
    )
    .where(
        SignInSession.secret_digest == bindparam("secret"),
        SignInSession.revoked_at.is_(None),
        SignInSession.expires_at > _NOW,
        Account.active,
    )
)


def find_actor(session: Session, secret: str, *, now: datetime) -> Actor | None:
    """Return who a session's secret stands for, with the roles held now; one statement."""
    rows = select_columns(session, _ACTOR, {"secret": digest(secret), "now": now, "long_after": now + LIFETIME}).all()
    if not rows:
        return None
    row = rows[0]
    return Actor(
        session_secret=secret,
        body_id=row.body_id,
        body_name=row.name,
        zone=row.zone,
        account_id=row.id,
        person_id=row.person_id,
        name=open_name(row.wrapped, row.person_id, row.sealed_name).text,
        locale=row.locale,
        sites=_sites_by_role([(each.role, each.site_id) for each in rows if each.role is not None]),
    )


def _sites_by_role(grants: Sequence[tuple[Role, str | None]]) -> dict[Role, frozenset[str] | None]:
    everywhere = {role for role, site in grants if site is None}
    return {
        role: None if role in everywhere else frozenset(site for held, site in grants if held is role and site)
        for role in {role for role, _ in grants}
    }


def digest(secret: str) -> str:
    """The SHA-256 under which a session's secret is stored."""
    return sha256(secret.encode()).hexdigest()
