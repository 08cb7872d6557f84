"""The signer: a process of its own that holds the private keys and signs what it is asked to.

It knows no web framework and opens no database: it reads one line of JSON from a Unix socket (mode 0600), does
one thing, and answers with one line.

    {"op": "ping"}                                              -> {"ok": true}
    {"op": "open", "body": CODE, "year": 2026}                  -> {"ok": true, "key": "2026", "public": BASE64}
    {"op": "sign", "body": CODE, "key": "2026", "content": BASE64} -> {"ok": true, "signature": BASE64}

Anything else is answered with {"ok": false, "error": TEXT} and changes nothing. "open" makes the year's key
where there is none. A key is the file `keys/CODE/YEAR.key` (mode 0600): `0x01 || nonce (12) || AES-256-GCM`
of the 32 private bytes under a key derived from the installation's secret, with body and year as associated
data, so that one body's key cannot be put in another's place.

Specifications: RFC 8032 (Ed25519), RFC 5869 (HKDF).
"""

import argparse
import base64
import binascii
import json
import os
import re
import secrets
import socket
import socketserver
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from assessment.settings import Settings, SettingsError

LONGEST_LINE = 1024 * 1024
LARGEST_CONTENT = 512 * 1024  # a token signs its whole credential, not a digest of it
SECONDS_FOR_A_LINE = 10
LONGEST_SOCKET_PATH = 107  # sun_path of sockaddr_un on Linux, less its closing zero

FORMAT = b"\x01"
NONCE_BYTES = 12

_CODE = re.compile(r"[a-z0-9\-]{1,40}")
_YEAR = re.compile(r"2[0-9]{3}")


class Refused(Exception):
    """The request is not one of the three, or names something that is not there."""


