"""An org on a loopback socket, under the tests' own clock, which its Date header shows."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from contracts.policy import Mapped, PrivateEvents
from services.clients.http import Http
from services.clients.salesforce.api import Org
from services.clients.salesforce.login import Identity, Session
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.row import Cursors, OrgRound, Shape
from services.sandbox.salesforce.org import Salesforce
from services.sandbox.salesforce.switches import Switches
from services.sandbox.wire import Request, Response

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
SINCE = date(2027, 1, 1)


@dataclass
class Place:
    """An org, the requests that it heard, and our client to it. `spoil` may answer in the org's place."""

    salesforce: Salesforce
    now: datetime = START
    heard: list[Request] = field(default_factory=list)
    spoil: Callable[[Request], Response | None] = lambda _: None
    url: str = ""
    org: Org = None  # type: ignore[assignment]
    shape: Shape = None  # type: ignore[assignment]
    cursors: Cursors = field(default_factory=Cursors)

    async def serve(self, raw: web.BaseRequest) -> web.Response:
        headers = {name.lower(): value for name, value in raw.headers.items()}
        path = raw.raw_path.partition("?")[0]
        request = Request(raw.method, path, self.now, dict(raw.query), headers, await raw.read(), self.url)
        self.heard.append(request)
        answer = self.spoil(request) or self.salesforce.handle(request)
        date = format_datetime(self.now, usegmt=True)
        return web.Response(status=answer.status, body=answer.body, headers={"Date": date, **answer.headers})

    @property
    def calls(self) -> int:
        """Requests heard since the last question, logins left out."""
        count = sum("/oauth2/" not in one.path for one in self.heard)
        self.heard.clear()
        return count

    def later(self, **length: int) -> datetime:
        self.now += timedelta(**length)
        return self.now

    async def read(self, private: PrivateEvents = PrivateEvents.BUSY_ONLY) -> OrgRound:
        """One round from where the last one ended: all of its pieces as one."""
        pieces = [piece async for piece in self.pieces(Privacy(private))]
        rows, people, users = (
            tuple(one for piece in pieces for one in getattr(piece, kind)) for kind in ("rows", "people", "users")
        )
        return OrgRound(rows, people, users, self.cursors, pieces[-1].now)

    async def pieces(self, privacy: Privacy) -> AsyncIterator[OrgRound]:
        going: dict[str, Any] = {}
        while True:
            piece = await self.org.round(self.shape, self.cursors, SINCE, privacy, going)
            self.cursors, going = piece.cursors, piece.going
            yield piece
            if not going:
                return

    async def describe(self, **mapping: str) -> Shape:
        """Describe the org anew, for a mapping of fields to columns."""
        self.shape = await self.org.describe({field: Mapped(name) for field, name in mapping.items()})
        self.heard.clear()
        return self.shape

    def user(self, name: str, **more: Any) -> str:
        address = f"{name.split(maxsplit=1)[0].lower()}@firm.example"
        return self.salesforce.add_user(name=name, email=address, at=self.now, **more)

    def contact(self, name: str, **fields: Any) -> str:
        return self.salesforce.insert("Contact", {"LastName": name, **fields}, self.now)

    def event(self, **fields: Any) -> str:
        """An Event that a person in the org made: tomorrow at ten, for half an hour, unless said otherwise."""
        times = {"StartDateTime": "2027-03-02T10:00:00.000+0000", "EndDateTime": "2027-03-02T10:30:00.000+0000"}
        return self.salesforce.insert("Event", {"Subject": "Review", **times, **fields}, self.now)


Opening = Callable[..., Any]


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opening]:
    """Open an org with some switches; its client is logged in by client credentials and knows its shape."""
    closing: list[Callable[[], Any]] = []
    secret = tmp_path / "practifi-secret"
    secret.write_text("not a real one\n")
    secret.chmod(0o600)

    async def open_one(*, described: bool = True, **switches: Any) -> Place:
        org = Salesforce(client_id="app", client_secret="not a real one", switches=Switches(**switches))
        place = Place(org)
        server = RawTestServer(place.serve)
        await server.start_server()
        place.url = str(server.make_url("")).rstrip("/")
        identity = Identity(place.url, "app", "tenant test [salesforce]", secret_file=secret)
        http = Http(place.url, where=identity.where, now=lambda: place.now)
        place.org = Org(http, Session(identity, now=lambda: place.now))
        closing.extend((http.close, server.close))
        if described:
            await place.describe()
        return place

    yield open_one
    for close in closing:
        await close()


@pytest.fixture
async def place(opened: Opening) -> Place:
    """An org with everything: Shared Activities, person accounts, our package."""
    found: Place = await opened()
    return found
