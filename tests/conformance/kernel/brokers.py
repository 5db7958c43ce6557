"""Brokers to run the same tests against: in memory, Mosquitto, and the embedded one in a process of its own."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, Protocol

import pytest

from services.kernel.broker import mosquitto_conf
from services.kernel.bus import Bus, MemoryBroker, MemoryBus
from services.kernel.mqtt import MqttBus

PATIENCE = 30
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Broker(Protocol):
    """One broker that a test may stop and start again; a stop is a kill, without any goodbye."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def bus(self, name: str, **will: Any) -> Bus: ...


class InMemory:
    def __init__(self, _: Path) -> None:
        self.broker = MemoryBroker(Random(1))

    async def start(self) -> None:
        self.broker.start()

    async def stop(self) -> None:
        self.broker.stop()

    def bus(self, name: str, **_: Any) -> Bus:
        return MemoryBus(self.broker)


class Process:
    """A broker process on a port of its own; `more` are lines for Mosquitto's configuration."""

    def __init__(self, folder: Path, *more: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._conf = folder / "mosquitto.conf"
        self._conf.write_text(mosquitto_conf(self.port, folder) + "\n".join(more))
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        return [MOSQUITTO or "mosquitto", "-c", str(self._conf)]

    async def start(self) -> None:
        self._process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: ASYNC220 - a fork is quick
        async with asyncio.timeout(PATIENCE):
            while not await _answers(self.port):
                assert self._process.poll() is None, "the broker ended"
                await asyncio.sleep(0.02)  # until a foreign process listens

    async def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def bus(self, name: str, **will: Any) -> Bus:
        return MqttBus(self.url, name, **will)


class Embedded(Process):
    def command(self) -> list[str]:
        return [sys.executable, "-m", "services.kernel.broker", "--port", str(self.port)]


def mosquitto(folder: Path, *more: str) -> Process:
    if MOSQUITTO is None and os.environ.get("CALSYNC_REQUIRE_MOSQUITTO") == "1":
        pytest.fail("Mosquitto is required, and is not installed")
    if MOSQUITTO is None:
        pytest.skip("Mosquitto is not installed")
    return Process(folder, *more)


def free_port() -> int:
    """A port that is free, and below those that the system gives to whoever connects: one of these might have it by the
    time that a broker listens."""
    for port in Random().sample(range(20_000, 32_000), 100):
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


async def _answers(port: int) -> bool:
    with suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


async def next_of(bus: Bus) -> tuple[str, bytes]:
    """The next thing heard."""
    async with asyncio.timeout(PATIENCE):
        return await anext(bus.messages())


async def connected(bus: Bus, epoch: int = 1) -> None:
    """Return once the bus is connected for the `epoch`th time at least."""
    async with asyncio.timeout(PATIENCE):
        await bus.connected.wait()
        while bus.epoch < epoch:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)  # a loss is noticed by the connection's own loop
