"""The list of revoked certificates (CRL) for readers of PDF files that know nothing of the register of issuers.

Only the signer's process uses this. It remembers by itself which certificates were revoked, in a file
`keys/BODY/NAME.revoked` that holds the moment: whoever misuses a web process cannot have a list made that is silent
about one. A list holds for a week. An authority from before there were lists may not sign one (its key usage says so).

Specification: RFC 5280, 5 (lists) and 4.2.1.3 (cRLSign).
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from assessment.credentials.key_files import PDF, Keys, Refused, write_private
from assessment.credentials.pdf_authority import AUTHORITY, AUTHORITY_KEY, enveloped

VALID_FOR = timedelta(days=7)


def revoke(keys: Keys, folder: Path, body: str, name: str, at: datetime) -> None:
    """Seal with a key no more, and name its certificate in every list from now on; the first moment counts."""
    keys.retire(body, name)
    file = folder / body / f"{name}.revoked"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = file.with_suffix(".revoked-new")
        unfinished.unlink(missing_ok=True)
        write_private(unfinished, at.isoformat().encode())
        unfinished.rename(file)


def revocation_list(keys: Keys, folder: Path, at: datetime) -> bytes | None:
    """Return the list (DER) as of a moment; None without an authority, or where it may not sign one."""
    file = folder / AUTHORITY / f"{AUTHORITY_KEY}.crt"
    if not file.exists():
        return None
    root = x509.load_der_x509_certificate(file.read_bytes())
    if not root.extensions.get_extension_for_class(x509.KeyUsage).value.crl_sign:
        return None
    point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), keys.open(AUTHORITY, AUTHORITY_KEY))
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(root.subject)
        .last_update(at)
        .next_update(at + VALID_FOR)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(point), critical=False)
        .add_extension(x509.CRLNumber(int(at.timestamp())), critical=False)
    )
    for serial, moment in _revoked(folder, root):
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(serial)
            .revocation_date(moment)
            .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
            .build()
        )
    unsigned = builder.sign(generate_private_key(SECP256R1()), SHA256())
    signed = enveloped(unsigned.tbs_certlist_bytes, lambda content: keys.sign(AUTHORITY, AUTHORITY_KEY, content))
    return x509.load_der_x509_crl(signed).public_bytes(Encoding.DER)


def read_moment(text: str) -> datetime:
    """Read a moment with its zone. Raises Refused for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise Refused("Expected a moment with a time zone.")
    return moment


def _revoked(folder: Path, root: x509.Certificate) -> Iterator[tuple[int, datetime]]:
    """Yield serial and moment of each revoked certificate that this authority signed."""
    for file in sorted(folder.glob(f"*/{PDF}*.revoked")):
        certificate = file.with_suffix(".crt")
        if certificate.exists():
            leaf = x509.load_der_x509_certificate(certificate.read_bytes())
            if leaf.issuer == root.subject:
                yield leaf.serial_number, read_moment(file.read_text())
