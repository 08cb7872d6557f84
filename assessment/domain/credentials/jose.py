"""Signed tokens in compact form, with one algorithm, EdDSA over Ed25519, and a closed header.

What a header says is data, never an instruction: the algorithm is not chosen by it, a key is never taken from it,
and a member that is not listed here is refused, `crit` and `b64` among them. Base64url has exactly one reading.

Specifications: RFC 7515 (JWS), RFC 8037 (EdDSA), RFC 8725 (best practices), Securing Verifiable Credentials using
JOSE and COSE (https://www.w3.org/TR/vc-jose-cose/).
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from assessment.domain.credentials.json_text import read_object, write_object
from assessment.domain.credentials.proof import Signer, is_signature
from assessment.domain.errors import N_, Invalid

ALGORITHM = "EdDSA"
VC_JWT = "vc+jwt"
SD_JWT = "dc+sd-jwt"
CONTENT = "vc"  # cty of a VC-JWT: the payload is a credential as it stands

LONGEST = 1024 * 1024

_SHAPE = re.compile(r"eyJ[A-Za-z0-9_\-]*\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+(~[A-Za-z0-9_\-.]*)*")
_MEMBERS = {VC_JWT: {"alg", "typ", "cty", "kid"}, SD_JWT: {"alg", "typ", "kid"}}


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A token that was read and not yet checked; `signed` are the bytes that the signature covers."""

    kind: str
    key_id: str
    payload: dict[str, object]
    signed: bytes
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        """Say whether an Ed25519 key (32 bytes) made the signature."""
        return is_signature(self.signature, self.signed, public_key)


def is_token(text: str) -> bool:
    """Say whether a text looks like a token, with or without disclosures."""
    return len(text) <= LONGEST and _SHAPE.fullmatch(text.strip()) is not None


def sign_token(kind: str, payload: Mapping[str, object], *, key_id: str, sign: Signer) -> str:
    """Return the compact token of a payload. Raises ValueError when `sign` does not return 64 bytes."""
    header: dict[str, object] = {"alg": ALGORITHM, "typ": kind, "kid": key_id}
    if kind == VC_JWT:
        header["cty"] = CONTENT
    signed = f"{encode(write_object(header))}.{encode(write_object(payload))}"
    signature = sign(signed.encode())
    if len(signature) != 64:
        raise ValueError(f"Expected a signature of 64 bytes, got {len(signature)}.")
    return f"{signed}.{encode(signature)}"


def read_token(text: str) -> Token:
    """Read a compact token.

    Raises Invalid when it is longer than 1 MiB, has another shape, algorithm, type or header member than this module
    writes, or could be written in another way.
    """
    parts = text.split(".")
    if len(text) > LONGEST or len(parts) != 3:
        raise Invalid(N_("Expected a signed token of three parts."))
    header, payload = read_object(decode(parts[0])), read_object(decode(parts[1]))
    kind, key_id = header.get("typ"), header.get("kid")
    if header.get("alg") != ALGORITHM:
        raise Invalid(N_("Expected the algorithm %(algorithm)s."), algorithm=ALGORITHM)
    if not isinstance(kind, str) or kind not in _MEMBERS or not isinstance(key_id, str):
        raise Invalid(N_("Expected a token of the type vc+jwt or dc+sd-jwt that names its key."))
    if not header.keys() <= _MEMBERS[kind] or header.get("cty", CONTENT) != CONTENT:
        raise Invalid(N_("The header of the token has unexpected members."))
    signature = decode(parts[2])
    if len(signature) != 64:
        raise Invalid(N_("Expected a signature of 64 bytes, got %(got)s."), got=len(signature))
    return Token(
        kind=kind, key_id=key_id, payload=payload, signed=f"{parts[0]}.{parts[1]}".encode(), signature=signature
    )


def encode(content: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """Read base64url without padding. Raises Invalid for another character, or where it could be written otherwise."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or encode(content) != text:
        raise Invalid(N_("Expected base64url without padding."))
    return content
