"""A process of the service ends when it is told to, whatever its main thread does at that moment."""

import os
import signal
import threading

import pytest

from assessment.serving.ending import SIGNALS, set_when_told


class Slow(threading.Event):
    """An event whose lock somebody may hold, as its own waiting does for moments."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()

    def set(self) -> None:
        """Set it as soon as the lock is free; gives up rather than keep the tests waiting for ever."""
        if self.lock.acquire(timeout=5):
            super().set()
            self.lock.release()


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_heard_although_the_main_thread_is_inside_the_event(number: signal.Signals) -> None:
    stopped = Slow()
    put_back = set_when_told(stopped)
    try:
        with stopped.lock:
            os.kill(os.getpid(), number)
        assert stopped.wait(10)
    finally:
        put_back()


def test_the_handlers_from_before_come_back() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    set_when_told(threading.Event())()
    assert [signal.getsignal(number) for number in SIGNALS] == before
