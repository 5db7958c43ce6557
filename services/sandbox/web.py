"""The thin shell around the pure world: sockets, the time of a request, slow and cut answers. Decides nothing and
remembers nothing but how many requests are open for a mailbox."""

import asyncio
import ssl
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from urllib.parse import parse_qsl

from aiohttp import web

from services.sandbox.faults import stripped
from services.sandbox.journal import Journal
from services.sandbox.log import mailbox
from services.sandbox.wire import Request, Response, answer
from services.sandbox.world import World

CONCURRENT, OF_APP = "x-sandbox-concurrent", "x-sandbox-concurrent-app"
TAKES = 0.002
"""Seconds for which a mailbox's request stays open at least, so that what clients send at once is open at once."""


class Shell:
    """Serves one world; one request at a time is carried out, however many are open."""

    def __init__(self, world: World, journal: Journal, now: Callable[[], datetime]) -> None:
        self._world, self._journal, self._now = world, journal, now
        self._open: Counter[str] = Counter()

    async def serve(self, raw: web.BaseRequest) -> web.StreamResponse:
        """One answer; cuts the connection when the world says so."""
        request = await heard(raw, self._now())
        name = self._world.sides.address(mailbox(request.path))
        self._open[name] += 1
        try:
            response = await self._answered(request, name)
            headers, wait = stripped(response)
            if wait:
                await asyncio.sleep(wait)
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]
        if not response.status:
            if raw.transport:
                raw.transport.abort()
            return web.Response(status=500)
        return web.Response(status=response.status, body=response.body or None, headers=headers)

    async def _answered(self, request: Request, name: str) -> Response:
        if name:
            app = sum(self._open.values()) - self._open[""]
            counted = {CONCURRENT: str(self._open[name]), OF_APP: str(app)}
            request = replace(request, headers={**request.headers, **counted})
            await asyncio.sleep(TAKES)
        request = replace(request, at=self._now())
        self._journal.note(request, self._world)
        try:
            return self._world.handle(request)
        except Exception:  # noqa: BLE001 a fault of the sandbox: shown, and the others are still served
            traceback.print_exc(file=sys.stderr)
            return answer(500, {"error": "the sandbox itself failed; its output tells where"})


async def heard(raw: web.BaseRequest, at: datetime) -> Request:
    """The request as a plain value. Headers that came several times are joined, as HTTP allows."""
    path, _, query = raw.raw_path.partition("?")
    headers: dict[str, str] = {}
    for name, value in raw.headers.items():
        key = name.lower()
        if key.startswith(CONCURRENT):
            continue
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    body = await raw.content.read()
    origin = f"{raw.scheme}://{raw.host}"
    return Request(raw.method, path, at, dict(parse_qsl(query, keep_blank_values=True)), headers, body, origin)


async def listen(shell: Shell, host: str, port: int, tls: ssl.SSLContext | None) -> tuple[web.ServerRunner, int]:
    """The listening server and its port; OSError when the port is taken."""
    runner = web.ServerRunner(web.Server(shell.serve, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, host, port, ssl_context=tls, shutdown_timeout=2)
    await site.start()
    return runner, int(runner.addresses[0][1])
