"""A watcher by itself in a process of its own: it reads an org, says what it finds to a broker in memory where nobody
listens, and prints what that took. Argument: a folder with the tenant's file."""

import asyncio
import json
import sys
from pathlib import Path

from contracts.control import RunDue
from contracts.message import Message, encode
from contracts.observed import Mailboxes
from contracts.policy import Direction, Policy
from contracts.topics import inbox
from services.kernel.driver import DirectDriver
from services.kernel.health import peak_rss_mib
from services.salesforce_watcher.__main__ import SERVICE
from tests.conformance.kernel.town import FIRM, Replica, Town

POLICY = Policy(enabled=True, direction=Direction.TWO_WAY)
SAID = "SELECT body_kind, COUNT(*) FROM effect WHERE kind = 'say' GROUP BY body_kind"


async def step(watcher: Replica) -> None:
    """Hear, decide, say, and wait for what is being done outside."""
    assert watcher.crew
    while watcher.bus.waiting:
        watcher.host.arrived(*watcher.bus.waiting.popleft())
    await watcher.host.once()
    await watcher.crew.once()
    if running := [task for task in watcher.crew._running.values() if not task.done()]:
        await asyncio.wait(running)


async def said(watcher: Replica) -> dict[str, int]:
    """How many messages of each kind wait for their receivers."""
    return {str(kind): int(count) for kind, count in await watcher.host.store.fetch(SAID)}


async def main(folder: Path) -> None:
    town = Town(folder, DirectDriver)
    town.govern(POLICY)
    watcher = await town.replica(SERVICE, config=folder)
    await town.settle()
    for body in (Mailboxes(1, ()), RunDue("run-1")):
        payload = encode(Message(f"message-{type(body).__name__}", FIRM.tenant, town.time.at, body))
        town.broker.take(inbox("salesforce-watcher/firm/0"), payload, retain=False)
    while "calsync.read-done.v1" not in (found := await said(watcher)):
        await step(watcher)
        town.said.clear()
    sys.stdout.write(json.dumps({"peak": peak_rss_mib(), **found}))
    assert watcher.crew
    await watcher.crew.close()
    await watcher.host.store.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
