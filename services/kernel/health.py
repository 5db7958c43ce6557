"""Whether a process does well, for whoever watches it: `/health` (200, or 503 with the reasons) and `/metrics` (O3),
and what the process has used so far. It only answers questions; it never changes anything."""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from services.kernel.errors import Fatal

PATIENCE = 5.0
"""Seconds that a caller has for its question."""
_LINES = 100
"""Header lines that a caller may send."""


@asynccontextmanager
async def answering(
    host: str, port: int, reasons: Callable[[], Sequence[str]], metrics: Callable[[], bytes]
) -> AsyncIterator[int]:
    """Answer on `port` (0: a free one) while the block runs; the block gets the port. `reasons` says what is wrong,
    nothing when all is well. Raises Fatal when the port is taken."""

    async def heard(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one caller and hang up."""
        try:
            async with asyncio.timeout(PATIENCE):
                writer.write(_answer(await _path(reader), reasons, metrics))
                await writer.drain()
        except (TimeoutError, OSError, ValueError):
            return  # the caller went away or is no HTTP client: nobody is left to tell
        finally:
            writer.close()

    try:
        server = await asyncio.start_server(heard, host, port)
    except OSError as error:
        raise Fatal("CALSYNC_HEALTH_PORT", f"{host}:{port} cannot be listened on ({error.strerror})",
                    "Give another port, or 0 for none") from error  # fmt: skip
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _path(reader: asyncio.StreamReader) -> str:
    method, path, _ = (await reader.readline()).decode("latin-1").split(" ", 2)
    for _ in range(_LINES):
        if await reader.readline() in {b"\r\n", b"\n", b""}:
            break
    return path.partition("?")[0] if method == "GET" else ""


def _answer(path: str, reasons: Callable[[], Sequence[str]], metrics: Callable[[], bytes]) -> bytes:
    if path == "/metrics":
        return _reply("200 OK", "text/plain; version=0.0.4; charset=utf-8", metrics())
    if path != "/health":
        return _reply("404 Not Found", "text/plain", b"/health and /metrics are here\n")
    wrong = list(reasons())
    body = msgspec.json.encode({"healthy": not wrong, "reasons": wrong})
    return _reply("503 Service Unavailable" if wrong else "200 OK", "application/json", body)


def _reply(status: str, kind: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    return head.encode() + body


def cpu_seconds() -> float:
    """Seconds of processor time that this process has used."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_rss_mib(status: Path = Path("/proc/self/status")) -> float:
    """The most memory that this process has held at once, in MiB."""
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)
