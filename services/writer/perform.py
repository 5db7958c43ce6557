"""The writer's hands: takes the orders of a lane to its side, and answers what became of them. Nothing is deleted and
nobody is mailed beyond what the tenant's hour allows (X4, A5)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from contracts.write import Erase, Order, Outcomes, Refused, Revive, Why, Written
from services.clients.graph.opened import Graphs
from services.clients.salesforce.opened import Orgs
from services.kernel.errors import Fatal, Permanent, Transient
from services.kernel.host import Host
from services.kernel.keeping import Doing
from services.kernel.lanes import Answer, LaneRule, Later
from services.writer.answered import Answers
from services.writer.compare import only_a_word, refused, stopped
from services.writer.decide import ORG
from services.writer.fate import Fate
from services.writer.hour import Kind
from services.writer.ledger import Ledger
from services.writer.mailing import only_an_answer
from services.writer.microsoft import Mailboxes
from services.writer.practifi import Practifi

OUTCOMES = 100
"""Outcomes in one message: some 100 kB."""
FAILURES = 3
"""In one batch of a mailbox: more are not the fault of single events, and may take a minute each."""
CLOSED = frozenset(
    {"INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS", "INVALID_FIELD", "INVALID_TYPE", "http_403"}
)
"""What the org says to us and not to an order, when it says so of a whole request."""
TWICE = "it is given again: what became of the first one is seen first"
MEND = "Check what the integration user may see and change; writing goes on by itself then"
RULES = {
    True: LaneRule(1000, timedelta(milliseconds=700), timedelta(seconds=5), sure=True),
    False: LaneRule(20, sure=True),
}
"""The org's lane waits for full batches: each is one request (salesforce.md §7)."""


class Hands:
    """Both sides of every tenant."""

    def __init__(self, host: Host, graphs: Graphs, orgs: Orgs) -> None:
        self._host = host
        self._graphs = graphs
        self._orgs = orgs
        self._ledger = Ledger(host)
        self._unseen: set[str] = set()

    def rule(self, lane: str) -> LaneRule:
        return RULES[lane == ORG]

    async def perform(self, tenant: str, lane: str, batch: Sequence[Doing]) -> Sequence[Answer]:
        """The fate of each order, in messages of OUTCOMES."""
        orders: list[Order] = [doing.body for doing in batch]
        given = Answers(self._host, {doing.body.order: doing.scope for doing in batch})
        fates = waiting(orders)
        fates |= await self._barred(tenant, [order for order in orders if order.order not in fates], given)
        going = [order for order in orders if order.order not in fates]
        try:
            if going:
                fates |= await (self._org(tenant, going) if lane == ORG else self._mailbox(tenant, going, given))
        except Transient as error:
            if not fates:
                raise
            fates |= {order.order: Later(str(error), error.delay, everybody=True) for order in going}
        for order in orders:
            if isinstance(fates.get(order.order), Written) and not only_a_word(order):
                self._host.count(tenant, f"written.{order.side}")
        return answers(batch, fates)

    async def close(self) -> None:
        await self._graphs.close()
        await self._orgs.close()

    async def _barred(self, tenant: str, orders: Sequence[Order], given: Answers) -> dict[str, Fate]:
        """What may not go at all: by the policy, or because too much is deleted. Erasures go all together or not, so
        that a flood is stopped before its first one."""
        fates: dict[str, Fate] = {
            order.order: no for order in orders if (no := await self._stopped(tenant, order, given))
        }
        erasures = {one.order: one for one in orders if isinstance(one, Erase) and one.order not in fates}
        if not erasures:
            return fates
        consents = max(one.consents for one in erasures.values())
        held, why = await self._ledger.held(tenant, Kind.DELETIONS, dict.fromkeys(erasures, 1), consents)
        return fates | {name: refused(erasures[name], Why.HELD, "brake", why) for name in held}

    async def _org(self, tenant: str, orders: Sequence[Order]) -> dict[str, Fate]:
        """All at once. Where the org refuses a request that one order has spoilt, that one is looked for by halves
        (O5). Raises Fatal where it refuses all of us: a person has to mend that, and nothing is given up meanwhile."""
        try:
            opened = await self._orgs.of(tenant, self._host.policies[tenant].policy.mapping)
        except Permanent as error:
            raise Fatal("org", f"{error.code}: {error.what}", MEND) from error
        try:
            return await Practifi(opened, self._warn).carry_out(orders)
        except Permanent as error:
            self._orgs.forget(tenant)
            if error.code in CLOSED:
                raise Fatal("org", f"{error.code}: {error.what}", MEND) from error
            if len(orders) == 1:
                return {orders[0].order: refused(orders[0], Why.INVALID, error.code, error.what)}
        middle = len(orders) // 2
        return await self._org(tenant, orders[:middle]) | await self._org(tenant, orders[middle:])

    async def _mailbox(self, tenant: str, orders: Sequence[Order], given: Answers) -> dict[str, Fate]:
        """One at a time. One that fails holds up no other (CON-30), unless the mailbox is throttled, is closed to us or
        several fail: then the rest is not even tried. Raises Transient and Fatal when nothing has been answered."""
        fates: dict[str, Fate] = {}
        failures = list[Transient | Fatal]()
        for order in orders:
            try:
                fates[order.order] = await self._one(tenant, order, given)
            except (Transient, Fatal) as error:
                failures.append(error)
                fates[order.order] = later(error)
                if isinstance(error, Fatal) or error.delay is not None or len(failures) == FAILURES:
                    break
        if not failures:
            return fates
        if all(isinstance(fate, Later) for fate in fates.values()):
            raise failures[-1]
        return {order.order: later(failures[-1]) for order in orders} | fates

    async def _one(self, tenant: str, order: Order, given: Answers) -> Fate:
        """The policy is looked at each time: a batch may take minutes."""
        if no := await self._stopped(tenant, order, given):
            return no
        if isinstance(order, Revive):
            return refused(order, Why.INVALID, "revive", "Microsoft has no recycle bin that could be asked")
        policy = self._host.policies[tenant].policy

        async def spend(name: str, people: int) -> str:
            held, why = await self._ledger.held(tenant, Kind.MAILS, {name: people}, order.consents)
            return why if held else ""

        graph, now = self._graphs.of(tenant), self._host.clock.now()
        return await Mailboxes(graph, policy.invitations, now, spend, self._unseen, given).carry_out(order)

    async def _stopped(self, tenant: str, order: Order | Revive, given: Answers) -> Refused | None:
        """Why the policy lets nothing be written. An answer that is given already has only to be told: after the pause
        it would be given, and mailed, once more."""
        no = stopped(order, self._host.policies.get(tenant))
        done = no is not None and only_an_answer(order) and await given.has(order.order)
        return None if done else no

    def _warn(self, code: str, what: str) -> None:
        self._host.log.warning("somebody could not be invited, or an answer not be shown", code=code, what=what)


def later(error: Transient | Fatal) -> Later:
    """The rest of the lane waits as well."""
    return Later(str(error), error.delay if isinstance(error, Transient) else None, everybody=True)


def waiting(orders: Sequence[Order]) -> dict[str, Fate]:
    """Orders for a pair that an earlier one of the batch is for: given again because we seemed to have forgotten it.
    They go with the next batch, which finds what that one has done; one request takes no row twice."""
    first: dict[str, str] = {}
    again = (order.order for order in orders if first.setdefault(order.link, order.order) != order.order)
    return dict.fromkeys(again, Later(TWICE))


def answers(batch: Sequence[Doing], fates: Mapping[str, Fate]) -> list[Answer]:
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
