"""A network between clients and server that cuts, delays, drops, and loses replies after the server has sent them."""

import asyncio
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

CHUNK = 65_536


@dataclass(kw_only=True, slots=True)
class Weather:
    """How the network is at the moment: chances are 0..1, `delay` is the longest wait in seconds."""

    cut: bool = False
    dropped: float = 0.0
    reply_lost: float = 0.0
    delay: float = 0.0


class Proxy:
    """Forwards connections to the server through the weather; runs on a thread of its own."""

    def __init__(self, onward: Callable[[], tuple[str, int]], *, seed: int) -> None:
        self.weather = Weather()
        self._onward = onward
        self._chance = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def __enter__(self) -> "Proxy":
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def address(self) -> tuple[str, int]:
        """Return where the proxy listens."""
        return "127.0.0.1", self.port

    def break_all(self) -> None:
        """Cut every connection that is open now."""
        self._loop.call_soon_threadsafe(self._abort)

    def _abort(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        self._abort()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.weather.cut:
            writer.transport.abort()
            return
        self._open.add(writer)
        try:
            there, back = await asyncio.open_connection(*self._onward())
        except OSError:
            writer.transport.abort()
            self._open.discard(writer)
            return
        self._open.add(back)
        tasks = [
            asyncio.ensure_future(self._pass(reader, back, reply=False)),
            asyncio.ensure_future(self._pass(there, writer, reply=True)),
        ]
        with suppress(asyncio.CancelledError):
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        for each in (writer, back):
            each.transport.abort()
            self._open.discard(each)

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, reply: bool) -> None:
        with suppress(OSError):
            while content := await source.read(CHUNK):
                weather = self.weather
                if weather.delay:
                    await asyncio.sleep(self._chance.random() * weather.delay)
                if weather.cut or self._chance.random() < (weather.reply_lost if reply else weather.dropped):
                    return
                target.write(content)
                await target.drain()
