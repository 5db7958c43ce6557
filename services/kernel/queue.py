"""What a store shows to those who wait for it: what is to be said, done or heard again. Only looks; every change goes
through a transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.kernel.effects import Kept
from services.kernel.micros import instant, micros
from services.kernel.store import Store

_COLUMNS = "scope, lane, kind, id, key, cause, run, body_kind, body, due, quiet, number, tries"
_KEPT = f"SELECT {_COLUMNS} FROM effect"  # noqa: S608 - a constant


class Queue:
    """The waiting effects of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def receivers(self, scope: str) -> list[str]:
        """Addresses to which a scope has something to say."""
        sql = "SELECT DISTINCT lane FROM effect WHERE kind = 'say' AND scope = ? ORDER BY lane"
        return [lane for (lane,) in await self._store.fetch(sql, (scope,))]

    async def unsaid(self, scope: str, receiver: str, after: int, limit: int) -> list[Kept]:
        """What a scope has to say to a receiver, above the number `after`, in order."""
        sql = _KEPT + " WHERE kind = 'say' AND lane = ? AND number > ? AND scope = ? ORDER BY number LIMIT ?"
        return await self._read(sql, (receiver, after, scope, limit))

    async def kept(self, numbers: Iterable[int]) -> list[Kept]:
        """Those of the numbers that are still kept, in order."""
        sql = _KEPT + " WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number"  # noqa: S608 - a constant
        return await self._read(sql, (msgspec.json.encode(list(numbers)).decode(),))

    async def receipted(self, scope: str) -> dict[str, int]:
        """The last number of a scope that each receiver has committed, of those that have."""
        sql = "SELECT lane, number FROM receipted WHERE scope = ? ORDER BY lane"
        return {str(lane): int(number) for lane, number in await self._store.fetch(sql, (scope,))}

    async def lanes(self, now: datetime) -> list[str]:
        """Lanes in which something is due, over all scopes of this store."""
        sql = "SELECT DISTINCT lane FROM effect WHERE kind = 'do' AND due <= ? ORDER BY lane"
        return [lane for (lane,) in await self._store.fetch(sql, (micros(now),))]

    async def batch(self, lane: str, now: datetime, limit: int) -> list[Kept]:
        """The next effects of a lane, in order."""
        sql = _KEPT + " WHERE kind = 'do' AND lane = ? AND due <= ? ORDER BY number LIMIT ?"
        return await self._read(sql, (lane, micros(now), limit))

    async def fill(self, lane: str, now: datetime) -> tuple[int, datetime, datetime]:
        """How many effects of a lane are due, and when its oldest and its newest was kept."""
        sql = "SELECT count(*), min(number), max(number) FROM effect WHERE kind = 'do' AND lane = ? AND due <= ?"
        ((count, oldest, newest),) = await self._store.fetch(sql, (lane, micros(now)))
        return count, instant(oldest or 0), instant(newest or 0)

    async def wakes(self, scope: str, now: datetime, limit: int = 100) -> list[Kept]:
        """Wakes of a scope that are due."""
        sql = _KEPT + " WHERE kind = 'wake' AND lane = 'wake' AND scope = ? AND due <= ? ORDER BY number LIMIT ?"
        return await self._read(sql, (scope, micros(now), limit))

    async def next_due(self) -> datetime | None:
        """When the next do or wake of this store is due."""
        ((due,),) = await self._store.fetch("SELECT min(due) FROM effect WHERE kind <> 'say'")
        return None if due is None else instant(due)

    async def rows_under(self, scope: str, prefix: str) -> list[bytes]:
        """The rows of a scope whose keys begin with `prefix`, which ends with "/"."""
        sql = "SELECT value FROM row WHERE scope = ? AND key >= ? AND key < ? ORDER BY key"
        return [raw for (raw,) in await self._store.fetch(sql, (scope, prefix, prefix[:-1] + "0"))]

    async def _read(self, sql: str, args: Sequence[Any]) -> list[Kept]:
        return [_kept(row) for row in await self._store.fetch(sql, args)]


def _kept(row: Sequence[Any]) -> Kept:
    scope, lane, kind, id_, key, cause, run, body_kind, body, due, quiet, number, tries = row
    return Kept(
        scope=scope, lane=lane, kind=kind, id=id_, key=key, cause=cause, run=run, body_kind=body_kind, body=body,
        due=instant(due), quiet=bool(quiet), number=number, tries=tries,
    )  # fmt: skip
