"""Disks fail: a store is lost, or put back as it was when somebody copied it (rulings 5 and 6). Its processes are
killed first, as a machine's are whose disk is exchanged. What the reconciler has not finished at that moment is in
doubt: what was touched since the last rest may stay as it is on both sides. So may it where both the registry and the
watcher have lost since when Microsoft is written (D7)."""

import sqlite3
from pathlib import Path
from random import Random

from services.kernel.backup import put_back
from tests.conformance.kernel.turning import Clock
from tests.simulation.deeds.deed import deed
from tests.simulation.stage import SERVICES
from tests.simulation.tale import Tale


@deed
async def store_is_lost(tale: Tale, chance: Random) -> str:
    name = chance.choice(list(SERVICES))
    await _stop(tale, name)
    for path in _files(tale, name):
        path.unlink(missing_ok=True)
    await tale.stage.start(name)
    return f"the store of {name} is lost"


@deed
async def store_is_copied(tale: Tale, chance: Random) -> str:
    """Somebody keeps a copy of each store, in the middle of whatever goes on."""
    for name in SERVICES:
        store, *_ = _files(tale, name)
        if store.exists():
            with sqlite3.connect(store) as one, sqlite3.connect(_copy(tale, name)) as other:
                one.backup(other)
            one.close()
            other.close()
    return "all stores are copied"


@deed
async def store_is_restored(tale: Tale, chance: Random) -> str:
    """One is put back, older than what all others remember; without a copy nothing happens."""
    name = chance.choice(list(SERVICES))
    if not _copy(tale, name).exists():
        return f"there is no copy of the store of {name}"
    await _stop(tale, name)
    store, *others = _files(tale, name)
    for path in others:
        path.unlink(missing_ok=True)
    store.write_bytes(_copy(tale, name).read_bytes())
    await tale.stage.start(name)
    return f"the store of {name} is as it was when it was copied"


@deed
async def all_are_recovered(tale: Tale, chance: Random) -> str:
    """As `calsync recover` does it: the stores claim to have heard nothing."""
    if not all(_copy(tale, name).exists() for name in SERVICES):
        return "there is no copy of all stores"
    for name in SERVICES:
        await _stop(tale, name)
    for name in SERVICES:
        store, *others = _files(tale, name)
        for path in others:
            path.unlink(missing_ok=True)
        await put_back(_copy(tale, name), store, Clock(tale.stage.town.time))
    for name in SERVICES:
        await tale.stage.start(name)
    return "all stores are recovered from their copies"


async def _stop(tale: Tale, name: str) -> None:
    for process in list(tale.stage.processes[name]):
        await tale.stage.end(name, process)
    tale.failed.add(name)
    if name == "reconciler":
        tale.stale |= tale.dropped
    if name == "reconciler" or {"registry", "salesforce-watcher"} <= tale.failed:
        tale.turned()


def _files(tale: Tale, name: str) -> list[Path]:
    """A store's file, then what lies beside it."""
    return [tale.stage.folder / f"{name}.sqlite3{tail}" for tail in ("", "-wal", "-shm")]


def _copy(tale: Tale, name: str) -> Path:
    return tale.stage.folder / f"{name}.copy"
