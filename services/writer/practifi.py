"""Orders to the org, many at once: rows are read again before they are changed (ruling 7), and read once more after,
so that what Practifi made of them is known and not guessed (ruling 3). The external id lets a repeated creation make no
second Event; it would take back what a person has typed since the first, so creations begin with a look as well."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import PRIVATE, CalendarEvent
from contracts.policy import PrivateEvents
from contracts.write import Erase, Order, Refused, Revive, Why, Write, Written
from services.clients.salesforce.item import item_of
from services.clients.salesforce.mapping import echo, lost, render
from services.clients.salesforce.opened import Opened
from services.clients.salesforce.privacy import Privacy
from services.clients.salesforce.refusal import NOT_IN_BIN, NOT_SENT, UNKNOWN_OUTCOME
from services.clients.salesforce.relating import USER
from services.clients.salesforce.row import Bearing, Result, Row
from services.kernel.errors import Transient
from services.kernel.lanes import Later
from services.writer import compare
from services.writer.compare import refused
from services.writer.fate import Fate, gone, overtaken, unreadable

PASSING = frozenset({"UNABLE_TO_LOCK_ROW", "SERVER_UNAVAILABLE", NOT_SENT, UNKNOWN_OUTCOME})
"""A row that was not written now, and may be later."""
GONE = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND", NOT_IN_BIN})
FORBIDDEN = frozenset({"INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
                       "INACTIVE_OWNER_OR_USER"})  # fmt: skip

CLOCKS = timedelta(minutes=5)
"""So far Salesforce's clock and ours may be apart."""

_NAMES = frozenset({"id", "M365_Key__c"})

Fates = dict[str, Fate]


