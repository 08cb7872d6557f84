"""Persons: registering, naming, seeing documents, erasing; and reading names back for a page.

A person is not an account. A name is one string as in the passport: never split, one word allowed (rule 9).
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.accounts.ids import new_id
from assessment.accounts.sealing import Erased, Sealer, wrapped_key
from assessment.accounts.tables import IdentityDocument, Person, PersonDetail, PersonKey, PersonName
from assessment.domain.errors import N_, Conflict, Invalid, NotFound

LONGEST_NAME = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class Name:
    """A person's name as printed in the passport, and how its holder writes it in kana or hangul."""

    text: str
    reading: str = ""


ERASED_NAME = Name(text="—")


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """An identity document: kind (passport, ktp), number, and the last day it is valid."""

    id: str
    kind: str
    number: str
    valid_until: date | None
    seen: bool


def sealer() -> Sealer:
    """The installation's sealer."""
    found: Sealer = current_app.extensions["sealer"]
    return found


def clean_name(text: str) -> str:
    """Return the name with its spaces folded, otherwise untouched.

    Raises Invalid when it is empty, too long, or holds control characters.
    """
    folded = " ".join(unicodedata.normalize("NFC", text).split())
    if not folded or len(folded) > LONGEST_NAME:
        raise Invalid(
            N_("A name has 1 to %(most)s characters; this one has %(got)s."),
            most=LONGEST_NAME,
            got=len(folded),
        )
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co") for character in folded):
        raise Invalid(N_("A name may not hold invisible characters."))
    return folded


def register_person(
    session: Session, body_id: str, *, name: Name, birth_date: date, now: datetime, phone: str = ""
) -> str:
    """Create a person with a key, a name and the personal details; returns the person's id."""
    person_id = new_id()
    session.add(Person(body_id=body_id, id=person_id, registered_at=now))
    session.flush()
    wrapped = sealer().new_key(person_id)
    session.add(PersonKey(body_id=body_id, person_id=person_id, wrapped=wrapped))
    record_name(session, body_id, person_id, name=name, now=now, reason=None, wrapped=wrapped)
    session.add(
        PersonDetail(
            body_id=body_id,
            id=new_id(),
            person_id=person_id,
            sealed=sealer().seal_json(wrapped, person_id, {"birth_date": birth_date.isoformat(), "phone": phone}),
            recorded_at=now,
        )
    )
    session.flush()
    return person_id


def record_name(
    session: Session,
    body_id: str,
    person_id: str,
    *,
    name: Name,
    now: datetime,
    reason: str | None,
    wrapped: bytes | None = None,
) -> None:
    """Add a name; the earlier ones stay. A corrected name gives its reason."""
    wrapped = wrapped or wrapped_key(session, body_id, person_id)
    value = {"name": clean_name(name.text), "reading": name.reading.strip()}
    session.add(
        PersonName(
            body_id=body_id,
            id=new_id(),
            person_id=person_id,
            sealed=sealer().seal_json(wrapped, person_id, value),
            reason=reason,
            recorded_at=now,
        )
    )
    session.flush()


def record_document(
    session: Session,
    body_id: str,
    person_id: str,
    *,
    kind: str,
    number: str,
    valid_until: date | None,
    seen_by: str | None,
    now: datetime,
) -> str:
    """Add an identity document; a new passport adds one, the old one stays.

    Raises Invalid for an empty number and Conflict when another person of this body already holds it.
    """
    folded = "".join(number.split()).upper()
    if not 4 <= len(folded) <= 32 or not folded.isalnum():
        raise Invalid(N_("A document number has 4 to 32 letters and digits, got %(got)s."), got=number[:40])
    tag = sealer().tag(f"{kind}:{folded}")
    holder = session.scalar(
        select(IdentityDocument.person_id).where(
            IdentityDocument.body_id == body_id, IdentityDocument.number_tag == tag
        )
    )
    if holder is not None:
        raise Conflict(N_("This document number is already registered."))
    document_id = new_id()
    value = {"kind": kind, "number": folded, "valid_until": valid_until.isoformat() if valid_until else None}
    session.add(
        IdentityDocument(
            body_id=body_id,
            id=document_id,
            person_id=person_id,
            sealed=sealer().seal_json(wrapped_key(session, body_id, person_id), person_id, value),
            number_tag=tag,
            seen_by=seen_by,
            seen_at=now if seen_by else None,
            recorded_at=now,
        )
    )
    session.flush()
    return document_id


