"""Orders to the org, many at once: rows are read again before they are changed (ruling 7), and read once more after,
so that what Practifi made of them is known and not guessed (ruling 3). Creations need no read before: the external id
makes a repeat harmless."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent
from contracts.policy import PrivateEvents
from contracts.write import Erase, Refused, Why, Write, Written
from services.clients.salesforce.item import item_of
from services.clients.salesforce.mapping import echo, render
from services.clients.salesforce.opened import Opened
from services.clients.salesforce.row import Result, Row
from services.kernel.errors import Transient
from services.kernel.lanes import Later
from services.writer.compare import Order, moved_on, refused

PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", "NOT_SENT", "UNKNOWN_OUTCOME"})
"""A row that was not written now, and may be later."""
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
FORBIDDEN = frozenset({"INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                       "INACTIVE_OWNER_OR_USER"})  # fmt: skip

Fate = Written | Refused | Later


@dataclass(frozen=True, slots=True)
class Practifi:
    """One org, for one batch. `warn` hears the code and the reason why somebody could not be invited."""

    opened: Opened
    private: PrivateEvents
    warn: Callable[[str, str], None]

    async def carry_out(self, orders: Sequence[Order]) -> dict[str, Fate]:
        """What became of each order, by its id. Raises Transient when nothing was done at all; what was done before a
        failure is answered, and the rest is tried later."""
        creations = [order for order in orders if isinstance(order, Write) and not order.target]
        fates = await self._create(creations) if creations else {}
        standing = [order for order in orders if isinstance(order, Erase) or order.target]
        try:
            return fates | (await self._change(standing) if standing else {})
        except Transient as error:
            if not fates:
                raise
            return {order.order: Later(str(error), error.delay) for order in standing} | fates

    async def _create(self, orders: Sequence[Write]) -> dict[str, Fate]:
        results = await self.opened.org.upsert(self.opened.shape, [self._row(order) for order in orders])
        return await self._after(orders, results)

    async def _change(self, orders: Sequence[Order]) -> dict[str, Fate]:
        """Updates and removals of rows that still hold what was believed."""
        there = await self.opened.org.look(self.opened.shape, [order.target for order in orders], self.private)
        unfit = {order.order: self._unfit(order, there[order.target]) for order in orders}
        fates: dict[str, Fate] = {name: fate for name, fate in unfit.items() if fate is not None}
        fit = [order for order in orders if order.order not in fates]
        updates = [order for order in fit if isinstance(order, Write)]
        if updates:
            results = await self.opened.org.update([{"id": o.target, **self._row(o)} for o in updates])
            fates |= await self._after(updates, results)
        erasures = [order for order in fit if isinstance(order, Erase)]
        return fates | (await self._erase(erasures) if erasures else {})

    def _unfit(self, order: Order, row: Row | None) -> Fate | None:
        if row is None:
            gone = Written(order.order, order.link, order.side)
            return gone if isinstance(order, Erase) else refused(order, Why.GONE)
        if row.event is None:
            return refused(order, Why.INVALID, "unreadable", row.error)
        item = item_of(row, order.mailbox)
        return refused(order, Why.MOVED_ON, item=item) if moved_on(order, item) else None

    async def _erase(self, orders: Sequence[Erase]) -> dict[str, Fate]:
        results = await self.opened.org.delete([order.target for order in orders])
        return {
            order.order: Written(order.order, order.link, order.side)
            if not result.code or result.code in GONE
            else _refusal(order, result)
            for order, result in zip(orders, results, strict=True)
        }

    async def _after(self, orders: Sequence[Write], results: Sequence[Result]) -> dict[str, Fate]:
        """Invite who is to be invited, then read what Practifi holds now."""
        done = {order.order: result.id or order.target for order, result in zip(orders, results, strict=True)
                if not result.code}  # fmt: skip
        await self._invite({done[o.order]: o.invitees for o in orders if o.order in done and o.invitees is not None})
        there = await self.opened.org.look(self.opened.shape, list(done.values()), self.private) if done else {}
        return {
            order.order: self._written(order, there.get(done[order.order]))
            if order.order in done
            else _refusal(order, result)
            for order, result in zip(orders, results, strict=True)
        }

    async def _invite(self, wanted: Mapping[str, Sequence[str]]) -> None:
        """The Event stands without those who could not be invited: what it holds then is read and said."""
        for results in (await self.opened.org.relate(wanted) if wanted else {}).values():
            for result in results:
                if result.code:
                    self.warn(result.code, result.reason)

    def _written(self, order: Write, row: Row | None) -> Fate:
        if row is None:
            return refused(order, Why.GONE)
        if row.event is None:
            return refused(order, Why.INVALID, "unreadable", row.error)
        return Written(order.order, order.link, order.side, item_of(row, order.mailbox), self._echo(order, row))

    def _echo(self, order: Write, row: Row) -> CalendarEvent | None:
        """What our write alone would have left: the row, where we were the last to touch it, because then all that
        differs is Practifi's own way of keeping it; else the believed base with our fields on it."""
        if row.ours:
            return row.event
        kept = echo(order.event, self.opened.shape, self.private)
        if order.base is None:
            return kept
        sent = {name: getattr(kept, name) for name in order.fields}
        return replace(order.base, **sent)

    def _row(self, order: Write) -> dict[str, Any]:
        return render(
            order.event, order.fields, self.opened.shape, key=order.link, owner=order.owner, people=order.people
        )  # fmt: skip


def _refusal(order: Order, result: Result) -> Fate:
    if result.code in PASSING:
        return Later(result.code)
    if result.code in GONE:
        return refused(order, Why.GONE, result.code)
    why = Why.FORBIDDEN if result.code in FORBIDDEN else Why.INVALID
    return refused(order, why, result.code, result.reason)
