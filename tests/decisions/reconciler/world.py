"""Both calendars, their readers and a perfect writer, in memory, around one real reconciler: the smallest world in
which merging can go wrong. Practifi keeps what it can: no zone, 255 characters, tentative as busy. Where it is `dated`,
items tell when they were changed, as those of the real sides do."""

from dataclasses import dataclass, field
from dataclasses import replace as replaced
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, ShowAs, Side, Timed
from contracts.control import Again
from contracts.observed import Item, Observed, ReadDone, Vanished
from contracts.write import Erase, Order, Outcomes, Refused, Why, Write, Written
from tests.decisions.reconciler.shard import JOHN, JOHNS, MICROSOFT, MIKE, MIKES, NOW, PRACTIFI, Shard


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
    mailbox: str = MIKE


OWNERS = {MIKE: MIKES, JOHN: JOHNS}


@dataclass
class World:
    shard: Shard = field(default_factory=Shard)
    rows: dict[Side, dict[str, Row]] = field(default_factory=lambda: {MICROSOFT: {}, PRACTIFI: {}})
    gone: dict[Side, dict[str, str]] = field(default_factory=lambda: {MICROSOFT: {}, PRACTIFI: {}})
    read: dict[Side, dict[str, int]] = field(default_factory=lambda: {MICROSOFT: {}, PRACTIFI: {}})
    under_way: list[Observed | ReadDone | Again] = field(default_factory=list)
    answers: list[Written | Refused] = field(default_factory=list)
    log: list[Order] = field(default_factory=list)
    ticks: int = 0
    dated: bool = False
    used: set[str] = field(default_factory=set)
    """The names under which Microsoft has made something: it never does so twice (graph.md §3.6)."""

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
        event = kept(event) if side is PRACTIFI else event
        self.rows[side][name] = Row(event, self.tick(), row.stamp, edited=True, mailbox=row.mailbox)

    def hand(self, name: str, mailbox: str) -> None:
        """A person gives an Event to another owner."""
        row = self.rows[PRACTIFI][name]
        self.rows[PRACTIFI][name] = Row(row.event, self.tick(), row.stamp, edited=True, mailbox=mailbox)

    def remove(self, side: Side, name: str) -> None:
        self.gone[side][name] = self.rows[side].pop(name).mailbox

    def item(self, side: Side, name: str) -> Item:
        row = self.rows[side][name]
        owner = OWNERS[row.mailbox] if side is PRACTIFI else ""
        at = NOW + timedelta(seconds=row.mark) if self.dated else None
        return Item(
            name, str(row.mark), row.mailbox, row.event, stamp=row.stamp, edited=row.edited, owner=owner, changed_at=at
        )

    def look(self, side: Side) -> None:
        """The reader reads what has changed since it read last; the message is under way."""
        rows, known = self.rows[side], self.read[side]
        items = tuple(self.item(side, name) for name, row in rows.items() if known.get(name) != row.mark)
        vanished = tuple(Vanished(name, mailbox) for name, mailbox in sorted(self.gone[side].items()))
        self.gone[side].clear()
        known |= {item.id: int(item.mark) for item in items}
        run, count = f"run-~{self.tick():06}", int(bool(items or vanished))
        if count:
            self.under_way.append(Observed(side, self.shard.reads(), items, vanished, run=run))
        if side is PRACTIFI:
            self.under_way.append(ReadDone(run, "salesforce-watcher", messages=count))

    def arrive(self, which: int = 0) -> None:
        """One of the readers' messages arrives."""
        if self.under_way:
            self.shard.hear(self.under_way.pop(which % len(self.under_way)))

    def perform(self) -> None:
        """The writer carries out what it was told; the answers are under way."""
        orders, self.shard.orders = self.shard.orders, []
        self.answers += [self._carry_out(order) for order in orders]
        self.log += orders

    def perform_twice(self) -> None:
        """It dies after it has written and before it has said so: it writes again, and says it twice."""
        orders = list(self.shard.orders)
        self.perform()
        self.answers += [self._carry_out(order) for order in orders]

    def die(self) -> None:
        """It writes, and has forgotten that when it begins again."""
        self.log += [order for order in self.shard.orders if self._carry_out(order)]

    def forget(self, many: int) -> None:
        """It loses its memory after it has written so much, and before it has said so: it asks what it was told. What
        it had said before is perhaps lost as well."""
        self.log += [order for order in self.shard.orders[:many] if self._carry_out(order)]
        self.shard.orders.clear()
        if many % 2:
            self.answers.clear()
        self.shard.hear(Again(f"writer-{self.tick()}", "writer"))

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
        mailbox = next((one for one, owner in OWNERS.items() if owner == order.owner), row.mailbox)
        new = Row(replace(row.event, **values), 0, row.stamp, row.edited, mailbox)
        row = self._put(order.side, order.target, new)
        return Written(order.order, order.link, order.side, self.item(order.side, order.target), row.event)

    def _create(self, order: Write) -> Written | Refused:
        values = {name: getattr(order.event, name) for name in order.fields}
        event = replace(CalendarEvent(order.event.when), **values)
        stamp = f"{order.link}-g{order.generation}"
        twin = next((name for name, row in self.rows[order.side].items() if row.stamp == stamp), None)
        if twin is not None and order.side is MICROSOFT:  # what stands is left as it is (graph.md §3.6)
            return Written(
                order.order, order.link, order.side, self.item(order.side, twin), self.rows[MICROSOFT][twin].event
            )
        if order.side is MICROSOFT and stamp in self.used:
            return Refused(order.order, order.link, order.side, Why.GONE)
        self.used |= {stamp} if order.side is MICROSOFT else set()
        name = twin or self.make(order.side, event, stamp)
        row = self._put(order.side, name, Row(event, 0, stamp, mailbox=order.mailbox))
        return Written(order.order, order.link, order.side, self.item(order.side, name), row.event)

    def _put(self, side: Side, name: str, row: Row) -> Row:
        event = kept(row.event) if side is PRACTIFI else row.event
        self.rows[side][name] = replaced(row, event=event, mark=self.tick())
        return self.rows[side][name]
