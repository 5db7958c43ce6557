"""What one turn changes in its store, all or nothing. It must never wait for anything but the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.kernel.driver import Driver
from services.kernel.effects import NewEffect
from services.kernel.micros import micros

_ALL = "SELECT value FROM json_each(?)"
"""One list as one argument: any length, one statement to prepare."""
_ADD = (
    "INSERT OR IGNORE INTO effect (number, scope, lane, kind, id, key, cause, run, body_kind, body, due, quiet)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_RECEIPTED = (
    "INSERT INTO receipted (scope, lane, number) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET number = excluded.number"
    " WHERE number < excluded.number"
)
TO_SOMETHING = "kind = 'do' AND key <> '' AND key NOT GLOB 'replace:*'"
"""What is to be done to something, which its key names."""
_MARK = (
    "INSERT INTO watermark (scope, sender, floor) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET floor = excluded.floor"
    " WHERE floor < excluded.floor RETURNING floor"
)


class Tx:
    """An open transaction, given by `Store.transaction()`."""

    def __init__(self, driver: Driver, now: Callable[[], datetime]) -> None:
        self._driver = driver
        self._now = now
        self._commits: int | None = None

    async def rows(self, scope: str, keys: Iterable[str]) -> dict[str, bytes | None]:
        """Rows by key, None where there is none. A key ending in "/" brings all rows under it, and itself as None."""
        found: dict[str, bytes | None] = dict.fromkeys(keys)
        exact = [key for key in found if not key.endswith("/")]
        if exact:
            sql = f"SELECT key, value FROM row WHERE scope = ? AND key IN ({_ALL})"  # noqa: S608 - a constant
            found.update(await self._driver.fetch(sql, (scope, _list(exact))))
        for prefix in [key for key in found if key.endswith("/")]:
            sql = "SELECT key, value FROM row WHERE scope = ? AND key >= ? AND key < ?"
            found.update(await self._driver.fetch(sql, (scope, prefix, prefix[:-1] + "0")))  # "0" comes after "/"
        return found

    async def put(self, scope: str, rows: Mapping[str, bytes | None]) -> None:
        """Write rows; None forgets one."""
        kept = [(scope, key, value) for key, value in rows.items() if value is not None]
        gone = [(scope, key) for key, value in rows.items() if value is None]
        if rows:
            await self._touch()
        if kept:
            await self._driver.many("INSERT OR REPLACE INTO row (scope, key, value) VALUES (?, ?, ?)", kept)
        if gone:
            await self._driver.many("DELETE FROM row WHERE scope = ? AND key = ?", gone)

    async def seen(self, scope: str, sender: str, numbers: Iterable[int]) -> set[int]:
        """Which of the numbers of `sender` (its store and address) were seen; all below its watermark were."""
        asked = set(numbers)
        sql = (
            f"SELECT 'number', number FROM seen WHERE scope = ? AND sender = ? AND number IN ({_ALL})"  # noqa: S608 - a constant
            " UNION ALL SELECT 'floor', floor FROM watermark WHERE scope = ? AND sender = ?"
        )
        found = await self._driver.fetch(sql, (scope, sender, _list(asked), scope, sender))
        known = {number for what, number in found if what == "number"}
        floor = max((number for what, number in found if what == "floor"), default=0)
        return {number for number in asked if number in known or number < floor}

    async def see(self, scope: str, sender: str, numbers: Iterable[int], floor: int) -> None:
        """Remember numbers as seen, and forget those below `floor`: they count as seen for good (ruling 21)."""
        await self._touch()
        raised = await self._driver.fetch(_MARK, (scope, sender, floor))
        if raised:
            await self._driver.fetch("DELETE FROM seen WHERE scope = ? AND sender = ? AND number < ?",
                                     (scope, sender, floor))  # fmt: skip
        fresh = [(scope, sender, n) for n in numbers if n >= floor]
        if fresh:
            await self._driver.many("INSERT OR IGNORE INTO seen (scope, sender, number) VALUES (?, ?, ?)", fresh)

    async def add(self, effects: Sequence[NewEffect]) -> list[int]:
        """Keep effects; the number of each. One whose id is kept already keeps its old number and stays as it is.

        Numbers only grow, over restarts and restores alike: none is below the time in microseconds (ruling 6)."""
        if not effects:
            return []
        first = await self._numbers(len(effects))
        replaced = [(e.scope, e.key, e.id) for e in effects if e.key.startswith("replace:")]
        if replaced:
            await self._driver.many(
                "DELETE FROM effect WHERE scope = ? AND key = ? AND key GLOB 'replace:*' AND id <> ?", replaced
            )
        latest = {(e.scope, e.key): e.id for e in effects if e.key.startswith("replace:")}
        stays = [latest.get((e.scope, e.key), e.id) for e in effects]
        await self._driver.many(
            _ADD, [_row(first + at, e) for at, (e, id_) in enumerate(zip(effects, stays, strict=True)) if e.id == id_]
        )
        return await self._known([(e.scope, id_) for e, id_ in zip(effects, stays, strict=True)])

    async def settle(self, numbers: Iterable[int]) -> set[int]:
        """Forget effects: they are done, or their receiver has committed them. Those that were still kept."""
        asked = list(numbers)
        if not asked:
            return set()
        sql = f"DELETE FROM effect WHERE number IN ({_ALL}) RETURNING number"  # noqa: S608 - a constant
        gone = {number for (number,) in await self._driver.fetch(sql, (_list(asked),))}
        if gone:
            await self._touch()
        return gone

    async def receipted(self, scope: str, numbers: Iterable[int]) -> None:
        """Forget what its receivers have committed, and remember the last of it (ruling 6)."""
        sql = f"DELETE FROM effect WHERE number IN ({_ALL}) AND scope = ? AND kind = 'say' RETURNING lane, number"  # noqa: S608 - a constant
        told = await self._driver.fetch(sql, (_list(numbers), scope))
        if told:
            await self._touch()
            await self._driver.many(_RECEIPTED, [(scope, lane, number) for lane, number in told])

    async def forget(self, scope: str, keep: str) -> None:
        """Forget all rows of a scope but one, what it has not said yet, and what it wanted to hear again."""
        await self._touch()
        await self._driver.fetch("DELETE FROM row WHERE scope = ? AND key <> ?", (scope, keep))
        await self._driver.fetch("DELETE FROM effect WHERE scope = ? AND kind IN ('say', 'wake')", (scope,))

    async def give_up(self, scope: str) -> None:
        """Forget what a scope was to do to something and has not done yet."""
        await self._touch()
        await self._driver.fetch(f"DELETE FROM effect WHERE scope = ? AND {TO_SOMETHING}", (scope,))  # noqa: S608 - a constant

    async def postpone(self, numbers: Iterable[int], due: datetime, reason: str) -> None:
        """Try effects again at `due`."""
        asked = list(numbers)
        if asked:
            await self._touch()
            sql = f"UPDATE effect SET due = ?, tries = tries + 1, reason = ? WHERE number IN ({_ALL})"  # noqa: S608 - a constant
            await self._driver.fetch(sql, (micros(due), reason, _list(asked)))

    async def dead(
        self, scope: str, id: str, kind: str, payload: bytes, error: str, at: datetime,  # noqa: A002
    ) -> None:  # fmt: skip
        """Set a message or an effect aside for a person to look at."""
        await self._touch()
        sql = "INSERT OR REPLACE INTO dead (scope, id, kind, payload, error, at) VALUES (?, ?, ?, ?, ?, ?)"
        await self._driver.fetch(sql, (scope, id, kind, payload, error, micros(at)))

    async def commits(self) -> int:
        """How many transactions have changed this store, this one included if it has changed something so far."""
        if self._commits is not None:
            return self._commits
        ((commits,),) = await self._driver.fetch("SELECT commits FROM memory")
        return int(commits)

    async def _touch(self) -> None:
        if self._commits is None:
            ((self._commits,),) = await self._driver.fetch("UPDATE memory SET commits = commits + 1 RETURNING commits")

    async def _numbers(self, count: int) -> int:
        """The first of `count` numbers that were never used."""
        fresh = 1 if self._commits is None else 0
        ((self._commits, last),) = await self._driver.fetch(
            "UPDATE memory SET commits = commits + ?, last = max(last + 1, ?) + ? RETURNING commits, last",
            (fresh, micros(self._now()), count - 1),
        )
        return int(last) - count + 1

    async def _known(self, wanted: Sequence[tuple[str, str]]) -> list[int]:
        """The numbers of effects by scope and id: one that was kept before has its old one."""
        sql = f"SELECT id, number FROM effect WHERE scope = ? AND id IN ({_ALL})"  # noqa: S608 - a constant
        known: dict[tuple[str, str], int] = {}
        for scope in dict.fromkeys(scope for scope, _ in wanted):
            ids = _list(id_ for of, id_ in wanted if of == scope)
            known |= {(scope, id_): number for id_, number in await self._driver.fetch(sql, (scope, ids))}
        return [known[pair] for pair in wanted]


def _row(number: int, e: NewEffect) -> tuple[Any, ...]:
    return (number, e.scope, e.lane, e.kind, e.id, e.key, e.cause, e.run, e.body_kind, e.body, micros(e.due), e.quiet)


def _list(values: Iterable[Any]) -> str:
    return msgspec.json.encode(list(values)).decode()
