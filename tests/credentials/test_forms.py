"""The other forms of an issued credential: exported, negotiated, checked again, and held against what was stored."""

import io
import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from assessment.accounts.persons import erase_person
from assessment.credentials.exporting import Format, export
from assessment.credentials.publishing import publish
from assessment.credentials.rederive import rederive
from assessment.credentials.tables import CredentialForm
from assessment.domain.credentials.jose import read_token
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.sd_jwt import read_selective
from assessment.domain.credentials.sd_jwt import select as choose
from assessment.domain.credentials.verdict import Verdict
from assessment.domain.credentials.verify import verify
from assessment.domain.errors import NotFound
from tests.credentials.office import LATER, open_office
from tests.credentials.test_issuing import sources
from tests.factories.accounts import NOW
from tests.factories.certification import make_world
from tests.factories.credentials import make_issued
from tests.fixtures.sites import Site


def test_both_forms_are_signed_at_issuing_and_verify(signing: Session) -> None:
    credential_id = make_issued(signing, make_world(signing))
    document = read_object(export(signing, "las", credential_id, Format.JSON))
    token = export(signing, "las", credential_id, Format.JWT)
    assert read_token(token.decode()).payload == {key: value for key, value in document.items() if key != "proof"}
    selective = export(signing, "las", credential_id, Format.SD_JWT)
    assert read_selective(selective.decode()).claims["name"] == "Siti Contoh"
    for form in (token, selective, choose(selective.decode(), (), results=False)):
        assert verify(form, now=NOW, sources=sources(signing)).verdict is Verdict.VALID
    assert list(rederive(signing, "las", credential_id)) == []


def test_they_are_sealed_and_gone_with_their_person(signing: Session) -> None:
    world = make_world(signing)
    credential_id = make_issued(signing, world)
    rows = signing.scalars(select(CredentialForm)).all()
    assert len(rows) == 2
    assert not any(b"eyJ" in row.sealed for row in rows)
    erase_person(signing, "las", world.candidate.person_id, now=NOW)
    for form in (Format.JWT, Format.SD_JWT):
        with pytest.raises(NotFound, match="erased"):
            export(signing, "las", credential_id, form)


def test_a_stored_form_cannot_be_changed_and_a_planted_one_is_found(signing: Session) -> None:
    first, second = (
        make_issued(signing, make_world(signing, body=body), number=f"2026-0{place}")
        for place, body in enumerate(("las", "lain"), start=1)
    )
    with pytest.raises(IntegrityError, match="append-only"), signing.begin_nested():
        signing.execute(text("UPDATE credential_form SET sha256 = ''"))
    row = signing.scalars(select(CredentialForm).where(CredentialForm.credential_id == second)).first()
    assert row is not None
    row.sha256 = "0" * 64
    with signing.no_autoflush:
        found = [each.kind for each in rederive(signing, "lain", second)]
        assert found == [row.form.value]
        assert list(rederive(signing, "las", first)) == []
    signing.expunge(row)


@pytest.mark.long_lock("the office is built in one go")
def test_the_address_and_the_command_give_every_form(signing_site: Site, tmp_path: Path) -> None:
    office = open_office(signing_site)
    client = signing_site.client()
    address = f"/v/{office.valid}"
    answers = {}
    for form, kind in (("json", "application/vc"), ("jwt", "application/vc+jwt"), ("sd-jwt", "application/dc+sd-jwt")):
        answer = client.get(address, headers={"Accept": kind})
        assert (answer.status_code, answer.content_type) == (200, kind)
        assert "Set-Cookie" not in answer.headers
        file = tmp_path / f"certificate.{form}"
        done = signing_site.run("certificate", "export", "LAS-2026-000001", "--format", form, "-o", str(file))
        assert done.returncode == 0, done.stderr
        assert file.read_bytes() == answer.data
        answers[form] = file
    assert client.get(address).content_type.startswith("text/html")
    assert client.get(address, headers={"Accept": "*/*"}).content_type.startswith("text/html")
    assert client.get(address, headers={"Accept": "application/json"}).json["verdict"] == "valid"
    public = tmp_path / "public"
    with signing_site.app.app_context():
        publish(public, LATER)
    for form, file in answers.items():
        told = signing_site.run("verify", str(file), "--site", str(public), "--at", LATER.isoformat(), "--json")
        assert (told.returncode, json.loads(told.stdout)["verdict"]) == (0, "valid"), (form, told.stdout)
    page = bring(client, answers["jwt"].read_bytes())
    assert "Siti Contoh" in page
    part = choose(answers["sd-jwt"].read_text(), ("scheme_name",), results=False)
    page = bring(client, part.encode())
    assert "whose name is not shown" in page
    assert "Siti" not in page


def bring(client: FlaskClient, content: bytes) -> str:
    """The page that somebody gets who brings a file."""
    answer = client.post("/verify?lang=en", data={"way": "file", "file": (io.BytesIO(content), "certificate")})
    assert answer.status_code == 200
    return answer.text
