"""A Microsoft tenant behind a real socket, which also answers by script: for a test that says what goes wrong and
counts what was asked."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from services.clients.graph.api import Graph
from services.clients.graph.token import Token
from services.clients.http import Http
from services.kernel.tenants import MicrosoftSide
from services.sandbox.log import mailbox
from services.sandbox.microsoft import Microsoft
from services.sandbox.web import heard
from services.sandbox.wire import Request, Response, answer

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WINDOW = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC))
TENANT, CLIENT, SECRET = "contoso.example", "11111111-2222-3333-4444-555555555555", "s3cr3t-value"

Script = Callable[[Request], Response | None]


@dataclass
class Stage:
    """The tenant `microsoft`, the client `graph` of it, and what reached the tenant. A script answers before the
    tenant does, unless it returns None; it is asked until it has answered `often` times."""

    microsoft: Microsoft
    asked: list[Request] = field(default_factory=list)
    now: datetime = NOON
    open: Counter[str] = field(default_factory=Counter)
    most_open: int = 0
    scripts: list[tuple[Script, int]] = field(default_factory=list)
    root: str = ""
    graph: Graph = field(init=False)

    async def serve(self, raw: web.BaseRequest) -> web.StreamResponse:
        """One request off the wire, which stays open for a moment, so that those sent at once are open at once."""
        request = await heard(raw, self.now)
        name, count = _weight(request)
        self.open[name] += count
        self.most_open = max(self.most_open, self.open[name])
        await asyncio.sleep(0.002)
        told = {"x-sandbox-concurrent": str(self.open[name])} if mailbox(request.path) else {}
        response = self._answered(replace(request, headers={**request.headers, **told}))
        self.open[name] -= count
        if not response.status and raw.transport:
            raw.transport.abort()
        return web.Response(status=response.status or 500, body=response.body or None, headers=dict(response.headers))

    def _answered(self, request: Request) -> Response:
        self.asked.append(request)
        for at, (script, often) in enumerate(self.scripts):
            if often and (response := script(request)):
                self.scripts[at] = (script, often - 1)
                return response
        return self.microsoft.handle(request)

    def answers(self, part: str, *responses: Response, method: str = "") -> None:
        """The next requests whose path or query holds `part` are answered so, once each, in this order."""
        for response in responses:
            self.scripts.append((_to(part, method, response), 1))

    def always(self, part: str, response: Response) -> None:
        """Every request whose path holds `part` is answered so."""
        self.scripts.append((_to(part, "", response), 1_000_000))

    def calls(self, part: str, method: str = "") -> list[Request]:
        """The requests whose path holds `part`."""
        return [one for one in self.asked if part in one.path and method in {"", one.method}]

    def person(self, name: str, **more: Any) -> str:
        """A mailbox."""
        return self.microsoft.add_user(name=name.title(), upn=f"{name}@contoso.example", **more)

    def event(self, mailbox: str, **changes: Any) -> str:
        """An event that somebody made in Outlook; its id."""
        made = self.microsoft.add(mailbox, {**EVENT, **changes}, self.now)
        return str(made["id"])


EVENT = {
    "subject": "Portfolio review",
    "start": {"dateTime": "2026-03-09T10:00:00", "timeZone": "W. Europe Standard Time"},
    "end": {"dateTime": "2026-03-09T11:00:00", "timeZone": "W. Europe Standard Time"},
}
WEEKLY = {
    "recurrence": {
        "pattern": {"type": "weekly", "interval": 1, "daysOfWeek": ["monday"]},
        "range": {"type": "numbered", "startDate": "2026-03-09", "numberOfOccurrences": 4},
    }
}


def refusal(status: int, code: str, headers: dict[str, str] | None = None) -> Response:
    """An error as Graph says it."""
    inner = {"request-id": "00000000-0000-4000-8000-000000000001", "date": "2026-03-02T08:11:40"}
    error = {"code": code, "message": "Words about mike@x.example", "innerError": inner}
    return answer(status, {"error": error}, headers)


def said(request: Request) -> Any:
    """The JSON body of a request."""
    return json.loads(request.body)


def side(root: str, folder: Path, **changes: Any) -> MicrosoftSide:
    """The `[microsoft]` table that names the stage."""
    secret = folder / "secret"
    if not secret.exists():
        secret.write_text(SECRET + "\n")
    settings: dict[str, Any] = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret_file": secret,
                                "authority": root, "graph_url": root, **changes}  # fmt: skip
    return MicrosoftSide(**settings)


@asynccontextmanager
async def opened(folder: Path, **more: Any) -> AsyncIterator[Stage]:
    """A stage with its server and client."""
    stage = Stage(Microsoft(TENANT, CLIENT, SECRET, **more))
    runner = web.ServerRunner(web.Server(stage.serve, access_log=None), shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    stage.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    http = Http(stage.root, where="Microsoft Graph", now=lambda: stage.now)
    stage.graph = Graph(http, Token(side(stage.root, folder), where="firm.toml [microsoft]", now=lambda: stage.now))
    try:
        yield stage
    finally:
        await stage.graph.close()
        await runner.cleanup()


def _weight(request: Request) -> tuple[str, int]:
    """Into which mailbox a request goes, and how many it keeps open there: a batch up to four (graph.md §4.1)."""
    if not request.path.endswith("$batch"):
        name = mailbox(request.path)
        return name, int(bool(name))
    asked = said(request)["requests"]
    return mailbox(f"/v1.0{asked[0]['url']}"), min(4, len(asked))


def _to(part: str, method: str, response: Response) -> Script:
    def script(request: Request) -> Response | None:
        whole = f"{request.path}?{'&'.join(request.query)}"
        return response if part in whole and method in {"", request.method} else None

    return script
