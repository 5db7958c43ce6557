"""A service's memory: rows, effects, what was seen, what is dead, in one SQLite file. A task that reads here sees only
what is committed, unless it asks inside its own transaction. No network while a transaction is open (design §2.7)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from services.kernel.disk import refuse_network
from services.kernel.driver import PRAGMAS, Connect, Driver, Row, ThreadDriver, claim
from services.kernel.effects import DeadLetter
from services.kernel.errors import Fatal
from services.kernel.micros import instant
from services.kernel.schema import MIGRATIONS
from services.kernel.transaction import Tx

__all__ = ["Store", "Tx"]


class Store:
    """One open store. `id` was drawn when the file was made: a receiver's memory is known by it (ruling 6)."""

    def __init__(self, driver: Driver, path: Path, now: Callable[[], datetime]) -> None:
        self.id = ""
        self.driver = driver
        self.path = path
        self._now = now
        self._lock = asyncio.Lock()
        self._owner: asyncio.Task[Any] | None = None
        self._version: int | None = None

    @classmethod
    async def open(
        cls, path: Path, now: Callable[[], datetime], fresh: Callable[[], str], *, connect: Connect = ThreadDriver
    ) -> "Store":
        """Open or make the store at `path`; `fresh` draws its id. Raises Fatal (network filesystem, newer version,
        damaged or unreadable file) and Transient (another process held it for five seconds)."""
        refuse_network(path.parent)
        claim(path)
        store = cls(connect(path, now), path, now)
        try:
            for pragma in PRAGMAS:
                await store.driver.fetch(pragma)
            await store._migrate(fresh)
        except BaseException:
            await store.driver.close()
            raise
        return store

    async def close(self) -> None:
        """Close the file; a transaction that is open is undone."""
        await self.driver.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """Everything done with the Tx is committed at the end, or nothing of it if an error or a cancellation
        leaves the block. One at a time; another process's is waited for, up to five seconds (Transient)."""
        async with self._lock:
            self._owner = asyncio.current_task()
            try:
                await self.driver.fetch("BEGIN IMMEDIATE")
                yield Tx(self.driver, self._now)
                await self.driver.fetch("COMMIT")
            except BaseException:
                await asyncio.shield(self.driver.rollback())
                raise
            finally:
                self._owner = None

    async def fetch(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """One statement of the kernel's own: inside the caller's transaction if it has one, else by itself."""
        if self._owner is not None and self._owner is asyncio.current_task():
            return await self.driver.fetch(sql, args)
        async with self._lock:
            return await self.driver.fetch(sql, args)

    async def outstanding(self, scope: str) -> int:
        """How much of a scope is not yet done, routine wakes aside. What waits is read through `queue.py`."""
        ((count,),) = await self.fetch("SELECT count(*) FROM effect WHERE scope = ? AND NOT quiet", (scope,))
        return int(count)

    async def dead_count(self, scope: str) -> int:
        ((count,),) = await self.fetch("SELECT count(*) FROM dead WHERE scope = ?", (scope,))
        return int(count)

    async def dead_letters(self, scope: str) -> list[DeadLetter]:
        """All dead letters of a scope, oldest first."""
        sql = "SELECT scope, id, kind, payload, error, at FROM dead WHERE scope = ? ORDER BY at, id"
        return [
            DeadLetter(scope=of, id=id_, kind=kind, payload=payload, error=error, at=instant(at))
            for of, id_, kind, payload, error, at in await self.fetch(sql, (scope,))
        ]

    async def changed(self) -> bool:
        """Whether another process has committed since this was last asked; the first answer is no."""
        ((version,),) = await self.fetch("PRAGMA data_version")
        before, self._version = self._version, version
        return before is not None and before != version

    async def _migrate(self, fresh: Callable[[], str]) -> None:
        async with self.transaction():
            ((version,),) = await self.fetch("PRAGMA user_version")
            if version > len(MIGRATIONS):
                raise Fatal(str(self.path), f"the store is of version {version}, this program knows {len(MIGRATIONS)}",
                            "Run the newer program, or move the file away")  # fmt: skip
            for statement in [s for step in MIGRATIONS[version:] for s in step]:
                await self.fetch(statement)
            await self.fetch(f"PRAGMA user_version = {len(MIGRATIONS)}")
            await self.fetch("INSERT OR IGNORE INTO memory (one, id, commits, last) VALUES (1, ?, 0, 0)", (fresh(),))
            ((self.id,),) = await self.fetch("SELECT id FROM memory")
