"""The private keys of an installation as sealed files; only the signer's process uses this.

A retired key's file is called `NAME.retired` and signs no more; who is sure may remove it.

A key is the file `keys/BODY/NAME.key` (mode 0600): `v || nonce (12) || AES-256-GCM` of the 32 private bytes under a
key derived from the signer's own secret, with body and name as associated data, so that one body's key cannot be put
in another's place. The secret is a file beside them (or where TERUJI_SIGNER_SECRET says) that no other process can
read. v = 2; keys of v = 1 were sealed under the installation's secret, which web processes know: the signer seals them
again when it starts.

Specifications: RFC 8032 (Ed25519), RFC 5869 (HKDF).
"""

import os
import secrets
import threading
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PDF = "pdf-"
UNDER_INSTALLATION, UNDER_OWN = b"\x01", b"\x02"
NONCE_BYTES = 12
SECRET_BYTES = 32


class Refused(Exception):
    """The request is none of those that the signer knows, or names something that is not there."""


class Keys(Protocol):
    """Where private keys are: in sealed files, or in a token.

    A key whose name begins with `pdf-` is ECDSA on P-256: its public half is the point (65 bytes, SEC 1), its
    signature over the SHA-256 of the content is DER. Every other key is Ed25519: 32 and 64 bytes.
    """

    def open(self, body: str, name: str) -> bytes:
        """Return the public half of a key; makes the key when there is none. Raises Refused for a retired one."""

    def sign(self, body: str, name: str, content: bytes) -> bytes:
        """Return the signature over content. Raises Refused when there is no such key, or it is retired."""

    def retire(self, body: str, name: str) -> None:
        """Sign with a key no more, not even after a new start; also where it was never made."""


Private = Ed25519PrivateKey | EllipticCurvePrivateKey


class KeyFiles:
    """The sealed keys of a folder, read when they are first needed."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder = folder
        self._sealing = _sealing(secret)
        self._opened: dict[tuple[str, str], Private] = {}
        self._lock = threading.Lock()

    def open(self, body: str, name: str) -> bytes:
        """Do as `Keys.open`."""
        with self._lock:
            try:
                key = self._find(body, name)
            except FileNotFoundError:
                if self._retired(body, name).exists():
                    raise Refused(f"The key {name} of {body} is retired.") from None
                key = self._make(body, name)
        public = key.public_key()
        if isinstance(public, EllipticCurvePublicKey):
            return public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return public.public_bytes_raw()

    def sign(self, body: str, name: str, content: bytes) -> bytes:
        """Do as `Keys.sign`."""
        with self._lock:
            try:
                key = self._find(body, name)
            except FileNotFoundError:
                state = "is retired" if self._retired(body, name).exists() else "is not there: there is no key"
                raise Refused(f"The key {name} of {body} {state}.") from None
        return key.sign(content) if isinstance(key, Ed25519PrivateKey) else key.sign(content, ECDSA(SHA256()))

    def retire(self, body: str, name: str) -> None:
        """Do as `Keys.retire`."""
        with self._lock:
            self._opened.pop((body, name), None)
            retired = self._retired(body, name)
            retired.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                self._file(body, name).rename(retired)
            except FileNotFoundError:
                if not retired.exists():
                    write_private(retired, b"")
            _sync(retired.parent)

    def seal_again(self, former: bytes) -> int:
        """Seal under the own secret what is still sealed under the installation's; returns how many keys were.

        Raises Refused when one was sealed under yet another secret; those before it are done.
        """
        done = 0
        for file in sorted(self._folder.glob("*/*.key")):
            sealed = file.read_bytes()
            if sealed[:1] == UNDER_INSTALLATION:
                private = _open(_sealing(former), sealed, file.parent.name, file.stem)
                unfinished = self._write(file, self._seal(private, file.parent.name, file.stem))
                unfinished.replace(file)
                _sync(file.parent)
                done += 1
        return done

    def _find(self, body: str, name: str) -> Private:
        if (body, name) not in self._opened:
            sealed = self._file(body, name).read_bytes()
            if sealed[:1] != UNDER_OWN:
                raise Refused(f"The key {name} of {body} is in an unknown format.")
            private = _open(self._sealing, sealed, body, name)
            self._opened[body, name] = _from_bytes(name, private)
        return self._opened[body, name]

    def _make(self, body: str, name: str) -> Private:
        file = self._file(body, name)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = generate_private_key(SECP256R1()) if name.startswith(PDF) else Ed25519PrivateKey.generate()
        unfinished = self._write(file, self._seal(_to_bytes(key), body, name))
        # A link is refused where a file of this name appeared meanwhile: a key is never replaced.
        os.link(unfinished, file)
        unfinished.unlink()
        _sync(file.parent)
        self._opened[body, name] = key
        return key

    def _seal(self, private: bytes, body: str, name: str) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return UNDER_OWN + nonce + self._sealing.encrypt(nonce, private, _about(body, name))

    def _write(self, file: Path, content: bytes) -> Path:
        """Write the content durably beside its place, and return where."""
        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        write_private(unfinished, content)
        return unfinished

    def _file(self, body: str, name: str) -> Path:
        return self._folder / body / f"{name}.key"

    def _retired(self, body: str, name: str) -> Path:
        return self._folder / body / f"{name}.retired"


def own_secret(file: Path) -> bytes:
    """Return the signer's secret (32 bytes); makes its file where there is none.

    Raises Refused when the file holds something else.
    """
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(file, secrets.token_bytes(SECRET_BYTES))
        _sync(file.parent)
    secret = file.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise Refused(f"The signer's secret has {len(secret)} bytes; expected {SECRET_BYTES}.")
    return secret


def write_private(file: Path, content: bytes) -> None:
    """Write a new file that only its owner can read. Raises FileExistsError where there is one."""
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _to_bytes(key: Private) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return key.private_bytes_raw()
    return key.private_numbers().private_value.to_bytes(32)


def _from_bytes(name: str, private: bytes) -> Private:
    if name.startswith(PDF):
        return derive_private_key(int.from_bytes(private), SECP256R1())
    return Ed25519PrivateKey.from_private_bytes(private)


def _sealing(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"teruji signer keys").derive(secret))


def _open(sealing: AESGCM, sealed: bytes, body: str, name: str) -> bytes:
    nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return sealing.decrypt(nonce, content, _about(body, name))
    except InvalidTag:
        raise Refused(f"The key {name} of {body} was sealed under another secret.") from None


def _about(body: str, name: str) -> bytes:
    return f"{body}/{name}".encode()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
