"""Issuers as did:web identifiers: address, document, keys.

`did:web:HOST:b:CODE` names the certification body CODE on HOST; its document lies at `/b/CODE/did.json`. The
document lists the Ed25519 keys that may speak for the body. A retired key stays in it; a compromised one is
taken out. Fetching is not done here.

Specifications: https://w3c-ccg.github.io/did-method-web/, https://www.w3.org/TR/did-1.0/, Multikey in
https://www.w3.org/TR/cid-1.0/.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from assessment.domain.credentials.json_text import read_object
from assessment.domain.credentials.multibase import decode_multikey, encode_multikey
from assessment.domain.errors import N_, Invalid

_DID = re.compile(r"did:web:(?P<host>[a-z0-9.\-]+(%3A[0-9]{1,5})?):b:(?P<code>[a-z0-9\-]{1,40})")
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_CONTEXTS = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"]


@dataclass(frozen=True, kw_only=True, slots=True)
class VerificationKey:
    """A public key (32 bytes, Ed25519) and its full address, `DID#fragment`."""

    id: str
    public_key: bytes


def web_did(origin: str, code: str) -> str:
    """Name the body `code` at an origin such as `https://teruji.example` or `http://localhost:8000`.

    Raises Invalid when origin or code cannot stand in a did:web identifier.
    """
    parts = urlsplit(origin)
    did = f"did:web:{quote(parts.netloc.lower(), safe='')}:b:{code}"
    if not _DID.fullmatch(did) or origin_of(did) != origin.rstrip("/"):
        raise Invalid(
            N_("Expected an https origin (http on this machine) and a code of a to z, 0 to 9, -; got %(got)s."),
            got=f"{origin} {code}",
        )
    return did


@lru_cache(maxsize=128)
def origin_of(did: str) -> str:
    """Return the web origin behind an issuer: https, or http for this machine itself.

    Raises Invalid when the text is not an issuer's did:web identifier.
    """
    host = unquote(_match(did)["host"])
    scheme = "http" if host.partition(":")[0] in _LOOPBACK else "https"
    return f"{scheme}://{host}"


@lru_cache(maxsize=128)
def code_of(did: str) -> str:
    """Return the body's code. Raises Invalid when the text is not an issuer's did:web identifier."""
    return _match(did)["code"]


def document_url(did: str) -> str:
    """Return the address of an issuer's DID document.

    Raises Invalid when the text is not an issuer's did:web identifier.
    """
    return f"{origin_of(did)}/b/{code_of(did)}/did.json"


def did_document(did: str, keys: Iterable[VerificationKey]) -> dict[str, object]:
    """Build the document that lists an issuer's keys, current and retired, for assertions only.

    Raises ValueError when a key does not belong to the issuer.
    """
    methods: list[dict[str, object]] = []
    for key in keys:
        if not key.id.startswith(f"{did}#"):
            raise ValueError(f"Expected a key of {did}, got {key.id}.")
        methods.append(
            {
                "id": key.id,
                "type": "Multikey",
                "controller": did,
                "publicKeyMultibase": encode_multikey(key.public_key),
            }
        )
    return {
        "@context": list(_CONTEXTS),
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def assertion_keys(content: bytes, did: str) -> dict[str, VerificationKey]:
    """Read from a DID document the keys that may assert for `did`, by their address.

    Entries of another kind, of another controller or without the right to assert are passed over. Raises
    Invalid when the document is unreadable or is another identifier's.
    """
    document = read_object(content)
    if document.get("id") != did:
        raise Invalid(N_("Expected the key document of %(did)s."), did=did)
    allowed, methods = document.get("assertionMethod"), document.get("verificationMethod")
    if not isinstance(allowed, list) or not isinstance(methods, list):
        raise Invalid(N_("The key document of %(did)s lists no keys."), did=did)
    keys: dict[str, VerificationKey] = {}
    for method in methods:
        if not isinstance(method, dict):
            continue
        address, encoded = method.get("id"), method.get("publicKeyMultibase")
        if method.get("type") != "Multikey" or method.get("controller") != did or address not in allowed:
            continue
        if isinstance(address, str) and address.startswith(f"{did}#") and isinstance(encoded, str):
            keys[address] = VerificationKey(id=address, public_key=decode_multikey(encoded))
    return keys


def _match(did: str) -> dict[str, str]:
    found = _DID.fullmatch(did)
    if found is None:
        raise Invalid(N_("Expected did:web:HOST:b:CODE, got %(got)s."), got=did[:80])
    return found.groupdict()
