"""A firm at any time of history: the real readers, reconciler and writer over a broker in memory, and the sandbox
behind a real socket, all at a time that the test chooses."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from contracts import topics
from contracts.control import RunDue
from contracts.message import Message, encode
from contracts.policy import Direction, Policy, PrivateEvents
from services.graph_poller.__main__ import SERVICE as POLLER
from services.kernel.driver import DirectDriver
from services.reconciler.__main__ import SERVICE as RECONCILER
from services.salesforce_watcher.__main__ import SERVICE as WATCHER
from services.sandbox.keys import Keys, made
from services.sandbox.salesforce import Salesforce, Switches
from services.sandbox.web import heard
from services.sandbox.wire import Request, Response
from services.sandbox.world import World
from services.writer.__main__ import SERVICE as WRITER
from tests.conformance.kernel.town import Town

WHO = "ann@firm.example"
SECRET = "not-so-secret"
FILE = """
[microsoft]
tenant_id = "firm"
client_id = "app"
client_secret_file = "../secret"
authority = "{root}"
graph_url = "{root}"
[salesforce]
client_id = "app"
client_secret_file = "../secret"
login_url = "{root}"
"""
POLICY = Policy(enabled=True, direction=Direction.TWO_WAY, private_events=PrivateEvents.FULL)
ROUNDS = 12
"""Turns of the clock in which a run must come to rest."""


@dataclass
class Firm:
    """The town of the services and the world that they sync; `spoil` changes what the world answers, and whoever stands
    at the `door` sees each request and answers it, the world by itself. By `skew` its clock is ahead of ours."""

    town: Town
    world: World
    runs: int = 0
    shards: int = 1
    spoil: Callable[[bytes], bytes] = bytes
    skew: timedelta = timedelta()
    door: Callable[[Request], Response] = field(init=False)

    def __post_init__(self) -> None:
        self.door = self.world.handle

    @property
    def now(self) -> datetime:
        """The time in the world."""
        return self.town.time.at + self.skew

    async def sync(self) -> None:
        """One run, to its end."""
        self.begin()
        for _ in range(ROUNDS):
            await self.town.later(seconds=5)

    def begin(self) -> None:
        """A run is due."""
        self.runs += 1
        readers = [("graph-poller", shard) for shard in range(self.shards)]
        for service, shard in (*readers, ("salesforce-watcher", 0)):
            address, body = topics.address(service, "firm", shard), RunDue(f"run-{self.runs:04}", shard=shard)
            payload = encode(Message(f"{address}{self.runs}", "firm", self.town.time.at, body))
            self.town.broker.take(topics.inbox(address), payload, retain=False)

    def events(self) -> list[dict[str, Any]]:
        """What stands in Practifi."""
        return list(self.world.sides.salesforce.rows("Event"))

    @property
    def writes(self) -> int:
        return len([entry for entry in self.world.log.entries if entry.kind == "write"])


@asynccontextmanager
async def firm(
    folder: Path, at: datetime, policy: Policy = POLICY, people: Iterable[str] = (WHO,),
    switches: Switches = Switches(),  # noqa: B008 - frozen
) -> AsyncIterator[Firm]:  # fmt: skip
    """The firm at a time, with nothing in its calendars; each of its `people` has a mailbox and a user. `switches` say
    what kind of org it has."""
    world = made(Keys("firm", "app", SECRET, "app", "calsync@firm.example"), seed=1)
    world.sides.salesforce = Salesforce(client_id="app", client_secret=SECRET, seed=1, switches=switches)
    for address in people:
        name = address.partition("@")[0].title()
        world.sides.microsoft.add_user(name=name, upn=address)
        world.sides.salesforce.add_user(name=name, email=address)
    town = Town(folder, DirectDriver)
    town.time.at = at
    it = Firm(town, world, shards=policy.shards)

    async def serve(raw: web.BaseRequest) -> web.StreamResponse:
        response = it.door(await heard(raw, it.now))
        headers = {"Date": format_datetime(it.now, usegmt=True), **response.headers}
        return web.Response(status=response.status, body=it.spoil(response.body), headers=headers)

    runner = web.ServerRunner(web.Server(serve, access_log=None))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (folder / "tenants").mkdir()
    (folder / "secret").write_text(SECRET)
    (folder / "tenants" / "firm.toml").write_text(FILE.format(root=f"http://127.0.0.1:{runner.addresses[0][1]}"))
    town.govern(policy)
    try:
        for service in (POLLER, WATCHER, RECONCILER, WRITER):
            await town.replica(service, config=folder)
        await town.settle()
        yield it
    finally:
        for replica in town.alive:
            if replica.crew:
                await replica.crew.close()
            await replica.host.store.close()
        await runner.cleanup()