def names(session: Session, body_id: str, person_ids: Iterable[str]) -> dict[str, Name]:
    """Return the newest name of each person, in one statement; an erased person is a dash."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    newest = (
        select(
            PersonName.person_id,
            PersonName.sealed,
            PersonKey.wrapped,
            func.row_number()
            .over(partition_by=PersonName.person_id, order_by=(PersonName.recorded_at.desc(), PersonName.id))
            .label("place"),
        )
        .join(
            PersonKey,
            (PersonKey.body_id == PersonName.body_id) & (PersonKey.person_id == PersonName.person_id),
        )
        .where(PersonName.body_id == body_id, PersonName.person_id.in_(wanted))
        .subquery()
    )
    rows = session.execute(select(newest).where(newest.c.place == 1))
    return {row.person_id: open_name(row.wrapped, row.person_id, row.sealed) for row in rows}


def name_of(session: Session, body_id: str, person_id: str) -> Name:
    """Return a person's newest name. Raises NotFound when there is no such person."""
    found = names(session, body_id, [person_id])
    if person_id not in found:
        raise NotFound(N_("There is no such person."))
    return found[person_id]


def open_name(wrapped: bytes | None, person_id: str, sealed: bytes) -> Name:
    """Open a sealed name; an erased one is a dash."""
    try:
        value = sealer().open_json(wrapped, person_id, sealed)
    except Erased:
        return ERASED_NAME
    return Name(text=value["name"], reading=value["reading"])


def birth_date_of(session: Session, body_id: str, person_id: str) -> date:
    """Return a person's date of birth. Raises Erased, or NotFound when there is none."""
    row = session.execute(
        select(PersonDetail.sealed, PersonKey.wrapped)
        .join(
            PersonKey,
            (PersonKey.body_id == PersonDetail.body_id) & (PersonKey.person_id == PersonDetail.person_id),
        )
        .where(PersonDetail.body_id == body_id, PersonDetail.person_id == person_id)
        .order_by(PersonDetail.recorded_at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(N_("There is no such person."))
    return date.fromisoformat(sealer().open_json(row.wrapped, person_id, row.sealed)["birth_date"])


def documents_of(session: Session, body_id: str, person_id: str) -> list[Document]:
    """Return a person's identity documents, the newest first; none when the person was erased."""
    rows = session.execute(
        select(IdentityDocument, PersonKey.wrapped)
        .join(
            PersonKey,
            (PersonKey.body_id == IdentityDocument.body_id) & (PersonKey.person_id == IdentityDocument.person_id),
        )
        .where(IdentityDocument.body_id == body_id, IdentityDocument.person_id == person_id)
        .order_by(IdentityDocument.recorded_at.desc())
    )
    found = []
    for row, wrapped in rows:
        if wrapped is None:
            continue
        value = sealer().open_json(wrapped, person_id, row.sealed)
        until = value["valid_until"]
        found.append(
            Document(
                id=row.id,
                kind=value["kind"],
                number=value["number"],
                valid_until=date.fromisoformat(until) if until else None,
                seen=row.seen_at is not None,
            )
        )
    return found


def erase_person(session: Session, body_id: str, person_id: str, *, now: datetime) -> None:
    """Destroy a person's key: everything sealed under it can never be read again, and no record breaks."""
    key = session.get(PersonKey, (body_id, person_id))
    if key is None:
        raise NotFound(N_("There is no such person."))
    if key.wrapped is not None:
        key.wrapped = None
        key.erased_at = now
        session.flush()
