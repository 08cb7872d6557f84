"""An independent witness: cosigns heads that only add to the last one it saw, and nothing else.

It runs on a machine of its own and knows nothing of the service but the keys of its logs. In its folder lie its key
(`key`, mode 0600) and the last head of each log (`heads.sqlite`). Judging a head against the last one and keeping it
are one transaction under the writer's lock, and it is on the disk before the cosignature leaves.

Specification: https://c2sp.org/tlog-witness; the key is an Ed25519 one, so its cosignatures are cosignature/v1.
"""

import os
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assessment.domain.errors import Invalid
from assessment.domain.log.checkpoint import Head, read_checkpoint
from assessment.domain.log.cosignature import cosign
from assessment.domain.log.note import WITNESS, VerifierKey
from assessment.domain.log.witnessing import (
    BAD_REQUEST,
    CONFLICT,
    NOT_FOUND,
    OK,
    Submission,
    judge,
    known_log,
    read_submission,
)

LARGEST_REQUEST = 128 * 1024
SECONDS_TO_WAIT = 10
TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What goes back over HTTP."""

    status: int
    content: str
    kind: str = TEXT


class Witness:
    """A witness under a name, with a folder of its own and the logs it knows."""

    def __init__(self, folder: Path, name: str, logs: Iterable[VerifierKey], clock: Callable[[], datetime]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._secret = _private_key(folder / "key")
        self._file = folder / "heads.sqlite"
        self._logs = {log.name: log for log in logs}
        self._clock = clock
        self.key = VerifierKey(name=name, kind=WITNESS, public=self._secret.public_key().public_bytes_raw())
        with closing(self._open()) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT")

    def add_checkpoint(self, content: bytes) -> Answer:
        """Answer an add-checkpoint request."""
        try:
            submission = read_submission(content)
        except Invalid as refusal:
            return Answer(status=BAD_REQUEST, content=f"{refusal}\n")
        known = known_log(submission, self._logs)
        if known.status != OK:
            return Answer(status=known.status, content=f"{known.reason}\n")
        with closing(self._open()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            judgement = judge(submission, self._last(connection, submission.head.origin))
            if judgement.status == CONFLICT:
                return Answer(status=CONFLICT, content=f"{judgement.size}\n", kind=SIZE)
            if judgement.status != OK:
                return Answer(status=judgement.status, content=f"{judgement.reason}\n")
            line = str(cosign(submission.note.text, self.key, self._clock(), self._secret.sign))
            self._keep(connection, submission, line)
            connection.execute("COMMIT")
        return Answer(status=OK, content=line)

    def checkpoint(self, origin_hash: str) -> Answer:
        """Answer a monitor: the last head of a log that was cosigned, with the log's signature and ours."""
        names = {sha256(origin.encode()).hexdigest(): origin for origin in self._logs}
        with closing(self._open()) as connection:
            found = connection.execute(
                "SELECT note FROM head WHERE origin = ?", (names.get(origin_hash, ""),)
            ).fetchone()
        if found is None:
            return Answer(status=NOT_FOUND, content="No head of this log was cosigned here.\n")
        return Answer(status=OK, content=found[0])

    def _keep(self, connection: sqlite3.Connection, submission: Submission, line: str) -> None:
        own = [each for each in submission.note.signatures if each.is_of(self._logs[submission.head.origin])]
        note = f"{submission.note.text}\n{''.join(map(str, own))}{line}"
        connection.execute(
            "INSERT INTO head VALUES (?, ?) ON CONFLICT (origin) DO UPDATE SET note = excluded.note",
            (submission.head.origin, note),
        )

    def _last(self, connection: sqlite3.Connection, origin: str) -> Head | None:
        found = connection.execute("SELECT note FROM head WHERE origin = ?", (origin,)).fetchone()
        return None if found is None else read_checkpoint(found[0])[0]

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=SECONDS_TO_WAIT, isolation_level=None)
        connection.execute("PRAGMA synchronous=FULL")
        return connection


def serve(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """Return a server that answers for a witness; the caller runs it, and closes it."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SECONDS_TO_WAIT

        def do_POST(self) -> None:  # the name that http.server calls
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._say(Answer(status=NOT_FOUND, content="There is only /add-checkpoint.\n"), close=True)
            elif not length.isascii() or not length.isdigit() or int(length) > LARGEST_REQUEST:
                self._say(Answer(status=BAD_REQUEST, content="Expected a shorter request.\n"), close=True)
            else:
                self._say(witness.add_checkpoint(self.rfile.read(int(length))))

        def do_GET(self) -> None:  # the name that http.server calls
            origin_hash, _, rest = self.path.removeprefix("/").partition("/")
            wanted = origin_hash if rest == "checkpoint" else ""
            self._say(witness.checkpoint(wanted))

        def _say(self, answer: Answer, *, close: bool = False) -> None:
            content = answer.content.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(content)))
            if close:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Keep no list of who asks."""

    return ThreadingHTTPServer((host, port), Handler)


def _private_key(file: Path) -> Ed25519PrivateKey:
    """Read the witness's key; made when there is none."""
    try:
        return Ed25519PrivateKey.from_private_bytes(file.read_bytes())
    except FileNotFoundError:
        key = Ed25519PrivateKey.generate()
        with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(key.private_bytes_raw())
            handle.flush()
            os.fsync(handle.fileno())
        return key
