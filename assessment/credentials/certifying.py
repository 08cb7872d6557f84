"""Certifying a printed certificate: a PAdES signature that allows no change, by the body's X.509 key.

The signature is an incremental update: what was printed stays byte for byte, attachments, tags and archival metadata
among it. Its field has no appearance and lies outside of the page, the one way that both PDF/A-3 and PDF/UA-1 allow.
With a time stamp authority in the settings the profile is PAdES-B-T, else B-B.

pyHanko is imported here and nowhere else in the program, because web processes do without it.

Specifications: ETSI EN 319 142-1 (PAdES), ISO 32000-2 12.8.2.2 (DocMDP), RFC 3161 (time stamps).
"""

import io
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from asn1crypto import algos, tsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import InvisSigSettings, MDPPerm, SigFieldSpec, SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko_certvalidator.registry import SimpleCertificateStore

from assessment.credentials.signer_client import SignerClient
from assessment.domain.errors import N_, Conflict

FIELD = "TerujiCertification"
TOOLTIP = "Certified by the issuer / Disahkan oleh penerbit"
LONGEST_SIGNATURE = 72  # ECDSA on P-256 in DER
SECONDS_FOR_A_STAMP = 20
LARGEST_STAMP = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Seal:
    """By what a body's PDF files are signed: the key's name, its certificate and the authority's (DER)."""

    body_id: str
    key_id: str
    certificate: bytes
    authority: bytes


def certify(pdf: bytes, seal: Seal, signer: SignerClient, *, timestamp_url: str | None = None) -> bytes:
    """Return the PDF with a certification signature that allows no change.

    Raises Conflict when the signer or the time stamp authority does not answer.
    """
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    if "/Tabs" not in page:  # ISO 14289-1, 7.18.3: the order of a page's fields is that of its structure
        page["/Tabs"] = generic.pdf_name("/S")
        writer.update_container(page)
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=MDPPerm.NO_CHANGES,
    )
    field = SigFieldSpec(
        FIELD,
        readable_field_name=TOOLTIP,
        invis_sig_settings=InvisSigSettings(set_print_flag=True, box_out_of_bounds=True),
    )
    stamper = _StampAuthority(timestamp_url) if timestamp_url else None
    output = io.BytesIO()
    sealing = PdfSigner(metadata, _SealSigner(seal, signer), timestamper=stamper, new_field_spec=field)
    try:
        # pyHanko signs on an event loop of its own, which cannot run where one runs already.
        with ThreadPoolExecutor(1) as apart:
            apart.submit(sealing.sign_pdf, writer, output=output).result()
    except (TimestampRequestError, OSError) as error:
        raise Conflict(N_("The time stamp authority does not answer.")) from error
    return output.getvalue()


class _SealSigner(Signer):
    """Signs through the signer's process."""

    def __init__(self, seal: Seal, signer: SignerClient) -> None:
        authority = x509.Certificate.load(seal.authority)
        super().__init__(
            signing_cert=x509.Certificate.load(seal.certificate),
            cert_registry=SimpleCertificateStore.from_certs([authority]),  # type: ignore[no-untyped-call]  # pyHanko's own
            signature_mechanism=algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
            embed_roots=True,
        )
        self._seal, self._signer = seal, signer

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Return the signature over the signed attributes; nothing is asked for where only its length is wanted."""
        if digest_algorithm != "sha256":
            raise ValueError(f"Expected sha256, got {digest_algorithm}.")
        if dry_run:
            return bytes(LONGEST_SIGNATURE)
        return self._signer.sign(self._seal.body_id, self._seal.key_id, data)


class _StampAuthority(TimeStamper):
    """Asks a time stamp authority over http, within a limit of time and length."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # pyHanko's own
        self._url = url

    async def async_request_tsa_response(self, req: Any) -> Any:
        """Return the authority's answer to a request."""
        asked = urllib.request.Request(
            self._url, data=req.dump(), headers={"Content-Type": "application/timestamp-query"}
        )
        with urllib.request.urlopen(asked, timeout=SECONDS_FOR_A_STAMP) as answer:
            return tsp.TimeStampResp.load(answer.read(LARGEST_STAMP))
