"""The canonical bytes of an issued credential: kept at issuing, sealed, erased with their person, held against it."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person, sealer
from assessment.accounts.sealing import Erased, wrapped_key
from assessment.credentials.exporting import Format, export
from assessment.credentials.rederive import rederive
from assessment.credentials.tables import Credential, CredentialCanonical
from assessment.domain.credentials.stored_form import read_form, write_form
from tests.factories.accounts import NOW
from tests.factories.certification import make_world
from tests.factories.credentials import make_issued


def opened(session: Session, row: CredentialCanonical) -> bytes:
    credential = session.get_one(Credential, (row.body_id, row.credential_id))
    wrapped = wrapped_key(session, row.body_id, credential.person_id)
    return sealer().open(wrapped, credential.person_id, row.sealed)


def test_they_are_kept_at_issuing_and_gone_with_their_person(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    row = signing.get_one(CredentialCanonical, ("las", credential_id))
    content = export(signing, "las", credential_id, Format.JSON)
    assert read_form(opened(signing, row)).is_of(content)
    assert list(rederive(signing, "las", credential_id)) == []
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    with pytest.raises(Erased):
        opened(signing, row)


def test_they_cannot_be_changed_and_planted_ones_are_found(signing: Session) -> None:
    first, second = (
        make_issued(signing, make_world(signing, body=body), number=f"2026-0{place}")
        for place, body in enumerate(("las", "lain"), start=1)
    )
    with pytest.raises(IntegrityError, match="append-only"), signing.begin_nested():
        signing.execute(text("UPDATE credential_canonical SET v = 2"))
    row = signing.get_one(CredentialCanonical, ("lain", second))
    credential = signing.get_one(Credential, ("lain", second))
    own, other = export(signing, "lain", second, Format.JSON), export(signing, "las", first, Format.JSON)
    wrapped = wrapped_key(signing, "lain", credential.person_id)
    for planted in (write_form(own)[:32] + write_form(other)[32:], write_form(other), b"nothing"):
        row.sealed = sealer().seal(wrapped, credential.person_id, planted)
        with signing.no_autoflush:
            assert [each.kind for each in rederive(signing, "lain", second)] == ["canonical"]
    signing.expunge(row)
