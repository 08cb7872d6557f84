"""The sealed box: what a device could not send, so sealed that only this server opens it.

`TERUJI1\\n || ephemeral public key (65 bytes, uncompressed P-256) || nonce (12) || AES-256-GCM ciphertext`. The key
of the cipher is HKDF-SHA-256 of the ECDH secret, without salt, with `teruji sealed answers v1` and both public keys
as its information; the first eight bytes are the associated data. A browser makes it with WebCrypto alone
(`static/js/exam/seal.js`). The server's private key is derived from the installation's secret, so that there is
nothing to keep beside it. What may be inside stands with the feature that opens it.
"""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from assessment.accounts.sealing import derive
from assessment.domain.errors import N_, Invalid

MAGIC = b"TERUJI1\n"
INFO = b"teruji sealed answers v1"
POINT_BYTES = 65
NONCE_BYTES = 12
TAG_BYTES = 16

# The order of the group P-256 (FIPS 186-5).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@lru_cache(maxsize=1)
def public_key(secret: bytes) -> bytes:
    """Return the server's public key as an uncompressed point of 65 bytes."""
    return _point(_private_key(secret).public_key())


def seal(public: bytes, content: bytes) -> bytes:
    """Seal content to a server's public key, as a browser does."""
    own = ec.generate_private_key(ec.SECP256R1())
    point = _point(own.public_key())
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public))
    nonce = secrets.token_bytes(NONCE_BYTES)
    return MAGIC + point + nonce + AESGCM(_key(shared, point, public)).encrypt(nonce, content, MAGIC)


def content_of(secret: bytes, box: bytes, *, largest: int) -> bytes:
    """Open a box of at most `largest` bytes and return what is inside.

    Raises Invalid, with what is wrong with it, for a file of another kind, one that is too large, that was cut off or
    changed, or that was sealed for another server.
    """
    if len(box) > largest:
        raise Invalid(
            N_("Expected a file of at most %(limit)s MB, got %(got)s MB."),
            limit=largest // 1024**2,
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
        return AESGCM(_key(shared, point, _point(private.public_key()))).decrypt(nonce, sealed, MAGIC)
    except (ValueError, InvalidTag) as error:
        raise Invalid(
            N_("This file cannot be opened: it was cut off or changed, or it was made for another server.")
        ) from error


def _private_key(secret: bytes) -> ec.EllipticCurvePrivateKey:
    number = int.from_bytes(derive(secret, "sealed answers") + derive(secret, "sealed answers, second half"))
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _key(shared: bytes, ephemeral: bytes, server: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=INFO + ephemeral + server).derive(shared)
