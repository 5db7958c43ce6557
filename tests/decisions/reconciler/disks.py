"""The small world on disks that fail: the reconciler's store is lost, or put back as it was, or that of a reader is
lost, while everybody else lives on and every message is known by its number, as the kernel has it (ruling 6)."""

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from contracts.calendar import CalendarEvent, Side
from contracts.control import Again
from contracts.write import Erase, Order, Outcomes, Refused, Why, Write, Written
from tests.decisions.reconciler.forgetful import WHO
from tests.decisions.reconciler.post import Post, Reader
from tests.decisions.reconciler.shard import MICROSOFT, PRACTIFI
from tests.decisions.reconciler.world import kept


@dataclass
class Disks(Post):
    """`family` says of every event from which one it comes, `making` the same of what a link is to make, `deleted` what
    people have deleted of each; `given` are the orders that the writer has had."""

    at_the_writer: list[Order] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    family: dict[str, str] = field(default_factory=dict)
    making: dict[str, str] = field(default_factory=dict)
    deleted: dict[str, set[Side]] = field(default_factory=dict)
    backup: Any = None
    wrong: list[str] = field(default_factory=list)

    def make(self, side: Side, event: CalendarEvent, stamp: str = "", *, edited: bool = False) -> str:
        name = super().make(side, event, stamp, edited=edited)
        self.family[name] = name
        return name

    def remove(self, side: Side, name: str) -> None:
        """A person deletes an event."""
        self.deleted.setdefault(self.family[name], set()).add(side)
        self._bury(side, name)

    def _bury(self, side: Side, name: str) -> None:
        self.graves[side][name] = self.rows[side][name]
        super().remove(side, name)

    def _listen(self) -> None:
        for order in self.shard.orders:
            if isinstance(order, Write) and not order.target and order.link not in self.making:
                source = self.shard.link(order.link).on(order.side.other)
                self.making[order.link] = self.family[source.id] if source else ""
        super()._listen()

    def give(self) -> None:
        """The writer has its orders; who has just started says nothing before everybody has told it what it knows."""
        self.signs()
        self.at_the_writer += [one for one in self.shard.orders if one.order not in self.given]
        self.given |= {one.order for one in self.shard.orders}
        self.shard.orders.clear()

    def perform(self) -> None:
        self.give()
        orders, self.at_the_writer = self.at_the_writer, []
        for order in orders:
            self.say("writer", Outcomes((self._carry_out(order),)))

    def copy(self) -> None:
        self.backup = deepcopy((self.shard.rows, self.shard.early, self.shard.orders, self.seen))

    def lose(self) -> None:
        """The reconciler's store is lost."""
        self._begin({"policy": self.shard.rows["policy"]}, [], [], set())

    def put_back(self) -> None:
        """It is as it was when it was copied."""
        if self.backup is not None:
            self._begin(*deepcopy(self.backup))

    def _begin(self, *store: Any) -> None:
        self.tick()
        self.shard.rows, self.shard.early, self.shard.orders, self.seen = store

    def lose_reader(self, side: Side) -> None:
        """A reader's store is lost, and with it what nobody has heard yet."""
        name = WHO[side]
        self.letters = [one for one in self.letters if one.sender != name]
        self.asked = [one for one in self.asked if one[0] is not side]
        self.receipts.pop(name, None)
        self.readers[side] = Reader(fresh=True)
        self.gone[side].clear()
        self.say(name, Again(f"lost-{self.ticks}", name))

    def settle(self) -> int:
        count = 0
        for _ in range(30):
            self.signs()
            while self.asked:
                self.ask()
            for side in Side:
                self.look(side)
            self._hear_all()
            self.give()
            count += len(self.at_the_writer)
            open_ = [key for key in self.shard.rows if key.startswith("again/")]
            if not (self.at_the_writer or self.shard.early or self.asked or open_):
                return count
            self.perform()
            self._hear_all()
        raise AssertionError("it does not come to rest")

    def _carry_out(self, order: Order) -> Written | Refused:
        row = self.rows[order.side].get(order.target)
        if not isinstance(order, Erase) or row is None or row.event != order.base:
            return super()._carry_out(order)
        if order.side.other not in self.deleted.get(self.family[order.target], ()):
            self.wrong.append(f"{order.target} is erased without proof")
        self._bury(order.side, order.target)
        return Written(order.order, order.link, order.side)

    def _create(self, order: Write) -> Written | Refused:  # type: ignore[override]  # what was deleted is not made
        values: dict[str, Any] = {name: getattr(order.event, name) for name in order.fields}
        side, wanted = order.side, replace(CalendarEvent(order.event.when), **values)
        stamp = order.link if side is PRACTIFI else f"{order.link}-g{order.generation}"
        if side is MICROSOFT and stamp in {row.stamp for row in self.graves[side].values()}:
            return Refused(order.order, order.link, side, Why.GONE)
        name = next((name for name, row in self.rows[side].items() if row.stamp == stamp), "")
        if (
            name
            and side is PRACTIFI
            and not self.rows[side][name].edited
            and self.rows[side][name].event != kept(wanted)
        ):
            return Refused(order.order, order.link, side, Why.MOVED_ON, item=self.item(side, name))
        if not name:
            name = self.make(side, wanted, stamp)
            self.family[name] = self.making[order.link]
            if [self.family[one] for one in self.rows[side]].count(self.family[name]) > 1:
                self.wrong.append(f"{name} is there twice")
        return Written(
            order.order, order.link, side, self.item(side, name), kept(wanted) if side is PRACTIFI else wanted
        )

    def _values(self, order: Write) -> dict[str, Any]:
        return {name: getattr(order.event, name) for name in order.fields}

    def families(self) -> dict[str, dict[Side, str]]:
        """Which event stands on which side, by what it comes from."""
        found = dict[str, dict[Side, str]]()
        for side in Side:
            for name in self.rows[side]:
                assert side not in found.setdefault(self.family[name], {}), f"{name} is there twice"
                found[self.family[name]][side] = name
        return found
