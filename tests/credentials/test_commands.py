"""`teruji certificate` and `teruji publish`, as a person at the machine runs them."""

import json
from datetime import datetime
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from assessment.credentials.printing import attached_credential
from assessment.domain.credentials.sources import Issuer, Sources
from assessment.domain.credentials.verify import verify
from tests.credentials.office import Office, open_office
from tests.fixtures.sites import Site

pytestmark = pytest.mark.long_lock("the office is built in one go")

NUMBERS = {
    "valid": "LAS-2026-000001",
    "suspended": "LAS-2026-000002",
    "revoked": "LAS-2026-000003",
    "expired": "LAS-2026-000004",
}


def published(folder: Path) -> Sources:
    """Read a folder as a verifier does: the register, keys and lists at their public paths."""
    register = json.loads((folder / "issuers.json").read_bytes())
    return Sources(
        registry={
            did: Issuer(name=value["name"], compromised_keys=frozenset(value["compromised_keys"]))
            for did, value in register["issuers"].items()
        },
        did_documents={
            did: (folder / "b" / did.rpartition(":")[2] / "did.json").read_bytes() for did in register["issuers"]
        },
        status_lists={
            f"{register['origin']}/status/{file.name}": file.read_bytes() for file in (folder / "status").iterdir()
        },
    )


@pytest.mark.only_on("sqlite")  # many commands; what each of them reads and writes is tested on both
def test_list_export_and_publish_tell_one_story(signing_site: Site, tmp_path: Path) -> None:
    office = open_office(signing_site, full=True)
    run = office.site.run

    listed = run("certificate", "list", "--json")
    assert (listed.returncode, listed.stderr) == (0, "")
    lines = {line["number"]: line for line in json.loads(listed.stdout)}
    assert lines.keys() == set(NUMBERS.values())
    assert all(set(line) == {"number", "status", "scheme", "url"} for line in lines.values())
    for state in ("suspended", "revoked"):  # the others depend on the day on which the test runs
        assert lines[NUMBERS[state]]["status"] == state
    assert lines[NUMBERS["valid"]]["url"] == f"{office.site.base_url}/v/{office.valid}"

    site = tmp_path / "site"
    written = run("publish", "-o", str(site), "--json")
    assert written.returncode == 0, written.stderr
    # The lists were signed by the clock of the command, so that is the moment to ask at.
    sources = published(site)
    at = max(json.loads(content)["validFrom"] for content in sources.status_lists.values())
    files = json.loads(written.stdout)["files"]
    assert next(path for path in files if path.startswith("log/")) == "log/checkpoint"
    assert [path for path in files if not path.startswith("log/")] == [
        "b/lain/did.json",
        "b/las/did.json",
        "issuers.json",
        "pdf-ca.crl",
        "pdf-ca.pem",
        "status/las-revocation-0",
        "status/las-suspension-0",
    ]
    assert not [file for file in site.rglob("*") if file.name.startswith(".unfinished")]

    verdicts = {}
    for state, number in NUMBERS.items():
        file = tmp_path / f"{state}.json"
        assert run("certificate", "export", number, "--format", "json", "-o", str(file)).returncode == 0
        verdicts[state] = verify(file.read_bytes(), now=datetime.fromisoformat(at), sources=sources).verdict.value
    assert {state: verdicts[state] for state in ("suspended", "revoked")} == {
        "suspended": "suspended",
        "revoked": "revoked",
    }
    assert verdicts["expired"] == "expired"

    _every_format(office, tmp_path)


def _every_format(office: Office, folder: Path) -> None:
    run, number = office.site.run, NUMBERS["valid"]
    for form in ("pdf", "card", "qr-png", "qr-svg", "qr-text"):
        finished = run("certificate", "export", number.lower(), "--format", form, "-o", str(folder / form))
        assert (finished.returncode, finished.stderr) == (0, "")
    assert attached_credential((folder / "pdf").read_bytes()) == (folder / "valid.json").read_bytes()
    text = (folder / "qr-text").read_text().strip()
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(folder / "qr-png"))] == [text]
    assert (folder / "qr-svg").read_text().startswith("<svg")
    assert run("certificate", "export", number, "--format", "qr-text", "-o", "-").stdout.strip() == text
    unknown = run("certificate", "export", "LAS-2026-999999", "--format", "json", "-o", str(folder / "none"))
    assert (unknown.returncode, unknown.stderr) == (1, "teruji: There is no certificate LAS-2026-999999.\n")
    assert run("certificate", "export", number, "--format", "docx", "-o", str(folder / "none")).returncode == 2


def test_nothing_issued_gives_an_empty_list_and_a_register_without_keys(site: Site, tmp_path: Path) -> None:
    assert json.loads(site.run("certificate", "list", "--json").stdout) == []
    assert site.run("publish", "-o", str(tmp_path / "site")).stdout.split() == ["issuers.json"]
