"""A process of the service ends when who started it is gone, however that went."""

import os
import signal
import sys
import threading


def end_with_parent() -> None:
    """Ask this process to end (SIGTERM) as soon as its standard input does."""
    threading.Thread(target=_wait, daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
