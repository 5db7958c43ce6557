"""The whole product in one process: its services with their real decisions, stores and effects, a broker in memory, the
sandbox as both remotes, and a time that only the story turns. One seed decides everything that happens."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from contracts import topics
from contracts.control import Pause, Resume, SyncNow
from contracts.message import Message, encode
from contracts.policy import Direction, Policy, PolicyNow
from services.feed.__main__ import SERVICE as FEED
from services.graph_poller import perform as poller
from services.graph_poller.__main__ import SERVICE as POLLER
from services.kernel.bus import MemoryBroker
from services.kernel.host import Host
from services.kernel.scope import Scope
from services.kernel.service import Service
from services.reconciler.__main__ import SERVICE as RECONCILER
from services.registry.__main__ import SERVICE as REGISTRY
from services.registry.rows import TenantFile
from services.registry.watch import Watch
from services.salesforce_watcher import perform as watcher
from services.salesforce_watcher.__main__ import SERVICE as WATCHER
from services.sandbox.keys import Keys, made
from services.sandbox.world import World
from services.writer import perform as writer
from services.writer.__main__ import SERVICE as WRITER
from tests.conformance.kernel.town import Replica, Town
from tests.simulation.near import CLIENT, SECRET, Died, Near, NearGraphs, NearOrgs, Risk, RiskyDriver, nearby

FIRM = Scope("firm")
FILE = f"""
[microsoft]
tenant_id = "firm"
client_id = "{CLIENT}"
client_secret_file = "../secret"
[salesforce]
client_id = "{CLIENT}"
client_secret_file = "../secret"
"""
PEOPLE = ("ann", "bob", "cyd")
"""Ann and Bob have a mailbox and a user; Cyd is a user without a mailbox."""
CLIENTS = ("pia@client.example", "ivo@client.example", "eve@client.example")
_EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
PLAIN = Policy(enabled=True, direction=Direction.TWO_WAY, settle_seconds=0)
PAUSE = 60
"""Seconds for which all processes may have stood still at once."""
MOST = 320
"""Turns of the clock within which the product must come to rest."""

Making = Callable[[Host, Near], Any]


@dataclass
class Process:
    """One process that is alive, and how long it has to live."""

    replica: Replica
    risk: Risk
    frozen: int = 0
    """So many turns it stands still."""


@dataclass
class Stage:
    """Everything, and what a story may do to it. `ahead` is how far the clocks of the sides are ahead of ours,
    `patience` how many seconds a remote that throttles asks for (0: as many as it would), `skipped` whether the policy
    may ever have left private events out."""

    folder: Path
    seed: int
    policy: Policy = PLAIN
    ahead: dict[str, timedelta] = field(default_factory=lambda: {"microsoft": timedelta(), "practifi": timedelta()})
    patience: int = 0
    skipped: bool = False
    processes: dict[str, list[Process]] = field(default_factory=dict)
    sins: list[str] = field(default_factory=list)
    started: int = 0
    steps: int = 0

    def __post_init__(self) -> None:
        self.chance = Random(f"stage {self.seed}")
        self.world = _world(self.seed)
        self.town = Town(self.folder, RiskyDriver)  # type: ignore[arg-type]  # each process gets its own, with its risk
        self.town.broker = MemoryBroker(Random(f"broker {self.seed}"))

    @property
    def broker(self) -> MemoryBroker:
        return self.town.broker

    async def open(self) -> None:
        """Start everything."""
        (self.folder / "tenants").mkdir()
        (self.folder / "secret").write_text(SECRET)
        (self.folder / "tenants" / "firm.toml").write_text(FILE)
        for name in SERVICES:
            await self.start(name)

    async def close(self) -> None:
        for name in SERVICES:
            for process in list(self.processes.get(name, ())):
                await self.end(name, process)

    async def start(self, name: str) -> None:
        """One more process of a service."""
        risk = Risk()
        self.started += 1
        self.town.connect = partial(RiskyDriver, risk=risk)
        near = Near(self, risk)
        service, hands = SERVICES[name]
        made_ = service if hands is None else nearby(service, lambda host: hands(host, near))
        replica = await self.town.replica(made_, f"{name}-{self.started}", config=self.folder)
        self.processes.setdefault(name, []).append(Process(replica, risk))
        if name == "registry":
            await self.govern(self.policy, start=True)
        await replica.host.renew()

    async def end(self, name: str, process: Process) -> None:
        """`kill -9` of one process."""
        process.risk.dead = False
        process.risk.left = None
        self.processes[name].remove(process)
        await self.town.kill(process.replica)
        if process.replica.crew:
            await process.replica.crew._hands.close()

    async def govern(self, policy: Policy, *, start: bool = False) -> None:
        """The firm's file says this from now on."""
        self.policy = policy
        for process in list(self.processes.get("registry", ())):
            host = process.replica.host
            try:
                if "firm" not in host.policies:
                    await host.follow("firm", PolicyNow(0, active=False, policy=policy))
            except Died:
                await self.end("registry", process)
                continue
            host.hear(FIRM, TenantFile(policy, f"{hash(repr(policy))}", start))

    def tell(self, body: Pause | Resume | SyncNow) -> None:
        """A person says something to the registry; nobody says it again if it is lost."""
        name = f"person{self.chance.getrandbits(40):x}"
        message = Message(name, "firm", self.town.time.at, body)
        self.broker.take(topics.inbox("registry/firm/0"), encode(message), retain=False)

    async def broker_back(self) -> None:
        """The broker is there again; the registry's own task tells it the policies anew."""
        self.broker.start()
        for process in list(self.processes.get("registry", ())):
            try:
                await Watch(process.replica.host, self.folder)._say()
            except Died:
                await self.end("registry", process)

    async def breathe(self, seconds: float) -> None:
        """Time passes, and every process goes on in an order of chance; who dies is missed. For longer than PAUSE
        nobody stands still: who lives has renewed its leases meanwhile."""
        everybody = [(name, process) for name, some in self.processes.items() for process in some]
        for _, process in everybody if seconds > PAUSE else ():
            host, driver = process.replica.host, process.replica.host.store.driver
            if isinstance(driver, RiskyDriver) and not process.frozen:
                await driver.outlast(host.instance, seconds)
        self.town.time.turn(seconds=seconds)
        self.chance.shuffle(everybody)
        for name, process in everybody:
            if process.frozen:
                process.frozen -= 1
                continue
            try:
                await process.replica.host.renew()
                await process.replica.step()
                self.steps += 1
            except Died:
                await self.end(name, process)

    async def rest(self) -> bool:
        """Let everybody work until nothing is left to do; False when they never come to rest."""
        quiet = 0
        for _ in range(MOST):
            before = len(self.town.said), len(self.world.log.entries)
            await self.breathe(3)
            moved = (len(self.town.said), len(self.world.log.entries)) != before
            quiet = 0 if moved or await self._outstanding() else quiet + 1
            if quiet >= 2:
                return True
        return False

    async def _outstanding(self) -> int:
        total = 0
        for some in self.processes.values():
            for process in some:
                host = process.replica.host
                total += len(process.replica.bus.waiting)
                for scope in host.holding.scopes:
                    total += await host.store.outstanding(str(scope))
        return total

    def forget(self) -> None:
        """What was said is long; only the present matters to who watches."""
        self.town.said.clear()


