"""One replica of one service at work: it hears, lets its actors decide, says what they want said and performs what they
want done. Everything it knows is in its store, so that it may die at any line of this file."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta

import msgspec
from msgspec import Struct

from contracts import topics
from contracts.control import Receipt
from contracts.message import Message, encode
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.kernel.actor import Actor, Heard, Turn
from services.kernel.aside import Aside
from services.kernel.bus import Bus
from services.kernel.clock import Clock
from services.kernel.effects import Kept
from services.kernel.errors import Transient
from services.kernel.holding import Holding
from services.kernel.inbox import Inbox
from services.kernel.keeping import Doing, Words
from services.kernel.lease import Leases
from services.kernel.logs import Logger
from services.kernel.metrics import Metrics
from services.kernel.queue import Queue
from services.kernel.relay import Relay
from services.kernel.scope import Scope
from services.kernel.service import Service
from services.kernel.settings import Settings
from services.kernel.store import Store

TICK = timedelta(seconds=0.5)
"""How soon another replica's commit in the shared store is noticed."""
RENEW = timedelta(seconds=1)
KERNEL = "kernel"
"""The scope of the rows that are the replica's own: `tenant/<slug>` with the last policy heard."""


class Host:
    """The life of one replica; its parts end when they are cancelled. `moves` grows with whatever a status may show."""

    def __init__(
        self, service: Service, store: Store, bus: Bus, clock: Clock, settings: Settings, log: Logger, metrics: Metrics
    ) -> None:  # fmt: skip
        self.service = service
        self.store = store
        self.bus = bus
        self.clock = clock
        self.settings = settings
        self.instance = settings.instance
        self.log = log
        self.metrics = metrics
        self.queue = Queue(store)
        self.words = Words(service.private)
        leases = Leases(store, self.instance, timedelta(seconds=settings.lease_seconds))
        self.holding = Holding(leases, self.instance, settings.tenants)
        self.aside = Aside(store, clock, log, self._put_aside)
        self.inbox = Inbox(self.aside.refuse, lambda scope: scope in self._relays)
        self.policies: dict[str, PolicyNow] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.problems: dict[tuple[str, str], Problem] = {}
        self.deciding = 0
        self.moves = 0
        self.stirred = asyncio.Event()
        self.commits = asyncio.Event()
        self._pinned = frozenset(settings.tenants)
        self._relays: dict[Scope, Relay] = {}
        self._renewing = asyncio.Lock()

    def count(self, tenant: str, key: str, n: int = 1) -> None:
        """Add to a total that the tenant's status shows; `requests.<side>.<kind>` is measured, too."""
        totals = self.counts.setdefault(tenant, {})
        totals[key] = totals.get(key, 0) + n
        if key.startswith("requests."):
            _, side, kind = key.split(".")
            self.metrics.requested(side)(kind)

    def hear(self, scope: Scope, body: Struct) -> None:
        """Let an actor hear something of this process's own (it is not kept: say it again after a restart). A policy
        comes before all that waits: a run that arrived with it must not be decided by the one before."""
        message = Message(id=self.clock.fresh(), tenant=scope.tenant, sent_at=self.clock.now(), body=body)
        put = self.inbox.put_first if isinstance(body, PolicyNow) else self.inbox.put
        put(scope, Heard(message))
        self.stirred.set()

    async def follow(self, tenant: str, policy: PolicyNow) -> None:
        """Serve a tenant from now on, by this policy; its actors hear of it."""
        if (self._pinned and tenant not in self._pinned) or self.policies.get(tenant) == policy:
            return
        async with self.store.transaction() as tx:
            await tx.put(KERNEL, {f"tenant/{tenant}": msgspec.msgpack.encode(policy)})
        self.policies[tenant] = policy
        for scope in [scope for scope in self._relays if scope.tenant == tenant]:
            self.hear(scope, policy)
        await self.renew()

    async def remember(self) -> None:
        """Serve the tenants that were known before: an empty broker or an absent registry stops nobody."""
        async with self.store.transaction() as tx:
            kept = await tx.rows(KERNEL, ["tenant/"])
        for key, raw in kept.items():
            if raw is not None:
                await self.follow(key.removeprefix("tenant/"), msgspec.msgpack.decode(raw, type=PolicyNow))

    async def listen(self) -> None:
        """Take in what the bus brings, for ever."""
        if self.service.follows_policy:
            await self.bus.subscribe(topics.POLICIES)
        async for topic, payload in self.bus.messages():
            self.arrived(topic, payload)

    def arrived(self, topic: str, payload: bytes) -> None:
        """Take one message in."""
        self.inbox.arrived(topic, payload)
        self.moves += 1
        self.stirred.set()

    def sure(self, tenant: str) -> bool:
        """Whether a tenant's actors here may rely on their memory."""
        return all(relay.sure() for scope, relay in self._relays.items() if scope.tenant == tenant)

    async def keep_leases(self) -> None:
        while True:
            await self.clock.sleep(RENEW)
            await self.patiently(self.renew)

    async def renew(self) -> None:
        """Renew leases; open actors that fell to us and close those that went to another replica."""
        async with self._renewing:
            gained, lost = await self.holding.renew(self._wanted())
            for scope in lost & self._relays.keys():
                del self._relays[scope]
                self.inbox.forget(scope)
                await self.bus.unsubscribe(self._topic(scope))
            for scope in sorted(gained | (self.holding.scopes - self._relays.keys())):
                await self._open(scope)
        self.moves += 1

    async def _open(self, scope: Scope) -> None:
        self._relays[scope] = Relay(
            self.service.name, scope, self.queue, self.store.id, self.bus, self.clock.now, self.aside.kept
        )  # fmt: skip
        self.hear(scope, self.policies[scope.tenant])
        await self.bus.subscribe(self._topic(scope))

    async def work(self) -> None:
        """Decide and say, whenever something stirs, for ever."""
        while True:
            await self._stir()
            await self.patiently(self.once)

    async def patiently(self, step: Callable[[], Awaitable[object]]) -> None:
        """Do one step; a store that another process holds for long is waited for, and not died of."""
        try:
            await step()
        except Transient as error:
            self.log.warning("it is tried again", what=str(error))
            await self.clock.sleep(RENEW)

    async def once(self) -> None:
        """One round: all that was heard or is due by now, then all that is to be said."""
        await self._take_policies()
        await self.aside.write()
        for scope in sorted(self._relays):
            await self._serve(scope)
        for relay in list(self._relays.values()):
            await relay.pump()

    async def _stir(self) -> None:
        if not self.inbox.waits():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stirred.wait(), TICK.total_seconds())
        self.stirred.clear()

    async def _serve(self, scope: Scope) -> None:
        if numbers := self.inbox.take_receipts(scope):
            async with self.store.transaction() as tx:
                await tx.receipted(str(scope), numbers)
            self.moves += 1
            if relay := self._relays.get(scope):
                relay.receipted(numbers)
        due = await self.readable(await self.queue.wakes(str(scope), self.clock.now()))
        taken = self.inbox.take(scope)
        if heard := [*taken, *(self.answer(doing) for doing in due)]:
            try:
                await self.turn(scope, heard)
            except Transient:
                self.inbox.put_back(scope, taken)
                raise
            if relay := self._relays.get(scope):
                await relay.attend(one.message for one in taken)

    async def readable(self, kept: Sequence[Kept]) -> list[Doing]:
        """Effects with their bodies; one that this version of the program cannot read is set aside (O5)."""
        found = list[Doing]()
        for one in kept:
            try:
                found.append(self.words.doing(one))
            except ValueError as error:
                await self.aside.kept(one, str(error))
        return found

    def answer(self, doing: Doing, body: Struct | None = None) -> Heard:
        """What an own effect brought back, as a message to its actor; a wake brings its own body."""
        message = Message(
            id=f"{doing.id}/answer", tenant=doing.scope.tenant, sent_at=self.clock.now(),
            body=doing.body if body is None else body, key=doing.key, cause=doing.id, run=doing.run,
        )  # fmt: skip
        return Heard(message, settles=doing.number)

    async def turn(
        self, scope: Scope, heard: Sequence[Heard], done: Sequence[int] = (),
        allowed: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:  # fmt: skip
        """One turn of an actor, as `Actor.turn`, then what its commit allows to be told."""
        actor = Actor(scope, self.service.mind, self.words, self.store, self.clock.now)
        self.deciding += len(heard)
        began = self.clock.now()
        try:
            turn = await actor.turn(heard, done, allowed)
        finally:
            self.deciding -= len(heard)
            self.moves += 1
        self.metrics.turned(scope.tenant, len(heard), (self.clock.now() - began).total_seconds(), turn.counts)
        for key, n in turn.counts.items():
            self.count(scope.tenant, key, n)
        for kind, error in turn.dead:
            self.log.error("set aside: it could not be decided", tenant=scope.tenant, kind=kind, error=error)
        await self._receipt(scope, turn)
        if turn.effects:
            self.stirred.set()
            self.commits.set()

    async def _receipt(self, scope: Scope, turn: Turn) -> None:
        """Tell the senders; a receipt that is lost costs a repeat."""
        for sender, numbers in turn.receipts.items():
            receipt = Receipt(numbers=tuple(numbers), store=self.store.id, commit=turn.commit)
            message = Message(
                id=self.clock.fresh(), tenant=scope.tenant, sent_at=self.clock.now(), body=receipt,
                sender=topics.address(self.service.name, scope.tenant, scope.shard),
            )  # fmt: skip
            with suppress(Transient):
                await self.bus.publish(topics.inbox(sender), encode(message))

    async def _take_policies(self) -> None:
        for tenant, policy in list(self.inbox.policies.items()):
            known = self.policies.get(tenant)
            if known is None or policy.version >= known.version:
                await self.follow(tenant, policy)
            if self.inbox.policies[tenant] is policy:
                del self.inbox.policies[tenant]

    def _put_aside(self, tenant: str) -> None:
        self.moves += 1
        self.count(tenant, "dead")

    def _wanted(self) -> list[Scope]:
        return [
            Scope(tenant, shard)
            for tenant, now in self.policies.items()
            for shard in range(now.policy.shards if self.service.sharded else 1)
        ]

    def _topic(self, scope: Scope) -> str:
        return topics.inbox(topics.address(self.service.name, scope.tenant, scope.shard))
