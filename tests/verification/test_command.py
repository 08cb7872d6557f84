"""`teruji verify`: files and texts against published files, without a database."""

import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner, Result

from assessment.domain.credentials.json_text import write_object
from assessment.domain.credentials.status_list import StatusPurpose
from assessment.verification.commands import verify
from tests.domain.credentials.certificates import (
    DID,
    FIRST_DAY,
    KEY_ID,
    LAST_DAY,
    OTHER_KEY,
    REVOCATION_INDEX,
    SUSPENSION_INDEX,
    code_text,
    sign,
    signed,
    status_lists,
    unsigned,
)
from tests.factories.verification import publish_folder
from tests.fixtures.sites import CHECKOUT
from tests.verification.test_arriving import pdf_with, picture_of

AT = "2026-12-01T10:00:00+07:00"
INSIDE = {StatusPurpose.REVOCATION: REVOCATION_INDEX, StatusPurpose.SUSPENSION: SUSPENSION_INDEX % 131_072}


def published(folder: Path, *, marked: StatusPurpose | None = None, did: str = DID) -> Path:
    """The public files of the body, with one mark or none."""
    lists = status_lists(
        revoked=[INSIDE[marked]] if marked is StatusPurpose.REVOCATION else [],
        suspended=[INSIDE[marked]] if marked is StatusPurpose.SUSPENSION else [],
    )
    status = {url.rpartition("/")[2]: content for url, content in lists.items()}
    publish_folder(folder, did, "LSP Contoh Las, Jakarta", status)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(verify, arguments)


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    value: dict[str, Any] = json.loads(result.stdout)
    assert value.keys() == {"verdict", "checks", "clocks"}
    assert all(check.keys() == {"name", "ok", "reason"} and check["reason"] for check in value["checks"])
    assert result.exit_code == (0 if value["verdict"] == "valid" else 1)
    return value


def changed(document: dict[str, Any]) -> dict[str, Any]:
    document["credentialSubject"]["licenseNumber"] = "LAS-2026-000002"
    return document


@pytest.fixture(params=["json", "pdf", "text", "picture"])
def form(request: pytest.FixtureRequest) -> str:
    """How the certificate is handed over."""
    chosen: str = request.param
    return chosen


def given(form: str, folder: Path, *, document: dict[str, Any] | None = None, text: str | None = None) -> str:
    """The argument of the command for a certificate in this form."""
    content = write_object(document or signed())
    text = text or code_text()
    if form == "text":
        return text
    file = folder / f"certificate.{form}"
    file.write_bytes({"json": content, "pdf": pdf_with(certificate=content), "picture": picture_of(text)}[form])
    return str(file)


@pytest.mark.parametrize(
    ("verdict", "at", "marked"),
    [
        ("valid", AT, None),
        ("expired", "2029-11-24T00:00:00+07:00", None),
        ("not_yet_valid", "2026-11-23T23:59:59+07:00", None),
        ("suspended", AT, StatusPurpose.SUSPENSION),
        ("revoked", AT, StatusPurpose.REVOCATION),
    ],
)
def test_each_verdict_in_each_form(
    form: str, tmp_path: Path, verdict: str, at: str, marked: StatusPurpose | None
) -> None:
    site = published(tmp_path / "site", marked=marked)
    value = answer(given(form, tmp_path), "--site", str(site), "--at", at)
    # At other times the published lists are not fresh, which must not hide what the dates say. This PDF bears no
    # signature of its own, so that nobody knows what was drawn on it.
    assert value["verdict"] == ("cannot_check" if (form, verdict) == ("pdf", "valid") else verdict)
    assert value["clocks"][0]["start"] == f"{FIRST_DAY}T00:00:00+07:00"
    assert value["clocks"][0]["until"] == f"{LAST_DAY}T23:59:59+07:00"


def test_a_forgery_in_each_form(form: str, tmp_path: Path) -> None:
    site = published(tmp_path / "site")
    text = code_text()
    forged = given(form, tmp_path, document=changed(signed()), text=text[:-1] + ("1" if text[-1] != "1" else "2"))
    value = answer(forged, "--site", str(site), "--at", AT)
    assert (value["verdict"], value["clocks"]) == ("forged", [])


def test_a_signature_by_another_key_is_forged(tmp_path: Path) -> None:
    document = given("json", tmp_path, document=sign(unsigned(), key=OTHER_KEY))
    assert answer(document, "--site", str(published(tmp_path / "site")), "--at", AT)["verdict"] == "forged"


def test_a_strangers_certificate_in_each_form(form: str, tmp_path: Path) -> None:
    site = published(tmp_path / "site", did="did:web:other.example:b:las")
    assert answer(given(form, tmp_path), "--site", str(site), "--at", AT)["verdict"] == "unknown"


def test_without_a_status_source_it_cannot_be_checked(form: str, tmp_path: Path) -> None:
    assert answer(given(form, tmp_path), "--at", AT)["verdict"] == "cannot_check"


