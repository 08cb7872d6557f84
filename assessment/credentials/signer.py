"""The signer: a process of its own that holds the private keys and signs what it is asked to.

It knows no web framework and opens no database: it reads one line of JSON from a Unix socket (mode 0600, or 0660 for
the group of the web processes where those run as another user), does one thing, and answers with one line.

    {"op": "ping"}                                              -> {"ok": true}
    {"op": "open", "body": CODE, "year": 2026}                  -> {"ok": true, "key": "2026", "public": BASE64}
    {"op": "open", "body": CODE, "key": "2026-2"}               -> {"ok": true, "key": "2026-2", "public": BASE64}
    {"op": "sign", "body": CODE, "key": "2026", "content": BASE64} -> {"ok": true, "signature": BASE64}
    {"op": "certificate", "body": CODE, "key": "pdf-2026", "name": TEXT, "host": TEXT}
                                                                -> {"ok": true, "certificate": DER, "authority": DER}
    {"op": "retire", "body": CODE, "key": "2026"}               -> {"ok": true}, and never signs with it again
    {"op": "revoke", "body": CODE, "key": "pdf-2026", "at": TIME} -> the same, and its certificate is in every list
    {"op": "revocations", "at": TIME}                           -> {"ok": true, "list": DER}, null where none is signed

Anything else is answered with {"ok": false, "error": TEXT} and changes nothing. "open" makes the key where there is
none: the first of a year, or a later one after a change. Where keys lie is said in `key_files`, who may reach them in
`separation`: started as root, the signer opens its socket, becomes its own user, and only then looks at a key.
"""

import argparse
import base64
import binascii
import json
import os
import re
import socket
import socketserver
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from assessment.credentials.key_files import KeyFiles, Keys, Refused, own_secret
from assessment.credentials.key_token import TokenKeys
from assessment.credentials.pdf_authority import AUTHORITY, leaf_of
from assessment.credentials.pdf_revocations import read_moment, revocation_list, revoke
from assessment.credentials.separation import hand_over, why_not
from assessment.settings import Settings, SettingsError
from assessment.users import become

LONGEST_LINE = 1024 * 1024
LARGEST_CONTENT = 512 * 1024  # a token signs its whole credential, not a digest of it
SECONDS_FOR_A_LINE = 10
LONGEST_SOCKET_PATH = 107  # sun_path of sockaddr_un on Linux, less its closing zero

_CODE = re.compile(r"[a-z0-9\-]{1,40}")
_YEAR = re.compile(r"2[0-9]{3}")
_KEY = re.compile(r"(pdf-)?2[0-9]{3}(-[1-9][0-9]?)?")
_PDF_KEY = re.compile(r"pdf-2[0-9]{3}(-[1-9][0-9]?)?")