@dataclass(frozen=True, slots=True)
class Practifi:
    """One org, for one batch. `warn` hears the code and the reason why somebody could not be invited, or an answer not
    be shown."""

    opened: Opened
    warn: Callable[[str, str], None]

    async def carry_out(self, orders: Sequence[Order]) -> Fates:
        """What became of each order, by its id. Raises Transient when nothing was done at all; what was done before a
        failure is answered, and the rest is tried later."""
        fates: Fates = {}
        try:
            if creations := [one for one in orders if isinstance(one, Write) and not one.target]:
                fates |= await self._create(creations)
            if standing := [one for one in orders if isinstance(one, Write | Erase) and one.target]:
                fates |= await self._change(standing)
            if fallen := [one for one in orders if isinstance(one, Revive)]:
                fates |= await self._revive(fallen)
        except Transient as error:
            if not fates:
                raise
            return {one.order: Later(str(error), error.delay, everybody=True) for one in orders} | fates
        return fates

    async def _create(self, orders: Sequence[Write]) -> Fates:
        """An earlier attempt may have made an Event whose answer was lost, and an order may be an old one that was put
        back with a store. What stands is never written over: it is said as it is (rulings 7, 9); and what a person has
        deleted is not made again (X1)."""
        bearing = await self.opened.org.bearing(self.opened.shape, [order.link for order in orders])
        ids = bearing.there
        fates: Fates = {one.order: gone(one) for one in orders if _deleted(one, bearing)}
        orders = [order for order in orders if order.order not in fates]
        there = await self._look({ids[order.link]: order for order in orders if order.link in ids})
        standing = {one.link: row for one in orders if (row := there.get(ids.get(one.link, ""))) is not None}
        fates |= {one.order: no for one in orders if (no := self._otherwise(one, standing.get(one.link))) is not None}
        orders = [order for order in orders if order.order not in fates]
        fresh = [self._row(order) for order in orders if order.link not in standing]
        made = iter(await self.opened.org.upsert(self.opened.shape, fresh))
        results = [Result(ids[one.link]) if one.link in standing else next(made) for one in orders]
        return fates | await self._after(orders, results)

    def _otherwise(self, order: Write, row: Row | None) -> Fate | None:
        """Why an Event that stands is not the one that is to be made: we wrote something else there last."""
        if row is None or row.event is None or not row.ours:
            return None
        kept, item = echo(order.event, self.opened.shape, order.private), item_of(row, order.mailbox)
        same = all(getattr(item.event, one) == getattr(kept, one) for one in order.fields)
        return None if same else refused(order, Why.MOVED_ON, item=item)

    async def _change(self, orders: Sequence[compare.Order]) -> Fates:
        """Updates and removals of rows that still hold what was believed."""
        there = await self._seen({order.target: order for order in orders})
        unfit = {order.order: _unfit(order, there[order.target]) for order in orders}
        fates: Fates = {name: fate for name, fate in unfit.items() if fate is not None}
        fit = [order for order in orders if order.order not in fates]
        if updates := [order for order in fit if isinstance(order, Write)]:
            fates |= await self._after(updates, await self._update(updates, there))
        erasures = [order for order in fit if isinstance(order, Erase)]
        return fates | (await self._erase(erasures, there) if erasures else {})

    async def _update(self, orders: Sequence[Write], there: Mapping[str, Row | None]) -> list[Result]:
        """The fate of each row. One that would only be told the key that it has is left alone: its people change."""
        rows = {order.order: {"id": order.target, **self._row(order)} for order in orders}
        said = [o for o in orders if rows[o.order].keys() - _NAMES or _stamp(there[o.target]) != o.link]
        results = await self.opened.org.update([rows[one.order] for one in said]) if said else ()
        done = dict(zip((one.order for one in said), results, strict=True))
        return [done.get(one.order) or Result(one.target) for one in orders]

    async def _erase(self, orders: Sequence[Erase], there: Mapping[str, Row | None]) -> Fates:
        results = await self.opened.org.delete([order.target for order in orders])
        times = [row.edited_at if (row := there[order.target]) is not None else None for order in orders]
        return {
            order.order: gone(order, at) if not result.code or result.code in GONE else _refusal(order, result)
            for order, result, at in zip(orders, results, times, strict=True)
        }

    async def _revive(self, orders: Sequence[Revive]) -> Fates:
        """Out of the recycle bin, where they are still in it (X5)."""
        results = await self.opened.org.revive([order.target for order in orders])
        pairs = list(zip(orders, results, strict=True))
        there = await self._look({order.target: order for order, result in pairs if not result.code})
        return {
            order.order: _refusal(order, result) if result.code else self._written(order, there[order.target])
            for order, result in pairs
        }

    async def _after(self, orders: Sequence[Write], results: Sequence[Result]) -> Fates:
        """Put everybody on the Events who is to be there, then read what Practifi holds now, also of what is said to be
        deleted: that may be said of a person on it (X2). Who could not be put there just now is tried later: the next
        attempt finds the rest done."""
        pairs = list(zip(orders, results, strict=True))
        done = {order.order: result.id or order.target for order, result in pairs if not result.code}
        passing = await self._relate(orders, done)
        places = {order.order: order.target for order, result in pairs if result.code in GONE and order.target} | done
        there = await self._look({places[order.order]: order for order in orders if order.order in places})
        fates = {
            order.order: self._fate(order, result, there.get(places.get(order.order, ""))) for order, result in pairs
        }
        return fates | {name: Later(passing[event]) for name, event in done.items() if event in passing}

    def _fate(self, order: Write, result: Result, row: Row | None) -> Fate:
        if not result.code:
            return self._written(order, row)
        if result.code in GONE and (row is not None or not order.target):
            return refused(order, Why.INVALID, result.code, result.reason)
        return _refusal(order, result)

    async def _relate(self, orders: Sequence[Write], done: Mapping[str, str]) -> dict[str, str]:
        """Whom to invite, and who answered what: why that has to be tried again, by Event. The Event stands without
        those who cannot be invited: what it holds then is read and said."""
        here = [(done[one.order], one) for one in orders if one.order in done]
        leaving = {event: found for event, one in here if (found := _leaving(one)) != set()}
        invited = {event: one.invitees or () for event, one in here if one.invitees is not None or event in leaving}
        answered = {event: dict(one.answers) for event, one in here if one.answers is not None}
        told = list((await self.opened.org.relate(invited, leaving) if invited else {}).items())
        told += (await self.opened.org.answer(answered) if answered else {}).items()
        failed = [(event, one) for event, results in told for one in results if one.code]
        for result in (one for _, one in failed if one.code not in PASSING):
            self.warn(result.code, result.reason)
        return {event: one.code for event, one in failed if one.code in PASSING}

    async def _look(self, targets: Mapping[str, Order]) -> dict[str, Row | None]:
        """The rows that are there, by id."""
        found = await self._seen(targets)
        return {target: None if row is None or row.deleted else row for target, row in found.items()}

    async def _seen(self, targets: Mapping[str, Order]) -> dict[str, Row | None]:
        """The rows by id, and what is left of those that are gone, each read by the rule of its own order (P1, D11)."""
        privacy = Privacy(narrower={target: order.private for target, order in targets.items()})
        return await self.opened.org.look(self.opened.shape, list(targets), privacy) if targets else {}

    def _written(self, order: Write | Revive, row: Row | None) -> Fate:
        if row is None:
            return gone(order)
        if row.event is None:
            return unreadable(order, row.error)
        item = item_of(row, order.mailbox)
        if isinstance(order, Revive):
            return Written(order.order, order.link, order.side, item)
        short = tuple(field for field in lost(order.event, self.opened.shape) if field in order.fields)
        return Written(order.order, order.link, order.side, item, self._echo(order, row), lost=short)

    def _echo(self, order: Write, row: Row) -> CalendarEvent | None:
        """What our write alone would have left: the row, where we were the last to touch it, because then all that
        differs is Practifi's own way of keeping it; else the believed base with our fields on it."""
        if row.ours:
            return row.event
        kept = echo(order.event, self.opened.shape, order.private)
        if order.base is None:
            return kept
        sent = {name: getattr(kept, name) for name in order.fields}
        return replace(order.base, **sent)

    def _row(self, order: Write) -> dict[str, Any]:
        return render(
            order.event, order.fields, self.opened.shape, key=order.link, owner=order.owner, people=order.people,
            status=order.status,
        )  # fmt: skip


