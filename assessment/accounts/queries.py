"""Selects for the pages of administration and of one's own account; names are opened in one statement more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from assessment.accounts.persons import Name, open_name, sealer
from assessment.accounts.sign_in import digest
from assessment.accounts.tables import (
    Account,
    AssessorRegistration,
    BodyLicence,
    IdentityDocument,
    Person,
    PersonKey,
    PersonName,
    RoleGrant,
    SignInSession,
    Site,
)
from assessment.domain.roles import Role
from assessment.web.gate import RecordStanding

PAGE = 50
DOCUMENT_KINDS = ("passport", "ktp")


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonLine:
    """A person in a list; names are looked up beside it."""

    id: str
    registered_at: datetime
    erased: bool
    logins: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountLine:
    """An account with its person and the roles it holds now."""

    id: str
    person_id: str
    login: str
    active: bool
    roles: tuple[Role, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantLine:
    """A role of an account, at a site or everywhere (`site` is empty then)."""

    id: str
    role: Role
    site: str
    since: datetime
    until: datetime | None
    granted_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLine:
    """A browser that is signed in; `key` names it without being its secret."""

    key: str
    started_at: datetime
    expires_at: datetime
    device: str
    own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EarlierName:
    """A name of a person as it was recorded."""

    name: Name
    reason: str | None
    recorded_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """An assessor's registration."""

    person_id: str
    number: str
    valid_from: date
    valid_until: date


def standing_of_person(session: Session, body_id: str, person_id: str) -> RecordStanding | None:
    """Return how the gate sees a person of this body, or None."""
    found = session.scalar(select(Person.id).where(Person.body_id == body_id, Person.id == person_id))
    return None if found is None else RecordStanding(person_id=found)


def standing_of_account(session: Session, body_id: str, account_id: str) -> RecordStanding | None:
    """Return how the gate sees an account of this body, or None."""
    found = session.scalar(select(Account.person_id).where(Account.body_id == body_id, Account.id == account_id))
    return None if found is None else RecordStanding(person_id=found)


