"""The genuine documents, as a body issues them, and what a mutation of one is.

A forger holds everything that is public: the documents of several holders, the published keys, lists and log, and a
key pair of his own (`FORGER`). He lacks the body's private key.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.credentials.multibase import encode_multikey

FORGER = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
FORGER_DID = f"did:key:{encode_multikey(FORGER.public_key().public_bytes_raw())}"
HOLDER = Ed25519PrivateKey.from_private_bytes(bytes(range(96, 128)))
HOLDER_DID = f"did:key:{encode_multikey(HOLDER.public_key().public_bytes_raw())}"
CHALLENGE, DOMAIN = "a-challenge-of-this-hour", "agency.example"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mutated:
    """A changed document: of which kind it was, in which way it was changed; `place`: which public file it replaces."""

    kind: str
    way: str
    content: bytes
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Genuine:
    """One valid certificate in every form, parts of other certificates, and the public files.

    `lists` are the status lists by name, `stale` those of two days before; `revoked` is a certificate whose bit is set.
    """

    json: bytes
    jwt: bytes
    sd_jwt: bytes
    pdf: bytes
    code: bytes
    picture: bytes
    proof: bytes
    presentation: bytes
    revoked: bytes
    other: bytes
    other_jwt: bytes
    other_sd_jwt: bytes
    other_pdf: bytes
    other_proof: bytes
    other_code: bytes
    public_key: bytes
    lists: Mapping[str, bytes]
    stale: Mapping[str, bytes]

    @property
    def document(self) -> dict[str, Any]:
        """The certificate as parsed JSON, a fresh copy."""
        value: dict[str, Any] = json.loads(self.json)
        return value

    @property
    def did(self) -> str:
        """The issuer's identifier."""
        document = self.document
        issuer = document.get("issuer", document.get("holder"))
        return str(issuer["id"] if isinstance(issuer, dict) else issuer)

    @property
    def key_id(self) -> str:
        """The address of the key that signed."""
        return str(self.document["proof"]["verificationMethod"])

    def write(self, folder: Path) -> None:
        """Keep the documents for the process that checks."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("json", "jwt", "sd_jwt", "pdf", "code", "picture", "proof", "presentation", "revoked"):
            (folder / name).write_bytes(getattr(self, name))
