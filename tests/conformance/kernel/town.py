"""Small services whole: replicas with their stores, one broker in memory, and a clock that the test turns."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec
from msgspec import Struct

from contracts import topics
from contracts.control import RunDue, SyncNow
from contracts.message import Message, decode, encode
from contracts.policy import Policy, PolicyNow
from services.kernel import logs
from services.kernel.bus import MemoryBroker, MemoryBus
from services.kernel.crew import Crew
from services.kernel.driver import Connect
from services.kernel.host import Host
from services.kernel.metrics import Metrics
from services.kernel.scope import Scope
from services.kernel.service import Service
from services.kernel.settings import Settings
from services.kernel.store import Store
from tests.conformance.kernel.actors import Count, Hands
from tests.conformance.kernel.turning import Clock, Time

FIRM = Scope("firm")
MOST = 500


@dataclass
class Replica:
    """One process's worth of a service."""

    host: Host
    bus: MemoryBus
    clock: Clock
    crew: Crew | None

    async def step(self) -> None:
        """Hear what has arrived, decide, say and perform, until nothing more can be done without time."""
        while self.bus.waiting:
            self.host.arrived(*self.bus.waiting.popleft())
        await self.host.once()
        if self.crew:
            await self.crew.once()
            await self._rest(self.crew)

    async def lapse(self, name: str) -> None:
        """The leases of another replica have run out, and we notice; aiosqlite's own clock cannot be turned by hand."""
        await self.host.store.fetch("UPDATE lease SET expires = 0 WHERE owner = ?", (name,))
        await self.host.renew()

    async def _rest(self, crew: Crew) -> None:
        for _ in range(100_000):
            await asyncio.sleep(0)  # lets the others go on
            await asyncio.sleep(0)  # and those whom they have woken
            running = [task for task in crew._running.values() if not task.done()]
            if len(running) <= self.clock.asleep:
                return
        raise AssertionError("a lane does not come to rest")

    async def heard(self, name: str, scope: Scope = FIRM) -> int:
        """How often the actor heard it."""
        rows = await self.rows(scope)
        return msgspec.msgpack.decode(rows[f"heard/{name}"], type=Count).n if f"heard/{name}" in rows else 0

    async def rows(self, scope: Scope = FIRM) -> dict[str, bytes]:
        async with self.host.store.transaction() as tx:
            return {key: row for key, row in (await tx.rows(str(scope), ["heard/"])).items() if row is not None}


@dataclass
class Town:
    """All replicas, over one broker."""

    folder: Path
    connect: Connect
    time: Time = field(default_factory=Time)
    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker(Random(7)))
    alive: list[Replica] = field(default_factory=list)
    said: list[tuple[str, bytes]] = field(default_factory=list)

    async def replica(
        self, service: Service, name: str = "one", hands: Hands | None = None, **settings: Any
    ) -> Replica:
        """Start a replica; those of one service share its store."""
        bus, clock = Ear(self.broker, self.said), Clock(self.time)
        path = self.folder / f"{service.name}.sqlite3"
        store = await Store.open(path, clock.now, clock.fresh, connect=self.connect)
        host = Host(service, store, bus, clock, Settings(instance=name, **settings), logs.logger(service.name),
                    Metrics(service.name))  # fmt: skip
        if hands:
            hands.clock = clock
        does = hands or (service.hands(host) if service.hands else None)
        replica = Replica(host, bus, clock, Crew(host, does) if does else None)
        await host.remember()
        await bus.subscribe(topics.POLICIES)
        self.alive.append(replica)
        return replica

    async def kill(self, replica: Replica) -> None:
        """As a machine dies: nothing is given back and nobody is told."""
        self.alive.remove(replica)
        self.broker.leave(replica.bus)
        await replica.host.store.close()
        for task in replica.crew._running.values() if replica.crew else ():
            task.cancel()
        if replica.crew:
            await asyncio.gather(*replica.crew._running.values(), return_exceptions=True)
            await replica.crew._hands.close()  # its connections break

    def govern(
        self, policy: Policy = Policy(), version: int = 1, tenant: str = "firm",  # noqa: B008 - frozen
        *, active: bool = True, consents: int = 0,
    ) -> None:  # fmt: skip
        """The registry's word, as the broker keeps it."""
        body = PolicyNow(version, active, policy, consents)
        payload = encode(Message(self._name(), tenant, self.time.at, body))
        self.broker.take(topics.policy(tenant), payload, retain=True)

    def ask(self, name: str, count: int = 1) -> None:
        """Somebody asks the speaker to say RunDue `count` times."""
        payload = encode(Message(self._name(), "firm", self.time.at, SyncNow(name, str(count))))
        self.broker.take(topics.inbox("speaker/firm/0"), payload, retain=False)

    def tell(self, *names: str, shard: int = 0) -> None:
        """Somebody without a memory tells the listener."""
        for name in names:
            payload = encode(Message(self._name(), "firm", self.time.at, RunDue(name)))
            self.broker.take(topics.inbox(f"listener/firm/{shard}"), payload, retain=False)

    async def settle(self) -> None:
        """Let everybody do what can be done without time."""
        for _ in range(MOST):
            before = self._moves()
            for replica in list(self.alive):
                await replica.step()
            if self._moves() == before and not any(replica.bus.waiting for replica in self.alive):
                return
        raise AssertionError("the town does not come to rest")

    async def later(self, **length: float) -> None:
        """Turn the clock, and let everybody do what is due then."""
        self.time.turn(**length)
        await self.settle()

    def heard_of(self, kind: type[Struct]) -> list[Message]:
        """All messages of one kind that were said so far."""
        return [message for _, payload in self.said if isinstance((message := decode(payload)).body, kind)]

    def _name(self) -> str:
        return Clock(self.time).fresh()

    def _moves(self) -> int:
        return sum(replica.host.moves for replica in self.alive) + len(self.said)


class Ear(MemoryBus):
    """A bus that notes what is said."""

    def __init__(self, broker: MemoryBroker, said: list[tuple[str, bytes]]) -> None:
        super().__init__(broker)
        self._said = said

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        await super().publish(topic, payload, retain=retain)
        self._said.append((topic, payload))


@asynccontextmanager
async def town(folder: Path, connect: Connect) -> AsyncIterator[Town]:
    """A town whose firm has a policy."""
    one = Town(folder, connect)
    one.govern()
    try:
        yield one
    finally:
        for replica in one.alive:
            if replica.crew:
                await replica.crew.close()
            await replica.host.store.close()
