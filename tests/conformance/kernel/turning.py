"""Time that a test turns by hand. Nothing waits for real time: who sleeps is woken when the clock is turned."""

import asyncio
from collections.abc import Awaitable
from datetime import datetime, timedelta

from tests.conformance.kernel.stores import T0


class Time:
    """What time it is in a town, and who waits for another."""

    def __init__(self) -> None:
        self.at = T0
        self.drawn = 0
        self.sleepers: list[tuple[datetime, asyncio.Event]] = []

    def turn(self, **length: float) -> None:
        self.at += timedelta(**length)
        due = [woken for at, woken in self.sleepers if at <= self.at]
        self.sleepers = [(at, woken) for at, woken in self.sleepers if at > self.at]
        for woken in due:
            woken.set()


class Clock:
    """One replica's clock, which only a test turns; `asleep` counts its tasks that wait for time or for the test."""

    def __init__(self, time: Time) -> None:
        self.asleep = 0
        self._time = time

    def now(self) -> datetime:
        return self._time.at

    async def sleep(self, length: timedelta) -> None:
        woken = asyncio.Event()
        self._time.sleepers.append((self._time.at + length, woken))
        await self.waits(woken.wait())

    async def waits(self, thing: Awaitable[object]) -> None:
        self.asleep += 1
        try:
            await thing
        finally:
            self.asleep -= 1

    def jitter(self) -> float:
        return 0.0

    def fresh(self) -> str:
        self._time.drawn += 1
        return f"{self._time.drawn:012x}"
