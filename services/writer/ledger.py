"""Keeps the tenant's sliding hour in the writer's store: one place for all lanes, shards and replicas, changed before
the request goes out, so that neither a restart nor a second replica writes more than the limit. Decides nothing."""

from collections.abc import Collection, Mapping

import msgspec

from services.kernel.host import Host
from services.kernel.scope import Scope
from services.writer.hour import Hour, Kind, judged, problem, row, shown


class Ledger:
    """The hours of every tenant."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def held(
        self, tenant: str, kind: Kind, asked: Mapping[str, int], consents: int
    ) -> tuple[Collection[str], str]:
        """Count these orders, by how many each deletes or mails: those that have to wait, and why. `consents` is the
        most that their giver knew of. Raises Transient when the store is held by another process."""
        scope, policy, now = str(Scope(tenant)), self._host.policies[tenant], self._host.clock.now()
        consents = max(consents, policy.consents)
        async with self._host.store.transaction() as tx:
            raw = (await tx.rows(scope, [row(kind)]))[row(kind)]
            old = msgspec.msgpack.decode(raw, type=Hour) if raw else Hour()
            new, waiting = judged(old, kind, asked, policy.policy, consents, now)
            if new != old:
                trouble = problem(kind, new, tenant)
                shows = msgspec.msgpack.encode(trouble) if trouble else None
                await tx.put(scope, {row(kind): msgspec.msgpack.encode(new), shown(kind): shows})
        if new.braked is not None and old.braked is None:
            self._host.log.error("held back", tenant=tenant, what=new.reason)
        self._host.moves += 1
        return waiting, new.reason
