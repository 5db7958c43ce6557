"""Machines fail: the broker loses, repeats and reorders, falls and forgets; processes die between any two steps, come
back, and run twice; time passes."""

from random import Random

from tests.simulation.deeds.deed import deed
from tests.simulation.stage import SERVICES
from tests.simulation.tale import Tale


@deed
async def broker_is_bad(tale: Tale, chance: Random) -> str:
    broker = tale.stage.broker
    broker.lose, broker.repeat, broker.reorder = (chance.choice((0.0, 0.1, 0.4)) for _ in range(3))
    return f"the broker loses {broker.lose}, repeats {broker.repeat}, reorders {broker.reorder}"


@deed
async def broker_falls(tale: Tale, chance: Random) -> str:
    wipe = chance.random() < 0.5
    tale.stage.broker.stop(wipe=wipe)
    await tale.stage.breathe(1)
    await tale.stage.broker_back()
    return f"the broker falls and comes back{', empty' if wipe else ''}"


@deed
async def process_dies(tale: Tale, chance: Random) -> str:
    """Somebody dies a few statements or requests from now."""
    name = chance.choice(list(SERVICES))
    processes = tale.stage.processes[name]
    if processes:
        chance.choice(processes).risk.left = chance.randint(0, 60)
    return f"a {name} will die soon"


@deed
async def process_starts(tale: Tale, chance: Random) -> str:
    """A service that is not there, or a second replica of one."""
    missing = [name for name in SERVICES if not tale.stage.processes[name]]
    name = chance.choice(missing or ["graph-poller", "writer", "reconciler", "salesforce-watcher"])
    if len(tale.stage.processes[name]) < 2:
        await tale.stage.start(name)
    return f"a {name} starts"


@deed
async def process_freezes(tale: Tale, chance: Random) -> str:
    """A process stands still for some turns: another replica takes its leases, and it goes on where it stood."""
    name = chance.choice(list(SERVICES))
    processes = tale.stage.processes[name]
    if processes:
        chance.choice(processes).frozen = chance.randint(1, 4)
    return f"a {name} stands still for a while"


@deed
async def time_passes(tale: Tale, chance: Random) -> str:
    minutes = chance.choice((1, 5, 15, 60))
    await tale.stage.breathe(minutes * 60)
    return f"{minutes} minutes pass"
