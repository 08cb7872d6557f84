"""A process of the service, watched by the one that started it.

It holds the reading end of a pipe as its standard input and ends when that does, so that it does not outlive its
parent even when that is killed.
"""

import subprocess
import sys
import time

import structlog

from assessment.credentials.separation import WEB_UMASK
from assessment.users import User

LONGEST_PAUSE = 30.0
SECONDS_TO_STOP = 12.0
LOOK_EVERY = 0.1

log = structlog.get_logger("teruji.serve")


class Child:
    """One process of the service, started again when it dies; each time in a row waits twice as long.

    `after` seconds pass before its first start, and at most `longest_pause` before another; with a `user` it runs as
    that one.
    """

    def __init__(
        self,
        name: str,
        arguments: list[str],
        environment: dict[str, str] | None = None,
        *,
        after: float = 0,
        longest_pause: float = LONGEST_PAUSE,
        user: User | None = None,
    ) -> None:
        self.name = name
        self._user = user
        self._command = [sys.executable, "-P", "-m", *arguments]
        self._environment = environment
        self._longest_pause = longest_pause
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
            self._pause = min(self._pause * 2, self._longest_pause)
        if self._process is None and moment >= self._start_at:
            self._started_at = moment
            self._process = start(self._command, self._environment, self._user)

    def ask_to_end(self) -> None:
        """Ask the process to end."""
        if self._process is not None:
            self._process.terminate()

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


def start(command: list[str], environment: dict[str, str] | None, user: User | None) -> "subprocess.Popen[bytes]":
    """Start a process with a pipe as its standard input, as another user where one is given."""
    if user is None:
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE)
    return subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.PIPE,
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        umask=WEB_UMASK,
    )
