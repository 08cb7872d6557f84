"""Starts the processes of the service and watches them: what dies is started again, and all end together.

Each child holds the reading end of a pipe as its standard input and ends when that does, so that none outlives
this process even when it is killed.
"""

import os
import shutil
import socket
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assessment.domain.errors import N_, Conflict
from assessment.serving.child import LOOK_EVERY, Child
from assessment.serving.ending import set_when_told
from assessment.serving.web import PROXIES
from assessment.settings import Settings

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """Where the service listens, with how many web processes, behind how many proxies that tell who asked."""

    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    proxies: int = 0


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
