"""A wire that can be cut: a TCP proxy which passes bytes on until it is told to cut, slow down or swallow them. It
never looks into what it carries, and swallows a connection to its end: nobody ever gets half of a stream."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Self

PIECE = 16 * 1024
Address = tuple[str, int]


@dataclass(eq=False)
class Line:
    """One connection: both ends, and whether it has gone deaf."""

    ends: tuple[asyncio.StreamWriter, asyncio.StreamWriter]
    deaf: bool = False

    def abort(self) -> None:
        """Both ends see a reset."""
        for end in self.ends:
            end.transport.abort()


class Proxy:
    """Listens at `here` from `start` on and connects to `there`; it lives in a thread of its own."""

    def __init__(self, here: Address, there: Address) -> None:
        self.here, self.there = here, there
        self._delay = 0.0
        self._closed = self._deaf = False
        self._lines: set[Line] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self) -> Self:
        """Listen from now on; OSError when somebody else does."""
        self._thread.start()
        self._do(self._listen())
        return self

    def stop(self) -> None:
        """End every connection and listen no more."""
        self._do(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self) -> None:
        """Reset every connection, and every new one until `mend`."""
        self._do(self._set(self._cut))

    def slow(self, seconds: float) -> None:
        """Let each piece of up to 16 KiB wait so long before it goes on, until `mend`."""
        self._do(self._set(lambda: setattr(self, "_delay", seconds)))

    def swallow(self) -> None:
        """Half-open: nothing arrives any more on the connections that there are, nor on new ones until `mend`, and
        nobody is told."""
        self._do(self._set(self._hush))

    def mend(self, *, told: bool = True) -> None:
        """Carry everything again. Who is on a connection that was swallowed is `told` by a reset, or never."""
        self._do(self._set(lambda: self._mend(told)))

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(10)

    async def _set(self, act: Callable[[], None]) -> None:
        act()

    def _cut(self) -> None:
        self._closed = True
        for line in list(self._lines):
            line.abort()

    def _hush(self) -> None:
        self._deaf = True
        for line in self._lines:
            line.deaf = True

    def _mend(self, told: bool) -> None:
        self._closed = self._deaf = False
        self._delay = 0.0
        for line in [line for line in self._lines if line.deaf and told]:
            line.abort()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, *self.here)

    async def _stop(self) -> None:
        self._server.close()
        self._cut()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:
            writer.transport.abort()
            return
        try:
            back, forth = await asyncio.open_connection(*self.there)
        except OSError:
            writer.transport.abort()
            return
        line = Line((writer, forth), self._deaf)
        self._lines.add(line)
        try:
            await asyncio.gather(self._carry(line, reader, forth), self._carry(line, back, writer))
        finally:
            self._lines.discard(line)
            line.abort()

    async def _carry(self, line: Line, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """One direction to its end; the end of either closes both, unless nobody is to hear of it."""
        try:
            while piece := await source.read(PIECE):
                if self._delay:
                    await asyncio.sleep(self._delay)
                if not line.deaf:
                    sink.write(piece)
                    await sink.drain()
        except OSError:
            pass  # one end is gone; the other hears of it here
        if not line.deaf:
            sink.close()
