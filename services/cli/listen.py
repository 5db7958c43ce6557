"""Listens to what every replica and tenant says on the broker. It says nothing itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from contracts import topics
from contracts.message import Malformed, Message, decode
from services.cli.place import Place
from services.cli.seen import Seen, fold
from services.kernel.clock import Clock
from services.kernel.errors import Fatal
from services.kernel.mqtt import MqttBus
from services.kernel.settings import read_settings

REACH = timedelta(seconds=5)
"""How long a broker that runs may take to be reached."""
QUIET = timedelta(seconds=0.3)
"""Retained messages come at once after a subscription; so long a silence means that they all have come."""


@dataclass(frozen=True, slots=True)
class Broker:
    """How to reach a broker: its URL, and the authorities (PEM) that signed its certificate if not the system's."""

    url: str
    ca_file: Path | None = None


def broker(place: Place, clock: Clock) -> Broker:
    """The broker that the environment names (CALSYNC_BROKER…), else the one that `up` started here. Raises Fatal."""
    settings = read_settings(clock.fresh)
    if "broker" in settings.model_fields_set:
        return Broker(settings.broker_url(), settings.broker_ca_file)
    return Broker(place.broker())


class Listener:
    """Everything heard so far, as `seen`; `malformed` counts what was no message of ours."""

    def __init__(self, bus: MqttBus) -> None:
        self.bus = bus
        self.seen = Seen()
        self.malformed = 0
        self.heard = asyncio.Event()

    async def messages(self) -> AsyncIterator[Message]:
        """Each message, once it is in `seen`, for ever."""
        async for _, payload in self.bus.messages():
            if not payload:
                continue
            try:
                message = decode(payload)
            except Malformed:
                self.malformed += 1
                continue
            self.seen = fold(self.seen, message)
            self.heard.set()
            yield message

    async def listen(self) -> None:
        """Keep `seen` up to date, for ever."""
        async for _ in self.messages():
            pass

    async def settle(self, clock: Clock) -> None:
        """Return when nothing new has come for QUIET."""
        while True:
            self.heard.clear()
            await clock.sleep(QUIET)
            if not self.heard.is_set():
                return


@asynccontextmanager
async def connected(at: Broker, clock: Clock, *more: str, patience: timedelta = REACH) -> AsyncIterator[Listener]:
    """A listener that hears policies and statuses, and the topics of `more`. Raises Fatal when no broker answers."""
    bus = MqttBus(at.url, f"cli-{clock.fresh()}", ca_file=at.ca_file)
    for pattern in (topics.POLICIES, topics.STATUSES, *more):
        await bus.subscribe(pattern)
    running = asyncio.create_task(bus.run())
    try:
        await _reach(bus, running, patience)
        yield Listener(bus)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _reach(bus: MqttBus, running: asyncio.Task[None], patience: timedelta) -> None:
    reached = asyncio.create_task(bus.connected.wait())
    await asyncio.wait([reached, running], timeout=patience.total_seconds(), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        await running
    if not reached.done():
        reached.cancel()
        raise Fatal(bus.where, "no broker answers there", "Start calsync with `calsync up`, or correct CALSYNC_BROKER")
