"""Deriving again: what is whole is silent, each planted change is told, an erased holder is neither."""

import json
from collections.abc import Callable

import pytest
from flask import current_app
from sqlalchemy import text
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.credentials.exporting import Format, export
from assessment.credentials.rederive import (
    credentials_to_rederive,
    rederive,
    rederive_status_list,
    status_lists_to_rederive,
)
from assessment.credentials.status_lists import published_list
from assessment.credentials.tables import Credential, IssuerKey, StatusListDocument
from assessment.database import drop_triggers
from assessment.domain.credentials.json_text import read_object, write_object
from tests.factories.accounts import NOW
from tests.factories.certification import World, make_world
from tests.factories.credentials import make_issued


@pytest.fixture
def world(signing: Session) -> World:
    return make_world(signing)


@pytest.fixture
def credential_id(signing: Session, world: World) -> str:
    return make_issued(signing, world)


def plant(session: Session, statement: str, **values: object) -> None:
    """Change a row as somebody with the database in hand would: past the triggers, past the audit."""
    drop_triggers(session.connection())
    session.execute(text(statement), values)
    session.expire_all()


def kinds(session: Session, credential_id: str) -> set[str]:
    return {mismatch.kind for mismatch in rederive(session, "las", credential_id)}


def reseal(session: Session, credential_id: str, change: Callable[[dict[str, object]], None]) -> bytes:
    """The credential with a change, sealed under the holder's own key."""
    credential = session.get_one(Credential, ("las", credential_id))
    document = read_object(export(session, "las", credential_id, Format.JSON))
    change(document)
    return sealer().seal(
        wrapped_key(session, "las", credential.person_id), credential.person_id, write_object(document)
    )


def test_what_was_issued_is_whole(signing: Session, credential_id: str) -> None:
    assert list(credentials_to_rederive(signing)) == [("las", credential_id)]
    assert list(rederive(signing, "las", credential_id)) == []


def test_a_changed_credential_is_told(signing: Session, credential_id: str) -> None:
    sealed = reseal(signing, credential_id, lambda document: document.update(name="Sertifikat lain"))
    plant(signing, "UPDATE credential SET sealed = :sealed", sealed=sealed)
    assert {"sha256", "proof", "code", "pdf"} <= kinds(signing, credential_id)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("UPDATE credential SET sha256 = 'aa'", "sha256"),
        (f"UPDATE credential SET pdf_digest = '{'0' * 64}'", "pdf_digest"),
        ("UPDATE credential_intent SET number = 'LAS-2026-000009'", "number"),
        ("UPDATE credential_intent SET expires_at = '2031-01-01 00:00:00'", "expires_at"),
        (f"UPDATE pdf_seal SET sha256 = '{'0' * 64}'", "pdf_seal"),
        ("UPDATE status_slot SET position = (position + 1) % 131072", "status"),
        ("DELETE FROM status_slot WHERE status_list_id = 'las-revocation-0'", "status_slot"),
    ],
)
def test_one_changed_value_is_told(signing: Session, credential_id: str, change: str, kind: str) -> None:
    plant(signing, change)
    assert kind in kinds(signing, credential_id)


def test_sealed_bytes_that_were_touched_are_told(signing: Session, credential_id: str) -> None:
    sealed = bytearray(signing.get_one(Credential, ("las", credential_id)).sealed)
    sealed[-1] ^= 1
    plant(signing, "UPDATE credential SET sealed = :sealed", sealed=bytes(sealed))
    assert kinds(signing, credential_id) == {"sealed"}


def test_another_key_in_the_row_is_told(signing: Session, credential_id: str) -> None:
    signing.get_one(IssuerKey, ("las", "2026")).multibase = "z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd"
    signing.flush()
    assert {"proof", "code"} <= kinds(signing, credential_id)


def test_a_file_that_is_gone_is_told(signing: Session, credential_id: str) -> None:
    digest = signing.get_one(Credential, ("las", credential_id)).pdf_digest
    place = current_app.extensions["storage"].folder / digest[:2] / digest
    place.unlink()
    assert kinds(signing, credential_id) == {"pdf_digest"}


def test_an_erased_holders_credential_is_not_broken(signing: Session, world: World, credential_id: str) -> None:
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    assert list(rederive(signing, "las", credential_id)) == []


def test_status_lists_agree_with_the_changes_until_somebody_plants_a_bit(signing: Session, credential_id: str) -> None:
    for name in ("las-revocation-0", "las-suspension-0"):
        published_list(name, NOW)
    assert list(status_lists_to_rederive(signing)) == [("las", "las-revocation-0"), ("las", "las-suspension-0")]
    assert list(rederive_status_list(signing, "las", "las-revocation-0")) == []
    document = dict(signing.get_one(StatusListDocument, ("las", "las-revocation-0")).document)
    other = signing.get_one(StatusListDocument, ("las", "las-suspension-0")).document
    planted = {**document, "credentialSubject": {**other["credentialSubject"], "statusPurpose": "revocation"}}
    plant(
        signing,
        "UPDATE status_list_document SET document = :document WHERE status_list_id = 'las-revocation-0'",
        document=json.dumps(planted),
    )
    assert {each.kind for each in rederive_status_list(signing, "las", "las-revocation-0")} == {"proof"}
