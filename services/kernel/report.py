"""Says how this replica does, as a retained level for each tenant: the command line, the console and the registry look
at nothing else. Never holds a secret, a subject or an address."""

from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from contracts import topics
from contracts.message import Message, encode
from contracts.status import Problem, Status
from services.kernel.crew import Crew
from services.kernel.errors import Transient
from services.kernel.health import cpu_seconds, peak_rss_mib
from services.kernel.host import Host

LOOK = timedelta(seconds=0.25)
AT_LEAST = timedelta(seconds=5)
"""A status older than three times this is from a replica that died."""
PROBLEM = "problem/"
"""Rows of this prefix hold a Problem that a decision wants to be seen."""


class Stored(NamedTuple):
    """What the store says of a tenant: it is asked again only when something has moved."""

    outstanding: int = 0
    dead: int = 0
    problems: tuple[Problem, ...] = ()


class Report:
    """The statuses of one replica."""

    def __init__(self, host: Host, crew: Crew | None) -> None:
        self._host = host
        self._crew = crew
        self._said: dict[str, tuple[datetime, Status]] = {}
        self._stored: dict[str, Stored] = {}
        self._moves = -1

    async def keep(self) -> None:
        """Say what changed at once and everything now and then, for ever."""
        while True:
            await self._host.patiently(self.once)
            await self._host.clock.sleep(LOOK)

    async def once(self) -> None:
        """Say the status of each tenant if it is news."""
        if await self._host.store.changed() or self._moves != self._host.moves:
            self._moves = self._host.moves
            self._stored.clear()
        self._host.metrics.connected(now=self._host.bus.connected.is_set())
        for tenant in list(self._host.policies):
            await self.say(tenant)

    async def say(self, tenant: str, *, alive: bool = True) -> None:
        """Publish the tenant's status if it is news."""
        if tenant not in self._stored:
            self._stored[tenant] = await self._look(tenant)
        status = self._status(tenant, self._stored[tenant], alive=alive)
        before = self._said.get(tenant)
        if before and _same(before[1], status) and status.at - before[0] < AT_LEAST:
            return
        message = Message(id=self._host.clock.fresh(), tenant=tenant, sent_at=status.at, body=status)
        topic = topics.status(tenant, status.service, status.instance)
        try:
            await self._host.bus.publish(topic, encode(message), retain=True)
        except Transient:
            return
        self._said[tenant] = (status.at, status)

    async def _look(self, tenant: str) -> Stored:
        host, outstanding, dead, problems = self._host, 0, 0, list[Problem]()
        for scope in sorted(str(scope) for scope in host.holding.scopes if scope.tenant == tenant):
            outstanding += await host.store.outstanding(scope)
            dead += await host.store.dead_count(scope)
            kept = await host.queue.rows_under(scope, PROBLEM)
            problems += [msgspec.msgpack.decode(raw, type=Problem) for raw in kept]
        host.metrics.level(tenant, outstanding, dead)
        return Stored(outstanding, dead, tuple(problems))

    def _status(self, tenant: str, stored: Stored, *, alive: bool) -> Status:
        host = self._host
        own = [problem for (of, _), problem in sorted(host.problems.items()) if of == tenant]
        return Status(
            service=host.service.name, instance=host.instance, at=host.clock.now(),
            outstanding=stored.outstanding + host.inbox.backlog(tenant) + host.deciding, dead=stored.dead,
            problems=(*own, *stored.problems), counts=dict(sorted(host.counts.get(tenant, {}).items())),
            cpu_seconds=round(cpu_seconds(), 3), peak_rss_mib=round(peak_rss_mib(), 1), alive=alive,
            lanes=self._crew.lanes(tenant) if self._crew else (),
        )  # fmt: skip


def _same(one: Status, other: Status) -> bool:
    """Equal but for the time and what the time costs."""
    plain = [(s.outstanding, s.dead, s.problems, s.counts, s.alive, s.lanes) for s in (one, other)]
    return plain[0] == plain[1]
