"""Keys in a token (SoftHSM): the signer signs with them as with files, and nothing private leaves the token."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from assessment.credentials.certifying import Seal, certify
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.domain.errors import Conflict
from assessment.settings import Settings, SettingsError, TokenPlace
from tests.credentials.test_printing import printed
from tests.fixtures.databases import settings_for

LABEL, PIN = "teruji-test", "5678"
LIBRARIES = [Path(place, "softhsm", "libsofthsm2.so") for place in ("/usr/lib", "/usr/lib64", "/usr/local/lib")]
LIBRARIES += sorted(Path("/usr/lib").glob("*/softhsm/libsofthsm2.so"))


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Settings of an installation whose keys are in a new token; its objects lie under the test's folder."""
    library = next((place for place in LIBRARIES if place.is_file()), None)
    program = shutil.which("softhsm2-util")
    if library is None or program is None:
        pytest.fail("Expected SoftHSM (softhsm2-util, libsofthsm2.so), found none. Install the package softhsm2.")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    making = [program, "--init-token", "--free", "--label", LABEL, "--so-pin", "12345678", "--pin", PIN]
    subprocess.run(making, check=True, capture_output=True)
    settings = settings_for(tmp_path / "home", f"sqlite:///{tmp_path / 'none.sqlite'}")
    settings.keys.mkdir()
    pin_file = settings.keys / "pin"
    pin_file.write_text(f"{PIN}\n")
    return replace(settings, token=TokenPlace(module=str(library), label=LABEL, pin_file=pin_file))


@pytest.fixture
def client(settings: Settings) -> Iterator[SignerClient]:
    with running_signer(settings):
        yield SignerClient(settings.signer_socket)


def test_it_signs_with_a_key_of_the_token_and_writes_no_key_file(client: SignerClient, settings: Settings) -> None:
    public = Ed25519PublicKey.from_public_bytes(client.open_key("las", 2026))
    signature = client.sign("las", "2026", b"content")
    public.verify(signature, b"content")
    with pytest.raises(InvalidSignature):
        public.verify(signature, b"other content")
    assert client.open_key("las", 2026) == public.public_bytes_raw()
    assert client.open_key("dapur", 2026) != public.public_bytes_raw()
    assert not list(settings.keys.rglob("*.key"))


def test_its_keys_outlive_the_signer(settings: Settings) -> None:
    with running_signer(settings):
        public = SignerClient(settings.signer_socket).open_key("las", 2026)
    with running_signer(settings):
        client = SignerClient(settings.signer_socket)
        assert client.open_key("las", 2026) == public
        Ed25519PublicKey.from_public_bytes(public).verify(client.sign("las", "2026", b"content"), b"content")


def test_a_pdf_is_certified_by_a_key_of_the_token(client: SignerClient) -> None:
    leaf, root = client.pdf_certificate("las", "pdf-2026", name="LSP Contoh Las", host="localhost:8000")
    pdf = certify(printed(), Seal(body_id="las", key_id="pdf-2026", certificate=leaf, authority=root), client)
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[asn1_x509.Certificate.load(root)], allow_fetching=False)
    assert validate_pdf_signature(found, trusted).bottom_line


def test_keys_for_pdf_files_in_a_token_are_rotated(client: SignerClient, settings: Settings) -> None:
    first = client.pdf_certificate("las", "pdf-2026", name="LSP Contoh Las", host="localhost:8000")
    leaf, root = client.pdf_certificate("las", "pdf-2026-2", name="LSP Contoh Las", host="localhost:8000")
    client.retire("las", "pdf-2026")
    assert (first[0] != leaf, first[1]) == (True, root)
    with pytest.raises(Conflict, match="retired"):
        client.sign("las", "pdf-2026", b"content")
    pdf = certify(printed(), Seal(body_id="las", key_id="pdf-2026-2", certificate=leaf, authority=root), client)
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(trust_roots=[asn1_x509.Certificate.load(root)], allow_fetching=False)
    assert validate_pdf_signature(found, trusted).bottom_line
    assert not list(settings.keys.rglob("*.key"))
    client.revoke("las", "pdf-2026", datetime(2026, 12, 1, tzinfo=UTC))
    revoked = x509.load_der_x509_crl(client.revocations(datetime(2026, 12, 2, tzinfo=UTC)) or b"")
    assert [entry.serial_number for entry in revoked] == [x509.load_der_x509_certificate(first[0]).serial_number]
    public = x509.load_der_x509_certificate(root).public_key()
    assert revoked.is_signature_valid(public)  # type: ignore[arg-type]  # it is one of an elliptic curve


def test_a_retired_key_of_the_token_signs_no_more(client: SignerClient) -> None:
    client.open_key("las", 2026)
    client.retire("las", "2026")
    client.retire("las", "2026")
    with pytest.raises(Conflict, match="retired"):
        client.sign("las", "2026", b"content")
    with pytest.raises(Conflict, match="retired"):
        client.open_key("las", 2026)
    with pytest.raises(Conflict, match="no key"):
        client.sign("las", "2027", b"content")


def test_a_wrong_pin_stops_the_start(settings: Settings) -> None:
    (settings.keys / "pin").write_text("0000")
    with pytest.raises(Conflict, match="does not answer"), running_signer(settings):
        pass


@pytest.mark.parametrize("more", [{"TERUJI_PKCS11_MODULE": "/nowhere.so", "TERUJI_PKCS11_TOKEN": "x"}, {}])
def test_a_token_that_is_not_described_is_refused(tmp_path: Path, settings: Settings, more: dict[str, str]) -> None:
    assert settings.token is not None
    with pytest.raises(SettingsError, match="TERUJI_PKCS11_MODULE"):
        Settings.from_environment({"TERUJI_HOME": str(tmp_path), "TERUJI_PKCS11_MODULE": settings.token.module, **more})
