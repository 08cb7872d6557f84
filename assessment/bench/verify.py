"""`teruji bench verify`: a certificate's page against a bare route, the public files, and checking many at once.

The bare route is a Flask application without anything else (`bench.bare`), served by the same server program from as
many processes, that gives as many bytes as the page takes on the wire. Both are asked by the same crowd, by turns.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from assessment.bench.answers import PROCESSES, ROUNDS, Tally, Tell, counted
from assessment.bench.bare import ROUTE
from assessment.bench.bulk import measure_bulk
from assessment.bench.figures import Figure, percentile
from assessment.bench.processes import processor_seconds
from assessment.bench.register import Register, registers
from assessment.bench.service import CHECKOUT, SECONDS_TO_BE_READY, Service, served
from assessment.domain.errors import N_, Conflict
from assessment.domain.language import PUBLIC_LANGUAGES

SECONDS_TO_WARM = 2.0
AT_LEAST = 1 / 5  # of the bare route's rate: the page
PAGE, LOOK, DRAWN = "a certificate's page", "a page that is asked for the first time", "a page that is drawn anew"
ANEW = '"nothing"'  # an entity tag with which the page is drawn, and not kept
LIST, TILE = "a status list that is there already", "a tile of the log that is there already"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """How many ask at once, for how many seconds a load, and how long before what is measured."""

    clients: int
    seconds: float
    warm: float


@dataclass(kw_only=True)
class Rounds:
    """What came out of a load and of its floor, measured by turns."""

    ours: Tally = field(default_factory=Tally)
    bare: Tally = field(default_factory=Tally)


def measure(*, clients: int, seconds: float, certificates: int, tell: Tell) -> list[Figure]:
    """Measure pages and files on each kind of database, then the check of many."""
    figures: list[Figure] = []
    with registers(tell) as each:
        for register in each:
            figures += measure_register(register, clients=clients, seconds=seconds, tell=tell)
    return figures + measure_bulk(certificates, tell=tell)


def measure_register(
    register: Register, *, clients: int, seconds: float, tell: Tell, warm: float = SECONDS_TO_WARM
) -> list[Figure]:
    """Measure one register through its server; `seconds` are those of each load, `warm` of what goes before."""
    wanted = Wanted(clients=clients, seconds=seconds, warm=warm)
    page = f"/v/{register.certificates[0]}"
    settings = register.settings
    with served(settings, processes=PROCESSES, base_url=settings.base_url) as service:  # as pages were drawn ahead
        content = _wire(service.port, page)
        with bare_served(register, content) as bare:
            looks = _looks(register, service, bare, wanted)
            tell(f"{register.place.kind}: {len(register.certificates)} certificates, {len(content)} bytes a page")
            pages = [f"/v/{public_id}" for public_id in register.certificates]
            figures = [_figure(PAGE, register, _rounds(register, service, bare, pages, wanted)), *looks]
            for figure in figures[:2]:
                tell(f"{register.place.kind}: {held(figure)}")
        for name, path in _files(register).items():
            tag = _tag(service.port, path)
            with bare_served(register, b"") as bare:
                found = _rounds(register, service, bare, [path], wanted, validator=tag)
            figures.append(_figure(name, register, found, path=path, validator=tag))
    return figures


def held(figure: Figure) -> str:
    """Say whether the page is as fast as it must be; of a first look the processor time is held against its floor."""
    ratio = figure.ratio or 0.0
    if figure.name == LOOK:
        ratio = 1 / ratio if ratio else 0.0
    verdict = "holds" if ratio >= AT_LEAST else "does not hold"
    return f"{figure.name}: {ratio:.2f} of the bare route, at least {AT_LEAST:.2f}: {verdict}"


def _files(register: Register) -> dict[str, str]:
    return {LIST: f"/status/{register.status_lists[0]}", TILE: f"/log/{register.tiles[0]}"}


def _rounds(
    register: Register,
    service: Service,
    bare: Service,
    paths: Sequence[str],
    wanted: Wanted,
    validator: str | None = None,
) -> Rounds:
    """Ask for pages and for the bare route by turns, after both have warmed up."""
    found = Rounds()
    asked: dict[str, Any] = {"paths": paths, "kind": "page", "validator": validator}
    plain: dict[str, Any] = {"paths": [ROUTE], "kind": "bare"}
    part, clients = wanted.seconds / ROUNDS, wanted.clients
    for place, orders in ((service, asked), (bare, plain)):
        load(register, place, Tally(), script="asks", seconds=wanted.warm, clients=clients, **orders)
    for _ in range(ROUNDS):
        load(register, service, found.ours, script="asks", seconds=part, clients=clients, **asked)
        load(register, bare, found.bare, script="asks", seconds=part, clients=clients, **plain)
    return found


def _figure(
    name: str, register: Register, found: Rounds, *, path: str | None = None, validator: str | None = None
) -> Figure:
    shown = path or f"/v/{register.certificates[0]}"
    return Figure(
        name=name,
        database=register.place.kind,
        ours=found.ours.rate,
        floor=found.bare.rate,
        unit="requests/s",
        p50_ms=percentile(found.ours.latencies, 50),
        p95_ms=percentile(found.ours.latencies, 95),
        p99_ms=percentile(found.ours.latencies, 99),
        cpu_ms=found.ours.cpu_ms,
        statements=_statements(register, shown, validator),
        lost=sum(found.ours.failures.values()),
    )


def _looks(register: Register, service: Service, bare: Service, wanted: Wanted) -> list[Figure]:
    """Ask once for pages that nobody asked for before, of processes that are warm; then have the same ones drawn."""
    pages = [f"/v/{public_id}?lang={code}" for code in PUBLIC_LANGUAGES for public_id in register.certificates]
    warm, looks, drawn, plain = Tally(), Tally(), Tally(), Tally()
    known, unknown = pages[::4], [page for number, page in enumerate(pages) if number % 4]  # each language in both
    several: dict[str, Any] = {
        "script": "asks",
        "paths": known,
        "seconds": wanted.warm,
        "clients": wanted.clients,
    }
    load(register, service, warm, kind="page", **several)  # by many connections: every process gets some
    load(register, service, looks, script="looks", paths=unknown, kind="page")
    load(register, service, warm, kind="page", validator=ANEW, **several)
    load(register, service, drawn, script="looks", paths=unknown, kind="page", validator=ANEW)
    part = wanted.seconds / ROUNDS
    load(register, bare, plain, script="asks", paths=[ROUTE], kind="bare", seconds=part, clients=1)
    shown = f"/v/{register.certificates[0]}"
    return [_look(LOOK, register, looks, plain, shown), _look(DRAWN, register, drawn, plain, shown, validator=ANEW)]


def _look(
    name: str, register: Register, found: Tally, plain: Tally, shown: str, validator: str | None = None
) -> Figure:
    return Figure(
        name=name,
        database=register.place.kind,
        ours=found.cpu_ms,
        floor=plain.cpu_ms,
        unit="cpu ms",
        p50_ms=percentile(found.latencies, 50),
        p95_ms=percentile(found.latencies, 95),
        p99_ms=percentile(found.latencies, 99),
        statements=_statements(register, shown, validator),
        lost=sum(found.failures.values()),
    )


def _statements(register: Register, path: str, validator: str | None = None) -> int:
    """Count the statements of one request in this process, the second of its kind."""
    client = register.app.test_client()
    headers = {"If-None-Match": validator} if validator else {}
    with counted(register.app) as statements:
        for _ in range(2):
            statements.clear()
            client.get(f"{path}?lang=en" if path.startswith("/v/") else path, headers=headers)
        return len(statements)


def load(register: Register, service: Service, tally: Tally, **orders: Any) -> None:
    """Let a crowd in a process of its own ask a server, and add what happened to the tally."""
    wanted, report = register.folder / "crowd.orders", register.folder / "crowd.report"
    wanted.write_text(json.dumps({"port": service.port, **orders}))
    roots = [service.process, *([register.place.postmaster] if register.place.postmaster else [])]
    before = processor_seconds(*roots)
    command = [sys.executable, "-P", "-m", "assessment.bench.load", str(wanted), str(report)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, check=True)
    tally.processor += processor_seconds(*roots) - before
    found: dict[str, Any] = json.loads(report.read_text())
    for latencies in found["latencies"].values():
        tally.latencies += latencies
    for kind, times in found["failures"].items():
        tally.failures[kind] = tally.failures.get(kind, 0) + times
    tally.seconds += found["seconds"]


@contextmanager
def bare_served(register: Register, content: bytes) -> Iterator[Service]:
    """Serve a bare route that gives this content, from as many processes as the pages."""
    file = register.folder / "bare"
    file.write_bytes(content)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launcher = (
        "import subprocess, sys; "
        f"[each.wait() for each in [subprocess.Popen(sys.argv[1:]) for _ in range({PROCESSES})]]"
    )
    command = [sys.executable, "-P", "-m", "assessment.bench.bare", "--port", str(port), str(file)]
    process = subprocess.Popen(
        [sys.executable, "-c", launcher, *command],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        stdin=subprocess.PIPE,
    )
    try:
        _await(port)
        yield Service(port=port, process=process.pid)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        process.wait()


def _await(port: int) -> None:
    last = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < last:
        try:
            _wire(port, ROUTE)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise Conflict(N_("The server that is to be measured did not answer within a minute."))


def _ask(port: int, path: str) -> tuple[bytes, str | None]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request, timeout=SECONDS_TO_BE_READY) as answer:
        return answer.read(), answer.headers["ETag"]


def _wire(port: int, path: str) -> bytes:
    return _ask(port, path)[0]


def _tag(port: int, path: str) -> str | None:
    return _ask(port, path)[1]
