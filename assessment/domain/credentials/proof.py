"""Data Integrity proofs with the cryptosuite eddsa-rdfc-2022: make one, read one, check one.

The private key is never here: `sign` is a callable that hands 64 bytes to whoever holds it and returns the
64-byte Ed25519 signature. A document carries exactly one proof.

Specification: https://www.w3.org/TR/vc-di-eddsa/ (3.2), https://www.w3.org/TR/vc-data-integrity/.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessment.domain.credentials.canonical import canonical_bytes, canonical_nquads
from assessment.domain.credentials.multibase import from_base58btc, to_base58btc
from assessment.domain.errors import N_, Invalid

CRYPTOSUITE = "eddsa-rdfc-2022"
PURPOSE = "assertionMethod"

_MEMBERS = frozenset({"type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue"})
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})")

Signer = Callable[[bytes], bytes]
Canonical = Callable[[Mapping[str, object]], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """A proof as it stands in a document; `options` is all of it but the signature."""

    verification_method: str
    created: datetime
    signature: bytes
    options: Mapping[str, object]


def read_instant(text: object) -> datetime:
    """Read a date and time with its zone, to the second (xsd:dateTimeStamp).

    Raises Invalid for anything else.
    """
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass
    raise Invalid(N_("Expected a date and time with its zone, got %(got)s."), got=ascii(text)[:60])


def write_instant(moment: datetime) -> str:
    """Write an aware moment to the second, in its own zone; UTC is written Z.

    Raises ValueError when the moment has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("Expected a moment with its zone.")
    return moment.replace(microsecond=0).isoformat().replace("+00:00", "Z")


def hash_data(document: Mapping[str, object], options: Mapping[str, object]) -> bytes:
    """Return the 64 bytes that are signed: the hash of the proof's options, then of the document.

    `document` is without its proof, `options` without its signature. Raises Invalid as `canonical_nquads`.
    """
    config = {**options, "@context": document.get("@context")}
    return hash_nquads(canonical_nquads(document), canonical_nquads(config))


def hash_nquads(document: str, options: str) -> bytes:
    """Return the 64 bytes that are signed, from canonical N-Quads (vc-di-eddsa, 3.2.4)."""
    return hashlib.sha256(options.encode()).digest() + hashlib.sha256(document.encode()).digest()


def add_proof(
    document: Mapping[str, object],
    *,
    verification_method: str,
    created: datetime,
    sign: Signer,
    canonical: Canonical = canonical_bytes,
) -> dict[str, object]:
    """Return the document with one proof by the key `verification_method`, made at `created`.

    `canonical` is another way to the same bytes (`templates`).

    Raises Invalid when the document holds a proof already or a term that is not defined, and ValueError when
    `sign` does not return 64 bytes.
    """
    if "proof" in document:
        raise Invalid(N_("The document is signed already."))
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": CRYPTOSUITE,
        "created": write_instant(created.astimezone(UTC)),
        "verificationMethod": verification_method,
        "proofPurpose": PURPOSE,
    }
    config = {**options, "@context": document.get("@context")}
    signature = sign(hashlib.sha256(canonical(config)).digest() + hashlib.sha256(canonical(document)).digest())
    if len(signature) != 64:
        raise ValueError(f"Expected a signature of 64 bytes, got {len(signature)}.")
    return {**document, "proof": {**options, "proofValue": to_base58btc(signature)}}


def read_proof(document: Mapping[str, object]) -> Proof:
    """Return the one proof that a document carries.

    Raises Invalid when there is none, more than one, or one of another kind, purpose or shape.
    """
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise Invalid(N_("Expected exactly one proof."))
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        raise Invalid(N_("Expected a proof of the kind %(suite)s."), suite=CRYPTOSUITE)
    if proof.get("proofPurpose") != PURPOSE:
        raise Invalid(N_("Expected a proof made to assert (assertionMethod)."))
    method, value = proof.get("verificationMethod"), proof.get("proofValue")
    if proof.keys() != _MEMBERS or not isinstance(method, str) or not isinstance(value, str):
        raise Invalid(N_("The proof has missing or unexpected members."))
    signature = from_base58btc(value)
    if len(signature) != 64:
        raise Invalid(N_("Expected a signature of 64 bytes, got %(got)s."), got=len(signature))
    return Proof(
        verification_method=method,
        created=read_instant(proof.get("created")),
        signature=signature,
        options={key: member for key, member in proof.items() if key != "proofValue"},
    )


def read_foreign_proof(document: Mapping[str, object], purpose: str) -> Proof:
    """Return the one proof of this purpose that somebody else's document carries; it may state more than ours.

    Raises Invalid when there is none, more than one, or one of another kind, purpose or shape.
    """
    proofs = document.get("proof")
    proof = proofs[0] if isinstance(proofs, list) and len(proofs) == 1 else proofs
    if not isinstance(proof, dict):
        raise Invalid(N_("Expected exactly one proof."))
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != CRYPTOSUITE:
        raise Invalid(N_("Expected a proof of the kind %(suite)s."), suite=CRYPTOSUITE)
    method, value = proof.get("verificationMethod"), proof.get("proofValue")
    if "@context" in proof:  # the document's counts, so that this one would stand there unsigned
        raise Invalid(N_("The proof has missing or unexpected members."))
    if not isinstance(method, str) or not isinstance(value, str) or proof.get("proofPurpose") != purpose:
        raise Invalid(N_("The proof has missing or unexpected members."))
    signature = from_base58btc(value)
    if len(signature) != 64:
        raise Invalid(N_("Expected a signature of 64 bytes, got %(got)s."), got=len(signature))
    created = read_instant(proof["created"]) if "created" in proof else datetime.fromtimestamp(0, UTC)
    if "expires" in proof and read_instant(proof["expires"]) < created:
        raise Invalid(N_("Expected an end after the start."))
    return Proof(
        verification_method=method,
        created=created,
        signature=signature,
        options={key: member for key, member in proof.items() if key != "proofValue"},
    )


def holds(document: Mapping[str, object], proof: Proof, public_key: bytes) -> bool:
    """Say whether `proof` signs `document` under an Ed25519 key (32 bytes).

    Raises Invalid as `canonical_nquads` when the document cannot be canonicalised.
    """
    body = {key: value for key, value in document.items() if key != "proof"}
    return is_signature(proof.signature, hash_data(body, proof.options), public_key)


def is_signature(signature: bytes, content: bytes, public_key: bytes) -> bool:
    """Say whether `signature` is by an Ed25519 key (32 bytes) over `content` (RFC 8032)."""
    try:
        _key(public_key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _key(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)
