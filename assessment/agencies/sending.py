"""One message to one address: over TLS, to the public internet, in ten seconds, without following where it points.

The name is looked up once, and the connection goes to the very address that was looked at: a name that points inside a
moment later leads nowhere. Of the answer the first line is read, and no more.
"""

import re
import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer

from assessment.agencies.tables import Outcome
from assessment.domain.webhook import Receiver, is_public, literal

SECONDS = 10.0
MOST_ADDRESSES = 3
LONGEST_LINE = 4_096
PIECE = 1_024

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n]*)?\r?\n")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What became of it; `status` is the HTTP status where there was an answer."""

    outcome: Outcome
    status: int | None = None


def send(
    receiver: Receiver,
    headers: Mapping[str, str],
    body: bytes,
    *,
    inside: bool = False,
    authorities: Path | None = None,
    seconds: float = SECONDS,
) -> Answer:
    """Post a body and return what became of it; never raises for what a network or a server does.

    `inside` lets the address be one of this network, `authorities` names a file of certificate authorities that are
    trusted beside the system's, `seconds` is the time for everything but the look-up of the name.
    """
    addresses = _addresses(receiver)
    if not addresses:
        return Answer(outcome=Outcome.NO_ADDRESS)
    if not inside and not all(map(is_public, addresses)):
        return Answer(outcome=Outcome.NOT_PUBLIC)
    end = time.monotonic() + seconds
    connection = _connect(addresses, receiver.port, end)
    if connection is None:
        return Answer(outcome=Outcome.TOO_SLOW if time.monotonic() >= end else Outcome.NO_CONNECTION)
    with connection, _cut_off(connection, end) as over:
        try:
            with _context(authorities).wrap_socket(connection, server_hostname=receiver.host) as secure:
                secure.sendall(_request(receiver, headers, body))
                status = _status(secure)
        except ssl.SSLCertVerificationError:
            return Answer(outcome=Outcome.NOT_TRUSTED)
        except (OSError, ValueError):
            return Answer(outcome=Outcome.TOO_SLOW if over.is_set() else Outcome.NO_CONNECTION)
    return _answer(status, over.is_set())


def _answer(status: int | None, over: bool) -> Answer:
    if status is None:
        return Answer(outcome=Outcome.TOO_SLOW if over else Outcome.NO_CONNECTION)
    if 200 <= status < 300:
        return Answer(outcome=Outcome.TAKEN, status=status)
    return Answer(outcome=Outcome.GONE if status == 410 else Outcome.ANSWERED, status=status)


def _addresses(receiver: Receiver) -> list[str]:
    own = literal(receiver.host)
    if own is not None:
        return [own]
    try:
        found = socket.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _connect(addresses: list[str], port: int, end: float) -> socket.socket | None:
    for address in addresses[:MOST_ADDRESSES]:
        left = end - time.monotonic()
        if left <= 0:
            return None
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=left)
    return None


@contextmanager
def _cut_off(connection: socket.socket, end: float) -> Iterator[Event]:
    """Hang up when the time is over, however slowly the other side drips; the event says that it was."""
    over, twin = Event(), connection.dup()  # wrapping takes the connection's own handle away

    def cut() -> None:
        over.set()
        with suppress(OSError):
            twin.shutdown(socket.SHUT_RDWR)

    timer = Timer(max(0.0, end - time.monotonic()), cut)
    timer.start()
    try:
        yield over
    finally:
        timer.cancel()
        timer.join()
        twin.close()


def _context(authorities: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        context.load_verify_locations(authorities)
    return context


def _request(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = {
        "Host": receiver.authority,
        "User-Agent": "Teruji",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "Connection": "close",
        **headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {receiver.target} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body


def _status(secure: ssl.SSLSocket) -> int | None:
    """Return the status in the first line of an answer, None where there is none."""
    received = b""
    while b"\n" not in received and len(received) < LONGEST_LINE:
        piece = secure.recv(PIECE)
        if not piece:
            break
        received += piece
    match = _STATUS.match(received)
    return None if match is None else int(match[1])
