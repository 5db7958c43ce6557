"""Both remotes in this process: the services' own clients, whose requests go to the sandbox's pure functions instead
of a socket. Here a process may also die, just before or just after anything that leaves it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp
import msgspec

from services.clients.graph.api import Graph
from services.clients.graph.opened import Graphs
from services.clients.http import Http, Reply
from services.clients.salesforce.api import Org
from services.clients.salesforce.login import Login
from services.clients.salesforce.opened import Orgs
from services.kernel.driver import DirectDriver
from services.kernel.errors import Transient
from services.kernel.host import Host
from services.kernel.service import Service
from services.sandbox.faults import stripped
from services.sandbox.wire import Request, Response

if TYPE_CHECKING:
    from tests.simulation.stage import Stage

ROOT = "http://127.0.0.1"
CLIENT, SECRET = "app", "not-so-secret"
THROTTLED, WAITS = 429, (429, 503)
CAP = timedelta(minutes=10)
"""Nobody waits for longer than that, whatever is asked (THR-03)."""


class Died(BaseException):
    """`kill -9`, at this very line."""


@dataclass
class Risk:
    """How long a process has to live, counted in statements of its store and requests; None: for ever."""

    left: int | None = None
    dead: bool = False

    def run(self) -> None:
        """One more thing that a process does. Raises Died at its end and ever after."""
        if self.left is not None and not self.dead:
            self.left -= 1
            self.dead = self.left < 0
        if self.dead:
            raise Died


class RiskyDriver(DirectDriver):
    """A store whose process may die at any statement."""

    def __init__(self, path: Path, now: Callable[[], Any], risk: Risk) -> None:
        super().__init__(path, now)
        self._risk = risk

    async def fetch(self, sql: str, args: Any = ()) -> list[Any]:
        self._risk.run()
        return await super().fetch(sql, args)

    async def outlast(self, instance: str, seconds: float) -> None:
        """So long will pass, in which this instance renews its leases."""
        sql = f"UPDATE lease SET expires = expires + ? WHERE owner = ? AND expires > {self.clock}"
        await super().fetch(sql, (round(seconds * 1_000_000), instance))

    async def many(self, sql: str, rows: Any) -> None:
        self._risk.run()
        await super().many(sql, rows)


@dataclass
class Near:
    """The remotes as one process sees them."""

    stage: "Stage"
    risk: Risk
    waits: dict[str, datetime] = field(default_factory=dict)

    def ask(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """One request and its answer. Raises what a cut connection raises."""
        parts = urlsplit(url)
        world, now = self.stage.world, self.now
        self.risk.run()
        self._watch(method, parts.path, body or b"")
        low = {key.lower(): value for key, value in headers.items()}
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        request = Request(method, parts.path, now, query, low, body or b"", ROOT)
        at = now + self.stage.ahead[world.sides.side(request) or "microsoft"]
        response = self._patient(world.handle(replace(request, at=at)))
        self.risk.run()
        if response.status in WAITS:
            self._asked_to_wait(parts.path, response.headers.get("Retry-After", ""), at)
        if not response.status:
            raise aiohttp.ServerDisconnectedError
        found, _ = stripped(response)
        found = {**found, "Date": format_datetime(at, usegmt=True)}
        return Reply(response.status, {key.lower(): value for key, value in found.items()}, response.body)

    @property
    def now(self) -> datetime:
        return self.stage.town.time.at

    def _patient(self, response: Response) -> Response:
        """The answer, which may ask us to wait for longer than the sandbox would."""
        if response.status != THROTTLED or not self.stage.patience or "Retry-After" not in response.headers:
            return response
        headers = {**response.headers, "Retry-After": str(self.stage.patience)}
        return Response(response.status, response.body, headers)

    def _watch(self, method: str, path: str, body: bytes) -> None:
        """Note what no request may do: change an attendee list (A4), come before its time (O4)."""
        if method == "PATCH" and b'"attendees"' in body:
            self.stage.sins.append("a PATCH with attendees")
        if self.waits.get(_place(path), self.now) > self.now:
            self.stage.sins.append("a request before its Retry-After")

    def _asked_to_wait(self, path: str, said: str, at: datetime) -> None:
        """A mailbox, or the org, asks this process to wait: for seconds, or until a time of its own clock."""
        if said and _place(path):
            digits = said.replace(".", "", 1).isdigit()
            wait = timedelta(seconds=float(said)) if digits else parsedate_to_datetime(said) - at
            self.waits[_place(path)] = self.now + min(wait, CAP)

    def login(self, path: str, **more: str) -> dict[str, Any]:
        """A session of either side. Raises Transient."""
        form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET, **more}
        try:
            reply = self.ask("POST", ROOT + path, {}, urlencode(form).encode())
        except aiohttp.ClientError as error:
            raise Transient("the sign-in cannot be reached") from error
        if reply.status != 200:
            raise Transient(f"the sign-in answered {reply.status}")
        return dict(msgspec.json.decode(reply.body))


def _place(path: str) -> str:
    """The mailbox of a path, or the org; "" for neither."""
    return "org" if path.startswith("/services/data/") else path.partition("/users/")[2].partition("/")[0]


class NearHttp(Http):
    """The one door, without a network behind it."""

    def __init__(self, near: Near, host: Host, where: str) -> None:
        async def sleep(seconds: float) -> None:
            await host.clock.sleep(timedelta(seconds=max(seconds, 0.01)))

        super().__init__(ROOT, where=where, now=host.clock.now, sleep=sleep)
        self._near = near

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        return self._near.ask(method, url, headers, body)


class NearToken:
    """Graph's token."""

    where = "firm.toml [microsoft]"

    def __init__(self, near: Near) -> None:
        self._near = near
        self._held = ""

    async def value(self, refused: str = "") -> str:
        """A token other than `refused`."""
        if not self._held or self._held == refused:
            said = self._near.login("/firm/oauth2/v2.0/token", scope="https://graph.microsoft.com/.default")
            self._held = str(said["access_token"])
        return self._held


class NearSession:
    """Salesforce's session."""

    where = "firm.toml [salesforce]"

    def __init__(self, near: Near) -> None:
        self._near = near
        self._login: Login | None = None

    async def current(self, refused: Login | None = None) -> Login:
        """The login, or a new one in place of the `refused` one."""
        if self._login is None or self._login is refused:
            said = self._near.login("/services/oauth2/token")
            org, user = str(said["id"]).rsplit("/", 2)[-2:]
            self._login = Login(str(said["access_token"]), ROOT, org, user)
        return self._login


class NearGraphs(Graphs):
    """The clients of Graph over one process's remotes."""

    def __init__(self, near: Near, host: Host) -> None:
        super().__init__(host.settings.config, host.clock, host.count)
        self._make = partial(NearHttp, near, host, "graph"), NearToken(near)

    def _new(self, tenant: str, side: Any) -> Graph:
        return Graph(self._make[0](), self._make[1])  # type: ignore[arg-type]  # it has all that is asked of a Token


class NearOrgs(Orgs):
    """The clients of Salesforce over one process's remotes."""

    def __init__(self, near: Near, host: Host) -> None:
        super().__init__(host.settings.config, host.clock, host.count)
        self._make = partial(NearHttp, near, host, "org"), NearSession(near)

    def _new(self, tenant: str, side: Any) -> Org:
        return Org(self._make[0](), self._make[1])  # type: ignore[arg-type]  # likewise of a Session


def nearby(service: Service, hands: Any) -> Service:
    """A service whose hands reach the remotes in this process."""
    return replace(service, hands=hands, source=None)
