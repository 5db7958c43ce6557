"""Who may do what now: a lease is held by one instance, for a short time, by the database's own clock (mqtt.md §6.3,
ruling 23). Its fence grows whenever it changes hands, so that a holder who slept too long is found out."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from hashlib import blake2s

import msgspec

from services.kernel.store import Store

REPLICA = "replica/"
"""Under this name each instance holds a lease on itself, so that the others know that it lives."""


class Leases:
    """The leases of one instance. All methods raise Transient when the store is held by another process for long."""

    def __init__(self, store: Store, instance: str, ttl: timedelta) -> None:
        self._store = store
        self._instance = instance
        self._ttl = ttl // timedelta(microseconds=1)

    async def hold(self, name: str) -> int | None:
        """Take or renew a lease for a full term: its fence, or None while somebody else holds it."""
        return (await self.hold_many([name])).get(name)

    async def hold_many(self, names: Iterable[str]) -> dict[str, int]:
        """Take or renew many leases: the fences of those that are ours now."""
        now = self._store.driver.clock
        sql = (
            f"INSERT INTO lease (name, owner, fence, expires) SELECT value, ?1, 1, {now} + ?2 FROM json_each(?3)"  # noqa: S608 - a constant
            " WHERE true ON CONFLICT DO UPDATE SET owner = ?1, fence = fence + (owner <> ?1),"
            f" expires = excluded.expires WHERE owner = ?1 OR expires <= {now} RETURNING name, fence"
        )
        asked = msgspec.json.encode(list(names)).decode()
        return dict(await self._store.fetch(sql, (self._instance, self._ttl, asked)))

    async def held(self, name: str, fence: int) -> bool:
        """Whether the lease is still ours under this fence. Asked inside a transaction it holds until the commit."""
        sql = f"SELECT 1 FROM lease WHERE name = ? AND owner = ? AND fence = ? AND expires > {self._store.driver.clock}"  # noqa: S608 - a constant
        return bool(await self._store.fetch(sql, (name, self._instance, fence)))

    async def left(self, name: str) -> timedelta:
        """For how long the lease is still ours; zero when it is not."""
        sql = f"SELECT max(0, expires - {self._store.driver.clock}) FROM lease WHERE name = ? AND owner = ?"  # noqa: S608 - a constant
        found = await self._store.fetch(sql, (name, self._instance))
        return timedelta(microseconds=found[0][0] if found else 0)

    async def release(self, name: str) -> None:
        """Give a lease up, so that another may take it at once. Its row stays, so that the fence goes on growing."""
        await self._store.fetch("UPDATE lease SET expires = 0 WHERE name = ? AND owner = ?", (name, self._instance))

    async def release_all(self) -> None:
        """Give everything up, at the end; our own name too, and those of instances that ended without doing so."""
        await self._store.fetch("UPDATE lease SET expires = 0 WHERE owner = ?", (self._instance,))
        sql = f"DELETE FROM lease WHERE substr(name, 1, ?) = ? AND expires < {self._store.driver.clock}"  # noqa: S608 - a constant
        await self._store.fetch(sql, (len(REPLICA), REPLICA))

    async def alive(self, prefix: str = REPLICA) -> list[str]:
        """What stands after `prefix` in the leases that stand and begin with it, in order."""
        sql = f"SELECT substr(name, ?1 + 1) FROM lease WHERE substr(name, 1, ?1) = ?2 AND expires > {self._store.driver.clock} ORDER BY name"  # noqa: S608, E501 - a constant
        return [name for (name,) in await self._store.fetch(sql, (len(prefix), prefix))]


def chosen(name: str, instances: Sequence[str]) -> str:
    """Which of the instances should hold `name`: the same answer everywhere, and few change when one comes or goes
    (rendezvous hashing, mqtt.md §6.3). ValueError when there are none."""
    return max(instances, key=lambda instance: (blake2s(f"{instance}\0{name}".encode()).digest(), instance))
