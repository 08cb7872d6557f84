"""A verifier as careless ones are built: it believes the header, forgives spelling, and skips what it does not know.

It is here so that the judge is seen to find something. Each of its faults is one that was found in somebody's software.
"""

import base64
import hashlib
import hmac
import json

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from assessment.domain.credentials.canonical import canonical_nquads
from assessment.domain.credentials.multibase import from_base58btc
from assessment.domain.credentials.proof import hash_nquads
from assessment.domain.errors import Invalid
from tests.faults.mutations import jsons, tokens
from tests.faults.mutations.genuine import Genuine, Mutated


def takes(mutated: Mutated, genuine: Genuine) -> bool:
    """Say whether the careless verifier takes a document for valid."""
    try:
        match mutated.kind:
            case jsons.KIND:
                return _json(mutated.content, genuine)
            case tokens.JWT:
                return _token(mutated.content.decode(), genuine)
            case _:
                return False
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, Invalid):
        return False


def _json(content: bytes, genuine: Genuine) -> bool:
    """Check what it understands: the last of two members counts, and unknown words are dropped unseen."""
    document = json.loads(content)
    known = genuine.document
    understood = {name: value for name, value in document.items() if name in known and name != "proof"}
    proof = document["proof"][0] if isinstance(document["proof"], list) else document["proof"]
    if "proofValue" not in proof:
        return True
    options = {name: proof[name] for name in known["proof"] if name in proof and name != "proofValue"}
    config = {**options, "@context": understood["@context"]}
    signed = hash_nquads(canonical_nquads(understood), canonical_nquads(config))
    return _holds(genuine.public_key, from_base58btc(proof["proofValue"]), signed)


def _token(text: str, genuine: Genuine) -> bool:
    """Let the header choose the algorithm, and read base64 as it comes."""
    header, payload, signature = text.split(".")
    told = json.loads(base64.urlsafe_b64decode(header + "=="))
    raw = base64.urlsafe_b64decode(signature + "==")
    signed = f"{header}.{payload}".encode()
    match str(told.get("alg")).lower():
        case "none":
            return True
        case "hs256":
            return hmac.compare_digest(hmac.new(genuine.public_key, signed, hashlib.sha256).digest(), raw)
        case _:
            return _holds(genuine.public_key, raw, signed)


def _holds(key: bytes, signature: bytes, content: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except InvalidSignature:
        return False
    return True