def _world(seed: int) -> World:
    world = made(Keys("firm", CLIENT, SECRET, CLIENT, "calsync@firm.example"), seed=seed)
    for name in PEOPLE:
        address = f"{name}@firm.example"
        world.sides.salesforce.add_user(name=name.title(), email=address)
        if name != "cyd":
            world.sides.microsoft.add_user(name=name.title(), upn=address)
    for number, address in enumerate(CLIENTS):
        fields = {"FirstName": f"Client {number}", "LastName": "Ravel", "Email": address}
        world.sides.salesforce.insert("Contact", fields, _EPOCH)
    return world


def _poller(host: Host, near: Near) -> Any:
    return poller.Hands(host, NearGraphs(near, host))


def _watcher(host: Host, near: Near) -> Any:
    return watcher.Hands(host, NearOrgs(near, host))


def _writer(host: Host, near: Near) -> Any:
    return writer.Hands(host, NearGraphs(near, host), NearOrgs(near, host))


SERVICES: dict[str, tuple[Service, Making | None]] = {
    "registry": (REGISTRY, None),
    "feed": (FEED, None),
    "reconciler": (RECONCILER, None),
    "graph-poller": (POLLER, _poller),
    "salesforce-watcher": (WATCHER, _watcher),
    "writer": (WRITER, _writer),
}
