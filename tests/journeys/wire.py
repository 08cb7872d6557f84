"""A wire between a browser and a site that a test can cut: a small proxy that forwards bytes, or drops everybody."""

import contextlib
import socket
from threading import Lock, Thread


class Wire:
    """Listens on a port of its own and forwards to another one until it is cut.

    `received` is every byte that went to the browser; nothing is compressed on the way, so that it can be read.
    """

    def __init__(self, port: int) -> None:
        self.received = bytearray()
        self._target = port
        self._cut = False
        self._ends: set[socket.socket] = set()
        self._lock = Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://localhost:{self._listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Drop every connection, and every new one at once."""
        with self._lock:
            self._cut = True
            for end in self._ends:
                _hang_up(end)
            self._ends.clear()

    def mend(self) -> None:
        """Forward again."""
        self._cut = False

    def close(self) -> None:
        """Drop everybody and listen no more."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            if self._cut:
                _hang_up(browser)
                continue
            site = socket.create_connection(("127.0.0.1", self._target))
            with self._lock:
                self._ends |= {browser, site}
            Thread(target=self._forward, args=(browser, site, None), daemon=True).start()
            Thread(target=self._forward, args=(site, browser, self.received), daemon=True).start()

    def _forward(self, source: socket.socket, sink: socket.socket, kept: bytearray | None) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(65_536):
                if self._cut:
                    break
                if kept is None:
                    content = content.replace(b"Accept-Encoding:", b"Accept-Nothing--:")
                else:
                    kept += content
                sink.sendall(content)
        for end in (source, sink):
            _hang_up(end)


def _hang_up(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
