"""What an administrator does: one-time passwords, roles with their dates, closing accounts, erasing a person.

Nobody acts on their own account here, so that no administrator makes themselves a releaser. Whoever resets a
colleague's password leaves a row that keeps them from releasing for 24 hours (rule 10). Passwords arrive
hashed: hashing takes longer than the write lock may be held.
"""

import secrets
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import erase_person
from assessment.accounts.sign_in import revoke_sessions
from assessment.accounts.tables import Account, CredentialReset, RoleGrant, Site
from assessment.audit.recording import because
from assessment.domain.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from assessment.domain.roles import Role
from assessment.web.actor import Actor

UNUSABLE = "!"
SHORTEST_REASON = 5

# No letters or digits that are mistaken for each other when they are read out.
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"


def new_password() -> str:
    """Draw a one-time password of four groups, 79 bits, that can be read out on the telephone."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))


def reset_password(session: Session, actor: Actor, account_id: str, *, password_hash: str, now: datetime) -> Account:
    """Give a colleague a new password, end their sessions, and record who did it.

    Raises NotAllowed for one's own account.
    """
    account = colleague(session, actor, account_id)
    account.password_hash = password_hash
    session.add(
        CredentialReset(body_id=actor.body_id, id=new_id(), account_id=account_id, reset_by=actor.person_id, at=now)
    )
    session.flush()
    revoke_sessions(session, actor.body_id, account_id, now=now)
    return account


def set_active(session: Session, actor: Actor, account_id: str, *, active: bool, now: datetime) -> Account:
    """Close an account, which ends its sessions, or open it again. Raises NotAllowed for one's own."""
    account = colleague(session, actor, account_id)
    account.active = active
    session.flush()
    if not active:
        revoke_sessions(session, actor.body_id, account_id, now=now)
    return account


def end_sessions(session: Session, actor: Actor, account_id: str, *, now: datetime) -> None:
    """Sign an account out on every device."""
    colleague(session, actor, account_id)
    revoke_sessions(session, actor.body_id, account_id, now=now)


def grant_role(
    session: Session,
    actor: Actor,
    account_id: str,
    role: Role,
    *,
    site_id: str | None,
    since: datetime,
    until: datetime | None,
    now: datetime,
) -> RoleGrant:
    """Give an account a role, everywhere or at one site, from one moment to another.

    Raises Invalid when it ends before it begins, Conflict when the same role is held there in that time.
    """
    colleague(session, actor, account_id)
    if until is not None and until <= max(since, now):
        raise Invalid(N_("A role ends after it begins, and not in the past."))
    if site_id is not None and session.get(Site, (actor.body_id, site_id)) is None:
        raise NotFound(N_("There is no such site."))
    held = session.scalars(
        select(RoleGrant).where(
            RoleGrant.body_id == actor.body_id,
            RoleGrant.account_id == account_id,
            RoleGrant.role == role,
            RoleGrant.site_id.is_(None) if site_id is None else RoleGrant.site_id == site_id,
        )
    )
    if _meets(held, since, until):
        raise Conflict(N_("This role is held there already in that time."))
    grant = RoleGrant(
        body_id=actor.body_id,
        id=new_id(),
        account_id=account_id,
        role=role,
        site_id=site_id,
        granted_by=actor.person_id,
        granted_at=since,
        ended_at=until,
    )
    session.add(grant)
    session.flush()
    return grant


def end_grant(session: Session, actor: Actor, account_id: str, grant_id: str, *, now: datetime) -> None:
    """End a role now. Raises Conflict when it has ended."""
    colleague(session, actor, account_id)
    grant = session.get(RoleGrant, (actor.body_id, grant_id))
    if grant is None or grant.account_id != account_id:
        raise NotFound(N_("There is no such role."))
    if grant.ended_at is not None and grant.ended_at <= now:
        raise Conflict(N_("This role has ended already."))
    grant.ended_at = max(now, grant.granted_at)
    session.flush()


def renew_verification(
    session: Session, actor: Actor, site_id: str, *, verified_from: date, verified_until: date
) -> Site:
    """Enter the dates of a site's newest verification; the audit record keeps who did it and when."""
    if verified_until < verified_from:
        raise Invalid(
            N_("Expected a last day on or after %(first)s, got %(last)s."), first=verified_from, last=verified_until
        )
    site = session.get(Site, (actor.body_id, site_id))
    if site is None:
        raise NotFound(N_("There is no such site."))
    site.verified_from, site.verified_until = verified_from, verified_until
    session.flush()
    return site


def erase(session: Session, actor: Actor, person_id: str, *, reason: str, now: datetime) -> None:
    """Destroy a person's key and close their accounts, whose logins are forgotten with it.

    Records, audit and certificates stay whole; what was personal in them can never be read again. Raises
    NotAllowed for oneself and Invalid without a reason.
    """
    if person_id == actor.person_id:
        raise NotAllowed(N_("Nobody erases themselves. Another administrator does it."))
    if len(reason.strip()) < SHORTEST_REASON:
        raise Invalid(N_("Say why this person is erased, in at least %(least)s characters."), least=SHORTEST_REASON)
    because(session, reason.strip())
    erase_person(session, actor.body_id, person_id, now=now)
    for account in session.scalars(
        select(Account).where(Account.body_id == actor.body_id, Account.person_id == person_id)
    ).all():
        account.active = False
        account.login = f"erased.{account.id}"
        account.password_hash = UNUSABLE
        session.flush()
        revoke_sessions(session, actor.body_id, account.id, now=now)


def colleague(session: Session, actor: Actor, account_id: str) -> Account:
    """Return another person's account. Raises NotFound, and NotAllowed for one's own."""
    account = session.get(Account, (actor.body_id, account_id))
    if account is None:
        raise NotFound(N_("There is no such account."))
    if account.person_id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own account here. Another administrator does it."))
    return account


def _meets(grants: Iterable[RoleGrant], since: datetime, until: datetime | None) -> bool:
    return any(
        (until is None or grant.granted_at < until) and (grant.ended_at is None or since < grant.ended_at)
        for grant in grants
    )
