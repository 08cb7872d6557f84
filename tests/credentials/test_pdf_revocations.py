"""The list of revoked certificates, judged by pyHanko: a stolen key's files are refused, all others stand."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext

from assessment.credentials.certifying import Seal, certify
from assessment.credentials.key_files import KeyFiles, Refused, own_secret
from assessment.credentials.pdf_authority import AUTHORITY, AUTHORITY_KEY, authority, enveloped
from assessment.credentials.pdf_revocations import read_moment, revocation_list
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.domain.errors import Conflict
from assessment.settings import Settings
from tests.credentials.test_printing import printed
from tests.fixtures.databases import settings_for

NOW = datetime(2026, 12, 1, 2, tzinfo=UTC)
FIRST, SECOND = "pdf-2026", "pdf-2026-2"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path / "home", f"sqlite:///{tmp_path / 'none.sqlite'}")


@pytest.fixture
def client(settings: Settings) -> Iterator[SignerClient]:
    with running_signer(settings):
        yield SignerClient(settings.signer_socket)


def sealed(client: SignerClient, key_id: str) -> tuple[bytes, bytes]:
    """A PDF that a key sealed, and the authority's certificate."""
    leaf, root = client.pdf_certificate("las", key_id, name="LSP Contoh Las", host="teruji.example")
    return certify(printed(), Seal(body_id="las", key_id=key_id, certificate=leaf, authority=root), client), root


def judged(pdf: bytes, root: bytes, revoked: bytes) -> PdfSignatureStatus:
    """What pyHanko makes of a PDF with this list, an hour after it was made; without a list it would refuse."""
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    trusted = ValidationContext(
        trust_roots=[asn1_x509.Certificate.load(root)],
        crls=[revoked],
        allow_fetching=False,
        revocation_mode="hard-fail",
        moment=NOW + timedelta(hours=1),
    )
    return validate_pdf_signature(found, trusted)


def test_pyhanko_refuses_a_stolen_keys_files_by_the_list_and_no_others(client: SignerClient) -> None:
    stolen, root = sealed(client, FIRST)
    honest, _root = sealed(client, SECOND)
    empty = client.revocations(NOW)
    assert empty is not None
    assert x509.load_der_x509_crl(empty).is_signature_valid(x509.load_der_x509_certificate(root).public_key())  # type: ignore[arg-type]  # it is one of an elliptic curve
    assert [judged(pdf, root, empty).bottom_line for pdf in (stolen, honest)] == [True, True]
    client.revoke("las", FIRST, NOW - timedelta(days=1))
    revoked = client.revocations(NOW)
    assert revoked is not None
    status = judged(stolen, root, revoked)
    assert (status.bottom_line, status.revoked) == (False, True)
    assert status.revocation_details is not None
    assert status.revocation_details.revocation_date == NOW - timedelta(days=1)
    assert status.revocation_details.revocation_reason.native == "key_compromise"
    assert judged(honest, root, revoked).bottom_line
    with pytest.raises(Conflict, match="retired"):
        client.sign("las", FIRST, b"content")


def test_the_signer_itself_remembers_what_was_revoked_and_when_first(settings: Settings) -> None:
    with running_signer(settings):
        client = SignerClient(settings.signer_socket)
        leaf, _root = client.pdf_certificate("las", FIRST, name="LSP", host="teruji.example")
        client.revoke("las", FIRST, NOW)
        client.revoke("las", FIRST, NOW + timedelta(days=1))
    with running_signer(settings):
        found = SignerClient(settings.signer_socket).revocations(NOW + timedelta(days=2))
    assert found is not None
    (entry,) = x509.load_der_x509_crl(found)
    assert entry.serial_number == x509.load_der_x509_certificate(leaf).serial_number
    assert entry.revocation_date_utc == NOW


def test_a_certificate_says_where_the_list_is_and_each_list_has_a_higher_number(client: SignerClient) -> None:
    leaf, _root = client.pdf_certificate("las", FIRST, name="LSP", host="teruji.example")
    places = x509.load_der_x509_certificate(leaf).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert [name.value for place in places for name in place.full_name or ()] == ["http://teruji.example/pdf-ca.crl"]
    numbers = []
    for minutes in range(2):
        found = x509.load_der_x509_crl(client.revocations(NOW + timedelta(minutes=minutes)) or b"")
        numbers.append(found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
        assert found.next_update_utc == NOW + timedelta(days=7, minutes=minutes)
    assert numbers == sorted(set(numbers))


def test_without_an_authority_and_with_one_from_before_there_is_no_list(tmp_path: Path) -> None:
    keys = KeyFiles(tmp_path, own_secret(tmp_path / "secret"))
    assert revocation_list(keys, tmp_path, NOW) is None
    root = x509.load_der_x509_certificate(authority(keys, tmp_path, "teruji.example"))
    assert revocation_list(keys, tmp_path, NOW) is not None
    point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.open(AUTHORITY, AUTHORITY_KEY))
    names = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    usage = dict.fromkeys((*names, "crl_sign", "encipher_only", "decipher_only"), False)
    before = (
        x509.CertificateBuilder(
            root.issuer, root.subject, point, 7, root.not_valid_before_utc, root.not_valid_after_utc
        )
        .add_extension(x509.KeyUsage(**usage, key_cert_sign=True), critical=True)
        .sign(generate_private_key(SECP256R1()), SHA256())
    )
    file = tmp_path / AUTHORITY / f"{AUTHORITY_KEY}.crt"
    file.write_bytes(
        enveloped(before.tbs_certificate_bytes, lambda content: keys.sign(AUTHORITY, AUTHORITY_KEY, content))
    )
    assert revocation_list(keys, tmp_path, NOW) is None


@pytest.mark.parametrize("text", ["", "yesterday", "2026-12-01T02:00:00"])
def test_a_moment_without_a_zone_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="time zone"):
        read_moment(text)
