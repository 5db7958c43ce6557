"""A remote that does as it likes: bytes on a socket, written by the test, and nothing of a web server in between."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Remote:
    """Where it listens, the heads of the requests that it heard, and how many bytes it could send."""

    root: str = ""
    heard: list[bytes] = field(default_factory=list)
    sent: int = 0


@asynccontextmanager
async def remote(talk: Talk) -> AsyncIterator[Remote]:
    """Answers each request by `talk`, which may go on for as long as somebody listens."""
    one, talks = Remote(), set[asyncio.Task[None]]()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        talks.add(task)
        with suppress(ConnectionError, asyncio.CancelledError):
            one.heard.append(await reader.readuntil(b"\r\n\r\n"))
            await talk(_Counted(writer, one))  # type: ignore[arg-type]  # as far as a talk goes
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    one.root = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


@dataclass
class _Counted:
    writer: asyncio.StreamWriter
    remote: Remote

    def write(self, data: bytes) -> None:
        self.remote.sent += len(data)
        self.writer.write(data)

    async def drain(self) -> None:
        await self.writer.drain()


def bomb(encoding: str, mebibytes: int) -> Iterator[bytes]:
    """A compressed body of so many MiB of spaces, in pieces: about a thousandth of that on the wire."""
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packed.compress(b" " * 2**20) + packed.flush(zlib.Z_FULL_FLUSH)  # whole in itself: it may be said again
    yield {"gzip": b"\x1f\x8b\x08" + bytes(6) + b"\xff", "deflate": b"\x78\x9c"}[encoding]
    for _ in range(mebibytes):
        yield block


def bombing(encoding: str, mebibytes: int, status: int = 200) -> Talk:
    """Answers with a bomb."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Encoding: {encoding}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        for piece in bomb(encoding, mebibytes):
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            await writer.drain()
        writer.write(b"0\r\n\r\n")

    return talk


def dripping(head: bytes) -> Talk:
    """Answers `head`, then one byte now and then, for ever."""

    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)  # slowness is what is tested

    return talk
