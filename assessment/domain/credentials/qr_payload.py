"""The signed payload of the printed code: what the digits after the address hold, and how to read them.

    https://HOST/v/ID#DIGITS        DIGITS = decimal of (0x01 || COSE_Sign1)

The format is frozen in docs/qr-payload.md with a vector. Everything is deterministic CBOR (RFC 8949, 4.2.1),
and anything else is refused, so that one payload has one form. Drawing the code is not done here.

Specifications: RFC 9052 (COSE_Sign1), RFC 9053 (EdDSA), RFC 8949 (CBOR).
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone
from urllib.parse import urlsplit

import cbor2

from assessment.domain.credentials.did_web import origin_of
from assessment.domain.credentials.mrz_name import MAX_LENGTH as MAX_NAME
from assessment.domain.credentials.mrz_name import mrz_name
from assessment.domain.credentials.proof import Signer, is_signature
from assessment.domain.errors import N_, Invalid
from assessment.domain.ids import ALPHABET, ID_BYTES, to_base32

FORMAT = 1  # the byte before the COSE_Sign1, and member 1 of the payload
MAX_BYTES = 225
MAX_DIGITS = 542
MAX_SCHEME_CODE = 24
MIN_NAME = 24  # a name is not cut below this to make a code fit
MAX_TEXT = 2048

_EPOCH = date(1970, 1, 1)
_ALGORITHM, _KEY_ID, _EDDSA = 1, 4, -8
_DID_WEB = "did:web:"
_SCHEME_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-_/ ]*")
_IGNORED = {"Cc", "Cf", "Zs", "Zl", "Zp"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Payload:
    """What the code says of a certificate.

    `issuer` is a did:web identifier, `public_id` the 16 characters of the address, `name` in the letters of
    the machine-readable zone, `first_day` and `last_day` calendar dates in the zone `offset` (whole quarter hours
    from UTC), the indices count over all lists of their purpose, and `digest` is the first 16 bytes of the
    credential's SHA-256 (`json_text.digest`).
    """

    issuer: str
    public_id: str
    name: str
    birth_year: int
    scheme_code: str
    first_day: date
    last_day: date | None
    offset: timedelta
    revocation_index: int
    suspension_index: int
    digest: bytes

    @property
    def start(self) -> datetime:
        """The first second of the first day."""
        return datetime.combine(self.first_day, time(0, 0, 0), timezone(self.offset))

    @property
    def until(self) -> datetime | None:
        """The last second of the last day, or None without an end."""
        if self.last_day is None:
            return None
        return datetime.combine(self.last_day, time(23, 59, 59), timezone(self.offset))


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedPayload:
    """A payload with its signature and the address of the key that it names (`DID#kid`)."""

    payload: Payload
    key_id: str
    signed: bytes
    signature: bytes

    def holds(self, public_key: bytes) -> bool:
        """Say whether the signature is by this Ed25519 key (32 bytes)."""
        return is_signature(self.signature, self.signed, public_key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Code:
    """What a scanner returned: address and digits, each as far as there was one."""

    origin: str | None
    public_id: str | None
    digits: str | None


def encode_payload(payload: Payload) -> bytes:
    """Write a payload as deterministic CBOR.

    Raises Invalid when a value is outside its range, or the name is not in the form of `mrz_name`.
    """
    _check_ranges(payload)
    members: dict[int, object] = {
        1: FORMAT,
        2: payload.issuer.removeprefix(_DID_WEB),
        3: _from_base32(payload.public_id),
        4: payload.name,
        5: payload.birth_year,
        6: payload.scheme_code,
        7: (payload.first_day - _EPOCH).days,
        9: payload.offset // timedelta(minutes=15),
        10: payload.revocation_index,
        11: payload.suspension_index,
        12: payload.digest,
    }
    if payload.last_day is not None:
        members[8] = (payload.last_day - _EPOCH).days
    return cbor2.dumps(members, canonical=True)


def sign_payload(payload: Payload, *, key_id: str, sign: Signer) -> str:
    """Return the digits for a payload, signed by the issuer's key `DID#kid`.

    Raises Invalid when a value is outside its range, the key is not the issuer's, or the whole has more than
    225 bytes, and ValueError when `sign` does not return 64 bytes.
    """
    issuer, _, kid = key_id.partition("#")
    if issuer != payload.issuer or not kid:
        raise Invalid(N_("Expected a key of %(did)s, got %(got)s."), did=payload.issuer, got=key_id)
    protected = _protected(kid)
    body = encode_payload(payload)
    signature = sign(_to_be_signed(protected, body))
    if len(signature) != 64:
        raise ValueError(f"Expected a signature of 64 bytes, got {len(signature)}.")
    content = _envelope(protected, body, signature)
    if len(content) > MAX_BYTES:
        raise Invalid(
            N_("The code holds at most %(limit)s bytes, this one needs %(got)s: shorten the scheme code."),
            limit=MAX_BYTES,
            got=len(content),
        )
    return str(int.from_bytes(content))


def fitting(payload: Payload, *, key_id: str) -> Payload:
    """Return the payload with its name cut, if need be, so that the code holds it; never under 24 letters.

    Raises Invalid when a value is outside its range.
    """
    needed = len(_envelope(_protected(key_id.partition("#")[2]), encode_payload(payload), bytes(64)))
    limit = max(MIN_NAME, len(payload.name) - max(0, needed - MAX_BYTES))
    return replace(payload, name=mrz_name(payload.name, limit=limit))


def code_segments(issuer: str, public_id: str, digits: str) -> tuple[str, str]:
    """Return the two segments of the code: the address up to and with `#`, and the digits.

    Raises Invalid when the issuer is not a did:web identifier of a body.
    """
    return f"{origin_of(issuer)}/v/{public_id}#", digits


def parse_code(text: str) -> Code:
    """Read what a camera, a scanner or a keyboard returned: address and digits, either alone, or both.

    White space, invisible characters, full-width forms, upper case in the address and `%23` for `#` are
    tolerated. Raises Invalid when the text is longer than 2,048 characters or is neither.
    """
    if len(text) > MAX_TEXT:
        raise Invalid(N_("Expected at most %(limit)s characters, got %(got)s."), limit=MAX_TEXT, got=len(text))
    folded = "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if unicodedata.category(character) not in _IGNORED
    )
    if _is_digits(folded):
        return Code(origin=None, public_id=None, digits=folded)
    address, _, fragment = folded.replace("%23", "#", 1).partition("#")
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    path = parts.path.lower().rstrip("/").rsplit("/v/", 1)
    if parts.scheme not in ("http", "https") or not parts.netloc or len(path) != 2 or parts.query:
        raise Invalid(N_("Expected the address and digits of a certificate's code."))
    if len(path[1]) != 16 or not set(path[1]) <= set(ALPHABET) or not (fragment == "" or _is_digits(fragment)):
        raise Invalid(N_("Expected the address and digits of a certificate's code."))
    return Code(origin=f"{parts.scheme}://{parts.netloc.lower()}{path[0]}", public_id=path[1], digits=fragment or None)


def open_digits(digits: str) -> SignedPayload:
    """Read the digits of a code; the signature is not checked yet.

    Raises Invalid when they are too many, are not in the frozen format, or hold a value outside its range.
    """
    if not _is_digits(digits) or len(digits) > MAX_DIGITS:
        raise Invalid(N_("Expected at most %(limit)s digits."), limit=MAX_DIGITS)
    number = int(digits)
    content = number.to_bytes((number.bit_length() + 7) // 8)
    if len(content) > MAX_BYTES or content[:1] != bytes([FORMAT]):
        raise Invalid(N_("Expected a code of format %(format)s."), format=FORMAT)
    envelope = _decode(content[1:])
    if not isinstance(envelope, list) or len(envelope) != 4:
        raise _malformed()
    protected, unprotected, body, signature = envelope
    if not all(isinstance(part, bytes) for part in (protected, body, signature)) or unprotected != {}:
        raise _malformed()
    header, members = _decode(protected), _decode(body)
    if not isinstance(header, dict) or header.keys() != {_ALGORITHM, _KEY_ID} or len(signature) != 64:
        raise _malformed()
    if header[_ALGORITHM] != _EDDSA or not isinstance(header[_KEY_ID], bytes):
        raise _malformed()
    payload = _read_payload(members)
    try:
        kid = header[_KEY_ID].decode("ascii")
    except UnicodeDecodeError:
        raise _malformed() from None
    return SignedPayload(
        payload=payload,
        key_id=f"{payload.issuer}#{kid}",
        signed=_to_be_signed(protected, body),
        signature=signature,
    )


def _protected(kid: str) -> bytes:
    return cbor2.dumps({_ALGORITHM: _EDDSA, _KEY_ID: kid.encode()}, canonical=True)


def _envelope(protected: bytes, body: bytes, signature: bytes) -> bytes:
    return bytes([FORMAT]) + cbor2.dumps([protected, {}, body, signature], canonical=True)


def _to_be_signed(protected: bytes, body: bytes) -> bytes:
    """Write the Sig_structure of RFC 9052, 4.4, without external data."""
    return cbor2.dumps(["Signature1", protected, b"", body], canonical=True)


def _decode(content: bytes) -> object:
    """Decode CBOR that is deterministic, shallow, and made of numbers, texts, bytes, lists and maps."""
    try:
        value: object = cbor2.loads(content, max_depth=3, allow_indefinite=False, allow_duplicate_keys=False)
        again = cbor2.dumps(value, canonical=True) if _is_simple(value) else b""
    except (cbor2.CBORError, ValueError, TypeError, OverflowError, RecursionError):
        raise _malformed() from None
    if again != content:
        raise _malformed()
    return value


def _is_simple(value: object) -> bool:
    match value:
        case bool():
            return False
        case int() | str() | bytes():
            return True
        case list():
            return all(_is_simple(each) for each in value)
        case dict():
            return all(type(key) is int and _is_simple(each) for key, each in value.items())
        case _:
            return False


def _read_payload(members: object) -> Payload:
    required = {1: int, 2: str, 3: bytes, 4: str, 5: int, 6: str, 7: int, 9: int, 10: int, 11: int, 12: bytes}
    if not isinstance(members, dict) or not required.keys() <= members.keys() <= required.keys() | {8}:
        raise _malformed()
    if any(type(members[key]) is not kind for key, kind in required.items()) or members[1] != FORMAT:
        raise _malformed()
    try:
        payload = Payload(
            issuer=_DID_WEB + members[2],
            public_id=to_base32(members[3]),
            name=members[4],
            birth_year=members[5],
            scheme_code=members[6],
            first_day=_EPOCH + timedelta(days=members[7]),
            last_day=None if 8 not in members else _EPOCH + timedelta(days=members[8]),
            offset=timedelta(minutes=15 * members[9]),
            revocation_index=members[10],
            suspension_index=members[11],
            digest=members[12],
        )
    except (ValueError, TypeError, OverflowError):
        raise _malformed() from None
    _check_ranges(payload)
    return payload


def _check_ranges(payload: Payload) -> None:
    origin_of(payload.issuer)
    try:
        in_form = payload.name == mrz_name(payload.name)
    except Invalid:
        in_form = False
    if not in_form:
        raise Invalid(N_("Expected a name of at most %(limit)s letters A to Z."), limit=MAX_NAME)
    if not 1900 <= payload.birth_year <= 2155:
        raise Invalid(N_("Expected a birth year from 1900 to 2155, got %(got)s."), got=payload.birth_year)
    if len(payload.scheme_code) > MAX_SCHEME_CODE or not _SCHEME_CODE.fullmatch(payload.scheme_code):
        raise Invalid(N_("Expected a scheme code of at most %(limit)s characters."), limit=MAX_SCHEME_CODE)
    if payload.first_day < _EPOCH or (payload.last_day is not None and payload.last_day < payload.first_day):
        raise Invalid(N_("Expected a last day that is not before the first."))
    if abs(payload.offset) > timedelta(hours=14) or payload.offset % timedelta(minutes=15):
        raise Invalid(N_("Expected a zone of whole quarter hours, at most 14 hours from UTC."))
    if min(payload.revocation_index, payload.suspension_index) < 0:
        raise Invalid(N_("Expected status indices from 0."))
    if max(payload.revocation_index, payload.suspension_index) >= 2**32 or len(payload.digest) != 16:
        raise Invalid(N_("Expected status indices under 2^32 and a digest of 16 bytes."))


def _from_base32(public_id: str) -> bytes:
    number = 0
    if len(public_id) != 16 or not set(public_id) <= set(ALPHABET):
        raise Invalid(N_("Expected an identifier of 16 characters, got %(got)s."), got=ascii(public_id)[:40])
    for character in public_id:
        number = number * 32 + ALPHABET.index(character)
    return number.to_bytes(ID_BYTES)


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _malformed() -> Invalid:
    return Invalid(N_("The digits are not in the format of a certificate's code."))
