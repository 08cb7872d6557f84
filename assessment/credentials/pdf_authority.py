"""X.509 certificates for signing PDF files: an authority of the installation, and a leaf for each body and year.

Only the signer's process uses this. The authority's key signs leaves and nothing else; its certificate is what others
trust, published at `/pdf-ca.pem`. A leaf names the body's code (`serialNumber`) and its name at the time; web processes
say both, so that a leaf proves no more than that this installation signed for this code. A leaf is valid for eleven
years, so that a file without a time stamp outlives the certificate that it shows; the authority for 25.

Specifications: RFC 5280 (certificates), SEC 1 (points and signatures), ETSI EN 319 142-1 (PAdES).
"""

import os
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from assessment.credentials.key_files import PDF, Keys, write_private

AUTHORITY = "-pdf-ca"
AUTHORITY_KEY = f"{PDF}root"
YEARS_OF_AUTHORITY, YEARS_OF_LEAF = 25, 11
LONGEST_NAME = 64  # ub-common-name and ub-organization-name, RFC 5280 appendix A

_one_at_a_time = threading.Lock()

_USAGE = {
    "digital_signature": False,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


def leaf_of(keys: Keys, folder: Path, body: str, name: str, *, organization: str, host: str) -> tuple[bytes, bytes]:
    """Return a body's certificate for a key such as `pdf-2026` and the authority's, both as DER.

    Key and certificate are made where there are none: then `organization` and `host` are written into them, for good.
    """
    with _one_at_a_time:
        root = authority(keys, folder, host)
        return _leaf(keys, folder / body / f"{name}.crt", root, body, name, organization, host), root


def _leaf(keys: Keys, file: Path, root: bytes, body: str, name: str, organization: str, host: str) -> bytes:
    if not file.exists():
        first_day = datetime(int(name.removeprefix(PDF)[:4]), 1, 1, tzinfo=UTC)
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization[:LONGEST_NAME]),
                x509.NameAttribute(NameOID.SERIAL_NUMBER, body),
                x509.NameAttribute(NameOID.COMMON_NAME, f"{body} {host}"[:LONGEST_NAME]),
            ]
        )
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.open(body, name))
        issuer_point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.open(AUTHORITY, AUTHORITY_KEY))
        builder = (
            _begun(subject, x509.load_der_x509_certificate(root).subject, point, first_day, YEARS_OF_LEAF)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**{**_USAGE, "content_commitment": True}), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_point), critical=False)
            .add_extension(_where_revoked(host), critical=False)
        )
        _keep(file, _signed(builder, lambda content: keys.sign(AUTHORITY, AUTHORITY_KEY, content)))
    return file.read_bytes()


def _where_revoked(host: str) -> x509.CRLDistributionPoints:
    """The address of the list of revoked certificates; plain http, as RFC 5280 (4.2.1.13) asks: it is signed itself."""
    address = x509.UniformResourceIdentifier(f"http://{host}/pdf-ca.crl")
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint(full_name=[address], relative_name=None, reasons=None, crl_issuer=None)]
    )


def authority(keys: Keys, folder: Path, host: str) -> bytes:
    """Return the authority's certificate as DER; made where there is none."""
    file = folder / AUTHORITY / f"{AUTHORITY_KEY}.crt"
    if not file.exists():
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Teruji PDF {host}"[:LONGEST_NAME])])
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.open(AUTHORITY, AUTHORITY_KEY))
        builder = (
            _begun(name, name, point, datetime(2026, 1, 1, tzinfo=UTC), YEARS_OF_AUTHORITY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.KeyUsage(**{**_USAGE, "key_cert_sign": True, "crl_sign": True}), critical=True)
        )
        _keep(file, _signed(builder, lambda content: keys.sign(AUTHORITY, AUTHORITY_KEY, content)))
    return file.read_bytes()


def _begun(
    subject: x509.Name, issuer: x509.Name, point: EllipticCurvePublicKey, first_day: datetime, years: int
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(point)
        .serial_number(x509.random_serial_number())
        .not_valid_before(first_day - timedelta(days=1))  # the year begins east of Greenwich
        .not_valid_after(first_day.replace(year=first_day.year + years))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(point), critical=False)
    )


def _signed(builder: x509.CertificateBuilder, sign: Callable[[bytes], bytes]) -> bytes:
    """Return the certificate under a signature that is made elsewhere, in a token for example.

    The library signs only with a key at hand: it does so with one that is thrown away, and its signature is replaced.
    """
    unsigned = builder.sign(generate_private_key(SECP256R1()), SHA256())
    certificate = enveloped(unsigned.tbs_certificate_bytes, sign)
    return x509.load_der_x509_certificate(certificate).public_bytes(Encoding.DER)


def enveloped(content: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Return content with the signature over it, as certificates and lists of revoked ones are signed (RFC 5280)."""
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")  # ecdsa-with-SHA256, RFC 5758
    value = sign(content)
    whole = content + algorithm + b"\x03" + _length(len(value) + 1) + b"\x00" + value
    return b"\x30" + _length(len(whole)) + whole


def _length(count: int) -> bytes:
    """Write a length in DER (X.690, 8.1.3)."""
    if count < 128:
        return bytes([count])
    written = count.to_bytes((count.bit_length() + 7) // 8)
    return bytes([0x80 | len(written)]) + written


def _keep(file: Path, content: bytes) -> None:
    unfinished = file.with_suffix(".crt-new")
    unfinished.unlink(missing_ok=True)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(unfinished, content)
    os.replace(unfinished, file)
