"""`teruji verify FILE.pdf` looks at the PDF's own signature besides the certificate attached to it."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from click.testing import CliRunner
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from assessment.credentials.exporting import Format, export
from assessment.credentials.publishing import publish
from assessment.database import reading
from assessment.verification.commands import verify
from tests.credentials.office import BODY, LATER, Office, open_office
from tests.fixtures.sites import Site, signer_of
from tests.verification.test_doctored import changed, overlay

pytestmark = pytest.mark.long_lock("the office is built in one go")


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    with signer_of(site):
        yield open_office(site)


def said_of(file: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Exit status and answer of the command."""
    result = CliRunner().invoke(verify, [str(file), "--at", LATER.isoformat(), "--json", *more])
    value: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, value


def check_of(answer: dict[str, Any]) -> dict[str, Any]:
    (found,) = [check for check in answer["checks"] if check["name"] == "pdf_signature"]
    return dict(found)


def test_a_doctored_pdf_is_forged_though_its_certificate_is_whole(office: Office, tmp_path: Path) -> None:
    with office.site.app.app_context():
        published = publish(tmp_path / "site", LATER)
        with reading() as session:
            pdf = export(session, BODY, office.valid, Format.PDF)
    assert "pdf-ca.pem" in published
    site = ("--site", str(tmp_path / "site"))
    file = tmp_path / "certificate.pdf"
    file.write_bytes(pdf)
    status, answer = said_of(file, *site)
    assert (status, answer["verdict"], check_of(answer)["ok"]) == (0, "valid", True)
    assert check_of(said_of(file)[1])["ok"] is None  # nobody to trust without a site

    # Without its signature nobody knows what was drawn on the page: the certificate inside does not vouch for it.
    def unsigned(document: pikepdf.Pdf) -> None:
        del document.Root.AcroForm
        for page in document.pages:
            page.obj.Annots = pikepdf.Array()

    for change in (unsigned, lambda document: (unsigned(document), overlay(document))):
        file.write_bytes(changed(pdf, change))
        status, answer = said_of(file, *site)
        assert (status, answer["verdict"], check_of(answer)["ok"]) == (1, "cannot_check", None)

    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = generic.TextStringObject("xx")
    writer.update_root()
    doctored = io.BytesIO()
    writer.write(doctored)
    file.write_bytes(doctored.getvalue())
    status, answer = said_of(file, *site)
    assert (status, answer["verdict"], check_of(answer)["ok"]) == (1, "forged", False)
