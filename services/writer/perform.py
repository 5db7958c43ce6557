"""The writer's hands: takes the orders of a lane to its side, and answers what became of them."""

from collections.abc import Sequence
from datetime import timedelta

from contracts.write import Outcomes, Refused, Why, Written
from services.clients.graph.opened import Graphs
from services.clients.salesforce.opened import Orgs
from services.kernel.errors import Permanent, Transient
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule, Later
from services.writer.compare import Order, refused, stopped
from services.writer.decide import ORG
from services.writer.microsoft import Mailboxes
from services.writer.practifi import Fate, Practifi

OUTCOMES = 100
"""Outcomes in one message: some 100 kB."""
RULES = {True: LaneRule(1000, timedelta(milliseconds=400), timedelta(seconds=3)), False: LaneRule(20)}
"""The org's lane waits for full batches: each is one request (salesforce.md §7)."""


class Hands:
    """Both sides of every tenant."""

    def __init__(self, host: Host, graphs: Graphs, orgs: Orgs) -> None:
        self._host = host
        self._graphs = graphs
        self._orgs = orgs

    def rule(self, lane: str) -> LaneRule:
        return RULES[lane == ORG]

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:
        """The fate of each order, in messages of OUTCOMES."""
        fates = await (self._org(tenant, batch) if lane == ORG else self._mailbox(tenant, batch))
        for fate in fates.values():
            if isinstance(fate, Written):
                self._host.count(tenant, f"written.{fate.side}")
        return answers(batch, fates)

    async def close(self) -> None:
        await self._graphs.close()
        await self._orgs.close()

    async def _org(self, tenant: str, batch: Sequence[Doing]) -> dict[str, Fate]:
        """All at once."""
        now = self._host.policies.get(tenant)
        fates: dict[str, Fate] = {doing.body.order: no for doing in batch if (no := stopped(doing.body, now))}
        going = [doing.body for doing in batch if doing.body.order not in fates]
        if not going:
            return fates
        opened, private = await self._orgs.of(tenant), self._host.policies[tenant].policy.private_events
        try:
            return fates | await Practifi(opened, private, self._warn).carry_out(going)
        except Permanent as error:
            self._orgs.forget(tenant)
            return fates | {order.order: refused(order, Why.INVALID, error.code, error.what) for order in going}

    async def _mailbox(self, tenant: str, batch: Sequence[Doing]) -> dict[str, Fate]:
        """One at a time; what was done before a failure is answered, the rest is tried later."""
        fates: dict[str, Fate] = {}
        for doing in batch:
            try:
                fates[doing.body.order] = await self._one(tenant, doing.body)
            except Transient as error:
                if not fates:
                    raise
                return {d.body.order: Later(str(error), error.delay) for d in batch} | fates
        return fates

    async def _one(self, tenant: str, order: Order) -> Fate:
        """The policy is looked at each time: a batch may take minutes."""
        if no := stopped(order, self._host.policies.get(tenant)):
            return no
        return await Mailboxes(self._graphs.of(tenant), self._host.policies[tenant].policy).carry_out(order)

    def _warn(self, code: str, what: str) -> None:
        self._host.log.warning("somebody could not be invited", code=code, what=what)


def answers(batch: Sequence[Doing], fates: dict[str, Fate]) -> list[Answer]:
    """One answer for each order: the first of a shard and run bears the outcomes of up to OUTCOMES others, which then
    need none of their own."""
    found: list[Answer] = [None] * len(batch)
    groups: dict[tuple[str, str], list[int]] = {}
    for at, doing in enumerate(batch):
        fate = fates[doing.body.order]
        if isinstance(fate, Later):
            found[at] = fate
        else:
            groups.setdefault((str(doing.scope), doing.run), []).append(at)
    for places in groups.values():
        for start in range(0, len(places), OUTCOMES):
            chunk = places[start : start + OUTCOMES]
            told = [fates[batch[at].body.order] for at in chunk]
            found[chunk[0]] = Outcomes(tuple(fate for fate in told if isinstance(fate, Written | Refused)))
    return found