@pytest.mark.parametrize("missing", ["issuers.json", "b/las/did.json", "status/las-suspension-1"])
def test_a_missing_file_of_the_site_is_said(tmp_path: Path, missing: str) -> None:
    site = published(tmp_path / "site")
    (site / missing).unlink()
    value = answer(given("json", tmp_path), "--site", str(site), "--at", AT)
    assert value["verdict"] == "cannot_check"


@pytest.mark.parametrize("register", [b"", b"[]", b'{"v":2,"issuers":{}}', b'{"v":1,"issuers":[]}', b"\xff"])
def test_a_broken_register_is_no_register(tmp_path: Path, register: bytes) -> None:
    site = published(tmp_path / "site")
    (site / "issuers.json").write_bytes(register)
    assert answer(given("json", tmp_path), "--site", str(site), "--at", AT)["verdict"] == "cannot_check"


def test_a_withdrawn_key_proves_nothing(tmp_path: Path) -> None:
    site = published(tmp_path / "site")
    register = {"v": 1, "issuers": {DID: {"name": "LSP", "compromised_keys": [KEY_ID]}}}
    (site / "issuers.json").write_bytes(write_object(register))
    assert answer(given("json", tmp_path), "--site", str(site), "--at", AT)["verdict"] == "cannot_check"


def test_a_list_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    document = unsigned()
    entries: Any = document["credentialStatus"]
    entries[0]["statusListCredential"] = "http://localhost:8000/status/../../etc/passwd"
    file = given("json", tmp_path, document=sign(document))
    assert answer(file, "--site", str(published(tmp_path / "site")), "--at", AT)["verdict"] == "cannot_check"


def test_a_file_without_a_certificate_is_refused_with_its_reason(tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(pdf_with())
    value = answer(str(file), "--site", str(published(tmp_path / "site")))
    assert (value["verdict"], value["checks"][0]["ok"]) == ("cannot_check", False)
    assert "no signed certificate" in value["checks"][0]["reason"]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("no such file",),
        (code_text(), "--at", "yesterday"),
        (code_text(), "--site", "no such folder"),
        (code_text(), "--site", "http://example.org"),
        (code_text(), "--site", "ftp://localhost"),
    ],
)
def test_what_cannot_be_meant_is_a_question_of_usage(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


def test_people_get_a_sentence_and_every_check(tmp_path: Path) -> None:
    result = run(given("json", tmp_path), "--site", str(published(tmp_path / "site")), "--at", AT)
    assert result.stdout.startswith("Valid. Siti Aminah O'Neil passed Plate welder SMAW on 24 November 2026.\n")
    assert "Valid until: 23 November 2029" in result.stdout
    assert "ok Signature of the issuer" in " ".join(result.stdout.split())
    assert "- Entry in the public log not present" in " ".join(result.stdout.split())


def test_a_document_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "certificate.json"
    file.write_bytes(write_object({**signed(), "issuer": "\x1b[2Jdid:web:evil"}))
    result = run(str(file), "--site", str(published(tmp_path / "site")), "--at", AT)
    assert "evil" in result.stdout
    assert "\x1b" not in result.stdout


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Leave standard error to pytest."""


class _Elsewhere(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:1/issuers.json")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Leave standard error to pytest."""


def served(handler: Any) -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_a_site_on_the_web_is_asked(tmp_path: Path) -> None:
    site = published(tmp_path / "site")
    for address in served(lambda *arguments: _Quiet(*arguments, directory=str(site))):
        assert answer(given("json", tmp_path), "--site", address, "--at", AT)["verdict"] == "valid"


def test_a_redirect_is_not_followed_and_silence_is_no_answer(tmp_path: Path) -> None:
    for address in served(_Elsewhere):
        assert answer(given("json", tmp_path), "--site", address, "--at", AT)["verdict"] == "cannot_check"
    assert answer(given("json", tmp_path), "--site", "http://127.0.0.1:1", "--at", AT)["verdict"] == "cannot_check"


def test_it_opens_no_database(tmp_path: Path) -> None:
    site = published(tmp_path / "site")
    finished = subprocess.run(
        [
            sys.executable,
            "-P",
            "-m",
            "assessment.cli",
            "verify",
            code_text(),
            "--site",
            str(site),
            "--at",
            AT,
            "--json",
        ],
        env={
            "PYTHONPATH": str(CHECKOUT),
            "TERUJI_HOME": str(tmp_path / "home"),
            "TERUJI_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert json.loads(finished.stdout)["verdict"] == "valid"


def test_a_long_text_is_not_taken_for_a_path() -> None:
    assert run("1" * 5000).exit_code == 2


def test_the_digits_alone_are_not_taken_for_a_path_either(tmp_path: Path) -> None:
    """They are longer than the name of a file may be."""
    digits = code_text().partition("#")[2]
    assert len(digits) > 255
    assert answer(digits, "--site", str(published(tmp_path / "site")), "--at", AT)["verdict"] == "valid"
