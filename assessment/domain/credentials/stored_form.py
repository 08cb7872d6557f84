"""The canonical bytes of a signed credential as they are stored, so that its signature is checked without RDF.

Layout, version 1: SHA-256 of the credential's own bytes (32), then, packed (RFC 1950), the canonical N-Quads of its
proof's options, an empty line, and those of the document: in the order in which they are hashed and signed.
"""

import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.proof import hash_nquads, read_proof

FORMAT = 1
LARGEST = 8 * 1024 * 1024

_DIGEST_BYTES = 32
_BETWEEN = "\n"


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredForm:
    """Canonical N-Quads of the credential whose bytes have the digest `of`."""

    of: bytes
    options: str
    document: str

    def is_of(self, content: bytes) -> bool:
        """Say whether these are the canonical bytes of this credential and no other."""
        return hashlib.sha256(content).digest() == self.of


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedBytes:
    """A signature, and the 64 bytes under it: the hashes of the canonical bytes."""

    signature: bytes
    content: bytes


def signed_bytes(form: StoredForm, document: Mapping[str, object]) -> SignedBytes:
    """Return what a signed credential's key signed. Raises Invalid without exactly one proof of ours."""
    return SignedBytes(signature=read_proof(document).signature, content=hash_nquads(form.document, form.options))


def write_form(content: bytes) -> bytes:
    """Canonicalise a signed credential and return what is stored of it. Raises Invalid as `canonical_nquads`."""
    document = read_object(content)
    body = {key: value for key, value in document.items() if key != "proof"}
    options = canonical_nquads({**read_proof(document).options, "@context": body.get("@context")})
    text = options + _BETWEEN + canonical_nquads(body)
    return hashlib.sha256(content).digest() + zlib.compress(text.encode())


def read_form(stored: bytes) -> StoredForm:
    """Read what `write_form` wrote. Raises ValueError for anything else."""
    unpacked = zlib.decompressobj()
    try:
        text = unpacked.decompress(stored[_DIGEST_BYTES:], LARGEST).decode()
    except (zlib.error, UnicodeDecodeError):
        text = ""
    options, between, document = text.partition(_BETWEEN + _BETWEEN)
    if not unpacked.eof or not between or not document:
        raise ValueError("Expected packed canonical bytes behind a digest.")
    return StoredForm(of=stored[:_DIGEST_BYTES], options=options + _BETWEEN, document=document)
