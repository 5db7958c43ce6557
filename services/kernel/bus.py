"""How messages travel: topics and bytes, nothing of what they mean. What a bus took may still be lost on its way: the
receipt says what arrived (design §2.2). The memory bus is for tests: same rules, and losses on demand."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from datetime import timedelta
from random import Random
from typing import Protocol

from services.kernel.errors import Transient

SOON = timedelta(seconds=1)
"""When to ask a broker again that took nothing: whatever is to be published then keeps its order, because all of its
lane waits so long."""


class Bus(Protocol):
    """One connection. `connected` is set while there is one; `epoch` grows with each, once its subscriptions stand."""

    connected: asyncio.Event
    epoch: int

    async def run(self) -> None:
        """Be connected until this is cancelled."""
        """Keep connected until cancelled. Raises Fatal when the broker refuses us for good."""
        ...

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Return when the broker took it. An empty retained payload clears the topic.
        Raises Transient (not connected, no answer: again SOON) and Permanent (too large)."""
        ...

    async def subscribe(self, topics: str) -> None:
        """Hear topics (`+` and `#` allowed), now if connected, and after each reconnection, until unsubscribed."""
        ...

    async def unsubscribe(self, topics: str) -> None: ...

    def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """Topic and payload of everything heard, for ever, over reconnections. One reader only."""
        ...


def matches(topics: str, topic: str) -> bool:
    """Whether a filter covers a topic (MQTT 3.1.1 §4.7); a wildcard at the front never covers `$…`."""
    if topic.startswith("$") and topics[:1] in {"+", "#"}:
        return False
    wanted, given = topics.split("/"), topic.split("/")
    if wanted[-1] == "#":
        wanted.pop()
        given = given[: len(wanted)] if len(given) >= len(wanted) else given
    return len(wanted) == len(given) and all(w in {"+", g} for w, g in zip(wanted, given, strict=True))


class MemoryBroker:
    """A broker in this process. `lose`, `repeat` and `reorder` are chances from 0 to 1 for one delivery, drawn from
    `rng`; they may be changed at any time. Retained messages are never lost, as with a real broker's own."""

    def __init__(self, rng: Random, *, lose: float = 0.0, repeat: float = 0.0, reorder: float = 0.0) -> None:
        self.lose = lose
        self.repeat = repeat
        self.reorder = reorder
        self.up = True
        self.retained: dict[str, bytes] = {}
        self._rng = rng
        self._buses: list[MemoryBus] = []

    def join(self, bus: "MemoryBus") -> None:
        self._buses.append(bus)

    def leave(self, bus: "MemoryBus") -> None:
        self._buses.remove(bus)

    def take(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Accept a message and hand it to everyone who listens."""
        if retain and payload:
            self.retained[topic] = payload
        elif retain:
            self.retained.pop(topic, None)
        for bus in self._buses:
            if bus.hears(topic) and (retain or self._rng.random() >= self.lose):
                for _ in range(2 if self._rng.random() < self.repeat else 1):
                    bus.put(topic, payload, self._place(len(bus.waiting)))

    def stop(self, *, wipe: bool = False) -> None:
        """Break all connections; `wipe` forgets what was retained too."""
        self.up = False
        if wipe:
            self.retained.clear()
        for bus in self._buses:
            bus.lost()

    def start(self) -> None:
        """Take everybody back."""
        self.up = True
        for bus in self._buses:
            bus.found()

    def _place(self, waiting: int) -> int:
        return self._rng.randint(0, waiting) if self._rng.random() < self.reorder else waiting


class MemoryBus:
    """A connection to a MemoryBroker; connected from the start while the broker is up."""

    def __init__(self, broker: MemoryBroker) -> None:
        self.connected = asyncio.Event()
        self.epoch = 0
        self.waiting: deque[tuple[str, bytes]] = deque()
        self._broker = broker
        self._topics: set[str] = set()
        self._arrived = asyncio.Event()
        broker.join(self)
        if broker.up:
            self.found()

    async def run(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.connected.clear()
            self._broker.leave(self)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if not self.connected.is_set():
            raise Transient("not connected to the broker", SOON)
        self._broker.take(topic, payload, retain=retain)

    async def subscribe(self, topics: str) -> None:
        self._topics.add(topics)
        if self.connected.is_set():
            self._replay(topics)

    async def unsubscribe(self, topics: str) -> None:
        self._topics.discard(topics)

    async def messages(self) -> AsyncIterator[tuple[str, bytes]]:
        """What arrives, in order, for ever."""
        while True:
            while self.waiting:
                yield self.waiting.popleft()
            self._arrived.clear()
            await self._arrived.wait()

    def hears(self, topic: str) -> bool:
        return self.connected.is_set() and any(matches(topics, topic) for topics in self._topics)

    def put(self, topic: str, payload: bytes, place: int) -> None:
        self.waiting.insert(place, (topic, payload))
        self._arrived.set()

    def lost(self) -> None:
        """The connection broke: what was on its way is gone."""
        self.connected.clear()
        self.waiting.clear()

    def found(self) -> None:
        """The connection is back, subscriptions and all."""
        self.epoch += 1
        self.connected.set()
        for topics in sorted(self._topics):
            self._replay(topics)

    def _replay(self, topics: str) -> None:
        for topic, payload in sorted(self._broker.retained.items()):
            if matches(topics, topic):
                self.put(topic, payload, len(self.waiting))
