"""How a process of the service is told to end."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT)


def set_when_told(stopped: threading.Event) -> Callable[[], None]:
    """Set the event on SIGTERM and SIGINT; returns what puts the handlers from before back.

    A handler runs between two steps of the main thread, which may be inside the event at that moment and hold its
    lock: so another thread sets it.
    """

    def tell(_signal: int, _frame: FrameType | None) -> None:
        threading.Thread(target=stopped.set, daemon=True).start()

    before = {number: signal.signal(number, tell) for number in SIGNALS}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    return put_back
