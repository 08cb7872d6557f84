"""Who an account stands for when nobody is at the keyboard: a job carries out what somebody asked for."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import name_of
from assessment.accounts.tables import Account, CertificationBody, RoleGrant
from assessment.domain.roles import Role
from assessment.web.actor import Actor


def find_actor_of_account(session: Session, body_id: str, account_id: str, *, now: datetime) -> Actor | None:
    """Return whom an account stands for, with the roles held now; None for one that may not act any more."""
    account = session.get(Account, (body_id, account_id))
    if account is None or not account.active:
        return None
    body = session.get_one(CertificationBody, body_id)
    sites: dict[Role, frozenset[str] | None] = {}
    for grant in session.scalars(
        select(RoleGrant).where(
            RoleGrant.body_id == body_id,
            RoleGrant.account_id == account_id,
            RoleGrant.granted_at <= now,
            or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now),
        )
    ):
        held = sites.get(grant.role, frozenset())
        sites[grant.role] = None if grant.site_id is None or held is None else held | {grant.site_id}
    return Actor(
        session_secret="",
        body_id=body_id,
        body_name=body.name,
        zone=body.zone,
        account_id=account_id,
        person_id=account.person_id,
        name=name_of(session, body_id, account.person_id).text,
        locale=account.locale,
        sites=sites,
    )
