"""Waits until a child that others need is there."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from services.cli.ports import LOOPBACK
from services.kernel.clock import Clock
from services.kernel.errors import Fatal

PATIENCE = timedelta(seconds=30)
STEP = timedelta(seconds=0.05)


async def reach(name: str, port: int, clock: Clock) -> None:
    """Return when something listens on the port. Raises Fatal after PATIENCE."""
    end = clock.now() + PATIENCE
    while clock.now() < end:
        with suppress(OSError):
            _, writer = await asyncio.open_connection(LOOPBACK, port)
            writer.close()
            await writer.wait_closed()
            return
        await clock.sleep(STEP)
    raise Fatal(name, f"nothing answers on port {port}", "What it wrote is above and in the log folder")
