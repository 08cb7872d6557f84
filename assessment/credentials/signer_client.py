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
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import current_app
from flask.sansio.app import App

from assessment.credentials.separation import found
from assessment.domain.credentials.proof import Signer
from assessment.domain.errors import N_, Conflict
from assessment.settings import Settings

SECONDS_TO_ANSWER = 5.0
SECONDS_TO_START = 15.0
LONGEST_ANSWER = 16 * 1024


def key_name(year: int, number: int = 1) -> str:
    """Return the name of a key: the year, and its number from the second one on."""
    return str(year) if number == 1 else f"{year}-{number}"


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

    def open_key(self, body_id: str, year: int, number: int = 1) -> bytes:
        """Return the public key (32 bytes) of a body, year and number in it; the signer makes it where there is none.

        Raises Conflict when the signer does not answer or refuses.
        """
        request = {"op": "open", "body": body_id, "key": key_name(year, number)}
        return base64.b64decode(self._ask(request)["public"])

    def retire(self, body_id: str, key_id: str) -> None:
        """Have the signer sign with this key no more; it may have been told before.

        Raises Conflict when the signer does not answer or refuses.
        """
        self._ask({"op": "retire", "body": body_id, "key": key_id})

    def revoke(self, body_id: str, key_id: str, at: datetime) -> None:
        """Have the signer seal with this key no more, and name its certificate in every list of revoked ones.

        Raises Conflict when the signer does not answer or refuses.
        """
        self._ask({"op": "revoke", "body": body_id, "key": key_id, "at": at.isoformat()})

    def revocations(self, at: datetime) -> bytes | None:
        """Return the list of revoked certificates (DER) as of a moment; None where the authority signs none.

        Raises Conflict when the signer does not answer.
        """
        found = self._ask({"op": "revocations", "at": at.isoformat()})["list"]
        return None if found is None else base64.b64decode(found)

    def sign(self, body_id: str, key_id: str, content: bytes) -> bytes:
        """Return the signature over content by a key: 64 bytes, or DER by one for PDF files (`key_files.Keys`).

        Raises Conflict when the signer does not answer or refuses.
        """
        request = {"op": "sign", "body": body_id, "key": key_id, "content": base64.b64encode(content).decode()}
        return base64.b64decode(self._ask(request)["signature"])

    def pdf_certificate(self, body_id: str, key_id: str, *, name: str, host: str) -> tuple[bytes, bytes]:
        """Return the X.509 certificate (DER) of a body's key for PDF files, and its authority's; made at its first use.

        Raises Conflict when the signer does not answer or refuses.
        """
        request = {"op": "certificate", "body": body_id, "key": key_id, "name": name, "host": host}
        answer = self._ask(request)
        return base64.b64decode(answer["certificate"]), base64.b64decode(answer["authority"])

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
    """Tell `/readyz` whether the signer answers, and whether its keys are out of this process's reach."""
    settings: Settings = app.extensions["settings"]
    client = SignerClient(settings.signer_socket)
    app.extensions["readiness"]["signer"] = lambda: "ok" if client.ping() else "does not answer"
    app.extensions["readiness"]["key separation"] = lambda: found(settings)


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
        **settings.environment(),
    }
