"""The certification of a printed certificate, judged by pyHanko's validator: whole, by us, and no change allowed."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pikepdf
import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from assessment.credentials.certifying import Seal, certify
from assessment.credentials.printing import attached_credential
from assessment.credentials.signer_client import SignerClient, running_signer
from assessment.domain.errors import Conflict
from assessment.settings import Settings
from assessment.verification.pdf_seal import NONE_KNOWN, check_seal
from tests.credentials.test_printing import DOCUMENT, printed
from tests.fixtures.databases import settings_for

PLAIN = printed()
ADDED = b"\n%%EOF"
NOW = datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    home = tmp_path_factory.mktemp("certifying")
    settings = settings_for(home, f"sqlite:///{home / 'none.sqlite'}")
    with running_signer(settings):
        yield settings


@pytest.fixture(scope="module")
def client(settings: Settings) -> SignerClient:
    return SignerClient(settings.signer_socket)


@pytest.fixture(scope="module")
def seal(client: SignerClient) -> Seal:
    certificate, authority = client.pdf_certificate("las", "pdf-2026", name="LSP Contoh Las", host="localhost:8000")
    return Seal(body_id="las", key_id="pdf-2026", certificate=certificate, authority=authority)


@pytest.fixture(scope="module")
def pdf(seal: Seal, client: SignerClient) -> bytes:
    return certify(PLAIN, seal, client)


def judged(pdf: bytes, *authorities: bytes) -> PdfSignatureStatus:
    """What pyHanko makes of the only signature in a PDF."""
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    roots = [asn1_x509.Certificate.load(authority) for authority in authorities]
    return validate_pdf_signature(found, ValidationContext(trust_roots=roots, allow_fetching=False))


def pem(*ders: bytes) -> bytes:
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM) for der in ders)


def test_pyhanko_finds_it_whole_trusted_and_closed_to_changes(pdf: bytes, seal: Seal) -> None:
    status = judged(pdf, seal.authority)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    (found,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    assert found.docmdp_level is MDPPerm.NO_CHANGES
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    assert check_seal(pdf, pem(seal.authority), NONE_KNOWN, NOW).ok is True


def test_what_was_printed_stays_byte_for_byte_and_carries_its_credential(pdf: bytes) -> None:
    assert pdf.startswith(PLAIN)
    assert attached_credential(pdf) == DOCUMENT


def test_it_stays_archival_and_tagged(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as after, pikepdf.open(io.BytesIO(PLAIN)) as before:
        with after.open_metadata() as metadata, before.open_metadata() as original:
            assert metadata["pdfaid:part"] == original["pdfaid:part"] == "3"
            assert metadata["pdfuaid:part"] == original["pdfuaid:part"] == "1"
        assert after.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in after.Root
        (field,) = after.Root.AcroForm.Fields
        assert str(field.TU)  # PDF/UA-1, 7.18.1
        assert after.pages[0].Tabs == "/S"  # PDF/UA-1, 7.18.3
        left, _bottom, right, top = map(float, field.Rect)
        assert left == right < 0 > top  # outside of the page: PDF/UA-1 asks for no tag, PDF/A for no appearance
        assert int(field.F) & 0b100111 == 0b100  # printed, and neither hidden nor without view (PDF/A-3, 6.3.2)


@pytest.mark.parametrize("place", [0.1, 0.3, 0.5, 0.7, 0.8])
def test_one_changed_byte_is_found(pdf: bytes, seal: Seal, place: float) -> None:
    index = int(len(PLAIN) * place)
    mutated = pdf[:index] + bytes([pdf[index] ^ 1]) + pdf[index + 1 :]
    assert check_seal(mutated, pem(seal.authority), NONE_KNOWN, NOW).ok is not True
    try:
        status = judged(mutated, seal.authority)
    except Exception:  # the byte was one of the structure: it cannot even be read
        return
    assert not status.bottom_line


def test_an_incremental_update_is_refused(pdf: bytes, seal: Seal) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    writer.root["/Lang"] = generic.TextStringObject("xx")
    writer.update_root()
    output = io.BytesIO()
    writer.write(output)
    assert output.getvalue().startswith(pdf)
    assert not judged(output.getvalue(), seal.authority).bottom_line
    assert check_seal(output.getvalue(), pem(seal.authority), NONE_KNOWN, NOW).ok is False


def test_bytes_behind_the_end_are_refused(pdf: bytes, seal: Seal) -> None:
    assert check_seal(pdf + ADDED, pem(seal.authority), NONE_KNOWN, NOW).ok is not True


def test_another_authority_is_not_believed(
    pdf: bytes, client: SignerClient, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.mktemp("other")
    other = settings_for(home, f"sqlite:///{home / 'none.sqlite'}")
    with running_signer(other):
        certificate, authority = SignerClient(other.signer_socket).pdf_certificate(
            "las", "pdf-2026", name="LSP Contoh Las", host="localhost:8000"
        )
        forged = certify(
            PLAIN,
            Seal(body_id="las", key_id="pdf-2026", certificate=certificate, authority=authority),
            SignerClient(other.signer_socket),
        )
    ours = client.pdf_certificate("las", "pdf-2026", name="-", host="-")[1]
    assert not judged(forged, ours).bottom_line
    assert check_seal(forged, pem(ours), NONE_KNOWN, NOW).ok is False
    assert check_seal(pdf, None, NONE_KNOWN, NOW).ok is None


def test_a_pdf_without_a_signature_says_so(seal: Seal) -> None:
    check = check_seal(PLAIN, pem(seal.authority), NONE_KNOWN, NOW)
    assert (check.ok, check.reason) == (None, "The PDF carries no signature of its own.")


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"%PDF-1.7\n" + b"[" * 100_000, b"%PDF-" + bytes(100_000)])
def test_a_hostile_file_is_only_unreadable(content: bytes, seal: Seal) -> None:
    assert check_seal(content, pem(seal.authority), NONE_KNOWN, NOW).ok is None


def test_certificates_stay_as_they_were_first_made(seal: Seal, client: SignerClient) -> None:
    again = client.pdf_certificate("las", "pdf-2026", name="Another name", host="other.example")
    assert again == (seal.certificate, seal.authority)
    leaf, root = map(x509.load_der_x509_certificate, again)
    leaf.verify_directly_issued_by(root)
    assert leaf.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)[0].value == "las"
    assert client.pdf_certificate("dapur", "pdf-2026", name="LSP Dapur", host="localhost")[0] != seal.certificate


class StampAuthority(BaseHTTPRequestHandler):
    """Answers requests for time stamps (RFC 3161) with a key of its own."""

    stamper: DummyTimeStamper

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.stamper.request_tsa_response(tsp.TimeStampReq.load(content))
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        self.wfile.write(answer.dump())

    def log_message(self, format: str, *args: object) -> None:
        """Leave standard error to pytest."""


@contextmanager
def stamping_by(handler: type[StampAuthority]) -> Iterator[tuple[str, bytes]]:
    """Have a time stamp authority on this machine: its address and its certificate (DER)."""
    key = generate_private_key(65537, 2048)  # pyHanko's authority knows RSA alone
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Stempel Contoh")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=30))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )

    private = asn1_keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    loaded = asn1_x509.Certificate.load(certificate)
    handler.stamper = DummyTimeStamper(loaded, private, certs_to_embed=SimpleCertificateStore())
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", certificate
        server.shutdown()


@pytest.fixture(scope="module")
def stamping() -> Iterator[tuple[str, bytes]]:
    """A time stamp authority on this machine: its address and its certificate (DER)."""
    with stamping_by(StampAuthority) as authority:
        yield authority


def test_with_an_authority_it_carries_a_time_stamp(
    seal: Seal, client: SignerClient, stamping: tuple[str, bytes]
) -> None:
    url, authority = stamping
    status = judged(certify(PLAIN, seal, client, timestamp_url=url), seal.authority, authority)
    assert status.bottom_line
    assert status.timestamp_validity is not None
    assert status.timestamp_validity.trusted
    assert abs(status.timestamp_validity.timestamp - datetime.now(UTC)) < timedelta(hours=1)


def test_an_authority_that_does_not_answer_stops_the_issue(seal: Seal, client: SignerClient) -> None:
    with pytest.raises(Conflict, match="does not answer"):
        certify(PLAIN, seal, client, timestamp_url="http://127.0.0.1:9/")
