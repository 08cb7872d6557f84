"""The web processes of an installation as `teruji serve` runs them, started for a measurement and stopped after it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from assessment.domain.errors import N_, Conflict
from assessment.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
SECONDS_TO_BE_READY = 60.0
SECONDS_TO_STOP = 15.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A running server: where it listens, and its first process."""

    port: int
    process: int


@contextmanager
def served(settings: Settings, *, processes: int, base_url: str | None = None) -> Iterator[Service]:
    """Serve an installation, under the address where it answers or under `base_url`.

    Raises Conflict when the server does not answer within a minute.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    counters = settings.home / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    command = [sys.executable, "-P", "-m", "assessment.serving.server", "--host", "127.0.0.1", "--port", str(port)]
    with (settings.home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "--processes", str(processes)],
            env={
                **os.environ,
                "PYTHONPATH": str(CHECKOUT),
                "PROMETHEUS_MULTIPROC_DIR": str(counters),
                "TERUJI_HOME": str(settings.home),
                "TERUJI_DATABASE_URL": settings.database_url,
                "TERUJI_BASE_URL": base_url or f"http://127.0.0.1:{port}",
                "TERUJI_SECRET": settings.secret.hex(),
            },
            stdin=subprocess.PIPE,
            stderr=log,
        )
    try:
        _await(port)
        yield Service(port=port, process=server.pid)
    finally:
        if server.stdin is not None:
            server.stdin.close()
        server.terminate()
        try:
            server.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _await(port: int) -> None:
    last = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < last:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.05)
    raise Conflict(N_("The server that is to be measured did not answer within a minute."))
