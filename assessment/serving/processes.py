"""Starts the processes of the service and watches them: what dies is started again, and all end together.

Each child holds the reading end of a pipe as its standard input and ends when that does, so that none outlives
this process even when it is killed.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assessment.credentials.separation import hand_over, why_not
from assessment.domain.errors import N_, Conflict
from assessment.serving.child import LOOK_EVERY, Child
from assessment.serving.ending import set_when_told
from assessment.settings import Separation, Settings, SettingsError

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Serving:
    """Where the service listens, with how many web processes, behind how many proxies that tell who asked."""

    host: str = "127.0.0.1"
    port: int = 8000
    processes: int = 2
    proxies: int = 0


def serve(settings: Settings, serving: Serving, *, on_ready: Callable[[str], None]) -> None:
    """Run the service until SIGTERM or SIGINT; calls `on_ready` once, when it answers, with what separates the keys.

    Raises Conflict when something else listens on the port, SettingsError when keys must be kept apart and cannot be.
    """
    refuse_taken_port(serving)
    reason = _why_not(settings)
    stopped = threading.Event()
    put_handlers_back = set_when_told(stopped)
    children = _children(settings, serving, apart=not reason)
    announced = False
    try:
        while not stopped.wait(LOOK_EVERY):
            for child in children:
                child.keep_alive()
            if not announced and (said := _separation(serving)):
                announced = True
                on_ready(f"{said} ({reason})" if reason else said)
    finally:
        # The web processes first: who is being answered still needs the signer.
        for child in reversed(children):
            child.stop()
        settings.signer_socket.unlink(missing_ok=True)
        put_handlers_back()


def _why_not(settings: Settings) -> str:
    """Return why keys are not kept apart, empty when they are: tried by starting Python as the web's user."""
    reason = why_not(settings)
    if reason:
        return reason
    web = settings.web_user
    command = [sys.executable, "-P", "-c", "import assessment.users, cryptography"]
    try:
        tried = subprocess.run(
            command,
            env={**os.environ, "PYTHONPATH": _python_path()},
            user=web.uid,
            group=web.gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
    except PermissionError as error:  # an environment whose Python lies in root's home
        said = f"{error.filename}: {error.strerror}"
    else:
        if tried.returncode == 0:
            return ""
        said = tried.stderr.strip().rpartition("\n")[2]
    reason = f"the user {web.uid} cannot read the program: {said}"
    if settings.separation is Separation.REQUIRED:
        raise SettingsError(f"TERUJI_KEY_SEPARATION: keys cannot be kept apart: {reason}.")
    return reason


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


def _children(settings: Settings, serving: Serving, *, apart: bool) -> list[Child]:
    environment = _environment(settings)
    if apart:
        hand_over(settings)
    else:
        environment["TERUJI_KEY_SEPARATION"] = Separation.OFF
    user = settings.web_user if apart else None
    web = ["assessment.serving.server", "--host", serving.host, "--port", str(serving.port)]
    web += ["--processes", str(serving.processes), "--proxies", str(serving.proxies)]
    return [
        Child("signer", ["assessment.credentials.signer", "--until-end-of-input"], environment),  # leaves root itself
        # People wait for the web processes, nobody for the worker.
        Child("worker", ["assessment.serving.worker"], environment, after=3, user=user),
        Child("web", web, environment, user=user),
    ]


def _python_path() -> str:
    before = os.environ.get("PYTHONPATH")
    return os.pathsep.join([str(CHECKOUT), before] if before else [str(CHECKOUT)])


def _environment(settings: Settings) -> dict[str, str]:
    counters = settings.home / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counters.mkdir(parents=True)
    return {
        **os.environ,
        "PYTHONPATH": _python_path(),
        "PROMETHEUS_MULTIPROC_DIR": str(counters),
        **settings.environment(),
    }


def _separation(serving: Serving) -> str:
    """Return what the service says of its keys once it is ready, empty before."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(serving.host, serving.host)
    try:
        with urllib.request.urlopen(f"http://{host}:{serving.port}/readyz", timeout=2) as answer:
            return f"key separation: {json.load(answer)['checks']['key separation']}"
    except OSError:
        return ""
