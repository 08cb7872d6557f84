"""Issuing: the credential, its code, its printed page, and what happens when it is done twice or cannot be done."""

from hashlib import sha256

import pytest
from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person, sealer
from assessment.accounts.sealing import wrapped_key
from assessment.accounts.tables import BodyLicence, Party
from assessment.credentials.exporting import Format, export
from assessment.credentials.issuing import issue
from assessment.credentials.keys import current_key
from assessment.credentials.pdf_certificates import sealing_keys
from assessment.credentials.printing import attached_credential
from assessment.credentials.public import did_document, find_by_number, issuers
from assessment.credentials.publishing import register_text
from assessment.credentials.releasing import release
from assessment.credentials.status_lists import published_list
from assessment.credentials.tables import Credential, CredentialIntent, IssuerKey, StatusList
from assessment.domain.competency import Method
from assessment.domain.credentials.facts import read_facts
from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.qr_payload import open_digits, parse_code
from assessment.domain.credentials.sources import Sources
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.credentials.verify import verify
from assessment.domain.errors import NotFound
from assessment.jobs.tables import Job
from tests.factories.accounts import NOW
from tests.factories.certification import another_person, make_world
from tests.factories.credentials import (
    issue_everything,
    make_decided,
    make_issued,
    make_released,
    make_releaser,
)


def document_of(session: Session, credential_id: str) -> dict[str, object]:
    return read_object(export(session, "las", credential_id, Format.JSON))


def sources(session: Session) -> Sources:
    lists = {}
    for name in session.scalars(select(StatusList.id)).all():
        document = published_list(name, NOW)
        assert document is not None
        lists[document["id"]] = write_object(document)
    return Sources(
        registry=issuers(session),
        did_documents={did: write_object(did_document(session, "las") or {}) for did in issuers(session)},
        status_lists=lists,
    )