def list_persons(session: Session, body_id: str, *, words: str, page: int) -> tuple[list[PersonLine], int]:
    """Return one page of persons, the newest first, and how many there are.

    `words` finds by login or by the whole number of a document: names are sealed and cannot be searched.
    """
    query = select(Person.id, Person.registered_at, PersonKey.erased_at).join(
        PersonKey, and_(PersonKey.body_id == Person.body_id, PersonKey.person_id == Person.id)
    )
    query = query.where(Person.body_id == body_id)
    if words := "".join(words.split()):
        tags = [sealer().tag(f"{kind}:{words.upper()}") for kind in DOCUMENT_KINDS]
        query = query.where(
            or_(
                Person.id.in_(
                    select(IdentityDocument.person_id).where(
                        IdentityDocument.body_id == body_id, IdentityDocument.number_tag.in_(tags)
                    )
                ),
                Person.id.in_(
                    select(Account.person_id).where(
                        Account.body_id == body_id, Account.login.contains(words.lower(), autoescape=True)
                    )
                ),
            )
        )
    count = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.execute(
        query.order_by(Person.registered_at.desc(), Person.id).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    logins: dict[str, list[str]] = {}
    for row in session.execute(
        select(Account.person_id, Account.login)
        .where(Account.body_id == body_id, Account.person_id.in_([row.id for row in rows]))
        .order_by(Account.login)
    ):
        logins.setdefault(row.person_id, []).append(row.login)
    return [
        PersonLine(
            id=row.id,
            registered_at=row.registered_at,
            erased=row.erased_at is not None,
            logins=tuple(logins.get(row.id, ())),
        )
        for row in rows
    ], count


def names_of(session: Session, body_id: str, person_id: str) -> tuple[list[EarlierName], datetime | None]:
    """Return every name of a person, the newest first, and when the person was erased."""
    rows = session.execute(
        select(PersonName.sealed, PersonName.reason, PersonName.recorded_at, PersonKey.wrapped, PersonKey.erased_at)
        .join(PersonKey, and_(PersonKey.body_id == PersonName.body_id, PersonKey.person_id == PersonName.person_id))
        .where(PersonName.body_id == body_id, PersonName.person_id == person_id)
        .order_by(PersonName.recorded_at.desc(), PersonName.id)
    ).all()
    found = [
        EarlierName(name=open_name(row.wrapped, person_id, row.sealed), reason=row.reason, recorded_at=row.recorded_at)
        for row in rows
    ]
    return found, rows[0].erased_at if rows else None


def accounts_of(session: Session, body_id: str, person_id: str, *, now: datetime) -> list[AccountLine]:
    """Return the accounts of a person."""
    rows = session.scalars(
        select(Account).where(Account.body_id == body_id, Account.person_id == person_id).order_by(Account.login)
    ).all()
    return _with_roles(session, body_id, rows, now)


def list_accounts(
    session: Session, body_id: str, *, role: Role | None, page: int, now: datetime
) -> tuple[list[AccountLine], int]:
    """Return one page of accounts by login, all or those that hold a role now, and how many there are.

    Without a role, candidates are left out: they are many, and found among the persons.
    """
    held = select(RoleGrant.account_id).where(RoleGrant.body_id == body_id, *_holds_now(now))
    if role is not None:
        wanted: ColumnElement[bool] = Account.id.in_(held.where(RoleGrant.role == role))
    else:
        other = select(RoleGrant.account_id).where(RoleGrant.body_id == body_id, RoleGrant.role != Role.CANDIDATE)
        wanted = or_(
            Account.id.in_(other),
            Account.id.not_in(select(RoleGrant.account_id).where(RoleGrant.body_id == body_id)),
        )
    where = (Account.body_id == body_id, wanted)
    count = session.scalar(select(func.count()).select_from(Account).where(*where)) or 0
    rows = session.scalars(
        select(Account).where(*where).order_by(Account.login).limit(PAGE).offset((page - 1) * PAGE)
    ).all()
    return _with_roles(session, body_id, rows, now), count


def grants_of(session: Session, body_id: str, account_id: str) -> list[GrantLine]:
    """Return every role that an account held, holds or will hold, the newest first."""
    rows = session.execute(
        select(RoleGrant, Site.name)
        .join(Site, and_(Site.body_id == RoleGrant.body_id, Site.id == RoleGrant.site_id), isouter=True)
        .where(RoleGrant.body_id == body_id, RoleGrant.account_id == account_id)
        .order_by(RoleGrant.granted_at.desc(), RoleGrant.id)
    )
    return [
        GrantLine(
            id=grant.id,
            role=grant.role,
            site=site or "",
            since=grant.granted_at,
            until=grant.ended_at,
            granted_by=grant.granted_by,
        )
        for grant, site in rows
    ]


def sessions_of(
    session: Session, body_id: str, account_id: str, *, now: datetime, own_secret: str = ""
) -> list[SessionLine]:
    """Return the browsers in which an account is signed in now, the newest first."""
    own = digest(own_secret) if own_secret else ""
    rows = session.scalars(
        select(SignInSession)
        .where(
            SignInSession.body_id == body_id,
            SignInSession.account_id == account_id,
            SignInSession.revoked_at.is_(None),
            SignInSession.expires_at > now,
        )
        .order_by(SignInSession.started_at.desc())
        .limit(PAGE)
    )
    return [
        SessionLine(
            key=row.secret_digest[:16],
            started_at=row.started_at,
            expires_at=row.expires_at,
            device=device_name(row.device),
            own=row.secret_digest == own,
        )
        for row in rows
    ]


def device_name(user_agent: str) -> str:
    """Return browser and system in two words, for example "Firefox, Android"; empty when neither is known."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )
    found = [next((name for mark, name in marks if mark in user_agent), "") for marks in (browsers, systems)]
    return ", ".join(part for part in found if part)


def sites_of(session: Session, body_id: str) -> Sequence[Site]:
    """Return the sites of a body by name."""
    return session.scalars(select(Site).where(Site.body_id == body_id).order_by(Site.name)).all()


def licences_of(session: Session, body_id: str) -> Sequence[BodyLicence]:
    """Return the licences of a body, the newest first."""
    return session.scalars(
        select(BodyLicence).where(BodyLicence.body_id == body_id).order_by(BodyLicence.valid_from.desc())
    ).all()


def registrations(session: Session, body_id: str, *, person_id: str | None = None) -> list[Registration]:
    """Return the newest registration of every assessor, or all of one person, soonest to end first."""
    query = select(AssessorRegistration).where(AssessorRegistration.body_id == body_id)
    if person_id is not None:
        query = query.where(AssessorRegistration.person_id == person_id)
    rows = session.scalars(query.order_by(AssessorRegistration.valid_until, AssessorRegistration.id)).all()
    newest = rows if person_id is not None else list({row.person_id: row for row in rows}.values())
    return [
        Registration(person_id=row.person_id, number=row.number, valid_from=row.valid_from, valid_until=row.valid_until)
        for row in newest
    ]


def _with_roles(session: Session, body_id: str, accounts: Sequence[Account], now: datetime) -> list[AccountLine]:
    roles: dict[str, set[Role]] = {}
    for row in session.execute(
        select(RoleGrant.account_id, RoleGrant.role).where(
            RoleGrant.body_id == body_id,
            RoleGrant.account_id.in_([account.id for account in accounts]),
            *_holds_now(now),
        )
    ):
        roles.setdefault(row.account_id, set()).add(row.role)
    return [
        AccountLine(
            id=account.id,
            person_id=account.person_id,
            login=account.login,
            active=account.active,
            roles=tuple(role for role in Role if role in roles.get(account.id, ())),
        )
        for account in accounts
    ]


def _holds_now(now: datetime):  # type: ignore[no-untyped-def]  # a pair of conditions
    return RoleGrant.granted_at <= now, or_(RoleGrant.ended_at.is_(None), RoleGrant.ended_at > now)