def _unfit(order: compare.Order, row: Row | None) -> Fate | None:
    if row is None or row.deleted:
        return gone(order, row.edited_at if row is not None else None)  # perhaps by an attempt whose answer was lost
    return unreadable(order, row.error) if row.event is None else overtaken(order, item_of(row, order.mailbox))


def _deleted(order: Write, bearing: Bearing) -> bool:
    """Whether an earlier attempt has made this Event, and a person has deleted it before anybody heard of it (X1)."""
    made = bearing.deleted.get(order.link)
    if order.since is None or made is None or order.link in bearing.there:
        return False
    return made >= order.since - CLOCKS


def _leaving(order: Write) -> set[str] | None:
    """Who was on the Event and shall be no more: of the clients, and of the users, where the order says who shall.
    Everybody (None), where it is purged: who is on what is hidden is not believed, because nobody sees it (P2)."""
    said = {True: order.invitees, False: order.people}
    hides = order.event.sensitivity in PRIVATE and order.private is not PrivateEvents.FULL
    if hides and order.target and (order.people == () or order.invitees == ()):
        return None
    stay = {*(order.people or ()), *(order.invitees or ())}
    return {one for one in order.base_people if said[one.startswith(USER)] is not None and one not in stay}


def _stamp(row: Row | None) -> str:
    return row.stamp if row is not None else ""


def _refusal(order: Order, result: Result) -> Refused | Later:
    if result.code in PASSING:
        return Later(result.code)
    if result.code in GONE:
        return refused(order, Why.GONE, result.code)
    why = Why.FORBIDDEN if result.code in FORBIDDEN else Why.INVALID
    return refused(order, why, result.code, result.reason)
