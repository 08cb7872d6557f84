"""Asking the signer: one request on one connection, and starting a signer for as long as it is needed.

No private key is ever on this side.
"""

import base64
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import current_app
from flask.sansio.app import App

from assessment.domain.credentials.proof import Signer
from assessment.domain.errors import N_, Conflict
from assessment.settings import Settings

SECONDS_TO_ANSWER = 5.0
SECONDS_TO_START = 15.0
LONGEST_ANSWER = 16 * 1024


class SignerClient:
    """The signer behind a socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def ping(self) -> bool:
        """Say whether the signer answers."""
        try:
            self._ask({"op": "ping"})
        except Conflict:
            return False
        return True

    def open_key(self, body_id: str, year: int) -> bytes:
        """Return the public key (32 bytes) of a body and year; the signer makes the key where there is none.

        Raises Conflict when the signer does not answer or refuses.
        """
        return base64.b64decode(self._ask({"op": "open", "body": body_id, "year": year})["public"])

    def sign(self, body_id: str, key_id: str, content: bytes) -> bytes:
        """Return the signature (64 bytes) over content by the key with this fragment.

        Raises Conflict when the signer does not answer or refuses.
        """
        request = {"op": "sign", "body": body_id, "key": key_id, "content": base64.b64encode(content).decode()}
        return base64.b64decode(self._ask(request)["signature"])

    def signing_as(self, body_id: str, key_id: str) -> Signer:
        """Return the function that signs with this key."""
        return lambda content: self.sign(body_id, key_id, content)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(SECONDS_TO_ANSWER)
                connection.connect(str(self._path))
                connection.sendall(json.dumps(request).encode() + b"\n")
                with connection.makefile("rb") as lines:
                    answer = json.loads(lines.readline(LONGEST_ANSWER))
        except (OSError, ValueError) as error:
            raise Conflict(N_("The signer does not answer.")) from error
        if not isinstance(answer, dict) or answer.get("ok") is not True:
            reason = answer.get("error") if isinstance(answer, dict) else None
            raise Conflict(N_("The signer refuses: %(reason)s"), reason=reason or "-")
        return answer


def signer() -> SignerClient:
    """The installation's signer."""
    settings: Settings = current_app.extensions["settings"]
    return SignerClient(settings.signer_socket)


def report_readiness(app: App) -> None:
    """Tell `/readyz` whether the signer answers, and that it is not kept apart by a user of its own."""
    path = app.extensions["settings"].signer_socket
    app.extensions["readiness"]["signer"] = lambda: "ok" if SignerClient(path).ping() else "does not answer"
    app.extensions["readiness"]["key separation"] = lambda: "off"


@contextmanager
def running_signer(settings: Settings) -> Iterator[None]:
    """Have a signer while the block runs: the one that answers already, or one started for it.

    Raises Conflict when the started one does not answer within 15 seconds.
    """
    client = SignerClient(settings.signer_socket)
    if client.ping():
        yield
        return
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "assessment.credentials.signer", "--until-end-of-input"],
        env=_environment(settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(client, process)
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(SECONDS_TO_ANSWER)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(client: SignerClient, process: "subprocess.Popen[bytes]") -> None:
    last = time.monotonic() + SECONDS_TO_START
    while not client.ping():
        if process.poll() is not None or time.monotonic() > last:
            raise Conflict(N_("The signer does not answer."))
        time.sleep(0.02)


def _environment(settings: Settings) -> dict[str, str]:
    package = str(Path(__file__).resolve().parents[2])
    before = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([package, before] if before else [package]),
        "TERUJI_HOME": str(settings.home),
        "TERUJI_DATABASE_URL": settings.database_url,
        "TERUJI_BASE_URL": settings.base_url,
        "TERUJI_SIGNER_SOCKET": str(settings.signer_socket),
        "TERUJI_SECRET": settings.secret.hex(),
    }
