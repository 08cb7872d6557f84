"""Issuers and their keys: the origin fixed at the first issue, the did:web of each body, one key a year.

The private half lives with the signer; a row here is the public half. A retired key stays published, a
compromised one does not. How two people change a key is in `changing_keys`.
"""

from dataclasses import dataclass
from datetime import datetime
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.tables import CertificationBody, Installation
from assessment.credentials.signer_client import key_name, signer
from assessment.credentials.tables import IssuerKey
from assessment.credentials.tables_keys import KeyChange, KeyConfirmation
from assessment.database import Act, reading, unit_of_work, writing
from assessment.domain.certification.clocks import calendar_day
from assessment.domain.credentials.did_web import web_did
from assessment.domain.credentials.multibase import decode_multikey, encode_multikey
from assessment.domain.errors import N_, NotFound
from assessment.settings import Settings

_installations: WeakKeyDictionary[Engine | Connection, tuple[str, bool]] = WeakKeyDictionary()


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """The public half of the key that signs: its fragment, its address in the did, its 32 bytes."""

    id: str
    address: str
    public: bytes


def origin(session: Session) -> str:
    """Return the origin of every code and credential: the installation's, before the first issue the setting's."""
    return installation(session)[0]


def installation(session: Session) -> tuple[str, bool]:
    """Return the origin, and whether this installation shows the demo.

    One statement, and none once this process has read the row: it is written once, and never changed.
    """
    bind = session.get_bind()
    known = _installations.get(bind) or session.info.get(Installation)
    if known is not None:
        return known
    row = session.execute(select(Installation.origin, Installation.demo)).first()
    if row is None:
        settings: Settings = current_app.extensions["settings"]
        return settings.base_url, False
    known = session.info[Installation] = (row.origin, row.demo)
    if writing.get() is False:  # what is being written could still be taken back
        _installations[bind] = known
    return known


def fix_origin(session: Session, *, now: datetime) -> str:
    """Return the origin and keep it for good: a code on paper outlives every setting."""
    found = session.get(Installation, 1)
    if found is None:
        settings: Settings = current_app.extensions["settings"]
        found = Installation(id=1, demo=False, origin=settings.base_url, created_at=now)
        session.add(found)
        session.flush()
    return found.origin


def is_demo(session: Session) -> bool:
    """Say whether this installation shows the demo."""
    return installation(session)[1]


def issuer_did(session: Session, body_id: str) -> str:
    """Return the did:web identifier of a body. Raises Invalid when the origin cannot be in one."""
    return web_did(origin(session), body_id)


def key_year(session: Session, body_id: str, now: datetime) -> int:
    """Return the year of a moment in the body's zone. Raises NotFound for an unknown body."""
    zone = session.scalar(select(CertificationBody.zone).where(CertificationBody.id == body_id))
    if zone is None:
        raise NotFound(N_("There is no such certification body."))
    return calendar_day(now, ZoneInfo(zone)).year


def current_key(session: Session, body_id: str, now: datetime) -> IssuerKey:
    """Return the body's key of this year; opens it through the signer at its first use and retires the earlier one.

    A year has a second key, `2026-2`, after the first was rotated, retired or withdrawn, and so on.

    Raises Conflict when the signer does not answer.
    """
    year, usable, number = _keys_of_year(session, body_id, now)
    if usable is not None:
        return usable
    multibase = encode_multikey(signer().open_key(body_id, year, number))
    for earlier in session.scalars(
        select(IssuerKey).where(IssuerKey.body_id == body_id, IssuerKey.retired_at.is_(None))
    ):
        earlier.retired_at = now
    opened = IssuerKey(body_id=body_id, id=key_name(year, number), multibase=multibase, year=year, opened_at=now)
    session.add(opened)
    session.flush()
    return opened


def make_ready(session: Session, body_id: str, now: datetime, *, after: str = "") -> None:
    """Have the signer make the key that `current_key` will want, where it is not there; changes no row.

    `after` names a key that is about to be taken out of use.
    """
    year, usable, number = _keys_of_year(session, body_id, now)
    if usable is None or usable.id == after:
        signer().open_key(body_id, year, number)


def _keys_of_year(session: Session, body_id: str, now: datetime) -> tuple[int, IssuerKey | None, int]:
    """Return the year, its key that may sign, and the number of the next one (1 for the year's first)."""
    year = key_year(session, body_id, now)
    withdrawn = (
        select(KeyConfirmation.confirmed)
        .join(
            KeyChange,
            (KeyChange.body_id == KeyConfirmation.body_id) & (KeyChange.id == KeyConfirmation.key_change_id),
        )
        .where(KeyChange.body_id == IssuerKey.body_id, KeyChange.key_id == IssuerKey.id, KeyConfirmation.confirmed)
        .exists()
    )
    rows = session.execute(
        select(IssuerKey, withdrawn.label("withdrawn")).where(IssuerKey.body_id == body_id, IssuerKey.year == year)
    ).all()
    usable = [row.IssuerKey for row in rows if not row.withdrawn and row.IssuerKey.compromised_at is None]
    return year, usable[0] if usable else None, len(rows) + 1


def ready_key(body_id: str, did: str, now: datetime) -> Key:
    """Return the body's key of this year outside of any transaction; a new one is made before the lock is taken.

    Raises as `current_key`.
    """
    with reading() as session:
        _year, usable, _number = _keys_of_year(session, body_id, now)
        if usable is not None:
            return _key(usable, did)
        make_ready(session, body_id, now)
    act = Act(body_id=body_id, account_id=None, person_id=None, at=now, name="credentials.open_key")
    try:
        with unit_of_work(act) as session:
            return _key(current_key(session, body_id, now), did)
    except IntegrityError:  # another process recorded the same key at the same moment
        with reading() as session:
            return _key(current_key(session, body_id, now), did)


def _key(row: IssuerKey, did: str) -> Key:
    return Key(id=row.id, address=f"{did}#{row.id}", public=decode_multikey(row.multibase))
