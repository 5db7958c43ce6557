"""Small services whole: replicas with their stores, one broker in memory, and a clock that the test turns. Nothing here
waits for real time: who sleeps is woken when the clock is turned."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
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
from services.kernel.decision import Decision, Do, Effect, Say, State, Undone, Wake
from services.kernel.driver import Connect
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule
from services.kernel.metrics import Metrics
from services.kernel.scope import Scope
from services.kernel.service import Service
from services.kernel.settings import Settings
from services.kernel.store import Store
from tests.conformance.kernel.stores import T0

FIRM = Scope("firm")
MOST = 500


class Count(Struct):
    """Row: how often something happened."""

    n: int


class Job(Struct):
    """To do: `name` says what to do with it, see `Listener`."""

    name: str


class Did(Struct):
    name: str


class Clock:
    """Time that a test turns by hand; `asleep` counts who waits for it."""

    def __init__(self) -> None:
        self.at = T0
        self.asleep = 0
        self._sleepers: list[tuple[datetime, asyncio.Event]] = []
        self._drawn = 0

    def now(self) -> datetime:
        return self.at

    async def sleep(self, length: timedelta) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.at + length, woken))
        await self.waits(woken.wait())

    async def waits(self, thing: Awaitable[object]) -> None:
        self.asleep += 1
        try:
            await thing
        finally:
            self.asleep -= 1

    def turn(self, **length: float) -> None:
        self.at += timedelta(**length)
        due = [woken for at, woken in self._sleepers if at <= self.at]
        self._sleepers = [(at, woken) for at, woken in self._sleepers if at > self.at]
        for woken in due:
            woken.set()

    def jitter(self) -> float:
        return 0.0

    def fresh(self) -> str:
        self._drawn += 1
        return f"{self._drawn:012x}"


class Speaker:
    """Says RunDue("<who>-0"), RunDue("<who>-1") and so on to the listener: as many as `mailbox` says."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        return ()

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        if not isinstance(message.body, SyncNow):
            return Decision()
        names = [f"{message.body.who}-{n}" for n in range(int(message.body.mailbox or 1))]
        return Decision(effects=tuple(Say("listener", RunDue(name)) for name in names))


class Listener:
    """Counts what it hears in rows `heard/<run>`. A run called bad… cannot be decided, do… gives a Job in lane `lane` of
    its own actor, in<lane>… in that lane, wake… is heard again in a minute."""

    def needs(self, state: State, message: Message) -> Iterable[str]:
        yield f"heard/{_name(message.body)}"

    def decide(self, state: State, message: Message, now: datetime) -> Decision:
        name = _name(message.body)
        key = f"heard/{name}"
        count = state.get(key, Count)
        if name.startswith("bad"):
            raise ValueError("a secret subject")
        return Decision({key: Count((count.n if count else 0) + 1)}, self._effects(message.body, name, now))

    def _effects(self, body: Struct, name: str, now: datetime) -> tuple[Effect, ...]:
        if not isinstance(body, RunDue):
            return ()
        if name.startswith("wake"):
            return (Wake(now + timedelta(minutes=1), Job(name), key=name),)
        if name.startswith("in"):
            return (Do(name[2:].split("-")[0], Job(name)),)
        return (Do("lane", Job(name)),) if name.startswith("do") else ()


def _name(body: Struct) -> str:
    match body:
        case RunDue(run):
            return run
        case Did(name):
            return f"did {name}"
        case Undone(Job(name)):
            return f"undone {name}"
        case Job(name):
            return f"woken {name}"
    return "other"


@dataclass
class Hands:
    """Performs jobs as `act` says (by default: done); `batches` are those that were tried, with the replica's name."""

    clock: Clock
    name: str = ""
    act: Callable[[str, Sequence[Doing]], Any] = lambda _, batch: [Did(doing.body.name) for doing in batch]
    lane: LaneRule = field(default_factory=LaneRule)
    batches: list[tuple[str, str, list[str]]] = field(default_factory=list)
    holding: list[asyncio.Event] = field(default_factory=list)
    now: Counter[str] = field(default_factory=Counter)
    most: Counter[str] = field(default_factory=Counter)

    def rule(self, lane: str) -> LaneRule:
        return self.lane

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:
        self.batches.append((self.name, lane, [doing.body.name for doing in batch]))
        self.now[lane] += 1
        self.most[lane] = max(self.most[lane], self.now[lane])
        try:
            for event in self.holding:
                await self.clock.waits(event.wait())
            found = self.act(lane, batch)
            return found  # type: ignore[no-any-return]
        finally:
            self.now[lane] -= 1

    async def close(self) -> None:
        """Nothing is held."""

    def tried(self) -> list[str]:
        return [name for _, _, names in self.batches for name in names]


SPEAKER = Service("speaker", Speaker(), sharded=False)
LISTENER = Service("listener", Listener(), private=(Job, Did), sharded=False)


@dataclass
class Replica:
    """One process's worth of a service."""

    host: Host
    bus: MemoryBus
    crew: Crew | None
    hands: Hands | None = None

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
        assert self.hands is not None
        for _ in range(100_000):
            running = [task for task in crew._running.values() if not task.done()]
            if len(running) <= self.hands.clock.asleep:
                return
            await asyncio.sleep(0)  # lets the others go on
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
    clock: Clock = field(default_factory=Clock)
    broker: MemoryBroker = field(default_factory=lambda: MemoryBroker(Random(7)))
    alive: list[Replica] = field(default_factory=list)
    said: list[tuple[str, bytes]] = field(default_factory=list)

    async def replica(self, service: Service, name: str = "one", hands: Hands | None = None, **settings: Any) -> Replica:
        """Start a replica; those of one service share its store."""
        bus = Ear(self.broker, self.said)
        path = self.folder / f"{service.name}.sqlite3"
        store = await Store.open(path, self.clock.now, self.clock.fresh, connect=self.connect)
        host = Host(service, store, bus, self.clock, Settings(instance=name, **settings), logs.logger(service.name),
                    Metrics(service.name))  # fmt: skip
        replica = Replica(host, bus, Crew(host, hands) if hands else None, hands)
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

    def govern(self, policy: Policy = Policy(), version: int = 1, tenant: str = "firm") -> None:  # noqa: B008 - frozen
        """The registry's word, as the broker keeps it."""
        body = PolicyNow(version, active=True, policy=policy)
        payload = encode(Message(self.clock.fresh(), tenant, self.clock.now(), body))
        self.broker.take(topics.policy(tenant), payload, retain=True)

    def ask(self, name: str, count: int = 1) -> None:
        """Somebody asks the speaker to say RunDue `count` times."""
        payload = encode(Message(self.clock.fresh(), "firm", self.clock.now(), SyncNow(name, str(count))))
        self.broker.take(topics.inbox("speaker/firm/0"), payload, retain=False)

    def tell(self, *names: str, shard: int = 0) -> None:
        """Somebody without a memory tells the listener."""
        for name in names:
            payload = encode(Message(self.clock.fresh(), "firm", self.clock.now(), RunDue(name)))
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
        self.clock.turn(**length)
        await self.settle()

    def heard_of(self, kind: type[Struct]) -> list[Message]:
        """All messages of one kind that were said so far."""
        return [message for _, payload in self.said if isinstance((message := decode(payload)).body, kind)]

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
