"""The only file that reads the time or draws randomness. Everybody else gets both as arguments."""

import asyncio
import random
import secrets
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The present time, aware, UTC."""
        ...

    async def sleep(self, length: timedelta) -> None: ...

    def jitter(self) -> float:
        """A number from 0 to below 1, to spread retries."""
        ...

    def fresh(self) -> str:
        """A name that nobody else has: 12 hex digits."""
        ...


class WallClock:
    """The machine's own time and randomness."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, length: timedelta) -> None:
        await asyncio.sleep(length.total_seconds())

    def jitter(self) -> float:
        return random.random()  # noqa: S311 - spreads retries, guards nothing

    def fresh(self) -> str:
        return secrets.token_hex(6)