class Keys:
    """The private keys of an installation, read from their files when they are first needed."""

    def __init__(self, folder: Path, secret: bytes) -> None:
        self._folder = folder
        self._sealing = AESGCM(
            HKDF(algorithm=SHA256(), length=32, salt=None, info=b"teruji signer keys").derive(secret)
        )
        self._opened: dict[tuple[str, str], Ed25519PrivateKey] = {}
        self._lock = threading.Lock()

    def open(self, body: str, year: str) -> Ed25519PrivateKey:
        """Return the key of a body and year; makes it when there is none."""
        with self._lock:
            try:
                return self._find(body, year)
            except FileNotFoundError:
                return self._make(body, year)

    def find(self, body: str, year: str) -> Ed25519PrivateKey:
        """Return the key of a body and year. Raises Refused when there is none."""
        with self._lock:
            try:
                return self._find(body, year)
            except FileNotFoundError:
                raise Refused(f"There is no key {year} of {body}.") from None

    def _find(self, body: str, year: str) -> Ed25519PrivateKey:
        if (body, year) not in self._opened:
            sealed = self._file(body, year).read_bytes()
            nonce, content = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
            if sealed[:1] != FORMAT:
                raise Refused(f"The key {year} of {body} is in an unknown format.")
            try:
                private = self._sealing.decrypt(nonce, content, f"{body}/{year}".encode())
            except InvalidTag:
                raise Refused(f"The key {year} of {body} was sealed under another secret.") from None
            self._opened[body, year] = Ed25519PrivateKey.from_private_bytes(private)
        return self._opened[body, year]

    def _make(self, body: str, year: str) -> Ed25519PrivateKey:
        file = self._file(body, year)
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        key = Ed25519PrivateKey.generate()
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = FORMAT + nonce + self._sealing.encrypt(nonce, key.private_bytes_raw(), f"{body}/{year}".encode())
        unfinished = file.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(sealed)
            handle.flush()
            os.fsync(handle.fileno())
        # A link is refused where a file of this name appeared meanwhile: a key is never replaced.
        os.link(unfinished, file)
        unfinished.unlink()
        descriptor = os.open(file.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._opened[body, year] = key
        return key

    def _file(self, body: str, year: str) -> Path:
        return self._folder / body / f"{year}.key"


def answer(keys: Keys, line: bytes) -> dict[str, Any]:
    """Do what one line asks and return the answer. Raises Refused for anything else."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("Expected one line of JSON.") from None
    match request:
        case {"op": "ping", **rest} if not rest:
            return {"ok": True}
        case {"op": "open", "body": str(body), "year": int(year), **rest} if not rest and not isinstance(year, bool):
            key = keys.open(_code(body), _year(str(year)))
            return {"ok": True, "key": str(year), "public": _text(key.public_key().public_bytes_raw())}
        case {"op": "sign", "body": str(body), "key": str(year), "content": str(content), **rest} if not rest:
            signature = keys.find(_code(body), _year(year)).sign(_bytes(content))
            return {"ok": True, "signature": _text(signature)}
        case _:
            raise Refused("Expected ping, open or sign with exactly their members.")


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise Refused("Expected the code of a body: a to z, 0 to 9, -.")
    return text


def _year(text: str) -> str:
    if not _YEAR.fullmatch(text):
        raise Refused("Expected a year from 2000 to 2999.")
    return text


def _bytes(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused("Expected content in base64.") from None
    if not 0 < len(content) <= LARGEST_CONTENT:
        raise Refused(f"Expected 1 to {LARGEST_CONTENT} bytes of content, got {len(content)}.")
    return content


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


class _Conversation(socketserver.StreamRequestHandler):
    """One client: lines in, lines out, until it hangs up, is silent for too long, or sends too long a line."""

    timeout = SECONDS_FOR_A_LINE
    server: "_Server"

    def handle(self) -> None:
        with suppress(OSError):
            while line := self.rfile.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    self._say({"ok": False, "error": f"Expected a line of at most {LONGEST_LINE} bytes."})
                    return
                try:
                    self._say(answer(self.server.keys, line))
                except Refused as refusal:
                    self._say({"ok": False, "error": str(refusal)})
                except OSError as error:
                    self._say({"ok": False, "error": f"The key file cannot be used: {error.strerror}."})

    def _say(self, value: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: Path, keys: Keys) -> None:
        self.keys = keys
        before = os.umask(0o177)
        try:
            super().__init__(str(path), _Conversation)
        finally:
            os.umask(before)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes wrong ends its own conversation and nothing else."""
        print(f"signer: a conversation ended with {sys.exc_info()[1]!r}", file=sys.stderr)


def run(settings: Settings, *, until_end_of_input: bool = False) -> None:
    """Serve until the process is ended, or until standard input ends: a signer does not outlive who started it.

    Raises SettingsError when the socket's path is too long or another signer answers there.
    """
    server = _Server(free_path(settings.signer_socket), Keys(settings.home / "keys", settings.secret))
    if until_end_of_input:
        threading.Thread(target=_wait_for_end, args=(server,), daemon=True).start()
    try:
        server.serve_forever(poll_interval=0.2)
    finally:
        server.server_close()
        settings.signer_socket.unlink(missing_ok=True)


def free_path(path: Path) -> Path:
    """Return the path with nothing on it: what a signer left that is gone is removed.

    Raises SettingsError when a signer answers there, or when a socket cannot have so long a path.
    """
    if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise SettingsError(
            f"TERUJI_SIGNER_SOCKET: expected a path of at most {LONGEST_SOCKET_PATH} bytes, got {path}."
        )
    if path.exists():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(str(path))
            except OSError:
                path.unlink()
            else:
                raise SettingsError(f"TERUJI_SIGNER_SOCKET: another signer answers at {path}.")
    return path


def _wait_for_end(server: _Server) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    server.shutdown()


def main() -> None:
    """Run the signer of the installation that the environment names."""
    parser = argparse.ArgumentParser(prog="python -m assessment.credentials.signer", description=main.__doc__)
    parser.add_argument("--until-end-of-input", action="store_true", help="end when standard input ends")
    arguments = parser.parse_args()
    try:
        run(Settings.from_environment(), until_end_of_input=arguments.until_end_of_input)
    except SettingsError as error:
        sys.exit(f"signer: {error}")
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
