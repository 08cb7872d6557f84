"""Starts the processes of the service and watches them: what dies is started again, and all end together.

Each child holds the reading end of a pipe as its standard input and ends when that does, so that none outlives
this process even when it is killed.
"""

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from assessment.domain.errors import N_, Conflict
from assessment.serving.ending import set_when_told
from assessment.serving.web import PROXIES
from assessment.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]
LONGEST_PAUSE = 30.0
SECONDS_TO_STOP = 12.0
LOOK_EVERY = 0.1

log = structlog.get_logger("teruji.serve")


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """Where the service listens, with how many web processes, behind how many proxies that tell who asked."""

    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    proxies: int = 0


class Child:
    """One process of the service, started again when it dies; each time in a row waits twice as long.

    `after` seconds pass before its first start.
    """

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str], *, after: float = 0) -> None:
        self.name = name
        self._command = [sys.executable, "-P", "-m", *arguments]
        self._environment = environment
        self._pause = 0.5
        self._start_at = time.monotonic() + after
        self._started_at = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    def keep_alive(self) -> None:
        """Start the process where it is not running and its pause is over."""
        moment = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            status = self._process.returncode
            self._let_go()
            if moment - self._started_at > LONGEST_PAUSE:
                self._pause = 0.5
            log.error("a process ended and is started again", child=self.name, status=status, pause=self._pause)
            self._start_at = moment + self._pause
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
        if self._process is None and moment >= self._start_at:
            self._started_at = moment
            self._process = subprocess.Popen(self._command, env=self._environment, stdin=subprocess.PIPE)

    def stop(self) -> None:
        """Ask the process to end, and end it when it takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
        self._process = None


def serve(settings: Settings, serving: Serving, *, on_ready: Callable[[], None]) -> None:
    """Run the service until SIGTERM or SIGINT; calls `on_ready` once, when it answers.

    Raises Conflict when something else listens on the port.
    """
    refuse_taken_port(serving)
    stopped = threading.Event()
    put_handlers_back = set_when_told(stopped)
    children = _children(settings, serving)
    announced = False
    try:
        while not stopped.wait(LOOK_EVERY):
            for child in children:
                child.keep_alive()
            if not announced and _ready(serving):
                announced = True
                on_ready()
    finally:
        # The web processes first: who is being answered still needs the signer.
        for child in reversed(children):
            child.stop()
        put_handlers_back()


def refuse_taken_port(serving: Serving) -> None:
    """Raise Conflict when the service could not listen where it is told to."""
    family = socket.AF_INET6 if ":" in serving.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((serving.host, serving.port))
        except OSError as error:
            raise Conflict(
                N_("Cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --port."),
                host=serving.host,
                port=serving.port,
                reason=error.strerror,
            ) from error


def _children(settings: Settings, serving: Serving) -> list[Child]:
    environment = _environment(settings, serving)
    web = ["assessment.serving.server", "--host", serving.host, "--port", str(serving.port)]
    return [
        Child("signer", ["assessment.credentials.signer", "--until-end-of-input"], environment),
        # People wait for the web processes, nobody for the worker.
        Child("worker", ["assessment.serving.worker"], environment, after=3),
        Child("web", [*web, "--processes", str(serving.processes)], environment),
    ]


def _environment(settings: Settings, serving: Serving) -> dict[str, str]:
    counters = settings.home / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    before = os.environ.get("PYTHONPATH")
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(CHECKOUT), before] if before else [str(CHECKOUT)]),
        "PROMETHEUS_MULTIPROC_DIR": str(counters),
        "TERUJI_HOME": str(settings.home),
        "TERUJI_DATABASE_URL": settings.database_url,
        "TERUJI_BASE_URL": settings.base_url,
        "TERUJI_SIGNER_SOCKET": str(settings.signer_socket),
        "TERUJI_SECRET": settings.secret.hex(),
        PROXIES: str(serving.proxies),
    }


def _ready(serving: Serving) -> bool:
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(serving.host, serving.host)
    try:
        with urllib.request.urlopen(f"http://{host}:{serving.port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
