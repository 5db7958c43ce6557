"""What this replica could not understand, say or perform becomes a dead letter, with the reason, for a person to look
at (O5). It never stops what comes after it, and nothing is set aside that is not kept."""

import re
from collections.abc import Callable

from contracts import topics
from services.kernel.clock import Clock
from services.kernel.effects import Kept
from services.kernel.logs import Logger
from services.kernel.scope import Scope, scope_of
from services.kernel.store import Store

_ID = re.compile(rb'"id":"([0-9a-f/]{1,64})"')


class Aside:
    """The dead letters of one replica; `count` hears the tenant of each that is written."""

    def __init__(self, store: Store, clock: Clock, log: Logger, count: Callable[[str], None]) -> None:
        self._store = store
        self._clock = clock
        self._log = log
        self._count = count
        self._refused: list[tuple[str, bytes, str]] = []

    def refuse(self, topic: str, payload: bytes, reason: str) -> None:
        """What came on this topic is no message of ours; it is written with the next round."""
        self._log.error("set aside: a malformed message", topic=topic, reason=reason, mend="see the dead letters")
        self._refused.append((topic, payload, reason))

    async def write(self) -> None:
        """One dead letter for each message, however often its sender says it again. Transient if the store is held."""
        while self._refused:
            topic, payload, reason = self._refused[0]
            name = found[1].decode() if (found := _ID.search(payload)) else self._clock.fresh()
            tenant = topics.tenant_of(topic)
            async with self._store.transaction() as tx:
                await tx.dead(str(Scope(tenant)), name, topic, payload, reason, self._clock.now())
            del self._refused[0]
            self._count(tenant)

    async def kept(self, kept: Kept, reason: str) -> None:
        """An effect that nobody can read or carry."""
        await self.bury(scope_of(kept.scope), kept.id, kept.body_kind, kept.body, reason, kept.number)

    async def bury(self, scope: Scope, id_: str, kind: str, payload: bytes, reason: str, number: int = 0) -> None:
        """Set an effect aside; with its `number` it is done with."""
        async with self._store.transaction() as tx:
            await tx.dead(str(scope), id_, kind, payload, reason, self._clock.now())
            await tx.settle([number] if number else [])
        self._count(scope.tenant)
        self._log.error("set aside: it cannot be said or performed", tenant=scope.tenant, kind=kind, reason=reason)