def test_an_issued_certificate_verifies(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    content = export(signing, "las", credential_id, Format.JSON)
    verification = verify(content, now=NOW, sources=sources(signing))
    assert verification.verdict is Verdict.VALID, [check.reason for check in verification.checks]


def test_its_code_verifies_and_names_the_credential(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    text = export(signing, "las", credential_id, Format.QR_TEXT).decode()
    assert verify(text, now=NOW, sources=sources(signing)).verdict is Verdict.VALID
    payload = open_digits(parse_code(text).digits or "").payload
    content = export(signing, "las", credential_id, Format.JSON)
    assert payload.digest == sha256(content).digest()[:16]
    assert (payload.name, payload.birth_year) == ("SITI CONTOH", 1999)


def test_it_states_what_was_proved_and_how(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing, units=2))
    facts = read_facts(document_of(signing, credential_id))
    assert [unit.code for unit in facts.units] == ["C.25LAS01.029.1", "C.25LAS01.030.1"]
    assert {unit.methods for unit in facts.units} == {frozenset({Method.WRITTEN, Method.OBSERVED})}
    assert (facts.recipient, facts.number) == ("Siti Contoh", "LAS-2026-000001")
    assert facts.validity.start.isoformat() == "2026-03-12T00:00:00+07:00"
    assert facts.validity.until is not None
    assert facts.validity.until.isoformat() == "2029-03-12T23:59:59+07:00"


def test_no_birth_date_and_no_document_number_stand_in_it(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    text = export(signing, "las", credential_id, Format.JSON).decode()
    assert "1999-05-17" not in text
    assert '"X' not in text


def test_without_the_authoritys_own_number_it_is_a_record_of_assessment(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    facts = read_facts(document_of(signing, credential_id))
    assert (facts.title, facts.scheme_kind) == ("Rekaman Uji / Record of assessment", "Assessment")
    assert facts.description.startswith("A sample for demonstration; it proves nothing.")


def test_with_the_authoritys_own_number_it_is_a_certificate(signing: Session) -> None:
    world = make_world(signing)
    for licence in signing.scalars(select(BodyLicence)):
        licence.authority_number = "CONTOH-NASIONAL-7"
    facts = read_facts(document_of(signing, make_issued(signing, world)))
    assert (facts.title, facts.scheme_kind) == ("Sertifikat Kompetensi / Certificate of competence", "Certification")


def test_doing_it_twice_changes_nothing(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    before = export(signing, "las", credential_id, Format.JSON)
    issue("las", {"credential": credential_id}, NOW)
    assert export(signing, "las", credential_id, Format.JSON) == before
    assert len(signing.scalars(select(Credential)).all()) == 1


def test_the_key_is_one_a_year_and_the_earlier_one_is_retired(signing: Session) -> None:
    make_issued(signing, make_world(signing))
    current_key(signing, "las", NOW.replace(year=2027))
    keys = {key.id: key.retired_at for key in signing.scalars(select(IssuerKey))}
    assert keys == {"2026": NOW.replace(year=2027), "2027": None}
    methods = (did_document(signing, "las") or {})["assertionMethod"]
    assert methods == [f"did:web:localhost%3A8000:b:las#{year}" for year in (2026, 2027)]


def test_a_compromised_key_signs_nothing_and_leaves_the_document(signing: Session) -> None:
    make_issued(signing, make_world(signing))
    signing.get_one(IssuerKey, ("las", "2026")).compromised_at = NOW
    signing.flush()
    assert current_key(signing, "las", NOW).id == "2026-2"
    assert (did_document(signing, "las") or {})["assertionMethod"] == ["did:web:localhost%3A8000:b:las#2026-2"]
    assert issuers(signing)["did:web:localhost%3A8000:b:las"].compromised_keys == {
        "did:web:localhost%3A8000:b:las#2026"
    }


def test_an_erased_person_gets_no_certificate_and_the_job_is_done(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_released(signing, world)
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    issue_everything(signing)
    assert signing.get(Credential, ("las", credential_id)) is None
    assert {job.failure for job in signing.scalars(select(Job).where(Job.kind == "issue"))} == {None}


def test_after_erasing_nothing_can_be_read_any_more(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    with pytest.raises(NotFound, match="erased"):
        export(signing, "las", credential_id, Format.JSON)


def test_the_printed_file_is_sealed_and_carries_the_credential(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    credential = signing.get_one(Credential, ("las", credential_id))
    stored = current_app.extensions["storage"].get(credential.pdf_digest)
    assert b"%PDF" not in stored
    assert b"Contoh" not in credential.sealed
    pdf = sealer().open(wrapped_key(signing, "las", world.candidate.person_id), credential.person_id, stored)
    assert attached_credential(pdf) == export(signing, "las", credential_id, Format.JSON)


def test_trained_under_one_roof_is_said(signing: Session) -> None:
    world = make_world(signing, party=Party.P1)
    decision_id = make_decided(signing, world, trainer=another_person(signing, world))
    credential_id = release(signing, make_releaser(signing, world), decision_id, now=NOW).id
    issue_everything(signing)
    facts = read_facts(document_of(signing, credential_id))
    assert "The same body also trained the holder (first party, P1)." in facts.description


def test_number_and_birth_date_together_find_it(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    born = NOW.date().replace(1999, 5, 17)
    assert find_by_number(signing, " las-2026-000001 ", born) == credential_id
    assert find_by_number(signing, "LAS-2026-000001", born.replace(day=18)) is None
    assert find_by_number(signing, "LAS-2026-000002", born) is None
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    assert find_by_number(signing, "LAS-2026-000001", born) is None


def test_the_register_is_plain_json(signing: Session) -> None:
    make_issued(signing, make_world(signing))
    register = read_object(register_text("http://localhost:8000", issuers(signing), None, sealing_keys(signing)))
    ((did, issuer),) = dict(register["issuers"]).items()  # type: ignore[call-overload]  # of an object in JSON
    assert (did, issuer["name"], issuer["compromised_keys"]) == ("did:web:localhost%3A8000:b:las", "LSP Contoh las", [])
    assert [set(key) for key in issuer["pdf_keys"]] == [{"id", "certificateSha256"}]


def test_without_a_signer_the_job_waits_and_is_done_later(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    credential_id = make_released(session, make_world(session))
    settings = current_app.extensions["settings"]
    nowhere = settings.home / "nowhere.sock"
    monkeypatch.setitem(
        current_app.extensions, "settings", type(settings)(**{**settings.__dict__, "signer_socket": nowhere})
    )
    issue_everything(session)
    assert session.get(Credential, ("las", credential_id)) is None
    job = session.scalars(select(Job).where(Job.kind == "issue")).one()
    assert job.failure == "Conflict: The signer does not answer."
    assert job.finished_at is None
    assert session.get(CredentialIntent, ("las", credential_id)) is not None