def answer(keys: Keys, folder: Path, line: bytes) -> dict[str, Any]:
    """Do what one line asks and return the answer; certificates lie in `folder`. Raises Refused for anything else."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise Refused("Expected one line of JSON.") from None
    match request:
        case {"op": "ping", **rest} if not rest:
            return {"ok": True}
        case {"op": "open", "body": str(body), "year": int(year), **rest} if not rest and not isinstance(year, bool):
            return {"ok": True, "key": str(year), "public": _text(keys.open(_code(body), _year(str(year))))}
        case {"op": "open", "body": str(body), "key": str(key), **rest} if not rest:
            return {"ok": True, "key": key, "public": _text(keys.open(_code(body), _key(key)))}
        case {"op": "sign", "body": str(body), "key": str(key), "content": str(content), **rest} if not rest:
            return {"ok": True, "signature": _text(keys.sign(_code(body), _key(key), _bytes(content)))}
        case {"op": "certificate", "body": str(body), "key": str(key), "name": str(name), "host": str(host)} if (
            len(request) == 5
        ):
            leaf, root = leaf_of(keys, folder, _code(body), _pdf_key(key), organization=_line(name), host=_line(host))
            return {"ok": True, "certificate": _text(leaf), "authority": _text(root)}
        case {"op": "retire", "body": str(body), "key": str(key), **rest} if not rest:
            keys.retire(_code(body), _key(key))
            return {"ok": True}
        case {"op": "revoke", "body": str(body), "key": str(key), "at": str(at), **rest} if not rest:
            revoke(keys, folder, _code(body), _pdf_key(key), read_moment(at))
            return {"ok": True}
        case {"op": "revocations", "at": str(at), **rest} if not rest:
            found = revocation_list(keys, folder, read_moment(at))
            return {"ok": True, "list": None if found is None else _text(found)}
        case _:
            raise Refused(
                "Expected ping, open, sign, certificate, retire, revoke or revocations with exactly their members."
            )


def _code(text: str) -> str:
    if not _CODE.fullmatch(text) or text == AUTHORITY:
        raise Refused("Expected the code of a body: a to z, 0 to 9, -.")
    return text


def _year(text: str) -> str:
    if not _YEAR.fullmatch(text):
        raise Refused("Expected a year from 2000 to 2999.")
    return text


def _key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise Refused("Expected the name of a key such as 2026 or 2026-2.")
    return text


def _pdf_key(text: str) -> str:
    if not _PDF_KEY.fullmatch(text):
        raise Refused("Expected the name of a key such as pdf-2026 or pdf-2026-2.")
    return text


def _line(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise Refused("Expected a line of text.")
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
                    self._say(answer(self.server.keys, self.server.folder, line))
                except Refused as refusal:
                    self._say({"ok": False, "error": str(refusal)})
                except OSError as error:
                    self._say({"ok": False, "error": f"The key file cannot be used: {error.strerror}."})

    def _say(self, value: dict[str, Any]) -> None:
        self.wfile.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")


class _Server(socketserver.ThreadingUnixStreamServer):
    """Bound, but listening only when `listen` is called: the system remembers who listened, and that is asked for."""

    daemon_threads = True
    request_queue_size = 64
    keys: Keys
    folder: Path

    def __init__(self, path: Path) -> None:
        super().__init__(str(path), _Conversation, bind_and_activate=False)
        before = os.umask(0o177)
        try:
            self.server_bind()
        finally:
            os.umask(before)

    def listen(self, keys: Keys, folder: Path) -> None:
        """Begin to answer with these keys; their certificates lie in the folder."""
        self.keys, self.folder = keys, folder
        self.server_activate()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes wrong ends its own conversation and nothing else."""
        print(f"signer: a conversation ended with {sys.exc_info()[1]!r}", file=sys.stderr)


def run(settings: Settings, *, until_end_of_input: bool = False) -> None:
    """Serve until the process is ended, or until standard input ends: a signer does not outlive who started it.

    Raises SettingsError when the socket's path is too long, another signer answers there, or keys cannot be opened.
    """
    apart = not why_not(settings)
    if apart:
        hand_over(settings)
    server = _Server(free_path(settings.signer_socket))
    if apart:
        os.chown(settings.signer_socket, settings.signer_user.uid, settings.web_user.gid)
        os.chmod(settings.signer_socket, 0o660)
        become(settings.signer_user)
    try:
        server.listen(keys_of(settings), settings.keys)
        if until_end_of_input:
            threading.Thread(target=_wait_for_end, args=(server,), daemon=True).start()
        server.serve_forever(poll_interval=0.2)
    finally:
        server.server_close()
        with suppress(PermissionError):  # in the folder of another user; whoever comes next removes it
            settings.signer_socket.unlink(missing_ok=True)


def keys_of(settings: Settings) -> Keys:
    """Open the keys of an installation: those of its token, else its files.

    Files that web processes could open are sealed again. Raises SettingsError when the secret or a key is none of
    this installation, or the token cannot be opened.
    """
    try:
        if settings.token is not None:
            return TokenKeys(settings.token, settings.token.pin_file.read_text().strip())
        keys = KeyFiles(settings.keys, own_secret(settings.signer_secret))
        keys.seal_again(settings.secret)
    except Refused as refusal:
        raise SettingsError(str(refusal)) from refusal
    except OSError as error:
        raise SettingsError(f"{error.filename}: the signer cannot use it: {error.strerror}.") from error
    return keys


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
