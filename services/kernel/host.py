"""One replica of one service at work: it hears, lets its actors decide, says what they want said and performs what they
want done. Everything it knows is in its store, so that it may die at any line of this file."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from contracts import topics
from contracts.control import Receipt
from contracts.message import Message, encode
from contracts.policy import PolicyNow
from contracts.status import Problem
from services.kernel.actor import Actor, Heard, Turn
from services.kernel.bus import Bus
from services.kernel.clock import Clock
from services.kernel.errors import Transient
from services.kernel.holding import Holding
from services.kernel.inbox import Inbox
from services.kernel.keeping import Words
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
    """The life of one replica; `run` ends when it is cancelled."""

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
        self.holding = Holding(Leases(store, self.instance, timedelta(seconds=settings.lease_seconds)), self.instance)
        self.inbox = Inbox(self._refuse)
        self.policies: dict[str, PolicyNow] = {}
        self.counts: dict[str, dict[str, int]] = {}
        self.problems: dict[tuple[str, str], Problem] = {}
        self.deciding = 0
        self.stirred = asyncio.Event()
        self.commits = asyncio.Event()
        self._pinned = frozenset(settings.tenants)
        self._relays: dict[Scope, Relay] = {}
        self._refused: list[tuple[str, bytes, str]] = []

    def count(self, tenant: str, key: str, n: int = 1) -> None:
        """Add to a total that the tenant's status shows."""
        totals = self.counts.setdefault(tenant, {})
        totals[key] = totals.get(key, 0) + n

    def hear(self, scope: Scope, body: Struct) -> None:
        """Let an actor hear something of this process's own (it is not kept: say it again after a restart)."""
        message = Message(id=self.clock.fresh(), tenant=scope.tenant, sent_at=self.clock.now(), body=body)
        self.inbox.put(scope, Heard(message))
        self.stirred.set()

    async def follow(self, tenant: str, policy: PolicyNow) -> None:
        """Serve a tenant from now on, by this policy; its actors hear of it."""
        if (self._pinned and tenant not in self._pinned) or self.policies.get(tenant) == policy:
            return
        self.policies[tenant] = policy
        async with self.store.transaction() as tx:
            await tx.put(KERNEL, {f"tenant/{tenant}": msgspec.msgpack.encode(policy)})
        await self.renew()
        for scope in [scope for scope in self.holding.scopes if scope.tenant == tenant]:
            self.hear(scope, policy)

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
            self.inbox.arrived(topic, payload)
            self.stirred.set()

    async def keep_leases(self) -> None:
        while True:
            await self.clock.sleep(RENEW)
            await self.renew()

    async def renew(self) -> None:
        """Renew leases; open actors that fell to us and close those that went to another replica."""
        gained, lost = await self.holding.renew(self._wanted())
        for scope in lost:
            await self.bus.unsubscribe(self._topic(scope))
            self._relays.pop(scope, None)
            self.inbox.forget(scope)
        for scope in sorted(gained):
            self._relays[scope] = Relay(
                self.service.name, scope, self.queue, self.store.id, self.bus, self.clock.now
            )  # fmt: skip
            await self.bus.subscribe(self._topic(scope))
            if policy := self.policies.get(scope.tenant):
                self.hear(scope, policy)

    async def work(self) -> None:
        """Decide and say, whenever something stirs, for ever."""
        while True:
            await self._stir()
            await self._take_policies()
            await self._set_aside()
            for scope in sorted(self.holding.scopes):
                await self._serve(scope)
            for relay in list(self._relays.values()):
                await relay.pump()

    async def _stir(self) -> None:
        if not any(self.inbox.heard.values()):
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stirred.wait(), TICK.total_seconds())
        self.stirred.clear()

    async def _serve(self, scope: Scope) -> None:
        if numbers := self.inbox.take_receipts(scope):
            async with self.store.transaction() as tx:
                await tx.settle(numbers)
            self._relays[scope].receipted(numbers)
        heard = [*self.inbox.take(scope), *await self._woken(scope)]
        if heard:
            await self.turn(scope, heard)

    async def _woken(self, scope: Scope) -> list[Heard]:
        kept = await self.queue.wakes(str(scope), self.clock.now())
        return [self.answer(k.number, self.words.doing(k, scope), None) for k in kept]

    def answer(self, number: int, doing: Any, body: Struct | None) -> Heard:
        """What an own effect brought back, as a message to its actor; a wake brings its own body."""
        message = Message(
            id=f"{doing.id}/answer", tenant=doing.scope.tenant, sent_at=self.clock.now(),
            body=doing.body if body is None else body, key=doing.key, cause=doing.id, run=doing.run,
        )  # fmt: skip
        return Heard(message, settles=number)

    async def turn(self, scope: Scope, heard: Sequence[Heard], done: Sequence[int] = ()) -> None:
        """One turn of an actor, then what its commit allows to be told."""
        actor = Actor(scope, self.service.mind, self.words, self.store, self.clock.now)
        self.deciding += len(heard)
        try:
            turn = await actor.turn(heard, done)
        finally:
            self.deciding -= len(heard)
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
            try:
                await self.bus.publish(topics.inbox(sender), encode(message))
            except Transient:
                return

    async def _take_policies(self) -> None:
        taken, self.inbox.policies = self.inbox.policies, {}
        for tenant, message in taken.items():
            known = self.policies.get(tenant)
            if known is None or message.body.version >= known.version:
                await self.follow(tenant, message.body)

    def _refuse(self, topic: str, payload: bytes, reason: str) -> None:
        self.log.error("set aside: a malformed message", topic=topic, reason=reason, mend="see the dead letters")
        self._refused.append((topic, payload, reason))
        self.stirred.set()

    async def _set_aside(self) -> None:
        refused, self._refused = self._refused, []
        for topic, payload, reason in refused:
            tenant = topics.tenant_of(topic)
            async with self.store.transaction() as tx:
                await tx.dead(str(Scope(tenant)), self.clock.fresh(), topic, payload, reason, self.clock.now())
            self.count(tenant, "dead")

    def _wanted(self) -> list[Scope]:
        return [
            Scope(tenant, shard)
            for tenant, now in self.policies.items()
            for shard in range(now.policy.shards if self.service.sharded else 1)
        ]

    def _topic(self, scope: Scope) -> str:
        return topics.inbox(topics.address(self.service.name, scope.tenant, scope.shard))
