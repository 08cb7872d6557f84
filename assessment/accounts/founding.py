"""What a certification body begins with: itself, its licence, its sites, and the accounts of its people."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.tables import (
    Account,
    AssessorRegistration,
    BodyLicence,
    CertificationBody,
    Party,
    Person,
    RoleGrant,
    Site,
    SiteKind,
)
from assessment.domain.errors import N_, Conflict, Invalid, NotFound
from assessment.domain.language import LANGUAGES
from assessment.domain.roles import Role

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,18}[a-z0-9]")
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


def found_body(
    session: Session, code: str, *, name: str, city: str, party: Party, zone: str, now: datetime
) -> CertificationBody:
    """Register a certification body; its code stands in its did and never changes.

    Raises Invalid for a code or a time zone that cannot be one, Conflict for a code that is taken.
    """
    if not _CODE.fullmatch(code):
        raise Invalid(N_("Expected a code of 2 to 20 small letters, figures and hyphens, got %(got)s."), got=code[:40])
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(N_("Expected a time zone such as Asia/Jakarta, got %(got)s."), got=zone[:40]) from error
    if session.get(CertificationBody, code) is not None:
        raise Conflict(N_("There is already a certification body with the code %(code)s."), code=code)
    body = CertificationBody(id=code, name=_said(name), city=_said(city), party=party, zone=zone, created_at=now)
    session.add(body)
    session.flush()
    return body


def license_body(
    session: Session,
    body_id: str,
    *,
    number: str,
    authority: str,
    authority_number: str | None,
    scheme_codes: list[str],
    valid_from: date,
    valid_until: date,
) -> str:
    """Record a dated licence with the schemes that it covers; returns its id.

    `authority_number`: the national authority's own number, None where there is none. Raises Invalid when the
    dates cross.
    """
    _in_order(valid_from, valid_until)
    licence = BodyLicence(
        body_id=body_id,
        id=new_id(),
        number=_said(number),
        authority=_said(authority),
        authority_number=authority_number,
        scheme_codes=list(scheme_codes),
        valid_from=valid_from,
        valid_until=valid_until,
    )
    session.add(licence)
    session.flush()
    return licence.id


def verify_site(
    session: Session,
    body_id: str,
    *,
    name: str,
    city: str,
    kind: SiteKind,
    verified_from: date,
    verified_until: date,
) -> str:
    """Record a test site and the dates of its verification; returns its id. Raises Invalid when they cross."""
    _in_order(verified_from, verified_until)
    site = Site(
        body_id=body_id,
        id=new_id(),
        name=_said(name),
        city=_said(city),
        kind=kind,
        verified_from=verified_from,
        verified_until=verified_until,
    )
    session.add(site)
    session.flush()
    return site.id


def open_account(
    session: Session,
    body_id: str,
    person_id: str,
    *,
    login: str,
    password_hash: str,
    locale: str,
    now: datetime,
) -> str:
    """Give a person an account; `password_hash` comes from `hash_password`. Returns the account's id.

    Raises NotFound for an unknown person, Invalid for a login or a language that cannot be one, Conflict for a
    login that is taken.
    """
    if not _LOGIN.fullmatch(login):
        raise Invalid(
            N_("Expected a login of 3 to 60 small letters, figures, points and hyphens, got %(got)s."), got=login[:80]
        )
    if locale not in LANGUAGES:
        raise Invalid(
            N_("Expected one of the languages %(known)s, got %(got)s."), known=", ".join(LANGUAGES), got=locale[:20]
        )
    if session.get(Person, (body_id, person_id)) is None:
        raise NotFound(N_("There is no such person."))
    if session.scalar(select(Account.id).where(Account.login == login)) is not None:
        raise Conflict(N_("The login %(login)s is taken."), login=login)
    account = Account(
        body_id=body_id,
        id=new_id(),
        person_id=person_id,
        login=login,
        password_hash=password_hash,
        locale=locale,
        active=True,
        created_at=now,
    )
    session.add(account)
    try:
        session.flush()
    except IntegrityError as error:  # somebody took it at this moment
        raise Conflict(N_("The login %(login)s is taken."), login=login) from error
    return account.id


def grant_role(
    session: Session,
    body_id: str,
    account_id: str,
    role: Role,
    *,
    site_id: str | None = None,
    granted_by: str | None,
    now: datetime,
) -> None:
    """Give an account a role, at one site where one is named. Raises NotFound for an unknown account."""
    if session.get(Account, (body_id, account_id)) is None:
        raise NotFound(N_("There is no such account."))
    session.add(
        RoleGrant(
            body_id=body_id,
            id=new_id(),
            account_id=account_id,
            role=role,
            site_id=site_id,
            granted_by=granted_by,
            granted_at=now,
        )
    )
    session.flush()


def register_assessor(
    session: Session, body_id: str, person_id: str, *, number: str, valid_from: date, valid_until: date
) -> None:
    """Record an assessor's dated registration. Raises Invalid when the dates cross."""
    _in_order(valid_from, valid_until)
    session.add(
        AssessorRegistration(
            body_id=body_id,
            id=new_id(),
            person_id=person_id,
            number=_said(number),
            valid_from=valid_from,
            valid_until=valid_until,
        )
    )
    session.flush()


def _said(text: str) -> str:
    folded = " ".join(text.split())
    if not 1 <= len(folded) <= 200:
        raise Invalid(N_("Expected a text of 1 to 200 characters, got %(got)s."), got=len(folded))
    return folded


def _in_order(first: date, last: date) -> None:
    if last < first:
        raise Invalid(N_("Expected a last day on or after %(first)s, got %(last)s."), first=first, last=last)
