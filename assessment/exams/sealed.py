"""The sealed box: unsent answers that only the server opens, on a shared PC and in a file for the invigilator.

`TERUJI1\\n || ephemeral public key (65 bytes, uncompressed P-256) || nonce (12) || AES-256-GCM ciphertext`. The key
of the cipher is HKDF-SHA-256 of the ECDH secret, without salt, with `teruji sealed answers v1` and both public keys
as its information; the first eight bytes are the associated data. A browser makes it with WebCrypto alone. The
server's private key is derived from the installation's secret, so that there is nothing to keep beside it.

Inside is `{v: 1, token, events}` in the shapes of `/answers`: the writer's token says whose the answers are and
proves that this server let them be written. What is inside is judged like anything else that arrives.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessment.accounts.sealing import derive
from assessment.domain.errors import N_, Invalid, NotAllowed
from assessment.domain.exams.events import FORMAT_VERSION, MAXIMUM_EVENTS, Batch, parse
from assessment.exams.tokens import WriterToken, read_token, writer_key

MAGIC = b"TERUJI1\n"
INFO = b"teruji sealed answers v1"
POINT_BYTES = 65
NONCE_BYTES = 12
TAG_BYTES = 16
LARGEST = 4 * 1024 * 1024
MOST_EVENTS = 20_000

# The order of the group P-256 (FIPS 186-5).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """What was in a box: whose answers, by the token, and the events in their order, in batches."""

    token: WriterToken
    batches: tuple[Batch, ...]

    @property
    def count(self) -> int:
        """How many events there are, with those that could not be read."""
        return sum(len(each.events) + len(each.unreadable) for each in self.batches)


def public_key(secret: bytes) -> bytes:
    """Return the server's public key as an uncompressed point of 65 bytes."""
    return _point(_private_key(secret).public_key())


def seal(public: bytes, content: bytes) -> bytes:
    """Seal content to a server's public key, as a browser does in `static/js/exam/seal.js`."""
    own = ec.generate_private_key(ec.SECP256R1())
    point = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MAGIC + point + nonce + AESGCM(_key(shared, point, public)).encrypt(nonce, content, MAGIC)


def open_box(secret: bytes, box: bytes) -> Opened:
    """Open a box.

    Raises Invalid, with what is wrong with it, for a file of another kind, one that is too large, that was cut off or
    changed, that was sealed for another server, or that holds no answers of this server's attempts.
    """
    if len(box) > LARGEST:
        raise Invalid(
            N_("Expected a file of at most %(limit)s MB, got %(got)s MB."),
            limit=LARGEST // 1024**2,
            got=-(-len(box) // 1024**2),
        )
    if not box.startswith(MAGIC):
        raise Invalid(N_("Expected a file of answers that this service made; this one is of another kind."))
    point, nonce = box[len(MAGIC) :][:POINT_BYTES], box[len(MAGIC) + POINT_BYTES :][:NONCE_BYTES]
    sealed = box[len(MAGIC) + POINT_BYTES + NONCE_BYTES :]
    if len(sealed) < TAG_BYTES:
        raise Invalid(N_("This file was cut off: its end is missing. Copy it again from the device."))
    private = _private_key(secret)
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = private.exchange(ec.ECDH(), theirs)
        content = AESGCM(_key(shared, point, _point(private.public_key()))).decrypt(nonce, sealed, MAGIC)
    except (ValueError, InvalidTag) as error:
        raise Invalid(
            N_("This file cannot be opened: it was cut off or changed, or it was made for another server.")
        ) from error
    return _read(secret, content)


def _read(secret: bytes, content: bytes) -> Opened:
    refusal = Invalid(N_("This file holds no answers that can be read."))
    try:
        value: Any = json.loads(content)
        if not isinstance(value, dict) or value.get("v") != FORMAT_VERSION or not isinstance(value.get("token"), str):
            raise refusal
        events = value.get("events")
        if not isinstance(events, list) or len(events) > MOST_EVENTS:
            raise refusal
        return Opened(token=read_token(writer_key(secret), value["token"]), batches=tuple(_batches(events)))
    except (ValueError, RecursionError, NotAllowed) as error:
        raise refusal from error


def _batches(events: list[Any]) -> list[Batch]:
    """Read the events as bodies of `/answers`, each as large as one may be."""
    found: list[Batch] = []
    for start in range(0, len(events), MAXIMUM_EVENTS // 10):
        part = events[start : start + MAXIMUM_EVENTS // 10]
        try:
            found.append(parse(json.dumps({"v": FORMAT_VERSION, "events": part}).encode()))
        except Invalid:
            found += [parse(json.dumps({"v": FORMAT_VERSION, "events": [_small(each)]}).encode()) for each in part]
    return found


def _small(event: Any) -> Any:
    """An event as it is, or nothing where it alone is more than a body may hold."""
    return event if len(json.dumps(event)) < LARGEST // 32 else None


def _private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(derive(secret, "sealed answers") + derive(secret, "sealed answers, second half"))
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _key(shared: bytes, ephemeral: bytes, server: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO + ephemeral + server).derive(shared)
