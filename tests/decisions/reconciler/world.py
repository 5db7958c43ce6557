"""Both calendars, their readers and a perfect writer, in memory, around one real reconciler: the smallest world in
which merging can go wrong. Practifi keeps what it can: no zone, 255 characters, tentative as busy."""

from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, ShowAs, Side, Timed
from contracts.observed import Item, Observed, Vanished
from contracts.write import Erase, Order, Outcomes, Refused, Why, Write, Written
from tests.decisions.reconciler.shard import MICROSOFT, MIKE, MIKES, PRACTIFI, Shard


def kept(event: CalendarEvent) -> CalendarEvent:
    """An event as Practifi keeps it."""
    when = Timed(event.when.start, event.when.end) if isinstance(event.when, Timed) else event.when
    show_as = ShowAs.BUSY if event.show_as is ShowAs.TENTATIVE else event.show_as
    return replace(
        event, when=when, subject=event.subject[:255], location=event.location[:255], show_as=show_as, organizer="",
        categories=(), attendees=(),
    )  # fmt: skip


@dataclass
class Row:
    event: CalendarEvent
    mark: int
    stamp: str = ""
    edited: bool = False


@dataclass
class World:
    shard: Shard = field(default_factory=Shard)
    rows: dict[Side, dict[str, Row]] = field(default_factory=lambda: {MICROSOFT: {}, PRACTIFI: {}})
    gone: dict[Side, set[str]] = field(default_factory=lambda: {MICROSOFT: set(), PRACTIFI: set()})
    read: dict[Side, dict[str, int]] = field(default_factory=lambda: {MICROSOFT: {}, PRACTIFI: {}})
    under_way: list[Observed] = field(default_factory=list)
    answers: list[Written | Refused] = field(default_factory=list)
    log: list[Order] = field(default_factory=list)
    ticks: int = 0

    def tick(self) -> int:
        self.ticks += 1
        return self.ticks

    def make(self, side: Side, event: CalendarEvent, stamp: str = "", *, edited: bool = False) -> str:
        name = f"{side.value[0]}{self.tick()}"
        self.rows[side][name] = Row(kept(event) if side is PRACTIFI else event, self.tick(), stamp, edited)
        return name

    def edit(self, side: Side, name: str, **values: Any) -> None:
        """A person changes an event."""
        row = self.rows[side][name]
        event = replace(row.event, **values)
        self.rows[side][name] = Row(kept(event) if side is PRACTIFI else event, self.tick(), row.stamp, edited=True)

    def remove(self, side: Side, name: str) -> None:
        del self.rows[side][name]
        self.gone[side].add(name)

    def item(self, side: Side, name: str) -> Item:
        row = self.rows[side][name]
        owner = MIKES if side is PRACTIFI else ""
        return Item(name, str(row.mark), MIKE, row.event, stamp=row.stamp, edited=row.edited, owner=owner)

    def look(self, side: Side) -> None:
        """The reader reads what has changed since it read last; the message is under way."""
        rows, known = self.rows[side], self.read[side]
        items = tuple(self.item(side, name) for name, row in rows.items() if known.get(name) != row.mark)
        vanished = tuple(Vanished(name, MIKE) for name in sorted(self.gone[side]))
        self.gone[side].clear()
        known |= {item.id: int(item.mark) for item in items}
        if items or vanished:
            self.shard.sequence += 1
            self.under_way.append(Observed(side, self.shard.sequence, items, vanished))

    def arrive(self, which: int = 0) -> None:
        """One of the readers' messages arrives."""
        if self.under_way:
            self.shard.hear(self.under_way.pop(which % len(self.under_way)))

    def perform(self) -> None:
        """The writer carries out what it was told; the answers are under way."""
        orders, self.shard.orders = self.shard.orders, []
        self.answers += [self._carry_out(order) for order in orders]
        self.log += orders

    def answer(self) -> None:
        if self.answers:
            self.shard.hear(Outcomes((self.answers.pop(0),)))

    def settle(self) -> int:
        """Everything is read, written and answered until nothing more happens; the number of orders that took."""
        count = 0
        for _ in range(40):
            for side in Side:
                self.look(side)
            while self.under_way:
                self.arrive()
            count += len(self.shard.orders)
            if not self.shard.orders and not self.answers:
                return count
            self.perform()
            while self.answers:
                self.answer()
        raise AssertionError("it does not come to rest")

    def _carry_out(self, order: Order) -> Written | Refused:
        assert isinstance(order, Write | Erase)
        rows = self.rows[order.side]
        if isinstance(order, Write) and not order.target:
            return self._create(order)
        row = rows.get(order.target)
        if row is None:
            if isinstance(order, Erase):
                return Written(order.order, order.link, order.side)
            return Refused(order.order, order.link, order.side, Why.GONE)
        if row.event != order.base:
            item = self.item(order.side, order.target)
            return Refused(order.order, order.link, order.side, Why.MOVED_ON, item=item)
        if isinstance(order, Erase):
            self.remove(order.side, order.target)
            return Written(order.order, order.link, order.side)
        values = {name: getattr(order.event, name) for name in order.fields}
        row = self._put(order.side, order.target, replace(row.event, **values), row.stamp, edited=row.edited)
        return Written(order.order, order.link, order.side, self.item(order.side, order.target), row.event)

    def _create(self, order: Write) -> Written:
        values = {name: getattr(order.event, name) for name in order.fields}
        event = replace(CalendarEvent(order.event.when), **values)
        twin = next((name for name, row in self.rows[order.side].items() if row.stamp == order.link), None)
        name = twin or self.make(order.side, event, order.link)
        row = self._put(order.side, name, event, order.link, edited=False)
        return Written(order.order, order.link, order.side, self.item(order.side, name), row.event)

    def _put(self, side: Side, name: str, event: CalendarEvent, stamp: str, *, edited: bool) -> Row:
        event = kept(event) if side is PRACTIFI else event
        self.rows[side][name] = Row(event, self.tick(), stamp, edited)
        return self.rows[side][name]
