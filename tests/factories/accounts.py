"""Bodies, sites, persons and accounts for tests."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.persons import Name, name_of, record_document, register_person
from assessment.accounts.sign_in import hasher
from assessment.accounts.tables import (
    Account,
    AssessorRegistration,
    BodyLicence,
    CertificationBody,
    Party,
    RoleGrant,
    Site,
    SiteKind,
)
from assessment.domain.roles import Role
from assessment.web.actor import Actor

NOW = datetime(2026, 3, 12, 2, 0, tzinfo=UTC)
PASSWORD = "rahasia sekali"
PASSWORD_HASH = hasher.hash(PASSWORD)
LONG_AGO, FAR_AHEAD = date(2020, 1, 1), date(2040, 1, 1)


def make_body(session: Session, code: str = "las", *, party: Party = Party.P3, zone: str = "Asia/Jakarta") -> str:
    """A licensed certification body; returns its code."""
    session.add(
        CertificationBody(id=code, name=f"LSP Contoh {code}", city="Jakarta", party=party, zone=zone, created_at=NOW)
    )
    session.flush()
    session.add(
        BodyLicence(
            body_id=code,
            id=new_id(),
            number="CONTOH-LSP-001",
            authority="Otoritas Contoh",
            authority_number=None,
            scheme_codes=["*"],
            valid_from=LONG_AGO,
            valid_until=FAR_AHEAD,
        )
    )
    session.flush()
    return code


def make_site(session: Session, body_id: str, name: str = "TUK Cakung") -> str:
    """A verified site; returns its id."""
    site = Site(
        body_id=body_id,
        id=new_id(),
        name=name,
        city="Jakarta",
        kind=SiteKind.INDEPENDENT,
        verified_from=LONG_AGO,
        verified_until=FAR_AHEAD,
    )
    session.add(site)
    session.flush()
    return site.id


def make_person(
    session: Session, body_id: str, name: str = "Siti Contoh", *, birth_date: date = date(1999, 5, 17)
) -> str:
    """A person with a passport of an invented number; returns the person's id."""
    person_id = register_person(session, body_id, name=Name(text=name), birth_date=birth_date, now=NOW)
    record_document(
        session,
        body_id,
        person_id,
        kind="passport",
        number="X" + new_id()[:8],
        valid_until=date(2031, 1, 1),
        seen_by=None,
        now=NOW,
    )
    return person_id


def make_actor(
    session: Session,
    body_id: str,
    *roles: Role,
    name: str = "Budi Misal",
    site_id: str | None = None,
    person_id: str | None = None,
    login: str | None = None,
) -> Actor:
    """An account with roles, as services and views see it; it can sign in with `PASSWORD`."""
    person_id = person_id or make_person(session, body_id, name)
    account = Account(
        body_id=body_id,
        id=new_id(),
        person_id=person_id,
        login=login or f"{body_id}.{new_id()[:6]}",
        password_hash=PASSWORD_HASH,
        locale="id",
        created_at=NOW,
    )
    session.add(account)
    session.flush()
    session.add_all(
        RoleGrant(body_id=body_id, id=new_id(), account_id=account.id, role=role, site_id=site_id, granted_at=NOW)
        for role in roles
    )
    if Role.ASSESSOR in roles:
        session.add(
            AssessorRegistration(
                body_id=body_id,
                id=new_id(),
                person_id=person_id,
                number="MET.000.000001",
                valid_from=LONG_AGO,
                valid_until=FAR_AHEAD,
            )
        )
    session.flush()
    return Actor(
        session_secret="",
        body_id=body_id,
        body_name=f"LSP Contoh {body_id}",
        zone="Asia/Jakarta",
        account_id=account.id,
        person_id=person_id,
        name=name_of(session, body_id, person_id).text,
        locale="id",
        sites={role: frozenset({site_id}) if site_id else None for role in roles},
    )
