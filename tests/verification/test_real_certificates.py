"""Certificates as the body issues them, checked on the page, by upload and by the command on the published files."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner

from assessment.credentials.exporting import Format, export
from assessment.credentials.publishing import publish
from assessment.database import reading
from assessment.verification.commands import verify
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.factories.verification import DRAWN_ANEW
from tests.fixtures.measuring import count_statements
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_show import text_of

pytestmark = pytest.mark.long_lock("the office is built in one go")

FORMS = (Format.JSON, Format.PDF, Format.QR_TEXT, Format.QR_PNG)


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site, full=True)


def states_of(office: Office) -> dict[str, str]:
    return {state: getattr(office, state) for state in ("valid", "expired", "suspended", "revoked")}


def test_the_page_tells_each_state_within_its_statements(office: Office) -> None:
    client = office.site.client()
    for state, public_id in states_of(office).items():
        first = client.get(f"/v/{public_id}", headers={"Accept": "application/json"})
        assert first.json is not None
        assert first.json["verdict"] == state
        with count_statements(office.site.engine) as statements:
            page = client.get(f"/v/{public_id}?lang=en", headers=DRAWN_ANEW)
        assert 0 < len(statements) <= 12, statements
        text = text_of(page.text)
        assert "Every performance criterion of each unit was proved by sufficient evidence" in text
        assert "1 of them from outside" in text
        assert "data-code-facts" in page.text


def test_the_command_and_the_upload_judge_every_form(office: Office, tmp_path: Path) -> None:
    with office.site.app.app_context():
        publish(tmp_path / "site", LATER)
        for state, public_id in states_of(office).items():
            for form in FORMS:
                with reading() as session:
                    content = export(session, BODY, public_id, form)
                file = tmp_path / f"{state}-{form}"
                file.write_bytes(content)
                arguments = [str(file), "--site", str(tmp_path / "site"), "--at", LATER.isoformat(), "--json"]
                result = CliRunner().invoke(verify, arguments)
                assert json.loads(result.stdout)["verdict"] == state, (form, result.stdout)
                assert result.exit_code == (state != "valid")
    page = pypdfium2.PdfDocument((tmp_path / "valid-pdf").read_bytes())[0].render(scale=3).to_pil()
    picture = io.BytesIO()
    page.convert("RGB").save(picture, "JPEG")
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(picture.getvalue())
    arguments = [str(photo), "--site", str(tmp_path / "site"), "--at", LATER.isoformat(), "--json"]
    assert json.loads(CliRunner().invoke(verify, arguments).stdout)["verdict"] == "valid"


def test_the_pdf_brings_its_proof_from_the_log_and_its_signature(office: Office, tmp_path: Path) -> None:
    with office.site.app.app_context(), reading() as session:
        (tmp_path / "certificate.pdf").write_bytes(export(session, BODY, office.valid, Format.PDF))
    with office.site.app.app_context():
        publish(tmp_path / "site", LATER)
    arguments = [
        str(tmp_path / "certificate.pdf"),
        "--site",
        str(tmp_path / "site"),
        "--at",
        LATER.isoformat(),
        "--json",
    ]
    said = json.loads(CliRunner().invoke(verify, arguments).stdout)
    found = {check["name"]: (check["ok"], check["reason"]) for check in said["checks"]}
    assert said["verdict"] == "valid"
    assert found["pdf_signature"] == (True, "The PDF is as the issuer signed it.")
    assert found["tlog_proof"][0] is True
